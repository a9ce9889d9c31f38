"""The pool of connections, and the sessions that operations get from it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from enum import Enum
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from db.guard import GuardedCompiler
from db.prepared import PreparedCache, Watcher
from db.reading import ReadingSession
from db.reads import ReadPool
from db.session import Session
from db.writing import WritingSession

_READING: Final = 0.5
_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class RowSecurity(Enum):
    """Where PostgreSQL's own policies hold besides the statement guard."""

    STRICT = "strict"
    """Reads and writes run under the policies."""
    WRITES = "writes"
    """Writes do; reads keep the indexes that policies would cost them."""


class _Reading:
    """The session of a query, while a block runs."""

    __slots__ = ("_known", "_place", "_pool", "_session", "_settings", "_single")

    def __init__(
        self, pool: ReadPool, known: PreparedCache, settings: Mapping[str, str], *, single: bool
    ) -> None:
        self._pool = pool
        self._known = known
        self._settings = settings
        self._single = single

    async def __aenter__(self) -> Session:
        self._place = await self._pool.take()
        begin: str | None
        if self._pool.is_set:
            begin = None if self._single else _SNAPSHOT
        else:
            # In the same round trip, the settings: they are numbers of ours.
            local = (f"SET LOCAL {name} = {value}" for name, value in self._settings.items())
            begin = "; ".join([_SNAPSHOT, *local])
        self._session = ReadingSession(self._place.connection, self._known, begin)
        return self._session

    async def __aexit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        try:
            await self._session.end()
        except BaseException as failure:
            self._pool.give_back(self._place, type(failure))
            raise
        self._pool.give_back(self._place, kind)


class Database:
    """The pool of connections to one PostgreSQL database."""

    def __init__(
        self,
        url: str,
        *,
        row_security: RowSecurity = RowSecurity.WRITES,
        pool_size: int = 10,
        reading_share: float = _READING,
        pool_timeout: float = 3.0,
        statement_timeout: float = 8.0,
        lock_timeout: float = 2.0,
        idle_timeout: float = 15.0,
    ) -> None:
        """Prepare the pool; nothing connects yet. Times are in seconds.

        `reading_share` of the connections are for queries; at least one, and the others write.
        """
        self.row_security = row_security
        self._settings = {
            "statement_timeout": str(int(statement_timeout * 1000)),
            "lock_timeout": str(int(lock_timeout * 1000)),
            "idle_in_transaction_session_timeout": str(int(idle_timeout * 1000)),
            # Pages are appended segments whose order a parallel plan would not keep.
            "max_parallel_workers_per_gather": "0",
            # It keeps results in a table made for as many rows as there might be: a page of fifty
            # takes twice as long with it.
            "enable_memoize": "off",
        }
        reading = max(1, round(pool_size * reading_share))
        self._engine = _engine(url, max(1, pool_size - reading), pool_timeout)
        # Transactions are begun and ended by a word to the driver, past SQLAlchemy's layers.
        self._unbegun = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._known = PreparedCache(self._engine.dialect)
        self._reads = ReadPool(url, reading, pool_timeout, self._settings)

    @property
    def engine(self) -> AsyncEngine:
        """The pool of connections for writing."""
        return self._engine

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings of PostgreSQL that hold for each query and mutation."""
        return self._settings

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        pool: Any = self._engine.pool
        return self._reads.in_use + int(pool.checkedout())

    @property
    def kept_statements(self) -> int:
        """How many compiled statements are kept."""
        return len(self._known)

    def session(self, *, write: bool, single: bool = False) -> AbstractAsyncContextManager[Session]:
        """Open a session in a transaction: commits when the block ends, or rolls back.

        `single`: a query that is known to send one statement; it needs no transaction around it.
        """
        if write:
            return self._writing()
        alone = single and self.row_security is RowSecurity.WRITES
        return _Reading(self._reads, self._known, self._settings, single=alone)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Session]:
        async with self._unbegun.connect() as connection:
            driver = await _driver_of(connection)
            if driver.is_closed():  # while nobody used it
                await connection.invalidate()
                driver = await _driver_of(connection)
            try:
                await _begin(driver)
                session = WritingSession(connection, driver, self._known, self._settings)
                try:
                    yield session
                finally:
                    await session.end()
                await driver.execute("ROLLBACK" if session.doomed else "COMMIT")
            except BaseException:
                await _roll_back(driver)
                raise
            finally:
                if driver.is_closed():
                    await connection.invalidate()

    async def enter(self, session: Session, workspace_id: UUID, *, write: bool) -> None:
        """Bind a session to a workspace, under the policies where the setting wants them."""
        held = write or self.row_security is RowSecurity.STRICT
        await session.enter(workspace_id, held=held)

    @contextmanager
    def watch(self, watcher: Watcher) -> Iterator[None]:
        """Tell `watcher` the text and the values of every statement while the block runs."""

        def note(_connection: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
            watcher(text, tuple(values))

        engine = self._engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        self._known.watchers.append(watcher)
        try:
            yield
        finally:
            self._known.watchers.remove(watcher)
            event.remove(engine, "before_cursor_execute", note)

    async def dispose(self) -> None:
        """Close all connections."""
        await self._reads.close()
        await self._engine.dispose()


async def _driver_of(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


async def _begin(driver: Any) -> None:
    """Begin a transaction; a connection of which nobody knows whether it did is given up."""
    try:
        await driver.execute("BEGIN")
    except BaseException:
        driver.terminate()
        raise


async def _roll_back(driver: Any) -> None:
    """End a transaction that failed; a connection that cannot say so is given up."""
    if driver.is_closed() or not driver.is_in_transaction():
        return
    try:
        await driver.execute("ROLLBACK")
    except BaseException:
        driver.terminate()
        raise


def _engine(url: str, pool_size: int, pool_timeout: float) -> AsyncEngine:
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        pool_pre_ping=False,
        pool_recycle=1800,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    engine.dialect.statement_compiler = GuardedCompiler
    return engine
