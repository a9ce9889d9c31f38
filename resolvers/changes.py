"""THE write path: the only place that writes rows of records, settings and people.

What comes here has been validated and allowed. It compares with what was, writes what differs and
appends one event for each changed record, in the operation's transaction. A draft that changes
nothing writes nothing: no new version, no event.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import Text, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from db.base import WORKSPACE, new_id
from db.tables import TABLES, events, workspaces
from domain.fields import Entity, camel
from loaders.beside import id_array
from loaders.board import STEP
from loaders.custom import read_portion
from loaders.rows import Row, column_names, make_row, with_values
from resolvers.custom_holdings import (
    release_binned,
    release_purged,
    take_again,
    write_holdings,
)
from resolvers.custom_pivot import PORTION, delete_pivot, follow_ranks, write_pivot
from resolvers.custom_ranks import RANKED
from resolvers.dated_events import dated
from resolvers.differences import differences
from resolvers.drafts import Draft
from resolvers.duplicate_keys import delete_keys, write_keys, write_keys_again
from resolvers.lists import delete_lists, write_lists
from resolvers.operation import Event, Operation


class EventKind(Enum):
    """What happened to a record."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"
    RESTORED = "RESTORED"
    PURGED = "PURGED"


async def create(op: Operation, drafts: Sequence[Draft]) -> list[Row]:
    """Insert new rows with their lists and events; all of one entity."""
    if not drafts:
        return []
    entity = drafts[0].entity
    table = TABLES[entity.name]
    rows = [{**_defaults(entity), **_stamps(op, draft), **draft.columns} for draft in drafts]
    await op.session.insert(table, rows)
    await write_lists(op, drafts)
    await _write_beside(op, drafts)
    op.loaders.clear()
    made = []
    for draft, values in zip(drafts, rows, strict=True):
        row = _as_row(entity, values)
        made.append(row)
        op.loaders.know(entity.name, row.id, row)
        _note(op, draft, EventKind.CREATED, row, differences(draft, None, row))
        if draft.times is not None:
            op.events.extend(dated(op.events.pop(), draft.times))
    return made


