"""The worker as it is run: inside `serve`, or as a command of its own beside it."""

import asyncio
import signal
import time
from pathlib import Path

import asyncpg
import pytest

from server.embedded import EmbeddedPostgres
from tests.server.conftest import Serve

PATIENCE = 20.0


def turns(own_data: Path) -> int:
    """Count the turns of periodic jobs that any worker has begun."""

    async def ask() -> int:
        url = EmbeddedPostgres(own_data).url_if_running()
        assert url is not None
        connection = await asyncpg.connect(url)
        try:
            found: int = await connection.fetchval(
                "SELECT count(*) FROM jobs.pgqueuer_schedules WHERE last_run IS NOT NULL"
            )
        finally:
            await connection.close()
        return found

    return asyncio.run(ask())


def wait_for_a_turn(own_data: Path) -> None:
    """Wait until a worker has begun a turn; fails where none comes."""
    until = time.monotonic() + PATIENCE
    while turns(own_data) == 0:
        assert time.monotonic() < until, "no worker came"
        time.sleep(0.05)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_works_on_jobs_itself(serve: Serve, own_data: Path, workers: str) -> None:
    server = serve(VORONKA_WORKERS=workers)
    wait_for_a_turn(own_data)

    start = time.monotonic()
    code, said = server.stop()

    assert code == 0
    assert said.count('"event":"worker started"') == int(workers)
    assert said.count('"event":"worker stopped"') == int(workers)
    assert "waits for its queue" not in said
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_of_its_own_works_beside_a_server_that_does_not(
    serve: Serve, own_data: Path, number: signal.Signals
) -> None:
    server = serve(VORONKA_EMBEDDED_WORKER="off")
    time.sleep(1)
    assert turns(own_data) == 0

    worker = serve("worker")
    assert worker.output == ["Working on background jobs.", "Ctrl-C stops it."]
    wait_for_a_turn(own_data)
    code, said = worker.stop(number)

    assert (code, said.count('"event":"worker stopped"')) == (0, 1)
    code, said = server.stop()
    assert (code, "worker started" in said) == (0, False)


def test_a_worker_alone_brings_the_embedded_database(serve: Serve, own_data: Path) -> None:
    worker = serve("worker")
    wait_for_a_turn(own_data)

    assert worker.stop(signal.SIGTERM)[0] == 0
    assert EmbeddedPostgres(own_data).url_if_running() is None
