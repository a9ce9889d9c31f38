"""Read amounts, and the items of lists that products and their rows are made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from domain.money import Money
from domain.product_rows import HUNDRED, MOST_ROWS, ProductRow
from domain.products import MOST_PRICES, ProductPrice
from resolvers.checks import InvalidValueError, check_length, checked_id, checked_line
from resolvers.currencies import known_currencies

MAX_ITEMS: Final = MOST_ROWS
"""Items of the longest lists."""
_NAME_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class RowInput:
    """A product row as given: only what the input says; None clears."""

    id: UUID | None
    given: Mapping[str, Any] = field(default_factory=dict)
    """By fields of `ProductRow`."""
    copied: ProductRow | None = None
    """The row that this one is a copy of, as it is: nothing of it is asked for again."""


def read_money(raw: Mapping[str, Any]) -> Money:
    """Read an amount; no currency means the base currency, or that of the record."""
    amount: Decimal = raw["amount"]
    currency = raw.get("currency")
    if currency is not None and currency not in known_currencies():
        raise InvalidValueError("unknown_currency", "currency", currency=str(currency)[:10])
    return Money(amount, currency or "")


def read_prices(raw: Sequence[Mapping[str, Any]]) -> tuple[ProductPrice, ...]:
    """Read the prices of a product; whether one stands twice is told by who knows the base."""
    check_length(raw, MOST_PRICES)
    found = []
    for index, item in enumerate(raw):
        key = _at(str(index), "id", _price_id, item.get("id"))
        money: Money = _at(str(index), "price", read_money, item["price"])
        if money.amount < 0:
            raise InvalidValueError("not_negative", str(index), "price", "amount")
        found.append(ProductPrice(money.amount, money.currency, key))
    return tuple(found)


def read_rows(raw: Sequence[Mapping[str, Any]]) -> tuple[RowInput, ...]:
    """Read the rows of a record, what is said of each."""
    check_length(raw, MOST_ROWS)
    return tuple(_row(index, item) for index, item in enumerate(raw))


def _row(index: int, raw: Mapping[str, Any]) -> RowInput:
    key = _at(str(index), "id", _row_id, raw.get("id"))
    given: dict[str, Any] = {}
    for name, (target, read) in _READERS.items():
        if name in raw:
            given[target] = _at(str(index), name, read, raw[name])
    return RowInput(key, given)


def _at(index: str, name: str, read: Callable[[Any], Any], raw: Any) -> Any:
    try:
        return read(raw)
    except InvalidValueError as error:
        raise error.below(index, name) from error


def _id(raw: str | None, prefix: str) -> UUID | None:
    return None if raw is None else checked_id(raw, prefix)


def _price_id(raw: str | None) -> UUID | None:
    return _id(raw, "product_price")


def _row_id(raw: str | None) -> UUID | None:
    return _id(raw, "product_row")


def _name(raw: str | None) -> str | None:
    return None if raw is None else checked_line(raw, _NAME_LENGTH)


def _positive(raw: Decimal | None) -> Decimal | None:
    if raw is not None and raw < 0:
        raise InvalidValueError("not_negative")
    return raw


def _rate(raw: Decimal | None) -> Decimal | None:
    if raw is not None and not 0 <= raw <= HUNDRED:
        raise InvalidValueError("out_of_range", minimum=0, maximum=100)
    return raw


def _enum(raw: Any) -> Any:
    return raw.value if isinstance(raw, Enum) else raw


def _as_given(raw: Any) -> Any:
    return raw


_READERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "productId": ("product_id", lambda raw: _id(raw, "product")),
    "name": ("name", _name),
    "price": ("price", _positive),
    "quantity": ("quantity", _positive),
    "discountType": ("discount_type", _enum),
    "discountRate": ("discount_rate", _rate),
    "discountAmount": ("discount_amount", _positive),
    "taxRate": ("tax_rate", _rate),
    "isTaxIncluded": ("is_tax_included", _as_given),
    "unitId": ("unit_id", lambda raw: _id(raw, "measure_unit")),
    "origin": ("origin_id", _as_given),
}
"""By names of inputs: the field of a row, and how it is read. What a row is a copy of is not said
by callers: copies are made here."""
