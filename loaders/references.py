"""Reads by what records point to: counts, and locked rows in portions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, union_all

from auth.policy import within
from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES
from loaders.rows import ROW_TYPES, Row, columns, make_row


async def count_references(session: Session, fields: Sequence[tuple[str, str]], key: UUID) -> int:
    """Count the rows whose column (entity, column) holds the id, in one statement."""
    counts = []
    for entity, column in fields:
        source = TABLES[entity].alias()
        counts.append(
            select(func.count().label("uses"))
            .select_from(source)
            .where(source.c["workspace_id"] == WORKSPACE, source.c[column] == key)
        )
    total = union_all(*counts).subquery()
    return int(await session.scalar(select(func.coalesce(func.sum(total.c.uses), 0))))


async def lock_referring(
    session: Session, entity: str, column: str, key: UUID, limit: int
) -> list[Row]:
    """Lock the next rows whose column holds the id, in order of ids, up to a limit."""
    source = TABLES[entity].alias(entity)
    found = await session.rows(
        select(*columns(ROW_TYPES[entity], source))
        .where(within(source), source.c[column] == key)
        .order_by(source.c["id"])
        .limit(limit)
        .with_for_update()
    )
    return [make_row(entity, row) for row in found]
