"""Custom amounts without a rate: they get their value in the base currency when there is one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from domain.entities import ENTITIES
from domain.money import Money
from loaders.rates import lock_unrated_values
from loaders.rows import Row
from resolvers import changes
from resolvers.currencies import Rates
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values

_PORTION: Final = 1_000


async def fill_amounts(
    op: Operation, field: Row, known: Rates, currency: str | None = None
) -> None:
    """Give a base amount to the amounts of a field that have none, of one currency or of all.

    Only amounts in the pivot are found: a field that is not filterable has none that is compared.
    """
    entity, key, last = ENTITIES[field.entity.lower()], str(field.id), None
    while True:
        rows = await lock_unrated_values(
            op.session, entity.name, field.id, currency, after=last, limit=_PORTION
        )
        drafts = []
        for row in rows:
            stored = row.custom[key]
            many = isinstance(stored, list)
            filled = [_filled(part, known) for part in (stored if many else [stored])]
            custom = {**row.custom, key: filled if many else filled[0]}
            if custom != row.custom:
                drafts.append(
                    Draft(entity, row.id, Values(()), row, {"custom": custom}, custom={key: field})
                )
        await changes.change_derived(op, drafts)
        if len(rows) < _PORTION:
            return
        last = rows[-1].id


def _filled(part: Mapping[str, Any], known: Rates) -> dict[str, Any]:
    if part["base"] is not None:
        return dict(part)
    base = known.to_base(Money(Decimal(part["amount"]), part["currency"]))
    return {**part, "base": None if base is None else str(base)}
