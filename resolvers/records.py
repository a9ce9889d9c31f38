"""Create, update, upsert, delete, restore and purge, for any type of record, one or many at once.

Single operations are lists of one. Each element of a call is validated on its own; with `atomic`
(and in single calls) one that is refused refuses all, without it the others are written.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from db.base import new_id
from domain.errors import Code, RaceLostError, RefusedError, UserError
from domain.fields import Entity, camel
from domain.ids import InvalidIdError, decode_id, encode_id
from domain.merges import MERGED
from domain.roles import Action
from loaders.locking import find_by_external_ids, lock_rows
from loaders.merges import survivors
from loaders.rows import Row
from resolvers import changes
from resolvers.activities_of_records import release
from resolvers.custom_binding import keep_to_bindings
from resolvers.custom_record import require_custom, take_typed
from resolvers.custom_unique import check_restored, check_unique
from resolvers.drafts import Draft
from resolvers.duplicates import refuse_known
from resolvers.operation import Operation
from resolvers.permits import (
    check_outcomes,
    check_rows,
    require_fields,
    settle_doubts,
    take_responsibility,
)
from resolvers.preparation import prepare
from resolvers.rules import apply_rules
from resolvers.times import Times
from resolvers.tunnels import run_tunnels
from resolvers.values import ExternalId, Values, read_values
from resolvers.versions import check_version

MAX_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one element of a call: its row, or the reasons why there is none."""

    row: Row | None
    errors: tuple[UserError, ...] = ()


Raw = Mapping[str, Any]


async def create(
    op: Operation, entity: Entity, items: Sequence[Raw], *, single: bool, atomic: bool = True
) -> list[Outcome]:
    """Create records; raises ForbiddenError before any statement where the actor may not."""
    require(op.actor, Action.CREATE, entity.name)
    drafts = [
        Draft(entity, new_id(), _read(op, entity, raw, _path(index, single), creating=True), None)
        for index, raw in enumerate(items)
    ]
    for draft in drafts:
        require_fields(op.actor.rights, draft, Action.CREATE)
        take_responsibility(op, draft)
    return await save(op, drafts, atomic=atomic)


async def update(
    op: Operation, entity: Entity, items: Sequence[Raw], *, single: bool, atomic: bool = True
) -> list[Outcome]:
    """Change records by id; omitted fields stay, null clears."""
    require(op.actor, Action.UPDATE, entity.name)
    drafts = await _existing(op, entity, items, Action.UPDATE, single=single, read=True)
    return await save(op, drafts, atomic=atomic)


async def upsert(
    op: Operation,
    entity: Entity,
    items: Sequence[Raw],
    *,
    atomic: bool = True,
    read_times: Callable[[Values, Raw], Times] | None = None,
) -> list[Outcome]:
    """Create or change records by their external id; the same input twice changes nothing.

    `read_times` tells of new ones when what happened to them elsewhere; with it, all are imported.
    """
    require(op.actor, Action.CREATE, entity.name)
    require(op.actor, Action.UPDATE, entity.name)
    keys = [(item["externalId"]["system"].strip(), item["externalId"]["value"].strip())
            for item in items]  # fmt: skip
    known = await find_by_external_ids(op.session, entity.name, keys)
    rows = await lock_rows(op.session, op.actor, entity.name, list(known.values()), flagged=True)
    drafts: list[Draft] = []
    seen: set[tuple[str, str]] = set()
    for index, (raw, key) in enumerate(zip(items, keys, strict=True)):
        row = rows.get(known[key]) if key in known else None
        path = (str(index),)
        values = _read(op, entity, raw, path, creating=row is None)
        if key in seen:
            values.wrong(Code.DUPLICATE, "given_twice", "externalId")
        seen.add(key)
        if row is None:
            own = _read(op, entity, {"externalIds": [raw["externalId"]]}, path, creating=False)
            values.errors.extend(
                replace(error, path=(*path, "externalId", *error.path[len(path) + 2 :]))
                for error in own.errors
            )
        else:
            _refuse_fixed(values, entity, raw, row)
            if row.deleted_at is not None:
                values.wrong(Code.CONFLICT, "in_recycle_bin", "externalId")
        if row is None or "external_ids" in values.given:
            _keep_own_id(values, ExternalId(*key))
        drafts.append(Draft(entity, new_id() if row is None else row.id, values, row))
        if read_times is not None:
            drafts[-1].is_imported = True
            drafts[-1].times = read_times(values, raw) if row is None else None
        require_fields(op.actor.rights, drafts[-1], Action.CREATE if row is None else Action.UPDATE)
        if row is None:
            take_responsibility(op, drafts[-1])
    _forbid_at_external_id(op, drafts)
    return await save(op, drafts, atomic=atomic, unknown=seen - known.keys())


def _forbid_at_external_id(op: Operation, drafts: Sequence[Draft]) -> None:
    """Note rows that may not be changed where an upsert names them: by their external ids."""
    check_rows(op, drafts, Action.UPDATE)
    for draft in drafts:
        at_id = (*draft.path, "id")
        draft.values.errors[:] = [
            replace(error, path=(*draft.path, "externalId")) if error.path == at_id else error
            for error in draft.errors
        ]


