"""Two worlds that are never changed, and a look into every answer for what must stay inside."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from domain.audit import AuditKind
from tests.access.ground import Ground, open_ground
from tests.access.world import World, build_world
from tests.conftest import Server
from tests.people import Cast, make_cast

SECRETS = re.compile(
    r"password_hash|argon2|\bhash\b|\bSELECT\b|\bINSERT\b|\bUPDATE\b \w+ SET|sqlalchemy|asyncpg"
    r"|Traceback|\.py\b",
    re.IGNORECASE,
)


Log = Callable[..., Awaitable[list[Any]]]
_LOG = """query ($where: AuditEventFilter) { auditEvents(where: $where, first: 100) {
  nodes { kind user { id } about { id } subjectId details } } }"""


@dataclass(slots=True)
class Stage:
    """A cast with everything in both workspaces; tests leave it as it is."""

    people: Cast
    ours: World
    theirs: World


@pytest.fixture(scope="session")
async def stage(server: Server, http: httpx.AsyncClient) -> Stage:
    """Give the two worlds: root's, and olga's."""
    people = await make_cast(server.database, http)
    return Stage(people, await build_world(people.root), await build_world(people.olga))


@pytest.fixture
def log(server: Server, people: Cast) -> Log:
    """Give a function that gives entries of some kinds, the oldest first."""

    async def read(*kinds: AuditKind) -> list[Any]:
        await server.app.state.journal.flush()
        where = {"kind": {"in": [kind.value for kind in kinds]}}
        return list((await people.root.data(_LOG, where=where))["auditEvents"]["nodes"][::-1])

    return read


@pytest.fixture(scope="session")
async def ground(server: Server, http: httpx.AsyncClient) -> AsyncIterator[Ground]:
    """Give the workspace of the matrix; tests leave all of it but the role as it is."""
    async for found in open_ground(server, http):
        yield found


@pytest.fixture(autouse=True)
async def no_secrets(http: httpx.AsyncClient) -> AsyncIterator[None]:
    """Fail a test in which an answer told of hashes, SQL or code."""
    told: list[str] = []

    async def look(response: httpx.Response) -> None:
        await response.aread()
        told.extend(SECRETS.findall(response.text))

    http.event_hooks["response"].append(look)
    yield
    http.event_hooks["response"].remove(look)
    assert told == []
