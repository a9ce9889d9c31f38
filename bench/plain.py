"""The yardstick: Strawberry, SQLAlchemy's async ORM and aiodataloader, put together as their
documentation shows, over the same tables. No token, no rights, no limits, no history.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from aiodataloader import DataLoader
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from db.base import metadata
from db.tables import TABLES
from domain.ids import decode_id, encode_id
from schema.scalars import SCALARS
from schema.signatures import list_of
from schema.values import Money

WORKSPACE = UUID(os.environ["BENCH_WORKSPACE"])
engine = create_async_engine(
    os.environ["VORONKA_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1),
    pool_size=10,
)
Session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The mapped classes share the tables of the product."""

    metadata = metadata


class DealRow(Base):
    """A deal."""

    __table__ = TABLES["deal"]


class CompanyRow(Base):
    """A company."""

    __table__ = TABLES["company"]


class ContactRow(Base):
    """A contact."""

    __table__ = TABLES["contact"]


class StageRow(Base):
    """A stage."""

    __table__ = TABLES["stage"]


class UserRow(Base):
    """A person."""

    __table__ = TABLES["user"]


def by_id(model: Any) -> DataLoader[UUID, Any]:
    """Load rows by id."""

    async def load(keys: list[UUID]) -> list[Any]:
        async with Session() as session:
            found = await session.scalars(
                select(model).where(model.workspace_id == WORKSPACE, model.id.in_(keys))
            )
            rows = {row.id: row for row in found}
        return [rows.get(key) for key in keys]

    return DataLoader(load)


def first_of(model: Any, column: Any, limit: int) -> DataLoader[UUID, list[Any]]:
    """Load the newest rows of each parent."""

    async def load(keys: list[UUID]) -> list[list[Any]]:
        rank = func.row_number().over(partition_by=column, order_by=model.id.desc()).label("rank")
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
                .order_by(model.id.desc())
            )
            grouped: dict[UUID, list[Any]] = {}
            for row in found:
                grouped.setdefault(getattr(row, column.key), []).append(row)
        return [grouped.get(key, []) for key in keys]

    return DataLoader(load)


class Loaders:
    """The loaders of one request."""

    def __init__(self) -> None:
        """Make them on demand."""
        self._made: dict[Any, DataLoader[UUID, Any]] = {}

    def get(self, key: Any, make: Callable[[], DataLoader[UUID, Any]]) -> DataLoader[UUID, Any]:
        """Give the loader of a key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def to_one(model: Any, column: str, annotation: Any) -> Any:
    """Declare a field that follows a reference."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        key = getattr(root, column)
        loader = info.context["loaders"].get(model, lambda: by_id(model))
        return None if key is None else await loader.load(key)

    resolve.__annotations__["return"] = annotation
    return strawberry.field(resolver=resolve)


def to_many(model: Any, column: Any, page: Any) -> Any:
    """Declare a field that is a page of children."""

    async def resolve(root: Any, info: strawberry.Info, first: int = 25) -> Any:
        loader = info.context["loaders"].get((model, first), lambda: first_of(model, column, first))
        return page(nodes=await loader.load(root.id))

    resolve.__annotations__["return"] = page
    return strawberry.field(resolver=resolve)


def global_id(prefix: str) -> Any:
    """Declare the id."""

    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(encode_id(prefix, root.id))

    return strawberry.field(resolver=resolve)


