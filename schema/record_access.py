"""What the caller may do with a record: worked out from what came along with its row."""

from collections.abc import Sequence
from typing import Any, Final

import strawberry

from auth.policy import FLAGS
from auth.rights import Cell, Mask, Rights, field_names
from domain.entities import ENTITIES
from domain.fields import camel
from domain.roles import Action
from schema.context import Context, running
from schema.execution.reading import batched_field

_ALL: Final = -1
"""Bits of all alternatives: for whoever may do everything, rows tell none."""


@strawberry.type(description="What the caller may do with a record.")
class RecordAccess:
    """What the caller may do with a record."""

    can_update: bool = strawberry.field(description="Whether some of its fields may be changed.")
    can_delete: bool = strawberry.field(description="Whether it may be deleted.")
    readable: list[str] = strawberry.field(
        description="Names of the fields that may be read; custom ones as `custom.<code>`."
    )
    writable: list[str] = strawberry.field(
        description="Names of the fields that may be changed; custom ones as `custom.<code>`."
    )


async def _access(context: Context, sources: Sequence[Any]) -> list[RecordAccess]:
    rights = running(context).actor.rights
    if rights.is_everything:
        return [_of(rights, source.declared.name, _ALL, _ALL, _ALL) for source in sources]
    rows = await _flagged(context, sources)
    return [_of(rights, row.declared.name, row.reads, row.updates, row.deletes) for row in rows]


async def _flagged(context: Context, sources: Sequence[Any]) -> list[Any]:
    """Give the rows with what tells of rights on them; what a mutation wrote comes without."""
    found = {source.id: source for source in sources if FLAGS.keys() <= source.positions.keys()}
    loaders = running(context).loaders
    for entity in {source.declared.name for source in sources if source.id not in found}:
        ids = [
            source.id
            for source in sources
            if source.id not in found and source.declared.name == entity
        ]
        rows = await loaders.flagged(entity).load_batch(ids)
        found.update({row.id: row for row in rows if row is not None})
    return [found[source.id] for source in sources]


def _of(rights: Rights, entity: str, reads: int, updates: int, deletes: int) -> RecordAccess:
    key = (RecordAccess, entity, reads, updates, bool(deletes))
    found: RecordAccess | None = rights.known.get(key)
    if found is None:
        found = rights.known[key] = RecordAccess(
            can_update=bool(updates),
            can_delete=bool(deletes),
            readable=_readable(rights, entity, reads),
            writable=_writable(rights, entity, updates),
        )
    return found


def _custom(rights: Rights, entity: str) -> list[str]:
    return sorted(
        f"custom.{code}" for owner, code in rights.custom_fields.values() if owner == entity
    )


def _readable(rights: Rights, entity: str, bits: int) -> list[str]:
    names = [*sorted(field_names(entity)), *_custom(rights, entity)]
    return [name for name in names if _reads(rights.cell(entity, name), bits)]


def _reads(cell: Cell | Mask, bits: int) -> bool:
    return bool(cell.bits & bits) if isinstance(cell, Mask) else cell is Cell.FREE


def _writable(rights: Rights, entity: str, bits: int) -> list[str]:
    declared = [camel(field.name) for field in ENTITIES[entity].fields if field.writable]
    names = [*sorted(declared), *_custom(rights, entity)]
    return [
        name
        for name in names
        if name != "customValues"
        and (rights.is_everything or rights.writers(entity, name, Action.UPDATE) & bits)
    ]


ACCESS: Final = batched_field(
    "What the caller may do with the record.", RecordAccess, ("id", *FLAGS), _access
)
