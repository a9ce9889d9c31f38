"""Filters by custom fields: `customWhere`, read by the types of the fields."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

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
from resolvers.custom_binding import load_bindings
from resolvers.custom_pivot import pivot_column, pivot_form
from resolvers.custom_record import as_json
from resolvers.custom_values import WrongValueError, parse_one
from resolvers.operation import Operation
from schema.filters import frozen
from schema.inputs import input_type
from schema.scalars import JSON

_PAIR: Final = 2
_MOST: Final = 200
_LONGEST: Final = 2_000
_NULL: Final = frozenset({Op.IS_NULL})
_EQUAL: Final = _NULL | {Op.EQ, Op.NE, Op.IN, Op.NOT_IN}
_ORDERED: Final = _EQUAL | {Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN}
_WORDS: Final = frozenset({Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH})
_NONE: Final = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN}

SORTED: Final[Mapping[CustomFieldType, Kind]] = {
    **dict.fromkeys(TEXTS, Kind.STRING),
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
               "endsWith, as far as the type of the field has it."),
        "value": (JSON, "What is compared: a value of the field, a list for in, notIn and "
                  "between, true or false for isNull."),
    },
)  # fmt: skip


def operators_of(kind: CustomFieldType) -> frozenset[Op]:
    """Give the operators that fields of a type have."""
    if kind in TEXTS:
        return _EQUAL | _WORDS
    match kind:
        case CustomFieldType.ADDRESS:
            return _NULL | {Op.CONTAINS}
        case CustomFieldType.BOOLEAN:
            return _NULL | {Op.EQ}
        case CustomFieldType.LIST | CustomFieldType.USER | CustomFieldType.RECORD:
            return _EQUAL
        case CustomFieldType.DICTIONARY:
            return _EQUAL
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
            field, pipelines = fields[last.entity, last.code]
            kind = CustomFieldType(field.type)
            if not field.is_filterable or field.is_multiple or kind not in SORTED:
                raise BadInputError("not_sortable", path, name=field.code)
            last = pivot_key(field.id, SORTED[kind], pivot_column(kind), pipelines, _amount(field))
        found.append(OrderKey((*steps, last), key.direction))
    return tuple(found)


_Fields = Mapping[tuple[str, str], tuple[Row, tuple[UUID, ...]]]
"""Custom fields with the pipelines that they are bound to, by their types of records and codes."""


async def _load_fields(op: Operation) -> _Fields:
    rows = await op.loaders.everything("custom_field")
    bindings = await load_bindings(op, rows)
    return {
        (row.entity.lower(), row.code): (row, tuple(sorted(bindings.get(row.id, ()))))
        for row in rows
    }


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
    field, pipelines = fields[named.entity, named.code]
    if not field.is_filterable:
        raise BadInputError("not_filterable", at("code"), name=field.code)
    kind = CustomFieldType(field.type)
    known = {op.value: op for op in operators_of(kind)}
    tests: list[tuple[Op, Any]] = []
    for name, value in named.tests:
        operator = known.get(name)
        if operator is None:
            raise BadInputError("no_operator", at("op"), known=" ".join(sorted(known)))
        here = (*named.path, name) if named.quantifier else at("value")
        tests.append((operator, _operand(kind, operator, as_json(value), here)))
    column = pivot_column(kind)
    if named.quantifier is not None:
        # Of one and the same value: it is there, so it is not empty.
        is_none = named.quantifier is Quantifier.NONE
        if any(operator is Op.IS_NULL and value for operator, value in tests):
            return And(()) if is_none else Or(())
        present = tuple(test for test in tests if test[0] is not Op.IS_NULL)
        return CompareCustom(field.id, column, present, is_none, pipelines, _amount(field))
    ((operator, value),) = tests
    if operator is Op.IS_NULL:
        return CompareCustom(field.id, column, (), value, pipelines)
    opposite = _NONE.get(operator)
    test = (opposite or operator, value)
    return CompareCustom(field.id, column, (test,), opposite is not None, pipelines, _amount(field))


def _amount(field: Row) -> str:
    return str(field.code) if field.type == CustomFieldType.MONEY.value else ""


def _operand(kind: CustomFieldType, operator: Op, value: Any, path: tuple[str, ...]) -> Any:
    if operator is Op.IS_NULL:
        if not isinstance(value, bool):
            raise BadInputError("expected", path, expected="true or false", found=str(value)[:30])
        return value
    if operator in {Op.IN, Op.NOT_IN, Op.BETWEEN}:
        if not isinstance(value, list) or len(value) > _MOST:
            raise BadInputError("expected", path, expected="a list", found=str(value)[:30])
        if operator is Op.BETWEEN and len(value) != _PAIR:
            raise BadInputError("between_takes_two", path)
        return tuple(_one(kind, part, (*path, str(index))) for index, part in enumerate(value))
    if operator in _WORDS:
        # Spaces around a part of a text count.
        return _one(CustomFieldType.TEXT, value, path)
    return _one(kind, value, path)


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
