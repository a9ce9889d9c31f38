"""Merges records into one, without loss.

The others go to the recycle bin with all that they hold; the survivor takes over what it has not,
and all that points to them. Their ids lead to the survivor from then on. Who merges has to read all
fields of the records: nobody decides about what they have not seen.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update

from auth.entries import names_of
from auth.policy import require
from auth.rights import Cell
from db.base import WORKSPACE, new_id
from db.tables import merged_records, merges
from domain.custom_fields import CustomFieldType
from domain.errors import Code, RefusedError, UserError, refuse
from domain.fields import Entity, Kind, camel
from domain.files import Place
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.jobs import Job
from domain.merges import MERGE, MERGED, MOST_SOURCES, is_chosen
from domain.records import LEAD
from domain.roles import Action
from domain.timeline import MERGED_RECORDS, TimelineKind
from loaders.beside import id_array
from loaders.locking import lock_rows
from loaders.merges import find_merges, survivors
from loaders.rights import shows
from loaders.rows import Row
from loaders.timeline import Entry
from resolvers import changes, records
from resolvers.attachments import attach
from resolvers.custom_history import custom_as_json
from resolvers.custom_values import parts_of
from resolvers.defined_fields import fields_of
from resolvers.differences import value_as_json
from resolvers.drafts import Draft
from resolvers.lists import list_as_json
from resolvers.merge_fields import Side, Union, unite
from resolvers.merge_moves import keep_moves, move_all, take_external_ids
from resolvers.operation import Event, Operation
from resolvers.permits import check_rows, may_change, require_fields
from resolvers.product_rows import ROWS
from resolvers.stored_lists import read_lists
from resolvers.told_changes import ToldChange, told_changes
from resolvers.values import ExternalId, Values
from resolvers.versions import check_version

Raw = Mapping[str, Any]
SETTLE: Final = "merges.settle"
"""The job that looks once more for what points to merged records."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field of which several of the records have different values."""

    field: str
    label: str
    values: Sequence[tuple[Row, ToldChange]]


