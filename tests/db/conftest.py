"""Databases beside the one of the server under test, and two filled workspaces in that one."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import httpx
import pytest

from domain.ids import decode_id
from tests.access.world import build_world
from tests.conftest import Server
from tests.people import make_cast

_numbers = itertools.count(1)
_TRIES = 40
_PAUSE = 0.25


@contextmanager
def open_database(database_url: str) -> Iterator[str]:
    """Make an empty database beside another one while the block runs; gives its URL."""
    name = f"beside_{next(_numbers)}"
    base, _, query = database_url.partition("?")
    server, _, _ = base.rpartition("/")
    asyncio.run(_execute(database_url, f"CREATE DATABASE {name}"))
    yield f"{server}/{name}" + (f"?{query}" if query else "")
    asyncio.run(_drop(database_url, name))


async def _drop(url: str, name: str) -> None:
    """Drop a database; while PostgreSQL itself tidies up in it, nobody else may end that."""
    for _ in range(_TRIES):
        try:
            await _execute(url, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.InsufficientPrivilegeError:
            await asyncio.sleep(_PAUSE)
        else:
            return
    raise AssertionError(f"{name} is in use")


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """Give the URL of a database with nothing in it."""
    with open_database(database_url) as url:
        yield url


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Workspaces:
    """The ids of two workspaces with something in every table; tests leave them as they are."""

    ours: UUID
    theirs: UUID


@pytest.fixture(scope="session")
async def workspaces(server: Server, http: httpx.AsyncClient) -> Workspaces:
    """Fill two workspaces."""
    people = await make_cast(server.database, http)
    worlds = [await build_world(admin) for admin in (people.root, people.olga)]
    for admin in (people.root, people.olga):
        begun = "mutation { recomputeBaseAmounts { userErrors { code } } }"
        (await admin.run(begun)).payload()
    return Workspaces(*(decode_id(world["workspace"])[1] for world in worlds))
