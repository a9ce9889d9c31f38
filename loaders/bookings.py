"""Reads about bookings: what is taken, who uses a service or a resource, what a time holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, FromClause, Select, Uuid, bindparam, func, literal, select

from db.base import WORKSPACE
from db.session import Session
from db.tables import booking_holders, bookings
from loaders.beside import id_array
from loaders.loaders import Loaders
from loaders.rights import shows
from loaders.rows import Row


@dataclass(frozen=True, slots=True)
class Span:
    """A time for which a resource or a person is wanted."""

    holder: UUID
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A time for which a resource or a person is booked, and by which value."""

    span: Span
    record: UUID
    field: UUID


async def find_taken(session: Session, wanted: Sequence[Span]) -> list[Taken]:
    """Find the exclusive bookings that overlap with times."""
    if not wanted:
        return []
    spans = func.unnest(
        bindparam(None, [span.holder for span in wanted], type_=ARRAY(Uuid()), unique=True),
        _times([span.start for span in wanted]),
        _times([span.end for span in wanted]),
    ).table_valued("holder", "start", "end", name="wanted").render_derived()  # fmt: skip
    held, booking = booking_holders.alias(), bookings.alias()
    found = await session.rows(
        select(held.c.holder_id, held.c.starts_at, held.c.ends_at, booking.c.record_id,
               booking.c.field_id)
        .join_from(held, spans, (held.c.holder_id == spans.c.holder)
                   & _during(held).op("&&")(func.tstzrange(spans.c.start, spans.c.end)))
        .join(booking, booking.c.id == held.c.booking_id)
        .where(
            held.c.workspace_id == WORKSPACE,
            booking.c.workspace_id == WORKSPACE,
            held.c.is_exclusive,
        )
    )  # fmt: skip
    return [
        Taken(Span(row.holder_id, row.starts_at, row.ends_at), row.record_id, row.field_id)
        for row in found
    ]


def _times(values: Sequence[datetime]) -> Any:
    return bindparam(None, list(values), type_=ARRAY(DateTime(timezone=True)), unique=True)


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking: a custom value, or an entry of the calendar."""

    id: UUID
    start: datetime
    end: datetime
    service: UUID | None
    resources: tuple[UUID, ...]
    users: tuple[UUID, ...]
    points: str = "booking"
    """Names its type, as it does of phones and the like."""


def booking_of(value: Mapping[str, Any]) -> Booked:
    """Give the booking that a stored custom value is."""
    return Booked(
        UUID(value["id"]),
        datetime.fromisoformat(value["from"]),
        datetime.fromisoformat(value["to"]),
        None if value["service"] is None else UUID(value["service"]),
        tuple(map(UUID, value["resources"])),
        tuple(map(UUID, value["users"])),
    )


async def load_bookings(loaders: Loaders, ids: Sequence[UUID]) -> list[Booked]:
    """Give the bookings with some ids whose records the caller may read."""
    booking, statement = _booked()
    found = await loaders.session.rows(statement.where(booking.c.id == id_array(ids)))
    return await _readable(loaders, found)


async def _readable(loaders: Loaders, found: Sequence[Any]) -> list[Booked]:
    """Leave out what records book that the caller may not read."""
    wanted: dict[str, dict[UUID, None]] = {}
    for row in found:
        wanted.setdefault(row.record_type, {})[row.record_id] = None
    holders: dict[tuple[str, UUID], Row] = {}
    for entity, keys in wanted.items():
        records = await loaders.one(entity).load_batch(list(keys))
        holders.update(((entity, row.id), row) for row in records if row is not None)

    def may_read(row: Any) -> bool:
        holder = holders.get((row.record_type, row.record_id))
        cell = loaders.actor.rights.custom_cell(row.field_id)
        return holder is not None and shows(loaders.actor, holder, cell)

    return [
        Booked(row.id, row.starts_at, row.ends_at, row.service_id, tuple(row.resources),
               tuple(row.users))
        for row in found
        if may_read(row)
    ]  # fmt: skip


async def booked_between(
    loaders: Loaders, start: datetime, end: datetime, holders: Sequence[UUID], limit: int
) -> list[Booked]:
    """Give the bookings that overlap with a time, by their start; of some holders, if given."""
    booking, statement = _booked()
    held = booking_holders.alias()
    overlapping = select(held.c.booking_id).where(
        held.c.workspace_id == WORKSPACE,
        _during(held).op("&&")(func.tstzrange(_time(start), _time(end))),
    )
    if holders:
        overlapping = overlapping.where(held.c.holder_id == id_array(holders))
    found = await loaders.session.rows(
        statement.where(booking.c.id.in_(overlapping))
        .order_by(booking.c.starts_at, booking.c.id)
        .limit(limit)
    )
    return await _readable(loaders, found)


def _booked() -> tuple[FromClause, Select[Any]]:
    """Give the SELECT of bookings with arrays of their holders."""
    booking = bookings.alias()

    def holders(kind: str) -> Any:
        held = booking_holders.alias()
        return func.array(
            select(held.c.holder_id)
            .where(
                held.c.workspace_id == WORKSPACE,
                held.c.booking_id == booking.c.id,
                held.c.holder_type == kind,
            )
            .order_by(held.c.holder_id)
            .correlate(booking)
            .scalar_subquery(),
            type_=ARRAY(Uuid()),
        )

    statement = select(
        booking.c.id, booking.c.record_type, booking.c.record_id, booking.c.field_id,
        booking.c.service_id,
        booking.c.starts_at, booking.c.ends_at, holders("resource").label("resources"),
        holders("user").label("users"),
    ).where(booking.c.workspace_id == WORKSPACE)  # fmt: skip
    return booking, statement


def _during(source: FromClause) -> Any:
    return func.tstzrange(source.c.starts_at, source.c.ends_at)


def _time(value: datetime) -> Any:
    return literal(value, DateTime(timezone=True))
