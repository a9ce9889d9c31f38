"""Money and decimals: finite, at most 18 digits, 4 of them after the point, stored as integers."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

DIGITS: Final = 18
PLACES: Final = 4
SCALE: Final = 10**PLACES
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LONGEST: Final = 40
_EXACT: Final = 15
"""Digits of a decimal that a double always gives back as they were."""
_LIMIT: Final = Decimal(10) ** (DIGITS - PLACES)
_QUANTUM: Final = Decimal(1).scaleb(-PLACES)


class DecimalRangeError(ValueError):
    """The number is not finite, too long, or finer than four places."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 code)."""

    amount: Decimal
    currency: str


def checked_decimal(value: str | int | float | Decimal) -> Decimal:
    """Read a decimal number of the API; raises DecimalRangeError outside 18 digits, 4 places.

    A text is digits, with a minus before and a point inside at most; a float has few enough digits
    to be what was sent.
    """
    text = value if isinstance(value, str) else _written(value)
    if len(text) > _LONGEST or _NUMBER.fullmatch(text) is None:
        raise DecimalRangeError(text)
    number = Decimal(text)
    if abs(number) >= _LIMIT or number != number.quantize(_QUANTUM):
        raise DecimalRangeError(text)
    return number or Decimal(0)  # there is no -0


def _written(value: int | float | Decimal) -> str:
    """Write a number as a text would give it; one that is no such number is left as it is."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or abs(number) >= _LIMIT:
        return str(number)
    if isinstance(value, float) and len(number.normalize().as_tuple().digits) > _EXACT:
        raise DecimalRangeError(repr(value))
    return f"{number:f}"


def to_scaled(value: Decimal) -> int:
    """Turn a checked decimal into ten-thousandths, the form in which amounts are stored."""
    return int(value.scaleb(PLACES))


def from_scaled(value: int) -> Decimal:
    """Turn stored ten-thousandths back into a decimal without trailing zeros."""
    if isinstance(value, int) and value % SCALE == 0:
        return Decimal(value // SCALE)
    return plain(Decimal(value).scaleb(-PLACES))


def scaled_text(value: int) -> str:
    """Write stored ten-thousandths as a decimal without trailing zeros."""
    whole, rest = divmod(abs(value), SCALE)
    text = f"{whole}.{rest:0{PLACES}}".rstrip("0") if rest else str(whole)
    return f"-{text}" if value < 0 else text


def plain(value: Decimal) -> Decimal:
    """Drop trailing zeros without falling into exponent notation (120000, not 1.2E+5)."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()
