"""The rows and loaders of the yardstick: SQLAlchemy's ORM over the product's tables, aiodataloader.

One loader for each relation, made anew for each request, as the documentation of both shows.
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from db.base import metadata
from db.tables import TABLES, workspaces

WORKSPACE = UUID(os.environ["BENCH_WORKSPACE"])
engine = create_async_engine(
    os.environ["VORONKA_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1),
    pool_size=int(os.environ["VORONKA_POOL_SIZE"]),
    max_overflow=0,  # as many as the others; those beyond the pool would be opened each time
    pool_timeout=30,
)
Session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The mapped classes share the tables of the product."""

    metadata = metadata


class WorkspaceRow(Base):
    """The workspace."""

    __table__ = workspaces


class DealRow(Base):
    """A deal."""

    __table__ = TABLES["deal"]


class CompanyRow(Base):
    """A company."""

    __table__ = TABLES["company"]


class ContactRow(Base):
    """A contact."""

    __table__ = TABLES["contact"]


class PipelineRow(Base):
    """A pipeline."""

    __table__ = TABLES["pipeline"]


class StageRow(Base):
    """A stage."""

    __table__ = TABLES["stage"]


class UserRow(Base):
    """A person."""

    __table__ = TABLES["user"]


# The type checker cannot see the columns of a table that another module declares.
Deal: Any = DealRow
Company: Any = CompanyRow
Contact: Any = ContactRow
Stage: Any = StageRow
Workspace: Any = WorkspaceRow


async def by_id(model: Any, keys: list[UUID]) -> list[Any]:
    """Read rows by id."""
    async with Session() as session:
        found = await session.scalars(
            select(model).where(model.workspace_id == WORKSPACE, model.id.in_(keys))
        )
        rows = {row.id: row for row in found}
    return [rows.get(key) for key in keys]


async def first_of(
    model: Any, column: Any, order: Sequence[Any], limit: int, keys: list[UUID]
) -> list[list[Any]]:
    """Read the first rows of each parent."""
    rank = func.row_number().over(partition_by=column, order_by=order).label("rank")
    ranked = (
        select(model.id, rank)
        .where(model.workspace_id == WORKSPACE, column.in_(keys), model.deleted_at.is_(None))
        .subquery()
    )
    async with Session() as session:
        found = await session.scalars(
            select(model)
            .join(ranked, ranked.c.id == model.id)
            .where(model.workspace_id == WORKSPACE, ranked.c.rank <= limit)
            .order_by(*order)
        )
        return grouped(found, column.key, keys)


async def stages_of_pipelines(keys: list[UUID]) -> list[list[Any]]:
    """Read the stages of each pipeline."""
    async with Session() as session:
        found = await session.scalars(
            select(Stage)
            .where(Stage.workspace_id == WORKSPACE, Stage.pipeline_id.in_(keys))
            .order_by(Stage.sort, Stage.id)
        )
        return grouped(found, "pipeline_id", keys)


async def numbers_of_stages(keys: list[UUID]) -> list[Any]:
    """Read how many deals each stage has, and the sum of their amounts."""
    async with Session() as session:
        found = await session.execute(
            select(Deal.stage_id, func.count().label("deals"), func.sum(Deal.amount_base))
            .where(
                Deal.workspace_id == WORKSPACE, Deal.stage_id.in_(keys), Deal.deleted_at.is_(None)
            )
            .group_by(Deal.stage_id)
        )
        numbers = {stage: (deals, total) for stage, deals, total in found}
    return [numbers.get(key, (0, None)) for key in keys]


async def currencies(keys: list[UUID]) -> list[str]:
    """Read the currency of each workspace."""
    async with Session() as session:
        found = await session.execute(
            select(Workspace.id, Workspace.currency).where(Workspace.id.in_(keys))
        )
        known: dict[UUID, str] = {row.id: row.currency for row in found}
    return [known[key] for key in keys]


def grouped(rows: Any, key: str, keys: list[UUID]) -> list[list[Any]]:
    """Put rows beside their parents."""
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return [found[key] for key in keys]


class Loaders:
    """The loaders of one request."""

    def __init__(self) -> None:
        """Make those that take no arguments."""
        self.deal = DataLoader(partial(by_id, DealRow))
        self.company = DataLoader(partial(by_id, CompanyRow))
        self.contact = DataLoader(partial(by_id, ContactRow))
        self.stage = DataLoader(partial(by_id, StageRow))
        self.user = DataLoader(partial(by_id, UserRow))
        self.pipeline = DataLoader(partial(by_id, PipelineRow))
        self.stages_of_pipeline = DataLoader(stages_of_pipelines)
        self.numbers_of_stage = DataLoader(numbers_of_stages)
        self.currency = DataLoader(currencies)
        self._pages: dict[tuple[str, int], DataLoader[UUID, Any]] = {}

    def contacts_of_company(self, first: int) -> DataLoader[UUID, Any]:
        """Give the loader of the newest contacts of companies."""
        return self._page("contacts", first, Contact, Contact.company_id, [Contact.id.desc()])

    def deals_of_contact(self, first: int) -> DataLoader[UUID, Any]:
        """Give the loader of the newest deals of contacts."""
        return self._page("deals", first, Deal, Deal.contact_id, [Deal.id.desc()])

    def cards_of_stage(self, first: int) -> DataLoader[UUID, Any]:
        """Give the loader of the first cards of a board's columns."""
        order = [Deal.board_position, Deal.id]
        return self._page("cards", first, Deal, Deal.stage_id, order)

    def _page(
        self, name: str, first: int, model: Any, column: Any, order: Sequence[Any]
    ) -> DataLoader[UUID, Any]:
        """Give the loader of pages of one size."""
        if (name, first) not in self._pages:
            self._pages[name, first] = DataLoader(partial(first_of, model, column, order, first))
        return self._pages[name, first]
