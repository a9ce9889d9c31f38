"""Cursors: a position in a list, encrypted, so that they reveal nothing and cannot be made up.

AES-SIV binds a cursor to what it was made for (workspace, list and order); it is deterministic, so
the same position has the same cursor.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from domain.errors import BadInputError
from domain.fields import Field, Kind
from domain.filters import OrderKey
from loaders.lists import Position

_LONGEST: Final = 2_000
_MONEY_KINDS: Final = frozenset({Kind.MONEY, Kind.DECIMAL})


class Ordered(Protocol):
    """A list that has cursors."""

    @property
    def signature(self) -> str:
        """What a cursor is bound to."""

    @property
    def keys(self) -> tuple[OrderKey, ...]:
        """Give the keys of the order, all but the final id."""


class Cursors:
    """Writes and reads the cursors of an installation."""

    def __init__(self, secret: bytes) -> None:
        """Derive the key of cursors from the installation's secret."""
        self._cipher = AESSIV(hashlib.sha512(b"voronka cursors" + secret).digest())

    def encode(self, workspace_id: UUID, spec: Ordered, position: Position) -> str:
        """Write a position in a list as a cursor."""
        plain = orjson.dumps([[_plain(value) for value in position.values], str(position.id)])
        sealed = self._cipher.encrypt(plain, _bound_to(workspace_id, spec))
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def decode(self, workspace_id: UUID, spec: Ordered, text: str, path: Sequence[str]) -> Position:
        """Read a cursor of this list; raises BadInputError for anything else."""
        try:
            if len(text) > _LONGEST:
                raise ValueError(len(text))
            sealed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            plain = self._cipher.decrypt(sealed, _bound_to(workspace_id, spec))
        except (ValueError, InvalidTag) as error:
            raise BadInputError("invalid_cursor", path) from error
        values, record_id = orjson.loads(plain)
        keys = [key.path[-1] for key in spec.keys]
        return Position(
            tuple(_typed(field, value) for field, value in zip(keys, values, strict=True)),
            UUID(record_id),
        )


def _bound_to(workspace_id: UUID, spec: Ordered) -> list[bytes]:
    return [workspace_id.bytes, spec.signature.encode()]


def _plain(value: Any) -> Any:
    # The driver's UUID is a subclass, which orjson does not take for one.
    return str(value) if isinstance(value, Decimal | UUID) else value


def _typed(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.kind in _MONEY_KINDS:
        return Decimal(value)
    if field.kind is Kind.DATETIME:
        return datetime.fromisoformat(value)
    if field.kind is Kind.REFERENCE:
        return UUID(value)
    if field.kind is Kind.DATE:
        return date.fromisoformat(value)
    return value
