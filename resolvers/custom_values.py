"""The value of a custom field, by its type: what a caller gives becomes what is stored.

Stored are JSON values: numbers as text, days and times by ISO 8601, references by their ids.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from domain.bookings import LONGEST, MOST_HOLDERS
from domain.custom_fields import MAX_LENGTH, TEXTS, CustomFieldType, RecordType
from domain.entities import ENTITIES
from domain.errors import Code
from domain.fields import PART_NAMES, Kind, camel
from domain.ids import InvalidIdError, decode_id
from domain.money import DecimalRangeError, checked_decimal, plain
from domain.times import read_day, read_time
from loaders.rows import Row
from resolvers.currencies import known_currencies
from resolvers.patterns import matches

_INT_MAX: Final = 2**31 - 1
_PART_LENGTH: Final = 255
_BOOKING_PARTS: Final = frozenset({"id", "from", "to", "serviceId", "resourceIds", "userIds"})
TARGETS: Final[Mapping[CustomFieldType, str]] = {
    CustomFieldType.LIST: "custom_field_option",
    CustomFieldType.USER: "user",
    CustomFieldType.DICTIONARY: "dictionary_item",
    CustomFieldType.FILE: "file",
    CustomFieldType.CATALOG_SECTION: "catalog_section",
    CustomFieldType.CATALOG_ELEMENT: "catalog_element",
}
"""What the ids of a type of field are ids of; of RECORD, the settings say it."""
_RECORD_TYPES: Final = tuple(kind.value for kind in RecordType)
Settings = Mapping[str, Any]


class WrongValueError(Exception):
    """A value that a field of its type cannot hold."""

    def __init__(self, message: str, *path: str, code: Code = Code.INVALID, **values: Any) -> None:
        """Say what is wrong by a key of the messages, and where inside the value."""
        super().__init__(message)
        self.message, self.path, self.code, self.values = message, path, code, values


def parse_one(kind: CustomFieldType, settings: Settings, raw: Any) -> Any:
    """Give the stored form of one value, never of null; raises WrongValueError."""
    if kind in TEXTS:
        return _text(kind, settings, raw)
    return _PARSERS[kind](settings, raw)


def parts_of(stored: Any) -> list[Any]:
    """Give the single values of what is stored of a field; none of nothing."""
    if stored is None:
        return []
    return stored if isinstance(stored, list) else [stored]


def expected(what: str, raw: Any, *path: str) -> WrongValueError:
    """Make the error of a value of another kind than the field's."""
    return WrongValueError("expected", *path, expected=what, found=found_in(raw))


def found_in(raw: Any) -> str:
    """Say what came, without repeating more than its beginning."""
    if raw is None:
        return "null"
    if isinstance(raw, dict):
        return "an object"
    if isinstance(raw, list | tuple):
        return "a list"
    text = str(raw).lower() if isinstance(raw, bool) else repr(raw)
    return text[:30].encode("utf-8", "replace").decode()


def _text(kind: CustomFieldType, settings: Settings, raw: Any) -> str | None:
    if not isinstance(raw, str):
        raise expected("a text", raw)
    if "\x00" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise WrongValueError("bad_characters")
    text = raw if kind is CustomFieldType.TEXT else raw.strip()
    if kind is not CustomFieldType.TEXT and any(char < " " or char == "\x7f" for char in text):
        raise WrongValueError("bad_characters")
    most = settings.get("maxLength", MAX_LENGTH[kind])
    if len(text) > most:
        raise WrongValueError("too_long", code=Code.LIMIT, limit=most)
    if not text:
        return None
    if len(text) < settings.get("minLength", 0):
        raise WrongValueError("too_short", limit=settings["minLength"])
    if kind is CustomFieldType.URL and not _is_url(text):
        raise WrongValueError("invalid_website")
    if "pattern" in settings and not matches(settings["pattern"], text):
        raise WrongValueError("no_match", pattern=settings["pattern"])
    return text


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text


