"""Parts records that were merged: each has again what it had, but for what was changed since.

A field that somebody has changed after the merge stays as it is, and so does a link that somebody
has taken away. Merges are undone in the opposite order: the last one first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from domain.custom_fields import CustomFieldType
from domain.errors import Code, RefusedError, UserError, refuse
from domain.fields import Entity, Field, Kind, camel, snake
from domain.files import Place
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.merges import MERGE, MERGED, UNDOABLE
from domain.money import Money
from domain.roles import Action
from domain.timeline import TimelineKind
from loaders.locking import lock_rows
from loaders.merges import find_merges, has_later, moves_of, rows_there
from loaders.rows import Row
from resolvers import changes, records
from resolvers.attachments import attach
from resolvers.custom_history import custom_as_json
from resolvers.custom_unique import check_restored
from resolvers.custom_values import parts_of
from resolvers.defined_fields import fields_of
from resolvers.differences import value_as_json
from resolvers.drafts import Draft
from resolvers.lists import list_as_json
from resolvers.merge_moves import give_external_ids_back, move_back
from resolvers.merges import mark_undone, tell
from resolvers.operation import Operation
from resolvers.permits import check_rows, may_change, require_fields
from resolvers.product_rows import ROWS
from resolvers.stored_lists import read_lists
from resolvers.values import ListEdit, Values

_LISTS: Final = frozenset({Kind.POINTS, Kind.LINKS, Kind.EXTERNAL_IDS, Kind.REQUISITES})
_AMOUNTS: Final = frozenset({"amount", "tax"})


@dataclass(frozen=True, slots=True)
class Unmerged:
    """What came of it: the records, and the fields that stay as somebody has changed them since."""

    merge_id: UUID
    survivor: Row
    others: Sequence[Row]
    kept: Sequence[str]


@dataclass(slots=True)
class _Undoing:
    """The survivor on its way back."""

    entity: Entity
    row: Row
    lists: Mapping[str, tuple[Any, ...]]
    values: Values = field(default_factory=lambda: Values(()))
    kept: list[str] = field(default_factory=list)
    """The fields that stay as they are."""
    taken: set[UUID] = field(default_factory=set)


async def unmerge(op: Operation, raw: Mapping[str, Any]) -> Unmerged:
    """Undo a merge; raises ForbiddenError, RefusedError."""
    merge = await _lock_merge(op, raw["id"])
    entity: Entity = MERGED[merge.record_type]
    require(op.actor, Action.UPDATE, entity.name)
    rows = await _lock_rows(op, entity, merge)
    survivor, others = rows[0], rows[1:]
    undoing = _Undoing(entity, survivor, await read_lists(op, Draft(entity, survivor.id, Values(()),
                                                                   survivor)))  # fmt: skip
    before = len(op.events)
    await _take_back(op, undoing, merge)
    survivor = await _write(op, undoing)
    moves = await moves_of(op.session, merge.id)
    others = await _bring_back(op, entity, others)
    await give_external_ids_back(op, entity.name, moves)
    await move_back(op, entity.name, survivor.id, moves)
    await mark_undone(op, merge.id)
    ids = [encode_id(entity.name, row.id) for row in others]
    tell(op, TimelineKind.UNMERGED, survivor, merge.id, {"from": ids, "to": []}, before)
    return Unmerged(merge.id, survivor, others, undoing.kept)


async def _lock_merge(op: Operation, text: str) -> Any:
    try:
        prefix, key = decode_id(text)
    except InvalidIdError as error:
        raise refuse(Code.INVALID, "invalid_id", "id", target=MERGE) from error
    if prefix != MERGE:
        raise refuse(Code.INVALID, "id_of_another_type", "id", target=MERGE, found=prefix[:30])
    merge = (await find_merges(op.loaders, [key], locked=True)).get(key)
    if merge is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=MERGE)
    if merge.undone_at is not None:
        raise refuse(Code.CONFLICT, "unmerged_already", "id")
    if op.now - merge.at > UNDOABLE:
        raise refuse(Code.CONFLICT, "merge_too_old", "id", days=UNDOABLE.days)
    if await has_later(op.session, merge):
        raise refuse(Code.CONFLICT, "later_merges_first", "id")
    return merge


async def _lock_rows(op: Operation, entity: Entity, merge: Any) -> list[Row]:
    """Lock the survivor and the others, which have to be there, and the caller's to change."""
    ids = [merge.target_id, *merge.source_ids]
    rows = await lock_rows(op.session, op.actor, entity.name, sorted(ids), flagged=True)
    lost = [key for key in ids if key not in rows]
    there = await rows_there(op.session, entity.name, lost) if lost else set()
    errors: list[UserError] = []
    if len(there) < len(lost):
        errors.append(UserError(Code.CONFLICT, "merged_record_gone", ("id",)))
    elif lost or not all(may_change(op.actor, row) for row in rows.values()):
        errors.append(UserError(Code.FORBIDDEN, "row_forbidden", ("id",)))
    elif rows[merge.target_id].deleted_at is not None:
        errors.append(UserError(Code.CONFLICT, "survivor_in_bin", ("id",)))
    if errors:
        raise RefusedError(errors)
    return [rows[key] for key in ids]


