"""Conditions in a form that can be stored: the filter tree as JSON and back.

Values carry their types, so what comes back is equal to what was stored.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.activities import activities_of
from domain.entities import ENTITIES
from domain.fields import Field, Kind
from domain.filters import (
    And,
    Compare,
    CompareCustom,
    Condition,
    NamedCustom,
    Not,
    Op,
    Or,
    Quantifier,
    Related,
    ViewerValue,
)

ID_FIELDS: Final = {
    name: Field("id", Kind.REFERENCE, "", target=name, column="id") for name in ENTITIES
}
"""The id of an entity itself, which is compared like a reference to it."""
POINT_FIELDS: Final = {
    "value": Field("value", Kind.STRING, ""),
    "kind": Field("kind", Kind.ENUM, ""),
}
"""What phones, e-mails and the like are compared by."""
EXTERNAL_FIELDS: Final = {
    "system": Field("system", Kind.STRING, ""),
    "value": Field("value", Kind.STRING, ""),
}
"""What external ids are compared by."""
ROW_FIELDS: Final = {
    "product": Field("product", Kind.REFERENCE, "The product.", target="product"),
}
"""What product rows are compared by."""

_TYPES: Final[Mapping[type, tuple[str, Callable[[Any], Any]]]] = {
    UUID: ("uuid", str),
    Decimal: ("decimal", str),
    datetime: ("datetime", datetime.isoformat),
    date: ("date", date.isoformat),
    ViewerValue: ("viewer", lambda value: value.value),
}
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "uuid": UUID,
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "viewer": ViewerValue,
}


def write_condition(tree: Condition) -> dict[str, Any]:
    """Give a condition as JSON; custom fields have been looked up."""
    match tree:
        case And(parts):
            return {"and": [write_condition(part) for part in parts]}
        case Or(parts):
            return {"or": [write_condition(part) for part in parts]}
        case Not(part):
            return {"not": write_condition(part)}
        case Compare(field, op, value, part):
            return {"field": field.name, "op": op.value, "value": _written(value), "part": part}
        case Related(field, where, quantifier):
            how = None if quantifier is None else quantifier.value
            return {"related": field.name, "where": write_condition(where), "how": how}
        case CompareCustom():
            tests = [[name, op.value, _written(value)] for name, op, value in tree.tests]
            return {
                "custom": str(tree.field), "tests": tests, "none": tree.is_none,
                "tree": tree.tree, "bound": _written(tree.bound), "boundBy": tree.bound_by,
                "amount": tree.amount,
            }  # fmt: skip
        case NamedCustom(code=code):
            raise TypeError(f"nobody has looked up the custom field {code}")


def read_condition(entity: str, stored: Mapping[str, Any]) -> Condition:
    """Give the condition on an entity that was written."""
    return _read(stored, _fields_of(entity))


def _fields_of(entity: str) -> Mapping[str, Field]:
    """Give what rows of an entity are compared by."""
    declared = ENTITIES[entity]
    beside = {"activities": activities_of(entity)} if declared.is_record else {}
    return {**declared.by_name, **beside, "id": ID_FIELDS[entity]}


def _read(stored: Mapping[str, Any], fields: Mapping[str, Field]) -> Condition:
    if "and" in stored:
        return And(tuple(_read(part, fields) for part in stored["and"]))
    if "or" in stored:
        return Or(tuple(_read(part, fields) for part in stored["or"]))
    if "not" in stored:
        return Not(_read(stored["not"], fields))
    if "custom" in stored:
        return _read_custom(stored)
    if "related" in stored:
        field = fields[stored["related"]]
        how = None if stored["how"] is None else Quantifier(stored["how"])
        return Related(field, _read(stored["where"], _fields_behind(field)), how)
    return Compare(
        fields[stored["field"]], Op(stored["op"]), _value(stored["value"]), stored["part"]
    )


def _fields_behind(field: Field) -> Mapping[str, Field]:
    if field.kind is Kind.POINTS:
        return POINT_FIELDS
    if field.kind is Kind.EXTERNAL_IDS:
        return EXTERNAL_FIELDS
    if field.kind is Kind.ROWS:
        return ROW_FIELDS
    return _fields_of(field.target)


def _read_custom(stored: Mapping[str, Any]) -> CompareCustom:
    return CompareCustom(
        UUID(stored["custom"]),
        tuple((name, Op(op), _value(value)) for name, op, value in stored["tests"]),
        stored["none"],
        stored["tree"],
        _value(stored["bound"]),
        stored["boundBy"],
        stored["amount"],
    )


def _written(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return {"list": [_written(item) for item in value]}
    for kind, (name, write) in _TYPES.items():
        if isinstance(value, kind):
            return {name: write(value)}
    return value


def _value(stored: Any) -> Any:
    if not isinstance(stored, dict):
        return stored
    ((name, value),) = stored.items()
    if name == "list":
        return tuple(_value(item) for item in value)
    return _READERS[name](value)
