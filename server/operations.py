"""Run one GraphQL operation: who asks, one session, one transaction, what the reply tells besides.

A mutation's transaction is committed here, when all of it succeeded; a refused mutation, an error
or a dry run rolls back everything. Transactions that lost against another (deadlock, serialization,
a race for a unique key) run again.
"""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from starlette.requests import Request
from strawberry.http import GraphQLRequestData
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from auth.actor import Actor, Scope
from auth.attempts import PER_ACCOUNT, count_attempt
from auth.rights import Rights
from auth.tokens import authenticate
from db.admitting import MistakenError
from db.database import Database
from db.file_store import FileStore, file_key
from db.holds import Hold
from db.mailer import Mailer
from db.session import Session
from db.snapshot import Snapshots
from domain.audit import Denial
from domain.custom_fields import CUSTOM_FIELD
from domain.errors import ForbiddenError
from domain.files import FILE, UploadLimits
from domain.ids import InvalidIdError, decode_id
from loaders.files import readable_files
from loaders.rights import VIEW_PLACE
from loaders.rows import Row
from resolvers.custom_binding import Bindings, load_bindings
from resolvers.operation import Operation
from schema.admission import hold_of
from schema.context import Context
from schema.cursors import Cursors
from schema.documents import DocumentCache, Known, Outline
from schema.projection import Shown as ShownSchema
from schema.projection import ShownTo
from schema.served import ServedSchema
from schema.workspace_schemas import Lent, WorkspaceSchemas
from server.admission import Admission, Shown, origin_of
from server.denials import Denials, named
from server.doors import OPEN, ClosedDoors, OpenDoors
from server.faults import lost_race
from server.files import StoredFile
from server.graphql_http import Reply
from server.guesses import NO_GUESS, Guess, guessed
from server.journal import Journal
from server.logging import report
from server.negotiation import language
from server.telling import explained, settle, tell_denials
from server.viewing import Viewings, view_of

_ANONYMOUS: Final = OPEN | {"__typename"}
_TRIES: Final = 3
_MANY: Final = 2
_NO_SHAPE: Final = Outline(is_mutation=False, roots=frozenset())
_CLOSED: Final = ClosedDoors()


class LostRaceError(Exception):
    """The transaction lost against another one and may be tried again."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One request for an operation, and what is known of its document."""

    request: Request
    data: GraphQLRequestData
    allowed: frozenset[OperationType]
    known: Known
    shape: Outline
    shown: Shown | None
    """Who asks; None where only that is asked for which needs no token."""

    def note(self, session: Session, op: Operation | None) -> None:
        """Note how many statements the query sends, where the process had all settings before."""
        if op is not None and not op.loaders.has_read_snapshot:
            reads = self.known.reads
            name = self.data.operation_name
            reads[name] = max(reads.get(name, 0), session.reads)


class _Lending:
    """The schema that an operation was lent, and as it is shown, for `with`."""

    __slots__ = ("_lent", "_shown")

    def __init__(self) -> None:
        self._lent: Lent | None = None
        self._shown: ShownSchema | None = None

    def __enter__(self) -> "_Lending":
        return self

    def take(self, lent: Lent, rights: Rights) -> tuple[ServedSchema, ShownSchema]:
        """Keep what was lent until the block ends."""
        self._lent, schema = lent, lent.__enter__()
        self._shown = shown = ShownSchema(schema._schema, rights)
        return schema, shown

    def __exit__(self, *raised: object) -> None:
        if self._shown is not None:
            self._shown.let_go()
        if self._lent is not None:
            self._lent.__exit__(*raised)


