"""What the viewer has to do: the agenda, how much waits, and reminders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.activities import ACTIVITY, AGENDA_DAYS, AGENDA_MOST
from domain.errors import BadInputError
from domain.people import USER
from loaders.activities import Told
from loaders.lists import DEFAULT_PAGE, MAX_PAGE
from resolvers.operation import Operation
from schema.classes import OBJECTS
from schema.context import Context, Info, operation, running
from schema.execution.reading import batched_field, plain_field
from schema.filters import read_id
from schema.signatures import argument, declare_resolver, list_of

_TYPE: Final = OBJECTS[ACTIVITY.name]
DAY_ENDS: Final = argument(
    datetime | None, "When the caller's day ends; at midnight in UTC if left out."
)


def end_of_day(op: Operation, given: datetime | None) -> datetime:
    """Give the end of the day that counters go by; raises BadInputError for one that is no day."""
    if given is None:
        today = op.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return today + timedelta(days=1)
    if not op.now - timedelta(days=1) <= given <= op.now + timedelta(days=2):
        raise BadInputError("no_end_of_day", ("dayEnds",))
    return given


@dataclass(frozen=True, slots=True)
class Counts:
    """Open activities by when they are due."""

    overdue: int
    today: int
    ahead: int


_COUNTERS: Final = {
    "overdue": plain_field("Due before now.", int, ("overdue",)),
    "today": plain_field("Due later today.", int, ("today",)),
    "ahead": plain_field("Due after today, or at no certain time.", int, ("ahead",)),
}
ActivityCounters: Any = strawberry.type(
    type("ActivityCounters", (), dict(_COUNTERS)),
    description="How many open activities there are, each counted once.",
)


async def _counters(
    root: Any, info: Info, responsible_id: str | None = None, day_ends: datetime | None = None
) -> Any:
    op = operation(info)
    end = end_of_day(op, day_ends)
    key: UUID = op.actor.person_id
    if responsible_id is not None:
        key = read_id(USER.name, responsible_id, ("responsibleId",))
    row = await op.loaders.activity_counts(key, op.now, end)
    return Counts(row.overdue, row.today, row.ahead)


COUNTERS: Final = strawberry.field(
    resolver=declare_resolver(
        _counters,
        {
            "responsible_id": argument(
                strawberry.ID | None, "Whose: one's own if left out. Only what one may see counts."
            ),
            "day_ends": DAY_ENDS,
        },
        ActivityCounters,
    ),
    description="How many open activities somebody answers for, by when they are due.",
)


async def _agenda(root: Any, info: Info, **given: Any) -> Any:
    start, end = given["from_"], given["to"]
    if end <= start:
        raise BadInputError("range_backwards", ("to",))
    if end - start > timedelta(days=AGENDA_DAYS):
        raise BadInputError("range_too_long", ("to",), limit=AGENDA_DAYS)
    found = await operation(info).loaders.agenda(start, end)
    if len(found) > AGENDA_MOST:
        raise BadInputError("agenda_too_long", ("to",), limit=AGENDA_MOST)
    return found


AGENDA: Final = strawberry.field(
    resolver=declare_resolver(
        _agenda,
        {
            "from_": argument(datetime, "First moment.", name="from"),
            "to": argument(datetime, f"Moment after the last one, {AGENDA_DAYS} days on at most."),
        },
        list_of(_TYPE),
    ),
    description="The activities that one answers for or takes part in and that fall into a time, "
    f"done ones too, by their beginning; {AGENDA_MOST} at most.",
)


async def _reminded(context: Context, sources: Sequence[Told]) -> list[Any]:
    ids = [source.activity_id for source in sources]
    return await running(context).loaders.one(ACTIVITY.name).load_batch(ids)


Reminder: Any = strawberry.type(
    type(
        "Reminder",
        (),
        {
            "at": plain_field("When it was given.", datetime, ("told_at",)),
            "minutes": plain_field(
                "So many minutes before the start, or else the deadline, it was to be.",
                int,
                ("minutes",),
            ),
            "activity": batched_field("What it reminds of.", _TYPE | None, (), _reminded),
        },
    ),
    description="A reminder that was given.",
)


async def _reminders(
    root: Any, info: Info, since: datetime | None = None, first: int | None = None
) -> Any:
    if first is not None and not 1 <= first <= MAX_PAGE:
        raise BadInputError("page_size", ("first",), limit=MAX_PAGE)
    op = operation(info)
    after = op.now - timedelta(days=1) if since is None else since
    return await op.loaders.told_reminders(after, DEFAULT_PAGE if first is None else first)


REMINDERS: Final = strawberry.field(
    resolver=declare_resolver(
        _reminders,
        {
            "since": argument(
                datetime | None,
                "Only those after this moment, such as the `at` of the last one that is known; "
                "those of a day if left out.",
            ),
            "first": argument(
                int | None,
                f"So many, up to {MAX_PAGE}, and all others of the last one's moment; 25 if left "
                "out.",
            ),
        },
        list_of(Reminder),
    ),
    description="Reminders of activities that one answers for or takes part in, the first first. "
    "They are kept for 30 days.",
)
VIEWER_ACTIVITIES: Final[Mapping[str, Any]] = {
    "agenda": AGENDA,
    "activity_counters": COUNTERS,
    "reminders": REMINDERS,
}
