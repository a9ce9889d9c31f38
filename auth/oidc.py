"""Tokens of an OpenID Connect issuer: JWTs that are checked by its published keys.

What is accepted is pinned here and not taken from the token: the issuer, the audience, asymmetric
algorithms, a key of the issuer's set whose type goes with the algorithm. Keys are fetched from the
issuer's own address, kept for an hour, and fetched anew for an unknown key id at most once a
minute, so that made-up ids cost the issuer nothing.
"""

import asyncio
import json
import logging
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from time import monotonic, time
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from domain.errors import UnauthenticatedError

LEEWAY_SECONDS: Final = 30
LONGEST_LIFE_SECONDS: Final = 24 * 60 * 60
MAX_LENGTH: Final = 8_192
_KEPT_SECONDS: Final = 60.0 * 60
_STALE_SECONDS: Final = 24 * 60.0 * 60
_REFRESH_SECONDS: Final = 60.0
_FETCH_SECONDS: Final = 5.0
_MAX_DOCUMENT: Final = 256 * 1024
_MAX_KEYS: Final = 50
_MIN_RSA_BITS: Final = 2048
_LONGEST_SUBJECT: Final = 255
_PARTS: Final = 3
_KEY_TYPES: Final[Mapping[str, tuple[type[Key], str | None]]] = {
    "RS256": (RSAKey, None),
    "ES256": (ECKey, "P-256"),
    "EdDSA": (OKPKey, "Ed25519"),
    "Ed25519": (OKPKey, "Ed25519"),
}
"""By accepted algorithm: what its key is, and on which curve."""
_HEADER: Final = frozenset({"alg", "kid", "typ", "cty", "x5t", "x5t#S256"})
"""What a token's header may hold; nothing of it brings a key or changes what is signed."""
_TYPES: Final = frozenset({None, "jwt", "at+jwt", "application/at+jwt"})

_log = logging.getLogger("voronka.oidc")


class IssuerAwayError(ConnectionError):
    """The issuer's keys are not known and cannot be fetched now."""


class _WrongDocumentError(ValueError):
    """What the issuer has published makes no sense."""


@dataclass(frozen=True, slots=True)
class OidcPerson:
    """Whom the issuer vouches for, by a token that has been checked."""

    issuer: str
    subject: str
    email: str | None
    """Only where the issuer has verified it."""
    issued_at: int


