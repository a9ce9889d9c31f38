"""Links by which people set a password: to reset one, or to accept an invitation.

A link holds a secret that is stored as a hash, works once and for a short time. Where the server
sends mail, the worker makes the secret and nobody but the person sees it; without a mail server an
administrator is shown the link, and hands it over.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update

from auth.policy import require_right
from auth.tokens import TokenKind, new_token
from db.base import WORKSPACE, new_id
from db.session import Session
from db.tables import sign_in_links
from domain.audit import AuditKind
from domain.errors import Code, RefusedError, refuse
from domain.jobs import Job
from domain.mail import letter
from domain.people import USER
from domain.roles import SettingsRight
from loaders.people import workspace
from loaders.rows import Row
from resolvers import entries
from resolvers.audit import audit
from resolvers.operation import Operation


class Purpose(Enum):
    """What a link is for; its value is the page that it leads to."""

    RESET = "reset-password"
    INVITATION = "invitation"


LIVES: Final[Mapping[Purpose, timedelta]] = {
    Purpose.RESET: timedelta(hours=1),
    Purpose.INVITATION: timedelta(days=7),
}
_KEPT: Final = timedelta(days=30)


async def send_or_show(op: Operation, user_id: UUID, purpose: Purpose) -> str | None:
    """Have a link sent to a person, or give it where the server cannot send mail."""
    if op.mailer.can_send:
        op.later(Job("send_link", {"user": str(user_id), "purpose": purpose.name}))
        return None
    return op.mailer.link(purpose.value, await _issue(op, user_id, purpose))


async def send_link(op: Operation, arguments: Mapping[str, Any]) -> None:
    """Make a link and send it to whom it is for: a job."""
    purpose = Purpose[arguments["purpose"]]
    user = await op.loaders.one(USER.name).load(UUID(arguments["user"]))
    if user is None or not user.is_active:
        return
    secret = await _issue(op, user.id, purpose)
    where = await workspace(op.session)
    link = op.mailer.link(purpose.value, secret)
    await op.mailer.send(letter(purpose.name, user.locale or where.locale, user.email,
                                workspace=where.name, link=link))  # fmt: skip


async def issue_reset(op: Operation, text: str) -> tuple[Row, str | None]:
    """Give a person a link to set a new password: for administrators."""
    require_right(op.actor, SettingsRight.USERS)
    user = await _locked(op, text)
    await _check_active(user)
    state = (await op.session.call("voronka_identity_state", user.email))[0]
    if not state.has_password:
        raise refuse(Code.CONFLICT, "never_accepted")
    if state.workspaces > 1 and not op.mailer.can_send:
        # Whoever sees the link can take the person's place in the other workspaces, too.
        raise refuse(Code.CONFLICT, "works_elsewhere")
    await audit(op, AuditKind.PASSWORD_RESET_REQUESTED, about=user.id)
    return user, await send_or_show(op, user.id, Purpose.RESET)


async def renew_invitation(op: Operation, text: str) -> tuple[Row, str | None]:
    """Invite a person anew who has not accepted yet; the link until now ends."""
    require_right(op.actor, SettingsRight.USERS)
    user = await _locked(op, text)
    await _check_active(user)
    state = (await op.session.call("voronka_identity_state", user.email))[0]
    if state.has_password:
        raise refuse(Code.CONFLICT, "accepted_already")
    await audit(op, AuditKind.INVITED, about=user.id)
    return user, await send_or_show(op, user.id, Purpose.INVITATION)


async def purge_links(op: Operation) -> None:
    """Delete the links of the workspace that ended a month ago."""
    await op.session.run(
        delete(sign_in_links).where(
            sign_in_links.c.workspace_id == WORKSPACE,
            sign_in_links.c.expires_at < op.now - _KEPT,
        )
    )


async def find_link(session: Session, digest: bytes, purpose: Purpose) -> Any:
    """Give what a link is for, before a workspace is known; raises RefusedError for no good one."""
    found = await session.call("voronka_find_link", digest, purpose.name)
    if not found:
        raise refuse(Code.INVALID, "link_ended", "token")
    return found[0]


async def use_link(session: Session, digest: bytes, purpose: Purpose) -> Any:
    """Use a link up, in a session that it binds to its workspace; raises RefusedError."""
    found = await session.admit("voronka_use_link", digest, purpose.name)
    if not found:
        raise refuse(Code.INVALID, "link_ended", "token")
    return found[0]


async def _locked(op: Operation, text: str) -> Row:
    """Lock a person by the id that is an argument of its own; raises RefusedError."""
    try:
        return await entries.locked(op, USER, text)
    except RefusedError as refusal:
        raise RefusedError([replace(error, path=()) for error in refusal.errors]) from refusal


async def _check_active(user: Row) -> None:
    if not user.is_active:
        raise refuse(Code.CONFLICT, "not_active")


async def _issue(op: Operation, user_id: UUID, purpose: Purpose) -> str:
    """Store a new link in place of those until now, and give its secret."""
    await op.session.run(
        update(sign_in_links)
        .where(
            sign_in_links.c.workspace_id == WORKSPACE,
            sign_in_links.c.user_id == user_id,
            sign_in_links.c.purpose == purpose.name,
            sign_in_links.c.used_at.is_(None),
        )
        .values(used_at=op.now)
    )
    token = new_token(TokenKind.LINK)
    row = {
        "id": new_id(),
        "user_id": user_id,
        "purpose": purpose.name,
        "hash": token.digest,
        "created_at": op.now,
        "expires_at": op.now + LIVES[purpose],
    }
    await op.session.insert(sign_in_links, [row])
    return token.secret
