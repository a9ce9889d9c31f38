"""Reads about custom values: who holds one, how many records, which of them are equal."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, custom_values


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


async def count_chosen(session: Session, entity: str, field: UUID, option: UUID) -> int:
    """Count the records that have an option of a custom field."""
    table = TABLES[entity].alias()
    held = table.c.custom[str(field)].contains(literal(str(option), JSONB()))
    return int(
        await session.scalar(
            select(func.count()).where(
                table.c.workspace_id == WORKSPACE, table.c.custom.has_key(str(field)), held
            )
        )
    )


async def read_filled(
    session: Session, entity: str, field: UUID, after: UUID | None, limit: int
) -> list[tuple[UUID, Any]]:
    """Give the next records, by id, that have a value of a field, with the value."""
    table = TABLES[entity].alias()
    statement = (
        select(table.c.id, table.c.custom[str(field)].label("value"))
        .where(table.c.workspace_id == WORKSPACE, table.c.custom.has_key(str(field)))
        .order_by(table.c.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(table.c.id > after)
    return [(row.id, row.value) for row in await session.rows(statement)]


async def has_repeated(session: Session, field: UUID) -> bool:
    """Tell whether two records have the same value of a field."""
    pivot = custom_values.alias()
    names = ("text", "number", "day", "moment", "ref")
    repeated = (
        select(func.count())
        .where(pivot.c.workspace_id == WORKSPACE, pivot.c.field_id == field)
        .group_by(*(pivot.c[name] for name in names))
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
