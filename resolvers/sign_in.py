"""Signing in and out, and the API keys that programs use instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update

from auth.actor import Actor, Scope
from auth.passwords import verify_password
from auth.tokens import NewToken, TokenKind, new_token
from db.base import WORKSPACE, new_id
from db.session import Session
from db.tables import tokens
from domain.audit import AuditKind, Origin
from domain.errors import Code, ForbiddenError, refuse
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.roles import SettingsRight
from loaders.beside import id_array
from loaders.people import api_keys, locked_key
from resolvers.audit import audit
from resolvers.contact_points import InvalidPointError, normalize_email
from resolvers.key_roles import role_of_key
from resolvers.operation import Event, Operation

SESSION_LIFE: Final = timedelta(days=14)
KEY_LIFE: Final = timedelta(days=365)
DEFAULT_OVERLAP: Final = 24
"""Hours that a former secret works on."""
MOST_OVERLAP: Final = 7 * 24
KEPT_EXPIRED: Final = timedelta(days=30)
_NAME_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who wants to sign in, before a password is looked at."""

    email: str
    password_hash: str | None
    places: Sequence[Any]
    """The workspaces where the person is active: their ids and names, the person's id there."""


async def find_identity(session: Session, text: str) -> Found:
    """Look an e-mail address up; an unknown one gives a Found without places."""
    try:
        email = normalize_email(text.strip())
    except InvalidPointError:
        email = ""
    rows = await session.call("voronka_identity", email)
    stored = rows[0].password_hash if rows else None
    return Found(email, stored, [row for row in rows if row.user_id is not None])


async def check_password(found: Found, raw: Mapping[str, Any]) -> tuple[Any, str | None]:
    """Check the password and choose the workspace; raises RefusedError. Needs no connection.

    Unknown address, wrong password and inactive person get one answer, after the same work. Gives
    the place, and a hash to replace one that was made with other parameters.
    """
    wrong = refuse(Code.INVALID, "wrong_credentials")
    matches, fresh = await verify_password(raw["password"], found.password_hash)
    if not matches:
        raise wrong
    places, wanted = found.places, raw.get("workspace")
    if wanted is not None:
        places = [
            row for row in places
            if wanted in {row.workspace_name, encode_id("workspace", row.workspace_id)}
        ]  # fmt: skip
    if not places:
        raise wrong
    if len(places) > 1:
        names = ", ".join(row.workspace_name for row in places)
        raise refuse(Code.REQUIRED, "name_workspace", "workspace", names=names)
    return places[0], fresh


async def hold_identity(session: Session, found: Found, fresh: str | None) -> None:
    """Keep the password from being changed until the session is stored; raises RefusedError.

    It may have been changed since it was looked up: then all sessions are to end, this one, too.
    """
    rows = await session.call("voronka_hold_identity", found.email)
    if not rows or rows[0].password_hash != found.password_hash:
        raise refuse(Code.INVALID, "wrong_credentials")
    if fresh is not None:
        await session.call("voronka_set_password", found.email, fresh)


async def store_session(session: Session, user_id: UUID, origin: Origin) -> str:
    """Keep a new token of a person, in a session bound to their workspace; gives its secret."""
    now = datetime.now(UTC)
    token = new_token(TokenKind.SESSION)
    row = _token_row(token, TokenKind.SESSION, user_id, tuple(Scope), None, now, now + SESSION_LIFE)
    seen = {"address": origin.address, "user_agent": origin.user_agent, "last_used_at": now}
    await session.insert(tokens, [{**row, **seen}])
    return token.secret


async def sign_out(op: Operation) -> None:
    """End the session that the operation came with; an API key lives on until it is revoked."""
    if op.actor.is_session:
        await _revoke(op, tokens.c.id == op.actor.token_id)
        await audit(op, AuditKind.SIGNED_OUT)


async def revoke_sessions(op: Operation, ids: Sequence[UUID]) -> None:
    """End sessions, whoever they are of: the caller has seen to that."""
    await _revoke(op, tokens.c.id == id_array(ids))


