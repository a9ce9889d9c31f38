"""The pivot of custom values: rows by which records are filtered and ordered, kept with the values.

A value has a row where its field is filterable or unique. A record without a value of a field that
records can be ordered by has an empty row, so that an order by index loses nobody.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, delete, func, select, update

from db.base import WORKSPACE
from db.tables import custom_values
from domain.custom_fields import CUSTOM_FIELD, TEXTS, CustomFieldType
from domain.ids import decode_id
from domain.jobs import Job
from domain.money import to_scaled
from loaders.beside import id_array
from loaders.custom import read_portion
from loaders.rows import Row
from resolvers.custom_ranks import RANKED, RANKS, Ranks, load_ranks, rank_of
from resolvers.custom_values import TARGETS, parts_of
from resolvers.defined_fields import fields_of
from resolvers.drafts import Draft
from resolvers.operation import Operation

PORTION: Final = 5_000
"""Records whose rows are written at once; the rest follows in the background."""
RANK: Final = "custom_fields.rank"
"""The job that goes on where values follow a rank."""
_EMPTY: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("text", "number", "day", "moment", "ref", "currency", "city", "country",
                     "until")),
    "is_empty": False,
}  # fmt: skip
_NEVER_ORDERED: Final = frozenset(
    {CustomFieldType.ADDRESS, CustomFieldType.RECORD, CustomFieldType.FILE}
)


def pivot_column(kind: CustomFieldType) -> str:
    """Name the column by which values of a type are compared."""
    if kind in TEXTS or kind is CustomFieldType.ADDRESS:
        return "text"
    if kind in TARGETS or kind is CustomFieldType.RECORD:
        return "ref"
    match kind:
        case CustomFieldType.DATE:
            return "day"
        case CustomFieldType.DATETIME | CustomFieldType.BOOKING:
            return "moment"
        case _:
            return "number"


def order_column(kind: CustomFieldType) -> str | None:
    """Name the column by which records are ordered; None for types that do not order."""
    if kind in _NEVER_ORDERED:
        return None
    return RANKS[kind].column if kind in RANKS else pivot_column(kind)


def is_ordering(field: Row) -> bool:
    """Tell whether records can be ordered by a field."""
    single = field.is_filterable and not field.is_multiple
    return bool(single and order_column(CustomFieldType(field.type)))


def pivot_form(kind: CustomFieldType, part: Any) -> Any:
    """Give a stored value of a type in the form that the pivot compares."""
    if kind in TARGETS:
        return UUID(part)
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
        case CustomFieldType.BOOKING:
            return datetime.fromisoformat(part["from"])
        case CustomFieldType.ADDRESS:
            return ", ".join(part.values())
        case CustomFieldType.RECORD:
            return decode_id(part)[1]
        case _:
            return part


def pivot_value(field: Row, part: Any) -> tuple[str, Any]:
    """Give the column and the value of one stored value; an amount without a rate has None."""
    kind = CustomFieldType(field.type)
    return pivot_column(kind), pivot_form(kind, part)


def _columns(field: Row, part: Any, ranks: Ranks) -> dict[str, Any]:
    """Give what the row of one stored value holds."""
    column, value = pivot_value(field, part)
    found = {**_EMPTY, column: value, "is_empty": value is None}
    kind = CustomFieldType(field.type)
    match kind:
        case CustomFieldType.MONEY:
            found["currency"] = part["currency"]
        case CustomFieldType.ADDRESS:
            found.update(city=part.get("city"), country=part.get("country"))
        case CustomFieldType.BOOKING:
            found["until"] = datetime.fromisoformat(part["to"])
        case _ if kind in RANKS:
            found[RANKS[kind].column] = ranks.get((TARGETS[kind], value))
    return found


def pivot_rows(field: Row, record: UUID, value: Any, ranks: Ranks) -> list[dict[str, Any]]:
    """Give the rows of what a record has stored of a field; an empty one where it has nothing."""
    keys = {"field_id": field.id, "record_id": record}
    if value is None:
        empty = {**_EMPTY, "is_empty": True}
        return [{**keys, "place": 0, **empty}] if is_ordering(field) else []
    return [{**keys, "place": place, **_columns(field, part, ranks)}
            for place, part in enumerate(parts_of(value))]  # fmt: skip


async def write_pivot(op: Operation, drafts: Sequence[Draft]) -> None:
    """Write the rows of the values that drafts give; two statements for all."""
    touched = [draft for draft in drafts if "custom" in draft.columns]
    if not touched:
        return
    fields = [
        field
        for field in await fields_of(op, touched[0].entity.name)
        if field.is_filterable or field.is_unique
    ]
    known = [draft for draft in touched if draft.before is not None and draft.custom]
    given = {key for draft in known for key in draft.custom}
    if known:
        keys = [field.id for field in fields if str(field.id) in given]
        await _delete(op, keys, [draft.id for draft in known])
    # Of known records, all drafts get their rows of all fields that one gives: those went as well.
    wanted = [
        (draft, field)
        for draft in touched
        for field in fields
        if draft.before is None or (draft.custom and str(field.id) in given)
    ]
    values = [(field, draft.id, draft.columns["custom"].get(str(field.id)))
              for draft, field in wanted]  # fmt: skip
    await _insert(op, values)


async def _insert(op: Operation, values: Sequence[tuple[Row, UUID, Any]]) -> None:
    ranks = await load_ranks(op, [(field, value) for field, _, value in values])
    rows = [
        row for field, record, value in values for row in pivot_rows(field, record, value, ranks)
    ]
    await op.session.insert(custom_values, rows)


async def _delete(op: Operation, fields: Sequence[UUID], records: Sequence[UUID]) -> None:
    await op.session.run(
        delete(custom_values).where(
            custom_values.c.workspace_id == WORKSPACE,
            custom_values.c.field_id == id_array(fields),
            custom_values.c.record_id == id_array(records),
        )
    )


async def fill_portion(op: Operation, field: Row, after: UUID | None) -> UUID | None:
    """Write the rows of the next records' values of a field; gives the last one while more come."""
    found = await read_portion(
        op.session, field.entity.lower(), field.id, after, PORTION,
        filled=not is_ordering(field),
    )  # fmt: skip
    if not found:
        return None
    # What was written since the field became filterable has its rows already.
    await _delete(op, [field.id], [record for record, _ in found])
    await _insert(op, [(field, record, value) for record, value in found])
    return found[-1][0] if len(found) == PORTION else None


