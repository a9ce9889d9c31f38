"""The mutations that need no token: signing in, setting a password by a link, being invited.

None of them holds a connection while a password is hashed, and each of its steps that must outlive
a refusal (the count of tries, the entry in the audit log) is a transaction of its own. What they
write at last is one transaction, which stays open until the answer is put together.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final
from uuid import UUID

from typing_extensions import override

from auth.attempts import Limited, account, address, count_attempt
from auth.passwords import hash_password
from auth.tokens import authenticate, digest
from db.database import Database
from db.mailer import Mailer
from db.session import Session
from domain.audit import AuditEntry, AuditKind, Origin
from domain.errors import (
    Code,
    ForbiddenError,
    RefusedError,
    UnauthenticatedError,
    refuse,
)
from domain.people import USER
from resolvers.audit import audit
from resolvers.changes import flush_events
from resolvers.jobs import actor_of
from resolvers.links import Purpose, find_link, send_or_show, use_link
from resolvers.operation import Operation
from resolvers.passwords import password_errors
from resolvers.people import name_person
from resolvers.sign_in import Found, check_password, find_identity, hold_identity, store_session
from schema.context import Context, Doors
from server.journal import Journal

OPEN: Final = frozenset({"signIn", "requestPasswordReset", "resetPassword", "acceptInvitation"})
"""Root fields that need no token, besides `__typename`."""
_RESET_SECONDS: Final = 0.4
"""How long asking for a new password takes, whoever is asked for."""
_RESETTING: Final = "reset password"


class OpenDoors(Doors):
    """Answers one request that came without a token."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        mailer: Mailer,
        origin: Origin,
        stack: AsyncExitStack,
    ) -> None:
        """Keep what the request needs; `stack` ends the transaction that is opened at last."""
        self._database = database
        self._journal = journal
        self._mailer = mailer
        self._origin = origin
        self._stack = stack
        self._is_used = False
        self.session: Session | None = None
        """The transaction of what the request writes at last."""

    @override
    async def sign_in(self, context: Context, given: Mapping[str, Any]) -> tuple[str, Any]:
        """Sign a person in; raises RefusedError."""
        async with self._passing():
            email = str(given["email"])
            found = await self._find(email)
            if not await self._count(account(email), address(self._origin.address)):
                self._note_failure(found, "too_many_attempts")
                raise refuse(Code.LIMIT, "too_many_attempts")
            try:
                place, fresh = await check_password(found, given)
            except RefusedError as refusal:
                self._note_failure(found, refusal.errors[0].message)
                raise
            session = await self._open()
            await hold_identity(session, found, fresh)
            await self._database.enter(session, place.workspace_id, write=True)
            return await self._signed_in(context, session, place.user_id, AuditKind.SIGNED_IN)

    @override
    async def request_reset(self, given: Mapping[str, Any]) -> None:
        """Send a link to set a new password, if there is such a person; the answer never tells."""
        started = monotonic()
        async with self._passing():
            email = str(given["email"])
            counted = account(email, _RESETTING), address(self._origin.address)
            if not await self._count(*counted):
                raise refuse(Code.LIMIT, "too_many_attempts")
            found = await self._find(email)
            if found.places:
                await self._ask_for_reset(found.places[0])
            await asyncio.sleep(max(0.0, _RESET_SECONDS - (monotonic() - started)))

    @override
    async def reset_password(self, context: Context, given: Mapping[str, Any]) -> None:
        """Set a new password by a link; all sessions and keys of the person end."""
        async with self._passing():
            session, link = await self._pass_by_link(given, Purpose.RESET, "newPassword")
            actor = await actor_of(session, link.workspace_id, link.user_id)
            if actor is None:
                raise UnauthenticatedError
            context.operation = self._begin(Operation.begin(session, actor))
            await audit(context.operation, AuditKind.PASSWORD_RESET)

    @override
    async def accept_invitation(
        self, context: Context, given: Mapping[str, Any]
    ) -> tuple[str, Any]:
        """Give an invited person a password and a session."""
        async with self._passing():
            session, link = await self._pass_by_link(given, Purpose.INVITATION, "password")
            kind = AuditKind.INVITATION_ACCEPTED
            token, _ = await self._signed_in(context, session, link.user_id, kind)
            if context.operation is None:
                raise UnauthenticatedError
            return token, await name_person(context.operation, given)

    @asynccontextmanager
    async def _passing(self) -> AsyncIterator[None]:
        """Let one mutation through for each request: tries are counted by request, not hidden."""
        if self._is_used:
            raise ForbiddenError("sign_in_alone")
        self._is_used = True
        try:
            yield
        except RefusedError:
            if self.session is not None:
                self.session.doomed = True
            raise

    async def _find(self, email: str) -> Found:
        async with self._database.session(write=False) as session:
            return await find_identity(session, email)

    async def _count(self, *counted: Limited) -> bool:
        async with self._database.session(write=True) as session:
            return await count_attempt(session, counted)

    async def _open(self) -> Session:
        self.session = await self._stack.enter_async_context(self._database.session(write=True))
        return self.session

    def _begin(self, op: Operation) -> Operation:
        op.origin, op.mailer = self._origin, self._mailer
        return op

    async def _signed_in(
        self, context: Context, session: Session, user_id: UUID, kind: AuditKind
    ) -> tuple[str, Any]:
        secret = await store_session(session, user_id, self._origin)
        actor = await authenticate(session, secret)
        if actor is None:
            raise UnauthenticatedError
        context.operation = op = self._begin(Operation.begin(session, actor))
        await op.admit()
        await audit(op, kind, method="password")
        return secret, await op.loaders.one(USER.name).load(user_id)

    async def _pass_by_link(
        self, given: Mapping[str, Any], purpose: Purpose, name: str
    ) -> tuple[Session, Any]:
        """Use a link up and store the password; gives the open transaction and the link."""
        if not await self._count(address(self._origin.address)):
            raise refuse(Code.LIMIT, "too_many_attempts")
        # Whoever was handed a link may give it as it is.
        wanted = digest(str(given["token"]).strip().rpartition("token=")[2])
        async with self._database.session(write=False) as reading:
            link = await find_link(reading, wanted, purpose)
        if errors := password_errors(given[name], name, email=link.email):
            raise RefusedError(errors)
        stored = await hash_password(given[name])
        session = await self._open()
        link = await use_link(session, wanted, purpose)
        await self._database.enter(session, link.workspace_id, write=True)
        await session.call("voronka_replace_password", link.email, stored, None)
        return session, link

    async def _ask_for_reset(self, place: Any) -> None:
        async with self._database.session(write=True) as session:
            await self._database.enter(session, place.workspace_id, write=True)
            actor = await actor_of(session, place.workspace_id, None)
            if actor is None:
                return
            op = self._begin(Operation.begin(session, actor))
            await audit(op, AuditKind.PASSWORD_RESET_REQUESTED, about=place.user_id)
            if self._mailer.can_send:
                await send_or_show(op, place.user_id, Purpose.RESET)
            await flush_events(op, already=0)

    def _note_failure(self, found: Found, reason: str) -> None:
        places: Sequence[Any] = found.places
        for place in places:
            self._journal.add(
                AuditEntry(
                    place.workspace_id,
                    AuditKind.SIGN_IN_FAILED,
                    datetime.now(UTC),
                    about_id=place.user_id,
                    origin=self._origin,
                    details={"reason": reason},
                )
            )


class ClosedDoors(Doors):
    """Stands where a request does something else as well, which needs a token."""

    @override
    async def sign_in(self, context: Context, given: Mapping[str, Any]) -> tuple[str, Any]:
        """Refuse."""
        raise ForbiddenError("sign_in_alone")

    @override
    async def request_reset(self, given: Mapping[str, Any]) -> None:
        """Refuse."""
        raise ForbiddenError("sign_in_alone")

    @override
    async def reset_password(self, context: Context, given: Mapping[str, Any]) -> None:
        """Refuse."""
        raise ForbiddenError("sign_in_alone")

    @override
    async def accept_invitation(
        self, context: Context, given: Mapping[str, Any]
    ) -> tuple[str, Any]:
        """Refuse."""
        raise ForbiddenError("sign_in_alone")
