"""Currencies, their rates, and the work on base amounts, as the API shows them."""

import datetime
from typing import Any, Final

import strawberry

from domain.currencies import CURRENCY, CurrencyWorkKind, CurrencyWorkState
from loaders.amounts import last_work
from loaders.rates import rates_between
from resolvers import currency_settings, currency_work, rates
from resolvers.operation import Operation
from schema.classes import OBJECTS
from schema.context import Info, operation
from schema.execution.reading import plain_field
from schema.inputs import input_type
from schema.record_mutations import attempt
from schema.scalars import CurrencyCode
from schema.settings_mutations import ExchangeRate, creating, deleting, updating
from schema.signatures import argument, declare_resolver, list_of
from schema.write_types import payload_type


async def _work_by(root: Any, info: Info) -> Any:
    return (
        None if root.by_id is None else await operation(info).loaders.one("user").load(root.by_id)
    )


CurrencyWork: Final[Any] = strawberry.type(
    type(
        "CurrencyWork",
        (),
        {
            "kind": plain_field(
                "Why base amounts are worked out.", CurrencyWorkKind, ("kind",),
                convert=CurrencyWorkKind,
            ),
            "state": plain_field(
                "How far it is.", CurrencyWorkState, ("state",), convert=CurrencyWorkState
            ),
            "currency": plain_field(
                "The base currency that they are worked out in.", CurrencyCode, ("currency",)
            ),
            "done": plain_field("Records that are done, in all passes.", int, ("done",)),
            "total": plain_field(
                "Records that there were to do when it began.", int, ("total",)
            ),
            "started_at": plain_field("When it began.", datetime.datetime, ("started_at",)),
            "finished_at": plain_field(
                "When it was done; null while it goes on.", datetime.datetime | None,
                ("finished_at",),
            ),
            "by": strawberry.field(
                resolver=declare_resolver(_work_by, {}, OBJECTS["user"] | None),
                description="Who began it.",
            ),
        },
    ),
    description="The working out of all base amounts, by new rates or in a new base currency.",
)  # fmt: skip


async def _last_work(root: Any, info: Info) -> Any:
    return await last_work(operation(info).session)


CURRENCY_WORK = strawberry.field(
    resolver=declare_resolver(_last_work, {}, CurrencyWork | None),
    description="The newest work on base amounts; null where there was none.",
)


CREATE_CURRENCY = creating(CURRENCY, "Adds a currency.", currency_settings.create_currency)
UPDATE_CURRENCY = updating(
    CURRENCY, "Changes how amounts of a currency are written, or its position.",
    currency_settings.update_currency,
)  # fmt: skip
DELETE_CURRENCY = deleting(
    CURRENCY, "Deletes a currency that no amount is in, with its rates; the base currency stays.",
    currency_settings.delete_currency,
)  # fmt: skip

_DELETE_RATE_PAYLOAD = payload_type(
    "DeleteExchangeRatePayload",
    "What came of deleting a rate.",
    {"exchange_rate": (ExchangeRate | None, "The rate that is gone; null if refused.")},
)
_DELETE_RATE_INPUT = input_type(
    "DeleteExchangeRateInput",
    "Which rate goes.",
    {
        "currency": (CurrencyCode, "The currency."),
        "date": (datetime.date, "First day on which the rate held."),
    },
)


async def _delete_rate(root: Any, info: Any, input: Any) -> Any:
    return await attempt(
        info,
        lambda op: rates.delete_rate(op, input),
        lambda row, errors: _DELETE_RATE_PAYLOAD(exchange_rate=row, user_errors=errors),
    )


DELETE_EXCHANGE_RATE = strawberry.field(
    resolver=declare_resolver(
        _delete_rate, {"input": argument(_DELETE_RATE_INPUT, "What is asked.")},
        _DELETE_RATE_PAYLOAD,
    ),
    description="Deletes a rate; base amounts that came of it stay until they are worked out anew.",
)  # fmt: skip

_RECOMPUTE_PAYLOAD = payload_type(
    "RecomputeBaseAmountsPayload",
    "What came of asking for it.",
    {"currency_work": (CurrencyWork | None, "The work that has begun; null if refused.")},
)
_BASE_PAYLOAD = payload_type(
    "ChangeBaseCurrencyPayload",
    "What came of asking for it.",
    {"currency_work": (CurrencyWork | None, "The work that has begun; null if refused.")},
)
_BASE_INPUT = input_type(
    "ChangeBaseCurrencyInput",
    "Which currency the workspace is to compare and sum in.",
    {"currency": (CurrencyCode, "The currency; there has to be a rate of it today.")},
)


async def _recompute(root: Any, info: Any) -> Any:
    async def work(op: Operation) -> Any:
        return await currency_work.recompute(op)

    return await attempt(
        info, work,
        lambda row, errors: _RECOMPUTE_PAYLOAD(currency_work=row, user_errors=errors),
    )  # fmt: skip


async def _change_base(root: Any, info: Any, input: Any) -> Any:
    return await attempt(
        info,
        lambda op: currency_work.change_base(op, input),
        lambda row, errors: _BASE_PAYLOAD(currency_work=row, user_errors=errors),
    )


RECOMPUTE_BASE_AMOUNTS = strawberry.field(
    resolver=declare_resolver(_recompute, {}, _RECOMPUTE_PAYLOAD),
    description="Begins to work all base amounts out anew, by the rates of today.",
)
CHANGE_BASE_CURRENCY = strawberry.field(
    resolver=declare_resolver(
        _change_base, {"input": argument(_BASE_INPUT, "What is asked.")}, _BASE_PAYLOAD
    ),
    description="Begins to change the base currency: rates are converted, and all base amounts "
    "worked out anew. `viewer { workspace { currencyWork } }` tells when it is done.",
)


async def _exchange_rates(root: Any, info: Info, **given: Any) -> Any:
    first, last = given.get("from_"), given.get("to")
    return await rates_between(operation(info).session, given.get("currency"), first, last)


EXCHANGE_RATES = strawberry.field(
    resolver=declare_resolver(
        _exchange_rates,
        {
            "currency": argument(CurrencyCode | None, "Only those of one currency."),
            "from_": argument(datetime.date | None, "Only those from a day on.", name="from"),
            "to": argument(datetime.date | None, "Only those up to a day."),
        },
        list_of(ExchangeRate),
        {"currency": None, "from_": None, "to": None},
    ),
    description="Exchange rates by currency, the newest first.",
)