class Operations:
    """Runs the operations of one server."""

    def __init__(
        self,
        schema: ServedSchema,
        schemas: WorkspaceSchemas,
        cache: DocumentCache,
        database: Database,
        cursors: Cursors,
        files: FileStore,
        upload_limits: UploadLimits,
        journal: Journal,
        admission: Admission,
        mailer: Mailer,
    ) -> None:
        """Keep what all operations share."""
        self._journal = journal
        self._denials = Denials(journal)
        self._admission = admission
        self._mailer = mailer
        self._files = files
        self._upload_limits = upload_limits
        self._schema = schema
        self._cache = cache
        self._database = database
        self._cursors = cursors
        self._schemas = schemas
        self._snapshots = Snapshots()
        self._viewings = Viewings(journal)

    async def run(
        self, request: Request, data: GraphQLRequestData, allowed: frozenset[OperationType]
    ) -> Reply:
        """Run an operation; raises what refuses it as a whole."""
        graphql = self._schema._schema
        known = self._cache.read(graphql, data.query or "")
        shape = known.outline(data.operation_name)
        # A token of an issuer may ask for its keys, which no connection to the database waits for.
        shown = None if shape.roots <= _ANONYMOUS else await self._admission.read(request)
        call = _Call(request, data, allowed, known, shape, shown)
        if shown is None and shape.is_mutation and view_of(request) is not None:
            raise ForbiddenError("view_only_reads")
        guess = self._guess(call)
        if guess is not NO_GUESS:
            with contextlib.suppress(MistakenError, LostRaceError):
                return await self._attempt(call, guess)
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._attempt(call)
            except LostRaceError:
                if attempt == _TRIES:
                    raise
                await asyncio.sleep(random.uniform(0.01, 0.1) * attempt)  # noqa: S311 - jitter, no secret
        raise AssertionError("the last attempt returns or raises")

    def _guess(self, call: _Call) -> Guess:
        """Give what a query may be begun with, as it was so before."""
        if call.shape.is_mutation or call.shown is None:
            return NO_GUESS
        sent = call.known.reads.get(call.data.operation_name, _MANY)
        # Who asks for somebody else is told of first.
        is_for_others = VIEW_PLACE in call.request.headers
        expected = None if is_for_others else self._admission.expected(call.shown)
        return guessed(sent, expected)

    async def is_valid(self, secret: str) -> bool:
        """Tell whether a token would be accepted."""
        async with self._database.session(write=False) as session:
            return await authenticate(session, secret) is not None

    async def schema_of(self, request: Request) -> Lent | ShownTo:
        """Lend the schema of the workspace of whoever asks; raises UnauthenticatedError."""
        shown = await self._admission.read(request)
        async with self._database.session(write=False) as session:
            actor = await self._actor(request, shown, session, _NO_SHAPE)
            await self._database.enter(session, actor.workspace_id, write=False)
            op = await self._admitted(request, session, actor)
            lent = await self._lend(op)
            if request.query_params.get("workspace") == "full" or op.actor.rights.is_everything:
                if not op.actor.rights.is_everything:
                    raise ForbiddenError("administrators_only")
                return lent
            return ShownTo(lent, op.actor.rights)

    async def file_of(self, request: Request, text: str) -> StoredFile | None:
        """Give the file of an id that whoever asks may read; raises UnauthenticatedError."""
        shown = await self._admission.read(request)
        async with self._database.session(write=False) as session:
            actor = await self._actor(request, shown, session, _NO_SHAPE)
            await self._database.enter(session, actor.workspace_id, write=False)
            try:
                prefix, key = decode_id(text)
            except InvalidIdError:
                return None
            if prefix != FILE.name:
                return None
            op = await self._admitted(request, session, actor)
            (row,) = await readable_files(op.loaders, [key])
        return None if row is None else StoredFile(row, file_key(actor.workspace_id, key))

    async def _admitted(self, request: Request, session: Session, actor: Actor) -> Operation:
        """Begin an operation that only reads, on behalf of an actor."""
        op = Operation.begin(session, actor)
        op.origin = origin_of(request)
        op.loaders.snapshots = self._snapshots
        await self._admit(request, op)
        return op

    async def _admit(self, request: Request, op: Operation, *, is_mutation: bool = False) -> None:
        """Let an operation have its rights: of whoever asks, or of whom they want to view as."""
        view = view_of(request)
        if view is not None and is_mutation:
            raise ForbiddenError("view_only_reads")
        await op.admit(view)
        if view is not None:
            self._viewings.tell(op, view)

    async def _attempt(self, call: _Call, guess: Guess = NO_GUESS) -> Reply:
        request, shape = call.request, call.shape
        context = Context(None, language(request.headers.get("accept-language")), self._cursors,
                          _CLOSED)  # fmt: skip
        if call.shown is None:
            return await self._attempt_without_token(call, context)
        write = shape.is_mutation and OperationType.MUTATION in call.allowed
        reply: Reply | None = None
        try:
            # The schema outlasts the session, in which fields of a failed operation may go on.
            with _Lending() as lending:
                async with self._database.session(write=write, single=guess.is_single) as session:
                    try:
                        reply = await self._answer(
                            call, call.shown, session, context, lending, guess, write=write
                        )
                    except Exception:
                        await session.confirm()  # who may not be told what went wrong
                        raise
        except BaseException as error:
            # A commit that failed may have happened: what hangs on it is then left to the sweep.
            if reply is None:
                await self._conclude(call, context.operation, committed=False)
            if not isinstance(error, LostRaceError | MistakenError):
                self._denials.note_refused(context.operation, shape, [error])
            raise
        await self._conclude(call, context.operation, committed=not session.doomed)
        errors = [error.original_error for error in reply.result.errors or ()]
        self._denials.note_refused(context.operation, shape, errors)
        self._denials.note_hidden(context, shape, request)
        if not write and not guess.is_single and not errors:
            call.note(session, context.operation)
        return reply

    async def _attempt_without_token(self, call: _Call, context: Context) -> Reply:
        start, request = perf_counter(), call.request
        async with AsyncExitStack() as stack:
            doors = OpenDoors(
                self._database, self._journal, self._mailer, origin_of(request), stack
            )
            context.doors = doors
            result = await self._execute(self._schema, call.data, call.allowed, context)
            extensions: dict[str, Any] = {}
            session, op = doors.session, context.operation
            if session is not None:
                extensions = await settle(session, op, result, write=True, dry=_is_dry(request))
                extensions |= explained(session, op, start) if _explains(request) else {}
                tell_denials(request, context, result, extensions)
        await self._conclude(call, op, committed=session is not None and not session.doomed)
        return Reply(result, extensions)

    async def _answer(
        self,
        call: _Call,
        shown: Shown,
        session: Session,
        context: Context,
        lending: "_Lending",
        guess: Guess,
        *,
        write: bool,
    ) -> Reply:
        start = perf_counter()
        request, shape = call.request, call.shape
        hold = hold_of(shape.roots) if write else None
        if guess.expected is None:
            actor = await self._actor(request, shown, session, shape, hold)
        else:
            actor, expectation = guess.expected
            session.expect(expectation)
        await self._database.enter(session, actor.workspace_id, write=write)
        context.operation = op = Operation.begin(session, actor)
        op.files, op.upload_limits = self._files, self._upload_limits
        op.mailer, op.origin = self._mailer, origin_of(request)
        op.loaders.snapshots = self._snapshots
        await self._admit(request, op, is_mutation=shape.is_mutation)
        if write and hold is not Hold.TO_USE:
            # What changes settings reads them as they are.
            op.loaders.snapshots = None
        schema, context.shown = lending.take(await self._lend(op), op.actor.rights)
        result = await self._execute(schema, call.data, call.allowed, context)
        if session.mistaken:
            raise MistakenError
        await session.confirm()
        if guess.expected is not None:
            self._admission.note_use(shown, actor, op.origin)
        extensions = await settle(session, op, result, write=write, dry=_is_dry(request))
        if _explains(request):
            extensions |= explained(session, op, start)
        tell_denials(request, context, result, extensions)
        return Reply(result, extensions)

    async def _lend(self, op: Operation) -> Lent:
        """Lend the schema of the operation's workspace."""
        actor, loaders = op.actor, op.loaders

        async def fields() -> tuple[Sequence[Row], Bindings]:
            rows = await loaders.everything(CUSTOM_FIELD.name)
            return rows, await load_bindings(op, rows)

        return await self._schemas.of(actor.workspace_id, actor.settings_version, fields)

    async def _execute(
        self,
        schema: ServedSchema,
        data: GraphQLRequestData,
        allowed: frozenset[OperationType],
        context: Context,
    ) -> ExecutionResult:
        result = await schema.execute(
            data.query,
            variable_values=data.variables,
            context_value=context,
            operation_name=data.operation_name,
            allowed_operation_types=allowed,
        )
        for error in result.errors or ():
            if lost_race(error.original_error):
                raise LostRaceError from error.original_error
        return result

    async def _actor(
        self,
        request: Request,
        shown: Shown,
        session: Session,
        shape: Outline,
        hold: Hold | None = None,
    ) -> Actor:
        actor = await self._admission.admit(session, shown, origin_of(request), hold)
        if not shape.is_mutation and Scope.READ not in actor.scopes:
            self._denials.note(actor, origin_of(request), Denial("token_scope", named(shape)))
            raise ForbiddenError("token_scope")
        return actor

    async def _conclude(self, call: _Call, op: Operation | None, *, committed: bool) -> None:
        """Do what waits for the end of the transaction; failures are ours to know."""
        if op is None:
            return
        for error in await op.conclude(committed=committed):
            report(error)
        if op.failed_tries:
            counted = [(key, PER_ACCOUNT) for key in op.failed_tries]
            async with self._database.session(write=True) as session:
                await count_attempt(session, counted)


def _is_dry(request: Request) -> bool:
    return request.headers.get("x-dry-run") == "1"


def _explains(request: Request) -> bool:
    return request.headers.get("x-explain") == "1"
