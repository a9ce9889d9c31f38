"""What a product row has where an input does not say it: from the product, or as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.errors import Code
from domain.product_rows import HUNDRED, DiscountType, ProductRow, discounted
from domain.products import MEASURE_UNIT, PRODUCT, TAX_RATE, ProductPrice
from loaders.rights import shows
from loaders.rows import Row
from resolvers.item_values import RowInput
from resolvers.operation import Operation
from resolvers.values import Values

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Product:
    """A product as far as the caller may read it."""

    row: Row
    prices: Sequence[ProductPrice]
    tax_rate: Decimal | None
    reads: frozenset[str]

    def value(self, name: str) -> Any:
        return getattr(self.row, name) if name.removesuffix("_id") in self.reads else None

    def price(self, currency: str) -> Decimal | None:
        own = self.prices if "prices" in self.reads else ()
        return next((price.amount for price in own if price.currency == currency), None)


@dataclass(frozen=True, slots=True)
class Goods:
    """The products and units that inputs name, by id."""

    products: Mapping[UUID, _Product]
    units: Mapping[UUID, Row]
    usual_unit: UUID | None


async def load_goods(op: Operation, inputs: Sequence[RowInput]) -> Goods:
    """Read what rows name, as far as the caller may read it."""
    ids = sorted({key for item in inputs if (key := item.given.get("product_id")) is not None})
    products = [row for row in await op.loaders.one(PRODUCT.name).load_many(ids) if row is not None]
    keys = [row.id for row in products]
    prices = await op.loaders.product_prices().load_many(keys)
    rates = {row.id: row.rate for row in await op.loaders.everything(TAX_RATE.name)} if ids else {}
    units = await op.loaders.everything(MEASURE_UNIT.name) if inputs else []
    usual = next((row.id for row in units if row.is_default), None)
    return Goods(
        {
            row.id: _Product(row, own, rates.get(row.tax_rate_id), _readable(op, row))
            for row, own in zip(products, prices, strict=True)
        },
        {row.id: row for row in units},
        usual,
    )


def _readable(op: Operation, row: Row) -> frozenset[str]:
    rights = op.actor.rights
    names = {"name": "name", "unit": "unit", "tax_rate": "taxRate", "prices": "prices",
             "is_tax_included": "isTaxIncluded"}  # fmt: skip
    return frozenset(
        name
        for name, shown in names.items()
        if shows(op.actor, row, rights.cell(PRODUCT.name, shown))
    )


def complete(
    goods: Goods,
    values: Values,
    item: RowInput,
    known: ProductRow | None,
    currency: str,
    path: Path,
) -> ProductRow | None:
    """Give a row as it will be; None where something is wrong with it, which is noted."""
    if item.copied is not None:
        return item.copied
    errors = len(values.errors)
    product = _product(goods, values, item, known, path)
    if len(values.errors) > errors:
        return None
    unit = item.given.get("unit_id")
    if unit is not None and unit not in goods.units:
        values.wrong(Code.NOT_FOUND, "not_found", *path, "unitId", target=MEASURE_UNIT.name)
    row = _with_defaults(goods, item, known, product)
    row = _with_discount(values, row, item, path)
    if not row.name:
        values.wrong(Code.REQUIRED, "required", *path, "name")
    if len(values.errors) > errors:
        return None
    priced = _with_price(row, item, known, product, currency)
    if priced is None:
        values.wrong(Code.REQUIRED, "no_price", *path, "price", currency=currency)
    elif priced.price < 0:
        values.wrong(Code.INVALID, "discount_too_large", *path, "discountAmount")
    elif priced.discount_rate == HUNDRED and priced.discount_amount is None:
        values.wrong(Code.INVALID, "discount_amount_needed", *path, "discountAmount")
    else:
        return priced
    return None


def _product(
    goods: Goods, values: Values, item: RowInput, known: ProductRow | None, path: Path
) -> _Product | None:
    """Give the product that a row gets anew; a row may keep one that is out of reach by now."""
    key = item.given.get("product_id")
    if key is None:
        return None
    product = goods.products.get(key)
    if known is not None and known.product_id == key:
        return product
    if product is None:
        values.wrong(Code.NOT_FOUND, "not_found", *path, "productId", target=PRODUCT.name)
    elif not product.row.is_active and item.given.get("origin_id") is None:
        values.wrong(Code.INVALID, "product_inactive", *path, "productId")
    return product


def _with_defaults(
    goods: Goods, item: RowInput, known: ProductRow | None, product: _Product | None
) -> ProductRow:
    given = dict(item.given)
    for name in ("quantity", "is_tax_included"):
        if given.get(name) is None:
            given.pop(name, None)
    given.pop("price", None)
    given["name"] = given.get("name") or ""
    if known is not None and (product is None or known.product_id == given.get("product_id")):
        if "name" not in item.given:
            del given["name"]
        return replace(known, **given)
    usual: dict[str, Any] = {"unit_id": goods.usual_unit}
    if product is not None:
        usual = {
            "unit_id": product.value("unit_id"),
            "tax_rate": product.tax_rate if "tax_rate" in product.reads else None,
            "is_tax_included": product.value("is_tax_included") is not False,
        }
        given["name"] = given["name"] or product.value("name") or ""
    row = ProductRow(price=Decimal(0), **{**usual, **given})
    return row if known is None else replace(row, id=known.id, origin_id=known.origin_id,
                                             record_type=known.record_type,
                                             record_id=known.record_id)  # fmt: skip


def _with_discount(values: Values, row: ProductRow, item: RowInput, path: Path) -> ProductRow:
    """Check that a discount is complete, and drop what follows from the rest of it."""
    match row.discount_type:
        case DiscountType.PERCENT.value:
            if row.discount_rate is None:
                values.wrong(Code.INVALID, "discount_rate_needed", *path, "discountRate")
            elif row.discount_rate != HUNDRED:
                return replace(row, discount_amount=None)
        case DiscountType.AMOUNT.value:
            if row.discount_amount is None:
                values.wrong(Code.INVALID, "discount_amount_needed", *path, "discountAmount")
            return replace(row, discount_rate=None)
        case _:
            for name, place in (("discount_rate", "discountRate"),
                                ("discount_amount", "discountAmount")):  # fmt: skip
                if item.given.get(name) is not None:
                    values.wrong(Code.INVALID, "discount_type_needed", *path, place)
            return replace(row, discount_rate=None, discount_amount=None)
    return row


def _with_price(
    row: ProductRow,
    item: RowInput,
    known: ProductRow | None,
    product: _Product | None,
    currency: str,
) -> ProductRow | None:
    price: Decimal | None = item.given.get("price")
    if price is None and known is not None and known.product_id == row.product_id:
        price = known.price
    if price is not None:
        return replace(row, price=price)
    listed = None if product is None else product.price(currency)
    return None if listed is None else discounted(listed, row)
