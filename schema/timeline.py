"""The timeline in the API: what happened to a record, entry by entry, and pages of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.activities import ACTIVITY
from domain.errors import BadInputError
from domain.timeline import ENTRY, TimelineKind
from loaders.history import HistorySpec, load_history
from loaders.lists import DEFAULT_PAGE, MAX_PAGE
from loaders.loaders import Loaders
from loaders.merges import merge_loader
from loaders.timeline import Entry, EntryPage, TimelineSpec
from resolvers.told_changes import ToldChange, told_changes
from schema.classes import OBJECTS, Record
from schema.comments import Comment
from schema.connection import PageInfo
from schema.context import Context, running
from schema.execution.reading import IdOf, batched_field, plain_field
from schema.merge_types import MergeType
from schema.scalars import JSON
from schema.signatures import argument, list_of
from schema.values import ID_TEXT, Node, type_name

Entries = Sequence[Entry]


async def _people(context: Context, entries: Entries) -> list[Any]:
    ids = list(dict.fromkeys(entry.by for entry in entries if entry.by is not None))
    rows = await running(context).loaders.one("user").load_batch(ids)
    known = dict(zip(ids, rows, strict=True))
    return [None if entry.by is None else known[entry.by] for entry in entries]


async def _records(context: Context, entries: Entries) -> list[Any]:
    loaders = running(context).loaders
    found: dict[tuple[str, UUID], Any] = {}
    for entity in {entry.record_type for entry in entries}:
        ids = list({entry.record_id: None for entry in entries if entry.record_type == entity})
        rows = await loaders.one(entity, with_deleted=True).load_batch(ids)
        found.update({(entity, key): row for key, row in zip(ids, rows, strict=True)})
    return [found[entry.record_type, entry.record_id] for entry in entries]


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
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "ChangeEntry"),
        },
    ),
    description="A record was made, changed, moved to another stage, deleted or restored.",
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


async def _merged(context: Context, entries: Entries) -> list[list[Any]]:
    loaders = running(context).loaders
    found: dict[tuple[str, UUID], Any] = {}
    for entity in {entry.record_type for entry in entries}:
        own = [entry for entry in entries if entry.record_type == entity]
        ids = list({key: None for entry in own for key in entry.merged})
        rows = await loaders.one(entity, with_deleted=True).load_batch(ids)
        found.update({(entity, key): row for key, row in zip(ids, rows, strict=True)})
    return [
        [row for key in entry.merged if (row := found[entry.record_type, key]) is not None]
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
ENTRY_TYPES: Final = [ChangeEntry, CommentEntry, ActivityEntry, MergeEntry]


@dataclass(frozen=True, slots=True)
class TimelineSource:
    """A timeline that a query has asked for; nothing is read before one of its fields is."""

    spec: TimelineSpec | HistorySpec
    record: UUID
    """`WHOLE` of the history of the workspace."""


@dataclass(frozen=True, slots=True)
class EntryEdge:
    """One entry of a page, with its cursor."""

    node: Entry
    cursor: str


Sources = Sequence[TimelineSource]


async def _pages(context: Context, sources: Sources) -> list[EntryPage]:
    loaders = running(context).loaders
    found: dict[TimelineSource, EntryPage] = {}
    for spec in dict.fromkeys(source.spec for source in sources):
        own = [source for source in sources if source.spec == spec]
        if isinstance(spec, HistorySpec):
            found[own[0]] = await _history_page(loaders, spec)
            continue
        pages = await loaders.timeline(spec).load_batch([source.record for source in own])
        found.update(zip(own, pages, strict=True))
    return [found[source] for source in sources]


async def _history_page(loaders: Loaders, spec: HistorySpec) -> EntryPage:
    """Give a page of the history, which the fields of one connection share."""
    key = ("history", spec)

    async def batch(keys: Sequence[Any]) -> list[EntryPage]:
        return [await load_history(loaders, spec) for _ in keys]

    page: EntryPage = await loaders.shared(key, batch).load(spec)
    return page


async def _nodes(context: Context, sources: Sources) -> list[Entries]:
    return [page.entries for page in await _pages(context, sources)]


def cursor_of(context: Context, spec: Any, entry: Entry) -> str:
    """Give the cursor of an entry."""
    workspace = running(context).actor.workspace_id
    return context.cursors.encode(workspace, spec, entry.position)


async def _edges(context: Context, sources: Sources) -> list[list[EntryEdge]]:
    pages = await _pages(context, sources)
    return [
        [EntryEdge(entry, cursor_of(context, source.spec, entry)) for entry in page.entries]
        for source, page in zip(sources, pages, strict=True)
    ]


async def _page_infos(context: Context, sources: Sources) -> list[PageInfo]:
    pages = await _pages(context, sources)
    return [
        page_info(context, source.spec, page) for source, page in zip(sources, pages, strict=True)
    ]


def page_info(context: Context, spec: Any, page: EntryPage) -> PageInfo:
    """Tell where a page stands."""
    entries = page.entries
    return PageInfo(
        has_next_page=page.has_more,
        has_previous_page=spec.after is not None,
        start_cursor=cursor_of(context, spec, entries[0]) if entries else None,
        end_cursor=_end_cursor(context, spec, page),
    )


def _end_cursor(context: Context, spec: Any, page: EntryPage) -> str | None:
    if page.end is not None:
        workspace = running(context).actor.workspace_id
        return context.cursors.encode(workspace, spec, page.end)
    return cursor_of(context, spec, page.entries[-1]) if page.entries else None


TimelineEdge: Any = strawberry.type(
    type(
        "TimelineEdge",
        (),
        {
            "node": plain_field("The entry.", TimelineEntry, ("node",)),
            "cursor": plain_field("Its place, for `after`.", str, ("cursor",)),
        },
    ),
    description="One entry and its place in the timeline.",
)
TimelineConnection: Any = strawberry.type(
    type(
        "TimelineConnection",
        (),
        {
            "nodes": batched_field("The entries of the page.", list_of(TimelineEntry), (), _nodes),
            "edges": batched_field(
                "The entries of the page with their cursors.", list_of(TimelineEdge), (), _edges
            ),
            "page_info": batched_field("Where the page stands.", PageInfo, (), _page_infos),
        },
    ),
    description="A page of what happened, the newest first.",
)


@dataclass(frozen=True, slots=True)
class AskedEntries:
    """The arguments of a timeline, as they came."""

    limit: int
    after: str | None
    kinds: tuple[TimelineKind, ...]


def read_asked(given: Mapping[str, Any]) -> AskedEntries:
    """Read the arguments of a timeline; raises BadInputError."""
    first, types = given.get("first"), given.get("types")
    if first is not None and not 0 <= first <= MAX_PAGE:
        raise BadInputError("page_size", ("first",), limit=MAX_PAGE)
    kinds = TimelineKind if types is None else dict.fromkeys(types)
    limit = DEFAULT_PAGE if first is None else first
    return AskedEntries(limit, given.get("after"), tuple(kinds))


async def _timelines(
    context: Context, sources: Sequence[Any], asked: AskedEntries
) -> list[TimelineSource]:
    specs: dict[str, TimelineSpec] = {}
    for source in sources:
        entity = source.declared.name
        if entity not in specs:
            spec = TimelineSpec(entity, asked.kinds, asked.limit)
            if asked.after is not None:
                workspace = running(context).actor.workspace_id
                place = context.cursors.decode(workspace, spec, asked.after, ("after",))
                spec = TimelineSpec(entity, asked.kinds, asked.limit, place)
            specs[entity] = spec
    return [TimelineSource(specs[source.declared.name], source.id) for source in sources]


PAGE_ARGUMENTS: Final[Mapping[str, Any]] = {
    "first": argument(int | None, f"At most so many entries, up to {MAX_PAGE}; 25 if left out."),
    "after": argument(str | None, "Only entries after (older than) the one of this cursor."),
    "types": argument(list[TimelineKind] | None, "Only entries of these kinds."),
}
TIMELINE: Final = batched_field(
    "What happened to the record, the newest first: as much of it as the caller may read.",
    TimelineConnection,
    ("id",),
    _timelines,
    PAGE_ARGUMENTS,
    prepare=read_asked,
)
