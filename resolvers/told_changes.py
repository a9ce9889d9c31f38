"""The changes that an entry of a timeline tells of, with what people call the values.

What an id stood for is told by its name of today. A record that the reader may not see is told as
everywhere: not at all, neither its name nor its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.activities import ACTIVITY
from domain.custom_fields import CustomFieldType
from domain.entities import ENTITIES
from domain.fields import Kind, camel, snake
from domain.ids import InvalidIdError, decode_id
from domain.requisites import RequisiteKind
from domain.roles import Action
from loaders.named import Reference, load_names
from loaders.rows import Row
from loaders.timeline import Entry
from resolvers.custom_values import TARGETS
from resolvers.defined_fields import fields_of
from resolvers.operation import Operation
from resolvers.requisites import requisite_as_text

_CUSTOM: Final = "custom."
_POINTING: Final = frozenset({Kind.REFERENCE, Kind.LINKS})
_POINTING_TYPES: Final = frozenset({*TARGETS, CustomFieldType.RECORD})


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One field that changed; values are JSON."""

    field: str
    label: str
    before: Any
    after: Any
    before_display: str | None
    after_display: str | None


@dataclass(frozen=True, slots=True)
class _Named:
    """A field of a record as changes speak of it."""

    label: str
    is_pointing: bool
    has_rows: bool = False
    """Whether its values are product rows."""


async def told_changes(op: Operation, entries: Sequence[Entry]) -> list[list[ToldChange]]:
    """Give the changes that entries tell of, in the order of the fields."""
    fields = {entity: await _fields(op, entity) for entity in {_about(entry) for entry in entries}}
    pointing = [
        value
        for entry in entries
        for name, change in entry.changes.items()
        for named in (_field(fields[_about(entry)], name, entry),)
        if named.is_pointing or named.has_rows
        for value in (change.get("from"), change.get("to"))
    ]
    names = await load_names(op.loaders, [_references(value) for value in pointing])
    found = []
    for entry in entries:
        known = fields[_about(entry)]
        places = {name: place for place, name in enumerate(known)}
        ordered = sorted(
            entry.changes.items(), key=lambda item: (places.get(item[0], len(places)), item[0])
        )
        found.append(
            [_told(op, _field(known, name, entry), name, change, names) for name, change in ordered]
        )
    return found


def _about(entry: Entry) -> str:
    """Tell the type of what has changed: the record's, or that of an activity about it."""
    return entry.record_type if entry.activity is None else ACTIVITY.name


async def _fields(op: Operation, entity: str) -> dict[str, _Named]:
    """Give the fields of a type of record by the names that changes have for them."""
    own = {
        field.name: _Named(_words(field.name), field.kind in _POINTING, field.kind is Kind.ROWS)
        for field in ENTITIES[entity].fields
    }
    found = {camel(name): named for name, named in own.items()}
    if entity == ACTIVITY.name:
        found["records"] = _Named(_words("records"), is_pointing=True)
        return found
    for row in await fields_of(op, entity):
        found[f"{_CUSTOM}{row.code}"] = _Named(row.name, _points(row))
    return found


def _points(row: Row) -> bool:
    return CustomFieldType(row.type) in _POINTING_TYPES


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _field(known: Mapping[str, _Named], name: str, entry: Entry) -> _Named:
    """Give a field; one that is gone is called by its name of then."""
    found = known.get(name)
    if found is not None and name not in entry.gone:
        return found
    return _Named(_words(snake(name.removeprefix(_CUSTOM))), is_pointing=False)


def _references(value: Any) -> list[Reference]:
    parts = value if isinstance(value, list) else [value]
    found = (_reference(part) for part in parts)
    return [reference for reference in found if reference is not None]


def _reference(value: Any) -> Reference | None:
    if isinstance(value, dict):
        value = value.get("product")
    if not isinstance(value, str):
        return None
    try:
        prefix, key = decode_id(value)
    except InvalidIdError:
        return None
    return (prefix, key) if prefix in ENTITIES else None


def _told(
    op: Operation,
    field: _Named,
    name: str,
    change: Mapping[str, Any],
    names: Mapping[Reference, str],
) -> ToldChange:
    before, after = (_value(op, field, change.get(side), names) for side in ("from", "to"))
    return ToldChange(name, field.label, before[0], after[0], before[1], after[1])


def _value(
    op: Operation, field: _Named, value: Any, names: Mapping[Reference, str]
) -> tuple[Any, str | None]:
    """Give a value as the reader may see it, and what people call it."""
    if field.has_rows and isinstance(value, list):
        value = [_row(op, row, names) for row in value]
    if not field.is_pointing:
        return value, _text(value) or None
    if not isinstance(value, list):
        reference = _reference(value)
        if reference is None or not _is_seen(op, reference, names):
            return None, None
        return value, names.get(reference) or None
    kept = [part for part in value if (found := _reference(part)) and _is_seen(op, found, names)]
    called = (names.get(reference) for reference in _references(kept))
    return kept, ", ".join(text for text in called if text) or None


def _row(
    op: Operation, row: Mapping[str, Any], names: Mapping[Reference, str]
) -> Mapping[str, Any]:
    """Give a product row without the product where the reader may not see it."""
    product = _reference(row)
    if product is None or _is_seen(op, product, names):
        return row
    return {name: value for name, value in row.items() if name != "product"}


def _is_seen(op: Operation, reference: Reference, names: Mapping[Reference, str]) -> bool:
    """Tell whether the reader may know of what an id stands for: of records, only the visible."""
    entity = ENTITIES[reference[0]]
    is_open = not entity.is_record or op.actor.rights.is_free(entity.name, Action.READ)
    return is_open or reference in names


def _text(value: Any) -> str:
    """Write a value that is no id."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(text for part in value if (text := _text(part)))
        case dict():
            return _text_of_parts(value)
        case _:
            return str(value)


def _text_of_parts(value: Mapping[str, Any]) -> str:
    match value:
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case {"system": system, "value": inner}:
            return f"{system}: {inner}"
        case {"value": inner, "kind": _}:
            return str(inner)
        case {"kind": kind} if kind in RequisiteKind.__members__:
            return requisite_as_text(value)
        case {"name": name, "quantity": quantity, "total": total}:
            return f"{name} × {quantity} = {total}"
        case {"from": start, "to": end}:
            return f"{start} – {end}"
        case _:
            return ", ".join(text for part in value.values() if (text := _text(part)))
