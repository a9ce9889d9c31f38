"""Numbers about lists in the API: of the fields of records, and of custom fields."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import strawberry

from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.errors import BadInputError
from domain.fields import Entity, Field, Kind
from domain.money import SCALE, plain
from loaders.rows import Row
from resolvers.defined_fields import fields_of
from schema.classes import OBJECTS
from schema.context import Context, running
from schema.execution.reading import batched_field, plain_field
from schema.list_sources import Sources, load_counts, load_custom_numbers, load_numbers
from schema.scalars import JSON
from schema.signatures import argument, list_of

_PLACES: Final = Decimal("0.0001")


def _aggregate_part(cls: Any, part: str, text: str) -> Any:
    def read(root: Any) -> Any:
        numbers, name = root
        value = numbers[f"{name}_{part}"]
        return (
            value.quantize(_PLACES, ROUND_HALF_UP) if part == "avg" and value is not None else value
        )

    return plain_field(text, cls | None, (), read)


def _aggregate_type(name: str, text: str, cls: Any, number: Any = None) -> Any:
    parts = {
        "min": _aggregate_part(cls, "min", "The smallest value."),
        "max": _aggregate_part(cls, "max", "The largest value."),
    }
    if number is not None:
        parts["sum"] = _aggregate_part(number, "sum", "The sum.")
        parts["avg"] = _aggregate_part(number, "avg", "The mean, to four places.")
    return strawberry.type(type(name, (), parts), description=text)


AGGREGATES: Final = {
    Kind.INTEGER: _aggregate_type("IntAggregate", "Numbers about whole numbers.", int, Decimal),
    Kind.DECIMAL: _aggregate_type("DecimalAggregate", "Numbers about numbers; amounts are in the "
                                  "base currency.", Decimal, Decimal),
    Kind.DATE: _aggregate_type("DateAggregate", "First and last day.", date),
    Kind.DATETIME: _aggregate_type("DateTimeAggregate", "First and last time.", datetime),
}  # fmt: skip
AGGREGATES[Kind.MONEY] = AGGREGATES[Kind.DECIMAL]


def aggregated_fields(entity: Entity) -> list[Field]:
    """Give the fields of an entity that `aggregate` offers."""
    return [
        declared
        for declared in entity.fields
        if declared.kind in AGGREGATES and (declared.filterable or declared.sortable)
    ]


def _parts_of(declared: Field) -> tuple[str, ...]:
    of_time = declared.kind in {Kind.DATE, Kind.DATETIME}
    return ("min", "max") if of_time else ("min", "max", "sum", "avg")


CUSTOM_AGGREGATES: Final = {
    CustomFieldType.INTEGER: AGGREGATES[Kind.INTEGER],
    CustomFieldType.NUMBER: AGGREGATES[Kind.DECIMAL],
    CustomFieldType.MONEY: AGGREGATES[Kind.DECIMAL],
    CustomFieldType.DATE: AGGREGATES[Kind.DATE],
    CustomFieldType.DATETIME: AGGREGATES[Kind.DATETIME],
}
"""The types of custom fields that numbers can be told of, and how they are told."""
_VALUE: Final = "value"


def _custom_numbers(field: Row, found: Any) -> dict[str, Any]:
    """Give the numbers of a custom field as those of a field of records stand in a row."""
    kind = CustomFieldType(field.type)
    if found is None:
        return {"count": 0, **{f"{_VALUE}_{part}": None for part in ("sum", "avg", "min", "max")}}
    if kind in {CustomFieldType.DATE, CustomFieldType.DATETIME}:
        what = "day" if kind is CustomFieldType.DATE else "moment"
        first, last = getattr(found, f"first_{what}"), getattr(found, f"last_{what}")
        return {"count": found._mapping["count"], f"{_VALUE}_min": first, f"{_VALUE}_max": last,
                f"{_VALUE}_sum": None, f"{_VALUE}_avg": None}  # fmt: skip
    numbers: dict[str, Any] = {"count": found._mapping["count"]}
    for part in ("sum", "avg", "min", "max"):
        value = getattr(found, part)
        exact = None if value is None else Decimal(value) / SCALE
        is_whole = kind is CustomFieldType.INTEGER and part in {"min", "max"}
        numbers[f"{_VALUE}_{part}"] = int(exact) if is_whole and exact is not None else exact
    return numbers


def custom_reader(field: Row) -> Any:
    """Give the reader of the numbers about a custom field, for many lists at once."""

    async def read(context: Context, sources: Sources) -> list[Any]:
        now = await running(context).loaders.one(CUSTOM_FIELD.name).load(field.id)
        if now is not None and not now.is_ready:
            raise BadInputError("not_ready", ("aggregate", "custom"), name=field.code)
        found = await load_custom_numbers(context, sources, field)
        return [(_custom_numbers(field, numbers), _VALUE) for numbers in found]

    return read


@dataclass(frozen=True, slots=True)
class CustomNumbers:
    """Numbers about one custom field of a list."""

    field: Row
    numbers: dict[str, Any]


def _number(part: str, text: str, annotation: Any) -> Any:
    def read(root: CustomNumbers) -> Any:
        value = root.numbers[f"{_VALUE}_{part}"]
        if part == "avg" and value is not None:
            return value.quantize(_PLACES, ROUND_HALF_UP)
        return _as_json(value) if annotation is JSON else value

    return plain_field(text, annotation | None, (), read)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(plain(value))
    return value.isoformat() if isinstance(value, date) else value


def _numbers_field(root: CustomNumbers) -> Row:
    return root.field


def _numbers_count(root: CustomNumbers) -> int:
    return int(root.numbers["count"])


CustomAggregate: Any = strawberry.type(
    type(
        "CustomAggregate",
        (),
        {
            "field": plain_field("The field.", OBJECTS["custom_field"], (), _numbers_field),
            "count": plain_field("How many values there are.", int, (), _numbers_count),
            "sum": _number("sum", "Their sum; amounts are in the base currency.", Decimal),
            "avg": _number("avg", "Their mean, to four places.", Decimal),
            "min": _number("min", "The smallest, or the first in time.", JSON),
            "max": _number("max", "The largest, or the last in time.", JSON),
        },
    ),
    description="Numbers about a custom field of a list, all pages taken together.",
)


def _customs(entity: Entity) -> Any:
    async def read(context: Context, sources: Sources, codes: Sequence[str]) -> list[Any]:
        known = {row.code: row for row in await fields_of(running(context), entity.name)}
        fields = [_checked(known.get(code), code, index) for index, code in enumerate(codes)]
        # Side by side: what one level asks for is one statement.
        columns = await asyncio.gather(
            *(load_custom_numbers(context, sources, field) for field in fields)
        )
        return [
            [
                CustomNumbers(field, _custom_numbers(field, column[index]))
                for field, column in zip(fields, columns, strict=True)
            ]
            for index in range(len(sources))
        ]

    return batched_field(
        "Numbers about custom fields, by their codes.",
        list_of(CustomAggregate),
        (),
        read,
        {"codes": argument(list[str], "Codes of fields of numbers, amounts, days or times.")},
    )


def _checked(field: Row | None, code: str, index: int) -> Row:
    path = ("codes", str(index))
    if field is None:
        raise BadInputError("no_custom_field", path, name=code[:50])
    if not field.is_filterable or CustomFieldType(field.type) not in CUSTOM_AGGREGATES:
        raise BadInputError("not_aggregated", path, name=field.code)
    if not field.is_ready:
        raise BadInputError("not_ready", path, name=field.code)
    return field


def entity_aggregate(entity: Entity) -> Any:
    """Make <Thing>Aggregate: the numbers about a list of an entity."""

    def reader(declared: Field) -> Any:
        offered = frozenset(_parts_of(declared))

        async def read(
            context: Context, sources: Sources, fields: frozenset[str] = offered
        ) -> list[Any]:
            numbers = await load_numbers(context, sources, declared.name, fields & offered)
            return [(row, declared.name) for row in numbers]

        return read

    fields: dict[str, Any] = {
        "count": batched_field("How many records.", int, (), load_counts),
    }
    for declared in aggregated_fields(entity):
        fields[declared.name] = batched_field(
            declared.doc, AGGREGATES[declared.kind], (), reader(declared), tells_fields=True
        )
    if entity.is_record:
        fields["custom_aggregates"] = _customs(entity)
    return strawberry.type(
        type(f"{entity.type_name}Aggregate", (), fields),
        description=f"Numbers about a list of {entity.plural}, all pages taken together.",
    )