async def revoke_tokens(op: Operation, user_id: UUID, keep: UUID | None = None) -> None:
    """End all tokens of a person, but the one to keep."""
    await _revoke(op, (tokens.c.user_id == user_id) & tokens.c.id.is_distinct_from(keep))


async def purge_tokens(op: Operation, _arguments: Mapping[str, Any]) -> None:
    """Delete what signing in has left behind for long: a job.

    Tokens and links that expired a month ago, entries of the audit log that are 400 days old.
    """
    old = (tokens.c.workspace_id == WORKSPACE) & (tokens.c.expires_at < op.now - KEPT_EXPIRED)
    former = tokens.c.superseded_by_id.is_not(None)
    # Former secrets first: they name their keys.
    await op.session.run(delete(tokens).where(old & former))
    await op.session.run(delete(tokens).where(old))
    await op.session.call("voronka_purge_sign_in")


async def create_api_key(op: Operation, raw: Mapping[str, Any]) -> tuple[Any, str]:
    """Make an API key of the actor's own; its scopes are at most those of the token used.

    Gives the key's row and the secret, which is shown this once.
    """
    scopes = tuple(dict.fromkeys(raw.get("scopes") or _sorted_scopes(op.actor)))
    if not {Scope.WRITE, *scopes} <= op.actor.scopes:
        raise ForbiddenError("token_scope")
    name = raw["name"].strip()
    if not name or len(name) > _NAME_LENGTH or "\x00" in name:
        raise refuse(Code.INVALID, "key_name_length", "name", limit=_NAME_LENGTH)
    expires = raw.get("expiresAt") or op.now + KEY_LIFE
    if not op.now < expires <= op.now + KEY_LIFE:
        raise refuse(Code.INVALID, "key_expiry", "expiresAt", days=KEY_LIFE.days)
    role_id = await role_of_key(op, raw.get("roleId"))
    token = await issue_key(op, op.actor.person_id, name, scopes, expires, role_id)
    made = [row for row in await api_keys(op.session, op.actor.person_id) if row.name == name]
    return made[0], token.secret


async def rotate_api_key(op: Operation, raw: Mapping[str, Any]) -> tuple[Any, str]:
    """Give a key of one's own a new secret; the former one works on for some hours.

    The key stays what it is: its id, name, scopes and rights. Gives its row and the secret.
    """
    if Scope.WRITE not in op.actor.scopes:
        raise ForbiddenError("token_scope")
    hours = DEFAULT_OVERLAP if raw.get("overlapHours") is None else raw["overlapHours"]
    if not 0 <= hours <= MOST_OVERLAP:
        raise refuse(Code.INVALID, "overlap_hours", "overlapHours", limit=MOST_OVERLAP)
    expires = raw.get("expiresAt") or op.now + KEY_LIFE
    if not op.now < expires <= op.now + KEY_LIFE:
        raise refuse(Code.INVALID, "key_expiry", "expiresAt", days=KEY_LIFE.days)
    found = await _own_key(op, raw["id"])
    # Whoever rotates a key holds its secret afterwards, so it lends no right that they have not.
    if not {Scope(scope) for scope in found.scopes} <= op.actor.scopes:
        raise ForbiddenError("token_scope")
    token = new_token(TokenKind.API_KEY)
    former = {column.name: getattr(found, column.name) for column in tokens.c}
    del former["workspace_id"]
    ends = op.now + timedelta(hours=hours)
    if found.expires_at is not None:
        ends = min(ends, found.expires_at)
    key = tokens.c.id == found.id
    # One overlap at a time: the secret before the former one ends now.
    await _revoke(op, tokens.c.superseded_by_id == found.id)
    await op.session.run(
        update(tokens)
        .where(tokens.c.workspace_id == WORKSPACE, key)
        .values(prefix=token.prefix, hash=token.digest, expires_at=expires, last_used_at=None)
    )
    if hours:
        more = {"id": new_id(), "superseded_by_id": found.id, "expires_at": ends}
        await op.session.insert(tokens, [{**former, **more}])
    _note(op, "UPDATED", found.id, {})
    await audit(op, AuditKind.KEY_ROTATED, subject=("api_key", found.id), name=found.name,
                overlapHours=hours)  # fmt: skip
    made = [row for row in await api_keys(op.session, op.actor.person_id) if row.id == found.id]
    return made[0], token.secret


