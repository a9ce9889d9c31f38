"""The people and records that entries of timelines and merges name, whatever became of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from schema.context import Context, running


async def load_people(context: Context, keys: Sequence[UUID | None]) -> list[Any]:
    """Give people by id, in their order; None for nobody."""
    ids = list(dict.fromkeys(key for key in keys if key is not None))
    rows = await running(context).loaders.one("user").load_batch(ids)
    known = dict(zip(ids, rows, strict=True))
    return [None if key is None else known[key] for key in keys]


async def load_records(context: Context, wanted: Sequence[tuple[str, UUID]]) -> list[Any]:
    """Give records, in the recycle bin or not; None for those that may not be read."""
    loaders = running(context).loaders
    found: dict[tuple[str, UUID], Any] = {}
    for entity in {entity for entity, _ in wanted}:
        ids = list(dict.fromkeys(key for of, key in wanted if of == entity))
        rows = await loaders.one(entity, with_deleted=True).load_batch(ids)
        found.update({(entity, key): row for key, row in zip(ids, rows, strict=True)})
    return [found[place] for place in wanted]
