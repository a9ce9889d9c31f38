"""Servers with other limits or other stores, on the same database."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from obstore.store import MemoryStore

from db.file_store import FileStore
from server.app import build_app
from server.settings import Settings
from tests.client import Client
from tests.conftest import Server

Serve = Callable[..., Any]


@pytest.fixture
def store(server: Server) -> FileStore:
    """Give the store of the server under test, which is a folder."""
    found: FileStore = server.app.state.files
    return found


@pytest.fixture
async def serve(settings: Settings, database_url: str) -> AsyncIterator[Serve]:
    """Give a function that puts a person before a server with its own settings and store."""
    async with AsyncExitStack() as stack:

        async def start(person: Client, files: FileStore | None = None, **changed: Any) -> Client:
            own = Settings(**(settings.model_dump(exclude_unset=True) | changed))
            app = build_app(own, database_url, files=files or FileStore(opened=MemoryStore()))
            stack.push_async_callback(app.state.database.dispose)
            transport = httpx.ASGITransport(app)
            http = httpx.AsyncClient(transport=transport, base_url="http://other.test")
            await stack.enter_async_context(http)
            return Client(http, person.token, person.language)

        yield start
