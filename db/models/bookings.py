"""What can be booked, and the bookings that custom values stand for."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Text, Uuid, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from db.base import id_column, reference, text_column, workspace_table
from db.record import flag, moment

resources = workspace_table(
    "resources",
    id_column(),
    text_column("name", required=True),
    text_column("description"),
    flag("is_active", default=True),
    Column("sort", Integer(), nullable=False),
)
booking_services = workspace_table(
    "booking_services",
    id_column(),
    text_column("name", required=True),
    Column("duration", Integer(), nullable=False),
    Column("sort", Integer(), nullable=False),
)
bookings = workspace_table(
    "bookings",
    id_column(),
    Column("field_id", Uuid(), nullable=False),
    Column("record_type", Text(), nullable=False),
    Column("record_id", Uuid(), nullable=False),
    *reference("service_id", "booking_services"),
    moment("starts_at", required=True),
    moment("ends_at", required=True),
    Index("ix_bookings_record", "workspace_id", "record_id", "field_id"),
    Index("ix_bookings_service_id", "workspace_id", "service_id"),
)
"""Written with the custom values that they are, in the same transaction; the jsonb is the truth."""

booking_holders = workspace_table(
    "booking_holders",
    Column("booking_id", Uuid(), primary_key=True),
    Column("holder_id", Uuid(), primary_key=True),
    Column("holder_type", Text(), nullable=False),
    moment("starts_at", required=True),
    moment("ends_at", required=True),
    flag("is_exclusive", default=True),
    ForeignKeyConstraint(
        ["workspace_id", "booking_id"],
        ["bookings.workspace_id", "bookings.id"],
        ondelete="CASCADE",
    ),
)
"""Whom a booking reserves. Two exclusive bookings of one resource or person never overlap."""
booking_holders.append_constraint(
    ExcludeConstraint(
        (booking_holders.c.workspace_id, "="),
        (booking_holders.c.holder_id, "="),
        (func.tstzrange(booking_holders.c.starts_at, booking_holders.c.ends_at), "&&"),
        where=booking_holders.c.is_exclusive,
        using="gist",
        name="ex_booking_holders_overlap",
    )
)
Index(
    "ix_booking_holders_time",
    booking_holders.c.workspace_id,
    booking_holders.c.holder_id,
    func.tstzrange(booking_holders.c.starts_at, booking_holders.c.ends_at),
    postgresql_using="gist",
)
