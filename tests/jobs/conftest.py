"""Jobs of a test's own: a handler that only this test has, and operations that leave such a job."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import asyncpg
import pytest

from auth.actor import Actor
from db.session import Session
from domain.jobs import Job
from domain.records import DEAL
from resolvers import records
from resolvers.jobs import Handler
from resolvers.operation import Operation
from tests.conftest import Work

_numbers = itertools.count(1)
_begin = Operation.begin


@dataclass(slots=True)
class Bench:
    """A kind of job that one test has for itself."""

    name: str
    queue_url: str
    run: Work
    seen: list[tuple[Actor, Mapping[str, Any]]] = field(default_factory=list)
    """Who did what, each time that a handler began."""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @contextmanager
    def leaving(self, **arguments: Any) -> Any:
        """Let every operation of the block leave one job of this kind."""

        def begin(session: Session, actor: Actor) -> Operation:
            op = _begin(session, actor)
            op.later(Job(self.name, arguments))
            return op

        with patch.object(Operation, "begin", begin):
            yield

    def handler(self, then: Callable[[Operation], Awaitable[bool | None]]) -> dict[str, Handler]:
        """Give the registry of a worker that does this job by `then`."""

        async def handle(op: Operation, arguments: Mapping[str, Any]) -> bool | None:
            self.seen.append((op.actor, arguments))
            return await then(op)

        return {self.name: handle}

    async def work(
        self, then: Callable[[Operation], Awaitable[bool | None]] | None = None, **settings: Any
    ) -> None:
        """Do all jobs of this kind by `then`, or by taking note alone."""
        await self.run(jobs=self.handler(then or nothing), **settings)

    async def queue(self) -> list[tuple[str, int]]:
        """Tell the state and the failed tries of the jobs of this kind in the queue."""
        rows = await self.ask(
            "SELECT status::text, attempts FROM jobs.pgqueuer WHERE entrypoint = $1 ORDER BY id",
            self.name,
        )
        return [tuple(row) for row in rows]

    async def ask(self, statement: str, *values: Any) -> list[Any]:
        """Ask the database directly."""
        connection = await asyncpg.connect(self.queue_url)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()


async def nothing(_op: Operation) -> None:
    """Do nothing."""
    await asyncio.sleep(0)


async def make_deal(op: Operation) -> None:
    """Make a deal, so that it can be seen whether a job's work was kept."""
    await records.create(op, DEAL, [{"title": "Made by a job"}], single=True)


def make_bench(database_url: str, work: Work) -> Bench:
    """Make up a kind of job in a database."""
    return Bench(f"test_{next(_numbers)}", database_url, work)


@pytest.fixture
def bench(database_url: str, work: Work) -> Bench:
    """Give a kind of job of this test's own."""
    return make_bench(database_url, work)
