"""Currencies: which codes there are, and the rates that turn amounts into the base currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from babel.core import get_global
from babel.numbers import get_currency_precision

from db.session import Session
from domain.money import DIGITS, PLACES, Money, plain
from loaders.rates import newest_rates

_QUANTUM: Final = Decimal(1).scaleb(-PLACES)


@cache
def known_currencies() -> frozenset[str]:
    """Give the codes of currencies that are in use somewhere (CLDR's territory data)."""
    territories = get_global("territory_currencies")
    return frozenset(
        code
        for entries in territories.values()
        for code, _start, end, tender in entries
        if tender and end is None
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """How much one unit of a currency is worth in the base currency today."""

    base: str
    by_currency: Mapping[str, Decimal]

    def to_base(self, money: Money) -> Decimal | None:
        """Give an amount in the base currency; None where there is no rate or no room."""
        if money.currency == self.base:
            return money.amount
        rate = self.by_currency.get(money.currency)
        if rate is None:
            return None
        value = (money.amount * rate).quantize(_QUANTUM, rounding=ROUND_HALF_UP)
        return None if abs(value) >= Decimal(10) ** (DIGITS - PLACES) else plain(value)

    def factor(self, old: str, new: str) -> Fraction | None:
        """Tell what one unit of a currency is worth in another; None where a rate is missing."""
        worth = [Decimal(1) if code == self.base else self.by_currency.get(code)
                 for code in (old, new)]  # fmt: skip
        if worth[0] is None or worth[1] is None:
            return None
        return Fraction(worth[0]) / Fraction(worth[1])


@cache
def total_places(currency: str) -> int:
    """Tell to how many places totals are rounded: the currency's own, 2 at least."""
    return max(2, get_currency_precision(currency))


async def load_rates(session: Session, base: str, day: date) -> Rates:
    """Read the rates that hold on a day."""
    return Rates(base, await newest_rates(session, day))
