"""Exchange rates: set by administrators; amounts without a base amount get one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import delete

from auth.policy import require_right
from db.base import WORKSPACE, new_id
from db.tables import exchange_rates
from domain.currencies import CURRENCY, CurrencyWorkState
from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.entities import RECORDS
from domain.errors import Code, refuse
from domain.fields import Entity, Field, Kind
from domain.money import Money
from domain.roles import SettingsRight
from loaders.amounts import last_work
from loaders.locking import lock_name
from loaders.rates import lock_unrated, rates_between
from resolvers import changes
from resolvers.currencies import Rates, known_currencies, load_rates
from resolvers.custom_amounts import fill_amounts
from resolvers.drafts import Draft
from resolvers.entries import STEP
from resolvers.operation import Event, Operation
from resolvers.values import Values

_PORTION: Final = 1_000
_RATE_PLACES: Final = 10
_RATE_SCALE: Final = 10**_RATE_PLACES
_RATE_LIMIT: Final = Decimal(10) ** 10
_STALLED: Final = timedelta(minutes=10)
"""Work that has not moved for so long has failed: it may be begun again."""


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
    await refuse_amid_work(op)
    await ensure_currency(op, currency)
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


async def delete_rate(op: Operation, raw: Mapping[str, Any]) -> ExchangeRate:
    """Delete a rate; base amounts that came of it stay until they are worked out anew."""
    require_right(op.actor, SettingsRight.CRM_SETTINGS)
    await refuse_amid_work(op)
    currency, day = raw["currency"], raw["date"]
    known = await rates_between(op.session, currency, day, day)
    if not known:
        raise refuse(Code.NOT_FOUND, "no_rate_of_day", "date")
    table = exchange_rates
    await op.session.run(
        delete(table).where(
            table.c.workspace_id == WORKSPACE, table.c.currency == currency, table.c.date == day
        )
    )
    _tell(op, currency, str(known[0].rate), None)
    return ExchangeRate(currency, day, known[0].rate)


async def forget_rates(op: Operation, currency: str) -> None:
    """Delete all rates of a currency that goes."""
    table = exchange_rates
    await op.session.run(
        delete(table).where(table.c.workspace_id == WORKSPACE, table.c.currency == currency)
    )


async def converted_rates(op: Operation, old: str, new: str) -> list[dict[str, Any]]:
    """Give the rates as they are in another base currency, each by the rate of its day.

    Raises RefusedError where one has no room there.
    """
    rows = await rates_between(op.session, None, None, None)
    steps = sorted((row.date, row.rate) for row in rows if row.currency == new)
    found = []
    for row in rows:
        if row.currency == new:
            code, value = old, 1 / Fraction(row.rate)
        else:
            holding = [rate for day, rate in steps if day <= row.date] or [steps[0][1]]
            code, value = row.currency, Fraction(row.rate) / Fraction(holding[-1])
        rate = Decimal((2 * value * _RATE_SCALE + 1) // 2).scaleb(-_RATE_PLACES)
        if not 0 < rate < _RATE_LIMIT:
            raise refuse(Code.INVALID, "rate_has_no_room", "currency", currency=code)
        found.append({"currency": code, "date": row.date, "rate": rate})
    return found


async def convert_rates(op: Operation, old: str, new: str) -> None:
    """Bring all rates into another base currency."""
    fresh = await converted_rates(op, old, new)
    await op.session.run(delete(exchange_rates).where(exchange_rates.c.workspace_id == WORKSPACE))
    await op.session.insert(exchange_rates, fresh)
    _tell(op, new, None, "1")


def _tell(op: Operation, currency: str, before: str | None, after: str | None) -> None:
    changes_of = {currency: {"from": before, "to": after}}
    op.events.append(
        Event(new_id(), "UPDATED", "exchange_rate", op.actor.workspace_id, None, changes_of)
    )


async def refuse_amid_work(op: Operation, *path: str) -> None:
    """Refuse what would get in the way of work on base amounts that is going on."""
    found = await last_work(op.session)
    going = found is not None and found.state != CurrencyWorkState.DONE.value
    if going and op.now - found.moved_at < _STALLED:
        raise refuse(Code.CONFLICT, "currency_work_going_on", *path)


async def ensure_currency(op: Operation, code: str) -> None:
    """Add a currency that is used by now, where the workspace does not have it."""
    await lock_name(op.session, CURRENCY.plural)
    rows = await op.loaders.everything(CURRENCY.name)
    if any(row.code == code for row in rows):
        return
    sort = max((row.sort for row in rows), default=0) + STEP
    columns = {"code": code, "sort": sort}
    await changes.create(op, [Draft(CURRENCY, new_id(), Values(()), None, columns)])
