"""One operation's database session: one connection, one transaction, one workspace, behind a lock.

Sibling fields of an operation run at the same time, and a connection serves one statement at a
time; the lock makes them queue instead of failing. Queries see one snapshot (REPEATABLE READ READ
ONLY), mutations run in one transaction that the edge commits or rolls back; nothing below does.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Executable, Row, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from db.base import WORKSPACE
from db.guard import GuardedCompiler

APP_ROLE = "voronka_app"
"""The database role under the row-level security policies."""


class RowSecurity(Enum):
    """Where PostgreSQL's own policies hold besides the statement guard."""

    STRICT = "strict"
    """Reads and writes run under the policies."""
    WRITES = "writes"
    """Writes do; reads keep the indexes that policies would cost them."""


class WorkspaceUnknownError(RuntimeError):
    """A statement was sent before the session knew its workspace."""


class SessionEndedError(RuntimeError):
    """A statement came after its operation had ended."""


class Session:
    """The connection of one operation; made by `Database.session`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Wrap a connection that stands in a transaction."""
        self._connection = connection
        self._lock = asyncio.Lock()
        self.workspace_id: UUID | None = None
        self.statements = 0
        self.doomed = False
        """Set to roll the transaction back when the session ends."""
        self._ended = False

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[AsyncConnection]:
        async with self._lock:
            if self._ended:
                raise SessionEndedError
            self.statements += 1
            yield self._connection

    async def end(self) -> None:
        """Wait for the running statement and let no further one in.

        An operation that fails early leaves fields behind that still wait for their turn; a commit
        in the middle of their statements would break the connection for whoever gets it next.
        """
        self._ended = True  # before the turn comes: whoever waits in front is turned away
        async with self._lock:
            return

    def _parameters(self, values: Mapping[str, Any] | None) -> dict[str, Any]:
        if self.workspace_id is None:
            raise WorkspaceUnknownError
        return {**(values or {}), WORKSPACE.key: self.workspace_id}

    async def rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """Run a statement and give all its rows."""
        parameters = self._parameters(values)
        async with self._turn() as connection:
            result = await connection.execute(statement, parameters)
            found: Sequence[Row[Any]] = result.all() if result.returns_rows else ()
            return found

    async def scalar(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Run a statement and give the first column of its first row, or None."""
        rows = await self.rows(statement, values)
        return rows[0][0] if rows else None

    async def run(self, statement: Executable, values: Sequence[Mapping[str, Any]] = ()) -> None:
        """Run a statement without rows, once or (in one go) for each set of values."""
        parameters = [self._parameters(item) for item in values] or [self._parameters(None)]
        async with self._turn() as connection:
            # A list runs as executemany, which the driver pipelines; one set of values as it is.
            await connection.execute(
                statement, parameters if len(parameters) > 1 else parameters[0]
            )

    async def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows of this session's workspace; all must have the same columns."""
        if self.workspace_id is None:
            raise WorkspaceUnknownError
        if not rows:
            return
        values = [{**row, "workspace_id": self.workspace_id} for row in rows]
        async with self._turn() as connection:
            await connection.execute(insert(table), values)

    async def insert_workspace(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert the workspace that this session was bound to: its row has the session's id."""
        async with self._turn() as connection:
            await connection.execute(insert(table), {**row, "id": self.workspace_id})

    async def call(self, function: str, *arguments: Any) -> Sequence[Row[Any]]:
        """Call one of the functions of `db/migrations` that work before a workspace is known."""
        call = getattr(func, function)(*arguments)
        async with self._turn() as connection:
            result = await connection.execute(select(text("*")).select_from(call.alias("found")))
            found: Sequence[Row[Any]] = result.all()
            return found

    async def enter(self, workspace_id: UUID, settings: Mapping[str, str]) -> None:
        """Bind the session to a workspace and its transaction to settings, in one statement."""
        everything = {**settings, "voronka.workspace_id": str(workspace_id)}
        async with self._turn() as connection:
            await connection.execute(
                select(*(func.set_config(name, value, True) for name, value in everything.items()))
            )
        self.workspace_id = workspace_id


class Database:
    """The pool of connections to one PostgreSQL database."""

    def __init__(
        self,
        url: str,
        *,
        row_security: RowSecurity = RowSecurity.WRITES,
        pool_size: int = 10,
        pool_timeout: float = 3.0,
        statement_timeout: float = 8.0,
        lock_timeout: float = 2.0,
        idle_timeout: float = 15.0,
    ) -> None:
        """Prepare the pool; nothing connects yet. Times are in seconds."""
        self.row_security = row_security
        self._settings = {
            "statement_timeout": str(int(statement_timeout * 1000)),
            "lock_timeout": str(int(lock_timeout * 1000)),
            "idle_in_transaction_session_timeout": str(int(idle_timeout * 1000)),
            # Pages are appended segments whose order a parallel plan would not keep.
            "max_parallel_workers_per_gather": "0",
        }
        self._engine = _engine(url, pool_size, pool_timeout)
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @property
    def engine(self) -> AsyncEngine:
        """The pool itself, for health checks."""
        return self._engine

    @asynccontextmanager
    async def session(self, *, write: bool) -> AsyncIterator[Session]:
        """Open a session in a transaction: commits when the block ends, or rolls back."""
        engine = self._engine if write else self._reading
        async with engine.connect() as connection, connection.begin() as transaction:
            session = Session(connection)
            try:
                yield session
            finally:
                await session.end()
            if session.doomed:
                await transaction.rollback()

    async def enter(self, session: Session, workspace_id: UUID, *, write: bool) -> None:
        """Bind a session to a workspace, under the policies where the setting wants them."""
        held = write or self.row_security is RowSecurity.STRICT
        await session.enter(
            workspace_id, {**self._settings, **({"role": APP_ROLE} if held else {})}
        )

    async def dispose(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


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
