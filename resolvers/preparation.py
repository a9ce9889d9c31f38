"""From values to columns: the part of validation that all writes share, settings included."""

from collections.abc import Sequence

from domain.fields import Kind
from resolvers.currencies import Rates, load_rates
from resolvers.custom_record import fill_custom
from resolvers.drafts import Draft, fill_columns
from resolvers.operation import Operation
from resolvers.product_prices import settle_prices
from resolvers.product_rows import settle_rows
from resolvers.references import check_references
from resolvers.requisites import settle_requisites
from resolvers.stored_lists import load_lists, resolve_lists


async def prepare(op: Operation, drafts: Sequence[Draft]) -> None:
    """Check references, work out lists and fill columns; drafts are of one entity."""
    await check_references(op, drafts[0].entity, [draft.values for draft in drafts])
    await load_lists(op, drafts)
    resolve_lists(drafts)
    rates = await _rates(op, drafts)
    for draft in drafts:
        fill_columns(draft, rates)
    settle_prices(op, drafts)
    settle_requisites(drafts)
    await settle_rows(op, drafts)
    if drafts[0].entity.is_record:
        await fill_custom(op, drafts)


async def _rates(op: Operation, drafts: Sequence[Draft]) -> Rates:
    """Read the rates where an amount in another currency is given; none are needed otherwise."""
    foreign = any(
        value is not None and value.currency not in {"", op.currency}
        for draft in drafts
        for name, value in draft.given.items()
        if draft.entity.get(name).kind is Kind.MONEY
    )
    if not foreign:
        return Rates(op.currency, {})
    return await load_rates(op.session, op.currency, op.now.date())
