"""The input types of filters and orders, derived from the declarations of the entities."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import strawberry

from domain.activities import ACTIVITY, ActivityKind, ActivityPriority
from domain.audit import AuditKind
from domain.custom_fields import CustomFieldType, RecordType
from domain.entities import ENTITIES
from domain.fields import FILTERED_PARTS, TEXT_KINDS, Entity, Field, Kind
from domain.filters import Direction, Op
from domain.settings import PipelineEntity, StageSemantics
from resolvers.contact_points import POINT_KINDS
from schema.enums import enum_name
from schema.inputs import declare_input, input_type
from schema.scalars import CurrencyCode
from schema.signatures import list_of

Fields = dict[str, tuple[Any, str]]

_TEXTS: Final = {
    Op.EQ: "Equal to the value.",
    Op.NE: "Not equal to the value; empty counts as not equal.",
    Op.IN: "One of the values.",
    Op.NOT_IN: "None of the values; empty counts as none of them.",
    Op.IS_NULL: "Empty (true) or not empty (false).",
    Op.GT: "Greater (later) than the value.",
    Op.GTE: "Greater than or equal to the value.",
    Op.LT: "Less (earlier) than the value.",
    Op.LTE: "Less than or equal to the value.",
    Op.BETWEEN: "Between two values, both included.",
    Op.CONTAINS: "Contains the text, whatever the case.",
    Op.STARTS_WITH: "Starts with the text, whatever the case.",
    Op.ENDS_WITH: "Ends with the text, whatever the case.",
    Op.IN_TREE: "One of these or below one of them.",
}
_EQUALITY: Final = (Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.IS_NULL)
_TEXT_OPS: Final = (*_EQUALITY, Op.CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH)
_ORDERED: Final = (
    Op.EQ, Op.NE, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.IN, Op.BETWEEN, Op.IS_NULL
)  # fmt: skip
_NAMES: Final = {
    Op.IN: "in_",
    Op.NOT_IN: "not_in",
    Op.IS_NULL: "is_null",
    Op.STARTS_WITH: "starts_with",
    Op.ENDS_WITH: "ends_with",
    Op.IN_TREE: "in_tree",
}


def _operators(name: str, text: str, value: Any, ops: tuple[Op, ...]) -> type:
    fields: Fields = {}
    for op in ops:
        annotation: Any = value
        if op in {Op.IN, Op.NOT_IN, Op.BETWEEN, Op.IN_TREE}:
            annotation = list_of(value)
        elif op is Op.IS_NULL:
            annotation = bool
        fields[_NAMES.get(op, op.value)] = (annotation | None, _TEXTS[op])
    return input_type(name, text, fields)


ID_FILTER: Final = _operators("IdFilter", "Compares an id.", strawberry.ID, _EQUALITY)
DEPARTMENT_ID_FILTER: Final = _operators(
    "DepartmentIdFilter", "Compares the id of a department.", strawberry.ID,
    (*_EQUALITY, Op.IN_TREE),
)  # fmt: skip
SECTION_ID_FILTER: Final = _operators(
    "CatalogSectionIdFilter", "Compares the id of a section of a catalogue.", strawberry.ID,
    (*_EQUALITY, Op.IN_TREE),
)  # fmt: skip
PRODUCT_SECTION_FILTER: Final = _operators(
    "ProductSectionIdFilter", "Compares the id of a section of products.", strawberry.ID,
    (*_EQUALITY, Op.IN_TREE),
)  # fmt: skip
TREES: Final = {
    "department": DEPARTMENT_ID_FILTER,
    "catalog_section": SECTION_ID_FILTER,
    "product_section": PRODUCT_SECTION_FILTER,
}
"""The filters by id of what forms a tree."""
STRING_FILTER: Final = _operators("StringFilter", "Compares text.", str, _TEXT_OPS)
INT_FILTER: Final = _operators("IntFilter", "Compares a whole number.", int, _ORDERED)
DECIMAL_FILTER: Final = _operators(
    "DecimalFilter", "Compares a number, or an amount by its value in the base currency.", Decimal,
    _ORDERED,
)  # fmt: skip
DATE_FILTER: Final = _operators("DateFilter", "Compares a day.", date, _ORDERED)
DATETIME_FILTER: Final = _operators("DateTimeFilter", "Compares a time.", datetime, _ORDERED)
BOOLEAN_FILTER: Final = _operators(
    "BooleanFilter", "Compares yes or no.", bool, (Op.EQ, Op.IS_NULL)
)
CURRENCY_FILTER: Final = _operators(
    "CurrencyFilter", "Compares a currency.", CurrencyCode, _EQUALITY
)


def _enum_filter(enum: type[Enum]) -> type:
    name = enum_name(enum)
    return _operators(f"{name}Filter", f"Compares a {name}.", enum, _EQUALITY)


_FILTERED_ENUMS: Final[tuple[type[Enum], ...]] = (
    StageSemantics,
    PipelineEntity,
    RecordType,
    CustomFieldType,
    AuditKind,
    ActivityKind,
    ActivityPriority,
    *POINT_KINDS.values(),
)
ENUM_FILTERS: Final[Mapping[type[Enum], type]] = {
    enum: _enum_filter(enum) for enum in _FILTERED_ENUMS
}
_BY_KIND: Final = {
    **dict.fromkeys(TEXT_KINDS, STRING_FILTER),
    Kind.CURRENCY: CURRENCY_FILTER,
    Kind.INTEGER: INT_FILTER,
    Kind.DECIMAL: DECIMAL_FILTER,
    Kind.BOOLEAN: BOOLEAN_FILTER,
    Kind.DATE: DATE_FILTER,
    Kind.DATETIME: DATETIME_FILTER,
}


def _list_filter(name: str, element: Any, what: str) -> type:
    return input_type(
        f"{name}ListFilter",
        f"Asks of a list of {what} how many match.",
        {
            "some": (element | None, "At least one matches."),
            "none": (element | None, "None matches."),
            "every": (element | None, "All match; an empty list does."),
        },
    )


def _value_filters() -> dict[str, type]:
    made: dict[str, type] = {}
    for points, kinds in POINT_KINDS.items():
        name = points.capitalize()
        element = input_type(
            f"{name}Filter",
            f"Conditions on a {points.lower()}.",
            {"value": (STRING_FILTER | None, "The value, in the form in which it is kept."),
             "kind": (ENUM_FILTERS[kinds] | None, "What it is for.")},
        )  # fmt: skip
        made[points] = _list_filter(name, element, f"{points.lower()}s")
    external = input_type(
        "ExternalIdFilter",
        "Conditions on an id in another system.",
        {"system": (STRING_FILTER | None, "Name of the other system."),
         "value": (STRING_FILTER | None, "The id there.")},
    )  # fmt: skip
    made["EXTERNAL_IDS"] = _list_filter("ExternalId", external, "external ids")
    for kind, name in ((Kind.ADDRESS, "Address"), (Kind.UTM, "Utm")):
        made[kind.name] = input_type(
            f"{name}Filter",
            f"Conditions on the parts of a {kind.value}.",
            {part: (STRING_FILTER | None, f"The {part}.") for part in FILTERED_PARTS[kind]},
        )
    return made


VALUE_FILTERS: Final = _value_filters()
FILTERS: Final[Mapping[str, type]] = {
    name: type(f"{entity.type_name}Filter", (), {}) for name, entity in ENTITIES.items()
}
LIST_FILTERS: Final[Mapping[str, type]] = {
    name: _list_filter(entity.type_name, FILTERS[name], entity.plural.replace("_", " "))
    for name, entity in ENTITIES.items()
}
_ROWS_FILTER: Final = _list_filter(
    "ProductRow",
    input_type(
        "ProductRowFilter",
        "Conditions on a product row.",
        {"product_id": (ID_FILTER | None, "The product, by its id."),
         "product": (FILTERS["product"] | None, "The product, by what it is.")},
    ),
    "product rows",
)  # fmt: skip
ORDERS: Final[Mapping[str, type]] = {
    name: type(f"{entity.type_name}Order", (), {})
    for name, entity in ENTITIES.items()
    if any(field.sortable for field in entity.fields)
}


def _filter_fields(entity: Entity) -> Fields:
    me = FILTERS[entity.name]
    id_filter = TREES.get(entity.name, ID_FILTER)
    fields: Fields = {
        "and_": (list_of(me) | None, "All of these hold."),
        "or_": (list_of(me) | None, "At least one of these holds."),
        "not_": (me | None, "This does not hold."),
        "id": (id_filter | None, "The id."),
    }
    if entity.name in TREES:
        fields["in_tree"] = (list[strawberry.ID] | None, _TEXTS[Op.IN_TREE])
    for declared in entity.fields:
        if declared.filterable:
            fields.update(_field_filters(declared))
    if entity.is_record:
        text = "What is planned and was done about the record, as far as the caller sees it."
        fields["activities"] = (LIST_FILTERS[ACTIVITY.name] | None, text)
    return fields


def _field_filters(declared: Field) -> Fields:
    name, doc = declared.name, declared.doc
    match declared.kind:
        case Kind.MONEY:
            return {
                name: (DECIMAL_FILTER | None, f"{doc} Compared in the base currency."),
                f"{name}_currency": (CURRENCY_FILTER | None, f"{doc} Its currency."),
            }
        case Kind.REFERENCE:
            ids = TREES.get(declared.target, ID_FILTER)
            return {
                f"{name}_id": (ids | None, f"{doc} By its id."),
                name: (FILTERS[declared.target] | None, f"{doc} By what it is."),
            }
        case Kind.INVERSE | Kind.LINKS:
            return {name: (LIST_FILTERS[declared.target] | None, doc)}
        case Kind.POINTS:
            return {name: (VALUE_FILTERS[declared.points] | None, doc)}
        case Kind.ROWS:
            return {name: (_ROWS_FILTER | None, doc)}
        case Kind.EXTERNAL_IDS | Kind.ADDRESS | Kind.UTM:
            return {name: (VALUE_FILTERS[declared.kind.name] | None, doc)}
        case Kind.ENUM if declared.enum is not None:
            return {name: (ENUM_FILTERS[declared.enum] | None, doc)}
        case _:
            return {name: (_BY_KIND[declared.kind] | None, doc)}


def _order_fields(entity: Entity) -> Fields:
    fields: Fields = {}
    for declared in entity.fields:
        if not declared.sortable:
            continue
        if declared.kind is not Kind.REFERENCE:
            fields[declared.name] = (Direction | None, declared.doc)
        elif declared.target in ORDERS:
            fields[declared.name] = (ORDERS[declared.target] | None, f"{declared.doc} By its own.")
    return fields


for _name, _entity in ENTITIES.items():
    declare_input(
        FILTERS[_name],
        f"Conditions on {_entity.plural.replace('_', ' ')}; all that are given must hold.",
        _filter_fields(_entity),
    )
for _name, _cls in ORDERS.items():
    declare_input(
        _cls,
        f"One key of the order of {ENTITIES[_name].plural.replace('_', ' ')}.",
        _order_fields(ENTITIES[_name]),
        one_of=True,
    )
