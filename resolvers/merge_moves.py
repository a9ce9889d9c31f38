"""Moves what points to merged records to the one that survives, and back again.

That is no change of what points: it goes on pointing to the same person or sale, whose id has
changed. So there is no new version and no event of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, update

from db.base import WORKSPACE, new_id
from db.pointers import Pointer, pointers
from db.tables import external_ids, merge_moves
from domain.custom_fields import CUSTOM_FIELD
from domain.entities import ENTITIES
from domain.ids import encode_id
from loaders.beside import id_array
from loaders.locking import find_by_external_ids
from loaders.merges import existing, lock_holding, lock_pointing
from loaders.rows import Row
from resolvers import changes
from resolvers.custom_values import parts_of, record_targets
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import ExternalId, Values

_CUSTOM: Final = "custom"
_OUTSIDE: Final = "external_ids"
Moves = list[tuple[str, dict[str, Any]]]
"""Places, each with a row as it was."""


async def move_all(op: Operation, entity: str, sources: Sequence[UUID], target: UUID) -> Moves:
    """Let all that points to some records point to another one; gives what it was before."""
    moves: Moves = []
    for pointer in pointers(entity):
        moves += await _move(op, pointer, sources, target)
    for field in await op.loaders.everything(CUSTOM_FIELD.name):
        if entity in record_targets(field):
            moves += await _move_values(op, field, entity, sources, target)
    op.loaders.clear()
    return moves


async def keep_moves(op: Operation, merge_id: UUID, moves: Moves) -> None:
    """Note what a merge has moved, so that it can be undone."""
    shared = {"merge_id": merge_id}
    await op.session.insert(
        merge_moves,
        [{**shared, "id": new_id(), "place": place, "row": row} for place, row in moves],
    )


async def move_back(op: Operation, entity: str, target: UUID, moves: Sequence[Any]) -> None:
    """Let what was moved point to where it did, unless it has been changed since."""
    by_place: dict[str, list[Mapping[str, Any]]] = {}
    for move in moves:
        by_place.setdefault(move.place, []).append(move.row)
    for pointer in pointers(entity):
        rows = by_place.get(pointer.place, [])
        if rows and pointer.is_link:
            await _relink(op, pointer, target, rows)
        elif rows:
            await _point_back(op, pointer, target, rows)
    await _values_back(op, entity, target, by_place.get(_CUSTOM, []))
    op.loaders.clear()


async def take_external_ids(
    op: Operation, entity: str, holders: Mapping[ExternalId, UUID]
) -> Moves:
    """Take ids in other systems from the records that have them; gives what it was before."""
    table = external_ids
    if holders:
        await op.session.run(
            delete(table).where(
                table.c.workspace_id == WORKSPACE,
                table.c.record_type == entity,
                table.c.system == bindparam("old_system"),
                table.c.value == bindparam("old_value"),
            ),
            [{"old_system": item.system, "old_value": item.value} for item in holders],
        )
        op.loaders.clear()
    return [
        (_OUTSIDE, {"system": item.system, "value": item.value, "record": str(record)})
        for item, record in holders.items()
    ]


async def give_external_ids_back(op: Operation, entity: str, moves: Sequence[Any]) -> None:
    """Give records their ids in other systems back, as far as nobody else has them by now."""
    wanted = [move.row for move in moves if move.place == _OUTSIDE]
    pairs = [(row["system"], row["value"]) for row in wanted]
    known = await find_by_external_ids(op.session, entity, pairs)
    rows = [
        {"record_type": entity, "record_id": UUID(row["record"]), "system": row["system"],
         "value": row["value"]}
        for row, pair in zip(wanted, pairs, strict=True)
        if pair not in known
    ]  # fmt: skip
    await op.session.insert(external_ids, rows)


async def _move(op: Operation, pointer: Pointer, sources: Sequence[UUID], target: UUID) -> Moves:
    rows = await lock_pointing(op.session, pointer, sources)
    # The survivor itself does not come to stand above itself: see the fields of a merge.
    rows = [row for row in rows if pointer.is_link or row[pointer.key[0]] != target]
    if not rows:
        return []
    table, place = pointer.table, pointer.place
    if not pointer.is_link:
        (name,) = pointer.key
        await op.session.run(
            update(table)
            .where(
                table.c.workspace_id == WORKSPACE,
                table.c[name] == id_array([row[name] for row in rows]),
            )
            .values({pointer.column: target})
        )
        return [(place, _as_json(row, (name, pointer.column))) for row in rows]
    known = {_key(pointer, row) for row in await lock_pointing(op.session, pointer, [target])}
    await _delete(op, pointer, rows)
    moves: Moves = []
    made = []
    for row in rows:
        key = _key(pointer, row)
        is_made = key not in known
        known.add(key)
        if is_made:
            made.append({**row, pointer.column: target})
        moves.append((place, {**_as_json(row, tuple(row)), "is_made": is_made}))
    await op.session.insert(table, made)
    return moves


def _key(pointer: Pointer, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in pointer.key)


async def _delete(op: Operation, pointer: Pointer, rows: Sequence[Mapping[str, Any]]) -> None:
    names = (pointer.column, *pointer.key)
    table = pointer.table
    await op.session.run(
        delete(table).where(
            and_(*(table.c[name] == bindparam(f"old_{name}") for name in names)),
            table.c.workspace_id == WORKSPACE,
        ),
        [{f"old_{name}": row[name] for name in names} for row in rows],
    )


async def _relink(
    op: Operation, pointer: Pointer, target: UUID, stored: Sequence[Mapping[str, Any]]
) -> None:
    """Give links back, but for those that somebody has taken away since."""
    rows = [(_as_row(pointer, row), row["is_made"]) for row in stored]
    now = {_key(pointer, row) for row in await lock_pointing(op.session, pointer, [target])}
    rows = [(row, is_made) for row, is_made in rows if not is_made or _key(pointer, row) in now]
    taken = [{**row, pointer.column: target} for row, is_made in rows if is_made]
    if taken:
        await _delete(op, pointer, taken)
    # Moved twice, by the merge and by the job after it, a link comes back once.
    back = list({(row[pointer.column], *_key(pointer, row)): row for row, _ in rows}.values())
    for column, table in pointer.foreign:
        wanted = [row[column] for row in back if row[column] is not None]
        there = await existing(op.session, table, wanted)
        if column in pointer.key:
            back = [row for row in back if row[column] in there]
        else:
            back = [{**row, column: row[column] if row[column] in there else None} for row in back]
    await op.session.insert(pointer.table, back)


async def _point_back(
    op: Operation, pointer: Pointer, target: UUID, stored: Sequence[Mapping[str, Any]]
) -> None:
    (name,), table = pointer.key, pointer.table
    await op.session.run(
        update(table)
        .where(
            table.c.workspace_id == WORKSPACE,
            table.c[name] == bindparam("row_key"),
            table.c[pointer.column] == target,
        )
        .values({pointer.column: bindparam("old_target")}),
        [{"row_key": UUID(row[name]), "old_target": UUID(row[pointer.column])} for row in stored],
    )


async def _move_values(
    op: Operation, field: Row, entity: str, sources: Sequence[UUID], target: UUID
) -> Moves:
    """Let the values of a custom field point to the survivor."""
    values, goal = {encode_id(entity, key): key for key in sources}, encode_id(entity, target)
    by_pivot = field.is_filterable and field.is_ready
    rows = await lock_holding(op.session, field, values, by_pivot=by_pivot)
    drafts, moves = [], []
    key = str(field.id)
    for row in rows:
        old = row.custom[key]
        parts = dict.fromkeys(goal if part in values else part for part in parts_of(old))
        new = list(parts) if field.is_multiple else goal
        drafts.append(_value_draft(row, field, new))
        told = {"entity": row.declared.name, "record": str(row.id), "field": key,
                "old": old, "new": new}  # fmt: skip
        moves.append((_CUSTOM, told))
    await changes.change_derived(op, drafts)
    return moves


def _value_draft(row: Row, field: Row, value: Any) -> Draft:
    draft = Draft(ENTITIES[row.declared.name], row.id, Values(()), row)
    draft.columns["custom"] = {**row.custom, str(field.id): value}
    draft.custom[str(field.id)] = field
    return draft


async def _values_back(
    op: Operation, entity: str, target: UUID, stored: Sequence[Mapping[str, Any]]
) -> None:
    """Give custom values back that are still what the merge has made of them."""
    fields = {str(row.id): row for row in await op.loaders.everything(CUSTOM_FIELD.name)}
    for key in dict.fromkeys(item["field"] for item in stored):
        field = fields.get(key)
        if field is None:
            continue
        own = {item["record"]: item for item in stored if item["field"] == key}
        by_pivot = field.is_filterable and field.is_ready
        now = {encode_id(entity, target): target}
        rows = await lock_holding(op.session, field, now, by_pivot=by_pivot)
        drafts = [
            _value_draft(row, field, own[str(row.id)]["old"])
            for row in rows
            if str(row.id) in own and row.custom[key] == own[str(row.id)]["new"]
        ]
        await changes.change_derived(op, drafts)


def _as_json(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    # The library's names of columns are a kind of text that JSON does not know.
    return {str(name): _plain(row[name]) for name in names if name != "workspace_id"}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _as_row(pointer: Pointer, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row as it was stored: the values of its columns."""
    found: dict[str, Any] = {}
    for column in pointer.table.c:
        if column.name not in stored:
            continue
        value, kind = stored[column.name], column.type.python_type
        if value is not None and kind is UUID:
            value = UUID(value)
        elif value is not None and kind is datetime:
            value = datetime.fromisoformat(value)
        found[column.name] = value
    return found
