"""What a merge of records was, in the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import strawberry

from domain.merges import MERGE, UNDOABLE
from loaders.merges import Merge
from schema.classes import OBJECTS, Record
from schema.context import Context
from schema.execution.reading import IdOf, batched_field, plain_field
from schema.signatures import list_of
from schema.subjects import load_people, load_records
from schema.values import ID_TEXT, Node, type_name

Merges = Sequence[Merge]
USER: Final = OBJECTS["user"]


async def _survivors(context: Context, sources: Merges) -> list[Any]:
    wanted = [(source.record_type, source.target_id) for source in sources]
    return await load_records(context, wanted)


async def _others(context: Context, sources: Merges) -> list[list[Any]]:
    wanted = [(source.record_type, key) for source in sources for key in source.source_ids]
    rows = iter(await load_records(context, wanted))
    found = [[next(rows) for _ in source.source_ids] for source in sources]
    return [[row for row in own if row is not None] for own in found]


async def _by(context: Context, sources: Merges) -> list[Any]:
    return await load_people(context, [source.by_id for source in sources])


async def _undone_by(context: Context, sources: Merges) -> list[Any]:
    return await load_people(context, [source.undone_by_id for source in sources])


def _until(root: Any) -> datetime | None:
    return None if root.undone_at is not None else root.at + UNDOABLE


MergeType: Any = strawberry.type(
    type(
        "Merge",
        (Node,),
        {
            "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=IdOf(MERGE)),
            "at": plain_field("When the records were merged.", datetime, ("at",)),
            "by": batched_field("Who merged them.", USER | None, ("by_id",), _by),
            "record": batched_field("The record that survived.", Record | None, (), _survivors),
            "merged": batched_field(
                "The records that became part of it, those that the caller may read.",
                list_of(Record),
                (),
                _others,
            ),
            "undoable_until": plain_field(
                f"Until when it can be undone: {UNDOABLE.days} days; null once it is.",
                datetime | None,
                (),
                _until,
            ),
            "undone_at": plain_field("When it was undone.", datetime | None, ("undone_at",)),
            "undone_by": batched_field("Who undid it.", USER | None, (), _undone_by),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "Merge"),
        },
    ),
    name="Merge",
    description="Records that became one.",
)
