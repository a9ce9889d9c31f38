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
from domain.errors import Code, ForbiddenError, refuse
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.roles import SettingsRight
from loaders.people import api_keys
from resolvers.contact_points import InvalidPointError, normalize_email
from resolvers.key_roles import role_of_key
from resolvers.operation import Event, Operation

SESSION_LIFE: Final = timedelta(days=14)
KEY_LIFE: Final = timedelta(days=365)
KEPT_EXPIRED: Final = timedelta(days=30)
_NAME_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who has signed in: where, and with which token."""

    workspace_id: UUID
    user_id: UUID
    token: NewToken


async def find_person(session: Session, raw: Mapping[str, Any]) -> SignedIn:
    """Check e-mail and password before a workspace is known; raises RefusedError.

    Unknown address, wrong password and inactive person get one answer, after the same work.
    """
    wrong = refuse(Code.INVALID, "wrong_credentials")
    try:
        email = normalize_email(raw["email"].strip())
    except InvalidPointError:
        email = ""
    rows = await session.call("voronka_identity", email)
    stored = rows[0].password_hash if rows else None
    if not await verify_password(raw["password"], stored):
        raise wrong
    places = [row for row in rows if row.user_id is not None]
    wanted = raw.get("workspace")
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
    return SignedIn(places[0].workspace_id, places[0].user_id, new_token(TokenKind.SESSION))


async def store_session(session: Session, person: SignedIn) -> None:
    """Keep the token of a person who has signed in, in a session bound to their workspace."""
    now = datetime.now(UTC)
    await session.insert(
        tokens,
        [_token_row(person.token, TokenKind.SESSION, person.user_id, tuple(Scope), None,
                    now, now + SESSION_LIFE)],
    )  # fmt: skip


async def sign_out(op: Operation) -> None:
    """End the session that the operation came with; an API key lives on until it is revoked."""
    if op.actor.is_session:
        await _revoke(op, tokens.c.id == op.actor.token_id)


async def revoke_tokens(op: Operation, user_id: UUID, keep: UUID | None = None) -> None:
    """End all tokens of a person, but the one to keep."""
    await _revoke(op, (tokens.c.user_id == user_id) & tokens.c.id.is_distinct_from(keep))


async def purge_tokens(op: Operation, _arguments: Mapping[str, Any]) -> None:
    """Delete the tokens of the workspace that expired more than `KEPT_EXPIRED` ago: a job."""
    await op.session.run(
        delete(tokens).where(
            tokens.c.workspace_id == WORKSPACE, tokens.c.expires_at < op.now - KEPT_EXPIRED
        )
    )


async def create_api_key(op: Operation, raw: Mapping[str, Any]) -> tuple[Any, str]:
    """Make an API key of the actor's own; its scopes are at most those of the token used.

    Gives the key's row and the secret, which is shown this once.
    """
    if Scope.WRITE not in op.actor.scopes:
        raise ForbiddenError("token_scope")
    name = raw["name"].strip()
    if not name or len(name) > _NAME_LENGTH or "\x00" in name:
        raise refuse(Code.INVALID, "key_name_length", "name", limit=_NAME_LENGTH)
    scopes = tuple(dict.fromkeys(raw.get("scopes") or tuple(Scope)))
    expires = raw.get("expiresAt") or op.now + KEY_LIFE
    if not op.now < expires <= op.now + KEY_LIFE:
        raise refuse(Code.INVALID, "key_expiry", "expiresAt", days=KEY_LIFE.days)
    role_id = await role_of_key(op, raw.get("roleId"))
    token = await issue_key(op, op.actor.person_id, name, scopes, expires, role_id)
    made = [row for row in await api_keys(op.session, op.actor.person_id) if row.name == name]
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
    return token


async def revoke_api_key(op: Operation, text: str) -> Any:
    """End an API key: one's own, or as an administrator anyone's; gives its row."""
    if Scope.WRITE not in op.actor.scopes:
        raise ForbiddenError("token_scope")
    try:
        prefix, key_id = decode_id(text)
    except InvalidIdError as error:
        raise refuse(Code.INVALID, "invalid_id", target="api_key") from error
    if prefix != "api_key":
        raise refuse(Code.INVALID, "id_of_another_type", target="api_key", found=prefix[:30])
    keys = await list_api_keys(op.session, op.actor)
    row = next((key for key in keys if key.id == key_id), None)
    if row is None:
        raise refuse(Code.NOT_FOUND, "not_found", target="api_key")
    await _revoke(op, tokens.c.id == key_id)
    _note(op, "DELETED", key_id, {})
    return row


async def list_api_keys(session: Session, actor: Actor) -> Sequence[Any]:
    """Give the keys that an actor may see: one's own, or as an administrator all."""
    seen = actor.rights.has(SettingsRight.ROLES)
    return await api_keys(session, None if seen else actor.person_id)


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
