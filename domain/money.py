"""Money and decimals: finite, at most 18 digits, 4 of them after the point, stored as integers."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

DIGITS: Final = 18
PLACES: Final = 4
SCALE: Final = 10**PLACES
_LIMIT: Final = Decimal(10) ** (DIGITS - PLACES)
_QUANTUM: Final = Decimal(1).scaleb(-PLACES)


class DecimalRangeError(ValueError):
    """The number is not finite, too long, or finer than four places."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 code)."""

    amount: Decimal
    currency: str


def checked_decimal(value: str | int | Decimal) -> Decimal:
    """Read a decimal number of the API; raises DecimalRangeError outside 18 digits, 4 places."""
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError) as error:
        raise DecimalRangeError(str(value)) from error
    if not number.is_finite() or abs(number) >= _LIMIT:
        raise DecimalRangeError(str(value))
    if number != number.quantize(_QUANTUM):
        raise DecimalRangeError(str(value))
    return number


_SCALE: Final = 10**PLACES


def to_scaled(value: Decimal) -> int:
    """Turn a checked decimal into ten-thousandths, the form in which amounts are stored."""
    return int(value.scaleb(PLACES))


def from_scaled(value: int) -> Decimal:
    """Turn stored ten-thousandths back into a decimal without trailing zeros."""
    if isinstance(value, int) and value % _SCALE == 0:
        return Decimal(value // _SCALE)
    return plain(Decimal(value).scaleb(-PLACES))


def scaled_text(value: int) -> str:
    """Write stored ten-thousandths as a decimal without trailing zeros."""
    whole, rest = divmod(value, _SCALE)
    return str(whole) if not rest else str(from_scaled(value))


def plain(value: Decimal) -> Decimal:
    """Drop trailing zeros without falling into exponent notation (120000, not 1.2E+5)."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()