async def issue_key(
    op: Operation,
    user_id: UUID,
    name: str,
    scopes: Sequence[Scope],
    expires: datetime | None,
    role_id: UUID | None = None,
) -> NewToken:
    """Store a new API key of a person; without an expiry it lives until revoked.

    A role narrows what its owner's roles allow.
    """
    token = new_token(TokenKind.API_KEY)
    row = _token_row(token, TokenKind.API_KEY, user_id, scopes, name, op.now, expires)
    row["role_id"] = role_id
    await op.session.insert(tokens, [row])
    _note(op, "CREATED", row["id"], {"name": {"from": None, "to": name}})
    about = None if user_id == op.actor.user_id else user_id
    await audit(op, AuditKind.KEY_CREATED, about=about, subject=("api_key", row["id"]), name=name,
                scopes=[scope.value for scope in scopes])  # fmt: skip
    return token


async def revoke_api_key(op: Operation, text: str) -> Any:
    """End an API key: one's own, or as an administrator anyone's; gives its row."""
    if Scope.WRITE not in op.actor.scopes:
        raise ForbiddenError("token_scope")
    key_id = _key_id(text)
    keys = await list_api_keys(op.session, op.actor)
    row = next((key for key in keys if key.id == key_id), None)
    if row is None:
        raise refuse(Code.NOT_FOUND, "not_found", target="api_key")
    await _revoke(op, (tokens.c.id == key_id) | (tokens.c.superseded_by_id == key_id))
    _note(op, "DELETED", key_id, {})
    about = None if row.user_id == op.actor.user_id else row.user_id
    await audit(op, AuditKind.KEY_REVOKED, about=about, subject=("api_key", key_id), name=row.name)
    return row


async def list_api_keys(session: Session, actor: Actor) -> Sequence[Any]:
    """Give the keys that an actor may see: one's own, or as an administrator all."""
    seen = actor.rights.has(SettingsRight.ROLES)
    return await api_keys(session, None if seen else actor.person_id)


def _sorted_scopes(actor: Actor) -> list[Scope]:
    """Give the scopes of the token in use, in the order of their names."""
    return sorted(actor.scopes, key=lambda scope: scope.value)


async def _own_key(op: Operation, text: str) -> Any:
    """Lock a live key of the actor's own; raises RefusedError where there is no such key."""
    row = await locked_key(op.session, _key_id(text, "id"), op.actor.person_id)
    if row is None or (row.expires_at is not None and row.expires_at <= op.now):
        raise refuse(Code.NOT_FOUND, "not_found", "id", target="api_key")
    return row


def _key_id(text: str, *path: str) -> UUID:
    try:
        prefix, key_id = decode_id(text)
    except InvalidIdError as error:
        raise refuse(Code.INVALID, "invalid_id", *path, target="api_key") from error
    if prefix != "api_key":
        raise refuse(Code.INVALID, "id_of_another_type", *path, target="api_key", found=prefix[:30])
    return key_id


def _token_row(
    token: NewToken,
    kind: TokenKind,
    user_id: UUID,
    scopes: Sequence[Scope],
    name: str | None,
    now: datetime,
    expires: datetime | None,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "user_id": user_id,
        "kind": kind.name,
        "name": name,
        "prefix": token.prefix,
        "hash": token.digest,
        "scopes": [scope.value for scope in scopes],
        "created_at": now,
        "expires_at": expires,
    }


async def _revoke(op: Operation, which: Any) -> None:
    await op.session.run(
        update(tokens)
        .where(tokens.c.workspace_id == WORKSPACE, which, tokens.c.revoked_at.is_(None))
        .values(revoked_at=op.now)
    )


def _note(op: Operation, kind: str, key_id: UUID, changes: dict[str, dict[str, Any]]) -> None:
    op.events.append(Event(new_id(), kind, "api_key", key_id, None, changes))
