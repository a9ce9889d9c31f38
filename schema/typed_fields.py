"""The typed face of custom fields: a workspace's definitions grafted into a copy of the schema.

What a field's type, code and multiplicity decide never changes, so a copy stays right until a field
is added, deleted or bound to other pipelines.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    extend_schema,
    parse,
)

from domain.custom_fields import TEXTS, CustomFieldType
from domain.entities import ENTITIES
from domain.fields import Entity
from loaders.bookings import booking_of
from loaders.rows import Row
from resolvers.custom_binding import Bindings, bound_by
from resolvers.custom_pivot import is_ordering
from resolvers.custom_values import TARGETS, parts_of
from schema.aggregates import CUSTOM_AGGREGATES, custom_reader
from schema.context import Context
from schema.custom_fields import CustomValueSource, load_references, shown_amount
from schema.execution.reading import GRAFTED, Batched, Plain, Stored, as_stored


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a type of field looks in the schema: what it gives, takes and is compared by."""

    output: str
    input: str
    filter: str
    convert: Callable[[Any], Any] | None = None
    """Makes the stored value what the output type writes; None: it is loaded by its id."""
    parts: Mapping[str, Callable[[Any], Any]] | None = None
    """Of an object: what makes its stored parts those of the output type, by their name in both."""


_SHAPES: Final[Mapping[CustomFieldType, _Shape]] = {
    **dict.fromkeys(TEXTS, _Shape("String", "String", "StringFilter", as_stored)),
    CustomFieldType.INTEGER: _Shape("Int", "Int", "IntFilter", as_stored),
    CustomFieldType.NUMBER: _Shape("Decimal", "Decimal", "DecimalFilter", Decimal),
    CustomFieldType.BOOLEAN: _Shape("Boolean", "Boolean", "BooleanFilter", as_stored),
    CustomFieldType.DATE: _Shape("Date", "Date", "DateFilter", as_stored),
    # Stored in the very form in which the API writes times.
    CustomFieldType.DATETIME: _Shape("DateTime", "DateTime", "DateTimeFilter", as_stored),
    CustomFieldType.MONEY: _Shape(
        "Money",
        "MoneyInput",
        "CustomMoneyFilter",
        shown_amount,
        {"amount": Decimal, "currency": as_stored},
    ),
    CustomFieldType.ADDRESS: _Shape("Address", "AddressInput", "CustomAddressFilter", as_stored),
    CustomFieldType.BOOKING: _Shape("Booking", "BookingInput", "CustomBookingFilter", booking_of),
    CustomFieldType.LIST: _Shape("CustomFieldOption", "ID", "IdFilter"),
    CustomFieldType.FILE: _Shape("File", "ID", "CustomFileFilter"),
    CustomFieldType.USER: _Shape("User", "ID", "IdFilter"),
    CustomFieldType.RECORD: _Shape("Record", "ID", "IdFilter"),
    CustomFieldType.DICTIONARY: _Shape("DictionaryItem", "ID", "IdFilter"),
    CustomFieldType.CATALOG_SECTION: _Shape("CatalogSection", "ID", "CatalogSectionIdFilter"),
    CustomFieldType.CATALOG_ELEMENT: _Shape("CatalogElement", "ID", "CatalogElementIdFilter"),
}
_EMPTY: Final = '"Empty (true) or not empty (false)." isNull: Boolean'
_OWN_INPUTS: Final[Mapping[str, str]] = {
    "BookingInput": """
        "A time for which resources or people are booked."
        input BookingInput {
            "Id of the booking that is changed; a new one without." id: ID
            "When it starts." from: DateTime!
            "When it ends; by the duration of the service if left out." to: DateTime
            "What it is booked for." serviceId: ID
            "What is booked." resourceIds: [ID!]
            "Who is booked." userIds: [ID!]
        }""",
    "CustomMoneyFilter": """
        "Compares an amount by its value in the base currency."
        input CustomMoneyFilter {
            "Equal to the value." eq: Decimal
            "Not equal to the value; empty counts as not equal." ne: Decimal
            "Greater than the value." gt: Decimal
            "Greater than or equal to the value." gte: Decimal
            "Less than the value." lt: Decimal
            "Less than or equal to the value." lte: Decimal
            "One of the values." in: [Decimal!]
            "Between two values, both included." between: [Decimal!]
            "In one of these currencies." currency: [CurrencyCode!]
            EMPTY
        }""".replace("EMPTY", _EMPTY),
    "CustomAddressFilter": """
        "Conditions on an address."
        input CustomAddressFilter {
            "Contains the text, whatever the case." contains: String
            "In one of these cities." city: [String!]
            "In one of these countries." country: [String!]
            EMPTY
        }""".replace("EMPTY", _EMPTY),
    "CustomFileFilter": """
        "Conditions on a file."
        input CustomFileFilter { EMPTY }""".replace("EMPTY", _EMPTY),
    "CustomBookingFilter": """
        "A time, from one moment up to another."
        input TimeSpanInput {
            "First moment." from: DateTime!
            "Moment after the last one." to: DateTime!
        }
        "Conditions on a booking."
        input CustomBookingFilter {
            "Overlaps with a time." overlaps: TimeSpanInput
            EMPTY
        }""".replace("EMPTY", _EMPTY),
    "CatalogElementIdFilter": """
        "Compares the id of an element of a catalogue."
        input CatalogElementIdFilter {
            "Equal to the value." eq: ID
            "Not equal to the value; empty counts as not equal." ne: ID
            "One of the values." in: [ID!]
            "None of the values; empty counts as none of them." notIn: [ID!]
            "In one of these sections or below one of them." inTree: [ID!]
            EMPTY
        }""".replace("EMPTY", _EMPTY),
}
"""Input types that only custom fields have, each defined where a field needs it."""
_COMPUTED: Final = {name: f"_{name}" for name in ("fields", "interfaces", "types", "values")}
"""What graphql-core's types work out once, and where they keep what it is worked out of."""
_WRITTEN: Final = ("Create", "Update", "Upsert")


