"""What is kept beside activities: what they are about, reminders that wait, and feeds."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, delete, func, update

from db.base import WORKSPACE, new_id
from db.tables import activity_links, activity_reminders, calendar_feeds
from domain.activities import ACTIVITY
from domain.ids import encode_id
from domain.timeline import TimelineKind
from loaders.activities import About, told_moments
from loaders.beside import id_array
from loaders.rows import Row
from resolvers.changes import EventKind
from resolvers.operation import Event, Operation

_NO_LINKS: Final[Mapping[UUID, int]] = MappingProxyType({})


async def link_records(
    op: Operation, linked: Mapping[UUID, Sequence[About]], after: Mapping[UUID, int] = _NO_LINKS
) -> None:
    """Let activities be about further records, `after` as many as each is about already."""
    await op.session.insert(
        activity_links,
        [
            {
                "record_type": entity,
                "record_id": key,
                "activity_id": activity,
                "sort": after.get(activity, 0) + place,
            }
            for activity, links in linked.items()
            for place, (entity, key) in enumerate(links)
        ],
    )
    op.loaders.clear()


async def unlink_records(op: Operation, gone: Mapping[UUID, Sequence[About]]) -> None:
    """Let activities no longer be about some records; one statement for all."""
    rows = [(activity, *link) for activity, links in gone.items() for link in links]
    if not rows:
        return
    names = ("activity_id", "record_type", "record_id")
    given = (
        func.unnest(
            bindparam(None, [row[0] for row in rows], type_=ARRAY(Uuid()), unique=True),
            bindparam(None, [row[1] for row in rows], type_=ARRAY(Text()), unique=True),
            bindparam(None, [row[2] for row in rows], type_=ARRAY(Uuid()), unique=True),
        )
        .table_valued(*names, name="given")
        .render_derived()
    )
    table = activity_links
    await op.session.run(
        delete(table).where(
            table.c.workspace_id == WORKSPACE,
            *(table.c[name] == given.c[name] for name in names),
        )
    )
    op.loaders.clear()


def tell_records(op: Operation, kind: TimelineKind, activity: UUID, links: Iterable[About]) -> None:
    """Append what happened to an activity to the timelines of its records."""
    told = encode_id(ACTIVITY.name, activity)
    change: dict[str, Any] = {
        "from": None if kind is TimelineKind.ACTIVITY_PLANNED else told,
        "to": None if kind is TimelineKind.ACTIVITY_DELETED else told,
    }
    if kind in _CHANGING:
        change["changes"] = _changes_of(op, activity)
    op.events.extend(
        Event(new_id(), kind.value, entity, key, None, {ACTIVITY.name: change})
        for entity, key in links
    )


_CHANGING: Final = frozenset(
    {
        TimelineKind.ACTIVITY_CHANGED,
        TimelineKind.ACTIVITY_COMPLETED,
        TimelineKind.ACTIVITY_REOPENED,
    }
)


def _changes_of(op: Operation, activity: UUID) -> dict[str, Any]:
    """Give the fields that an activity's own latest event tells of; none of a new one's."""
    own = next(
        event
        for event in reversed(op.events)
        if (event.record_type, event.record_id) == (ACTIVITY.name, activity)
    )
    return {} if own.kind == EventKind.CREATED.value else own.changes


async def write_reminders(op: Operation, rows: Sequence[Row], *, are_new: bool = False) -> None:
    """Let people be reminded of activities as they are now; what they were told stays told."""
    told: set[tuple[UUID, datetime]] = set()
    if not are_new and rows:
        ids = [row.id for row in rows]
        await op.session.run(
            delete(activity_reminders).where(
                activity_reminders.c.workspace_id == WORKSPACE,
                activity_reminders.c.activity_id == id_array(ids),
                activity_reminders.c.told_at.is_(None),
            )
        )
        if any(row.reminders for row in rows):
            told = await told_moments(op.session, ids)
    await op.session.insert(
        activity_reminders,
        [
            {
                "id": new_id(),
                "activity_id": row.id,
                "minutes": minutes,
                "remind_at": moment,
                "told_at": None,
            }
            for row in rows
            for minutes, moment in _moments(op, row)
            if (row.id, moment) not in told
        ],
    )


def _moments(op: Operation, row: Row) -> list[tuple[int, datetime]]:
    """Give how long before and when people are reminded of an activity, if they still are."""
    base: datetime | None = row.start_at or row.deadline
    if row.is_completed or base is None or base <= op.now:
        return []
    return [(minutes, base - timedelta(minutes=minutes)) for minutes in row.reminders]


async def mark_told(op: Operation, reminders: Sequence[UUID], moment: datetime) -> None:
    """Note that reminders are told."""
    await op.session.run(
        update(activity_reminders)
        .where(
            activity_reminders.c.workspace_id == WORKSPACE,
            activity_reminders.c.id == id_array(reminders),
        )
        .values(told_at=moment)
    )


async def forget_told(op: Operation, before: datetime) -> None:
    """Delete the reminders that were told before a moment."""
    await op.session.run(
        delete(activity_reminders).where(
            activity_reminders.c.workspace_id == WORKSPACE,
            activity_reminders.c.told_at < before,
        )
    )


async def replace_feed(op: Operation, user_id: UUID, hashed: bytes | None) -> None:
    """Give a person a calendar feed in place of the one until now, or none."""
    await op.session.run(
        delete(calendar_feeds).where(
            calendar_feeds.c.workspace_id == WORKSPACE, calendar_feeds.c.user_id == user_id
        )
    )
    if hashed is not None:
        row = {"id": new_id(), "user_id": user_id, "hash": hashed, "created_at": op.now}
        await op.session.insert(calendar_feeds, [row])
