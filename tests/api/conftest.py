"""A world to point to, and looks into the database: what is stored, which events were written."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from db.base import WORKSPACE, metadata
from db.tables import events
from domain.ids import decode_id, encode_id
from tests.api.crowd import Crowd, build_crowd
from tests.api.shop import build_shop
from tests.api.world import World, build_world
from tests.conftest import Server
from tests.people import Cast, make_cast

NewCast = Callable[..., Awaitable[Cast]]


@pytest.fixture(scope="session")
def new_cast(server: Server, http: httpx.AsyncClient) -> NewCast:
    """Give a function that makes one more cast, for a workspace that several tests share."""

    async def make(locale: str = "en", currency: str = "USD") -> Cast:
        return await make_cast(server.database, http, locale, currency)

    return make


@pytest.fixture(scope="session")
async def world(new_cast: NewCast) -> World:
    """Give a workspace with settings and a few records to point to.

    Tests share it: each looks only at records that it made itself.
    """
    return await build_world(await new_cast())


@pytest.fixture(scope="session")
async def shop(new_cast: NewCast) -> World:
    """Give a workspace whose every record is known; tests only read it."""
    return await build_shop(await new_cast())


@pytest.fixture(scope="session")
async def crowd(new_cast: NewCast) -> Crowd:
    """Give a workspace with twenty of everything; tests only read it."""
    return await build_crowd(await new_cast())


@pytest.fixture
async def own_world(people: Cast) -> World:
    """Give a workspace of this test's own, for those that count what is in it."""
    return await build_world(people)


Stored = Callable[[], Awaitable[dict[str, str]]]


@pytest.fixture
def stored(server: Server, world: World) -> Stored:
    """Give a function that tells, by table, a checksum of all that the world's workspace holds."""

    async def look() -> dict[str, str]:
        workspace = decode_id(world["workspace"])[1]
        parts = [
            f"SELECT '{table.name}' AS name, count(*) || ' rows '"  # noqa: S608 - our own names
            f" || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS content"
            f" FROM {table.name} AS t WHERE workspace_id = :workspace"
            for table in metadata.sorted_tables
            # The journal writes beside operations: who was refused, when a token was last used.
            if "workspace_id" in table.c and table.name not in {"audit_events", "tokens"}
        ]
        async with server.database.engine.connect() as connection:
            rows = await connection.execute(
                text(" UNION ALL ".join(parts)), {"workspace": workspace}
            )
            return {row.name: row.content for row in rows}

    return look


EventLog = Callable[..., Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def log(server: Server) -> EventLog:
    """Give a function that reads the events of a record, the oldest first, from the table."""

    async def read(world: World, record: str | None = None) -> list[dict[str, Any]]:
        workspace = decode_id(world["workspace"])[1]
        table = events.alias()
        statement = (
            select(table.c.kind, table.c.record_type, table.c.record_id, table.c.actor_id,
                   table.c.version, table.c.changes, table.c.at)
            .where(table.c.workspace_id == WORKSPACE)
            .order_by(table.c.transaction_id, table.c.id)
        )  # fmt: skip
        if record is not None:
            statement = statement.where(table.c.record_id == decode_id(record)[1])
        async with server.database.session(write=False) as session:
            await server.database.enter(session, workspace, write=False)
            rows = await session.rows(statement)
        return [
            {
                "kind": row.kind,
                "record": encode_id(row.record_type, row.record_id),
                "actor": encode_id("user", row.actor_id),
                "version": row.version,
                "changes": row.changes,
                "at": row.at,
            }
            for row in rows
        ]

    return read
