"""Bookings: what can be reserved for a time, and the services that it is reserved for."""

from datetime import timedelta
from typing import Final

from domain.fields import Entity, Field, Kind, name_field

LONGEST: Final = timedelta(days=366)
"""How long one booking may last."""
MOST_HOLDERS: Final = 50
"""Resources and people that one booking reserves."""

_SORT: Final = Field(
    "sort", Kind.INTEGER, "Position among its like; small comes first.", always=True
)

RESOURCE: Final = Entity(
    name="resource",
    plural="resources",
    doc="Something that can be booked for a time: a room, a car, a workplace.",
    title_field="name",
    fields=(
        name_field(255),
        Field("description", Kind.TEXT, "What it is.", max_length=5_000, filterable=False),
        Field("is_active", Kind.BOOLEAN, "May be booked; bookings of inactive ones stay.",
              always=True),
        _SORT,
    ),
)  # fmt: skip

BOOKING_SERVICE: Final = Entity(
    name="booking_service",
    plural="booking_services",
    doc="What a booking is made for; it says how long one lasts.",
    title_field="name",
    fields=(
        name_field(255),
        Field("duration", Kind.INTEGER, "How long it takes, in minutes.", required=True,
              always=True, minimum=1, maximum=31 * 24 * 60),
        _SORT,
    ),
)  # fmt: skip