async def change(op: Operation, drafts: Sequence[Draft]) -> list[Row]:
    """Write what differs from the rows as they were; give the rows as they are now."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    result: list[Row] = []
    changed: list[Draft] = []
    for draft in drafts:
        before = _before(draft)
        columns = {
            name: value for name, value in draft.columns.items() if getattr(before, name) != value
        }
        after = with_values(before, columns)
        changes = differences(draft, before, after)
        if not columns and not changes:
            result.append(before)
            continue
        if draft.entity.is_versioned:
            columns.update(
                updated_at=op.now, updated_by_id=op.actor.user_id, version=before.version + 1
            )
            after = with_values(before, columns)
        changed.append(draft)
        if columns:
            groups.setdefault(tuple(sorted(columns)), []).append({**columns, "id": draft.id})
        result.append(after)
        _note(op, draft, EventKind.UPDATED, after, changes)
    if drafts:
        await _write_groups(op, drafts[0].entity, groups)
        await write_lists(op, changed)
        await _write_beside(op, changed)
        _reload(op, drafts[0].entity, result)
        await _rank_again(op, changed)
    return result


async def _write_beside(op: Operation, drafts: Sequence[Draft]) -> None:
    if drafts and drafts[0].entity.is_record:
        await write_pivot(op, drafts)
        await write_holdings(op, drafts)
        await write_keys(op, drafts)


async def _rank_again(op: Operation, drafts: Sequence[Draft]) -> None:
    """Let custom values follow the rank or the name of what they point to."""
    rank = RANKED.get(drafts[0].entity.name) if drafts else None
    if rank is None:
        return
    moved = [
        draft.id for draft in drafts
        if any(draft.current(name) != getattr(_before(draft), name) for name in rank.sources)
    ]  # fmt: skip
    rows = await op.loaders.truth(drafts[0].entity.name).load_batch(moved)
    await follow_ranks(op, [row for row in rows if row is not None])


async def change_derived(op: Operation, drafts: Sequence[Draft]) -> list[Row]:
    """Write columns that are no content (base amounts, ranks): no new version and no event."""
    if not drafts:
        return []
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for draft in drafts:
        names = tuple(sorted(draft.columns))
        groups.setdefault(names, []).append({**draft.columns, "id": draft.id})
    await _write_groups(op, drafts[0].entity, groups)
    await write_pivot(op, drafts)
    rows = [with_values(_before(draft), draft.columns) for draft in drafts]
    _reload(op, drafts[0].entity, rows)
    return rows


async def move_to_bin(op: Operation, drafts: Sequence[Draft], *, deleted: bool) -> list[Row]:
    """Put records into the recycle bin, or take them out again."""
    if not drafts:
        return []
    entity = drafts[0].entity
    stamp = op.now if deleted else None
    rows = []
    values = []
    for draft in drafts:
        before = _before(draft)
        columns = {
            "deleted_at": stamp,
            "updated_at": op.now,
            "updated_by_id": op.actor.user_id,
            "version": before.version + 1,
        }
        rows.append(with_values(before, columns))
        values.append({**columns, "id": draft.id})
        kind = EventKind.DELETED if deleted else EventKind.RESTORED
        _note(op, draft, kind, rows[-1], {})
    await _write_groups(op, entity, {tuple(sorted(values[0].keys() - {"id"})): values})
    if deleted:
        await release_binned(op, entity.name, [row.id for row in rows])
        await delete_keys(op, entity.name, [row.id for row in rows])
    else:
        await take_again(op, entity.name, drafts)
        await write_keys_again(op, entity.name, rows)
    _reload(op, entity, rows)
    if deleted:
        for row in rows:
            op.loaders.know(entity.name, row.id, None)
    return rows


async def remove(op: Operation, drafts: Sequence[Draft]) -> None:
    """Delete rows for good, with their lists."""
    if not drafts:
        return
    entity = drafts[0].entity
    table = TABLES[entity.name]
    ids = [draft.id for draft in drafts]
    await delete_lists(op, entity, ids)
    if entity.is_record:
        await delete_pivot(op, ids)
        await delete_keys(op, entity.name, ids)
        await release_purged(op, entity.name, ids)
    await op.session.run(
        delete(table).where(table.c.workspace_id == WORKSPACE, table.c.id == id_array(ids))
    )
    op.loaders.clear()
    for draft in drafts:
        _note(op, draft, EventKind.PURGED, _before(draft), {})


async def change_workspace(op: Operation, before: Any, values: Mapping[str, Any]) -> None:
    """Write what differs of the workspace itself."""
    changed = {key: value for key, value in values.items() if getattr(before, key) != value}
    if not changed:
        return
    op.settings_changed = True
    await op.session.run(update(workspaces).where(workspaces.c.id == WORKSPACE).values(**changed))
    differences = {
        camel(key): {"from": getattr(before, key), "to": value} for key, value in changed.items()
    }
    op.events.append(
        Event(new_id(), EventKind.UPDATED.value, "workspace", before.id, None, differences)
    )


async def spread_positions(op: Operation, stage_id: UUID) -> None:
    """Spread the cards of a column evenly; ranks are no content, so there is no event."""
    deal = TABLES["deal"]
    ranked = (
        select(
            deal.c.id,
            func.row_number().over(order_by=(deal.c.board_position, deal.c.id)).label("rank"),
        )
        .where(deal.c.workspace_id == WORKSPACE, deal.c.stage_id == stage_id)
        .subquery()
    )
    await op.session.run(
        update(deal)
        .where(
            deal.c.workspace_id == WORKSPACE,
            deal.c.id == ranked.c.id,
            # A card that somebody else is moving is waited for; by then it may stand elsewhere.
            deal.c.stage_id == stage_id,
        )
        .values(board_position=ranked.c.rank * STEP)
    )


async def flush_events(op: Operation, *, already: int) -> None:
    """Append the events since the first `already` ones to the log, and queue the jobs."""
    fresh = op.events[already:]
    if op.settings_changed:
        await _raise_settings_version(op)
    await op.session.insert(
        events,
        [
            {
                "id": event.id,
                "at": event.at or op.now,
                "actor_id": event.by_id if event.at else op.actor.user_id,
                "kind": event.kind,
                "record_type": event.record_type,
                "record_id": event.record_id,
                "version": event.version,
                "changes": event.changes,
            }
            for event in fresh
        ],
    )
    if op.jobs:
        await op.session.enqueue(op.jobs, op.actor.user_id)
        op.jobs.clear()


async def _raise_settings_version(op: Operation) -> None:
    """Tell all processes that what they hold of the workspace's settings is out of date."""
    version = workspaces.c.settings_version
    await op.session.run(
        update(workspaces).where(workspaces.c.id == WORKSPACE).values(settings_version=version + 1)
    )
    op.settings_changed = False


