"""Run one GraphQL operation: who asks, one session, one transaction, what the reply tells besides.

A mutation's transaction is committed here, when all of it succeeded; a refused mutation, an error
or a dry run rolls back everything. Transactions that lost against another (deadlock, serialization,
a race for a unique key) run again.
"""

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

from limits import parse as parse_limit
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from strawberry.http import GraphQLRequestData
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from auth.actor import Actor, Scope
from auth.rights import Cell
from auth.tokens import authenticate
from db.database import Database
from db.file_store import FileStore, file_key
from db.holds import Hold
from db.reading import OverrunError
from db.session import Session
from db.snapshot import Snapshots
from domain.custom_fields import CUSTOM_FIELD
from domain.errors import Code, ForbiddenError, UnauthenticatedError, refuse
from domain.files import FILE, UploadLimits
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.roles import SettingsRight
from loaders.files import readable_files
from loaders.rows import Row
from resolvers.changes import flush_events
from resolvers.custom_binding import Bindings, load_bindings
from resolvers.operation import Operation
from resolvers.sign_in import find_person, store_session
from schema.admission import hold_of
from schema.context import Context
from schema.cursors import Cursors
from schema.denials import access_errors, access_report
from schema.documents import DocumentCache, Known, Outline
from schema.projection import ShownTo
from schema.served import ServedSchema
from schema.workspace_schemas import Lent, WorkspaceSchemas
from server.explorer import session_token
from server.faults import lost_race
from server.files import StoredFile
from server.graphql_http import Reply
from server.logging import report
from server.negotiation import language

_ANONYMOUS: Final = frozenset({"signIn", "__typename"})
_TRIES: Final = 3
_MANY: Final = 2
_NO_SHAPE: Final = Outline(is_mutation=False, roots=frozenset())
_PER_ACCOUNT: Final = parse_limit("5/minute")
_PER_ADDRESS: Final = parse_limit("20/minute")


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

    def note(self, session: Session, op: Operation | None) -> None:
        """Note how many statements the query sends, where the process had all settings before."""
        if op is not None and not op.loaders.has_read_snapshot:
            reads = self.known.reads
            name = self.data.operation_name
            reads[name] = max(reads.get(name, 0), session.reads)