def _refuse_fixed(values: Values, entity: Entity, raw: Raw, row: Row) -> None:
    """Refuse another value of what is given when a record is made and never changes."""
    for declared in entity.fields:
        name = camel(declared.input_name)
        if declared.writable or not declared.creatable or raw.get(name) is None:
            continue
        if raw[name] != encode_id(declared.target, getattr(row, declared.column)):
            values.wrong(Code.IMMUTABLE, "never_changes", name)


def _keep_own_id(values: Values, own: ExternalId) -> None:
    """Add the id that an upsert goes by to the ids that it gives."""
    given = values.given.get("external_ids", ())
    for index, item in enumerate(given):
        if item.system == own.system and item != own:
            values.wrong(Code.INVALID, "system_given_twice", "externalIds", str(index), "system",
                         system=own.system)  # fmt: skip
    values.given["external_ids"] = given if own in given else (*given, own)


async def delete(
    op: Operation, entity: Entity, items: Sequence[Raw], *, single: bool, atomic: bool = True
) -> list[Outcome]:
    """Put records into the recycle bin."""
    require(op.actor, Action.DELETE, entity.name)
    drafts = await _existing(op, entity, items, Action.DELETE, single=single, read=False)
    return await _finish(
        op, drafts, lambda good: changes.move_to_bin(op, good, deleted=True), atomic=atomic
    )


async def restore(op: Operation, entity: Entity, item: Raw) -> Outcome:
    """Take a record out of the recycle bin."""
    require(op.actor, Action.UPDATE, entity.name)
    drafts = await _existing(
        op, entity, [item], Action.UPDATE, single=True, read=False, in_bin=True
    )
    for draft in drafts:
        if draft.before is not None and draft.before.deleted_at is None:
            draft.values.wrong(Code.CONFLICT, "not_in_recycle_bin", "id")
        elif entity.name in MERGED and draft.id in await survivors(op.loaders, [draft.id]):
            draft.values.wrong(Code.CONFLICT, "merged_already", "id")
        await check_restored(op, draft)
    return (
        await _finish(
            op, drafts, lambda good: changes.move_to_bin(op, good, deleted=False), atomic=True
        )
    )[0]


async def purge(op: Operation, entity: Entity, item: Raw) -> Outcome:
    """Delete a record for good; links to it become empty."""
    require(op.actor, Action.DELETE, entity.name)
    drafts = await _existing(
        op, entity, [item], Action.DELETE, single=True, read=False, in_bin=True
    )

    async def remove(good: list[Draft]) -> list[Row]:
        await release(op, entity.name, [draft.id for draft in good])
        await changes.remove(op, good)
        return [draft.before for draft in good if draft.before is not None]

    return (await _finish(op, drafts, remove, atomic=True))[0]


def row_of(outcome: Outcome, place: tuple[str, ...], own: Sequence[str] = ()) -> Row:
    """Give what was written on behalf of another mutation; raises RefusedError.

    Its errors are told at a place of that one's input, but for those at its `own` names.
    """
    if outcome.row is not None:
        return outcome.row
    raise RefusedError([_told_at(error, place, own) for error in outcome.errors])


def _told_at(error: UserError, place: tuple[str, ...], own: Sequence[str]) -> UserError:
    head = error.path[0] if error.path else ""
    if head in own:
        return error
    named = {"field": head, **error.values} if head else dict(error.values)
    return replace(error, path=place, values=named)


def _path(index: int, single: bool) -> tuple[str, ...]:
    return () if single else (str(index),)


def _read(
    op: Operation, entity: Entity, raw: Raw, path: tuple[str, ...], *, creating: bool
) -> Values:
    values = read_values(entity, raw, path, creating=creating, locale=op.actor.locale)
    take_typed(values, raw.get("custom"))
    return values


async def _existing(
    op: Operation,
    entity: Entity,
    items: Sequence[Raw],
    action: Action,
    *,
    single: bool,
    read: bool,
    in_bin: bool = False,
) -> list[Draft]:
    """Lock the rows that the items name, and note those that are not there or have moved on.

    Rows that the caller may read and not change are noted as well; raises ForbiddenError for fields
    that the caller may change on none.
    """
    drafts: list[Draft] = []
    ids = []
    for index, raw in enumerate(items):
        path = _path(index, single)
        values = _read(op, entity, raw, path, creating=False) if read else Values(path)
        try:
            prefix, record_id = decode_id(raw["id"])
        except InvalidIdError:
            values.wrong(Code.INVALID, "invalid_id", "id", target=entity.name)
            prefix, record_id = "", new_id()
        if prefix and prefix != entity.name:
            values.wrong(Code.INVALID, "id_of_another_type", "id", target=entity.name,
                         found=prefix[:30])  # fmt: skip
        elif record_id in ids:
            values.wrong(Code.DUPLICATE, "given_twice", "id")
        ids.append(record_id)
        drafts.append(Draft(entity, record_id, values, None, if_version=raw.get("ifVersion")))
    for draft in drafts:
        require_fields(op.actor.rights, draft, action)
    rows = await lock_rows(op.session, op.actor, entity.name, sorted(set(ids)), flagged=True)
    if action is Action.UPDATE and not in_bin:
        rows = {**rows, **await _survivors(op, entity, drafts, rows)}
    for draft in drafts:
        draft.before = rows.get(draft.id)
        hidden = draft.before is None or (draft.before.deleted_at is not None and not in_bin)
        if hidden and not draft.errors:
            draft.values.wrong(Code.NOT_FOUND, "not_found", "id", target=entity.name)
        elif not hidden:
            await check_version(op, draft)
    check_rows(op, drafts, action)
    return drafts


