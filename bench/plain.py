"""The yardstick: Strawberry, SQLAlchemy's async ORM and aiodataloader, put together as their
documentation shows, over the same tables. No token, no rights, no limits, no history.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry
from sqlalchemy import event, func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from bench import plain_data as rows
from bench.plain_data import WORKSPACE, Loaders, Session, engine
from bench.plain_filters import (
    DealFilter,
    DealOrder,
    StageSemantics,
    conditions_of,
    order_of,
)
from domain.ids import decode_id, encode_id
from schema.scalars import SCALARS
from schema.values import Money


def global_id(prefix: str) -> Callable[[Any], strawberry.ID]:
    """Make the resolver of an id."""

    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(encode_id(prefix, root.id))

    return resolve


def full_name(root: Any) -> str:
    """Put a person's names together."""
    return " ".join(filter(None, (root.first_name, root.last_name))) or str(root.email)


@strawberry.type
class User:
    """A person."""

    id: strawberry.ID = strawberry.field(resolver=global_id("user"))
    first_name: str | None
    last_name: str | None
    full_name: str = strawberry.field(resolver=full_name)
    email: str


def semantics(root: Any) -> StageSemantics:
    """Read the meaning of a stage."""
    return StageSemantics(root.semantics)


@strawberry.type
class Stage:
    """A stage."""

    id: strawberry.ID = strawberry.field(resolver=global_id("stage"))
    name: str
    color: str
    semantics: StageSemantics = strawberry.field(resolver=semantics)


def amount(root: Any) -> Money | None:
    """Read the amount of a deal."""
    if root.amount is None:
        return None
    return Money(amount=root.amount, currency=root.amount_currency)


async def company_of(root: Any, info: strawberry.Info) -> "Company | None":
    """Follow a deal to its company."""
    found: Company | None = await load(info.context["loaders"].company, root.company_id)
    return found


async def contact_of(root: Any, info: strawberry.Info) -> "Contact | None":
    """Follow a deal to its contact."""
    found: Contact | None = await load(info.context["loaders"].contact, root.contact_id)
    return found


async def stage_of(root: Any, info: strawberry.Info) -> Stage:
    """Follow a deal to its stage."""
    found: Stage = await load(info.context["loaders"].stage, root.stage_id)
    return found


async def responsible_of(root: Any, info: strawberry.Info) -> User:
    """Follow a deal to the person who answers for it."""
    found: User = await load(info.context["loaders"].user, root.responsible_id)
    return found


async def load(loader: Any, key: Any) -> Any:
    """Load what a reference points to."""
    return None if key is None else await loader.load(key)


@strawberry.type
class Deal:
    """A deal."""

    id: strawberry.ID = strawberry.field(resolver=global_id("deal"))
    title: str
    amount: Money | None = strawberry.field(resolver=amount)
    probability: int | None
    begin_date: date | None
    close_date: date | None
    is_closed: bool
    created_at: datetime
    version: int
    company: "Company | None" = strawberry.field(resolver=company_of)
    contact: "Contact | None" = strawberry.field(resolver=contact_of)
    stage: Stage = strawberry.field(resolver=stage_of)
    responsible: User = strawberry.field(resolver=responsible_of)


async def count_all(root: Any) -> int:
    """Count what is on all pages."""
    async with Session() as session:
        found = await session.scalar(select(func.count()).where(*root.conditions))
    return int(found or 0)


@strawberry.type
class DealPage:
    """A page of deals."""

    nodes: list[Deal]
    conditions: strawberry.Private[Sequence[Any]]
    total_count: int = strawberry.field(resolver=count_all)


async def deals_of(root: Any, info: strawberry.Info, first: int = 25) -> DealPage:
    """Load the newest deals of a contact."""
    found = await info.context["loaders"].deals_of_contact(first).load(root.id)
    return deal_page(found, rows.Deal.contact_id == root.id)


@strawberry.type
class Contact:
    """A contact."""

    id: strawberry.ID = strawberry.field(resolver=global_id("contact"))
    first_name: str | None
    last_name: str | None
    deals: DealPage = strawberry.field(resolver=deals_of)


@strawberry.type
class ContactPage:
    """A page of contacts."""

    nodes: list[Contact]


async def contacts_of(root: Any, info: strawberry.Info, first: int = 25) -> ContactPage:
    """Load the newest contacts of a company."""
    return ContactPage(nodes=await info.context["loaders"].contacts_of_company(first).load(root.id))


