"""Reads about custom values: who holds one, how many records, which of them are equal."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB

from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, custom_values
from loaders.rows import Row


async def count_filled(session: Session, entity: str, field: UUID) -> int:
    """Count the records that have a value of a custom field."""
    table = TABLES[entity].alias()
    return int(
        await session.scalar(
            select(func.count()).where(
                table.c.workspace_id == WORKSPACE, table.c.custom.has_key(str(field))
            )
        )
    )


async def count_chosen(session: Session, fields: Sequence[Row], chosen: UUID) -> int:
    """Count the values of custom fields that are an entry: an option, an item, a section."""
    return await _count_holding(session, fields, str(chosen), str(chosen))


async def count_booked(session: Session, fields: Sequence[Row], part: Mapping[str, Any]) -> int:
    """Count the values of bookings that have a part: a service, or a resource among others."""
    return await _count_holding(session, fields, part, [part])


async def _count_holding(session: Session, fields: Sequence[Row], one: Any, several: Any) -> int:
    """Count the records, those in the bin too, whose values of fields contain something."""
    counts = []
    for field in fields:
        table = TABLES[field.entity.lower()].alias()
        wanted = literal(several if field.is_multiple else one, JSONB())
        counts.append(
            select(func.count().label("uses")).where(
                table.c.workspace_id == WORKSPACE,
                table.c.custom.has_key(str(field.id)),
                table.c.custom[str(field.id)].contains(wanted),
            )
        )
    if not counts:
        return 0
    total = union_all(*counts).subquery()
    return int(await session.scalar(select(func.sum(total.c.uses))))


async def read_portion(
    session: Session, entity: str, field: UUID, after: UUID | None, limit: int, *, filled: bool
) -> list[tuple[UUID, Any]]:
    """Give and lock the next records, by id, with their values of a field: all, or the filled."""
    table = TABLES[entity].alias()
    statement = (
        select(table.c.id, table.c.custom[str(field)].label("value"))
        .where(table.c.workspace_id == WORKSPACE)
        .order_by(table.c.id)
        .limit(limit)
        .with_for_update()
    )
    if filled:
        statement = statement.where(table.c.custom.has_key(str(field)))
    if after is not None:
        statement = statement.where(table.c.id > after)
    return [(row.id, row.value) for row in await session.rows(statement)]


async def has_repeated(session: Session, field: UUID, column: str) -> bool:
    """Tell whether two records have the same value of a field, which stands in a column."""
    pivot = custom_values.alias()
    repeated = (
        select(func.count())
        .where(
            pivot.c.workspace_id == WORKSPACE,
            pivot.c.field_id == field,
            pivot.c[column].is_not(None),
        )
        .group_by(pivot.c[column])
        .having(func.count() > 1)
        .limit(1)
    )
    return bool(await session.rows(repeated))


async def find_same(
    session: Session, entity: str, field: UUID, values: Sequence[tuple[str, Any]]
) -> dict[tuple[str, Any], UUID]:
    """Find the records, those in the recycle bin apart, that have one of some values of a field."""
    if not values:
        return {}
    pivot, table = custom_values.alias(), TABLES[entity].alias()
    wanted = [pivot.c[column] == value for column, value in values if value is not None]
    found = await session.rows(
        select(*(pivot.c[name] for name in ("text", "number", "day", "moment", "ref")),
               pivot.c.record_id)
        .join_from(pivot, table, table.c.id == pivot.c.record_id)
        .where(
            pivot.c.workspace_id == WORKSPACE,
            table.c.workspace_id == WORKSPACE,
            table.c.deleted_at.is_(None),
            pivot.c.field_id == field,
            or_(*wanted),
        )
    )  # fmt: skip
    names = {column for column, _ in values}
    return {(name, getattr(row, name)): row.record_id for row in found for name in names}
