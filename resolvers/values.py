"""Read the values of an input by the kinds of its fields: normalise, check, say what is wrong.

Works on plain dictionaries with the API's names; references are only read here, whether they exist
is asked for all at once in `resolvers/references.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from domain.errors import Code, UserError
from domain.fields import (
    EDITED_KINDS,
    LIST_KINDS,
    PART_NAMES,
    SINGULARS,
    Entity,
    Field,
    Kind,
    camel,
)
from resolvers.checks import (
    InvalidValueError,
    check_length,
    checked_id,
    checked_ids,
    checked_line,
    checked_text,
)
from resolvers.contact_points import (
    DEFAULT_KINDS,
    InvalidPointError,
    normalize_email,
    normalize_point,
)
from resolvers.currencies import known_currencies
from resolvers.item_values import MAX_ITEMS, read_money, read_prices, read_rows
from resolvers.requisite_values import read_requisites

_COLOR_LENGTH: Final = 7
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_POINT_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class Point:
    """A phone, e-mail, website or messenger as given: `id` keeps its identity."""

    value: str
    kind: str
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ExternalId:
    """The id of a record in another system."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class ListEdit:
    """A list that is not replaced but changed: items added and removed."""

    add: tuple[Any, ...] = ()
    remove: frozenset[UUID] = frozenset()


@dataclass(slots=True)
class Values:
    """What an input gives: values by field name (None clears), and what is wrong with it."""

    path: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)
    edits: dict[str, ListEdit] = field(default_factory=dict)
    errors: list[UserError] = field(default_factory=list)
    taken: frozenset[UUID] = frozenset()
    """What is taken over from a record that holds it already: not asked for again."""

    def wrong(self, code: Code, message: str, *path: str, **values: Any) -> None:
        """Note an error at a place in the input."""
        self.errors.append(UserError(code, message, (*self.path, *path), values))


def read_values(
    entity: Entity, raw: Mapping[str, Any], path: tuple[str, ...], *, creating: bool, locale: str
) -> Values:
    """Read an input of an entity; names without a field are left to the caller."""
    values = Values(path)
    for declared, name, is_edited in _places(entity, creating):
        if name in raw:
            _read_one(values, declared, name, raw[name], locale)
        elif creating and declared.required:
            values.wrong(Code.REQUIRED, "required", name)
        if is_edited:
            _read_edit(values, declared, raw, locale)
    return values


@lru_cache(maxsize=1_000)
def _places(entity: Entity, creating: bool) -> tuple[tuple[Field, str, bool], ...]:
    """Give the fields that an input may have, their names there, and whether it edits them."""
    return tuple(
        (declared, camel(declared.input_name), not creating and declared.kind in EDITED_KINDS)
        for declared in entity.fields
        if declared.writable or (creating and declared.creatable)
    )


def _read_one(values: Values, declared: Field, name: str, raw: Any, locale: str) -> None:
    try:
        value = None if raw is None else _parse(declared, raw, locale)
    except InvalidValueError as error:
        values.wrong(error.code, error.message, name, *error.path, **error.values)
        return
    if value is None and (declared.required or declared.always):
        values.wrong(Code.REQUIRED, "required", name)
        return
    if value is None and declared.kind in {*LIST_KINDS, Kind.CUSTOM}:
        value = ()
    values.given[declared.name] = value


def _read_edit(values: Values, declared: Field, raw: Mapping[str, Any], locale: str) -> None:
    add, remove = edit_names(declared)
    if raw.get(add) is None and raw.get(remove) is None:
        return
    if declared.name in values.given:
        values.wrong(Code.INVALID, "list_given_twice", add if raw.get(add) else remove)
        return
    try:
        added = _parse(declared, raw.get(add) or [], locale)
    except InvalidValueError as error:
        values.wrong(error.code, error.message, add, *error.path, **error.values)
        return
    try:
        removed = checked_ids(raw.get(remove) or [], declared.item_prefix, MAX_ITEMS)
    except InvalidValueError as error:
        values.wrong(error.code, error.message, remove, *error.path, **error.values)
        return
    values.edits[declared.name] = ListEdit(tuple(added), frozenset(removed))


@lru_cache(maxsize=1_000)
def edit_names(declared: Field) -> tuple[str, str]:
    """Give the names of the inputs that change a list (addPhones, removePhoneIds)."""
    singular = SINGULARS.get(declared.name, declared.name.removesuffix("s"))
    add = f"{singular}_ids" if declared.kind is Kind.LINKS else declared.name
    return camel(f"add_{add}"), camel(f"remove_{singular}_ids")