async def _survivors(
    op: Operation, entity: Entity, drafts: Sequence[Draft], rows: Mapping[UUID, Row]
) -> dict[UUID, Row]:
    """Let drafts of merged records be drafts of who survived; gives the rows of those, locked."""
    known = {draft.id for draft in drafts}
    lost = [key for key in known if key not in rows or rows[key].deleted_at is not None]
    led = await survivors(op.loaders, lost) if entity.name in MERGED else {}
    for draft in drafts:
        if draft.id in led:
            if led[draft.id] in known:
                draft.values.wrong(Code.DUPLICATE, "given_twice", "id")
            draft.id = led[draft.id]
            known.add(draft.id)
    ends = sorted(set(led.values()) - rows.keys())
    return await lock_rows(op.session, op.actor, entity.name, ends, flagged=True)


async def save(
    op: Operation,
    drafts: Sequence[Draft],
    *,
    atomic: bool,
    unknown: Set[tuple[str, str]] = frozenset(),
) -> list[Outcome]:
    """Write drafts, after all rules of their records.

    `unknown` are external ids that nobody had when the operation began.
    """
    if not drafts:
        return []
    await prepare(op, drafts)
    good = [draft for draft in drafts if not draft.errors]
    if good:
        await apply_rules(op, good)
        await keep_to_bindings(op, good)
        await require_custom(op, good)
        await _refuse_taken_ids(op, good, unknown)
        await refuse_known(op, good, atomic=atomic)
    await check_unique(op, drafts, atomic=atomic)
    doubts = check_outcomes(op, drafts)

    async def write(ready: list[Draft]) -> list[Row]:
        made = iter(await changes.create(op, [item for item in ready if item.before is None]))
        kept = iter(await changes.change(op, [item for item in ready if item.before is not None]))
        await settle_doubts(op, [doubt for doubt in doubts if not doubt.draft.errors])
        return [next(made) if item.before is None else next(kept) for item in ready]

    async def write_all(ready: list[Draft]) -> list[Row]:
        return await run_tunnels(op, ready, await write(ready))

    async def write_allowed(ready: list[Draft]) -> list[Row]:
        while ready:
            try:
                async with op.attempt():
                    rows = await write(ready)
            except RefusedError:
                # Only what was written tells what a role's own filter says: again without those.
                allowed = [draft for draft in ready if not draft.errors]
                if len(allowed) == len(ready):
                    raise
                ready = allowed
            else:
                return await run_tunnels(op, ready, rows)
        return []

    alone = doubts and not atomic
    return await _finish(op, drafts, write_allowed if alone else write_all, atomic=atomic)


async def _finish(
    op: Operation, drafts: Sequence[Draft], write: Any, *, atomic: bool
) -> list[Outcome]:
    """Write the drafts without errors, or none where one that is refused refuses all."""
    refused = any(draft.errors for draft in drafts)
    if refused and atomic:
        op.failed = True
        return [Outcome(None, tuple(draft.errors)) for draft in drafts]
    good = [draft for draft in drafts if not draft.errors]
    rows = iter(await write(good) if good else [])
    return [
        Outcome(None, tuple(draft.errors)) if draft.errors else Outcome(next(rows))
        for draft in drafts
    ]


async def _refuse_taken_ids(
    op: Operation, drafts: Sequence[Draft], unknown: Set[tuple[str, str]]
) -> None:
    """Refuse external ids that another record of the type has already."""
    wanted = [
        (draft, index, item)
        for draft in drafts
        if "external_ids" in draft.lists
        for index, item in enumerate(draft.given["external_ids"])
        if item not in draft.lists_before.get("external_ids", ())
    ]
    if not wanted:
        return
    pairs = [(item.system, item.value) for _, _, item in wanted]
    known = await find_by_external_ids(op.session, drafts[0].entity.name, pairs)
    if unknown & known.keys():
        raise RaceLostError  # made meanwhile: it is a change then, and no duplicate
    taken: dict[tuple[str, str], Any] = dict(known)
    place = camel("external_ids")
    for draft, index, item in wanted:
        owner = taken.setdefault((item.system, item.value), draft.id)
        if owner != draft.id:
            draft.values.wrong(Code.DUPLICATE, "external_id_taken", place, str(index))
