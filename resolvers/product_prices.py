"""Products on their way into the database: one price for each currency, the usual unit and tax."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from domain.errors import Code
from domain.fields import camel
from domain.products import MEASURE_UNIT, MOST_PRICES, PRODUCT, TAX_RATE, ProductPrice
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import edit_names

PRICES: Final = "prices"


def settle_prices(op: Operation, drafts: Sequence[Draft]) -> None:
    """Work out the prices that drafts of products will have; notes what is wrong."""
    for draft in drafts:
        if PRICES in draft.values.edits:
            _edit(op, draft)
        elif PRICES in draft.given:
            before = draft.lists_before.get(PRICES, ())
            draft.lists[PRICES] = _placed(op, draft, before, draft.given[PRICES], PRICES)


def _edit(op: Operation, draft: Draft) -> None:
    if draft.before is None:
        return  # noted as not found already
    edit = draft.values.edits[PRICES]
    adding, removing = edit_names(PRODUCT.get(PRICES))
    before: tuple[ProductPrice, ...] = draft.lists_before.get(PRICES, ())
    if not edit.remove <= {price.id for price in before}:
        draft.values.wrong(Code.NOT_FOUND, "not_found", removing, target="product_price")
    kept: dict[UUID | None, ProductPrice] = {
        price.id: price for price in before if price.id not in edit.remove
    }
    added = _placed(op, draft, tuple(kept.values()), edit.add, adding)
    changed: dict[UUID | None, ProductPrice] = {
        price.id: price for price in added if price.id is not None
    }
    rest = [price for key, price in kept.items() if key not in changed]
    for index, price in enumerate(added):
        if any(other.currency == price.currency for other in rest):
            _twice(draft, price.currency, adding, str(index))
    fresh = (price for price in added if price.id is None)
    kept.update(changed)
    draft.lists[PRICES] = (*kept.values(), *fresh)
    if len(draft.lists[PRICES]) > MOST_PRICES:
        draft.values.wrong(Code.LIMIT, "list_too_long", adding, limit=MOST_PRICES)


def _placed(
    op: Operation,
    draft: Draft,
    before: Sequence[ProductPrice],
    given: Sequence[ProductPrice],
    name: str,
) -> tuple[ProductPrice, ...]:
    """Let given prices keep the id of the stored one that they name, or whose currency they have.

    A price without a currency is one in the base currency.
    """
    known = {price.id: price for price in before}
    # What is added never takes the place of what is there; a whole list says all anew.
    replaced: Sequence[ProductPrice] = before if name == PRICES else ()
    by_currency = {price.currency: price for price in replaced}
    named = {price.id for price in given if price.id is not None}
    found: list[ProductPrice] = []
    for index, price in enumerate(given):
        place = (camel(name), str(index))
        currency = price.currency or op.currency
        if price.id is not None and price.id not in known:
            draft.values.wrong(Code.NOT_FOUND, "not_found", *place, "id", target="product_price")
            continue
        if price.id is not None and any(item.id == price.id for item in found):
            draft.values.wrong(Code.DUPLICATE, "given_twice", *place, "id")
        if any(item.currency == currency for item in found):
            _twice(draft, currency, *place)
        twin = known.get(price.id) if price.id is not None else by_currency.get(currency)
        key: UUID | None = None if twin is None else twin.id
        if price.id is None and key in named:
            key = None
        owner = None if key is None or twin is None else twin.owner_id
        found.append(replace(price, currency=currency, id=key, owner_id=owner))
    return tuple(found)


def _twice(draft: Draft, currency: str, *place: str) -> None:
    draft.values.wrong(
        Code.DUPLICATE, "price_given_twice", *place, "price", "currency", currency=currency
    )


async def fill_usual(op: Operation, drafts: Sequence[Draft]) -> None:
    """Give new products the usual unit and tax rate where their inputs do not speak of these."""
    for entity, name in ((MEASURE_UNIT, "unit"), (TAX_RATE, "tax_rate")):
        wanting = [draft for draft in drafts if name not in draft.given]
        if not wanting:
            continue
        rows = await op.loaders.everything(entity.name)
        usual = next((row.id for row in rows if row.is_default), None)
        for draft in wanting:
            draft.columns[f"{name}_id"] = usual
