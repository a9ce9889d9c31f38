"""Fixtures over the small server; its schema is in `small_server`."""

import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import structlog
import uvicorn

from server import logging as server_logging
from tests.http.small_server import LogLines, Server, build


@pytest.fixture
def server() -> Server:
    return build()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with server.client() as client:
        yield client


@pytest.fixture
def address(server: Server) -> Iterator[tuple[str, int]]:
    """Serve over a real socket, on a free port, from a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        server.app, http="httptools", ws="none", lifespan="off", log_config=None
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield listener.getsockname()
    running.should_exit = True
    thread.join(timeout=10)
    listener.close()


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Configure the log as the server does, and put everything back afterwards."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    lines = LogLines()
    server_logging.configure(stream=lines.stream)
    yield lines
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