async def delete_pivot(op: Operation, records: Sequence[UUID]) -> None:
    """Delete the rows of records."""
    await op.session.run(
        delete(custom_values).where(
            custom_values.c.workspace_id == WORKSPACE,
            custom_values.c.record_id == id_array(records),
        )
    )


async def delete_portion(op: Operation, field: UUID) -> bool:
    """Delete the next rows of a field; tells whether there may be more."""
    table, chosen = custom_values, custom_values.alias()
    some = (
        select(chosen.c.record_id)
        .where(chosen.c.workspace_id == WORKSPACE, chosen.c.field_id == field)
        .limit(PORTION)
    )
    gone = await op.session.rows(
        delete(table)
        .where(table.c.workspace_id == WORKSPACE, table.c.field_id == field,
               table.c.record_id.in_(some))
        .returning(table.c.record_id)
    )  # fmt: skip
    return len(gone) >= PORTION


async def follow_ranks(op: Operation, rows: Sequence[Row]) -> None:
    """Write ranks and names that have changed beside the values; most at once, the rest later.

    The rows are of one entity; one statement for all.
    """
    if rows and await _rank_portion(op, rows):
        ids = [str(row.id) for row in rows]
        op.later(Job(RANK, {"entity": rows[0].declared.name, "ids": ids}))


async def _rank_portion(op: Operation, rows: Sequence[Row]) -> bool:
    """Write what rows are ranked by beside the next values that point to them; tells of more."""
    target = rows[0].declared.name
    kinds = {kind.value for kind in RANKS if TARGETS[kind] == target}
    every = await op.loaders.everything(CUSTOM_FIELD.name)
    fields = [field.id for field in every if field.type in kinds]
    if not fields:
        return False
    table, chosen = custom_values, custom_values.alias()
    column = RANKED[target].column
    new = func.unnest(
        bindparam(None, [row.id for row in rows], type_=ARRAY(Uuid()), unique=True),
        bindparam(None, [rank_of(row) for row in rows], type_=ARRAY(table.c[column].type),
                  unique=True),
    ).table_valued("key", "rank", name="new").render_derived()  # fmt: skip
    some = (
        select(chosen.c.field_id, chosen.c.record_id, chosen.c.place, new.c.rank)
        .join_from(chosen, new, chosen.c.ref == new.c.key)
        .where(
            chosen.c.workspace_id == WORKSPACE,
            chosen.c.field_id == id_array(fields),
            chosen.c[column].is_distinct_from(new.c.rank),
        )
        .limit(PORTION)
        .subquery("some")
    )
    written = await op.session.rows(
        update(table)
        .where(
            table.c.workspace_id == WORKSPACE,
            *(table.c[name] == some.c[name] for name in ("field_id", "record_id", "place")),
        )
        .values({column: some.c.rank})
        .returning(table.c.record_id)
    )
    return len(written) >= PORTION
