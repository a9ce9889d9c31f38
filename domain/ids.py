"""Global ids: a UUID with the name of its type in front, as clients see it (``deal_01jd…``)."""

from base64 import b32decode, b32encode
from binascii import Error as Base32Error
from uuid import UUID

_RFC4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = b"0123456789abcdefghjkmnpqrstvwxyz"
_TO_CROCKFORD = bytes.maketrans(_RFC4648, _CROCKFORD)
_FROM_CROCKFORD = bytes.maketrans(_CROCKFORD, _RFC4648)
_ALPHABET = frozenset(_CROCKFORD.decode())
# 128 bits are 26 base32 characters with two leading zero bits; four zero bytes in front align them
# to the 40-bit groups of the standard library's C codec and cost six characters, cut off again.
_PAD_BYTES = bytes(4)
_PAD_CHARS = 6
_SUFFIX_LENGTH = 26


class InvalidIdError(ValueError):
    """The text is not an id of this API."""


def encode_id(prefix: str, value: UUID) -> str:
    """Write an id as a TypeID: prefix, underscore, 26 lower-case Crockford base32 characters.

    Source: TypeID specification 0.3.0.
    """
    suffix = b32encode(_PAD_BYTES + value.bytes)[_PAD_CHARS:].translate(_TO_CROCKFORD)
    return f"{prefix}_{suffix.decode()}"


def decode_id(text: str) -> tuple[str, UUID]:
    """Read a TypeID into its prefix and UUID; raises InvalidIdError for anything else."""
    prefix, _, suffix = text.rpartition("_")
    if not prefix or len(suffix) != _SUFFIX_LENGTH or not _ALPHABET.issuperset(suffix):
        raise InvalidIdError(text)
    if suffix[0] > "7":
        raise InvalidIdError(text)
    padded = b"A" * _PAD_CHARS + suffix.encode().translate(_FROM_CROCKFORD)
    try:
        return prefix, UUID(bytes=b32decode(padded)[len(_PAD_BYTES) :])
    except (
        Base32Error
    ) as error:  # unreachable for a checked alphabet, kept for the codec's contract
        raise InvalidIdError(text) from error
