"""Activities: planned by whoever may change the records that they are about, and done once.

They have no rights of their own: whoever may read one of the records may see an activity, whoever
may change one of them may change it, and so may the person who answers for it. Each step is an
event of the activity and of all its records; the records themselves stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.actor import Scope
from auth.policy import require_scope
from db.base import new_id
from domain.activities import ACTIVITY, MOST_RECORDS
from domain.errors import Code, RefusedError, refuse
from domain.fields import Kind
from domain.timeline import TimelineKind
from loaders.activities import About, changeable_records
from loaders.locking import lock_rows
from loaders.rows import Row
from resolvers import changes
from resolvers.activity_links import Wanted, encoded, hold_records, read_wanted
from resolvers.activity_rows import link_records, tell_records, unlink_records, write_reminders
from resolvers.activity_rules import settle
from resolvers.drafts import Draft
from resolvers.entries import checked_id
from resolvers.operation import Operation
from resolvers.preparation import prepare
from resolvers.records import Outcome
from resolvers.recurrence import next_time
from resolvers.values import Values, read_values
from resolvers.versions import check_version

Raw = Mapping[str, Any]
_TIMES: Final = ("start_at", "end_at", "deadline", "due_at", "begins_at", "ends_at")
_KEPT: Final = ("kind", "subject", "description", "priority", "direction", "location",
                "responsible_id", "recurrence", "recurs_from", "reminders")  # fmt: skip
_LISTS: Final = tuple(field for field in ACTIVITY.fields if field.kind is Kind.LINKS)


@dataclass(frozen=True, slots=True)
class Held:
    """An activity that the caller may change, locked, and what it is about."""

    row: Row
    links: Sequence[About]
    changeable: frozenset[About]
    """The records among those that the caller may change."""


async def create(
    op: Operation, items: Sequence[Raw], *, single: bool, atomic: bool = True
) -> list[Outcome]:
    """Make activities; raises ForbiddenError where the caller may change no such records."""
    drafts, wanted = [], []
    for index, raw in enumerate(items):
        values = read_values(ACTIVITY, raw, () if single else (str(index),), creating=True,
                             locale=op.actor.locale)  # fmt: skip
        drafts.append(Draft(ACTIVITY, new_id(), values, None))
        wanted.append(read_wanted(values, raw, creating=True))
    await hold_records(op, [(each.values, each.added) for each in wanted])
    if drafts:
        await prepare(op, drafts)
    for draft, raw in zip(drafts, items, strict=True):
        settle(op, draft, raw)
    if atomic and any(draft.errors for draft in drafts):
        op.failed = True
        return [Outcome(None, tuple(draft.errors)) for draft in drafts]
    good = [draft for draft in drafts if not draft.errors]
    rows = iter(
        await _make(op, good, [list(each.added) for each in wanted if not each.values.errors])
    )
    return [
        Outcome(None, tuple(draft.errors)) if draft.errors else Outcome(next(rows))
        for draft in drafts
    ]


async def _make(
    op: Operation, drafts: Sequence[Draft], links: Sequence[Sequence[About]]
) -> list[Row]:
    """Write new activities with what they are about."""
    for draft, about in zip(drafts, links, strict=True):
        draft.beside["records"] = {"from": [], "to": encoded(about)}
    rows = await changes.create(op, drafts)
    await link_records(op, {row.id: about for row, about in zip(rows, links, strict=True)})
    await write_reminders(op, rows, are_new=True)
    for row, about in zip(rows, links, strict=True):
        tell_records(op, TimelineKind.ACTIVITY_PLANNED, row.id, about)
        if row.is_completed:
            tell_records(op, TimelineKind.ACTIVITY_COMPLETED, row.id, about)
    return rows


async def update(op: Operation, raw: Raw) -> Row:
    """Change an activity; raises RefusedError."""
    held = await hold(op, raw["id"])
    values = read_values(ACTIVITY, raw, (), creating=False, locale=op.actor.locale)
    draft = Draft(ACTIVITY, held.row.id, values, held.row, if_version=raw.get("ifVersion"))
    await check_version(op, draft)
    wanted = read_wanted(values, raw, creating=False)
    seen = await _seen(op, held)
    fresh = {link: place for link, place in wanted.added.items() if link not in held.links}
    await hold_records(op, [(values, fresh)])
    gone = _gone(held, wanted, seen)
    if len(held.links) + len(fresh) - len(gone) > MOST_RECORDS:
        place = "recordIds" if wanted.replace is not None else "addRecordIds"
        values.wrong(Code.LIMIT, "too_many_records", place, limit=MOST_RECORDS)
    await prepare(op, [draft])
    settle(op, draft, raw)
    if draft.errors:
        raise RefusedError(draft.errors)
    if fresh or gone:
        draft.beside["records"] = {"from": encoded(gone), "to": encoded(list(fresh))}
    (row,) = await changes.change(op, [draft])
    if row is held.row:
        return row
    await link_records(op, {row.id: list(fresh)}, {row.id: len(held.links)})
    await unlink_records(op, {row.id: gone})
    await write_reminders(op, [row])
    kept = [link for link in held.links if link not in gone]
    tell_records(op, TimelineKind.ACTIVITY_CHANGED, row.id, kept)
    tell_records(op, TimelineKind.ACTIVITY_PLANNED, row.id, fresh)
    tell_records(op, TimelineKind.ACTIVITY_DELETED, row.id, gone)
    return row


async def _seen(op: Operation, held: Held) -> set[About]:
    """Tell which of the records of an activity the caller sees: of those alone one may speak."""
    found: set[About] = set()
    for entity in {entity for entity, _ in held.links}:
        ids = [key for name, key in held.links if name == entity]
        rows = await op.loaders.one(entity).load_batch(ids)
        found.update((entity, row.id) for row in rows if row is not None)
    return found


def _gone(held: Held, wanted: Wanted, seen: set[About]) -> list[About]:
    """Give the records that an activity is no longer to be about; notes what may not be."""
    values = wanted.values
    gone: dict[About, tuple[str, ...]] = {}
    for link, place in wanted.remove.items():
        if link in seen:
            gone[link] = place
        else:
            values.wrong(Code.NOT_FOUND, "not_about_it", *place)
    if wanted.replace is not None:
        gone |= {
            link: ("recordIds",)
            for link in held.links
            if link in seen and link not in wanted.replace
        }
    for link, place in gone.items():
        if link not in held.changeable:
            values.wrong(Code.FORBIDDEN, "row_forbidden", *place)
    # One that the caller does not see is no reason to keep an activity that they no longer would.
    if gone and not (seen - gone.keys()) and not wanted.added:
        values.wrong(Code.REQUIRED, "about_nothing", "removeRecordIds")
    return list(gone)


async def complete(op: Operation, raw: Raw) -> tuple[Row, Row | None]:
    """Complete an activity; gives it, and the next one of what recurs."""
    held = await hold(op, raw["id"])
    if held.row.is_completed:
        raise refuse(Code.CONFLICT, "activity_completed", "id")
    given = {"outcome": raw["outcome"]} if "outcome" in raw else {}
    values = read_values(ACTIVITY, given, (), creating=False, locale=op.actor.locale)
    draft = Draft(ACTIVITY, held.row.id, values, held.row, if_version=raw.get("ifVersion"))
    await check_version(op, draft)
    await prepare(op, [draft])
    if draft.errors:
        raise RefusedError(draft.errors)
    moment = _next_moment(op, held.row)
    draft.columns["is_continued"] = held.row.is_continued or moment is not None
    (row,) = await _complete(op, [draft])
    tell_records(op, TimelineKind.ACTIVITY_COMPLETED, row.id, held.links)
    return row, None if moment is None else await _continue(op, held, moment)


async def _complete(op: Operation, drafts: Sequence[Draft]) -> list[Row]:
    for draft in drafts:
        draft.columns |= {
            "is_completed": True,
            "completed_at": op.now,
            "completed_by_id": op.actor.user_id,
        }
    rows = await changes.change(op, drafts)
    await write_reminders(op, rows)
    return rows


def _next_moment(op: Operation, row: Row) -> datetime | None:
    """Give when what recurs takes place next; what has been missed meanwhile is left out."""
    if row.recurrence is None or row.is_continued:
        return None
    return next_time(row.recurrence, row.recurs_from, max(row.recurs_at, op.now))


async def _continue(op: Operation, held: Held, moment: datetime) -> Row:
    """Make the next one of what recurs: as this one is, at another time."""
    row = held.row
    # From where this one is now: one that was moved moves no other.
    later = moment - (row.start_at or row.deadline)
    draft = Draft(ACTIVITY, new_id(), Values(()), None)
    draft.columns = {name: getattr(row, name) for name in _KEPT}
    for name in _TIMES:
        was = getattr(row, name)
        draft.columns[name] = None if was is None else was + later
    draft.columns["recurs_at"] = moment
    for declared in _LISTS:
        draft.lists[declared.name] = tuple(await op.loaders.linked_ids(declared).load(row.id))
    (made,) = await _make(op, [draft], [held.links])
    return made


async def reopen(op: Operation, text: str) -> Row:
    """Open a completed activity again; raises RefusedError."""
    held = await hold(op, text)
    if not held.row.is_completed:
        raise refuse(Code.CONFLICT, "activity_open", "id")
    draft = Draft(ACTIVITY, held.row.id, Values(()), held.row)
    draft.columns = {"is_completed": False, "completed_at": None, "completed_by_id": None}
    (row,) = await changes.change(op, [draft])
    await write_reminders(op, [row])
    tell_records(op, TimelineKind.ACTIVITY_REOPENED, row.id, held.links)
    return row


async def delete(op: Operation, raw: Raw) -> Row:
    """Delete an activity for good; gives it as it was."""
    held = await hold(op, raw["id"])
    draft = Draft(ACTIVITY, held.row.id, Values(()), held.row, if_version=raw.get("ifVersion"))
    await check_version(op, draft)
    if draft.errors:
        raise RefusedError(draft.errors)
    await changes.remove(op, [draft])
    tell_records(op, TimelineKind.ACTIVITY_DELETED, held.row.id, held.links)
    return held.row


async def hold(op: Operation, text: str) -> Held:
    """Lock an activity that the caller may change; raises ForbiddenError, RefusedError."""
    key = checked_id(ACTIVITY, text, "id")
    require_scope(op.actor, Scope.WRITE)
    row = (await lock_rows(op.session, op.actor, ACTIVITY.name, [key])).get(key)
    if row is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=ACTIVITY.name)
    links = await op.loaders.activity_links().load(key)
    changeable = await changeable_records(op.session, op.actor, links)
    own = row.responsible_id == op.actor.user_id and not op.actor.is_narrowed
    if not changeable and not own:
        raise refuse(Code.FORBIDDEN, "row_forbidden", "id")
    return Held(row, links, frozenset(changeable))
