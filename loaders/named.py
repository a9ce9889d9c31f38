"""What people call the things that ids stand for, as far as the caller may see them."""

from collections.abc import Sequence
from uuid import UUID

from auth.actor import Actor
from domain.entities import ENTITIES
from domain.people import USER
from loaders.batching import BatchLoader
from loaders.files import readable_files
from loaders.loaders import Loaders
from loaders.rights import shows
from loaders.rows import Row

Reference = tuple[str, UUID]
"""An entity, and the id of one of its rows."""


async def load_names(
    loaders: Loaders, references: Sequence[Sequence[Reference]]
) -> dict[Reference, str]:
    """Give the names of what references lead to; what the caller may not see has none."""
    wanted: dict[str, dict[UUID, None]] = {}
    for part in references:
        for target, key in part:
            wanted.setdefault(target, {})[key] = None
    found: dict[Reference, str] = {}
    for target, keys in wanted.items():
        ids = list(keys)
        rows = await load_named(loaders, loaders.named(target), target, ids)
        for key, row in zip(keys, rows, strict=True):
            if row is not None:
                found[target, key] = _name(loaders.actor, target, row)
    return found


async def load_named(
    loaders: Loaders, loader: BatchLoader[UUID, Row | None], target: str, ids: list[UUID]
) -> Sequence[Row | None]:
    """Load what values point to; of files, those that the caller may read."""
    if target == "file":
        return await readable_files(loaders, ids)
    return await loader.load_batch(ids)


def _name(actor: Actor, target: str, row: Row) -> str:
    """Give what people call a row: its title, or the names of a person, else their address."""
    title = getattr(row, ENTITIES[target].title_field, None)
    first = getattr(row, "first_name", None)
    name = " ".join(part for part in (first, title) if part)
    if name or target != USER.name or not shows(actor, row, actor.rights.cell(target, "email")):
        return name
    return str(row.email)
