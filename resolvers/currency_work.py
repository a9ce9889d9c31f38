"""Stored base amounts worked out anew: by the rates of today, or in another base currency.

Both go through all records with amounts in portions, each a job with a transaction of its own, so
that writing goes on meanwhile. Where the base currency changes, base amounts are emptied first: an
amount without one matches no comparison and is in no sum, so never are amounts of two base
currencies compared. Then the workspace changes over, alone with its settings for the moment that
this takes, and all are filled again. See docs/decisions.
"""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update

from auth.policy import require_right
from db.base import WORKSPACE, new_id
from db.tables import currency_work
from domain.currencies import CurrencyWorkKind, CurrencyWorkState
from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.entities import RECORDS
from domain.errors import Code, refuse
from domain.fields import Entity, Kind
from domain.jobs import Job
from domain.money import Money
from domain.roles import SettingsRight
from loaders.amounts import count_with_amounts, last_work, lock_with_amounts
from loaders.people import workspace as load_workspace
from loaders.rows import Row
from resolvers import changes
from resolvers.currencies import Rates, known_currencies, load_rates
from resolvers.drafts import Draft
from resolvers.operation import Event, Operation
from resolvers.rates import convert_rates, converted_rates, ensure_currency, refuse_amid_work
from resolvers.values import Values

CLEAR: Final = "currencies.clear"
SWITCH: Final = "currencies.switch"
RECOMPUTE: Final = "currencies.recompute"
_PORTION: Final = 500
Arguments = Mapping[str, Any]
Raw = Mapping[str, Any]


async def recompute(op: Operation) -> Any:
    """Begin to work all base amounts out anew by the rates of today."""
    require_right(op.actor, SettingsRight.CRM_SETTINGS)
    return await _begin(op, CurrencyWorkKind.RECOMPUTE, op.currency)


async def change_base(op: Operation, raw: Raw) -> Any:
    """Begin to change the base currency; there has to be a rate of the new one."""
    require_right(op.actor, SettingsRight.CRM_SETTINGS)
    code = raw["currency"]
    if code not in known_currencies():
        raise refuse(Code.INVALID, "unknown_currency", "currency", currency=code[:10])
    if code == op.currency:
        raise refuse(Code.CONFLICT, "base_already", "currency")
    rates = await load_rates(op.session, op.currency, op.now.date())
    if code not in rates.by_currency:
        raise refuse(Code.INVALID, "no_rate", "currency")
    await converted_rates(op, op.currency, code)
    return await _begin(op, CurrencyWorkKind.CHANGE_BASE, code)


async def _begin(op: Operation, kind: CurrencyWorkKind, code: str) -> Any:
    await refuse_amid_work(op)
    custom = await _custom_amounts(op)
    total = 0
    for entity in _ENTITIES:
        total += await count_with_amounts(op.session, entity, list(custom.get(entity.name, {})))
    changes_base = kind is CurrencyWorkKind.CHANGE_BASE
    state = CurrencyWorkState.CLEARING if changes_base else CurrencyWorkState.RECOMPUTING
    key = new_id()
    row = {
        "id": key, "kind": kind.value, "state": state.value, "currency": code, "done": 0,
        "total": total * (2 if changes_base else 1), "by_id": op.actor.user_id,
        "started_at": op.now, "moved_at": op.now, "finished_at": None,
    }  # fmt: skip
    await op.session.insert(currency_work, [row])
    told = {"currency": {"from": op.currency, "to": code}}
    op.events.append(Event(new_id(), "CREATED", "currency_work", key, None, told))
    job = CLEAR if changes_base else RECOMPUTE
    op.later(Job(job, {"work": str(key), "entity": 0, "after": None}))
    return await last_work(op.session)


_ENTITIES: Final[tuple[Entity, ...]] = RECORDS
Customs = Mapping[str, Mapping[UUID, Row]]


async def _custom_amounts(op: Operation) -> Customs:
    """Give the custom fields of amounts by entity."""
    found: dict[str, dict[UUID, Row]] = {}
    for row in await op.loaders.everything(CUSTOM_FIELD.name):
        if row.type == CustomFieldType.MONEY.value:
            found.setdefault(row.entity.lower(), {})[row.id] = row
    return found


async def _go_on(op: Operation, arguments: Arguments, name: str, rates: Rates | None) -> bool:
    """Do the next portion and queue the one after it; tells whether there is one."""
    place, after = arguments["entity"], arguments["after"]
    entity = _ENTITIES[place]
    fields = (await _custom_amounts(op)).get(entity.name, {})
    rows = await lock_with_amounts(
        op.session, entity, list(fields), after=None if after is None else UUID(after),
        limit=_PORTION,
    )  # fmt: skip
    await _rebase(op, entity, fields, rows, rates)
    await _note(op, arguments["work"], done=currency_work.c.done + len(rows))
    if len(rows) == _PORTION:
        op.later(Job(name, {**arguments, "after": str(rows[-1].id)}))
    elif place + 1 < len(_ENTITIES):
        op.later(Job(name, {**arguments, "entity": place + 1, "after": None}))
    else:
        return False
    return True


