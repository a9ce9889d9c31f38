"""What an operation read is gone when it is answered, without the garbage collector's help."""

import gc
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from loaders.batching import BatchLoader
from loaders.pages import Page
from loaders.rows import Row
from tests.api.calling import mutate
from tests.api.world import DEAL, World, make_record

_READ = (BatchLoader, Page, Row, asyncpg.Record)
_LISTS = """
{ companies { totalCount pageInfo { endCursor } nodes { title
    contacts { nodes { fullName deals { nodes { title stage { name } } } } } } } }
"""
_ALONE = "query ($id: ID!) { deal(id: $id) { title company { title } responsible { fullName } } }"
_NODE = "query ($id: ID!) { node(id: $id) { id ... on Deal { title contact { fullName } } } }"


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Let the garbage collector do nothing meanwhile."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def held() -> set[int]:
    """Give what is held of loaders and of what they read."""
    # Not isinstance, which asks some objects themselves.
    return {id(each) for each in gc.get_objects() if issubclass(type(each), _READ)}


async def test_nothing_that_a_query_read_outlives_it(shop: World, uncollected: None) -> None:
    async def ask() -> list[Any]:
        reader = shop.people.reader
        deal = shop["A"]
        return [
            await reader.data(_LISTS),
            await reader.data(_ALONE, id=deal),
            await reader.data(_NODE, id=deal),
        ]

    first = await ask()  # what is known from then on, such as people and settings, stays
    await ask()
    before = held()

    assert await ask() == first
    assert held() <= before


async def test_nothing_that_a_mutation_read_outlives_it(world: World, uncollected: None) -> None:
    anna = world.people.anna
    deal = await make_record(anna, DEAL, {"title": "Annual licence"}, "id")

    async def rename(title: str) -> None:
        shown = "deal { title responsible { fullName } contacts { nodes { fullName } } }"
        given = {"id": deal["id"], "title": title}
        answer = await mutate(anna, "updateDeal", shown, input=given)
        assert answer.payload()["deal"]["title"] == title

    await rename("Licence for a year")
    await rename("Licence for two years")
    before = held()

    await rename("Licence for three years")

    assert held() <= before
