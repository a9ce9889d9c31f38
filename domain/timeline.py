"""What the timeline of a record tells, and where an entry stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.fields import Entity, Field, Kind
from domain.filters import Direction, OrderKey


class TimelineKind(Enum):
    """What an entry of a timeline tells of."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    STAGE_MOVED = "STAGE_MOVED"
    DELETED = "DELETED"
    RESTORED = "RESTORED"
    PURGED = "PURGED"
    IMPORTED = "IMPORTED"
    CONVERTED = "CONVERTED"
    COPIED = "COPIED"
    COMMENTED = "COMMENTED"
    COMMENT_CHANGED = "COMMENT_CHANGED"
    COMMENT_DELETED = "COMMENT_DELETED"
    COMMENT_PINNED = "COMMENT_PINNED"
    COMMENT_UNPINNED = "COMMENT_UNPINNED"
    MERGED = "MERGED"
    UNMERGED = "UNMERGED"
    ACTIVITY_PLANNED = "ACTIVITY_PLANNED"
    ACTIVITY_CHANGED = "ACTIVITY_CHANGED"
    ACTIVITY_COMPLETED = "ACTIVITY_COMPLETED"
    ACTIVITY_REOPENED = "ACTIVITY_REOPENED"
    ACTIVITY_DELETED = "ACTIVITY_DELETED"


BINNED: Final = (TimelineKind.DELETED, TimelineKind.RESTORED)
"""Entries about the recycle bin."""
OF_COMMENTS: Final = (
    TimelineKind.COMMENTED,
    TimelineKind.COMMENT_CHANGED,
    TimelineKind.COMMENT_DELETED,
    TimelineKind.COMMENT_PINNED,
    TimelineKind.COMMENT_UNPINNED,
)
"""Entries about what people say, and about no field."""
OF_ACTIVITIES: Final = (
    TimelineKind.ACTIVITY_PLANNED,
    TimelineKind.ACTIVITY_CHANGED,
    TimelineKind.ACTIVITY_COMPLETED,
    TimelineKind.ACTIVITY_REOPENED,
    TimelineKind.ACTIVITY_DELETED,
)
"""Entries about what people plan and do, and about no field."""
OF_MERGES: Final = (TimelineKind.MERGED, TimelineKind.UNMERGED)
"""Entries about other records that became part of one, or parted from it again."""
MERGED_RECORDS: Final = "mergedRecords"
"""Where an event of a merge keeps the ids of those records."""
OF_LINKS: Final = (TimelineKind.CONVERTED, TimelineKind.COPIED)
"""Entries about other records that came of the record, or that it came of, and about no field."""
LONGEST_COMMENT: Final = 20_000
COMMENT: Final = Entity(
    name="comment",
    plural="comments",
    doc="What somebody said about a record.",
    fields=(
        Field("text", Kind.TEXT, "What it says.", max_length=LONGEST_COMMENT, required=True),
        Field("mentions", Kind.LINKS, "The people whom it names.", target="user"),
    ),
)
"""What one writes of a comment; it has no type of its own among records and settings."""


ENTRY: Final = "event"
"""The prefix of the ids of entries: each is an event of the log."""
STAGE: Final = "stage"
"""The field whose change makes an update a move to another stage."""
TUNNEL: Final = "tunnel"
"""What stands among the changes of an event that a tunnel brought about; it is no field."""


class LinkRole(Enum):
    """What another record is to the one that an entry is about."""

    BECAME = "BECAME"
    COPY = "COPY"
    COPY_OF = "COPY_OF"


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A kind of links in entries `OF_LINKS`."""

    role: LinkRole
    told_by: str = ""
    """The field of the other record that tells of the link as well, if one does."""


LINKS: Final[Mapping[str, LinkKind]] = {
    "company": LinkKind(LinkRole.BECAME),
    "contact": LinkKind(LinkRole.BECAME),
    "deal": LinkKind(LinkRole.BECAME, "lead"),
    "copy": LinkKind(LinkRole.COPY, STAGE),
    "copyOf": LinkKind(LinkRole.COPY_OF, STAGE),
}
"""Links by the names that stand for them in the log, in the order in which they are told."""
NEWEST_FIRST: Final = (
    OrderKey((Field("at", Kind.DATETIME, "When it happened."),), Direction.DESC),
)
"""The order of entries, all but the final id."""
