"""The typed face of custom fields: a workspace's definitions grafted into a copy of the schema.

What a field's type, code and multiplicity decide never changes, so a copy stays right until a field
is added, deleted or bound to other pipelines.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

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
from loaders.rows import Row
from resolvers.custom_binding import Bindings
from resolvers.custom_record import parts_of
from schema.context import Context
from schema.custom_fields import CustomValueSource, load_references, shown_amount
from schema.custom_filters import SORTED
from schema.execution.reading import GRAFTED, Batched, Plain
from schema.scalars import as_it_is


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a type of field looks in the schema: what it gives, takes and is compared by."""

    output: str
    input: str
    filter: str
    convert: Callable[[Any], Any] | None = None
    """Makes the stored value what the output type writes; None: it is loaded by its id."""


_SHAPES: Final[Mapping[CustomFieldType, _Shape]] = {
    **dict.fromkeys(TEXTS, _Shape("String", "String", "StringFilter", as_it_is)),
    CustomFieldType.INTEGER: _Shape("Int", "Int", "IntFilter", as_it_is),
    CustomFieldType.NUMBER: _Shape("Decimal", "Decimal", "DecimalFilter", Decimal),
    CustomFieldType.BOOLEAN: _Shape("Boolean", "Boolean", "BooleanFilter", as_it_is),
    CustomFieldType.DATE: _Shape("Date", "Date", "DateFilter", as_it_is),
    CustomFieldType.DATETIME: _Shape(
        "DateTime", "DateTime", "DateTimeFilter", datetime.fromisoformat
    ),
    CustomFieldType.MONEY: _Shape("Money", "MoneyInput", "DecimalFilter", shown_amount),
    CustomFieldType.ADDRESS: _Shape("Address", "AddressInput", "CustomAddressFilter", as_it_is),
    CustomFieldType.LIST: _Shape("CustomFieldOption", "ID", "IdFilter"),
    CustomFieldType.USER: _Shape("User", "ID", "IdFilter"),
    CustomFieldType.RECORD: _Shape("Record", "ID", "IdFilter"),
    CustomFieldType.DICTIONARY: _Shape("DictionaryItem", "ID", "IdFilter"),
}
_WRITTEN: Final = ("Create", "Update", "Upsert")


def graft(base: GraphQLSchema, fields: Sequence[Row], bindings: Bindings) -> GraphQLSchema:
    """Give a copy of the schema with typed custom fields; raises GraphQLError where they clash."""
    by_entity: dict[str, list[Row]] = {}
    for field in fields:
        by_entity.setdefault(field.entity.lower(), []).append(field)
    document = parse("\n".join(_definitions(by_entity)))
    made = extend_schema(base, document, assume_valid=True)
    _restore_classes(base, made)
    for name, own in by_entity.items():
        thing = ENTITIES[name].type_name
        record: Any = made.type_map[thing]
        columns = _columns(any(field.id in bindings for field in own))
        _attach(record.fields["custom"], Plain(("id", *columns), is_object=True))
        shown: Any = made.type_map[f"{thing}CustomFields"]
        _attach_fields(shown, own, bindings)
    return made


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
    lists = sorted(
        {_SHAPES[CustomFieldType(row.type)].filter for rows in by_entity.values() for row in rows
         if row.is_multiple}
    )  # fmt: skip
    lines = ['"""Conditions on an address."""',
             "input CustomAddressFilter { contains: String isNull: Boolean }"]  # fmt: skip
    for name in lists:
        lines.append('"""Conditions on several values."""')
        lines.append(f"input {name}OfSome {{ some: {name} none: {name} isNull: Boolean }}")
    for name in sorted(by_entity):
        lines += _of_entity(ENTITIES[name], sorted(by_entity[name], key=lambda row: row.code))
    return lines


def _of_entity(entity: Entity, fields: Sequence[Row]) -> list[str]:
    thing = entity.type_name
    outputs, inputs, filters, keys = [], [], [], []
    for field in fields:
        shape = _SHAPES[CustomFieldType(field.type)]
        many = field.is_multiple
        outputs.append(f"{field.code}: {f'[{shape.output}!]!' if many else shape.output}")
        inputs.append(f"{field.code}: {f'[{shape.input}!]' if many else shape.input}")
        if field.is_filterable:
            filters.append(f"{field.code}: {shape.filter}{'OfSome' if many else ''}")
        if field.is_filterable and not many and CustomFieldType(field.type) in SORTED:
            keys.append(f"{field.code}: OrderDirection")
    lines = [
        f'"""The custom fields of a {entity.name}."""',
        f"type {thing}CustomFields {{ {' '.join(outputs)} }}",
        f'extend type {thing} {{ """Its custom fields.""" custom: {thing}CustomFields! }}',
        f'"""Values of custom fields of a {entity.name}; null clears."""',
        f"input {thing}CustomInput {{ {' '.join(inputs)} }}",
    ]
    lines += [
        f'extend input {verb}{thing}Input {{ """Custom fields.""" custom: {thing}CustomInput }}'
        for verb in _WRITTEN
    ]
    if filters:
        lines += [
            f'"""Conditions on custom fields of a {entity.name}."""',
            f"input {thing}CustomFilter {{ {' '.join(filters)} }}",
            f'extend input {thing}Filter {{ """Custom fields.""" custom: {thing}CustomFilter }}',
        ]
    if keys:
        lines += [
            f'"""A custom field that a list of {entity.plural} is ordered by."""',
            f"input {thing}CustomOrder @oneOf {{ {' '.join(keys)} }}",
            f'extend input {thing}Order {{ """By a custom field.""" custom: {thing}CustomOrder }}',
        ]
    return lines


def _columns(is_bound: bool) -> tuple[str, ...]:
    """Name the columns of a record that its custom values are read from."""
    return ("custom", "pipeline_id") if is_bound else ("custom",)


def _attach_fields(shown: GraphQLObjectType, fields: Sequence[Row], bindings: Bindings) -> None:
    for field in fields:
        shape = _SHAPES[CustomFieldType(field.type)]
        definition = shown.fields[field.code]
        definition.description = field.name
        only = bindings.get(field.id)
        columns = _columns(only is not None)
        if shape.convert is None:
            _attach(definition, Batched(("id", *columns), _loaded(field, only)))
        else:
            _attach(definition, Plain(columns, combine=_stored(field, shape.convert, only)))


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


def _stored(
    field: Row, convert: Callable[[Any], Any], only: frozenset[UUID] | None
) -> Callable[..., Any]:
    key, many = str(field.id), field.is_multiple

    def read(custom: Mapping[str, Any]) -> Any:
        stored = custom.get(key)
        if many:
            return [] if stored is None else [convert(part) for part in parts_of(stored)]
        return None if stored is None else convert(stored)

    def read_bound(custom: Mapping[str, Any], pipeline: UUID) -> Any:
        return read(custom if only is not None and pipeline in only else {})

    return read if only is None else read_bound


def _loaded(field: Row, only: frozenset[UUID] | None) -> Any:
    key, many = str(field.id), field.is_multiple

    async def read(context: Context, roots: Sequence[Any]) -> list[Any]:
        stored = [
            root.custom.get(key) if only is None or root.pipeline_id in only else None
            for root in roots
        ]
        sources = [
            CustomValueSource(field, () if value is None else tuple(parts_of(value)))
            for value in stored
        ]
        found = await load_references(context, sources)
        return found if many else [rows[0] if rows else None for rows in found]

    return read