class ChoicesNeededError(RefusedError):
    """Somebody has to choose values of fields before the records can be merged."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        """Carry the fields, each with the values that there are."""
        names = ", ".join(conflict.field for conflict in conflicts)
        super().__init__(
            [UserError(Code.CONFLICT, "choices_needed", ("choices",), {"fields": names})]
        )
        self.conflicts = conflicts


async def merge_records(op: Operation, raw: Raw) -> tuple[Row, UUID]:
    """Merge records; gives the survivor and the merge.

    Raises ForbiddenError, RefusedError, ChoicesNeededError.
    """
    entity, ids = _read_ids(raw)
    for action in (Action.UPDATE, Action.DELETE):
        require(op.actor, action, entity.name)
    choices = await _read_choices(op, entity, raw, ids)
    rows, before = await _lock(op, entity, ids, raw), len(op.events)
    await _refuse_converted(op, rows)
    sides = [Side(row, await read_lists(op, _draft(entity, row))) for row in rows]
    union = Union(sides, choices, Values(()))
    await unite(op, entity, union)
    if union.open:
        raise ChoicesNeededError(await _conflicts(op, entity, union))
    survivor, sources = rows[0], rows[1:]
    # Before the survivor takes anything over: no two records have a unique value at once.
    await changes.move_to_bin(op, [_draft(entity, row) for row in sources], deleted=True)
    taken = set(union.values.given.get("external_ids", ())) - set(sides[0].lists["external_ids"])
    moves = await take_external_ids(op, entity.name, _holders(union, taken))
    survivor = await _write(op, entity, union, survivor)
    gone = [row.id for row in sources]
    moves += await move_all(op, entity.name, gone, survivor.id)
    await _refuse_circle(op, entity, survivor)
    merge_id = await _note(op, entity, union, survivor, before)
    await keep_moves(op, merge_id, moves)
    # Somebody may have been about to point to one of them: what came in between is moved as well.
    op.later(Job(SETTLE, {"merge": str(merge_id)}))
    return survivor, merge_id


async def _refuse_circle(op: Operation, entity: Entity, survivor: Row) -> None:
    """Refuse to let a company stand below what stood below one of the others."""
    if "parent" not in entity.by_name:
        return
    above, seen = survivor.parent_id, {survivor.id}
    while above is not None:
        if above in seen:
            raise refuse(Code.INVALID, "parent_below_itself", "sourceIds")
        seen.add(above)
        row = await op.loaders.truth(entity.name).load(above)
        above = None if row is None else row.parent_id


async def settle(op: Operation, arguments: Mapping[str, Any]) -> None:
    """Move what has come to point to merged records while they were merged: a job."""
    key = UUID(arguments["merge"])
    merge = (await find_merges(op.loaders, [key], locked=True)).get(key)
    if merge is None or merge.undone_at is not None:
        return
    await lock_rows(op.session, op.actor, merge.record_type, merge.source_ids)
    (end,) = set((await survivors(op.loaders, merge.source_ids)).values())
    await keep_moves(op, key, await move_all(op, merge.record_type, merge.source_ids, end))


def _holders(union: Union, taken: Set[ExternalId]) -> dict[ExternalId, UUID]:
    """Tell which of the others have ids in other systems that the survivor takes over."""
    return {
        item: side.row.id
        for side in union.sides[1:]
        for item in side.lists["external_ids"]
        if item in taken
    }


def _draft(entity: Entity, row: Row) -> Draft:
    return Draft(entity, row.id, Values(()), row)


def _read_ids(raw: Raw) -> tuple[Entity, list[UUID]]:
    """Read which records become one, the survivor first; raises RefusedError."""
    texts = [raw["targetId"], *raw["sourceIds"]]
    places = [("targetId",), *(("sourceIds", str(index)) for index in range(len(texts) - 1))]
    if len(texts) == 1:
        raise refuse(Code.REQUIRED, "merges_nothing", "sourceIds")
    if len(texts) - 1 > MOST_SOURCES:
        raise refuse(Code.LIMIT, "list_too_long", "sourceIds", limit=MOST_SOURCES)
    errors: list[UserError] = []
    prefixes: list[str] = []
    ids: list[UUID] = []
    for text, place in zip(texts, places, strict=True):
        try:
            prefix, key = decode_id(text)
        except InvalidIdError:
            errors.append(UserError(Code.INVALID, "invalid_id", place, {"target": "record"}))
            continue
        if prefix not in MERGED or (prefixes and prefix != prefixes[0]):
            wanted = prefixes[0] if prefixes else "record"
            values = {"target": wanted, "found": prefix[:30]}
            errors.append(UserError(Code.INVALID, "id_of_another_type", place, values))
        elif key in ids:
            message = "merged_into_itself" if key == ids[0] else "given_twice"
            errors.append(UserError(Code.DUPLICATE, message, place))
        prefixes.append(prefix)
        ids.append(key)
    if errors:
        raise RefusedError(errors)
    return MERGED[prefixes[0]], ids


async def _read_choices(
    op: Operation, entity: Entity, raw: Raw, ids: Sequence[UUID]
) -> dict[str, UUID]:
    """Read whose value each field gets; raises RefusedError."""
    known = {camel(field.name) for field in entity.fields
             if is_chosen(field) or field.name in {"amount", ROWS}}  # fmt: skip
    known |= {f"custom.{row.code}" for row in await fields_of(op, entity.name)}
    records_by_id = {encode_id(entity.name, key): key for key in ids}
    found: dict[str, UUID] = {}
    errors: list[UserError] = []
    for index, item in enumerate(raw.get("choices") or ()):
        name, record = item["field"], item["recordId"]
        place = ("choices", str(index))
        if name not in known:
            values = {"name": name[:50]}
            errors.append(UserError(Code.NOT_FOUND, "no_such_choice", (*place, "field"), values))
        elif name in found:
            errors.append(UserError(Code.DUPLICATE, "given_twice", (*place, "field")))
        elif record not in records_by_id:
            errors.append(UserError(Code.NOT_FOUND, "none_of_merged", (*place, "recordId")))
        else:
            found[name] = records_by_id[record]
    if errors:
        raise RefusedError(errors)
    return found


async def _lock(op: Operation, entity: Entity, ids: Sequence[UUID], raw: Raw) -> list[Row]:
    """Lock the records, the survivor first; raises RefusedError where they may not be merged."""
    rows = await lock_rows(op.session, op.actor, entity.name, sorted(ids), flagged=True)
    lost = [key for key in ids if key not in rows or rows[key].deleted_at is not None]
    led = await survivors(op.loaders, lost)
    errors: list[UserError] = []
    for index, key in enumerate(ids):
        place = ("targetId",) if index == 0 else ("sourceIds", str(index - 1))
        if key in rows and key in led:
            errors.append(UserError(Code.CONFLICT, "merged_already", place))
        elif key in lost:
            values = {"target": entity.name}
            errors.append(UserError(Code.NOT_FOUND, "not_found", place, values))
        elif not (may_change(op.actor, rows[key]) if index == 0 else _may_go(op, rows[key])):
            errors.append(UserError(Code.FORBIDDEN, "row_forbidden", place))
    if not errors:
        target = _draft(entity, rows[ids[0]])
        target.if_version = raw.get("ifVersion")
        await check_version(op, target)
        errors.extend(target.errors)
    if errors:
        raise RefusedError(errors)
    found = [rows[key] for key in ids]
    _require_sight(op, entity, found)
    return found


def _may_go(op: Operation, row: Row) -> bool:
    return op.actor.rights.is_everything or bool(row.deletes)


def _require_sight(op: Operation, entity: Entity, rows: Sequence[Row]) -> None:
    """Refuse to merge what the caller does not see the whole of, whatever is in it."""
    rights = op.actor.rights
    if rights.is_everything:
        return
    links = {camel(field.name) for field in entity.fields if field.kind is Kind.INVERSE}
    for name in names_of(rights, entity.name) - links:
        cell = rights.cell(entity.name, name)
        if cell is not Cell.FREE and not all(shows(op.actor, row, cell) for row in rows):
            raise refuse(Code.FORBIDDEN, "merging_needs_sight", "targetId")


async def _refuse_converted(op: Operation, rows: Sequence[Row]) -> None:
    """Let a lead that has been converted be the one that survives."""
    if rows[0].declared.name != LEAD.name:
        return
    found = await op.loaders.conversions().load_batch([row.id for row in rows])
    errors = [
        UserError(Code.CONFLICT, "converted_survives", ("sourceIds", str(index)))
        for index, conversion in enumerate(found[1:])
        if conversion is not None and found[0] is None
    ]
    if errors:
        raise RefusedError(errors)


async def _conflicts(op: Operation, entity: Entity, union: Union) -> list[Conflict]:
    """Give the fields to choose, each with the values of the records, as people read them."""
    custom = {f"custom.{row.code}": row for row in await fields_of(op, entity.name)}
    entries = []
    for side in union.sides:
        shown = {
            name: {"from": None, "to": _as_json(entity, custom, side, name)} for name in union.open
        }
        entries.append(
            Entry(side.row.id, op.now, None, TimelineKind.UPDATED, entity.name, side.row.id, None,
                  shown)
        )  # fmt: skip
    told = await told_changes(op, entries)
    found = []
    for changed in zip(*told, strict=True):
        values = [(side.row, change) for side, change in zip(union.sides, changed, strict=True)]
        found.append(Conflict(changed[0].field, changed[0].label, values))
    return found


def _as_json(entity: Entity, custom: Mapping[str, Row], side: Side, name: str) -> Any:
    if name in custom:
        row = custom[name]
        return custom_as_json(row, side.row.custom.get(str(row.id)))
    declared = next(field for field in entity.fields if camel(field.name) == name)
    if declared.columns:
        return value_as_json(declared, side.row)
    return list_as_json(declared, side.lists[declared.name])


async def _write(op: Operation, entity: Entity, union: Union, target: Row) -> Row:
    """Write what the survivor takes over; raises RefusedError where that is not allowed."""
    files = [(file, Place(entity.name, target.id, field.id)) for file, field in union.files]
    await attach(op, files)
    draft = Draft(entity, target.id, union.values, target)
    require_fields(op.actor.rights, draft, Action.UPDATE)
    check_rows(op, [draft], Action.UPDATE)
    survivor = records.row_of((await records.save(op, [draft], atomic=True))[0], ("targetId",))
    # Files that others take the place of stay with the record: the merge may be undone.
    await attach(op, await _own_files(op, entity, target))
    return survivor


async def _own_files(op: Operation, entity: Entity, row: Row) -> list[tuple[UUID, Place]]:
    """Give the files in the custom fields of a record, each with its place."""
    return [
        (UUID(part), Place(entity.name, row.id, field.id))
        for field in await fields_of(op, entity.name)
        if field.type == CustomFieldType.FILE.value
        for part in parts_of(row.custom.get(str(field.id)))
    ]


async def _note(op: Operation, entity: Entity, union: Union, survivor: Row, before: int) -> UUID:
    """Write down the merge, and tell of it in the log; gives its id."""
    merge_id = new_id()
    sources = [side.row.id for side in union.sides[1:]]
    ids = [encode_id(entity.name, key) for key in sources]
    told = tell(op, TimelineKind.MERGED, survivor, merge_id, {"from": [], "to": ids}, before)
    known = {row.id for row in union.sides[0].rows}
    rows: Sequence[Any] = ()
    if camel(ROWS) in told:
        rows = await op.loaders.product_rows(entity.name).load(survivor.id)
    added = [str(item.id) for item in rows if item.id not in known]
    row: dict[str, Any] = {
        "id": merge_id,
        "record_type": entity.name,
        "target_id": survivor.id,
        "source_ids": sources,
        "changes": {"fields": told, "rows": added},
        "at": op.now,
        "by_id": op.actor.user_id,
    }
    await op.session.insert(merges, [row])
    await op.session.insert(
        merged_records,
        [
            {"record_id": key, "record_type": entity.name, "survivor_id": survivor.id,
             "merge_id": merge_id}
            for key in sources
        ],
    )  # fmt: skip
    return merge_id


def tell(
    op: Operation,
    kind: TimelineKind,
    survivor: Row,
    merge_id: UUID,
    merged: Mapping[str, Any],
    before: int,
) -> dict[str, dict[str, Any]]:
    """Let the event of the survivor's change tell of a merge; gives the fields that it changed.

    The first `before` events of the operation are of earlier mutations in the same request.
    """
    entity = survivor.declared.name
    told = {MERGED_RECORDS: {**merged, "merge": encode_id(MERGE, merge_id)}}
    for index, event in enumerate(op.events[before:], before):
        if (event.record_type, event.record_id) == (entity, survivor.id):
            op.events[index] = replace(event, kind=kind.value, changes={**event.changes, **told})
            return event.changes
    op.events.append(Event(new_id(), kind.value, entity, survivor.id, None, told))
    return {}


async def mark_undone(op: Operation, merge_id: UUID) -> None:
    """Note that a merge was undone: the ids of its records lead nowhere else any more."""
    await op.session.run(
        delete(merged_records).where(
            merged_records.c.workspace_id == WORKSPACE, merged_records.c.merge_id == merge_id
        )
    )
    await op.session.run(
        update(merges)
        .where(merges.c.workspace_id == WORKSPACE, merges.c.id == id_array([merge_id]))
        .values(undone_at=op.now, undone_by_id=op.actor.user_id)
    )
