"""Product rows of records on their way into the database, and the amounts that follow from them.

With rows, the amount of a record is the sum of their totals, and its tax the sum of the taxes in
them, unless the amount is set by hand (`isAmountManual`). That is worked out in every write that
touches rows, the amount or the currency; a given amount is never dropped without a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from domain.errors import Code
from domain.fields import camel
from domain.money import Money
from domain.product_rows import (
    MOST_ROWS,
    ProductRow,
    converted,
    fits,
    in_currency,
    sums,
    totalled,
)
from resolvers.currencies import Rates, load_rates, total_places
from resolvers.drafts import Draft, money_columns
from resolvers.item_lists import changed_items, items_given
from resolvers.item_values import RowInput
from resolvers.operation import Operation
from resolvers.row_defaults import Goods, complete, load_goods

ROWS: Final = "product_rows"
_MANUAL: Final = "is_amount_manual"
_ALWAYS: Final = frozenset({ROWS, _MANUAL, "currency"})


def concerns_rows(draft: Draft) -> bool:
    """Tell whether a write may touch the rows of a record, or what follows from them."""
    if ROWS not in draft.entity.by_name:
        return False
    given = draft.given
    if ROWS in draft.values.edits or not _ALWAYS.isdisjoint(given):
        return True
    if draft.before is None or not given.keys() & {"amount", "tax"}:
        return False
    amount = given.get("amount")
    moves = amount is not None and amount.currency != draft.before.amount_currency
    return not draft.before.is_amount_manual or moves


async def settle_rows(op: Operation, drafts: Sequence[Draft]) -> None:
    """Complete the rows of drafts, and let their amounts follow; notes what is wrong."""
    touched = [
        draft for draft in drafts
        if concerns_rows(draft) and not (draft.before is None and draft.errors)
    ]  # fmt: skip
    if not touched:
        return
    inputs = [item for draft in touched for item in items_given(draft, ROWS)]
    goods = await load_goods(op, inputs)
    work = _Work(op, goods)
    for draft in touched:
        await _settle(work, draft)


@dataclass(slots=True)
class _Work:
    op: Operation
    goods: Goods
    rates: Rates | None = None

    async def rates_for(self, *currencies: str) -> Rates:
        """Give the rates of the day; only the base currency needs none to be read."""
        base = self.op.currency
        if all(currency == base for currency in currencies):
            return Rates(base, {})
        if self.rates is None:
            self.rates = await load_rates(self.op.session, base, self.op.now.date())
        return self.rates


@dataclass(slots=True)
class _Money:
    """The currency of a record as it was and as it becomes."""

    old: str
    new: str
    rates: Rates
    rows: tuple[ProductRow, ...] = field(default=())
    """The stored rows, in the new currency."""


async def _settle(work: _Work, draft: Draft) -> None:
    stored: tuple[ProductRow, ...] = draft.lists_before.get(ROWS, ())
    money = await _money(work, draft, stored)
    if money is None:
        return
    rows = money.rows
    if ROWS in draft.values.edits or ROWS in draft.given:
        changed = _changed(work.goods, draft, money)
        if changed is None:
            return
        rows = changed
    rows = tuple(totalled(row, total_places(money.new)) for row in rows)
    if not all(fits(row.total, row.price) for row in rows) or not fits(sums(rows)[0]):
        draft.values.wrong(Code.INVALID, "amount_too_large", camel(ROWS))
        return
    if rows != stored:
        draft.lists[ROWS] = rows
    _follow(draft, money, rows, stored)


async def _money(work: _Work, draft: Draft, stored: Sequence[ProductRow]) -> _Money | None:
    """Work out the currency, and bring the stored rows into it; None where that is refused."""
    base, before, given = work.op.currency, draft.before, draft.given
    old = (None if before is None else before.amount_currency) or base
    amount, named = given.get("amount"), given.get("currency")
    new = named or old
    if amount is not None:
        new = amount.currency or named or base
        if named is not None and new != named:
            draft.values.wrong(Code.INVALID, "currency_differs", "currency")
            return None
    rates = await work.rates_for(old, new)
    # Rows that all are new ones take no price over.
    if ROWS in given and all(item.id is None for item in given[ROWS]):
        stored = ()
    if new == old or not stored:
        return _Money(old, new, rates, tuple(stored))
    factor = rates.factor(old, new)
    if factor is None:
        _no_rate(draft)
        return None
    return _Money(old, new, rates, tuple(converted(row, factor) for row in stored))


def _no_rate(draft: Draft) -> None:
    place = ("currency",) if draft.given.get("currency") else ("amount", "currency")
    draft.values.wrong(Code.INVALID, "no_rate", *place)


def _changed(goods: Goods, draft: Draft, money: _Money) -> tuple[ProductRow, ...] | None:
    """Give the rows as the input would have them; None where something is wrong with it."""

    def completed(
        item: RowInput, known: ProductRow | None, path: tuple[str, str]
    ) -> ProductRow | None:
        return complete(goods, draft.values, item, known, money.new, path)

    return changed_items(draft, draft.entity.get(ROWS), money.rows, completed, MOST_ROWS)


def _follow(
    draft: Draft, money: _Money, rows: Sequence[ProductRow], stored: Sequence[ProductRow]
) -> None:
    """Let the amounts follow from rows, or stay as they are set by hand."""
    manual = _is_manual(draft, rows, stored)
    draft.columns[_MANUAL] = manual
    # Without rows any more, what is given stands; else nothing costs nothing.
    gone = bool(stored) and draft.given.get("amount") is None
    if not manual and (rows or gone):
        own = [name for name in ("amount", "tax") if name in draft.given]
        for name in own:
            draft.values.wrong(Code.INVALID, "amount_follows_rows", name)
        total, tax = sums(rows)
        _put(draft, "amount", total, money)
        if "tax" in draft.entity.by_name:
            _put(draft, "tax", tax, money)
        return
    if draft.given.get("amount") is not None:
        _put(draft, "amount", draft.given["amount"].amount, money)
    elif draft.before is not None and money.new != money.old:
        _convert(draft, money)
    _name_currency(draft, money, has_rows=bool(rows))


def _is_manual(draft: Draft, rows: Sequence[ProductRow], stored: Sequence[ProductRow]) -> bool:
    given: bool | None = draft.given.get(_MANUAL)
    if given is not None:
        return given
    if draft.before is None:
        return not rows
    was: bool = draft.before.is_amount_manual
    # The first rows of a record without an amount make one; an amount that is there stays.
    return was and not (rows and not stored and draft.current("amount") is None)


def _put(draft: Draft, name: str, amount: Decimal, money: _Money) -> None:
    draft.columns.update(money_columns(name, Money(amount, money.new), money.rates))


def _convert(draft: Draft, money: _Money) -> None:
    """Bring amounts that are set by hand into the new currency."""
    factor = money.rates.factor(money.old, money.new)
    for name in ("amount", "tax"):
        if name not in draft.entity.by_name or name in draft.given:
            continue
        amount = getattr(draft.before, name)
        if amount is None or getattr(draft.before, f"{name}_currency") != money.old:
            continue
        if factor is None:
            _no_rate(draft)
            return
        _put(draft, name, in_currency(amount, factor), money)


def _name_currency(draft: Draft, money: _Money, *, has_rows: bool) -> None:
    if "currency" not in draft.given:
        return
    if draft.given["currency"] is not None:
        draft.columns["amount_currency"] = money.new
    elif has_rows or draft.current("amount") is not None:
        draft.values.wrong(Code.REQUIRED, "required", "currency")


def copied(rows: Sequence[ProductRow]) -> tuple[ProductRow, ...]:
    """Give rows as they go onto a copy of their record."""
    return tuple(row.content() for row in rows)
