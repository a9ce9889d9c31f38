"""Activities: calls, meetings, e-mails and tasks that people plan and do about records."""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Final

from domain.fields import Entity, Field, Kind, Link, fixed


class ActivityKind(Enum):
    """What is done."""

    CALL = "CALL"
    MEETING = "MEETING"
    EMAIL = "EMAIL"
    TASK = "TASK"


class ActivityPriority(Enum):
    """How much it matters."""

    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"


class ActivityDirection(Enum):
    """Who calls or writes."""

    INCOMING = "INCOMING"
    OUTGOING = "OUTGOING"


class LeadActivities(Enum):
    """What becomes of a lead's open activities when it is converted."""

    COMPLETE = "COMPLETE"
    CARRY_OVER = "CARRY_OVER"


def _moment(name: str, doc: str, *, sortable: bool = False) -> Field:
    return Field(name, Kind.DATETIME, doc, sortable=sortable, filterable=sortable)


ACTIVITY: Final = Entity(
    name="activity",
    plural="activities",
    doc="A call, a meeting, an e-mail or a task about one or several records. It is as readable "
    "and as writable as they are.",
    is_growing=True,
    title_field="subject",
    searchable=("subject",),
    fields=(
        Field("kind", Kind.ENUM, "What is done.", enum=ActivityKind, always=True, required=True),
        Field("subject", Kind.STRING, "What it is about, in a line.", always=True, required=True),
        Field("description", Kind.TEXT, "More about it.", max_length=20_000, filterable=False),
        Field("priority", Kind.ENUM, "How much it matters; NORMAL unless given.",
              enum=ActivityPriority, always=True),
        Field("direction", Kind.ENUM, "Who calls or writes; of calls and e-mails alone.",
              enum=ActivityDirection, filterable=False),
        Field("location", Kind.STRING, "Where it takes place.", max_length=500, filterable=False),
        _moment("start_at", "When it begins.", sortable=True),
        _moment("end_at", "When it ends."),
        _moment("deadline", "By when it is to be done.", sortable=True),
        Field("due_at", Kind.DATETIME, "By when it counts as overdue: the deadline; without one, "
              "the end of a task and the start of anything else.", sortable=True, writable=False,
              creatable=False),
        Field("responsible", Kind.REFERENCE, "Who does it; whoever makes it unless given.",
              target="user", always=True),
        Field("participants", Kind.LINKS, "Who of us takes part besides.", target="user",
              link=Link(table="activity_participants", owner="activity_id", target="user_id")),
        Field("contacts", Kind.LINKS, "Who of the customers takes part.", target="contact",
              link=Link(table="activity_contacts", owner="activity_id", target="contact_id")),
        fixed("is_completed", Kind.BOOLEAN, "Whether it is done."),
        Field("completed_at", Kind.DATETIME, "When it was done.", sortable=True, writable=False,
              creatable=False),
        Field("completed_by", Kind.REFERENCE, "Who completed it.", target="user", writable=False,
              creatable=False, filterable=False),
        Field("outcome", Kind.TEXT, "What came of it.", max_length=20_000, filterable=False),
        Field("recurrence", Kind.STRING, "How it recurs: an RRULE of RFC 5545, such as "
              "FREQ=WEEKLY;BYDAY=MO. Times are in UTC. The next one is made when this one is "
              "completed.", max_length=300, filterable=False),
        Field("reminders", Kind.JSON, "How many minutes before the start, or else the deadline, "
              "people are reminded.", always=True, writable=False, creatable=False,
              filterable=False),
        fixed("created_at", Kind.DATETIME, "When it was made.", sortable=True),
        Field("created_by", Kind.REFERENCE, "Who made it.", target="user", writable=False,
              creatable=False, filterable=False),
        Field("updated_at", Kind.DATETIME, "When it last changed.", always=True, writable=False,
              creatable=False, filterable=False),
        Field("updated_by", Kind.REFERENCE, "Who changed it last.", target="user", writable=False,
              creatable=False, filterable=False),
        Field("version", Kind.INTEGER, "Grows by one with every change.", always=True,
              writable=False, creatable=False, filterable=False),
    ),
)  # fmt: skip
HAVE_DIRECTION: Final = frozenset({ActivityKind.CALL.value, ActivityKind.EMAIL.value})
MOST_RECORDS: Final = 20
"""So many records an activity may be linked to."""
MOST_REMINDERS: Final = 10
LONGEST_REMINDER: Final = 40_320
"""Four weeks, in minutes."""
LONGEST_DAYS: Final = 366
"""An activity ends within so many days of its start."""
AGENDA_DAYS: Final = 62
AGENDA_MOST: Final = 500
CALENDAR_PATH: Final = "/calendar"
"""Where calendar feeds are read, from the server's root."""
REMINDER: Final = "REMINDER"
"""The kind of the event that a reminder is."""


@cache
def activities_of(entity: str) -> Field:
    """Declare the activities of a type of records, which are none of the fields of its own."""
    return Field(
        "activities",
        Kind.LINKS,
        "What is planned and was done about the record, newest first unless ordered otherwise.",
        target=ACTIVITY.name,
        link=Link(
            table="activity_links", owner="record_id", target="activity_id", owner_type=entity
        ),
    )


def due_of(values: Mapping[str, object]) -> object:
    """Give by when an activity counts as overdue, of its kind and times by their columns."""
    if values["deadline"] is not None:
        return values["deadline"]
    if values["kind"] == ActivityKind.TASK.value and values["end_at"] is not None:
        return values["end_at"]
    return values["start_at"]
