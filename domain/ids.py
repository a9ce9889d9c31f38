"""Global ids: a UUID with the name of its type in front, as clients see it (``deal_01jd…``)."""

from base64 import b32decode
from binascii import Error as Base32Error
from uuid import UUID

_RFC4648 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_FROM_CROCKFORD = bytes.maketrans(_CROCKFORD.encode(), _RFC4648)
_ALPHABET = frozenset(_CROCKFORD)
# 128 bits are 26 base32 characters with two leading zero bits; four zero bytes in front align them
# to the 40-bit groups of the standard library's codec and cost six characters, cut off again.
_PAD_BYTES = bytes(4)
_PAD_CHARS = 6
_SUFFIX_LENGTH = 26
# Answers are full of ids. Looking up three characters at a time takes an eighth of base64's time.
_PAIRS = tuple(one + two for one in _CROCKFORD for two in _CROCKFORD)
_TRIPLES = tuple(pair + one for pair in _PAIRS for one in _CROCKFORD)
_BITS = 0x7FFF


class InvalidIdError(ValueError):
    """The text is not an id of this API."""


def encode_id(prefix: str, value: UUID) -> str:
    """Write an id as a TypeID: prefix, underscore, 26 lower-case Crockford base32 characters.

    Source: TypeID specification 0.3.0.
    """
    bits = value.int
    return (
        f"{prefix}_{_PAIRS[bits >> 120]}{_TRIPLES[bits >> 105 & _BITS]}"
        f"{_TRIPLES[bits >> 90 & _BITS]}{_TRIPLES[bits >> 75 & _BITS]}"
        f"{_TRIPLES[bits >> 60 & _BITS]}{_TRIPLES[bits >> 45 & _BITS]}"
        f"{_TRIPLES[bits >> 30 & _BITS]}{_TRIPLES[bits >> 15 & _BITS]}{_TRIPLES[bits & _BITS]}"
    )


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
