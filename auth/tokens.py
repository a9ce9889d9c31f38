"""Tokens: random, shown once, stored as a hash, scoped, expiring, revocable at once."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from auth.actor import Actor, Scope
from db.admitting import ACTOR, Expectation
from db.holds import Hold
from db.session import Session
from domain.ids import InvalidIdError, decode_id


class TokenKind(Enum):
    """What a token is for; its value is the prefix that tells it apart."""

    SESSION = "vs"
    API_KEY = "vk"
    LINK = "vl"
    """Stands in a link that sets a password; nothing else takes it."""
    CALENDAR = "vc"
    """Stands in the address of a calendar feed; nothing else takes it."""


_RANDOM_BYTES: Final = 32
_SHOWN: Final = 8
MAX_LENGTH: Final = 100
_AUTHENTICATE: Final = "voronka_authenticate"
_AUTHENTICATE_OIDC: Final = "voronka_authenticate_oidc"
_MOST_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is made: the secret for the caller, the rest for the database."""

    secret: str
    prefix: str
    digest: bytes


def new_token(kind: TokenKind) -> NewToken:
    """Make a token of 256 random bits."""
    secret = f"{kind.value}_{secrets.token_urlsafe(_RANDOM_BYTES)}"
    return NewToken(secret, secret[: len(kind.value) + 1 + _SHOWN], digest(secret))


def digest(secret: str) -> bytes:
    """Give the form in which a token is stored and looked up (SHA-256 of 256 random bits)."""
    return hashlib.sha256(secret.encode()).digest()


class KnownTokens:
    """What tokens gave when they were last shown; expected again, and never taken as given."""

    def __init__(self) -> None:
        """Know none."""
        self._known: OrderedDict[Hashable, tuple[Actor, Expectation]] = OrderedDict()

    def expected(self, key: Hashable) -> tuple[Actor, Expectation] | None:
        """Give who a token was of, and what a session has to look for; None for one unknown."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def remember(
        self, key: Hashable, function: str, arguments: tuple[Any, ...], found: Sequence[Any]
    ) -> None:
        """Take note of what a function gave for a token; of one that gave nothing, that it did."""
        actor = _actor(found)
        if actor is None:
            self._known.pop(key, None)
            return
        gave = tuple(found[0])[: len(ACTOR)]
        self._known[key] = (actor, Expectation(function, arguments, gave))
        self._known.move_to_end(key)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)


async def authenticate(
    session: Session, secret: str, hold: Hold | None = None, known: KnownTokens | None = None
) -> Actor | None:
    """Find who shows the token: one statement, before any workspace is known.

    With `hold` the same statement waits for the settings of the workspace and holds them until the
    transaction ends, see `db.holds`; the actor's version of them is that of the time after waiting.
    What is found is noted in `known`, by the token's digest.
    """
    if len(secret) > MAX_LENGTH or not secret.startswith(("vs_", "vk_")):
        return None
    key = digest(secret)
    if hold is None:
        found = await session.admit(_AUTHENTICATE, key)
    else:
        alone = hold is Hold.TO_CHANGE
        found = await session.admit("voronka_admit", key, alone, session.patience)
    if known is not None:
        known.remember(key, _AUTHENTICATE, (key,), found)
    return _actor(found)


async def authenticate_oidc(
    session: Session,
    issuer: str,
    subject: str,
    workspace: str | None,
    known: KnownTokens | None = None,
) -> Actor | None:
    """Find a person of an issuer whose token has been checked, as `authenticate` does.

    None as well where the person works in several workspaces and names none, by name or id. What is
    found is noted in `known`, by issuer, subject and the workspace that was named.
    """
    try:
        prefix, workspace_id = decode_id(workspace or "")
    except InvalidIdError:
        prefix, workspace_id = "", None
    arguments = (issuer, subject, workspace, workspace_id if prefix == "workspace" else None)
    found = await session.admit(_AUTHENTICATE_OIDC, *arguments)
    if known is not None:
        known.remember((issuer, subject, workspace), _AUTHENTICATE_OIDC, arguments, found)
    return _actor(found)


async def authenticate_calendar(session: Session, secret: str) -> Actor | None:
    """Find whose calendar feed has the secret: somebody who may read and do nothing else."""
    if len(secret) > MAX_LENGTH or not secret.startswith(f"{TokenKind.CALENDAR.value}_"):
        return None
    return _actor(await session.admit("voronka_calendar", digest(secret)))


def _actor(rows: Sequence[Any]) -> Actor | None:
    if not rows:
        return None
    workspace_id, user_id, token_id, kind, scopes, *others = rows[0][: len(ACTOR)]
    return _actor_of(workspace_id, user_id, token_id, kind, tuple(scopes), *others)


@lru_cache(maxsize=10_000)
def _actor_of(
    workspace_id: UUID,
    user_id: UUID,
    token_id: UUID | None,
    kind: str,
    scopes: tuple[str, ...],
    role_id: UUID | None,
    locale: str,
    currency: str,
    settings_version: int,
) -> Actor:
    """Give an actor; the same one as long as nothing about them has changed."""
    return Actor(
        workspace_id=workspace_id,
        user_id=user_id,
        token_id=token_id,
        is_session=kind == TokenKind.SESSION.name,
        scopes=frozenset(Scope(scope) for scope in scopes),
        locale=locale,
        currency=currency,
        settings_version=settings_version,
        role_id=role_id,
    )