class StageSemantics(Enum):
    """The meaning of a stage."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


strawberry.enum(StageSemantics)


def semantics(root: Any) -> StageSemantics:
    """Read the meaning of a stage."""
    return StageSemantics(root.semantics)


@strawberry.type
class Stage:
    """A stage."""

    id: strawberry.ID = global_id("stage")
    name: str
    color: str
    semantics: StageSemantics = strawberry.field(resolver=semantics)


@strawberry.type
class User:
    """A person."""

    id: strawberry.ID = global_id("user")
    first_name: str | None
    last_name: str | None
    email: str


def amount(root: Any) -> Money | None:
    """Read the amount of a deal."""
    if root.amount is None:
        return None
    return Money(amount=root.amount, currency=root.amount_currency)


Deal: Any = type("Deal", (), {})
Company: Any = type("Company", (), {})
Contact: Any = type("Contact", (), {})


def page_of(name: str, node: Any) -> Any:
    """Make the type of a page."""
    made = type(name, (), {"__annotations__": {"nodes": list_of(node)}})
    return strawberry.type(made)


DealPage = page_of("DealPage", Deal)
ContactPage = page_of("ContactPage", Contact)
CompanyPage = page_of("CompanyPage", Company)


def declare(cls: Any, fields: dict[str, Any], computed: dict[str, Any]) -> None:
    """Fill a class with fields that rows hold and fields that are resolved."""
    cls.__annotations__ = dict(fields)
    for name, field in computed.items():
        setattr(cls, name, field)
    strawberry.type(cls)


declare(
    Company,
    {"title": str},
    {
        "id": global_id("company"),
        "contacts": to_many(ContactRow, TABLES["contact"].c.company_id, ContactPage),
    },
)
declare(
    Contact,
    {"first_name": str | None, "last_name": str | None},
    {"id": global_id("contact"), "deals": to_many(DealRow, TABLES["deal"].c.contact_id, DealPage)},
)
declare(
    Deal,
    {
        "title": str,
        "probability": int | None,
        "begin_date": date | None,
        "close_date": date | None,
        "is_closed": bool,
        "created_at": datetime,
        "version": int,
    },
    {
        "id": global_id("deal"),
        "amount": strawberry.field(resolver=amount),
        "company": to_one(CompanyRow, "company_id", Company | None),
        "contact": to_one(ContactRow, "contact_id", Contact | None),
        "stage": to_one(StageRow, "stage_id", Stage),
        "responsible": to_one(UserRow, "responsible_id", User),
    },
)


def newest(model: Any, page: Any) -> Any:
    """Declare a list of the newest rows."""

    async def resolve(first: int = 25) -> Any:
        async with Session() as session:
            found = await session.scalars(
                select(model)
                .where(model.workspace_id == WORKSPACE, model.deleted_at.is_(None))
                .order_by(model.id.desc())
                .limit(first)
            )
            return page(nodes=found.all())

    resolve.__annotations__["return"] = page
    return strawberry.field(resolver=resolve)


async def one_deal(info: strawberry.Info, id: strawberry.ID) -> Any:
    """Read one deal."""
    loader = info.context["loaders"].get(DealRow, lambda: by_id(DealRow))
    return await loader.load(decode_id(id)[1])


one_deal.__annotations__["return"] = Deal | None


@strawberry.type
class Query:
    """What can be asked."""

    deals = newest(DealRow, DealPage)
    companies = newest(CompanyRow, CompanyPage)
    deal = strawberry.field(resolver=one_deal)


UpdateDealPayload: Any = type("UpdateDealPayload", (), {"__annotations__": {"deal": Deal}})
strawberry.type(UpdateDealPayload)


@strawberry.input
class UpdateDealInput:
    """A change of a deal."""

    id: strawberry.ID
    title: str


async def update_deal(input: UpdateDealInput) -> Any:
    """Change a title."""
    async with Session() as session:
        deal: Any = await session.get(DealRow, (WORKSPACE, decode_id(input.id)[1]))
        deal.title = input.title
        await session.commit()
    return UpdateDealPayload(deal=deal)


update_deal.__annotations__["return"] = UpdateDealPayload


@strawberry.type
class Mutation:
    """What can be changed."""

    update_deal = strawberry.mutation(resolver=update_deal)


schema = strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))


class View(GraphQL[Any, Any]):
    """The documented view, with loaders for each request."""

    @override
    async def get_context(self, request: Any, response: Any) -> Any:
        """Give each request loaders of its own."""
        return {"loaders": Loaders()}


sent: list[int] = [0]


@event.listens_for(engine.sync_engine, "before_cursor_execute")
def count(*_: Any) -> None:
    """Count a statement."""
    sent[0] += 1


async def statements(_request: Request) -> JSONResponse:
    """Tell how many statements were sent so far, this question not counted."""
    return JSONResponse(sent[0])


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Close the pool at the end."""
    yield
    await engine.dispose()


app = Starlette(lifespan=lifespan)
app.add_route("/statements", statements)
app.add_route("/graphql", View(schema))  # type: ignore[arg-type]  # an ASGI application
