"""The currencies of a workspace: added, changed, deleted where no amount is in them."""

from collections.abc import Mapping
from typing import Any

from domain.currencies import CURRENCY
from domain.errors import Code, refuse
from loaders.amounts import count_in_currency
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.rates import forget_rates

Raw = Mapping[str, Any]


async def create_currency(op: Operation, raw: Raw) -> Row:
    """Add a currency, after the others where no position is given."""
    draft = await entries.draft_new(op, CURRENCY, raw)
    await lock_name(op.session, CURRENCY.plural)
    rows = await op.loaders.everything(CURRENCY.name)
    code = draft.given.get("code")
    if any(row.code == code for row in rows):
        draft.values.wrong(Code.DUPLICATE, "code_taken", "code", taken=code)
    _check_template(draft)
    draft.columns.setdefault("sort", max((row.sort for row in rows), default=0) + entries.STEP)
    return await entries.save(op, draft)


async def update_currency(op: Operation, raw: Raw) -> Row:
    """Change how amounts of a currency are written, or its position."""
    draft = await entries.draft_existing(op, CURRENCY, raw)
    _check_template(draft)
    return await entries.save(op, draft)


def _check_template(draft: Draft) -> None:
    template = draft.given.get("template")
    if template is not None and template.count("#") != 1:
        draft.values.wrong(Code.INVALID, "currency_template", "template")


async def delete_currency(op: Operation, raw: Raw) -> Row:
    """Delete a currency with its rates; the base currency stays, and one that amounts are in."""
    row = await entries.going(op, CURRENCY, raw)
    if row.code == op.currency:
        raise refuse(Code.SYSTEM, "base_currency_stays", "id")
    uses = await count_in_currency(op.session, row.code)
    if uses:
        raise refuse(Code.IN_USE, "amounts_in_currency", "id", count=uses)
    await forget_rates(op, row.code)
    await entries.drop(op, CURRENCY, [row])
    return row
