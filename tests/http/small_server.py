"""A small schema behind the real view: these tests are about HTTP and know nothing of the CRM."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import httpx
import orjson
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from strawberry.http import GraphQLRequestData
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from domain.errors import BadInputError, ForbiddenError, UnauthenticatedError
from schema.documents import DocumentCache
from schema.limits import Limits
from schema.served import ServedSchema
from server.graphql_http import GraphQLView, Reply, Run
from server.middleware import middleware

TOKEN = "Bearer vs_test"
SECRET_TEXT = "canary-of-a-bug anna@example.com"


@strawberry.enum
class Color(Enum):
    """An enum, for its error messages."""

    RED = "red"
    GREEN = "green"


@strawberry.input
class DealFilter:
    """A filter that nests in itself."""

    title: str | None = None
    all: list["DealFilter"] | None = strawberry.field(name="and", default=None)
    none: "DealFilter | None" = strawberry.field(name="not", default=None)
    within: list[str] | None = strawberry.field(name="in", default=None)


@strawberry.input(one_of=True)
class DealOrder:
    """Exactly one of its fields."""

    title: strawberry.Maybe[str]
    amount: strawberry.Maybe[int]


@strawberry.input
class DealInput:
    """What a mutation takes."""

    title: str
    note: strawberry.Maybe[str]
    tags: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class Deal:
    """An object that leads back to itself, for depth."""

    title: str = "Annual licence"

    @strawberry.field
    def next(self) -> "Deal":
        return Deal()

    @strawberry.field
    def forbidden(self) -> int | None:
        raise ForbiddenError("noAmount")


@strawberry.type
class Query:
    """The ways in."""

    @strawberry.field
    def deal(self, where: DealFilter | None = None) -> Deal:
        return Deal()

    @strawberry.field
    def hello(
        self, name: str = "world", color: Color = Color.RED, order: DealOrder | None = None
    ) -> str:
        return f"Hello, {name}"

    @strawberry.field
    def double(self, number: int) -> int:
        return number * 2

    @strawberry.field
    def echo(self, value: strawberry.scalars.JSON) -> strawberry.scalars.JSON:
        return value

    @strawberry.field
    def picky(self) -> int | None:
        raise BadInputError("tooSmall", ("where", "amount"), least=3)

    @strawberry.field
    def bug(self) -> int | None:
        raise ValueError(SECRET_TEXT)

    @strawberry.field
    def too_big(self) -> int | None:
        return 2**40

    @strawberry.field
    def ratio(self) -> strawberry.scalars.JSON:
        return {"ratio": float("nan")}  # type: ignore[return-value]  # a scalar's value is free

    @strawberry.field
    async def slow(self) -> str:
        await asyncio.sleep(60)
        return "late"


@strawberry.type
class Mutation:
    """The ways to change things."""

    @strawberry.mutation
    def sign_in(self, email: str) -> str:
        return "token"

    @strawberry.mutation
    def create_deal(self, input: DealInput) -> str:
        return input.title


@dataclass
class Server:
    """An application under test and what it was made of."""

    app: Starlette
    cache: DocumentCache
    schema: ServedSchema
    view: GraphQLView
    requests: list[GraphQLRequestData] = field(default_factory=list)

    def client(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://voronka.test",
            headers={"Authorization": TOKEN} | headers,
        )


def say(key: str, language: str, values: Mapping[str, object]) -> str:
    """Say the key of a message the way the real texts would be chosen."""
    return f"{key} in {language} with {dict(values)}"


async def page(_request: Request) -> Response:
    return HTMLResponse("<title>explorer</title>")


def build(limits: Limits = Limits(), run: Run | None = None) -> Server:  # noqa: B008  # frozen
    """Make a server over the small schema; `run` replaces the execution."""
    cache = DocumentCache(limits)
    schema = ServedSchema(
        cache,
        Query,
        Mutation,
        config=StrawberryConfig(disable_field_suggestions=True),
    )
    requests: list[GraphQLRequestData] = []

    async def execute(
        request: Request, data: GraphQLRequestData, allowed: frozenset[OperationType]
    ) -> Reply:
        if request.headers.get("authorization") != TOKEN:
            raise UnauthenticatedError
        requests.append(data)
        result: ExecutionResult = await schema.execute(
            data.query,
            data.variables,
            operation_name=data.operation_name,
            allowed_operation_types=allowed,
            operation_extensions=data.extensions,
        )
        return Reply(result)

    view = GraphQLView(schema, run or execute, page, limits, say)
    origins = ("https://app.example.com",)
    app = Starlette(routes=[Route("/graphql", view)], middleware=middleware(limits, origins))
    return Server(app, cache, schema, view, requests)


class LogLines:
    """The log of one test, read back as JSON."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def of(self, event: str) -> list[dict[str, Any]]:
        lines = [orjson.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if line["event"] == event]
