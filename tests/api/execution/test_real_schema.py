"""Any document over the real schema and a filled workspace: both executors answer the same."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from graphql import GraphQLSchema, build_schema
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.api.execution.comparing import normal
from tests.api.execution.documents import documents
from tests.api.world import World
from tests.client import Client

EXAMPLES = int(os.environ.get("VORONKA_EXAMPLES", "1000"))
SDL = Path(__file__).parents[3] / "schema" / "schema.graphql"


@dataclass(slots=True)
class Twins:
    """The same person before two servers on one database: with our executor, and with the stock."""

    ours: Client
    stock: Client
    ids: Sequence[str]


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
    stock = await twins.stock.run(document)

    assert normal(ours.body) == normal(stock.body), document
    assert ours.status == stock.status