async def _take_back(op: Operation, undoing: _Undoing, merge: Any) -> None:
    """Work out the change that takes away what the merge has brought."""
    fields: dict[str, Any] = merge.changes["fields"]
    # A field that was made since is another one, whatever its code: ids grow with time.
    known = [row for row in await fields_of(op, undoing.entity.name) if row.id < merge.id]
    by_code = {row.code: row for row in known}
    custom: list[dict[str, Any]] = []
    for name, change in fields.items():
        code = name.removeprefix("custom.")
        if code != name:
            custom += _custom_back(undoing, by_code.get(code), change)
            continue
        declared = undoing.entity.by_name.get(snake(name))
        if declared is None or declared.name == ROWS:
            continue
        if declared.kind in _LISTS:
            _list_back(undoing, declared, change)
        else:
            await _field_back(op, undoing, declared, change)
    if custom:
        undoing.values.given["custom_values"] = custom
    _rows_back(undoing, {UUID(key) for key in merge.changes["rows"]})
    undoing.values.taken = frozenset(undoing.taken)


def _list_back(undoing: _Undoing, declared: Field, change: Mapping[str, Any]) -> None:
    added = [_identity(item) for item in change["to"] if item not in change["from"]]
    items = undoing.lists[declared.name]
    told = list_as_json(declared, items)
    left = tuple(item for item, json in zip(items, told, strict=True)
                 if _identity(json) not in added)  # fmt: skip
    if left != items:
        undoing.values.given[declared.name] = left
        undoing.taken.update(item for item in left if isinstance(item, UUID))


def _identity(item: Any) -> Any:
    """Give what of an item says which one it is: a phone is its number, whatever it is for."""
    return item["value"] if isinstance(item, Mapping) and {"kind", "value"} <= item.keys() else item


async def _field_back(
    op: Operation, undoing: _Undoing, declared: Field, change: Mapping[str, Any]
) -> None:
    if value_as_json(declared, undoing.row) != change["to"]:
        undoing.kept.append(camel(declared.name))
        return
    value = _read(declared, change["from"])
    if declared.kind is Kind.REFERENCE and value is not None:
        if not await rows_there(op.session, declared.target, [value]):
            undoing.kept.append(camel(declared.name))
            return
        undoing.taken.add(value)
    undoing.values.given[declared.name] = value


def _read(declared: Field, told: Any) -> Any:
    """Give a value of the event log as an input would have it."""
    if told is None:
        return None
    match declared.kind:
        case Kind.MONEY:
            return Money(Decimal(told["amount"]), told["currency"])
        case Kind.REFERENCE:
            return decode_id(told)[1]
        case Kind.DATE:
            return date.fromisoformat(told)
        case Kind.ADDRESS | Kind.UTM:
            return {snake(part): text for part, text in told.items()}
        case _:
            return told


def _custom_back(
    undoing: _Undoing, row: Row | None, change: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    if row is None:
        return  # the field is gone
    now = custom_as_json(row, undoing.row.custom.get(str(row.id)))
    if row.is_multiple:
        before, after = parts_of(change["from"]), parts_of(change["to"])
        added = [part for part in after if part not in before]
        value: Any = [part for part in parts_of(now) if part not in added] or None
        if value == now:
            return
    elif now != change["to"]:
        undoing.kept.append(f"custom.{row.code}")
        return
    else:
        value = change["from"]
        if row.type == CustomFieldType.BOOKING.value and value is not None:
            value = {name: part for name, part in value.items() if name != "id"}
    undoing.taken.update(_ids(value))
    yield {"code": row.code, "value": value}


def _ids(value: Any) -> Iterator[UUID]:
    """Give the ids within a value."""
    if isinstance(value, str):
        try:
            yield decode_id(value)[1]
        except InvalidIdError:
            return
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _ids(part)


def _rows_back(undoing: _Undoing, added: set[UUID]) -> None:
    """Take the product rows away that came with the merge; an amount that follows them follows."""
    values = undoing.values
    rows = undoing.lists.get(ROWS, ())
    there = frozenset(row.id for row in rows if row.id in added)
    if there:
        values.edits[ROWS] = ListEdit((), there)
    if not added:
        return
    by_hand = values.given.get("is_amount_manual", undoing.row.is_amount_manual)
    if not by_hand:
        for name in _AMOUNTS:
            values.given.pop(name, None)


async def _write(op: Operation, undoing: _Undoing) -> Row:
    if not undoing.values.given and not undoing.values.edits:
        return undoing.row
    draft = Draft(undoing.entity, undoing.row.id, undoing.values, undoing.row)
    require_fields(op.actor.rights, draft, Action.UPDATE)
    check_rows(op, [draft], Action.UPDATE)
    return records.row_of((await records.save(op, [draft], atomic=True))[0], ("id",))


async def _bring_back(op: Operation, entity: Entity, rows: Sequence[Row]) -> list[Row]:
    """Take the others out of the recycle bin, with the files that they hold."""
    drafts = [Draft(entity, row.id, Values(()), row) for row in rows if row.deleted_at is not None]
    for draft in drafts:
        await check_restored(op, draft)
    errors = [error for draft in drafts for error in draft.errors]
    if errors:
        raise RefusedError(errors)
    pairs = [
        (UUID(part), Place(entity.name, row.id, field.id))
        for field in await fields_of(op, entity.name)
        if field.type == CustomFieldType.FILE.value
        for row in rows
        for part in parts_of(row.custom.get(str(field.id)))
    ]
    await attach(op, pairs)
    back = {row.id: row for row in await changes.move_to_bin(op, drafts, deleted=False)}
    return [back.get(row.id, row) for row in rows]
