"""Measures statements as the server sends them: text, settings and role are its own session's."""

import gc
import re
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import Select

from auth.actor import Actor
from bench.accounts import cpu_ms, has_cpu_clock
from db.database import Database, RowSecurity
from db.session import Session
from loaders.lists import WHOLE, PageSpec
from loaders.loaders import Loaders
from loaders.pages import Page

_Found = TypeVar("_Found")

_RUNS: Final = 9
_SLOW_MS: Final = 200.0
_SLOW_RUNS: Final = 2
_PLANNED_ANEW: Final = 5
"""So many runs of a prepared statement PostgreSQL plans one by one; then it may keep a plan."""
_TIMES: Final = re.compile(r"^ *(Planning|Execution) Time: ([\d.]+) ms$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one statement costs, warm, in milliseconds."""

    wall: float
    """From the driver's call to its rows: what the server waits for."""
    cpu: float | None
    """Processor time of the database's process."""
    planning: float
    execution: float
    rows: int
    plan: str
    sql: str


@dataclass(frozen=True, slots=True)
class _Sent:
    text: str
    values: tuple[Any, ...]


class Meter:
    """Measures statements of one workspace in one mode of row-level security."""

    def __init__(self, url: str, actor: Actor, mode: RowSecurity) -> None:
        """Prepare to measure; nothing connects yet."""
        self.actor = actor
        self._database = Database(url, row_security=mode, pool_size=1, statement_timeout=120)
        self._url = url
        self._raw: asyncpg.Connection | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._database.dispose()
        if self._raw is not None:
            await self._raw.close()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Open a session as an operation of the server does."""
        async with self._database.session(write=False) as session:
            await self._database.enter(session, self.actor.workspace_id, write=False)
            yield session

    async def page(self, spec: PageSpec) -> Page:
        """Read a page of a list."""
        async with self.session() as session:
            return await Loaders(session, self.actor).page(spec).load(WHOLE)

    async def measure(self, statement: Select[Any], values: Mapping[str, Any]) -> Figures:
        """Run a statement several times, warm, and once more to see its plan."""

        _, (found,) = await self.measure_sent(lambda session: session.rows(statement, values))
        return found

    async def measure_sent(
        self, run: Callable[[Session], Awaitable[_Found]]
    ) -> tuple[_Found, list[Figures]]:
        """Measure each statement that something sends in a session, besides how that begins.

        Gives what it found as well.
        """
        sent: list[_Sent] = []
        with self._database.watch(lambda text, given: sent.append(_Sent(text, given))):
            async with self.session() as session:
                found = await run(session)
        own = [each for each in sent if not _is_beginning(each)]
        before = [each for each in sent if _is_beginning(each)]
        return found, [await self._repeat(before, each) for each in own]

    async def _repeat(self, before: Sequence[_Sent], sent: _Sent) -> Figures:
        begin, *settings = before
        raw = self._raw
        if raw is None:
            holding = dict(self._database.settings)
            raw = self._raw = await asyncpg.connect(self._url, server_settings=holding)
        await raw.execute(begin.text)
        try:
            for setting in settings:
                await raw.fetch(setting.text, *setting.values)
            prepared = await raw.prepare(sent.text)
            found = await _warmed(lambda: prepared.fetch(*sent.values))
            walls, cpu = await _timed(raw, lambda: prepared.fetch(*sent.values))
            lines = await raw.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {sent.text}", *sent.values)
        finally:
            await raw.execute("ROLLBACK")
        plan = "\n".join(line[0] for line in lines)
        times = {name: float(value) for name, value in _TIMES.findall(plan)}
        return Figures(
            wall=statistics.median(walls),
            cpu=cpu,
            planning=times["Planning"],
            execution=times["Execution"],
            rows=len(found),
            plan=plan,
            sql=sent.text,
        )


def _is_beginning(sent: _Sent) -> bool:
    """Tell whether a statement begins a transaction, or sets what holds for it."""
    return sent.text.startswith("BEGIN") or "set_config" in sent.text


async def _warmed(run: Callable[[], Awaitable[Any]]) -> Any:
    """Run as often as it takes until PostgreSQL has chosen the plan that it keeps; if fast."""
    start = time.perf_counter()
    found = await run()
    if (time.perf_counter() - start) * 1000 < _SLOW_MS:
        for _ in range(_PLANNED_ANEW):
            found = await run()
    return found


async def _timed(
    raw: asyncpg.Connection, run: Callable[[], Awaitable[Any]]
) -> tuple[list[float], float | None]:
    """Run several times: the wall time of each, and the processor time of one on the average."""
    pid = raw.get_server_pid()
    start_cpu = cpu_ms(pid) if has_cpu_clock() else 0.0
    walls: list[float] = []
    gc.disable()  # its pauses are this program's, not the statement's
    while len(walls) < (_RUNS if not walls or walls[0] < _SLOW_MS else _SLOW_RUNS):
        start = time.perf_counter()
        await run()
        walls.append((time.perf_counter() - start) * 1000)
    gc.enable()
    cpu = (cpu_ms(pid) - start_cpu) / len(walls) if has_cpu_clock() else None
    return walls, cpu
