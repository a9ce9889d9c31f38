"""One operation's database session: one connection, one transaction, one workspace, behind a lock.

Sibling fields of an operation run at the same time, and a connection serves one statement at a
time; the lock makes them queue instead of failing. Queries see one snapshot (REPEATABLE READ READ
ONLY), mutations run in one transaction that the edge commits or rolls back; nothing below does.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Executable, Select, Table, Text, bindparam, func, select

from db.admitting import Expectation
from db.base import WORKSPACE
from db.prepared import Prepared
from domain.jobs import Job

APP_ROLE = "voronka_app"
"""The database role under the row-level security policies."""


class WorkspaceUnknownError(RuntimeError):
    """A statement was sent before the session knew its workspace."""


class ReadOnlySessionError(RuntimeError):
    """A query tried to write."""


class SessionEndedError(RuntimeError):
    """A statement came after its operation had ended."""


class Session(ABC):
    """What operations read by: one connection, in whose statements they take turns."""

    def __init__(self) -> None:
        """Start without a workspace."""
        self._lock = asyncio.Lock()
        self.workspace_id: UUID | None = None
        self.statements = 0
        self.reads = 0
        """Statements of a query since its workspace is known."""
        self.mistaken = False
        """Whether something that the query was begun with turned out otherwise."""
        self.rows_read = 0
        self.seconds = 0.0
        """How long statements took, from sending one to having all of its rows."""
        self.patience = 0
        """Milliseconds that a statement waits for a lock."""
        self.doomed = False
        """Set to roll the transaction back when the session ends."""
        self._ended = False
        self.at_end: list[Callable[[], None]] = []
        """Called when the session ends, by those who hold what was read in it."""
        self.viewer: Mapping[str, Any] = {}
        """Values of the parameters by which statements speak of whoever asks."""

    async def end(self) -> None:
        """Wait for the running statement and let no further one in.

        An operation that fails early leaves fields behind that still wait for their turn; a commit
        in the middle of their statements would break the connection for whoever gets it next.
        """
        self._ended = True  # before the turn comes: whoever waits in front is turned away
        async with self._lock:
            for let_go in self.at_end:
                let_go()
            self.at_end.clear()

    def _parameters(self, values: Mapping[str, Any] | None) -> dict[str, Any]:
        if self.workspace_id is None:
            raise WorkspaceUnknownError
        return {**self.viewer, **(values or {}), WORKSPACE.key: self.workspace_id}

    @abstractmethod
    async def rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[Any]:
        """Run a statement and give all its rows."""

    @abstractmethod
    async def records_by(
        self, key: Hashable, build: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> tuple[Prepared, Sequence[asyncpg.Record]]:
        """Run the statement that `build` makes; give it, and the rows as the driver has them.

        `build` is called once for each `key`: all that the statement depends on is in the key, or
        in the values of its named parameters.
        """

    async def rows_by(
        self, key: Hashable, build: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> Sequence[Any]:
        """Run the statement that `build` makes, see `records_by`, and give all its rows."""
        prepared, records = await self.records_by(key, build, values)
        return prepared.rows(records)

    async def scalar(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Run a statement and give the first column of its first row, or None."""
        rows = await self.rows(statement, values)
        return rows[0][0] if rows else None

    @abstractmethod
    async def call(self, function: str, *arguments: Any) -> Sequence[Any]:
        """Call one of the functions of `db/migrations` that work before a workspace is known."""

    async def admit(self, function: str, *arguments: Any) -> Sequence[Any]:
        """Call a function that finds a workspace, as `call` does.

        A session that writes is bound to what it finds by the same statement.
        """
        return await self.call(function, *arguments)

    def expect(self, expectation: Expectation) -> None:
        """Take for granted what a function that finds a workspace gave before.

        The next statement looks whether it still does, and gives nothing otherwise.
        """
        raise ReadOnlySessionError

    @abstractmethod
    async def confirm(self) -> None:
        """Look for it, where no statement has done so; raises MistakenError if it is not so."""

    @abstractmethod
    async def enter(self, workspace_id: UUID, *, held: bool) -> None:
        """Bind the session to a workspace; `held`: under the policies."""

    async def run(self, statement: Executable, values: Sequence[Mapping[str, Any]] = ()) -> None:
        """Run a statement without rows, once or (in one go) for each set of values."""
        raise ReadOnlySessionError

    async def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows of this session's workspace; all must have the same columns."""
        raise ReadOnlySessionError

    async def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write columns of rows of this session's workspace, by `id`; the same of all rows."""
        raise ReadOnlySessionError

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Take back what is written in a block, and only that, where it raises."""
        raise ReadOnlySessionError

    async def insert_workspace(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert the workspace that this session was bound to: its row has the session's id."""
        raise ReadOnlySessionError

    async def enqueue(self, jobs: Sequence[Job], actor_id: UUID | None) -> None:
        """Queue jobs of this session's workspace, which exist once the transaction commits."""
        raise ReadOnlySessionError


def policy_settings(workspace_id: UUID, *, held: bool) -> dict[str, str]:
    """Give the settings of a transaction that the policies look at."""
    role = {"role": APP_ROLE} if held else {}
    return {"voronka.workspace_id": str(workspace_id), **role}


@cache
def settings_of(names: tuple[str, ...]) -> Select[Any]:
    """Give the SELECT that sets settings of the transaction, each by a parameter of its name."""
    return select(*(func.set_config(name, bindparam(name, type_=Text()), True) for name in names))
