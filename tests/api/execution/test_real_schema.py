"""Any document over the real schema and a filled workspace: both executors answer the same."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema, build_schema
from graphql.execution.executor import Executor
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.executor import PlannedExecutor
from server.app import build_app
from server.settings import Settings
from tests.api.execution.comparing import normal
from tests.api.execution.documents import documents
from tests.api.world import World
from tests.client import Client

EXAMPLES = int(os.environ.get("VORONKA_EXAMPLES", "700"))
SDL = Path(__file__).parents[3] / "schema" / "schema.graphql"


@dataclass(slots=True)
class Twins:
    """The same person before two servers on one database: with our executor, and with the stock."""

    ours: Client
    stock: Client
    ids: Sequence[str]


@pytest.fixture(scope="session")
async def pair(
    settings: Settings, database_url: str
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Give the application twice, under our executor and under graphql-core's own.

    They have time: on a busy machine a large document is stopped now and then, which tells nothing.
    """
    patient = settings.model_copy(update={"operation_deadline": 100.0, "statement_timeout": 100.0})
    executors: tuple[type[Executor[Any]], ...] = (
        PlannedExecutor,
        StrawberryGraphQLCoreExecutionContext,
    )
    apps = [build_app(patient, database_url, executor) for executor in executors]
    clients = [
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pair.test")
        for app in apps
    ]
    async with clients[0], clients[1]:
        yield clients[0], clients[1]
    for app in apps:
        await app.state.database.dispose()


@pytest.fixture
def twins(shop: World, pair: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> Twins:
    """Give anna of the shop, before both."""
    ids = [text for text in shop.ids.values() if "_" in text]
    ours, stock = [Client(http, shop.people.anna.token) for http in pair]
    return Twins(ours, stock, ids)


@pytest.fixture(scope="session")
def sdl() -> GraphQLSchema:
    """Give the schema as clients see it."""
    return build_schema(SDL.read_text(encoding="utf-8"))


@pytest.mark.usefixtures("swept")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", range(2))
@pytest.mark.timeout(300)
@examples(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_both_answer_the_same(
    part: int, twins: Twins, sdl: GraphQLSchema, data: st.DataObject
) -> None:
    document = data.draw(documents(sdl, twins.ids))

    ours = await twins.ours.run(document)
    again = await twins.ours.run(document)  # now that it is planned
    stock = await twins.stock.run(document)

    assert normal(ours.body) == normal(stock.body), document
    assert normal(again.body) == normal(stock.body), document
    assert ours.status == again.status == stock.status
