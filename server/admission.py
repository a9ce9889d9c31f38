"""Who asks: the token of a request, checked, and the actor that it stands for."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from starlette.requests import Request

from auth.actor import Actor
from auth.oidc import OidcIssuer, OidcPerson, looks_like_jwt
from auth.tokens import KnownTokens, authenticate, authenticate_oidc, digest
from db.admitting import Expectation
from db.database import Database
from db.holds import Hold, hold_settings
from db.session import Session
from domain.audit import AuditEntry, AuditKind, Origin
from domain.errors import UnauthenticatedError
from resolvers.contact_points import InvalidPointError, normalize_email
from server.explorer import session_token
from server.journal import Journal, same_id

WORKSPACE_HEADER: Final = "x-workspace"
_LONGEST_AGENT: Final = 300
_MOST_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of who asks, before the database is asked."""

    secret: str
    person: OidcPerson | None = None
    """Of a token of the issuer, which has been checked."""
    workspace: str | None = None
    """The workspace that a person of several has named."""


class Admission:
    """Lets people and programs in, by their tokens."""

    def __init__(self, database: Database, journal: Journal, issuer: OidcIssuer | None) -> None:
        """Keep what the check of a token needs; without an issuer, only tokens of our own pass."""
        self._database = database
        self._journal = journal
        self._issuer = issuer
        self._known = KnownTokens()
        self._linked: OrderedDict[str, None] = OrderedDict()
        self._told: OrderedDict[bytes, None] = OrderedDict()

    async def read(self, request: Request) -> Shown:
        """Read the token of a request, and check one of the issuer; before a session is open.

        Raises UnauthenticatedError.
        """
        secret = bearer_token(request)
        if secret is None:
            raise UnauthenticatedError
        if self._issuer is None or not looks_like_jwt(secret):
            return Shown(secret)
        person = await self._issuer.verify(secret)
        if person.subject not in self._linked:
            await self._link(person)
        wanted = request.headers.get(WORKSPACE_HEADER)
        return Shown(secret, person, None if wanted is None else unquote(wanted))

    def expected(self, shown: Shown) -> tuple[Actor, Expectation] | None:
        """Give who showed a token last, with what makes sure of it; None: nobody yet."""
        person = shown.person
        if person is None:
            return self._known.expected(digest(shown.secret))
        return self._known.expected((person.issuer, person.subject, shown.workspace))

    def note_use(self, shown: Shown, actor: Actor, origin: Origin) -> None:
        """Take note that a token was used by whom it is of."""
        if shown.person is not None:
            self._tell(shown.secret, shown.person, actor, origin)
        elif actor.token_id is not None:
            self._journal.used(actor.token_id)

    async def admit(
        self, session: Session, shown: Shown, origin: Origin, hold: Hold | None = None
    ) -> Actor:
        """Find the actor of a token, who then holds the settings; raises UnauthenticatedError."""
        person = shown.person
        if person is None:
            actor = await authenticate(session, shown.secret, hold, self._known)
        else:
            named = (person.issuer, person.subject, shown.workspace)
            actor = await authenticate_oidc(session, *named, self._known)
            if actor is not None and hold is not None:
                await hold_settings(session, actor.workspace_id, hold)
                # As things are now.
                actor = await authenticate_oidc(session, *named, self._known)
            if actor is None:
                self._linked.pop(person.subject, None)
        if actor is None:
            raise UnauthenticatedError
        self.note_use(shown, actor, origin)
        return actor

    async def _link(self, person: OidcPerson) -> None:
        """Join a person of the issuer with the one of the same verified address, once for ever."""
        try:
            email = None if person.email is None else normalize_email(person.email.strip())
        except InvalidPointError:
            email = None
        async with self._database.session(write=True) as session:
            found = await session.call(
                "voronka_link_oidc", person.issuer, person.subject, email or ""
            )
        if not found[0].is_known:
            raise UnauthenticatedError
        _remember(self._linked, person.subject)

    def _tell(self, secret: str, person: OidcPerson, actor: Actor, origin: Origin) -> None:
        """Note a token of the issuer when it first comes: that is how its bearer signs in."""
        seen = hashlib.sha256(secret.encode()).digest()
        key = actor.workspace_id.bytes + seen
        if key in self._told:
            return
        _remember(self._told, key)
        # The same in every process, so that the database keeps one entry of it.
        entry_id = same_id(person.issued_at * 1000, seen)
        self._journal.add(
            AuditEntry(actor.workspace_id, AuditKind.SIGNED_IN, datetime.now(UTC), actor.user_id,
                       origin=origin, details={"method": "oidc"}, id=entry_id)
        )  # fmt: skip


def origin_of(request: Request) -> Origin:
    """Tell where a request came from, as far as it can be told."""
    host = request.client.host if request.client else None
    return _origin(host, request.headers.get("user-agent", "")[:_LONGEST_AGENT])


@lru_cache(maxsize=1_000)
def _origin(host: str | None, agent: str) -> Origin:
    shown = agent if agent.isprintable() else "".join(filter(str.isprintable, agent))
    return Origin(host, shown or None)


def bearer_token(request: Request) -> str | None:
    """Give the token of a request: of its Authorization header, else of the browser's session."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return None if header else session_token(request)


def _remember(known: OrderedDict[Any, None], key: Any) -> None:
    known[key] = None
    if len(known) > _MOST_KNOWN:
        known.popitem(last=False)
