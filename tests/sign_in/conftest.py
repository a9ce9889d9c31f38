"""Further servers on the same database: one that sends mail, one that trusts an issuer."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from server.app import build_app
from server.settings import Settings
from server.worker import Worker
from tests.client import Answer, Client, argument_type
from tests.conftest import Server
from tests.people import Cast
from tests.sign_in.issuer import Issuer
from tests.sign_in.mailbox import Mailbox, open_mailbox

AUDIENCE = "voronka-tests"


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """Serve an application on a port of its own while the block runs; gives its address."""
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    with socket.socket(proto=socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        task = asyncio.create_task(running.serve([bound]))
        while not running.started:  # noqa: ASYNC110 - uvicorn has a flag, not an event
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        running.should_exit = True
        await task


@asynccontextmanager
async def beside(settings: Settings, database_url: str, **changed: Any) -> AsyncIterator[Server]:
    """Run a further server on the database, with some settings changed."""
    app = build_app(settings.model_copy(update=changed), database_url)
    async with serving(app) as url:
        yield Server(url, app)


@pytest.fixture(scope="session")
async def mailbox() -> AsyncIterator[Mailbox]:
    """Give a mail server that keeps what it gets."""
    async with open_mailbox() as box:
        yield box


@pytest.fixture(scope="session")
async def mailing(settings: Settings, database_url: str, mailbox: Mailbox) -> AsyncIterator[Server]:
    """Give a server that sends mail, under a public address of its own."""
    changed = {
        "smtp_url": SecretStr(mailbox.url),
        "mail_from": "Voronka <crm@example.com>",
        "public_url": "https://crm.example.com",
    }
    async with beside(settings, database_url, **changed) as server:
        yield server


@pytest.fixture(scope="session")
async def post(mailing: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Give a connection to the server that sends mail."""
    async with httpx.AsyncClient(base_url=mailing.url, timeout=30) as client:
        yield client


@pytest.fixture
def deliver(
    mailing: Server, settings: Settings, database_url: str, mailbox: Mailbox
) -> Callable[[], Awaitable[None]]:
    """Give a function that lets a worker send what waits."""
    changed = {"smtp_url": SecretStr(mailbox.url), "mail_from": "Voronka <crm@example.com>",
               "public_url": "https://crm.example.com"}  # fmt: skip
    mailer = settings.model_copy(update=changed).mailer

    async def drain() -> None:
        worker = Worker(mailing.database, database_url, periodic={}, pauses=(0,), mailer=mailer)
        await worker.drain()

    return drain


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """Give an issuer of tokens with a key of each kind."""
    made = Issuer()
    async with serving(made.app) as url:
        made.url = url
        yield made


@pytest.fixture
async def trusting(settings: Settings, database_url: str, issuer: Issuer) -> AsyncIterator[Server]:
    """Give a server that accepts the issuer's tokens."""
    changed = {"oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
    async with beside(settings, database_url, **changed) as server:
        yield server


@pytest.fixture
async def door(trusting: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Give a connection to the server that accepts the issuer's tokens."""
    async with httpx.AsyncClient(base_url=trusting.url, timeout=30) as client:
        yield client


_numbers = itertools.count()


async def knock(people: Cast, mutation: str, given: dict[str, Any], selection: str) -> Answer:
    """Send what needs no token, each time from another address: one may try 20 times a minute."""
    number = next(_numbers)
    address = {"X-Forwarded-For": f"10.8.{number // 256}.{number % 256}"}
    document = (
        f"mutation ($given: {argument_type(mutation, 'input')}) {{ {mutation}(input: $given) "
        f"{{ {selection} userErrors {{ code message path }} }} }}"
    )
    return await people.nobody.run(document, {"given": given}, address)


Log = Callable[..., Awaitable[list[dict[str, Any]]]]

_LOG = """query ($where: AuditEventFilter) { auditEvents(where: $where, first: 100) { nodes {
  kind user { id } about { id } subjectId address userAgent details } } }"""


@pytest.fixture
def log(people: Cast, server: Server) -> Log:
    """Give a function that reads the audit log as an administrator, the oldest first."""

    async def read(*kinds: str, admin: Client | None = None) -> list[dict[str, Any]]:
        await server.app.state.journal.flush()
        where = {"kind": {"in": list(kinds)}} if kinds else {}
        found = await (admin or people.root).data(_LOG, where=where)
        nodes: list[dict[str, Any]] = found["auditEvents"]["nodes"]
        return nodes[::-1]

    return read
