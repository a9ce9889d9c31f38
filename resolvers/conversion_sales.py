"""What is sold to a lead, and for how much, goes into its deals; each row into one deal only."""

from collections.abc import Sequence
from typing import Any, Final

from domain.conversion import LossReason
from domain.fields import camel
from domain.ids import encode_id
from domain.product_rows import ProductRow
from domain.products import MEASURE_UNIT, PRODUCT
from domain.records import DEAL, LEAD
from loaders.goods import copied_rows
from loaders.rows import Row
from resolvers.conversion_plan import Plan, may_read, may_write
from resolvers.operation import Operation

_DEAL: Final = DEAL.name
_ROWS: Final = "productRows"
_PLACES: Final = {camel(field.name): place for place, field in enumerate(LEAD.fields)}


async def plan_sales(op: Operation, lead: Row, plan: Plan) -> None:
    """Let the lead's product rows and amount go into the new deal, as far as they go together."""
    rows: Sequence[ProductRow] = ()
    if may_read(op, lead, _ROWS):
        rows = await op.loaders.product_rows(LEAD.name).load(lead.id)
    else:
        plan.unreadable.append(_ROWS)
    amount = None
    if may_read(op, lead, "amount"):
        amount = lead.amount
    else:
        plan.unreadable.append("amount")
    plan.unreadable.sort(key=_PLACES.__getitem__)
    if _DEAL not in plan.inputs:
        for name, is_there in ((_ROWS, bool(rows)), ("amount", amount is not None)):
            if is_there:
                plan.lose(name, LossReason.NO_FIELD)
        return
    follows = bool(rows) and not lead.is_amount_manual
    goes = await _put_rows(op, lead, plan, rows, follows=follows, has_amount=amount is not None)
    if amount is None:
        return
    if goes and follows:
        plan.keep("amount", _DEAL, "amount")
    elif follows and may_write(op, _DEAL, _ROWS):
        # All rows are in earlier deals: what they cost is there, too.
        plan.lose("amount", LossReason.NOT_AVAILABLE)
    elif may_write(op, _DEAL, "amount"):
        money = {"amount": amount, "currency": lead.amount_currency}
        plan.put(_DEAL, "amount", "amount", money, "amount")
    else:
        plan.lose("amount", LossReason.NOT_WRITABLE)


async def _put_rows(
    op: Operation,
    lead: Row,
    plan: Plan,
    rows: Sequence[ProductRow],
    *,
    follows: bool,
    has_amount: bool,
) -> bool:
    """Let rows that are in no deal yet go; tells whether some do."""
    if not rows:
        return False
    by_hand = not follows and has_amount and may_write(op, _DEAL, "amount")
    needed = [_ROWS, *(["isAmountManual"] if by_hand else [])]
    if lead.amount_currency not in {None, op.currency} and not by_hand:
        needed.append("currency")
    if not all(may_write(op, _DEAL, name) for name in needed):
        plan.lose(_ROWS, LossReason.NOT_WRITABLE)
        return False
    copied = await copied_rows(op.session, lead.id)
    fresh = [row for row in rows if row.id not in copied]
    if not fresh:
        plan.lose(_ROWS, LossReason.NOT_AVAILABLE)
        return False
    inputs = [await _as_input(op, row) for row in fresh]
    if any(row.product_id is not None and given["productId"] is None
           for row, given in zip(fresh, inputs, strict=True)):  # fmt: skip
        plan.lose(_ROWS, LossReason.NOT_AVAILABLE)
    plan.put(_DEAL, _ROWS, _ROWS, inputs, _ROWS)
    if by_hand:
        plan.inputs[_DEAL]["isAmountManual"] = True
    elif "currency" in needed:
        plan.inputs[_DEAL]["currency"] = lead.amount_currency
    return True


async def _as_input(op: Operation, row: ProductRow) -> dict[str, Any]:
    """Give a row as an input would have it, with what it is a copy of."""
    product = None
    if row.product_id is not None:
        product = await op.loaders.one(PRODUCT.name).load(row.product_id)
    return {
        "productId": None if product is None else encode_id(PRODUCT.name, product.id),
        "name": row.name,
        "price": row.price,
        "quantity": row.quantity,
        "discountType": row.discount_type,
        "discountRate": row.discount_rate,
        "discountAmount": row.discount_amount,
        "taxRate": row.tax_rate,
        "isTaxIncluded": row.is_tax_included,
        "unitId": None if row.unit_id is None else encode_id(MEASURE_UNIT.name, row.unit_id),
        "origin": row.id,
    }
