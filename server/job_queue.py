"""The queue of background jobs as its library sees it: one connection that asks and listens.

Through PgBouncer in transaction mode notices do not arrive; then the worker asks now and then.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job, TracebackRecord
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import JOB_STATUS
from typing_extensions import override

from server.settings import Settings

APPLICATION: Final = "voronka worker"
"""How the connection is called in PostgreSQL's list of connections."""

_SECONDS: Final = 30
_CLOSING_SECONDS: Final = 5
_STATES: Final = {"queued": "waiting", "picked": "running"}


def queue_url(settings: Settings, database_url: str) -> str:
    """Give the URL of the connection that the queue is worked by: a direct one if there is any."""
    listen = settings.listen_url
    return database_url if listen is None else listen.get_secret_value()


class _Names(DBSettings):
    """The library's names of its tables; it would read others from the environment."""

    @override
    @classmethod
    def settings_customise_sources(
        cls, settings_cls: Any, init_settings: Any, *_further: Any, **_named: Any
    ) -> tuple[Any, ...]:
        return (init_settings,)


NAMES: Final[DBSettings] = _Names(db_schema="jobs", durability=Durability.balanced)


@dataclass(frozen=True, slots=True)
class Payload:
    """What the queue keeps of a job besides its name."""

    workspace_id: UUID
    actor_id: UUID | None
    arguments: Mapping[str, Any]

    @classmethod
    def read(cls, payload: bytes | None) -> "Payload":
        """Read what `voronka_enqueue` has written."""
        given = orjson.loads(payload or b"")
        actor = given["actor"]
        return cls(
            UUID(given["workspace"]), None if actor is None else UUID(actor), given["arguments"]
        )


class _OwnedQueries(Queries):
    """The library's statements, but a job's end is in the transaction of its work.

    Left alone, the library deletes a job that has run or was cancelled whoever has it by now. One
    that was cancelled with its worker stays picked, and is taken up like that of a killed worker.
    """

    @override
    async def log_jobs(
        self, job_status: list[tuple[Job, JOB_STATUS, TracebackRecord | None]]
    ) -> None:
        if failed := [each for each in job_status if each[1] == "failed"]:
            await super().log_jobs(failed)


@asynccontextmanager
async def open_queue(url: str) -> AsyncIterator[Queries]:
    """Connect to the queue for as long as the block runs."""
    connection = await asyncpg.connect(
        url, command_timeout=_SECONDS, server_settings={"application_name": APPLICATION}
    )
    try:
        yield _OwnedQueries(
            AsyncpgDriver(connection),
            QueryBuilderEnvironment(NAMES),
            QueryQueueBuilder(NAMES),
            QuerySchedulerBuilder(NAMES),
        )
    finally:
        await connection.close(timeout=_CLOSING_SECONDS)


async def count_jobs(url: str) -> Sequence[tuple[int, str, str]]:
    """Count the jobs in the queue: how many, their state, their name."""
    async with open_queue(url) as queries:
        sizes = await queries.queue_size()
    found = [(size.entrypoint, _STATES.get(size.status, size.status), size.count) for size in sizes]
    return [(count, state, name) for name, state, count in sorted(found)]


async def retry_failed(url: str, name: str | None) -> int:
    """Queue the failed jobs (of one name) anew, with all their tries; give how many there were."""
    async with open_queue(url) as queries:
        known = sum(size.count for size in await queries.queue_size() if size.status == "failed")
        failed = await queries.list_failed_jobs(known)
        wanted = [job.id for job in failed if name in {None, job.entrypoint}]
        await queries.requeue_jobs(wanted)
    return len(wanted)
