"""The entries of timelines in the API: what happened to a record, a type for each manner of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import strawberry

from domain.activities import ACTIVITY
from domain.timeline import ENTRY, LinkRole, TimelineKind
from loaders.merges import merge_loader
from loaders.timeline import Entry
from resolvers.told_changes import ToldChange, told_changes
from resolvers.told_links import told_links
from schema.classes import OBJECTS, Record
from schema.comments import Comment
from schema.context import Context, running
from schema.execution.reading import IdOf, batched_field, plain_field
from schema.merge_types import MergeType
from schema.scalars import JSON
from schema.signatures import list_of
from schema.subjects import load_people, load_records
from schema.values import ID_TEXT, Node, type_name

Entries = Sequence[Entry]


async def _people(context: Context, entries: Entries) -> list[Any]:
    return await load_people(context, [entry.by for entry in entries])


async def _records(context: Context, entries: Entries) -> list[Any]:
    return await load_records(context, [(entry.record_type, entry.record_id) for entry in entries])


async def _changes(context: Context, entries: Entries) -> list[list[ToldChange]]:
    return await told_changes(running(context), entries)


FieldChange: Any = strawberry.type(
    type(
        "FieldChange",
        (),
        {
            "field": plain_field(
                "Name of the field in the API; `custom.<code>` of a custom one.", str, ("field",)
            ),
            "label": plain_field("What people call the field.", str, ("label",)),
            "from": plain_field("The value before.", JSON | None, ("before",)),
            "to": plain_field("The value after.", JSON | None, ("after",)),
            "from_display": plain_field(
                "What people read of the value before: names instead of ids.",
                str | None,
                ("before_display",),
            ),
            "to_display": plain_field(
                "What people read of the value after: names instead of ids.",
                str | None,
                ("after_display",),
            ),
        },
    ),
    description="One field of a record that changed. Ids of records that the caller may not see "
    "are left out.",
)

TimelineEntry: Any = strawberry.interface(
    type(
        "TimelineEntry",
        (Node,),
        {
            "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=IdOf(ENTRY)),
            "at": plain_field("When it happened.", datetime, ("at",)),
            "by": batched_field(
                "Who did it; null where the caller may not know.",
                OBJECTS["user"] | None,
                (),
                _people,
            ),
            "kind": plain_field("What happened.", TimelineKind, ("kind",)),
            "record": batched_field(
                "The record that it happened to, in the recycle bin or not; null once it is gone.",
                Record | None,
                (),
                _records,
            ),
            "version": plain_field(
                "The version that the record had then.", int | None, ("version",)
            ),
            "resolve_type": staticmethod(type_name),
        },
    ),
    description="Something that happened to a record.",
)

ChangeEntry: Any = strawberry.type(
    type(
        "ChangeEntry",
        (TimelineEntry,),
        {
            "changes": batched_field(
                "The fields that changed, those that the caller may read.",
                list_of(FieldChange),
                (),
                _changes,
            ),
            "is_by_tunnel": plain_field(
                "Whether a tunnel did it; `by` is who moved the deal to where the tunnel begins.",
                bool,
                ("is_by_tunnel",),
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "ChangeEntry"),
        },
    ),
    description="A record was made, brought in, changed, moved to another stage, deleted or "
    "restored.",
)


async def _comments(context: Context, entries: Entries) -> list[Any]:
    ids = [entry.comment for entry in entries if entry.comment is not None]
    return await running(context).loaders.comments().load_batch(ids)


CommentEntry: Any = strawberry.type(
    type(
        "CommentEntry",
        (TimelineEntry,),
        {
            "comment": batched_field(
                "The comment as it is now; null once it is taken back.",
                Comment | None,
                (),
                _comments,
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "CommentEntry"),
        },
    ),
    description="Somebody commented on the record, or changed, pinned or took back a comment.",
)


async def _activities(context: Context, entries: Entries) -> list[Any]:
    ids = [entry.activity for entry in entries if entry.activity is not None]
    return await running(context).loaders.one(ACTIVITY.name).load_batch(ids)


ActivityEntry: Any = strawberry.type(
    type(
        "ActivityEntry",
        (TimelineEntry,),
        {
            "activity": batched_field(
                "The activity as it is now; null once it is gone, or no longer to be seen.",
                OBJECTS[ACTIVITY.name] | None,
                (),
                _activities,
            ),
            "changes": batched_field(
                "The fields of the activity that changed.", list_of(FieldChange), (), _changes
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "ActivityEntry"),
        },
    ),
    description="Somebody planned an activity about the record, or changed, completed, reopened "
    "or deleted one.",
)


@dataclass(frozen=True, slots=True)
class LinkSource:
    """A link of an entry with the record that it leads to."""

    role: LinkRole
    record: Any


async def _links(context: Context, entries: Entries) -> list[list[LinkSource]]:
    told = await told_links(running(context).loaders, entries)
    wanted = [(link.entity, link.record) for links in told for link in links]
    rows = dict(zip(wanted, await load_records(context, wanted), strict=True))
    return [
        [
            LinkSource(link.kind.role, row)
            for link in links
            if (row := rows[link.entity, link.record]) is not None
        ]
        for links in told
    ]


EntryLink: Any = strawberry.type(
    type(
        "EntryLink",
        (),
        {
            "role": plain_field("What it is to the record of the entry.", LinkRole, ("role",)),
            "record": plain_field("The record, in the recycle bin or not.", Record, ("record",)),
        },
    ),
    description="Another record that an entry of a timeline tells of.",
)
LinkEntry: Any = strawberry.type(
    type(
        "LinkEntry",
        (TimelineEntry,),
        {
            "links": batched_field(
                "The other records, those that the caller may read.",
                list_of(EntryLink),
                (),
                _links,
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "LinkEntry"),
        },
    ),
    description="Other records came of the record, or it came of another one.",
)


async def _merged(context: Context, entries: Entries) -> list[list[Any]]:
    wanted = [(entry.record_type, key) for entry in entries for key in entry.merged]
    rows = dict(zip(wanted, await load_records(context, wanted), strict=True))
    return [
        [row for key in entry.merged if (row := rows[entry.record_type, key]) is not None]
        for entry in entries
    ]


async def _merges(context: Context, entries: Entries) -> list[Any]:
    ids = list(dict.fromkeys(entry.merge for entry in entries if entry.merge is not None))
    rows = await merge_loader(running(context).loaders).load_batch(ids)
    known = dict(zip(ids, rows, strict=True))
    return [None if entry.merge is None else known[entry.merge] for entry in entries]


MergeEntry: Any = strawberry.type(
    type(
        "MergeEntry",
        (TimelineEntry,),
        {
            "merge": batched_field("The merge, for `unmerge`.", MergeType | None, (), _merges),
            "merged": batched_field(
                "The other records, those that the caller may read, in the recycle bin or not.",
                list_of(Record),
                (),
                _merged,
            ),
            "changes": batched_field(
                "The fields that changed with it, those that the caller may read.",
                list_of(FieldChange),
                (),
                _changes,
            ),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "MergeEntry"),
        },
    ),
    description="Other records became part of this one, or parted from it again.",
)
ENTRY_TYPES: Final = [ChangeEntry, CommentEntry, ActivityEntry, LinkEntry, MergeEntry]
