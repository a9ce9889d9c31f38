"""Filters by custom fields: `customWhere`, read by the types of the fields."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.bookings import LONGEST
from domain.custom_fields import TEXTS, CustomFieldType, NamedKey, pivot_key
from domain.errors import BadInputError
from domain.fields import Kind
from domain.filters import (
    And,
    CompareCustom,
    Condition,
    NamedCustom,
    Not,
    Op,
    Or,
    OrderKey,
    Quantifier,
    Related,
)
from loaders.rows import Row
from resolvers.custom_binding import bound_by, load_bindings
from resolvers.custom_pivot import order_column, pivot_column, pivot_form
from resolvers.custom_record import as_json
from resolvers.custom_values import WrongValueError, parse_one, record_targets
from resolvers.operation import Operation
from schema.filters import frozen
from schema.inputs import input_type
from schema.scalars import JSON

_PAIR: Final = 2
_UNRATED: Final = (("is_empty", Op.EQ, True), ("currency", Op.IS_NULL, False))
_TREES: Final[Mapping[CustomFieldType, str]] = {
    CustomFieldType.CATALOG_SECTION: "catalog_section",
    CustomFieldType.CATALOG_ELEMENT: "catalog_element",
}
_MOST: Final = 200
_LONGEST: Final = 2_000
_NULL: Final = frozenset({Op.IS_NULL})
_EQUAL: Final = _NULL | {Op.EQ, Op.NE, Op.IN, Op.NOT_IN}
_ORDERED: Final = _EQUAL | {Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN}
_WORDS: Final = frozenset({Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH})
_NONE: Final = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN}

SORTED: Final[Mapping[CustomFieldType, Kind]] = {
    **dict.fromkeys(TEXTS, Kind.STRING),
    CustomFieldType.LIST: Kind.RANK,
    CustomFieldType.DICTIONARY: Kind.RANK,
    CustomFieldType.USER: Kind.STRING,
    CustomFieldType.CATALOG_SECTION: Kind.STRING,
    CustomFieldType.CATALOG_ELEMENT: Kind.STRING,
    CustomFieldType.BOOKING: Kind.DATETIME,
    # Whole numbers of the pivot, ten-thousandths and base amounts included.
    CustomFieldType.INTEGER: Kind.RANK,
    CustomFieldType.NUMBER: Kind.RANK,
    CustomFieldType.BOOLEAN: Kind.RANK,
    CustomFieldType.MONEY: Kind.RANK,
    CustomFieldType.DATE: Kind.DATE,
    CustomFieldType.DATETIME: Kind.DATETIME,
}
"""The types that records can be ordered by, and how their values are written in cursors."""

CUSTOM_FILTER: Final = input_type(
    "CustomFilter",
    "A condition on a custom field; of a multiple field some value has to match.",
    {
        "code": (str, "Code of the field."),
        "op": (str, "Operator: eq ne in notIn isNull gt gte lt lte between contains startsWith "
               "endsWith currency city country inTree overlaps, as far as the type of the field "
               "has it."),
        "value": (JSON, "What is compared: a value of the field, a list for in, notIn, between, "
                  "inTree and overlaps (from, to), true or false for isNull."),
    },
)  # fmt: skip


def operators_of(kind: CustomFieldType) -> frozenset[Op]:
    """Give the operators that fields of a type have."""
    if kind in TEXTS:
        return _EQUAL | _WORDS
    if kind in _TREES:
        return _EQUAL | {Op.IN_TREE}
    match kind:
        case CustomFieldType.ADDRESS:
            return _NULL | {Op.CONTAINS, Op.CITY, Op.COUNTRY}
        case CustomFieldType.BOOLEAN:
            return _NULL | {Op.EQ}
        case CustomFieldType.FILE:
            return _NULL
        case CustomFieldType.BOOKING:
            return _NULL | {Op.OVERLAPS}
        case CustomFieldType.LIST | CustomFieldType.USER | CustomFieldType.RECORD:
            return _EQUAL
        case CustomFieldType.DICTIONARY:
            return _EQUAL
        case CustomFieldType.MONEY:
            return _ORDERED | {Op.CURRENCY}
        case _:
            return _ORDERED


def named_conditions(entity: str, raw: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Read `customWhere`; what the codes stand for is looked up by `resolve_custom`."""
    found = []
    for index, item in enumerate(raw):
        path = ("customWhere", str(index))
        value = frozen(item["value"], (*path, "value"))
        found.append(
            NamedCustom(entity, item["code"], ((item["op"], value),), None, path, is_typed=False)
        )
    return tuple(found)


