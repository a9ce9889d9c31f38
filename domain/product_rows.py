"""The arithmetic of product rows: prices before and after discount, with and without tax, totals.

All is worked out exactly, in fractions, and rounded once, half up: prices, discounts and rates to 4
places, totals to those of the currency, 2 at least.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Final
from uuid import UUID

from domain.money import DIGITS, PLACES, plain

MOST_ROWS: Final = 500
"""Rows of one record."""
HUNDRED: Final = Decimal(100)
"""The largest rate, in percent."""
_LIMIT: Final = Decimal(10) ** (DIGITS - PLACES)


class DiscountType(Enum):
    """How the discount of a row is given."""

    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"


@dataclass(frozen=True, slots=True)
class ProductRow:
    """What is sold on one line of a record: a product or a free text, how much, at which price."""

    name: str
    price: Decimal
    """Of one unit, after discount; with the tax in it or not, as `is_tax_included` says."""
    quantity: Decimal = Decimal(1)
    discount_type: str | None = None
    discount_rate: Decimal | None = None
    """In percent of the price without tax; given of a discount in percent."""
    discount_amount: Decimal | None = None
    """Off one unit, without tax; given of a discount as an amount, and of one of 100 %."""
    tax_rate: Decimal | None = None
    """In percent; None where there is no tax on it."""
    is_tax_included: bool = True
    product_id: UUID | None = None
    unit_id: UUID | None = None
    total: Decimal = Decimal(0)
    """What the row costs, with tax."""
    tax: Decimal = Decimal(0)
    """The tax within the total."""
    id: UUID | None = None
    """None of a row that is not stored yet."""
    origin_id: UUID | None = None
    """The row of a lead that this one is a copy of."""
    record_type: str = ""
    record_id: UUID | None = None
    """The record of a stored row."""

    def content(self) -> "ProductRow":
        """Give the row without what tells where it stands."""
        return replace(self, id=None, origin_id=None, record_type="", record_id=None)


@dataclass(frozen=True, slots=True)
class Prices:
    """What one unit of a row costs, seen from all sides."""

    exclusive: Fraction
    """After discount, without tax."""
    final: Fraction
    """After discount, with tax."""
    netto: Fraction
    """Before discount, without tax."""
    brutto: Fraction
    """Before discount, with tax."""
    discount: Fraction
    """Off one unit, without tax."""

    @property
    def discount_rate(self) -> Fraction:
        """The discount in percent of the price before it."""
        return 100 * self.discount / self.netto if self.netto else Fraction(0)


def prices(row: ProductRow) -> Prices:
    """Work out the prices of a row; its discount is complete, see `DiscountType`."""
    factor = _tax_factor(row.tax_rate)
    price = Fraction(row.price)
    exclusive = price / factor if row.is_tax_included else price
    discount = Fraction(row.discount_amount or 0)
    if row.discount_type == DiscountType.PERCENT.value and row.discount_rate != HUNDRED:
        left = 100 - Fraction(row.discount_rate or 0)
        discount = 100 * exclusive / left - exclusive
    elif row.discount_type is None:
        discount = Fraction(0)
    netto = exclusive + discount
    return Prices(exclusive, exclusive * factor, netto, netto * factor, discount)


def discounted(listed: Decimal, row: ProductRow) -> ProductRow:
    """Give a row the price that its discount leaves of a listed price, which is one before it."""
    factor = _tax_factor(row.tax_rate)
    netto = Fraction(listed) / factor if row.is_tax_included else Fraction(listed)
    match row.discount_type:
        case DiscountType.PERCENT.value:
            exclusive = netto * (100 - Fraction(row.discount_rate or 0)) / 100
        case DiscountType.AMOUNT.value:
            exclusive = netto - Fraction(row.discount_amount or 0)
        case _:
            return replace(row, price=listed)
    price = exclusive * factor if row.is_tax_included else exclusive
    whole = row.discount_rate == HUNDRED and row.discount_type == DiscountType.PERCENT.value
    amount = rounded(netto, PLACES) if whole else row.discount_amount
    return replace(row, price=rounded(price, PLACES), discount_amount=amount)


def totalled(row: ProductRow, places: int) -> ProductRow:
    """Give a row its total and the tax within it, rounded to the places of its currency."""
    found = prices(row)
    quantity = Fraction(row.quantity)
    tax = (found.final - found.exclusive) * quantity
    return replace(row, total=rounded(found.final * quantity, places), tax=rounded(tax, places))


def converted(row: ProductRow, factor: Fraction) -> ProductRow:
    """Give a row with its prices in another currency; its total is out of date then."""
    amount = row.discount_amount
    return replace(
        row,
        price=in_currency(row.price, factor),
        discount_amount=None if amount is None else in_currency(amount, factor),
    )


def in_currency(amount: Decimal, factor: Fraction) -> Decimal:
    """Give an amount in another currency."""
    return rounded(Fraction(amount) * factor, PLACES)


def sums(rows: Sequence[ProductRow]) -> tuple[Decimal, Decimal]:
    """Add up the totals of rows, and the tax within them."""
    total = sum((row.total for row in rows), Decimal(0))
    tax = sum((row.tax for row in rows), Decimal(0))
    return plain(total), plain(tax)


def fits(*numbers: Decimal) -> bool:
    """Tell whether amounts have few enough digits to be stored."""
    return all(abs(number) < _LIMIT for number in numbers)


def rounded(value: Fraction, places: int) -> Decimal:
    """Round half up, away from zero, to so many places after the point."""
    scale = 10**places
    units = (2 * abs(value) * scale + 1) // 2
    found = Decimal(-units if value < 0 else units).scaleb(-places)
    return plain(found) if fits(found) else found


def _tax_factor(rate: Decimal | None) -> Fraction:
    return 1 + Fraction(rate or 0) / 100
