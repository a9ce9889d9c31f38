"""What the timeline of a record tells, and where an entry stands in it."""

from enum import Enum
from typing import Final

from domain.fields import Field, Kind
from domain.filters import Direction, OrderKey


class TimelineKind(Enum):
    """What an entry of a timeline tells of."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    STAGE_MOVED = "STAGE_MOVED"
    DELETED = "DELETED"
    RESTORED = "RESTORED"
    PURGED = "PURGED"


ENTRY: Final = "event"
"""The prefix of the ids of entries: each is an event of the log."""
STAGE: Final = "stage"
"""The field whose change makes an update a move to another stage."""
NEWEST_FIRST: Final = (
    OrderKey((Field("at", Kind.DATETIME, "When it happened."),), Direction.DESC),
)
"""The order of entries, all but the final id."""