def has_custom(tree: Condition) -> bool:
    """Tell whether a filter speaks of custom fields by their codes."""
    match tree:
        case NamedCustom():
            return True
        case And(parts) | Or(parts):
            return any(has_custom(part) for part in parts)
        case Not(part):
            return has_custom(part)
        case Related(_, where, _):
            return has_custom(where)
    return False


async def resolve_custom(op: Operation, tree: Condition) -> Condition:
    """Look up the fields that a filter names by their codes; raises BadInputError."""
    return _resolved(tree, await _load_fields(op))


def has_custom_key(order: Sequence[OrderKey]) -> bool:
    """Tell whether an order speaks of custom fields by their codes."""
    return any(isinstance(key.path[-1], NamedKey) for key in order)


async def resolve_order(op: Operation, order: Sequence[OrderKey]) -> tuple[OrderKey, ...]:
    """Look up the fields that an order names by their codes; raises BadInputError."""
    fields = await _load_fields(op)
    found = []
    for index, key in enumerate(order):
        *steps, last = key.path
        if isinstance(last, NamedKey):
            path = ("orderBy", str(index), "custom")
            if (last.entity, last.code) not in fields:
                raise BadInputError("no_custom_field", path, name=last.code[:50])
            field, bound = fields[last.entity, last.code]
            kind = CustomFieldType(field.type)
            if not field.is_filterable or field.is_multiple or kind not in SORTED:
                raise BadInputError("not_sortable", path, name=field.code)
            if not field.is_ready:
                raise BadInputError("not_ready", path, name=field.code)
            column = order_column(kind) or pivot_column(kind)
            by = bound_by(field) if bound else ""
            # The names of elements are ordered by; people and settings are known to all.
            target = "".join(record_targets(field)) if column == "text" else ""
            last = pivot_key(field.id, SORTED[kind], column, bound, by, _amount(field), target)
        found.append(OrderKey((*steps, last), key.direction))
    return tuple(found)


_Fields = Mapping[tuple[str, str], tuple[Row, tuple[UUID, ...]]]
"""Custom fields with what they are bound to, by their types of records and codes."""


async def _load_fields(op: Operation) -> _Fields:
    """Give the fields of the workspace, looked up once for a snapshot of its settings."""
    snapshot = op.loaders.snapshot_now()
    known: _Fields | None = None if snapshot is None else snapshot.derived.get(_load_fields)
    if known is not None:
        return known
    rows = await op.loaders.everything("custom_field")
    bindings = await load_bindings(op, rows)
    known = {
        (row.entity.lower(), row.code): (row, tuple(sorted(bindings.get(row.id, ()))))
        for row in rows
    }
    if snapshot is not None:
        snapshot.derived[_load_fields] = known
    return known


def _resolved(tree: Condition, fields: _Fields) -> Condition:
    match tree:
        case And(parts):
            return And(tuple(_resolved(part, fields) for part in parts))
        case Or(parts):
            return Or(tuple(_resolved(part, fields) for part in parts))
        case Not(part):
            return Not(_resolved(part, fields))
        case Related(field, where, quantifier):
            return Related(field, _resolved(where, fields), quantifier)
        case NamedCustom():
            return _read(fields, tree)
    return tree


def _read(fields: _Fields, named: NamedCustom) -> Condition:
    def at(part: str) -> tuple[str, ...]:
        return named.path if named.is_typed else (*named.path, part)

    if (named.entity, named.code) not in fields:
        raise BadInputError("no_custom_field", at("code"), name=named.code[:50])
    field, bound = fields[named.entity, named.code]
    if not field.is_filterable:
        raise BadInputError("not_filterable", at("code"), name=field.code)
    if not field.is_ready:
        raise BadInputError("not_ready", at("code"), name=field.code)
    kind = CustomFieldType(field.type)
    known = {op.value: op for op in operators_of(kind)}
    tests: list[tuple[Op, Any]] = []
    for name, value in named.tests:
        operator = known.get(name)
        if operator is None:
            raise BadInputError("no_operator", at("op"), known=" ".join(sorted(known)))
        here = (*named.path, name) if named.quantifier else at("value")
        tests.append((operator, _operand(kind, operator, as_json(value), here)))
    return _compared(field, bound, named.quantifier, tests)


