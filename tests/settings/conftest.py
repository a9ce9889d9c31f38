"""Offices to set up: one that tests share, each with a pipeline of its own, and fresh ones."""

import itertools
from collections.abc import Awaitable, Callable

import httpx
import pytest

from resolvers.workspaces import create_workspace
from tests.client import Client
from tests.conftest import Server
from tests.people import make_cast
from tests.settings.office import Office, Pipeline, make_pipeline

_numbers = itertools.count(1)

Fresh = Callable[[str], Awaitable[Client]]


@pytest.fixture(scope="session")
async def office(server: Server, http: httpx.AsyncClient) -> Office:
    """Give the office that tests share; each changes only what it made itself."""
    people = await make_cast(server.database, http)
    workspace = (await people.root.data("{ viewer { workspace { id } } }"))["viewer"]["workspace"]
    return Office(people, server.database, workspace["id"])


@pytest.fixture
async def pipeline(office: Office) -> Pipeline:
    """Give a pipeline of this test's own, with the stages of a new workspace."""
    return await make_pipeline(office.keeper)


@pytest.fixture
def fresh(server: Server, http: httpx.AsyncClient) -> Fresh:
    """Give a function that makes a workspace in a language and gives its administrator."""

    async def make(locale: str) -> Client:
        number = next(_numbers)
        made = await create_workspace(
            server.database, f"Fresh {number}", locale, "RUB", f"keeper{number}@example.com"
        )
        return Client(http, made.api_key)

    return make
