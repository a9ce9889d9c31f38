"""The sessions of people: looked at, and ended from elsewhere."""

from collections.abc import Sequence
from typing import Any

from auth.actor import Actor, Scope
from auth.policy import require_right
from db.session import Session
from domain.audit import AuditKind
from domain.errors import BadInputError, Code, ForbiddenError, refuse
from domain.ids import InvalidIdError, decode_id
from domain.roles import SettingsRight
from loaders.people import sessions
from resolvers.audit import audit
from resolvers.operation import Operation
from resolvers.sign_in import revoke_sessions


async def own_sessions(session: Session, actor: Actor) -> Sequence[Any]:
    """Give one's own sessions, the newest first."""
    return await sessions(session, actor.person_id)


async def sessions_of(op: Operation, text: str) -> Sequence[Any]:
    """Give a person's sessions: one's own, or as an administrator anyone's.

    Raises BadInputError, ForbiddenError. A person who is not there has none.
    """
    try:
        prefix, user_id = decode_id(text)
    except InvalidIdError as error:
        raise BadInputError("invalid_id", ("userId",), target="user") from error
    if prefix != "user":
        raise BadInputError("invalid_id", ("userId",), target="user")
    if user_id != op.actor.user_id:
        require_right(op.actor, SettingsRight.USERS, Scope.READ)
    return await sessions(op.session, user_id)


async def revoke_session(op: Operation, text: str) -> Any:
    """End a session: one's own, or as an administrator anyone's; gives it as it was."""
    _check_scope(op)
    try:
        prefix, session_id = decode_id(text)
    except InvalidIdError as error:
        raise refuse(Code.INVALID, "invalid_id", target="session") from error
    if prefix != "session":
        raise refuse(Code.INVALID, "id_of_another_type", target="session", found=prefix[:30])
    owner = None if op.actor.rights.has(SettingsRight.USERS) else op.actor.person_id
    found = [row for row in await sessions(op.session, owner) if row.id == session_id]
    if not found:
        raise refuse(Code.NOT_FOUND, "not_found", target="session")
    await _end(op, found)
    return found[0]


async def revoke_other_sessions(op: Operation) -> int:
    """End all of one's sessions but the one in use; tells how many there were."""
    _check_scope(op)
    found = await own_sessions(op.session, op.actor)
    others = [row for row in found if row.id != op.actor.token_id]
    await _end(op, others)
    return len(others)


async def _end(op: Operation, rows: Sequence[Any]) -> None:
    await revoke_sessions(op, [row.id for row in rows])
    for row in rows:
        about = None if row.user_id == op.actor.user_id else row.user_id
        await audit(op, AuditKind.SESSION_REVOKED, about=about, subject=("session", row.id))


def _check_scope(op: Operation) -> None:
    if Scope.WRITE not in op.actor.scopes:
        raise ForbiddenError("token_scope")
