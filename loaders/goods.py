"""Loaders of what stands beside products and sales: prices, and product rows."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from auth.policy import within
from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, product_prices, product_rows
from domain.product_rows import ProductRow
from domain.products import ProductPrice
from loaders.batching import BatchLoader
from loaders.beside import KEYS
from loaders.rows import ROW_TYPES, Row, columns, make_row
from loaders.scope import LoaderScope

_ROW: Final = (
    "id", "record_type", "record_id", "product_id", "name", "price", "quantity", "discount_type",
    "discount_rate", "discount_amount", "tax_rate", "is_tax_included", "unit_id", "total", "tax",
    "origin_id",
)  # fmt: skip


class GoodsLoaders(LoaderScope):
    """The loaders of prices and product rows, whoever may read those."""

    def product_rows(self, entity: str) -> BatchLoader[UUID, list[ProductRow]]:
        """Load the product rows of records by record id, in their order."""

        async def batch(owners: Sequence[UUID]) -> Sequence[list[ProductRow]]:
            def build() -> Select[Any]:
                table = product_rows.alias()
                return (
                    _read_rows(table, table.c.record_id == KEYS)
                    .where(table.c.record_type == entity)
                    .order_by(table.c.sort, table.c.id)
                )

            grouped: dict[UUID, list[ProductRow]] = {}
            for row in await self._fetch(("product_rows", entity), build, owners):
                grouped.setdefault(row.record_id, []).append(_row(row))
            return [grouped.get(key, []) for key in owners]

        return self._loader(("product_rows", entity), batch)

    def product_prices(self) -> BatchLoader[UUID, list[ProductPrice]]:
        """Load the prices of products by product id, in their order."""

        async def batch(owners: Sequence[UUID]) -> Sequence[list[ProductPrice]]:
            def build() -> Select[Any]:
                table = product_prices.alias()
                return _read_prices(table, table.c.product_id == KEYS).order_by(
                    table.c.sort, table.c.id
                )

            grouped: dict[UUID, list[ProductPrice]] = {}
            for row in await self._fetch(("product_prices",), build, owners):
                grouped.setdefault(row.product_id, []).append(_price(row))
            return [grouped.get(key, []) for key in owners]

        return self._loader(("product_prices",), batch)

    async def rows_by_id(self, ids: Sequence[UUID]) -> list[ProductRow]:
        """Read product rows by their own ids, in any order."""

        def build() -> Select[Any]:
            table = product_rows.alias()
            return _read_rows(table, table.c.id == KEYS)

        return [_row(row) for row in await self._fetch(("rows by id",), build, ids)]

    async def prices_by_id(self, ids: Sequence[UUID]) -> list[ProductPrice]:
        """Read prices by their own ids, in any order."""

        def build() -> Select[Any]:
            table = product_prices.alias()
            return _read_prices(table, table.c.id == KEYS)

        return [_price(row) for row in await self._fetch(("prices by id",), build, ids)]


async def count_rows_in(session: Session, unit: UUID) -> int:
    """Count the product rows that are counted in a unit."""
    (found,) = await session.rows(
        select(func.count()).where(
            product_rows.c.workspace_id == WORKSPACE, product_rows.c.unit_id == unit
        )
    )
    return int(found[0])


async def copied_rows(session: Session, lead: UUID) -> set[UUID]:
    """Give the product rows of a lead that deals of it have copies of."""
    copy, deal = product_rows.alias(), TABLES["deal"].alias()
    found = await session.rows(
        select(copy.c.origin_id)
        .join_from(deal, copy, copy.c.record_id == deal.c.id)
        .where(
            within(deal),
            deal.c.deleted_at.is_(None),
            deal.c.lead_id == lead,
            copy.c.workspace_id == WORKSPACE,
            copy.c.record_type == "deal",
            copy.c.origin_id.is_not(None),
        )
    )
    return {row.origin_id for row in found}


async def lock_counted_in(session: Session, entity: str, unit: UUID, limit: int) -> list[Row]:
    """Lock the next records with a product row that is counted in a unit, up to a limit."""
    source, beside = TABLES[entity].alias(entity), product_rows.alias()
    counted = select(beside.c.record_id).where(
        beside.c.workspace_id == WORKSPACE,
        beside.c.record_type == entity,
        beside.c.unit_id == unit,
    )
    found = await session.rows(
        select(*columns(ROW_TYPES[entity], source))
        .where(within(source), source.c["id"].in_(counted))
        .order_by(source.c["id"])
        .limit(limit)
        .with_for_update()
    )
    return [make_row(entity, row) for row in found]


def _read_rows(table: Any, where: ColumnElement[bool]) -> Select[Any]:
    return select(*(table.c[name] for name in _ROW)).where(table.c.workspace_id == WORKSPACE, where)


def _read_prices(table: Any, where: ColumnElement[bool]) -> Select[Any]:
    shown = (table.c[name] for name in ("id", "product_id", "amount", "currency"))
    return select(*shown).where(table.c.workspace_id == WORKSPACE, where)


def _row(row: Any) -> ProductRow:
    return ProductRow(**{name: getattr(row, name) for name in _ROW})


def _price(row: Any) -> ProductPrice:
    return ProductPrice(row.amount, row.currency, row.id, row.product_id)
