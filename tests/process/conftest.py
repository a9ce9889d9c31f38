"""People with roles of a test's own making, and a look at what was told."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from db.base import WORKSPACE
from db.tables import events
from domain.ids import decode_id
from tests.conftest import Server
from tests.people import Cast

Told = Callable[[str], Awaitable[list[tuple[str, dict[str, Any]]]]]


async def workspace_of(people: Cast) -> str:
    """Give the id of the cast's workspace."""
    found = await people.root.data("{ viewer { workspace { id } } }")
    return str(found["viewer"]["workspace"]["id"])


@pytest.fixture
def told(people: Cast, server: Server) -> Told:
    """Give a function that gives the events of a thing, the oldest first."""

    async def look(thing: str) -> list[tuple[str, dict[str, Any]]]:
        table = events.alias()
        statement = (
            select(table.c.kind, table.c.changes)
            .where(table.c.workspace_id == WORKSPACE, table.c.record_id == decode_id(thing)[1])
            .order_by(table.c.transaction_id, table.c.id)
        )
        workspace = decode_id(await workspace_of(people))[1]
        async with server.database.session(write=False) as session:
            await server.database.enter(session, workspace, write=False)
            return [(row.kind, row.changes) for row in await session.rows(statement)]

    return look
