"""Global ids: a UUID with the name of its type in front, as clients see it (``deal_01jd…``)."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

# Of the library's `typeid.codecs.base32`, what its functions call: answers are full of ids.
from typeid._base32 import decode, encode  # type: ignore[import-not-found]  # has no types of its own

_ALPHABET = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
_SUFFIX_LENGTH = 26
encode_bytes: Final[Callable[[bytes], str]] = encode
"""Writes the 16 bytes of a UUID as the 26 characters that an id has behind its prefix."""


class InvalidIdError(ValueError):
    """The text is not an id of this API."""


def encode_id(prefix: str, value: UUID) -> str:
    """Write an id as a TypeID: prefix, underscore, 26 lower-case Crockford base32 characters.

    Source: TypeID specification 0.3.0.
    """
    return f"{prefix}_{encode_bytes(value.bytes)}"


def decode_id(text: str) -> tuple[str, UUID]:
    """Read a TypeID into its prefix and UUID; raises InvalidIdError for anything else."""
    prefix, _, suffix = text.rpartition("_")
    if not prefix or len(suffix) != _SUFFIX_LENGTH or not _ALPHABET.issuperset(suffix):
        raise InvalidIdError(text)
    if suffix[0] > "7":
        raise InvalidIdError(text)
    return prefix, UUID(bytes=decode(suffix))
