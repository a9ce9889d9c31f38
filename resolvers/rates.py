"""Exchange rates: set by administrators; amounts without a base amount get one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import delete

from auth.policy import require_right
from db.base import WORKSPACE, new_id
from db.tables import exchange_rates
from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.entities import RECORDS
from domain.errors import Code, refuse
from domain.fields import Entity, Field, Kind
from domain.money import Money
from domain.roles import SettingsRight
from loaders.rates import lock_unrated
from resolvers import changes
from resolvers.currencies import Rates, known_currencies, load_rates
from resolvers.custom_amounts import fill_amounts
from resolvers.drafts import Draft
from resolvers.operation import Event, Operation
from resolvers.values import Values

_PORTION: Final = 1_000


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of a currency is worth in the base currency from a day on."""

    currency: str
    date: date
    rate: Decimal


async def set_rate(op: Operation, raw: Mapping[str, Any]) -> ExchangeRate:
    """Set what one unit of a currency is worth in the base currency from a day on."""
    require_right(op.actor, SettingsRight.CRM_SETTINGS)
    currency, rate, day = raw["currency"], raw["rate"], raw.get("date") or op.now.date()
    if currency not in known_currencies():
        raise refuse(Code.INVALID, "unknown_currency", "currency", currency=currency[:10])
    if currency == op.currency:
        raise refuse(Code.INVALID, "base_currency", "currency")
    if rate <= 0:
        raise refuse(Code.INVALID, "rate_positive", "rate")
    table = exchange_rates
    await op.session.run(
        delete(table).where(
            table.c.workspace_id == WORKSPACE, table.c.currency == currency, table.c.date == day
        )
    )
    row = {"currency": currency, "date": day, "rate": rate}
    await op.session.insert(table, [row])
    op.events.append(
        Event(new_id(), "UPDATED", "exchange_rate", op.actor.workspace_id, None,
              {currency: {"from": None, "to": str(rate)}})
    )  # fmt: skip
    await _fill_bases(op, currency)
    return ExchangeRate(**row)


async def _fill_bases(op: Operation, currency: str) -> None:
    """Give a base amount to the amounts of a currency that had no rate until now."""
    known = await load_rates(op.session, op.currency, op.now.date())
    for entity in RECORDS:
        for declared in entity.fields:
            if declared.kind is not Kind.MONEY:
                continue
            await _fill_field(op, entity, declared, known, currency)
    for field in await op.loaders.everything(CUSTOM_FIELD.name):
        if field.type == CustomFieldType.MONEY.value and field.is_filterable:
            await fill_amounts(op, field, known, currency)


async def _fill_field(
    op: Operation, entity: Entity, declared: Field, known: Rates, currency: str
) -> None:
    column = f"{declared.name}_base"
    while True:
        rows = await lock_unrated(op.session, entity.name, declared.name, currency, limit=_PORTION)
        drafts = []
        for row in rows:
            base = known.to_base(Money(getattr(row, declared.name), currency))
            if base is not None:
                drafts.append(Draft(entity, row.id, Values(()), row, columns={column: base}))
        await changes.change_derived(op, drafts)
        # An amount too large for the base currency stays without; it must not come up for ever.
        if len(rows) < _PORTION or not drafts:
            return