def _integer(settings: Settings, raw: Any) -> int:
    if isinstance(raw, float) and raw.is_integer():
        # As GraphQL reads an Int of JSON, where 7.0 is a way to write 7.
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise expected("a whole number", raw)
    if not -_INT_MAX - 1 <= raw <= _INT_MAX:
        raise WrongValueError("out_of_range", minimum=-_INT_MAX - 1, maximum=_INT_MAX)
    _bounded(settings, raw)
    return raw


def _decimal(raw: Any, *path: str) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise expected("a number", raw, *path)
    try:
        return checked_decimal(raw)
    except DecimalRangeError as error:
        raise expected("a number of at most 18 digits, 4 of them after the point", raw,
                       *path) from error  # fmt: skip


def _number(settings: Settings, raw: Any) -> str:
    number = _decimal(raw)
    precision = settings.get("precision")
    if precision is not None and number != round(number, precision):
        raise WrongValueError("too_precise", limit=precision)
    _bounded(settings, number)
    return str(plain(number))


def _bounded(settings: Settings, number: int | Decimal) -> None:
    low, high = (settings.get(name) for name in ("min", "max"))
    if (low is not None and number < Decimal(str(low))) or (
        high is not None and number > Decimal(str(high))
    ):
        raise WrongValueError("out_of_range", minimum=low, maximum=high)