def is_loopback(host: str | None) -> bool:
    """Tell whether a host is this machine, where plain http is good enough."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def looks_like_jwt(token: str) -> bool:
    """Tell a JWT from tokens of our own."""
    return token.count(".") == _PARTS - 1 and not token.startswith(("vs_", "vk_"))


class OidcIssuer:
    """One issuer that is trusted, for one audience."""

    def __init__(self, issuer: str, audience: str) -> None:
        """Trust an issuer, named exactly as its tokens do; nothing is fetched yet."""
        self._issuer = issuer
        self._audience = audience
        self._keys: Mapping[str, Key] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> OidcPerson:
        """Check a token; raises UnauthenticatedError, or IssuerAwayError where it cannot be."""
        algorithm, key_id = _read_header(token)
        key = await self._key(key_id)
        kind, curve = _KEY_TYPES[algorithm]
        if not isinstance(key, kind) or (curve is not None and key.get("crv") != curve):
            raise UnauthenticatedError
        if key.get("alg") not in {None, algorithm}:
            raise UnauthenticatedError
        try:
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError) as error:
            raise UnauthenticatedError from error
        return self._person(claims)

    def _person(self, claims: Any) -> OidcPerson:
        if not isinstance(claims, dict) or claims.get("iss") != self._issuer:
            raise UnauthenticatedError
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise UnauthenticatedError
        now = time()
        expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
        begins = _moment(claims, "nbf") if "nbf" in claims else issued
        in_time = max(issued, begins) - LEEWAY_SECONDS <= now < expires + LEEWAY_SECONDS
        if not in_time or expires - issued > LONGEST_LIFE_SECONDS:
            raise UnauthenticatedError
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise UnauthenticatedError
        if "\x00" in subject:
            raise UnauthenticatedError
        email = claims.get("email")
        is_verified = claims.get("email_verified") is True and isinstance(email, str)
        return OidcPerson(self._issuer, subject, email if is_verified else None, int(issued))

    async def _key(self, key_id: str) -> Key:
        if not self._is_fresh(_KEPT_SECONDS) or key_id not in self._keys:
            await self._refresh(key_id)
        if key_id in self._keys:
            return self._keys[key_id]
        if not self._is_fresh(_STALE_SECONDS):
            raise IssuerAwayError(self._issuer)
        raise UnauthenticatedError

    def _is_fresh(self, seconds: float) -> bool:
        return self._fetched is not None and monotonic() - self._fetched < seconds

    async def _refresh(self, key_id: str) -> None:
        """Fetch the keys, unless somebody just did; keeps those of a day where that fails."""
        async with self._fetching:
            if self._is_fresh(_KEPT_SECONDS) and key_id in self._keys:
                return
            if self._tried is not None and monotonic() - self._tried < _REFRESH_SECONDS:
                return
            self._tried = monotonic()
            try:
                async with asyncio.timeout(_FETCH_SECONDS):
                    self._keys = await self._fetch()
                self._fetched = monotonic()
            except (httpx.HTTPError, TimeoutError, ValueError) as error:
                _log.warning("keys of the issuer were not fetched: %s", type(error).__name__)
                if not self._is_fresh(_STALE_SECONDS):
                    self._keys = {}

    async def _fetch(self) -> Mapping[str, Key]:
        # No proxy of the environment, no redirect: the address is the one that was configured.
        async with httpx.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=_FETCH_SECONDS
        ) as http:
            place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            found = await _document(http, place)
            if found.get("issuer") != self._issuer:
                raise _WrongDocumentError("another issuer")
            keys_url = found.get("jwks_uri")
            if not isinstance(keys_url, str) or not self._may_fetch(keys_url):
                raise _WrongDocumentError("no address of keys")
            return _read_keys(await _document(http, keys_url))

    def _may_fetch(self, url: str) -> bool:
        parts, own = urlsplit(url), urlsplit(self._issuer)
        if parts.username or parts.password:
            return False
        if is_loopback(own.hostname):
            return parts.scheme in {"http", "https"} and is_loopback(parts.hostname)
        return parts.scheme == "https" and not is_loopback(parts.hostname)


async def _document(http: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    """Fetch a small JSON object."""
    body = b""
    async with http.stream("GET", url, headers={"Accept": "application/json"}) as response:
        if response.status_code != httpx.codes.OK:
            raise _WrongDocumentError("no document")
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MAX_DOCUMENT:
                raise _WrongDocumentError("too large")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise _WrongDocumentError("no object")
    return found


def _read_keys(document: Mapping[str, Any]) -> Mapping[str, Key]:
    """Read the keys that sign, by their ids; what we do not know is passed over."""
    found: dict[str, Key] = {}
    listed = document.get("keys")
    for given in listed[:_MAX_KEYS] if isinstance(listed, list) else ():
        if not isinstance(given, dict) or given.get("use") not in {None, "sig"}:
            continue
        key_id = given.get("kid")
        if not isinstance(key_id, str) or given.get("kty") not in {"RSA", "EC", "OKP"}:
            continue
        try:
            key = import_key(given)
        except (JoseError, ValueError, KeyError, TypeError):
            continue
        if isinstance(key, RSAKey) and key.raw_value.key_size < _MIN_RSA_BITS:
            continue
        found[key_id] = key
    return found


def _read_header(token: str) -> tuple[str, str]:
    """Read the algorithm and the id of the key; raises UnauthenticatedError."""
    if len(token) > MAX_LENGTH:
        raise UnauthenticatedError
    try:
        text = token.partition(".")[0].encode("ascii")
        header = json.loads(urlsafe_b64decode(text + b"=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:
        raise UnauthenticatedError from error
    if not isinstance(header, dict) or not header.keys() <= _HEADER:
        raise UnauthenticatedError
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(algorithm, str) or not isinstance(key_id, str):
        raise UnauthenticatedError
    if algorithm not in _KEY_TYPES:
        raise UnauthenticatedError
    if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
        raise UnauthenticatedError
    return algorithm, key_id


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnauthenticatedError
    try:
        return float(value)
    except OverflowError as error:
        raise UnauthenticatedError from error
