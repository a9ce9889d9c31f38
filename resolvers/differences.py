"""What of a record changes: each field with its value before and after, as the event log has it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.fields import Field, Kind, camel
from domain.ids import encode_id
from loaders.rows import Row
from resolvers.custom_history import custom_differences
from resolvers.drafts import Draft
from resolvers.lists import list_as_json

# Kept on every change anyway; as changes they would only repeat the event itself.
_SILENT: Final = frozenset(
    {"created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at", "moved_at",
     "moved_by", "board_position", "due_at"}
)  # fmt: skip


def differences(draft: Draft, before: Row | None, after: Row) -> dict[str, dict[str, Any]]:
    """Give what a draft changes, by field, as the event log keeps it; of a new one, all of it."""
    found: dict[str, dict[str, Any]] = {}
    for declared in draft.entity.fields:
        if declared.name in _SILENT:
            continue
        if declared.kind is Kind.CUSTOM:
            found.update(custom_differences(draft, before, after))
            continue
        if declared.columns:
            if before is not None and draft.columns.keys().isdisjoint(declared.columns):
                continue  # what is not written stays
            was = None if before is None else value_as_json(declared, before)
            now = value_as_json(declared, after)
        elif declared.name in draft.lists:
            was = list_as_json(declared, draft.lists_before.get(declared.name, ()))
            now = list_as_json(declared, draft.lists[declared.name])
        else:
            continue
        if was != now and not (before is None and now in (None, [], False)):
            found[camel(declared.name)] = {"from": was, "to": now}
    for declared in draft.entity.fields:
        if declared.told_by in found:
            found.pop(camel(declared.name), None)
    found.update(draft.beside)
    return found


def value_as_json(declared: Field, row: Row) -> Any:
    """Give a field's value in the form in which the event log keeps it."""
    value = getattr(row, declared.column)
    if value is None:
        return None
    match declared.kind:
        case Kind.MONEY:
            return {"amount": str(value), "currency": getattr(row, f"{declared.name}_currency")}
        case Kind.REFERENCE:
            return encode_id(declared.target, value)
        case Kind.ADDRESS | Kind.UTM:
            return {camel(part): text for part, text in value.items()}
        case _:
            return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value