class Operations:
    """Runs the operations of one server."""

    def __init__(
        self,
        schema: ServedSchema,
        cache: DocumentCache,
        database: Database,
        cursors: Cursors,
        files: FileStore,
        upload_limits: UploadLimits,
    ) -> None:
        """Keep what all operations share."""
        self._files = files
        self._upload_limits = upload_limits
        self._schema = schema
        self._cache = cache
        self._database = database
        self._cursors = cursors
        self._schemas = WorkspaceSchemas(schema)
        self._snapshots = Snapshots()
        self._attempts = MovingWindowRateLimiter(MemoryStorage())

    async def run(
        self, request: Request, data: GraphQLRequestData, allowed: frozenset[OperationType]
    ) -> Reply:
        """Run an operation; raises what refuses it as a whole."""
        graphql = self._schema._schema
        known = self._cache.read(graphql, data.query or "")
        call = _Call(request, data, allowed, known, known.outline(data.operation_name))
        # What sent one statement whenever it ran needs no transaction, which costs as much again.
        if known.reads.get(data.operation_name, _MANY) <= 1:
            with contextlib.suppress(OverrunError):
                return await self._attempt(call, single=True)
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._attempt(call)
            except LostRaceError:
                if attempt == _TRIES:
                    raise
                await asyncio.sleep(random.uniform(0.01, 0.1) * attempt)  # noqa: S311 - jitter, no secret
        raise AssertionError("the last attempt returns or raises")

    async def is_valid(self, secret: str) -> bool:
        """Tell whether a token would be accepted."""
        async with self._database.session(write=False) as session:
            return await authenticate(session, secret) is not None

    async def schema_of(self, request: Request) -> Lent | ShownTo:
        """Lend the schema of the workspace of whoever asks; raises UnauthenticatedError."""
        async with self._database.session(write=False) as session:
            actor = await self._actor(request, session, _NO_SHAPE)
            await self._database.enter(session, actor.workspace_id, write=False)
            op = await self._admitted(session, actor)
            lent = await self._lend(op)
            if request.query_params.get("workspace") == "full" or op.actor.rights.is_everything:
                if not op.actor.rights.is_everything:
                    raise ForbiddenError("administrators_only")
                return lent
            return ShownTo(lent, op.actor.rights)

    async def file_of(self, request: Request, text: str) -> StoredFile | None:
        """Give the file of an id that whoever asks may read; raises UnauthenticatedError."""
        async with self._database.session(write=False) as session:
            actor = await self._actor(request, session, _NO_SHAPE)
            await self._database.enter(session, actor.workspace_id, write=False)
            try:
                prefix, key = decode_id(text)
            except InvalidIdError:
                return None
            if prefix != FILE.name:
                return None
            op = await self._admitted(session, actor)
            (row,) = await readable_files(op.loaders, [key])
        return None if row is None else StoredFile(row, file_key(actor.workspace_id, key))

    async def _admitted(self, session: Session, actor: Actor) -> Operation:
        """Begin an operation that only reads, on behalf of an actor."""
        op = Operation.begin(session, actor)
        op.loaders.snapshots = self._snapshots
        await op.admit()
        return op

    async def _attempt(self, call: "_Call", *, single: bool = False) -> Reply:
        request, shape = call.request, call.shape
        write = shape.is_mutation and OperationType.MUTATION in call.allowed
        context = Context(None, language(request.headers.get("accept-language")), self._cursors,
                          _no_sign_in)  # fmt: skip
        reply: Reply | None = None
        try:
            # The schema outlasts the session, in which fields of a failed operation may go on.
            with contextlib.ExitStack() as lent:
                async with self._database.session(write=write, single=single) as session:
                    reply = await self._answer(call, session, context, lent, write=write)
        except BaseException:
            # A commit that failed may have happened: what hangs on it is then left to the sweep.
            if reply is None:
                await _conclude(context.operation, committed=False)
            raise
        await _conclude(context.operation, committed=not session.doomed)
        if not write and not single and not reply.result.errors:
            call.note(session, context.operation)
        return reply

    async def _answer(
        self,
        call: "_Call",
        session: Session,
        context: Context,
        lent: contextlib.ExitStack,
        *,
        write: bool,
    ) -> Reply:
        start = perf_counter()
        request, shape = call.request, call.shape
        if shape.roots <= _ANONYMOUS:
            context.sign_in = self._sign_in(request, session, context)
        else:
            hold = hold_of(shape.roots) if write else None
            actor = await self._actor(request, session, shape, hold)
            await self._database.enter(session, actor.workspace_id, write=write)
            context.operation = op = Operation.begin(session, actor)
            op.files, op.upload_limits = self._files, self._upload_limits
            op.loaders.snapshots = self._snapshots
            await op.admit()
            if write and hold is not Hold.TO_USE:
                # What changes settings reads them as they are.
                op.loaders.snapshots = None
        schema = self._schema
        if context.operation is not None:
            schema = lent.enter_context(await self._lend(context.operation))
            lent.callback(context.let_go)
        result = await self._execute(schema, call.data, call.allowed, context)
        if session.overran:
            raise OverrunError
        dry = request.headers.get("x-dry-run") == "1"
        extensions = await _settle(session, context.operation, result, write=write, dry=dry)
        if request.headers.get("x-explain") == "1":
            extensions |= _explained(session, context.operation, start)
        denied = context.denials.selections()
        if denied:
            # Told last: what was left out of an answer undoes nothing of a mutation.
            extensions["access"] = access_report(denied)
            if request.headers.get("x-on-denied") != "null":
                result.errors = [
                    *(result.errors or ()),
                    *access_errors(denied, context.language),
                ]
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
        self, request: Request, session: Session, shape: Outline, hold: Hold | None = None
    ) -> Actor:
        secret = bearer_token(request)
        actor = None if secret is None else await authenticate(session, secret, hold)
        if actor is None:
            raise UnauthenticatedError
        if not shape.is_mutation and Scope.READ not in actor.scopes:
            raise ForbiddenError("token_scope")
        return actor

    def _sign_in(self, request: Request, session: Session, context: Context) -> Any:
        async def sign_in(given: Mapping[str, Any]) -> tuple[str, Any]:
            self._count_attempt(request, str(given["email"]))
            person = await find_person(session, given)
            await self._database.enter(session, person.workspace_id, write=True)
            await store_session(session, person)
            actor = await authenticate(session, person.token.secret)
            if actor is None:
                raise UnauthenticatedError
            context.operation = Operation.begin(session, actor)
            await context.operation.admit()
            return person.token.secret, await context.operation.loaders.one("user").load(
                person.user_id
            )

        return sign_in

    def _count_attempt(self, request: Request, email: str) -> None:
        """Count a try to sign in, by account and by address; raises RefusedError over the limit."""
        address = request.client.host if request.client else ""
        account = email.strip().lower()[:200]
        if not self._attempts.hit(_PER_ACCOUNT, "account", account) or not self._attempts.hit(
            _PER_ADDRESS, "address", address
        ):
            raise refuse(Code.LIMIT, "too_many_attempts")


async def _conclude(op: Operation | None, *, committed: bool) -> None:
    """Do what waits for the end of the transaction; failures are ours to know, not the caller's."""
    if op is not None:
        for error in await op.conclude(committed=committed):
            report(error)


async def _no_sign_in(_given: Mapping[str, Any]) -> Any:
    raise ForbiddenError("sign_in_alone")


def bearer_token(request: Request) -> str | None:
    """Give the token of a request: of its Authorization header, else of the browser's session."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return None if header else session_token(request)


async def _settle(
    session: Session, op: Operation | None, result: ExecutionResult, *, write: bool, dry: bool
) -> dict[str, Any]:
    """Commit or roll back what the operation did, and tell what the caller should know."""
    extensions: dict[str, Any] = {}
    refused = bool(result.errors) or (op is not None and op.failed)
    if write and (refused or dry):
        session.doomed = True
    elif write and op is not None:
        await flush_events(op, already=0)
    if op is None:
        return extensions
    if write and dry:
        extensions["dryRun"] = _dry_run(op)
    warnings = [warning for warning in op.warnings.values() if warning["count"]]
    if warnings:
        extensions["warnings"] = warnings
    return extensions


def _explained(session: Session, op: Operation | None, start: float) -> dict[str, Any]:
    """Tell an administrator what the operation has cost."""
    if op is None or not op.actor.rights.has(SettingsRight.DEBUG):
        return {}
    return {
        "execution": {
            "sql": session.statements,
            "rows": session.rows_read,
            "dbMs": round(session.seconds * 1000, 2),
            "totalMs": round((perf_counter() - start) * 1000, 2),
        }
    }


def _dry_run(op: Operation) -> dict[str, Any]:
    events = [
        {
            "kind": event.kind,
            "type": event.record_type.upper(),
            "id": encode_id(event.record_type, event.record_id),
            "version": event.version,
        }
        for event in op.events
    ]
    rights = op.actor.rights
    changes = [
        {"id": shown["id"], "field": name, **change}
        for event, shown in zip(op.events, events, strict=True)
        for name, change in event.changes.items()
        if rights.cell(event.record_type, name) is Cell.FREE
    ]
    return {"changes": changes, "events": events}