def _boolean(_settings: Settings, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise expected("true or false", raw)
    return raw


def _date(_settings: Settings, raw: Any) -> str:
    try:
        if isinstance(raw, str):
            return read_day(raw).isoformat()
    except ValueError:
        pass
    raise expected("a day as YYYY-MM-DD", raw)


def _datetime(_settings: Settings, raw: Any) -> str:
    try:
        if isinstance(raw, str):
            return read_time(raw).isoformat().removesuffix("+00:00") + "Z"
    except ValueError:
        pass
    raise expected("a time by RFC 3339 with its offset, up to microseconds", raw)


def _money(_settings: Settings, raw: Any) -> dict[str, str]:
    if not isinstance(raw, Mapping) or "amount" not in raw:
        raise expected("an object with amount and currency", raw)
    unknown = raw.keys() - {"amount", "currency"}
    if unknown:
        raise WrongValueError("unknown_part", str(min(unknown))[:50])
    currency = raw.get("currency")
    if currency is not None and not isinstance(currency, str):
        raise expected("a currency code", currency, "currency")
    if currency is not None and currency not in known_currencies():
        raise WrongValueError("unknown_currency", "currency", currency=str(currency)[:10])
    amount = _decimal(raw["amount"], "amount")
    return {"amount": str(plain(amount)), "currency": currency or ""}


def _address(_settings: Settings, raw: Any) -> dict[str, str] | None:
    if not isinstance(raw, Mapping):
        raise expected("an object with the parts of an address", raw)
    names = {camel(part): part for part in PART_NAMES[Kind.ADDRESS]}
    found: dict[str, str] = {}
    for name, text in raw.items():
        if name not in names:
            raise WrongValueError("unknown_part", str(name)[:50])
        if text is None:
            continue
        limits = {"maxLength": _PART_LENGTH}
        try:
            line = _text(CustomFieldType.STRING, limits, text)
        except WrongValueError as error:
            raise WrongValueError(error.message, name, code=error.code, **error.values) from error
        if line is not None:
            found[names[name]] = line
    return found or None


def _booking(_settings: Settings, raw: Any) -> dict[str, Any]:
    """Read a booking; its id, and its end by the service, are filled in later where not given."""
    if not isinstance(raw, Mapping) or raw.get("from") is None:
        raise expected("an object with from, to or serviceId, and resourceIds or userIds", raw)
    for name in raw.keys() - _BOOKING_PARTS:
        raise WrongValueError("unknown_part", str(name)[:50])
    holders = {
        name: _holders(raw.get(f"{name}Ids"), name, f"{name}Ids") for name in ("resource", "user")
    }
    if not any(holders.values()):
        raise WrongValueError("required", "resourceIds", code=Code.REQUIRED)
    if sum(map(len, holders.values())) > MOST_HOLDERS:
        raise WrongValueError("list_too_long", "resourceIds", code=Code.LIMIT, limit=MOST_HOLDERS)
    start, end = _moment(raw["from"], "from"), None
    if raw.get("to") is not None:
        end = _moment(raw["to"], "to")
        check_span(start, end)
    elif raw.get("serviceId") is None:
        raise WrongValueError("required", "to", code=Code.REQUIRED)
    return {
        "id": _optional_id(raw.get("id"), "booking", "id"),
        "from": start,
        "to": end,
        "service": _optional_id(raw.get("serviceId"), "booking_service", "serviceId"),
        "resources": holders["resource"],
        "users": holders["user"],
    }


def check_span(start: str, end: str) -> None:
    """Check that a booking ends after it starts, and lasts no longer than one may."""
    lasts = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    if not timedelta(0) < lasts <= LONGEST:
        raise WrongValueError("booking_span", "to", days=LONGEST.days)


def _moment(raw: Any, *path: str) -> str:
    try:
        return _datetime({}, raw)
    except WrongValueError as error:
        raise WrongValueError(error.message, *path, code=error.code, **error.values) from error


def _holders(raw: Any, target: str, place: str) -> list[str]:
    if raw is None:
        return []
    if not isinstance(raw, list | tuple):
        raise expected("a list", raw, place)
    found = [_optional_id(item, target, place, str(index)) for index, item in enumerate(raw)]
    return list(dict.fromkeys(item for item in found if item is not None))


def _optional_id(raw: Any, target: str, *path: str) -> str | None:
    if raw is None:
        return None
    try:
        return str(_decoded(raw, (target,))[1])
    except WrongValueError as error:
        raise WrongValueError(error.message, *path, code=error.code, **error.values) from error


def _id_of(target: str) -> Callable[[Settings, Any], str]:
    def parse(_settings: Settings, raw: Any) -> str:
        return str(_decoded(raw, (target,))[1])

    return parse


def _record(settings: Settings, raw: Any) -> str:
    _decoded(raw, _allowed(settings))
    return str(raw)


def _allowed(settings: Settings) -> tuple[str, ...]:
    return tuple(kind.lower() for kind in settings.get("types", _RECORD_TYPES))


def record_targets(field: Row) -> tuple[str, ...]:
    """Give the types of records that values of a field may point to; none: it points to none."""
    kind = CustomFieldType(field.type)
    if kind is CustomFieldType.RECORD:
        return _allowed(field.settings)
    target = TARGETS.get(kind, "")
    return (target,) if target and ENTITIES[target].is_record else ()


def _decoded(raw: Any, targets: tuple[str, ...]) -> tuple[str, Any]:
    if not isinstance(raw, str):
        raise expected(f"an id of a {' or '.join(targets)}", raw)
    try:
        prefix, found = decode_id(raw)
    except InvalidIdError as error:
        raise WrongValueError("invalid_id", target=" or ".join(targets)) from error
    if prefix not in targets:
        raise WrongValueError("id_of_another_type", target=" or ".join(targets), found=prefix[:30])
    return prefix, found


_PARSERS: Final[Mapping[CustomFieldType, Callable[[Settings, Any], Any]]] = {
    CustomFieldType.INTEGER: _integer,
    CustomFieldType.NUMBER: _number,
    CustomFieldType.BOOLEAN: _boolean,
    CustomFieldType.DATE: _date,
    CustomFieldType.DATETIME: _datetime,
    CustomFieldType.MONEY: _money,
    CustomFieldType.ADDRESS: _address,
    CustomFieldType.BOOKING: _booking,
    CustomFieldType.RECORD: _record,
    **{kind: _id_of(target) for kind, target in TARGETS.items()},
}
