"""The session of a mutation: one transaction, in which the workspace's policies hold."""

from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import Executable, Select, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

from db.admitting import admission_of, argument_values, call_of
from db.batches import given_values, insert_of, is_flat, update_of
from db.prepared import Prepared, PreparedCache
from db.session import (
    APP_ROLE,
    Session,
    SessionEndedError,
    WorkspaceUnknownError,
    policy_settings,
    settings_of,
)
from domain.jobs import Job


class WritingSession(Session):
    """The session of a mutation, in one transaction; made by `Database.session`."""

    def __init__(
        self,
        connection: AsyncConnection,
        driver: asyncpg.Connection,
        known: PreparedCache,
        settings: Mapping[str, str],
    ) -> None:
        """Wrap a connection in a transaction, which gets `settings` on entering.

        `driver` is the driver's connection below it: kept statements go there as they are.
        """
        super().__init__()
        self._connection = connection
        self._driver = driver
        self._known = known
        self._settings = settings
        self.patience = int(settings["lock_timeout"])
        self._admitted: UUID | None = None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[AsyncConnection]:
        async with self._lock:
            if self._ended:
                raise SessionEndedError
            self.statements += 1
            start = perf_counter()
            try:
                yield self._connection
            finally:
                self.seconds += perf_counter() - start

    @override
    async def rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[Any]:
        """Run a statement and give all its rows."""
        parameters = self._parameters(values)
        async with self._turn() as connection:
            result = await connection.execute(statement, parameters)
            found: Sequence[Any] = result.all() if result.returns_rows else ()
            self.rows_read += len(found)
            return found

    @override
    async def records_by(
        self, key: Hashable, build: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> tuple[Prepared, Sequence[asyncpg.Record]]:
        """Run the statement that `build` makes, compiled once for its key."""
        prepared = self._known.get(key, build)
        return prepared, await self._fetch(prepared, self._parameters(values))

    async def _fetch(
        self, prepared: Prepared, values: Mapping[str, Any]
    ) -> Sequence[asyncpg.Record]:
        arguments = prepared.arguments(values)
        async with self._turn():
            for watcher in self._known.watchers:
                watcher(prepared.text, tuple(arguments))
            records: Sequence[asyncpg.Record] = await self._driver.fetch(prepared.text, *arguments)
        self.rows_read += len(records)
        return records

    @override
    async def run(self, statement: Executable, values: Sequence[Mapping[str, Any]] = ()) -> None:
        """Run a statement without rows, once or (in one go) for each set of values."""
        parameters = [self._parameters(item) for item in values] or [self._parameters(None)]
        async with self._turn() as connection:
            # A list runs as executemany, which the driver pipelines; one set of values as it is.
            await connection.execute(
                statement, parameters if len(parameters) > 1 else parameters[0]
            )

    @override
    async def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows of this session's workspace; all must have the same columns."""
        await self._write(insert_of, table, rows)

    @override
    async def update(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write columns of rows of this session's workspace, by `id`; the same of all rows."""
        await self._write(update_of, table, rows)

    async def _write(
        self, make: Callable[..., Any], table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        if not rows:
            return
        names = tuple(name for name in rows[0] if name != "workspace_id")
        many = len(rows) > 1 and is_flat(table, names)
        build = partial(make, table, names, many=many)
        prepared = self._known.get((make, table.name, names, many), build)
        sets = [
            prepared.arguments(self._parameters(given_values(names, some, many=many)))
            for some in ([rows] if many else [[row] for row in rows])
        ]
        async with self._turn():
            for watcher in self._known.watchers:
                watcher(prepared.text, tuple(sets[0]))
            if len(sets) == 1:
                await self._driver.execute(prepared.text, *sets[0])
            else:
                await self._driver.executemany(prepared.text, sets)

    @override
    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Take back what is written in a block, and only that, where it raises."""
        await self._say("SAVEPOINT attempt")
        try:
            yield
        except Exception:
            if not self._driver.is_closed():
                await self._say("ROLLBACK TO SAVEPOINT attempt")
                await self._say("RELEASE SAVEPOINT attempt")
            raise
        await self._say("RELEASE SAVEPOINT attempt")

    async def _say(self, text: str) -> None:
        async with self._turn():
            await self._driver.execute(text)

    @override
    async def insert_workspace(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert the workspace that this session was bound to: its row has the session's id."""
        async with self._turn() as connection:
            await connection.execute(insert(table), {**row, "id": self.workspace_id})

    @override
    async def enqueue(self, jobs: Sequence[Job], actor_id: UUID | None) -> None:
        """Queue jobs of this session's workspace, which exist once the transaction commits."""
        if self.workspace_id is None:
            raise WorkspaceUnknownError
        arguments = [orjson.dumps(job.arguments).decode() for job in jobs]
        # The function itself takes the workspace from the transaction.
        await self.call("voronka_enqueue", [job.name for job in jobs], arguments, actor_id)

    @override
    async def call(self, function: str, *arguments: Any) -> Sequence[Any]:
        """Call one of the functions of `db/migrations` that work before a workspace is known."""
        values = argument_values(arguments)
        build = partial(call_of, function, len(values))
        prepared = self._known.get(("call", function), build)
        return prepared.rows(await self._fetch(prepared, values))

    @override
    async def confirm(self) -> None:
        """Do nothing: what writes expects nothing."""

    @override
    async def admit(self, function: str, *arguments: Any) -> Sequence[Any]:
        """Call a function that finds a workspace, and bind the transaction to what it finds."""
        settings = {**self._settings, "role": APP_ROLE}
        build = partial(admission_of, function, len(arguments), tuple(settings))
        prepared = self._known.get(("admission", function, *settings), build)
        values = {**argument_values(arguments), **settings}
        found = prepared.rows(await self._fetch(prepared, values))
        if found:
            self._admitted = found[0].workspace_id
        return found

    @override
    async def enter(self, workspace_id: UUID, *, held: bool) -> None:
        """Bind the session to a workspace; `held`: under the policies."""
        if held and self._admitted == workspace_id:
            self.workspace_id = workspace_id
            return
        everything = {**self._settings, **policy_settings(workspace_id, held=held)}
        async with self._turn() as connection:
            await connection.execute(settings_of(tuple(everything)), everything)
        self.workspace_id = workspace_id
