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
