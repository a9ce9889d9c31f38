"""Fields of currencies that are worked out: names and formats by CLDR, rates by the day."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
)

from domain.errors import BadInputError
from loaders.rates import rates_between
from schema.context import Context, running
from schema.execution.reading import batched_field
from schema.signatures import argument

Rows = Sequence[Any]


def _each(text: str, annotation: Any, read: Any, arguments: Any = None, prepare: Any = None) -> Any:
    return batched_field(text, annotation, ("code", "decimals", "template"), read, arguments,
                         prepare=prepare)  # fmt: skip


def decimals_of(row: Any) -> int:
    """Tell how many places are shown of amounts in a currency."""
    return get_currency_precision(row.code) if row.decimals is None else int(row.decimals)


async def _names(context: Context, rows: Rows) -> list[str]:
    return [get_currency_name(row.code, locale=context.language) for row in rows]


async def _symbols(context: Context, rows: Rows) -> list[str]:
    return [get_currency_symbol(row.code, locale=context.language) for row in rows]


async def _decimals(context: Context, rows: Rows) -> list[int]:
    return [decimals_of(row) for row in rows]


async def _are_base(context: Context, rows: Rows) -> list[bool]:
    return [row.code == running(context).currency for row in rows]


async def _rates(context: Context, rows: Rows, on: datetime.date | None) -> list[Decimal | None]:
    op = running(context)
    day = on or op.now.date()
    known: dict[str, Decimal] = {op.currency: Decimal(1)}
    for row in await rates_between(op.session, None, None, day):
        known.setdefault(row.currency, row.rate)
    return [known.get(row.code) for row in rows]


def _read_day(given: Mapping[str, Any]) -> datetime.date | None:
    return given.get("on")


def _read_format(given: Mapping[str, Any]) -> tuple[Decimal, str | None]:
    locale = given.get("locale")
    if locale is not None:
        try:
            Locale.parse(locale, sep="-" if "-" in locale else "_")
        except (UnknownLocaleError, ValueError, TypeError):
            raise BadInputError("unknown_locale", ("locale",)) from None
    return given["amount"], locale


async def _formatted(context: Context, rows: Rows, asked: tuple[Decimal, str | None]) -> list[str]:
    amount, locale = asked
    own = (locale or context.language).replace("-", "_")
    return [_format(row, amount, own) for row in rows]


def _format(row: Any, amount: Decimal, locale: str) -> str:
    places = decimals_of(row)
    digits = f"0.{'0' * places}" if places else "0"
    if row.template is not None:
        number = format_decimal(amount, format=f"#,##{digits}", locale=locale)
        return str(row.template).replace("#", number)
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    head, _, tail = pattern.partition(";")[0].rpartition("0.00")
    if not head:
        return format_currency(amount, row.code, locale=locale)
    return format_currency(
        amount, row.code, format=f"{head}{digits}{tail}", locale=locale, currency_digits=False
    )


CURRENCY_FIELDS: Final = {
    "name": _each("What it is called in the reader's language.", str, _names),
    "symbol": _each("Its sign, such as ₽.", str, _symbols),
    "decimals": _each("Places after the point that are shown.", int, _decimals),
    "is_base": _each("The currency that the workspace compares and sums in.", bool, _are_base),
    "rate": _each(
        "What one unit is worth in the base currency; null without a rate.",
        Decimal | None,
        _rates,
        {"on": argument(datetime.date | None, "On which day; today if left out.")},
        _read_day,
    ),
    "format": _each(
        "An amount as people write it.",
        str,
        _formatted,
        {
            "amount": argument(Decimal, "The amount."),
            "locale": argument(str | None, "As in which language and country, such as de or en-GB; "
                               "the reader's language if left out."),
        },
        _read_format,
    ),
}  # fmt: skip
