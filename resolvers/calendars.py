"""Calendar feeds: a person's own activities as iCalendar (RFC 5545), by an address that is secret.

Whoever has the address reads what the person may read now. It is stored as a hash and shown once.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, Final

from icalendar import Alarm, Calendar, Component, Event, Todo, vRecur

from auth.actor import Scope
from auth.policy import require_scope
from auth.tokens import TokenKind, new_token
from domain.activities import ACTIVITY, CALENDAR_PATH, ActivityKind, ActivityPriority
from domain.audit import AuditKind
from domain.errors import Code, ForbiddenError, refuse
from domain.ids import encode_id
from loaders.calendars import feed_rows, has_feed
from loaders.rows import Row
from resolvers.activity_rows import replace_feed
from resolvers.audit import audit
from resolvers.operation import Operation
from resolvers.recurrence import read_rule, whole_second

_FORM: Final = b"1"
"""Changes with the form in which activities are written."""
_BACK: Final = timedelta(days=30)
_AHEAD: Final = timedelta(days=366)
_PRIORITIES: Final = {
    ActivityPriority.HIGH.value: 1,
    ActivityPriority.NORMAL.value: 5,
    ActivityPriority.LOW.value: 9,
}


async def create_feed(op: Operation) -> str:
    """Give the actor a calendar feed in place of the one until now; gives its address."""
    if not {Scope.READ, Scope.WRITE} <= op.actor.scopes:
        raise ForbiddenError("token_scope")
    if op.actor.is_narrowed:
        # It would read more than the key does.
        raise ForbiddenError("calendar_of_narrowed")
    token = new_token(TokenKind.CALENDAR)
    await replace_feed(op, op.actor.person_id, token.digest)
    await audit(op, AuditKind.CALENDAR_CREATED)
    return f"{op.mailer.public_url}{CALENDAR_PATH}/{token.secret}.ics"


async def revoke_feed(op: Operation) -> None:
    """End the actor's calendar feed; raises RefusedError where there is none."""
    require_scope(op.actor, Scope.WRITE)
    if not await has_feed(op.session, op.actor.person_id):
        raise refuse(Code.NOT_FOUND, "no_calendar_feed")
    await replace_feed(op, op.actor.person_id, None)
    await audit(op, AuditKind.CALENDAR_REVOKED)


async def read_calendar(op: Operation) -> Sequence[Row]:
    """Read what stands in the calendar of whoever asks: a month back and a year ahead."""
    return await feed_rows(op.loaders, op.now - _BACK, op.now + _AHEAD)


def tag_of(rows: Sequence[Row]) -> str:
    """Give what tells calendars apart, without writing one: which activities, as of when."""
    found = hashlib.sha256(_FORM)
    for row in rows:
        found.update(row.id.bytes + row.version.to_bytes(8, "big"))
    return found.hexdigest()


def calendar_of(rows: Sequence[Row]) -> bytes:
    """Write activities as a calendar; the same ones give the same bytes.

    That is work for a second of many: whoever serves others meanwhile lets a thread do it.
    """
    found = Calendar()
    found.add("prodid", "-//Voronka//Activities//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", "Voronka")
    for row in rows:
        found.add_component(_entry(row))
    written: bytes = found.to_ical()
    return written


def _entry(row: Row) -> Component:
    """Write an activity: an event where it has a start, else a task with a deadline."""
    is_task = row.kind == ActivityKind.TASK.value or row.start_at is None
    entry: Component = Todo() if is_task else Event()
    entry.add("uid", f"{encode_id(ACTIVITY.name, row.id)}@voronka")
    entry.add("dtstamp", _stamp(row.updated_at))
    entry.add("created", _stamp(row.created_at))
    entry.add("last-modified", _stamp(row.updated_at))
    entry.add("sequence", row.version - 1)
    entry.add("summary", row.subject)
    for name, value in (("description", row.description), ("location", row.location)):
        if value is not None:
            entry.add(name, value)
    entry.add("categories", [row.kind])
    entry.add("priority", _PRIORITIES[row.priority])
    if row.start_at is not None:
        entry.add("dtstart", _stamp(row.start_at))
    if is_task:
        _fill_task(entry, row)
    elif row.end_at is not None and row.end_at > row.start_at:
        entry.add("dtend", _stamp(row.end_at))
    _add_recurrence(entry, row)
    if not row.is_completed:
        for minutes in row.reminders:
            entry.add_component(_alarm(row, minutes))
    return entry


def _fill_task(entry: Component, row: Row) -> None:
    due = row.due_at
    # RFC 5545 wants a task to be due after its start, if it is.
    if due is not None and (row.start_at is None or due > row.start_at):
        entry.add("due", _stamp(due))
    entry.add("status", "COMPLETED" if row.is_completed else "NEEDS-ACTION")
    if row.is_completed:
        entry.add("completed", _stamp(row.completed_at))
        entry.add("percent-complete", 100)


def _add_recurrence(entry: Component, row: Row) -> None:
    """Tell how an open activity goes on, unless it was moved away from the times of its rule."""
    start: datetime | None = row.start_at
    if row.recurrence is None or row.is_completed or row.is_continued or start is None:
        return
    if whole_second(start) != row.recurs_at:
        return
    rule = read_rule(row.recurrence)
    values: dict[str, Any] = {"freq": rule.frequency, "interval": rule.interval}
    if rule.days:
        values["byday"] = [f"{place or ''}{day}" for place, day in rule.days]
    if rule.until is not None:
        values["until"] = rule.until
    if rule.count is not None:
        times = takewhile(lambda moment: moment < row.recurs_at, rule.times(row.recurs_from))
        values["count"] = rule.count - sum(1 for _ in times)
    entry.add("rrule", vRecur(values))


def _alarm(row: Row, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", row.subject)
    related = {} if row.start_at is not None else {"related": "END"}
    alarm.add("trigger", timedelta(minutes=-minutes), parameters=related)
    return alarm


def _stamp(moment: datetime) -> datetime:
    """Give a moment as calendars have it: in UTC, to a second."""
    return moment.astimezone(UTC).replace(microsecond=0)
