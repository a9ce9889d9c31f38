"""The session of a query: its statements go to the driver as they were compiled once."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Select
from typing_extensions import override

from db.admitting import Expectation, MistakenError, argument_values, call_of, expecting
from db.found import Found
from db.prepared import Prepared, PreparedCache
from db.session import Session, SessionEndedError, policy_settings, settings_of


class ReadingSession(Session):
    """The session of a query, past SQLAlchemy's connection; made by `Database.session`.

    What comes before the workspace is known (the token) runs on its own; from then on all is one
    transaction that sees one snapshot, or a single statement. Where it is expected instead, the
    first statement that reads looks whether it still is so.
    """

    def __init__(
        self,
        driver: asyncpg.Connection,
        known: PreparedCache,
        begin: str | None,
    ) -> None:
        """Wrap a driver's connection that stands in no transaction.

        `begin` starts one; None: one statement runs without, and a second one fails.
        """
        super().__init__()
        self._driver = driver
        self._known = known
        self._begin = begin
        self._failure: Exception | None = None
        self._expected: Expectation | None = None

    async def _send(
        self,
        text: str,
        values: Sequence[Any] = (),
        *,
        is_script: bool = False,
        is_read: bool = True,
    ) -> Sequence[asyncpg.Record]:
        """Send a statement in its turn, and give its rows; a script of several has none."""
        async with self._lock:
            if self._ended:
                raise SessionEndedError
            if self._failure is not None:
                # PostgreSQL would only say that the transaction has failed before.
                raise self._failure
            if self.mistaken:
                raise MistakenError
            if self.workspace_id is not None and is_read:
                if self._begin is None and self.reads:
                    self.mistaken = True
                    raise MistakenError
                self.reads += 1
            self.statements += 1
            for watcher in self._known.watchers:
                watcher(text, tuple(values))
            start = perf_counter()
            records: Sequence[asyncpg.Record] = ()
            try:
                if is_script:
                    await self._driver.execute(text)
                else:
                    records = await self._driver.fetch(text, *values)
            except asyncpg.PostgresError as error:
                self._failure = error
                raise
            finally:
                self.seconds += perf_counter() - start
        self.rows_read += len(records)
        return records

    async def _run(self, prepared: Prepared, values: Mapping[str, Any]) -> list[Found]:
        return prepared.rows(await self._send(prepared.text, prepared.arguments(values)))

    @override
    async def rows(self, statement: Any, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Run a statement that is compiled for this once."""
        await self.confirm()
        return await self._run(Prepared(statement, self._known.dialect), self._parameters(values))

    @override
    async def records_by(
        self, key: Hashable, build: Callable[[], Select[Any]], values: Mapping[str, Any]
    ) -> tuple[Prepared, Sequence[asyncpg.Record]]:
        """Run the statement that `build` makes, compiled once for its key."""
        expected = self._expected
        if expected is not None:
            return await self._expecting(expected, key, build, values)
        prepared = self._known.get(key, build)
        arguments = prepared.arguments(self._parameters(values))
        return prepared, await self._send(prepared.text, arguments)

    async def _expecting(
        self,
        expected: Expectation,
        key: Hashable,
        build: Callable[[], Select[Any]],
        values: Mapping[str, Any],
    ) -> tuple[Prepared, Sequence[asyncpg.Record]]:
        """Run a statement that has no rows where what is expected is not so."""
        function, count = expected.function, len(expected.arguments)
        prepared = self._known.get(
            ("expecting", function, count, key), lambda: expecting(build(), function, count)
        )
        given = {**self._parameters(values), **expected.values}
        records = await self._send(prepared.text, prepared.arguments(given))
        if records:
            self._expected = None
        else:
            await self.confirm()
        return prepared, records

    @override
    async def call(self, function: str, *arguments: Any) -> Sequence[Any]:
        """Call one of the functions that work before a workspace is known."""
        return await self._call(function, arguments, is_read=True)

    async def _call(
        self, function: str, arguments: Sequence[Any], *, is_read: bool
    ) -> Sequence[Any]:
        values = argument_values(arguments)
        build = partial(call_of, function, len(values))
        prepared = self._known.get(("call", function), build)
        sent = await self._send(prepared.text, prepared.arguments(values), is_read=is_read)
        return prepared.rows(sent)

    @override
    def expect(self, expectation: Expectation) -> None:
        """Have the next statement look whether a function still gives the same."""
        self._expected = expectation

    @override
    async def confirm(self) -> None:
        """Look whether it does, where no statement has done so; raises MistakenError."""
        expected = self._expected
        if expected is None or self._failure is not None:
            # What failed was sent after it was found to be so, or would have had no rows.
            return
        found = await self._call(expected.function, expected.arguments, is_read=False)
        if not found or tuple(found[0]) != expected.found:
            self.mistaken = True
            raise MistakenError
        self._expected = None

    @override
    async def enter(self, workspace_id: UUID, *, held: bool) -> None:
        """Begin the transaction and bind it to a workspace; `held`: under the policies."""
        if self._begin is not None:
            await self._send(self._begin, is_script=True)
        if held:
            await self._set(policy_settings(workspace_id, held=True))
        self.workspace_id = workspace_id

    async def _set(self, settings: Mapping[str, str]) -> None:
        build = partial(settings_of, tuple(settings))
        await self._run(self._known.get(("settings", *settings), build), settings)

    @override
    async def end(self) -> None:
        """Let no further statement in, and end the transaction."""
        await super().end()
        if not self._driver.is_closed() and self._driver.is_in_transaction():
            await self._driver.execute("COMMIT" if self._failure is None else "ROLLBACK")
