"""How often one may try to sign in: counted in the database, so that all processes count together.

Whoever tries is told apart by the account that the server looks up and by the network address, not
by anything that the caller can choose freely. Only hashes of them are stored.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from db.session import Session
from domain.errors import Code, refuse

PER_ACCOUNT: Final = 5
PER_ADDRESS: Final = 20
PER_CALENDAR: Final = 30
WINDOW_SECONDS: Final = 60

Limited = tuple[bytes, int]
"""What is counted, and how often it may come within the window."""


def account(email: str, purpose: str = "sign in") -> Limited:
    """Count by account."""
    return _key(f"{purpose} account", email.strip().lower()[:200]), PER_ACCOUNT


def address(origin: str | None, purpose: str = "") -> Limited:
    """Count by network address, whatever is tried; for another `purpose`, apart from the rest."""
    return _key(f"{purpose} address".strip(), origin or ""), PER_ADDRESS


def calendar(secret: str) -> Limited:
    """Count by calendar feed, wherever it is read from."""
    return _key("calendar", secret), PER_CALENDAR


async def count_attempt(session: Session, counted: Sequence[Limited]) -> bool:
    """Count a try; tells whether it is within all limits.

    The session is one of its own, which is committed at once: tries count however they end.
    """
    # In one order, so that two tries never wait for each other.
    ordered = sorted(counted)
    keys, most = [key for key, _ in ordered], [limit for _, limit in ordered]
    found = await session.call("voronka_attempt", keys, most, WINDOW_SECONDS)
    return bool(found[0].allowed)


async def check_attempts(session: Session, counted: Limited) -> None:
    """Refuse where a key was counted too often already; counts nothing itself."""
    key, most = counted
    found = await session.call("voronka_attempts", key, WINDOW_SECONDS)
    if found[0][0] >= most:
        raise refuse(Code.LIMIT, "too_many_attempts")


def _key(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind} {value}".encode()).digest()
