"""Reads of amounts: how many are in a currency, and the records whose base amounts are due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Select, false, func, or_, select, union_all

from auth.policy import within
from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, currency_work, custom_values, product_prices
from domain.currencies import CurrencyWorkState
from domain.entities import RECORDS
from domain.fields import Entity, Kind
from loaders.rows import ROW_TYPES, Row, columns, make_row


async def count_in_currency(session: Session, code: str) -> int:
    """Count the amounts in a currency: of records, those in the bin too, and prices."""
    counts: list[Select[Any]] = []
    for entity in RECORDS:
        for field in entity.fields:
            if field.kind is Kind.MONEY:
                source = TABLES[entity.name].alias()
                counts.append(
                    select(func.count().label("uses"))
                    .select_from(source)
                    .where(within(source), source.c[f"{field.name}_currency"] == code)
                )
    for table in (custom_values, product_prices):
        beside = table.alias()
        counts.append(
            select(func.count().label("uses"))
            .select_from(beside)
            .where(beside.c["workspace_id"] == WORKSPACE, beside.c["currency"] == code)
        )
    total = union_all(*counts).subquery()
    return int(await session.scalar(select(func.coalesce(func.sum(total.c.uses), 0))))


def _with_amounts(entity: Entity, source: FromClause, custom: Sequence[UUID]) -> Any:
    """Give the condition of records that have amounts, their own or in custom fields."""
    return or_(
        false(),
        *(source.c[field.name].is_not(None) for field in entity.fields if field.kind is Kind.MONEY),
        *(source.c["custom"].has_key(str(key)) for key in custom),
    )


async def count_with_amounts(session: Session, entity: Entity, custom: Sequence[UUID]) -> int:
    """Count the records of a type that have amounts."""
    source = TABLES[entity.name].alias()
    statement = select(func.count()).select_from(source)
    found = await session.scalar(
        statement.where(within(source), _with_amounts(entity, source, custom))
    )
    return int(found)


async def lock_with_amounts(
    session: Session,
    entity: Entity,
    custom: Sequence[UUID],
    *,
    after: UUID | None,
    limit: int,
    since: datetime | None = None,
) -> list[Row]:
    """Lock the next records with amounts, by id; `since`: those that changed since then."""
    source = TABLES[entity.name].alias(entity.name)
    statement = (
        select(*columns(ROW_TYPES[entity.name], source))
        .where(within(source), _with_amounts(entity, source, custom))
        .order_by(source.c["id"])
        .limit(limit)
        .with_for_update()
    )
    if after is not None:
        statement = statement.where(source.c["id"] > after)
    if since is not None:
        statement = statement.where(source.c["updated_at"] >= since)
    return [make_row(entity.name, row) for row in await session.rows(statement)]


async def last_work(session: Session) -> Any:
    """Give the newest work on base amounts, or None."""
    table = currency_work.alias()
    shown = ("id", "kind", "state", "currency", "done", "total", "started_at", "moved_at",
             "finished_at", "by_id")  # fmt: skip
    found = await session.rows(
        select(*(table.c[name] for name in shown))
        .where(table.c.workspace_id == WORKSPACE)
        .order_by(table.c.started_at.desc(), table.c.id.desc())
        .limit(1)
    )
    return found[0] if found else None


async def is_clearing(session: Session) -> bool:
    """Tell whether base amounts are being emptied for a change of the base currency."""
    found = await last_work(session)
    return found is not None and found.state == CurrencyWorkState.CLEARING.value
