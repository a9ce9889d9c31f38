"""Reads about merges: where merged ids lead, which merges there were, what holds a record's id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, exists, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from auth.policy import visible
from db.base import WORKSPACE
from db.pointers import Pointer
from db.session import Session
from db.tables import TABLES, custom_values, merge_moves, merged_records, merges
from domain.merges import MERGED
from loaders.batching import BatchLoader
from loaders.beside import KEYS, id_array
from loaders.loaders import Loaders
from loaders.rows import ROW_TYPES, Row, columns, make_row
from loaders.statements import KEYS_NAME


@dataclass(frozen=True, slots=True)
class Merge:
    """Records that became one."""

    id: UUID
    record_type: str
    target_id: UUID
    source_ids: Sequence[UUID]
    changes: Mapping[str, Any]
    """The fields of the survivor that it changed, as the log tells of them, and the ids of the
    product rows that came with it."""
    at: datetime
    by_id: UUID | None
    undone_at: datetime | None
    undone_by_id: UUID | None


_MERGE: Final = tuple(field.name for field in fields(Merge))


async def survivors(loaders: Loaders, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Tell where the ids of merged records lead; others have no entry."""
    if not ids:
        return {}

    def build() -> Select[Any]:
        table = merged_records.alias()
        return select(table.c.record_id, table.c.survivor_id).where(
            table.c.workspace_id == WORKSPACE, table.c.record_id == KEYS
        )

    found = await loaders.session.rows_by(("survivors",), build, {KEYS_NAME: list(ids)})
    return {row.record_id: row.survivor_id for row in found}


async def find_rows(loaders: Loaders, entity: str, ids: Sequence[UUID]) -> list[Row | None]:
    """Give rows by id, as `Loaders.one` does; merged ids lead to who survived.

    Only where some are not found, a second statement tells whether they were merged.
    """
    rows: list[Row | None] = await loaders.one(entity).load_batch(ids)
    lost = [key for key, row in zip(ids, rows, strict=True) if row is None]
    if not lost or entity not in MERGED:
        return rows
    led = await survivors(loaders, lost)
    ends = sorted(set(led.values()))
    there = dict(zip(ends, await loaders.one(entity).load_batch(ends), strict=True))
    return [
        there.get(led[key]) if row is None and key in led else row
        for key, row in zip(ids, rows, strict=True)
    ]


async def find_merges(
    loaders: Loaders, ids: Sequence[UUID], *, locked: bool = False
) -> dict[UUID, Merge]:
    """Give merges by id, of survivors that the actor may read."""
    merge = merges.alias()
    readable: list[Any] = []
    for entity in MERGED:
        record = TABLES[entity].alias()
        found: Select[Any] = select(literal_column("1")).where(
            visible(loaders.actor, entity, record), record.c["id"] == merge.c.target_id
        )
        readable.append(and_(merge.c.record_type == entity, exists(found.correlate(merge))))
    statement = select(*(merge.c[name] for name in _MERGE)).where(
        merge.c.workspace_id == WORKSPACE, merge.c.id == id_array(ids), or_(*readable)
    )
    if locked:
        statement = statement.with_for_update(of=merge)
    rows = await loaders.session.rows(statement)
    return {row.id: Merge(**row._mapping) for row in rows}


def merge_loader(loaders: Loaders) -> BatchLoader[UUID, Merge | None]:
    """Load merges by id, of survivors that the actor may read; others are None."""

    async def batch(ids: Sequence[UUID]) -> Sequence[Merge | None]:
        found = await find_merges(loaders, ids)
        return [found.get(key) for key in ids]

    return loaders.shared(("merges",), batch)


async def has_later(session: Session, merge: Merge) -> bool:
    """Tell whether a merge in force came after one and has to do with its survivor."""
    table, merged = merges.alias(), merged_records.alias()
    into_it: Select[Any] = select(literal_column("1")).where(
        table.c.workspace_id == WORKSPACE,
        table.c.target_id == merge.target_id,
        table.c.undone_at.is_(None),
        table.c.id > merge.id,
    )
    of_it: Select[Any] = select(literal_column("1")).where(
        merged.c.workspace_id == WORKSPACE, merged.c.record_id == merge.target_id
    )
    return bool(await session.scalar(select(or_(exists(into_it), exists(of_it)))))


async def moves_of(session: Session, merge_id: UUID) -> list[Any]:
    """Give what a merge has moved, in its order: places and rows as they were."""
    table = merge_moves.alias()
    return list(
        await session.rows(
            select(table.c.place, table.c.row)
            .where(table.c.workspace_id == WORKSPACE, table.c.merge_id == merge_id)
            .order_by(table.c.id)
        )
    )


async def lock_pointing(session: Session, pointer: Pointer, ids: Sequence[UUID]) -> list[Any]:
    """Give and lock the rows that point to records."""
    table = pointer.table
    statement = (
        select(*table.c)
        .where(table.c.workspace_id == WORKSPACE, table.c[pointer.column] == id_array(ids))
        .order_by(*(table.c[name] for name in (pointer.column, *pointer.key)))
        .with_for_update()
    )
    if pointer.record_type is not None:
        statement = statement.where(table.c["record_type"] == pointer.record_type)
    return [row._mapping for row in await session.rows(statement)]


async def lock_holding(
    session: Session, field: Row, values: Mapping[str, UUID], *, by_pivot: bool
) -> list[Row]:
    """Give and lock the records whose custom field holds one of some values.

    Values are as they are stored, each with the id in it. A field that is no filter has no index:
    all records that have a value of it are looked at.
    """
    entity = field.entity.lower()
    table, key = TABLES[entity], str(field.id)
    statement = (
        select(*columns(ROW_TYPES[entity], table))
        .where(table.c["workspace_id"] == WORKSPACE)
        .order_by(table.c["id"])
        .with_for_update()
    )
    if by_pivot:
        pivot = custom_values.alias()
        holding = select(pivot.c.record_id).where(
            pivot.c.workspace_id == WORKSPACE,
            pivot.c.field_id == field.id,
            pivot.c.ref == id_array(list(values.values())),
        )
        statement = statement.where(table.c["id"].in_(holding))
    else:
        parts = [
            table.c["custom"][key].contains(
                bindparam(None, [value] if field.is_multiple else value, type_=JSONB(), unique=True)
            )
            for value in values
        ]
        statement = statement.where(table.c["custom"].has_key(key), or_(*parts))
    return [make_row(entity, row) for row in await session.rows(statement)]


async def existing(session: Session, table: Any, ids: Sequence[UUID]) -> set[UUID]:
    """Tell which rows of a table are there."""
    found = await session.rows(
        select(table.c.id).where(table.c.workspace_id == WORKSPACE, table.c.id == id_array(ids))
    )
    return {row.id for row in found}


async def rows_there(session: Session, entity: str, ids: Sequence[UUID]) -> set[UUID]:
    """Tell which rows of an entity are there, those in the recycle bin too."""
    return await existing(session, TABLES[entity], ids)