def graft(base: GraphQLSchema, fields: Sequence[Row], bindings: Bindings) -> GraphQLSchema:
    """Give a copy of the schema with typed custom fields; raises GraphQLError where they clash."""
    by_entity: dict[str, list[Row]] = {}
    for field in fields:
        by_entity.setdefault(field.entity.lower(), []).append(field)
    # Without locations: the tokens of a source are a chain that only the collector takes apart.
    document = parse("\n".join(_definitions(by_entity)), no_location=True)
    made = extend_schema(base, document, assume_valid=True)
    _restore_classes(base, made)
    _settle(base, made)
    for name, own in by_entity.items():
        thing = ENTITIES[name].type_name
        record: Any = made.type_map[thing]
        columns = _columns(bound_by(own[0]) if any(f.id in bindings for f in own) else "")
        _attach(record.fields["custom"], Plain(("id", *columns), is_object=True))
        shown: Any = made.type_map[f"{thing}CustomFields"]
        _attach_fields(shown, own, bindings)
        _attach_numbers(made, thing, own)
    return made


def _settle(base: GraphQLSchema, made: GraphQLSchema) -> None:
    """Let types that know their fields forget how to find them.

    Those functions know each other and every type: the collector has to find them while they are
    young, or they keep a copy's types for as long as it rests.
    """
    for name, kind in made.type_map.items():
        if base.type_map.get(name) is not kind:
            for computed in vars(kind).keys() & _COMPUTED.keys():
                vars(kind)[_COMPUTED[computed]] = vars(kind)[computed]


def take_apart(base: GraphQLSchema, made: GraphQLSchema) -> None:
    """Let go of a copy that `graft` has made and nobody uses, without the garbage collector.

    Its types point to each other; emptied, they go by their reference counts. Types that it has in
    common with `base` stay as they are.
    """
    for name, kind in made.type_map.items():
        if base.type_map.get(name) is not kind:
            vars(kind).clear()
    vars(made).clear()


def _restore_classes(base: GraphQLSchema, made: GraphQLSchema) -> None:
    """Give copied types the classes of their originals: Strawberry's enums know Python's."""
    for name, original in base.type_map.items():
        copied: Any = made.type_map[name]
        if type(copied) is not type(original):
            copied.__class__ = type(original)
            for key, value in vars(original).items():
                vars(copied).setdefault(key, value)


def _definitions(by_entity: Mapping[str, Sequence[Row]]) -> list[str]:
    """Write the types of custom fields; names are GraphQL names, checked when they were made."""
    every = [row for rows in by_entity.values() for row in rows]
    shapes = [_SHAPES[CustomFieldType(row.type)] for row in every]
    used = {name for shape in shapes for name in (shape.input, shape.filter)}
    lines = [text for name, text in _OWN_INPUTS.items() if name in used]
    lists = {_SHAPES[CustomFieldType(row.type)].filter for row in every if row.is_multiple}
    for name in sorted(lists):
        lines.append('"Conditions on several values."')
        lines.append(
            f'input {name}OfSome {{ "One of the values meets them." some: {name} '
            f'"None of the values meets them." none: {name} {_EMPTY} }}'
        )
    for name in sorted(by_entity):
        lines += _of_entity(ENTITIES[name], sorted(by_entity[name], key=lambda row: row.code))
    return lines