def _parse(declared: Field, raw: Any, locale: str) -> Any:  # noqa: C901 - a table of kinds
    match declared.kind:
        case Kind.STRING:
            return checked_line(raw, declared.max_length)
        case Kind.TEXT:
            return checked_text(raw, declared.max_length) or None
        case Kind.EMAIL:
            return _email(raw)
        case Kind.CURRENCY:
            return _currency(raw)
        case Kind.COLOR:
            return _color(raw)
        case Kind.INTEGER | Kind.DECIMAL:
            return _number(declared, raw)
        case Kind.ENUM:
            return raw.value if isinstance(raw, Enum) else raw
        case Kind.MONEY:
            return read_money(raw)
        case Kind.REFERENCE:
            return checked_id(raw, declared.target)
        case Kind.LINKS:
            return tuple(dict.fromkeys(checked_ids(raw, declared.target)))
        case Kind.POINTS:
            return _points(declared, raw, locale)
        case Kind.ADDRESS | Kind.UTM:
            return _parts(declared, raw)
        case Kind.EXTERNAL_IDS:
            return _external_ids(raw)
        case Kind.PRICES:
            return read_prices(raw)
        case Kind.ROWS:
            return read_rows(raw)
        case Kind.REQUISITES:
            return read_requisites(raw)
        case _:
            return raw


def _email(raw: str) -> str:
    try:
        return normalize_email(raw.strip())
    except InvalidPointError as error:
        raise InvalidValueError("invalid_email") from error


def _currency(raw: str) -> str:
    if raw not in known_currencies():
        raise InvalidValueError("unknown_currency", currency=raw[:10])
    return raw


def _color(raw: str) -> str:
    if len(raw) != _COLOR_LENGTH or raw[0] != "#" or not _HEX.issuperset(raw[1:]):
        raise InvalidValueError("invalid_color")
    return raw.upper()


def _number(declared: Field, raw: int | Decimal) -> int | Decimal:
    low, high = declared.minimum, declared.maximum
    if (low is not None and raw < low) or (high is not None and raw > high):
        raise InvalidValueError("out_of_range", minimum=low, maximum=high)
    return raw


def _points(declared: Field, raw: Sequence[Mapping[str, Any]], locale: str) -> tuple[Point, ...]:
    check_length(raw)
    found: list[Point] = []
    for index, item in enumerate(raw):
        place = (str(index), "value")
        try:
            text = checked_line(item["value"], _POINT_LENGTH)
        except InvalidValueError as error:
            raise InvalidValueError(
                error.message, *place, code=error.code, **error.values
            ) from error
        if text is None:
            raise InvalidValueError("required", *place, code=Code.REQUIRED)
        try:
            value = normalize_point(declared.points, text, locale)
        except InvalidPointError as error:
            raise InvalidValueError(f"invalid_{declared.points.lower()}", *place) from error
        kind = item.get("kind")
        kind_name = kind.value if isinstance(kind, Enum) else DEFAULT_KINDS[declared.points]
        prefix = declared.points.lower()
        known = _point_id(item.get("id"), prefix, str(index))
        if any(point.value == value for point in found):
            continue  # the same number twice is one number
        found.append(Point(value, kind_name, known))
    return tuple(found)


def _point_id(raw: str | None, prefix: str, index: str) -> UUID | None:
    if raw is None:
        return None
    try:
        return checked_id(raw, prefix)
    except InvalidValueError as error:
        raise InvalidValueError(error.message, index, "id", **error.values) from error


def _parts(declared: Field, raw: Mapping[str, Any]) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for part in PART_NAMES[declared.kind]:
        text = raw.get(camel(part))
        if text is None:
            continue
        try:
            line = checked_line(text, declared.max_length)
        except InvalidValueError as error:
            raise InvalidValueError(
                error.message, camel(part), code=error.code, **error.values
            ) from error
        if line is not None:
            found[part] = line
    return found or None


def _external_ids(raw: Sequence[Mapping[str, Any]]) -> tuple[ExternalId, ...]:
    check_length(raw)
    found: list[ExternalId] = []
    for index, item in enumerate(raw):
        pair = []
        for name in ("system", "value"):
            try:
                line = checked_line(item[name], 255)
            except InvalidValueError as error:
                raise InvalidValueError(
                    error.message, str(index), name, code=error.code, **error.values
                ) from error
            if line is None:
                raise InvalidValueError("required", str(index), name, code=Code.REQUIRED)
            pair.append(line)
        if any(known.system == pair[0] for known in found):
            raise InvalidValueError("system_given_twice", str(index), "system", system=pair[0])
        found.append(ExternalId(*pair))
    return tuple(found)