def _compared(
    field: Row, bound: tuple[UUID, ...], quantifier: Quantifier | None, tests: list[tuple[Op, Any]]
) -> Condition:
    """Give the condition on the pivot."""
    kind = CustomFieldType(field.type)

    def make(found: tuple[tuple[str, Op, Any], ...], is_none: bool) -> CompareCustom:
        return CompareCustom(field.id, found, is_none, _TREES.get(kind, ""), bound,
                             bound_by(field) if bound else "", _amount(field),
                             is_single=not field.is_multiple,
                             targets=record_targets(field))  # fmt: skip

    if quantifier is not None:
        # Of one and the same value: it is there, so it is not empty.
        is_none = quantifier is Quantifier.NONE
        if any(operator is Op.IS_NULL and value for operator, value in tests):
            return And(()) if is_none else Or(())
        present = [test for test in tests if test[0] is not Op.IS_NULL]
        return make(tuple(part for test in present for part in _tests(kind, *test)), is_none)
    ((operator, value),) = tests
    found: tuple[tuple[str, Op, Any], ...] = ()
    if operator is Op.IS_NULL:
        is_none = bool(value)
    else:
        opposite = _NONE.get(operator)
        is_none, found = opposite is not None, _tests(kind, opposite or operator, value)
    if is_none and kind is CustomFieldType.MONEY:
        # An amount without a rate matches nothing: it is neither empty nor another amount.
        return And((make(found, is_none), make(_UNRATED, True)))
    return make(found, is_none)


def _tests(kind: CustomFieldType, operator: Op, value: Any) -> tuple[tuple[str, Op, Any], ...]:
    """Give the columns of the pivot that an operator compares, and what with."""
    match operator:
        case Op.OVERLAPS:
            start, end = value
            # Nothing lasts longer, so what began earlier has ended.
            return (("moment", Op.LT, end), ("moment", Op.GT, start - LONGEST),
                    ("until", Op.GT, start))  # fmt: skip
        case Op.CURRENCY | Op.CITY | Op.COUNTRY:
            return ((operator.value, Op.IN, value),)
        case _:
            return ((pivot_column(kind), operator, value),)


def _amount(field: Row) -> str:
    return str(field.code) if field.type == CustomFieldType.MONEY.value else ""


def _operand(kind: CustomFieldType, operator: Op, value: Any, path: tuple[str, ...]) -> Any:
    match operator:
        case Op.IS_NULL:
            if not isinstance(value, bool):
                raise BadInputError("expected", path, expected="true or false",
                                    found=str(value)[:30])  # fmt: skip
            return value
        case Op.IN | Op.NOT_IN | Op.BETWEEN:
            if operator is Op.BETWEEN and isinstance(value, list) and len(value) != _PAIR:
                raise BadInputError("between_takes_two", path)
            return _each(kind, value, path)
        case Op.IN_TREE:
            return _each(CustomFieldType.CATALOG_SECTION, value, path)
        case Op.CURRENCY | Op.CITY | Op.COUNTRY:
            given = value if isinstance(value, list) else [value]
            return _each(CustomFieldType.STRING, given, path)
        case Op.OVERLAPS:
            return _span(value, path)
        case _ if operator in _WORDS:
            # Spaces around a part of a text count.
            return _one(CustomFieldType.TEXT, value, path)
    return _one(kind, value, path)


def _each(kind: CustomFieldType, value: Any, path: tuple[str, ...]) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > _MOST:
        raise BadInputError("expected", path, expected="a list", found=str(value)[:30])
    return tuple(_one(kind, part, (*path, str(index))) for index, part in enumerate(value))


def _span(value: Any, path: tuple[str, ...]) -> tuple[Any, Any]:
    """Read a time from one moment up to another."""
    if not isinstance(value, list) or len(value) != _PAIR:
        raise BadInputError("between_takes_two", path)
    start, end = _each(CustomFieldType.DATETIME, value, path)
    if end <= start:
        raise BadInputError("ends_before_start", (*path, "1"))
    return start, end


def _one(kind: CustomFieldType, value: Any, path: tuple[str, ...]) -> Any:
    """Give a value as the pivot holds it; amounts are compared in the base currency."""
    compared = CustomFieldType.NUMBER if kind is CustomFieldType.MONEY else kind
    # What is looked for need not be a value that could be saved: an URL may be a part of one.
    limits = {}
    if kind in TEXTS and kind is not CustomFieldType.TEXT:
        compared, limits = CustomFieldType.STRING, {"maxLength": _LONGEST}
    try:
        stored = parse_one(compared, limits, value)
    except WrongValueError as error:
        raise BadInputError(error.message, (*path, *error.path), **error.values) from error
    return "" if stored is None else pivot_form(compared, stored)
