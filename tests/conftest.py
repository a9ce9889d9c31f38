"""A real server on a real PostgreSQL for all tests, and a fresh cast of people for each.

Each pytest-xdist worker has a PostgreSQL of its own; tests share it and stay apart by workspaces,
as customers do. Reads and writes run under row-level security.
"""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from starlette.applications import Starlette

from auth import passwords
from db.database import Database
from db.migrate import upgrade
from server.app import build_app
from server.embedded import EmbeddedPostgres
from server.serving import settle_collector
from server.settings import Settings
from server.worker import Worker
from tests.access.staff import Join, add_person
from tests.access.world import World, fingerprint
from tests.client import Client
from tests.people import Cast, make_cast

Stored = Callable[[], Awaitable[dict[str, str]]]
"""`stored()` gives a checksum of each table's rows in the workspace of a cast."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests of many examples first: one that is left for the end runs alone, on one core."""
    items.sort(key=lambda item: item.get_closest_marker("hypothesis") is None)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder with a short path that every account may enter: sockets and PostgreSQL want it."""
    folder = Path(tempfile.mkdtemp(prefix="voronka-test-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Give a migrated database of this worker's own."""
    with open_folder() as folder:
        postgres = EmbeddedPostgres(folder / "postgres", durable=False)
        url = postgres.start()
        try:
            upgrade(url)
            yield url
        finally:
            postgres.stop()


@pytest.fixture(scope="session")
def quick_passwords() -> Iterator[PasswordHash]:
    """Hash the passwords of all casts in no time; gives what a server hashes with."""
    strong = passwords._hasher
    passwords._hasher = PasswordHash([Argon2Hasher(memory_cost=8, time_cost=1, parallelism=1)])
    yield strong
    passwords._hasher = strong


@pytest.fixture
def slow_passwords(quick_passwords: PasswordHash, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as a server does."""
    monkeypatch.setattr(passwords, "_hasher", quick_passwords)


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give the settings of the server under test: policies on reads as well."""
    return Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        database_url=SecretStr(database_url),
        secret=SecretStr("a secret that only the tests know, long enough"),
        rls="strict",
        # Tests that want jobs done say when: see `work`.
        embedded_worker=False,
        max_depth=16,
        # A busy machine is no fault of the product: what tests limits has its own.
        operation_deadline=60.0,
        # Each test has workspaces of its own; the collector walks through all that is kept of them.
        kept_schemas=20,
        statement_timeout=50.0,
        lock_timeout=6.0,
        pool_timeout=30.0,
    )


@dataclass(slots=True)
class Server:
    """The running server: where it listens and the application behind it."""

    url: str
    app: Starlette

    @property
    def database(self) -> Database:
        """The pool that the server uses."""
        found: Database = self.app.state.database
        return found


@pytest.fixture(scope="session")
async def server(
    settings: Settings, database_url: str, quick_passwords: PasswordHash
) -> AsyncIterator[Server]:
    """Serve the API on a port of its own."""
    del quick_passwords  # before the first of them
    app = build_app(settings, database_url)
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
    # asyncio sends small answers at once only on sockets that say that they are TCP.
    with socket.socket(proto=socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        task = asyncio.create_task(running.serve([bound]))
        while not running.started:  # noqa: ASYNC110 - uvicorn has a flag, not an event
            await asyncio.sleep(0.01)
        settle_collector()
        yield Server(f"http://127.0.0.1:{bound.getsockname()[1]}", app)
        running.should_exit = True
        await task


@pytest.fixture(scope="session")
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Give a connection to the server."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
async def replica(settings: Settings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give a second server on the same database, which holds what it holds by itself."""
    app = build_app(settings, database_url)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://replica.test"
    ) as client:
        yield client
    await app.state.database.dispose()


@pytest.fixture
async def people(server: Server, http: httpx.AsyncClient) -> Cast:
    """Give a fresh cast: an English workspace with the base currency USD, and a second one."""
    return await make_cast(server.database, http)


Work = Callable[..., Awaitable[None]]


def working_on(database: Database, url: str) -> Work:
    """Give a function that does all the background jobs there are in a database.

    It takes a worker's settings. A job that fails is tried again at once; periodic ones come where
    `periodic` names them.
    """

    async def drain(**settings: Any) -> None:
        chosen = {"pauses": (0, 0, 0, 0), "periodic": {}, **settings}
        await Worker(database, url, **chosen).drain()

    return drain


@pytest.fixture
def work(server: Server, database_url: str) -> Work:
    """Give the function of `working_on` for the database of all tests."""
    return working_on(server.database, database_url)


_OWN = ("SELECT found.workspace_id", "set_config", "BEGIN ", "voronka_touch_tokens",
        "voronka_journal")  # fmt: skip
"""Of what is sent for the token and the session's settings, and beside operations."""


@dataclass(slots=True)
class Statements:
    """The SQL statements that were sent while it was watched."""

    texts: list[str] = field(default_factory=list)

    @property
    def records(self) -> list[str]:
        """Those that are the operation's own: not the token's, not the session's settings."""
        return [text for text in self.texts if not any(own in text for own in _OWN)]


@pytest.fixture
def watch(server: Server) -> Any:
    """Give a context manager that collects the SQL statements of what runs inside it."""

    @contextmanager
    def watching() -> Iterator[Statements]:
        seen = Statements()

        with server.database.watch(lambda text, _values: seen.texts.append(text)):
            yield seen

    return watching


@pytest.fixture
def join(people: Cast, server: Server) -> Join:
    """Give a function that adds a person with roles and gives their client."""

    async def add(name: str, *roles: str) -> Client:
        return await add_person(people, server.database, name, roles)

    return add


@pytest.fixture
def stored(people: Cast, server: Server) -> Stored:
    """Give a function that tells of any change of what the cast's workspace has stored."""

    async def look() -> dict[str, str]:
        found = await people.root.data("{ viewer { workspace { id } } }")
        world = World({"workspace": str(found["viewer"]["workspace"]["id"])})
        return await fingerprint(server.database, world)

    return look


@pytest.fixture
def root_folder() -> Path:
    """Give the root of the project."""
    return Path(__file__).parent.parent