async def _rebase(
    op: Operation,
    entity: Entity,
    fields: Mapping[UUID, Row],
    rows: list[Row],
    rates: Rates | None,
) -> None:
    """Give amounts the base amounts that rates say; without rates, none."""
    by_shape: dict[tuple[str, ...], list[Draft]] = {}
    for row in rows:
        draft = Draft(entity, row.id, Values(()), row)
        _rebase_own(draft, row, rates)
        _rebase_custom(draft, row, fields, rates)
        if draft.columns:
            by_shape.setdefault(tuple(sorted(draft.custom)), []).append(draft)
    for drafts in by_shape.values():
        await changes.change_derived(op, drafts)


def _rebase_own(draft: Draft, row: Row, rates: Rates | None) -> None:
    for field in draft.entity.fields:
        if field.kind is Kind.MONEY:
            amount, currency, known = (getattr(row, name) for name in field.columns)
            base = _base(rates, amount, currency)
            if base != known:
                draft.columns[f"{field.name}_base"] = base


def _rebase_custom(draft: Draft, row: Row, fields: Mapping[UUID, Row], rates: Rates | None) -> None:
    custom = dict(row.custom)
    for key, declared in fields.items():
        stored = custom.get(str(key))
        if stored is None:
            continue
        many = isinstance(stored, list)
        made = [_rated(rates, part) for part in (stored if many else [stored])]
        fresh = made if many else made[0]
        if fresh != stored:
            custom[str(key)] = fresh
            draft.custom[str(key)] = declared
    if draft.custom:
        draft.columns["custom"] = custom


def _base(rates: Rates | None, amount: Decimal | None, currency: str | None) -> Decimal | None:
    if rates is None or amount is None or currency is None:
        return None
    return rates.to_base(Money(amount, currency))


def _rated(rates: Rates | None, part: Mapping[str, Any]) -> dict[str, Any]:
    base = _base(rates, Decimal(part["amount"]), part["currency"])
    return {**part, "base": None if base is None else str(base)}


async def _note(op: Operation, work: str, **values: Any) -> None:
    table = currency_work
    await op.session.run(
        update(table)
        .where(table.c.workspace_id == WORKSPACE, table.c.id == UUID(work))
        .values(**values, moved_at=op.now)
    )


async def go_on_clearing(op: Operation, arguments: Arguments) -> None:
    """Empty the next base amounts; after the last ones the workspace changes over."""
    if not await _go_on(op, arguments, CLEAR, None):
        op.later(Job(SWITCH, {"work": arguments["work"]}))


async def switch(op: Operation, arguments: Arguments) -> None:
    """Change over: empty what was written since the clearing, convert the rates, name the base.

    The job has the workspace's settings alone, so nobody writes meanwhile.
    """
    work = await last_work(op.session)
    if work is None or str(work.id) != arguments["work"]:
        return
    custom = await _custom_amounts(op)
    for entity in _ENTITIES:
        fields, after = custom.get(entity.name, {}), None
        while True:
            rows = await lock_with_amounts(
                op.session, entity, list(fields), after=after, limit=_PORTION,
                since=work.started_at,
            )  # fmt: skip
            await _rebase(op, entity, fields, rows, None)
            if len(rows) < _PORTION:
                break
            after = rows[-1].id
    await convert_rates(op, op.currency, work.currency)
    await ensure_currency(op, work.currency)
    before = await load_workspace(op.session)
    await changes.change_workspace(op, before, {"currency": work.currency})
    op.settings_changed = True
    await _note(op, arguments["work"], state=CurrencyWorkState.RECOMPUTING.value)
    op.later(Job(RECOMPUTE, {"work": arguments["work"], "entity": 0, "after": None}))


async def go_on_recomputing(op: Operation, arguments: Arguments) -> None:
    """Work out the next base amounts by the rates of today."""
    rates = await load_rates(op.session, op.currency, op.now.date())
    if not await _go_on(op, arguments, RECOMPUTE, rates):
        await _note(op, arguments["work"], state=CurrencyWorkState.DONE.value, finished_at=op.now)


WORK: Final[Mapping[str, Callable[[Operation, Arguments], Awaitable[None]]]] = {
    CLEAR: go_on_clearing,
    SWITCH: switch,
    RECOMPUTE: go_on_recomputing,
}
"""The handlers of these jobs."""
ALONE: Final = frozenset({SWITCH})
"""Jobs that have the settings of their workspace alone."""