async def _write_groups(
    op: Operation, entity: Entity, groups: Mapping[tuple[str, ...], list[dict[str, Any]]]
) -> None:
    table = TABLES[entity.name]
    op.settings_changed |= entity.is_setting
    for rows in groups.values():
        await op.session.update(table, rows)


def _before(draft: Draft) -> Row:
    if draft.before is None:
        raise RuntimeError("a change needs the row as it was")
    return draft.before


def _reload(op: Operation, entity: Entity, rows: Sequence[Row]) -> None:
    op.loaders.clear()
    for row in rows:
        op.loaders.know(entity.name, row.id, row)


def _as_row(entity: Entity, values: Mapping[str, Any]) -> Row:
    return make_row(entity.name, [values.get(name) for name in column_names(entity.name)])


def _defaults(entity: Entity) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in TABLES[entity.name].c:
        default = column.server_default
        text = getattr(default, "arg", None)
        if text in {"true", "false"}:
            values[column.name] = text == "true"
        elif column.name in {"version", "sort", "board_position"} and not column.nullable:
            values[column.name] = 1 if column.name == "version" else 0
        elif column.name == "custom":
            values[column.name] = {}
        elif column.name not in {"workspace_id", "created_at", "updated_at"}:
            values[column.name] = None
    return values


def _stamps(op: Operation, draft: Draft) -> dict[str, Any]:
    stamps: dict[str, Any] = {"id": draft.id}
    if "created_at" in TABLES[draft.entity.name].c:
        stamps["created_at"] = op.now
    if draft.entity.is_versioned:
        stamps.update(
            created_by_id=op.actor.user_id, updated_at=op.now, updated_by_id=op.actor.user_id
        )
    return stamps


async def forget_portion(
    op: Operation, entity: str, field: UUID, after: UUID | None
) -> UUID | None:
    """Delete the next values of a custom field; gives the last record while more have one.

    That is no change of the records.
    """
    table = TABLES[entity]
    key = str(field)
    found = await read_portion(op.session, entity, field, after, PORTION, filled=True)
    ids = [record for record, _ in found]
    await op.session.run(
        update(table)
        .where(table.c.workspace_id == WORKSPACE, table.c.id == id_array(ids))
        .values(custom=table.c.custom.op("-", return_type=JSONB())(literal(key, Text())))
    )
    return ids[-1] if len(ids) == PORTION else None


def _note(
    op: Operation, draft: Draft, kind: EventKind, row: Row, changes: dict[str, dict[str, Any]]
) -> None:
    version = row.version if draft.entity.is_versioned else None
    op.settings_changed |= draft.entity.is_setting
    op.events.append(Event(new_id(), kind.value, draft.entity.name, draft.id, version, changes))
