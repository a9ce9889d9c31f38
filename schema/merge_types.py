"""What a merge of records was, in the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.merges import MERGE, UNDOABLE
from loaders.merges import Merge
from schema.classes import OBJECTS, Record
from schema.context import Context, running
from schema.execution.reading import IdOf, batched_field, plain_field
from schema.signatures import list_of
from schema.values import ID_TEXT, Node, type_name

Merges = Sequence[Merge]
Key = tuple[str, UUID]
USER: Final = OBJECTS["user"]


async def _rows(context: Context, keys: Sequence[Key]) -> dict[Key, Any]:
    """Give records, in the recycle bin or not, those that the caller may read."""
    loaders = running(context).loaders
    found: dict[Key, Any] = {}
    for entity in sorted({entity for entity, _ in keys}):
        ids = list({key: None for name, key in keys if name == entity})
        rows = await loaders.one(entity, with_deleted=True).load_batch(ids)
        found.update({(entity, key): row for key, row in zip(ids, rows, strict=True)})
    return found


async def _survivors(context: Context, sources: Merges) -> list[Any]:
    keys = [(source.record_type, source.target_id) for source in sources]
    found = await _rows(context, keys)
    return [found[key] for key in keys]


async def _others(context: Context, sources: Merges) -> list[list[Any]]:
    keys = [[(source.record_type, key) for key in source.source_ids] for source in sources]
    found = await _rows(context, [key for own in keys for key in own])
    return [[row for key in own if (row := found[key]) is not None] for own in keys]


async def _people(context: Context, keys: Sequence[UUID | None]) -> list[Any]:
    ids = list(dict.fromkeys(key for key in keys if key is not None))
    rows = await running(context).loaders.one("user").load_batch(ids)
    known = dict(zip(ids, rows, strict=True))
    return [None if key is None else known[key] for key in keys]


async def _by(context: Context, sources: Merges) -> list[Any]:
    return await _people(context, [source.by_id for source in sources])


async def _undone_by(context: Context, sources: Merges) -> list[Any]:
    return await _people(context, [source.undone_by_id for source in sources])


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
