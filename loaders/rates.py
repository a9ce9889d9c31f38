"""Reads behind exchange rates."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Uuid, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from auth.policy import within
from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, custom_values, exchange_rates
from loaders.rows import ROW_TYPES, Row, columns, make_row


async def newest_rates(session: Session, day: date) -> dict[str, Decimal]:
    """Give the newest rate of each currency up to a day, in one statement."""
    rows = await session.rows(
        select(exchange_rates.c.currency, exchange_rates.c.rate)
        .ext(distinct_on(exchange_rates.c.currency))
        .where(exchange_rates.c.workspace_id == WORKSPACE, exchange_rates.c.date <= day)
        .order_by(exchange_rates.c.currency, exchange_rates.c.date.desc())
    )
    return {row.currency: row.rate for row in rows}


async def lock_unrated(
    session: Session, entity: str, field: str, currency: str, limit: int
) -> list[Row]:
    """Lock the next rows with an amount in a currency that has no base amount, up to a limit."""
    source = TABLES[entity].alias(entity)
    found = await session.rows(
        select(*columns(ROW_TYPES[entity], source))
        .where(
            within(source),
            source.c[field].is_not(None),
            source.c[f"{field}_base"].is_(None),
            source.c[f"{field}_currency"] == currency,
        )
        .order_by(source.c["id"])
        .limit(limit)
        .with_for_update()
    )
    return [make_row(entity, row) for row in found]


async def lock_unrated_values(
    session: Session,
    entity: str,
    field: UUID,
    currency: str | None,
    *,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """Lock the next rows, by id, with a custom amount that has no base amount, up to a limit."""
    source, pivot = TABLES[entity].alias(entity), custom_values.alias()
    unrated = select(pivot.c.record_id).where(*unrated_values(pivot, field))
    if currency is not None:
        unrated = unrated.where(pivot.c.currency == currency)
    statement = (
        select(*columns(ROW_TYPES[entity], source))
        .where(within(source), source.c["id"].in_(unrated))
        .order_by(source.c["id"])
        .limit(limit)
        .with_for_update()
    )
    if after is not None:
        statement = statement.where(source.c["id"] > after)
    return [make_row(entity, row) for row in await session.rows(statement)]


def unrated_values(pivot: FromClause, field: UUID) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions on the amounts of a custom field that have no base amount."""
    # Within a SELECT, so that the planner does not think that it could do better for each field:
    # then it keeps its plan, where planning takes five times as long as looking.
    known = select(literal(field, Uuid())).scalar_subquery()
    return (
        pivot.c["workspace_id"] == WORKSPACE,
        pivot.c["field_id"] == known,
        pivot.c["currency"].is_not(None),
        pivot.c["number"].is_(None),
    )


async def rates_between(
    session: Session, currency: str | None, first: date | None, last: date | None
) -> Sequence[Any]:
    """Give rates by currency, the newest first: of one currency or all, from and up to a day."""
    table = exchange_rates.alias()
    statement = (
        select(table.c.currency, table.c.date, table.c.rate)
        .where(table.c.workspace_id == WORKSPACE)
        .order_by(table.c.currency, table.c.date.desc())
    )
    if currency is not None:
        statement = statement.where(table.c.currency == currency)
    if first is not None:
        statement = statement.where(table.c.date >= first)
    if last is not None:
        statement = statement.where(table.c.date <= last)
    return await session.rows(statement)
