"""The worker: takes jobs from the queue and runs each in a transaction of its workspace.

A job and the end of it are one transaction, so a worker that is killed leaves its job whole for
another. What fails is tried again after growing pauses, and in the end kept as failed.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from time import perf_counter
from typing import Final
from uuid import UUID

from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.types import QueueExecutionMode

from db.database import Database
from db.file_store import FileStore
from db.mailer import Mailer
from domain.ids import encode_id
from domain.jobs import Job
from resolvers.jobs import JOBS, PERIODIC, Handler, run_job
from server.faults import lost_race
from server.job_queue import NAMES, Payload, open_queue, queue_url
from server.logging import log
from server.pool import open_worker_pool
from server.settings import Settings

GRACE_SECONDS: Final = 5.0
PAUSES: Final = (10.0, 60.0, 600.0, 3600.0)
"""Seconds before the second try, the third, and so on; there is one try more than pauses."""

_TRIES: Final = 3
_POLL: Final = timedelta(seconds=5)
_DRAIN_POLL: Final = timedelta(seconds=0.05)
_TICK_SECONDS: Final = 60.0
_RECONNECT_SECONDS: Final = 5.0
_SILENT: Final = timedelta(seconds=30)
"""How long a worker may give no sign of life before its jobs are taken from it."""


class JobFailedError(Exception):
    """A job failed for good; the message is the class of what it raised and nothing of its data."""


class JobTakenError(Exception):
    """Another worker has taken the job over: what was done here is rolled back."""


class Worker:
    """Runs the jobs of one process."""

    def __init__(
        self,
        database: Database,
        queue_url: str,
        *,
        jobs: Mapping[str, Handler] = JOBS,
        periodic: Mapping[str, float] = PERIODIC,
        at_once: int = 2,
        pauses: Sequence[float] = PAUSES,
        grace: float = GRACE_SECONDS,
        silent: timedelta = _SILENT,
        files: FileStore | None = None,
        mailer: Mailer | None = None,
    ) -> None:
        """Prepare a worker; `queue_url` is the direct connection that can listen.

        `at_once` jobs run at a time, at least two, each on a connection of `database`. `files`
        keeps the contents of files, `mailer` sends e-mail.
        """
        self._database = database
        self._queue_url = queue_url
        self._jobs = jobs
        self._periodic = periodic
        self._at_once = at_once
        self._pauses = pauses
        self._grace = grace
        self._silent = silent
        self._files = files
        self._mailer = mailer
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._manager: QueueManager | None = None

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Work while the block runs; then stop within about the grace period."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            await self._stop()
            _, late = await asyncio.wait({task}, timeout=self._grace)
            for each in late:
                each.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def drain(self) -> None:
        """Work until the queue holds nothing for this worker, the periodic jobs included."""
        async with open_queue(self._queue_url) as queries:
            if self._periodic:
                await self._enqueue_periodic()
            await self._work(queries, QueueExecutionMode.drain)

    async def _run(self) -> None:
        log.info("worker started", jobs=sorted(self._jobs), at_once=self._at_once)
        ticking = asyncio.create_task(self._tick())
        while not self._stopping.is_set():
            try:
                async with open_queue(self._queue_url) as queries:
                    await self._work(queries, QueueExecutionMode.continuous)
            except Exception as error:  # noqa: BLE001 - whatever it was, jobs must not pile up unseen
                log.error("worker waits for its queue", seconds=_RECONNECT_SECONDS, exc_info=error)
                await self._stopped_within(_RECONNECT_SECONDS)
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        log.info("worker stopped")

    async def _stop(self) -> None:
        """Take no further job; those that run get the grace period and are then given back."""
        self._stopping.set()
        if self._manager is not None:
            self._manager.shutdown.set()
        if self._running:
            await asyncio.wait(self._running, timeout=self._grace)
        for task in self._running:
            task.cancel()

    async def _work(self, queries: Queries, mode: QueueExecutionMode) -> None:
        manager = self._manager = QueueManager(queries, NAMES.channel)
        if self._stopping.is_set():
            return
        for name, handler in self._jobs.items():
            run = self._entry(handler, manager.queue_manager_id)
            manager.entrypoint(name, on_failure="hold", accepts_context=False)(run)
        await manager.run(
            dequeue_timeout=_POLL if mode is QueueExecutionMode.continuous else _DRAIN_POLL,
            batch_size=1,
            mode=mode,
            max_concurrent_tasks=self._at_once,
            heartbeat_timeout=self._silent,
        )

    def _entry(self, handler: Handler, manager_id: UUID) -> Callable[[QueuedJob], Awaitable[None]]:
        async def run(job: QueuedJob) -> None:
            if self._stopping.is_set():
                raise RetryRequested(reason="the worker stops")
            # A task of its own, so that stopping ends the work and not what keeps the queue.
            task = asyncio.create_task(self._tries(job, handler, manager_id))
            self._running.add(task)
            try:
                await task
            except asyncio.CancelledError:
                if not self._stopping.is_set():
                    raise
                log.warning("job given back", job=job.entrypoint, number=job.id)
                raise RetryRequested(reason="the worker stops") from None
            except JobTakenError:
                log.warning("job taken over", job=job.entrypoint, number=job.id)
            except Exception as error:  # noqa: BLE001 - a handler's failure is what this is for
                raise self._verdict(job, error) from None
            finally:
                self._running.discard(task)

        return run

    async def _tries(self, job: QueuedJob, handler: Handler, manager_id: UUID) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                await self._once(job, handler, manager_id)
                return
            except Exception as error:
                if attempt == _TRIES or not lost_race(error):
                    raise
                await asyncio.sleep(random.uniform(0.01, 0.1) * attempt)  # noqa: S311 - jitter, no secret

    async def _once(self, job: QueuedJob, handler: Handler, manager_id: UUID) -> None:
        start = perf_counter()
        payload = Payload.read(job.payload)
        work = Job(job.entrypoint, payload.arguments)
        async with self._database.session(write=True) as session:
            await self._database.enter(session, payload.workspace_id, write=True)
            op = await run_job(
                session, payload.workspace_id, payload.actor_id, work, handler, self._files,
                self._mailer,
            )  # fmt: skip
            if not await session.call("voronka_finish_job", job.id, manager_id):
                raise JobTakenError
        for failure in await op.conclude(committed=True) if op is not None else ():
            log.error("a job left something undone", job=job.entrypoint, exc_info=failure)
        log.info("job", job=job.entrypoint, number=job.id, ms=_milliseconds(start),
                 workspace=encode_id("workspace", payload.workspace_id))  # fmt: skip

    def _verdict(self, job: QueuedJob, error: Exception) -> Exception:
        """Tell the queue what to do with a job that failed: try again, or keep it."""
        kind = type(error).__name__
        told = {"job": job.entrypoint, "number": job.id, "attempt": job.attempts + 1,
                "workspace": _workspace_of(job), "exc_info": error}  # fmt: skip
        if job.attempts >= len(self._pauses):
            log.error("job failed for good", **told)
            return JobFailedError(kind)
        pause = self._pauses[job.attempts]
        log.warning("job failed and will be tried again", seconds=pause, **told)
        return RetryRequested(timedelta(seconds=pause), reason=kind)

    async def _tick(self) -> None:
        while self._periodic and not self._stopping.is_set():
            try:
                await self._enqueue_periodic()
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                log.error("periodic jobs were not queued", exc_info=error)
            await self._stopped_within(_TICK_SECONDS)

    async def _enqueue_periodic(self) -> None:
        names, seconds = list(self._periodic), [float(each) for each in self._periodic.values()]
        async with self._database.session(write=True) as session:
            await session.call("voronka_enqueue_periodic", names, seconds)

    async def _stopped_within(self, seconds: float) -> None:
        waiting = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({waiting}, timeout=seconds)
        waiting.cancel()


@asynccontextmanager
async def working(settings: Settings, database_url: str) -> AsyncIterator[None]:
    """Run a worker as the settings say, while the block runs."""
    database = open_worker_pool(settings, database_url)
    worker = Worker(
        database,
        queue_url(settings, database_url),
        at_once=settings.worker_jobs,
        files=FileStore(settings.files_location),
        mailer=settings.mailer,
    )
    try:
        async with worker.beside():
            yield
    finally:
        await database.dispose()


def _workspace_of(job: QueuedJob) -> str | None:
    try:
        return encode_id("workspace", Payload.read(job.payload).workspace_id)
    except (ValueError, KeyError, TypeError):  # that may be why it failed
        return None


def _milliseconds(start: float) -> float:
    return round((perf_counter() - start) * 1000, 1)
