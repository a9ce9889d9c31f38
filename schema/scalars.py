"""The scalars of the API and how strictly they are read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from domain.files import IncomingFile
from domain.money import DecimalRangeError, checked_decimal, plain
from domain.times import read_day, read_time

CurrencyCode = NewType("CurrencyCode", str)
JSON = NewType("JSON", object)
Upload = NewType("Upload", object)

_LONGEST: Final = 40


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise GraphQLError(f"{what} is given as a string.")
    return value


def parse_decimal(value: Any) -> Decimal:
    """Read a decimal given as a string, or as a number without loss."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise GraphQLError("A decimal is given as a string.")
    try:
        return checked_decimal(value)
    except DecimalRangeError:
        raise GraphQLError(
            "A decimal is digits with at most one point, at most 18 of them, and at most 4 after "
            "the point."
        ) from None


def serialize_decimal(value: Any) -> str:
    """Write a decimal as a string without exponent or trailing zeros."""
    if type(value) is Decimal:
        text = str(value)
        if text.isdecimal():
            return text
    return str(plain(Decimal(value)))


def parse_datetime(value: Any) -> datetime:
    """Read an RFC 3339 time; it must say its offset from UTC."""
    text = _text(value, "A time")
    try:
        return read_time(text)
    except ValueError:
        raise GraphQLError(
            "A time is given by RFC 3339 with its offset, up to microseconds: 2026-11-24T08:00:00Z."
        ) from None


def serialize_datetime(value: Any) -> str:
    """Write a time by RFC 3339 in UTC."""
    if isinstance(value, str):
        return value
    # The driver's times are in UTC already.
    text: str = (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()
    return text[:-6] + "Z"  # +00:00


def parse_date(value: Any) -> date:
    """Read a day (YYYY-MM-DD)."""
    text = _text(value, "A day")
    try:
        return read_day(text)
    except ValueError:
        raise GraphQLError("A day is given as YYYY-MM-DD.") from None


def parse_currency(value: Any) -> str:
    """Read a currency code; whether it exists is told with the field that it stands in."""
    return _text(value, "A currency")


def parse_upload(value: Any) -> IncomingFile:
    """Take a file that came with the request."""
    if not isinstance(value, IncomingFile):
        raise GraphQLError("A file comes as a part of a multipart request, never as JSON.")
    return value


def as_it_is(value: Any) -> Any:
    """Give a value as it is."""
    return value


SCALARS: Final[dict[Any, ScalarDefinition]] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A finite decimal number of at most 18 digits, 4 of them after the point; "
        "a string on the wire.",
        parse_value=parse_decimal,
        serialize=serialize_decimal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A point in time by RFC 3339, with its offset; answers are in UTC.",
        parse_value=parse_datetime,
        serialize=serialize_datetime,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day: YYYY-MM-DD.",
        parse_value=parse_date,
        serialize=str,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        serialize=as_it_is,
        parse_value=as_it_is,
    ),
    Upload: strawberry.scalar(
        name="Upload",
        description="A file sent beside the operation, by the GraphQL multipart request "
        "specification: the variable is null, and a part of the request takes its place.",
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        parse_value=parse_upload,
        serialize=as_it_is,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency by its ISO 4217 code, such as RUB.",
        parse_value=parse_currency,
        serialize=str,
    ),
}