@strawberry.type
class Company:
    """A company."""

    id: strawberry.ID = strawberry.field(resolver=global_id("company"))
    title: str
    contacts: ContactPage = strawberry.field(resolver=contacts_of)


@strawberry.type
class CompanyPage:
    """A page of companies."""

    nodes: list[Company]


async def column_count(root: Any, info: strawberry.Info) -> int:
    """Count the cards of a column."""
    count, _ = await info.context["loaders"].numbers_of_stage.load(root.stage.id)
    return int(count)


async def column_sum(root: Any, info: strawberry.Info) -> Money:
    """Sum the amounts of a column."""
    _, total = await info.context["loaders"].numbers_of_stage.load(root.stage.id)
    currency = await info.context["loaders"].currency.load(WORKSPACE)
    return Money(amount=total or Decimal(0), currency=currency)


async def column_deals(root: Any, info: strawberry.Info) -> DealPage:
    """Load the first cards of a column."""
    found = await info.context["loaders"].cards_of_stage(root.first).load(root.stage.id)
    return deal_page(found, rows.Deal.stage_id == root.stage.id)


@strawberry.type
class BoardColumn:
    """A column of a board."""

    stage: Stage
    first: strawberry.Private[int]
    count: int = strawberry.field(resolver=column_count)
    sum: Money = strawberry.field(resolver=column_sum)
    deals: DealPage = strawberry.field(resolver=column_deals)


async def board(root: Any, info: strawberry.Info, first: int = 25) -> list[BoardColumn]:
    """Give a column for each stage."""
    stages = await info.context["loaders"].stages_of_pipeline.load(root.id)
    return [BoardColumn(stage=stage, first=first) for stage in stages]


@strawberry.type
class Pipeline:
    """A pipeline."""

    id: strawberry.ID = strawberry.field(resolver=global_id("pipeline"))
    name: str
    board: list[BoardColumn] = strawberry.field(resolver=board)


def deal_page(found: Any, *conditions: Any) -> DealPage:
    """Make a page of deals, and tell which list it is of."""
    alive = (rows.Deal.workspace_id == WORKSPACE, rows.Deal.deleted_at.is_(None))
    return DealPage(nodes=found, conditions=(*alive, *conditions))


async def newest_companies(first: int = 25) -> CompanyPage:
    """Read the newest companies."""
    company = rows.Company
    async with Session() as session:
        found: Any = await session.scalars(
            select(company)
            .where(company.workspace_id == WORKSPACE, company.deleted_at.is_(None))
            .order_by(company.id.desc())
            .limit(first)
        )
        return CompanyPage(nodes=found.all())


async def list_deals(
    first: int = 25, where: DealFilter | None = None, order_by: list[DealOrder] | None = None
) -> DealPage:
    """Read a page of deals."""
    page = deal_page([], *conditions_of(where))
    async with Session() as session:
        found: Any = await session.scalars(
            select(rows.Deal)
            .where(*page.conditions)
            .order_by(*order_of(order_by or []))
            .limit(first)
        )
        page.nodes = found.all()
    return page


async def one_deal(info: strawberry.Info, id: strawberry.ID) -> Deal | None:
    """Read a deal."""
    found: Deal | None = await info.context["loaders"].deal.load(decode_id(id)[1])
    return found


async def one_pipeline(info: strawberry.Info, id: strawberry.ID) -> Pipeline | None:
    """Read a pipeline."""
    found: Pipeline | None = await info.context["loaders"].pipeline.load(decode_id(id)[1])
    return found


@strawberry.type
class Query:
    """What can be asked."""

    deals: DealPage = strawberry.field(resolver=list_deals)
    companies: CompanyPage = strawberry.field(resolver=newest_companies)
    deal: Deal | None = strawberry.field(resolver=one_deal)
    pipeline: Pipeline | None = strawberry.field(resolver=one_pipeline)


@strawberry.input
class UpdateDealInput:
    """A change of a deal."""

    id: strawberry.ID
    title: str


@strawberry.type
class UpdateDealPayload:
    """What came of a change."""

    deal: Deal


async def update_deal(input: UpdateDealInput) -> UpdateDealPayload:
    """Change a title."""
    async with Session() as session:
        deal: Any = await session.get(rows.DealRow, (WORKSPACE, decode_id(input.id)[1]))
        deal.title = input.title
        await session.commit()
    return UpdateDealPayload(deal=deal)


@strawberry.type
class Mutation:
    """What can be changed."""

    update_deal: UpdateDealPayload = strawberry.mutation(resolver=update_deal)


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
