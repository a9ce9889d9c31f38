"""Custom fields in the API: their values by code, and the mutations of their definitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import strawberry

from auth.actor import Actor
from auth.rights import Cell
from domain.custom_fields import BOUND, TEXTS, CustomFieldType, RecordType
from domain.ids import decode_id
from loaders.bookings import booking_of
from loaders.named import load_named, load_names
from loaders.rights import shows
from loaders.rows import Row
from resolvers.custom_binding import Bindings, bound_by, load_bindings
from resolvers.custom_values import TARGETS, parts_of
from resolvers.defined_fields import fields_of
from resolvers.hidden import field_label
from schema.bookings import Booking
from schema.classes import OBJECTS, Record
from schema.context import Context, running
from schema.execution.reading import batched_field, plain_field
from schema.scalars import as_it_is
from schema.signatures import argument, list_of
from schema.values import Address, Money


@dataclass(frozen=True, slots=True)
class CustomValueSource:
    """The values that one record has of one custom field, as they are stored."""

    field: Row
    values: tuple[Any, ...]

    @property
    def kind(self) -> CustomFieldType:
        """The type of the field."""
        return CustomFieldType(self.field.type)


Sources = Sequence[CustomValueSource]


def _field(root: CustomValueSource) -> Row:
    return root.field


async def _display_values(context: Context, sources: Sources) -> list[str | None]:
    targets = [_references(source) for source in sources]
    titles = await load_names(running(context).loaders, targets)
    shown: list[str | None] = []
    for source, references in zip(sources, targets, strict=True):
        words = (
            [titles.get(reference) or "" for reference in references]
            if references
            else [_plain_text(source.kind, value) for value in source.values]
        )
        shown.append(", ".join(word for word in words if word) or None)
    return shown


def _references(source: CustomValueSource) -> list[tuple[str, UUID]]:
    if source.kind is CustomFieldType.RECORD:
        return [decode_id(value) for value in source.values]
    target = TARGETS.get(source.kind)
    return [] if target is None else [(target, UUID(value)) for value in source.values]


def _plain_text(kind: CustomFieldType, value: Any) -> str:
    match kind:
        case CustomFieldType.BOOLEAN:
            return "true" if value else "false"
        case CustomFieldType.MONEY:
            return f"{value['amount']} {value['currency']}"
        case CustomFieldType.ADDRESS:
            return ", ".join(value.values())
        case CustomFieldType.BOOKING:
            return f"{value['from']} – {value['to']}"
        case _:
            return str(value)


_DISPLAY: Final = "What people read: names instead of ids, several values with commas."


def _type_of(obj: CustomValueSource, *_: Any) -> str:
    return TYPE_NAMES[obj.kind]


CustomFieldValue: Any = strawberry.interface(
    type(
        "CustomFieldValue",
        (),
        {
            "field": plain_field("The field.", OBJECTS["custom_field"], (), _field),
            "display_value": batched_field(_DISPLAY, str | None, (), _display_values),
            "resolve_type": staticmethod(_type_of),
        },
    ),
    description="The values that a record has of one custom field.",
)


def _all(convert: Callable[[Any], Any]) -> Callable[[CustomValueSource], list[Any]]:
    return lambda root: [convert(value) for value in root.values]


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)


def shown_amount(value: Mapping[str, Any]) -> Money:
    """Give a stored amount as the API shows it."""
    return Money(amount=Decimal(value["amount"]), currency=value["currency"])


async def load_references(context: Context, sources: Sources) -> list[list[Row]]:
    """Give what the ids in values lead to; what the caller may not see is left out."""
    loaders = running(context).loaders
    found: dict[tuple[str, UUID], Row] = {}
    wanted: dict[str, dict[UUID, None]] = {}
    for source in sources:
        for target, key in _references(source):
            wanted.setdefault(target, {})[key] = None
    for target, keys in wanted.items():
        ids = list(keys)
        rows = await load_named(loaders, loaders.one(target), target, ids)
        found.update({(target, key): row for key, row in zip(ids, rows, strict=True) if row})
    return [
        [found[reference] for reference in _references(source) if reference in found]
        for source in sources
    ]


_rows: Final = load_references


def _value_type(name: str, values: str, annotation: Any, text: str, reader: Any) -> Any:
    kinds = frozenset(kind for kind, made in TYPE_NAMES.items() if made == name)
    made = (
        batched_field(text, annotation, (), reader)
        if reader is _rows
        else plain_field(text, annotation, (), reader)
    )
    namespace = {
        values: made,
        "is_type_of": classmethod(
            lambda _cls, obj, _info: isinstance(obj, CustomValueSource) and obj.kind in kinds
        ),
    }
    return strawberry.type(
        type(name, (CustomFieldValue,), namespace), description=f"{text[:-1]} of a custom field."
    )


TYPE_NAMES: Final[Mapping[CustomFieldType, str]] = {
    **dict.fromkeys(TEXTS, "StringFieldValue"),
    CustomFieldType.INTEGER: "IntFieldValue",
    CustomFieldType.NUMBER: "DecimalFieldValue",
    CustomFieldType.BOOLEAN: "BooleanFieldValue",
    CustomFieldType.DATE: "DateFieldValue",
    CustomFieldType.DATETIME: "DateTimeFieldValue",
    CustomFieldType.MONEY: "MoneyFieldValue",
    CustomFieldType.ADDRESS: "AddressFieldValue",
    CustomFieldType.BOOKING: "BookingFieldValue",
    CustomFieldType.LIST: "OptionFieldValue",
    CustomFieldType.FILE: "FileFieldValue",
    CustomFieldType.USER: "UserFieldValue",
    CustomFieldType.RECORD: "RecordFieldValue",
    CustomFieldType.DICTIONARY: "DictionaryFieldValue",
    CustomFieldType.CATALOG_SECTION: "CatalogSectionFieldValue",
    CustomFieldType.CATALOG_ELEMENT: "CatalogElementFieldValue",
}
"""The type that shows the values of each type of field."""

VALUE_TYPES: Final = [
    _value_type("StringFieldValue", "strings", list[str], "The texts.", _all(as_it_is)),
    _value_type("IntFieldValue", "integers", list[int], "The whole numbers.", _all(as_it_is)),
    _value_type("DecimalFieldValue", "numbers", list[Decimal], "The numbers.", _all(Decimal)),
    _value_type("BooleanFieldValue", "booleans", list[bool], "Yes or no.", _all(as_it_is)),
    _value_type("DateFieldValue", "dates", list[date], "The days.", _all(as_it_is)),
    _value_type("DateTimeFieldValue", "times", list[datetime], "The times.", _all(_time)),
    _value_type("MoneyFieldValue", "amounts", list[Money], "The amounts.", _all(shown_amount)),
    _value_type("AddressFieldValue", "addresses", list_of(Address), "The addresses.",
                _all(as_it_is)),
    _value_type("BookingFieldValue", "bookings", list_of(Booking), "The bookings.",
                _all(booking_of)),
    _value_type("OptionFieldValue", "options", list_of(OBJECTS["custom_field_option"]),
                "The options.", _rows),
    _value_type("FileFieldValue", "files", list_of(OBJECTS["file"]), "The files.", _rows),
    _value_type("UserFieldValue", "users", list_of(OBJECTS["user"]), "The people.", _rows),
    _value_type("RecordFieldValue", "records", list_of(Record), "The records.", _rows),
    _value_type("DictionaryFieldValue", "items", list_of(OBJECTS["dictionary_item"]),
                "The values of the dictionary.", _rows),
    _value_type("CatalogSectionFieldValue", "sections", list_of(OBJECTS["catalog_section"]),
                "The sections.", _rows),
    _value_type("CatalogElementFieldValue", "elements", list_of(OBJECTS["catalog_element"]),
                "The elements.", _rows),
]  # fmt: skip


def _read_codes(given: Mapping[str, Any]) -> tuple[str, ...] | None:
    codes = given.get("codes")
    return None if codes is None else tuple(codes)


async def _custom_values(
    context: Context, sources: Sequence[Any], codes: tuple[str, ...] | None
) -> list[list[CustomValueSource]]:
    op = running(context)
    fields = {
        name: [row for row in await fields_of(op, name) if codes is None or row.code in codes]
        for name in {source.declared.name for source in sources}
    }
    bindings = await load_bindings(op, [row for rows in fields.values() for row in rows])
    shown = [
        [
            CustomValueSource(row, _values_of(source, row))
            for row in fields[source.declared.name]
            if _is_shown(source, row, bindings) and _may_be_read(op.actor, source, row)
        ]
        for source in sources
    ]
    if codes is not None and op.actor.rights.hides_anything:
        _note_denials(context, sources, fields)
    return shown


def _may_be_read(actor: Actor, source: Any, field: Row) -> bool:
    cell = actor.rights.cell(source.declared.name, f"custom.{field.code}")
    return cell is Cell.FREE or shows(actor, source, cell)


def _note_denials(
    context: Context, sources: Sequence[Any], fields: Mapping[str, Sequence[Row]]
) -> None:
    """Tell of fields that were asked for by name and left out."""
    actor = running(context).actor
    for entity, rows in fields.items():
        for row in rows:
            hidden = sum(
                source.declared.name == entity and not _may_be_read(actor, source, row)
                for source in sources
            )
            if hidden:
                context.denials.note_silently(field_label(entity, f"custom.{row.code}"), hidden)


def _values_of(source: Any, field: Row) -> tuple[Any, ...]:
    return tuple(parts_of(source.custom.get(str(field.id))))


def _is_shown(source: Any, field: Row, bindings: Bindings) -> bool:
    """Tell whether the record shows a field."""
    only = bindings.get(field.id)
    return only is None or getattr(source, bound_by(field)) in only


def custom_values_field(entity: str) -> Any:
    """Make the field that gives a record's custom values; `entity` is empty on the interface."""
    return batched_field(
        "The record's custom fields with their values, in the order of the fields.",
        list_of(CustomFieldValue),
        ("id", "custom", *(BOUND[entity.upper()][1:] if entity.upper() in BOUND else ())),
        _custom_values,
        {"codes": argument(list[str] | None, "Only the fields with these codes.")},
        prepare=_read_codes,
    )


async def _custom_fields(
    context: Context, roots: Sequence[Any], entity: RecordType
) -> list[list[Row]]:
    rows = await fields_of(running(context), entity.value.lower())
    return [rows] * len(roots)


CUSTOM_FIELDS: Final = batched_field(
    "The custom fields of a type of record, in their order.",
    list_of(OBJECTS["custom_field"]),
    (),
    _custom_fields,
    {"entity": argument(RecordType, "The type of record.")},
)
