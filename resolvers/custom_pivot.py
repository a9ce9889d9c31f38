"""The pivot of custom values: rows by which records are filtered, written with the values."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from db.base import WORKSPACE
from db.tables import custom_values
from domain.custom_fields import TEXTS, CustomFieldType
from domain.ids import decode_id
from domain.money import to_scaled
from loaders.custom import read_filled
from loaders.loaders import id_array
from loaders.rows import Row
from resolvers.drafts import Draft
from resolvers.operation import Operation

_PORTION = 5_000
_COLUMNS = ("text", "number", "day", "moment", "ref", "currency")


def pivot_column(kind: CustomFieldType) -> str:
    """Name the column that holds the values of a type."""
    if kind in TEXTS or kind is CustomFieldType.ADDRESS:
        return "text"
    match kind:
        case CustomFieldType.DATE:
            return "day"
        case CustomFieldType.DATETIME:
            return "moment"
        case CustomFieldType.LIST | CustomFieldType.USER | CustomFieldType.DICTIONARY:
            return "ref"
        case CustomFieldType.RECORD:
            return "ref"
        case _:
            return "number"


def pivot_value(field: Row, part: Any) -> tuple[str, Any]:
    """Give the column and the value of one stored value; an amount without a rate has None."""
    kind = CustomFieldType(field.type)
    return pivot_column(kind), pivot_form(kind, part)


def pivot_form(kind: CustomFieldType, part: Any) -> Any:
    """Give a stored value of a type in the form that the pivot compares."""
    match kind:
        case CustomFieldType.INTEGER | CustomFieldType.NUMBER:
            return to_scaled(Decimal(str(part)))
        case CustomFieldType.BOOLEAN:
            return int(part)
        case CustomFieldType.MONEY:
            return None if part["base"] is None else to_scaled(Decimal(part["base"]))
        case CustomFieldType.DATE:
            return date.fromisoformat(part)
        case CustomFieldType.DATETIME:
            return datetime.fromisoformat(part)
        case CustomFieldType.ADDRESS:
            return ", ".join(part.values())
        case CustomFieldType.RECORD:
            return decode_id(part)[1]
        case CustomFieldType.LIST | CustomFieldType.USER | CustomFieldType.DICTIONARY:
            return UUID(part)
        case _:
            return part


async def write_pivot(op: Operation, drafts: Sequence[Draft]) -> None:
    """Write the rows of the values that drafts give; two statements for all."""
    touched = [draft for draft in drafts if draft.custom and "custom" in draft.columns]
    if not touched:
        return
    known = [draft for draft in touched if draft.before is not None]
    if known:
        keys = sorted({UUID(key) for draft in touched for key in draft.custom})
        await op.session.run(
            delete(custom_values).where(
                custom_values.c.workspace_id == WORKSPACE,
                custom_values.c.field_id == id_array(keys),
                custom_values.c.record_id == id_array([draft.id for draft in known]),
            )
        )
    # All drafts get their rows of all fields: those that one does not give went as well.
    fields = {key: field for draft in touched for key, field in draft.custom.items()}
    rows = [row for draft in touched for field in fields.values() for row in _rows(draft, field)]
    await op.session.insert(custom_values, rows)


def _rows(draft: Draft, field: Row) -> list[dict[str, Any]]:
    value = draft.columns["custom"].get(str(field.id))
    if value is None or not (field.is_filterable or field.is_unique):
        return []
    rows = []
    for place, part in enumerate(value if isinstance(value, list) else [value]):
        keys = {"field_id": field.id, "record_id": draft.id, "place": place}
        rows.append({**keys, **_columns(field, part)})
    return rows


def _columns(field: Row, part: Any) -> dict[str, Any]:
    """Give what the row of one stored value holds."""
    column, held = pivot_value(field, part)
    found = {**dict.fromkeys(_COLUMNS), column: held}
    if field.type == CustomFieldType.MONEY.value:
        found["currency"] = part["currency"]
    return found


async def fill_pivot(op: Operation, field: Row) -> None:
    """Write the rows of all values that a field has, in portions, in this transaction."""
    last = None
    while found := await read_filled(op.session, field.entity.lower(), field.id, last, _PORTION):
        rows = []
        for record_id, value in found:
            for place, part in enumerate(value if isinstance(value, list) else [value]):
                keys = {"field_id": field.id, "record_id": record_id, "place": place}
                rows.append({**keys, **_columns(field, part)})
        await op.session.insert(custom_values, rows)
        last = found[-1][0]


async def delete_pivot(
    op: Operation, records: Sequence[UUID] = (), field: UUID | None = None
) -> None:
    """Delete the rows of records, or those of a field."""
    held = (
        custom_values.c.record_id == id_array(records)
        if field is None
        else custom_values.c.field_id == field
    )
    await op.session.run(
        delete(custom_values).where(custom_values.c.workspace_id == WORKSPACE, held)
    )
