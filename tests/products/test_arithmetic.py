"""The arithmetic of rows against a reference of its own, in plain fractions."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.product_rows import ProductRow, prices, rounded, totalled
from tests.people import Cast
from tests.products.goods import sell


def numbers(most: int, least: int = 0) -> st.SearchStrategy[Decimal]:
    """Give decimals of at most four places."""
    return st.decimals(least, most, places=4, allow_nan=False, allow_infinity=False)


@st.composite
def rows(draw: st.DrawFn) -> ProductRow:
    """Give a row whose discount is complete."""
    kind = draw(st.sampled_from([None, "PERCENT", "AMOUNT"]))
    rate = draw(numbers(100)) if kind == "PERCENT" else None
    amount = None
    if kind == "AMOUNT" or rate == 100:
        amount = draw(numbers(1_000_000))
    return ProductRow(
        "Anything",
        draw(numbers(10_000_000)),
        draw(numbers(1_000)),
        kind,
        rate,
        amount,
        draw(st.none() | numbers(100)),
        draw(st.booleans()),
    )


def to(places: int, value: Fraction) -> Decimal:
    """Round as people do on paper."""
    return Decimal(floor(value * 10**places + Fraction(1, 2))) / Decimal(10**places)


def reference(row: ProductRow) -> dict[str, Decimal]:
    """Work a row out step by step, as the manual says it."""
    tax = Fraction(row.tax_rate or 0)
    given = Fraction(row.price)
    exclusive = given / (1 + tax / 100) if row.is_tax_included else given
    if row.discount_type == "PERCENT" and row.discount_rate != 100:
        netto = 100 * exclusive / (100 - Fraction(row.discount_rate or 0))
    elif row.discount_type is not None:
        netto = exclusive + Fraction(row.discount_amount or 0)
    else:
        netto = exclusive
    quantity = Fraction(row.quantity)
    taxes = exclusive * quantity * tax / 100
    return {
        "exclusive": to(4, exclusive),
        "netto": to(4, netto),
        "brutto": to(4, netto + netto * tax / 100),
        "discount": to(4, netto - exclusive),
        "total": to(2, exclusive * quantity + taxes),
        "tax": to(2, taxes),
    }


@settings(max_examples=1_000, deadline=None)
@given(rows())
def test_rows_are_worked_out_as_on_paper(row: ProductRow) -> None:
    expected = reference(row)
    found, sold = prices(row), totalled(row, 2)

    assert {
        **{
            name: rounded(getattr(found, name), 4)
            for name in ("exclusive", "netto", "brutto", "discount")
        },
        "total": sold.total,
        "tax": sold.tax,
    } == expected
    assert sold.total >= sold.tax >= 0


@settings(max_examples=1_000, deadline=None)
@given(numbers(10_000_000), numbers(1_000))
def test_without_tax_and_discount_a_total_is_price_times_quantity(
    price: Decimal, quantity: Decimal
) -> None:
    sold = totalled(ProductRow("Anything", price, quantity), 2)

    assert sold.total == to(2, Fraction(price) * Fraction(quantity))
    assert sold.tax == Decimal(0)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [("0.005", 2, "0.01"), ("0.0049999", 2, "0"), ("1.005", 2, "1.01"), ("-0.005", 2, "-0.01"),
     ("2.5", 0, "3"), ("1.23455", 4, "1.2346")],
)  # fmt: skip
def test_halves_are_rounded_up(value: str, places: int, shown: str) -> None:
    assert str(rounded(Fraction(value), places)) == shown


ROWS: list[dict[str, Any]] = [
    {"price": "99.99", "quantity": "3", "taxRate": "20"},
    {"price": "83.325", "quantity": "3", "taxRate": "20", "isTaxIncluded": False},
    {"price": "0.015", "quantity": "1"},
    {"price": "100", "quantity": "0.3333", "taxRate": "7.5", "discountType": "PERCENT",
     "discountRate": "33.3333"},
    {"price": "45.5", "quantity": "12", "taxRate": "10", "discountType": "AMOUNT",
     "discountAmount": "4.1364"},
    {"price": "0", "quantity": "2", "taxRate": "20", "discountType": "PERCENT",
     "discountRate": "100", "discountAmount": "1250"},
]  # fmt: skip


def _row(given: Mapping[str, Any]) -> ProductRow:
    numbers: dict[str, Any] = {
        name: Decimal(given[key]) if key in given else None
        for name, key in (("discount_rate", "discountRate"), ("tax_rate", "taxRate"),
                          ("discount_amount", "discountAmount"))
    }  # fmt: skip
    return ProductRow(
        "Anything",
        Decimal(given["price"]),
        Decimal(given["quantity"]),
        given.get("discountType"),
        is_tax_included=given.get("isTaxIncluded", True),
        **numbers,
    )


async def test_a_deal_shows_what_the_reference_says(people: Cast) -> None:
    deal = await sell(people.anna, *({"name": "Anything", **row} for row in ROWS))

    expected = [reference(_row(given)) for given in ROWS]
    for found, right in zip(deal["productRows"], expected, strict=True):
        assert {
            "exclusive": Decimal(found["priceExclusive"]),
            "netto": Decimal(found["priceNetto"]),
            "brutto": Decimal(found["priceBrutto"]),
            "discount": Decimal(found["discountAmount"] or 0),
            "total": Decimal(found["total"]),
            "tax": Decimal(found["tax"]),
        } == right
    assert Decimal(deal["amount"]["amount"]) == sum(row["total"] for row in expected)
    assert Decimal(deal["tax"]["amount"]) == sum(row["tax"] for row in expected)