def _of_entity(entity: Entity, fields: Sequence[Row]) -> list[str]:
    thing, what = entity.type_name, entity.name.replace("_", " ")
    outputs, inputs, filters, keys, numbers = [], [], [], [], []
    for field in fields:
        kind = CustomFieldType(field.type)
        shape, many = _SHAPES[kind], field.is_multiple
        # A JSON text is a GraphQL string.
        name = f"{json.dumps(field.name, ensure_ascii=False)} {field.code}"
        outputs.append(f"{name}: {f'[{shape.output}!]' if many else shape.output}")
        inputs.append(f"{name}: {f'[{shape.input}!]' if many else shape.input}")
        if field.is_filterable:
            filters.append(f"{name}: {shape.filter}{'OfSome' if many else ''}")
        if field.is_filterable and kind in CUSTOM_AGGREGATES:
            numbers.append(f"{name}: {CUSTOM_AGGREGATES[kind].__name__}!")
        if is_ordering(field):
            keys.append(f"{name}: OrderDirection")
    lines = [
        f'"The custom fields of a {what}."',
        f"type {thing}CustomFields {{ {' '.join(outputs)} }}",
        f'extend type {thing} {{ "Its custom fields." custom: {thing}CustomFields! }}',
        f'"Values of custom fields of a {what}; null clears."',
        f"input {thing}CustomInput {{ {' '.join(inputs)} }}",
    ]
    lines += [
        f'extend input {verb}{thing}Input {{ "Custom fields." custom: {thing}CustomInput }}'
        for verb in _WRITTEN
    ]
    if numbers:
        lines += [
            f'"Numbers about custom fields of a list, each a {what}."',
            f"type {thing}CustomAggregate {{ {' '.join(numbers)} }}",
            f'extend type {thing}Aggregate {{ "Of custom fields." '
            f"custom: {thing}CustomAggregate! }}",
        ]
    if filters:
        lines += [
            f'"Conditions on custom fields of a {what}."',
            f"input {thing}CustomFilter {{ {' '.join(filters)} }}",
            f'extend input {thing}Filter {{ "Custom fields." custom: {thing}CustomFilter }}',
        ]
    if keys:
        lines += [
            f'"A custom field by which a list is ordered, each a {what}."',
            f"input {thing}CustomOrder @oneOf {{ {' '.join(keys)} }}",
            f'extend input {thing}Order {{ "By a custom field." custom: {thing}CustomOrder }}',
        ]
    return lines


def _columns(bound_by: str) -> tuple[str, ...]:
    """Name the columns of a record that its custom values are read from."""
    return ("custom", bound_by) if bound_by else ("custom",)


def _attach_fields(shown: GraphQLObjectType, fields: Sequence[Row], bindings: Bindings) -> None:
    for field in fields:
        kind = CustomFieldType(field.type)
        shape = _SHAPES[kind]
        definition = shown.fields[field.code]
        only = bindings.get(field.id)
        stored = Stored(
            "custom",
            str(field.id),
            is_many=field.is_multiple,
            convert=shape.convert or as_stored,
            parts=shape.parts or {},
            target=TARGETS.get(kind, ""),
            bound_by="" if only is None else bound_by(field),
            only=only or frozenset(),
        )
        if shape.convert is None:
            read = _loaded(field, stored)
            _attach(definition, Batched(("id", *stored.columns), read, stored=stored))
        else:
            _attach(definition, Plain(stored.columns, combine=stored))


def _attach_numbers(made: GraphQLSchema, thing: str, fields: Sequence[Row]) -> None:
    shown: Any = made.type_map.get(f"{thing}CustomAggregate")
    if shown is None:
        return
    aggregate: Any = made.type_map[f"{thing}Aggregate"]
    _attach(aggregate.fields["custom"], Plain((), is_object=True))
    for field in fields:
        if field.code in shown.fields:
            _attach(shown.fields[field.code], Batched((), custom_reader(field)))


def _attach(definition: GraphQLField, reading: Plain | Batched) -> None:
    """Let both ways of executing read a grafted field alike."""
    definition.extensions[GRAFTED] = reading

    if isinstance(reading, Plain):
        plain = reading

        def resolve(root: Any, _info: GraphQLResolveInfo[Any]) -> Any:
            return plain.of(root)

        definition.resolve = resolve
        return
    batched = reading

    async def resolve_later(root: Any, info: GraphQLResolveInfo[Any]) -> Any:
        (value,) = await batched.read(info.context, [root])
        return value

    definition.resolve = resolve_later


def _loaded(field: Row, stored: Stored) -> Any:
    async def read(context: Context, roots: Sequence[Any]) -> list[Any]:
        held = [
            stored.held(*(getattr(root, column) for column in stored.columns)) for root in roots
        ]
        sources = [CustomValueSource(field, tuple(parts_of(value))) for value in held]
        found = await load_references(context, sources)
        return found if stored.is_many else [rows[0] if rows else None for rows in found]

    return read
