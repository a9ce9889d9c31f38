"""What is kept beside activities: what they are about, reminders that wait, and feeds."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update

from db.base import WORKSPACE, new_id
from db.tables import activity_links, activity_reminders, calendar_feeds
from domain.activities import ACTIVITY
from domain.ids import encode_id
from domain.timeline import TimelineKind
from loaders.activities import About, told_moments
from loaders.beside import id_array
from loaders.rows import Row
from resolvers.operation import Event, Operation


async def link_records(op: Operation, activity: UUID, links: Sequence[About], first: int) -> None:
    """Let an activity be about further records, after the `first` ones."""
    await op.session.insert(
        activity_links,
        [
            {
                "record_type": entity,
                "record_id": key,
                "activity_id": activity,
                "sort": first + place,
            }
            for place, (entity, key) in enumerate(links)
        ],
    )
    op.loaders.clear()


async def unlink_records(op: Operation, activity: UUID, links: Iterable[About]) -> None:
    """Let an activity no longer be about some records."""
    for entity, key in links:
        await op.session.run(
            delete(activity_links).where(
                activity_links.c.workspace_id == WORKSPACE,
                activity_links.c.record_type == entity,
                activity_links.c.record_id == key,
                activity_links.c.activity_id == activity,
            )
        )
    op.loaders.clear()


def tell_records(op: Operation, kind: TimelineKind, activity: UUID, links: Iterable[About]) -> None:
    """Append what happened to an activity to the timelines of its records."""
    told = encode_id(ACTIVITY.name, activity)
    change = {
        "from": None if kind is TimelineKind.ACTIVITY_PLANNED else told,
        "to": None if kind is TimelineKind.ACTIVITY_DELETED else told,
    }
    op.events.extend(
        Event(new_id(), kind.value, entity, key, None, {ACTIVITY.name: change})
        for entity, key in links
    )


async def write_reminders(op: Operation, row: Row, *, is_new: bool = False) -> None:
    """Let people be reminded of an activity as it is now; what they were told stays told."""
    if not is_new:
        await op.session.run(
            delete(activity_reminders).where(
                activity_reminders.c.workspace_id == WORKSPACE,
                activity_reminders.c.activity_id == row.id,
                activity_reminders.c.told_at.is_(None),
            )
        )
    base: datetime | None = row.start_at or row.deadline
    if row.is_completed or base is None or base <= op.now or not row.reminders:
        return
    told = set() if is_new else await told_moments(op.session, row.id)
    moments = {minutes: base - timedelta(minutes=minutes) for minutes in row.reminders}
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
            for minutes, moment in moments.items()
            if moment not in told
        ],
    )


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
