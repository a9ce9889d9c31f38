"""Prices of products and product rows, as the lists that they are."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import strawberry

from domain import product_rows as arithmetic
from domain import products
from domain.fields import ITEM_PREFIXES, Kind
from domain.money import PLACES
from domain.product_rows import DiscountType, Prices, rounded
from schema.classes import OBJECTS
from schema.context import Context, running
from schema.execution.reading import BatchReader, IdOf, batched_field, plain_field
from schema.scalars import CurrencyCode
from schema.values import ID_TEXT, Money, Node, type_name

Rows = Sequence[arithmetic.ProductRow]


def _linked(entity: str, column: str) -> BatchReader:
    async def read(context: Context, sources: Rows) -> list[Any]:
        keys = [getattr(source, column) for source in sources]
        there = [key for key in keys if key is not None]
        rows = iter(await running(context).loaders.one(entity).load_batch(there))
        return [None if key is None else next(rows) for key in keys]

    return read


def _price(root: products.ProductPrice) -> Money:
    return Money(amount=root.amount, currency=CurrencyCode(root.currency))


def _shown(value: Fraction) -> Decimal:
    return rounded(value, PLACES)


def _derived(name: str) -> Any:
    def read(root: arithmetic.ProductRow) -> Decimal:
        found: Prices = arithmetic.prices(root)
        return _shown(getattr(found, name))

    return read


def _discount_rate(root: arithmetic.ProductRow) -> Decimal | None:
    if root.discount_type is None:
        return None
    return root.discount_rate or _shown(arithmetic.prices(root).discount_rate)


def _discount_amount(root: arithmetic.ProductRow) -> Decimal | None:
    return None if root.discount_type is None else _shown(arithmetic.prices(root).discount)


_PRICE_ID: Final = IdOf(ITEM_PREFIXES[Kind.PRICES])
_ROW_ID: Final = IdOf(ITEM_PREFIXES[Kind.ROWS])

ProductPrice: Final[Any] = strawberry.type(
    type(
        "ProductPrice",
        (Node,),
        {
            "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=_PRICE_ID),
            "price": plain_field("What one unit costs.", Money, (), _price),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "ProductPrice"),
        },
    ),
    description="What one unit of a product costs in a currency.",
)

ProductRow: Final[Any] = strawberry.type(
    type(
        "ProductRow",
        (Node,),
        {
            "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=_ROW_ID),
            "product": batched_field(
                "The product; null of a free text, and where the product is gone or not yours to "
                "read.",
                OBJECTS["product"] | None,
                (),
                _linked("product", "product_id"),
            ),
            "name": plain_field("What is sold.", str, ("name",)),
            "price": plain_field(
                "Price of one unit after discount, in the currency of the record; with the tax in "
                "it or not, as `isTaxIncluded` says.",
                Decimal,
                ("price",),
            ),
            "quantity": plain_field("How much.", Decimal, ("quantity",)),
            "unit": batched_field(
                "What the quantity is counted in.",
                OBJECTS["measure_unit"] | None,
                (),
                _linked("measure_unit", "unit_id"),
            ),
            "discount_type": plain_field(
                "How the discount is given; null without one.",
                DiscountType | None,
                ("discount_type",),
                convert=DiscountType,
            ),
            "discount_rate": plain_field(
                "The discount in percent of the price before it; null without one.",
                Decimal | None,
                (),
                _discount_rate,
            ),
            "discount_amount": plain_field(
                "The discount off one unit, without tax; null without one.",
                Decimal | None,
                (),
                _discount_amount,
            ),
            "tax_rate": plain_field(
                "The tax in percent; null without one.", Decimal | None, ("tax_rate",)
            ),
            "is_tax_included": plain_field(
                "Whether `price` has the tax in it.", bool, ("is_tax_included",)
            ),
            "price_exclusive": plain_field(
                "Price of one unit after discount, without tax.",
                Decimal,
                (),
                _derived("exclusive"),
            ),
            "price_netto": plain_field(
                "Price of one unit before discount, without tax.", Decimal, (), _derived("netto")
            ),
            "price_brutto": plain_field(
                "Price of one unit before discount, with tax.", Decimal, (), _derived("brutto")
            ),
            "total": plain_field("What the row costs, with tax.", Decimal, ("total",)),
            "tax": plain_field("The tax within the total.", Decimal, ("tax",)),
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "ProductRow"),
        },
    ),
    description="What is sold on one line of a record: a product or a free text, how much of it, "
    "at which price.",
)


def rows_reader(entity: str) -> BatchReader:
    """Give the reader of the product rows of a type of records."""

    async def read(context: Context, sources: Sequence[Any]) -> Sequence[Any]:
        loader = running(context).loaders.product_rows(entity)
        return await loader.load_batch([source.id for source in sources])

    return read


async def read_prices(context: Context, sources: Sequence[Any]) -> Sequence[Any]:
    """Read the prices of products."""
    loader = running(context).loaders.product_prices()
    return await loader.load_batch([source.id for source in sources])
