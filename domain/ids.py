"""Global ids: a UUID with the name of its type in front, as clients see it (``deal_01jd…``)."""

from uuid import UUID

from typeid.codecs import base32

_ALPHABET = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
_SUFFIX_LENGTH = 26


class InvalidIdError(ValueError):
    """The text is not an id of this API."""


def encode_id(prefix: str, value: UUID) -> str:
    """Write an id as a TypeID: prefix, underscore, 26 lower-case Crockford base32 characters.

    Source: TypeID specification 0.3.0.
    """
    return f"{prefix}_{base32.encode(value.bytes)}"


def decode_id(text: str) -> tuple[str, UUID]:
    """Read a TypeID into its prefix and UUID; raises InvalidIdError for anything else."""
    prefix, _, suffix = text.rpartition("_")
    if not prefix or len(suffix) != _SUFFIX_LENGTH or not _ALPHABET.issuperset(suffix):
        raise InvalidIdError(text)
    if suffix[0] > "7":
        raise InvalidIdError(text)
    return prefix, UUID(bytes=base32.decode(suffix))
