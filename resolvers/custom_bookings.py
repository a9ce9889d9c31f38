"""Bookings as custom values: completed, checked against what is taken, and reserved.

The rows here reserve the time: PostgreSQL refuses two exclusive ones that overlap. They are written
with the values that they stand for, and go while a record lies in the recycle bin.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from db.base import WORKSPACE, new_id
from db.tables import booking_holders, bookings
from domain.custom_fields import CustomFieldType
from domain.errors import Code
from loaders.beside import id_array
from loaders.bookings import Span, Taken, find_taken
from loaders.rows import Row
from resolvers.custom_values import WrongValueError, check_span, parts_of
from resolvers.drafts import Draft
from resolvers.operation import Operation

_KIND = CustomFieldType.BOOKING.value
Booked = tuple[Draft, Row, str, int, dict[str, Any]]
"""A draft, the field, its key, the place of the value in it, and the value."""


def _booked(drafts: Sequence[Draft]) -> Iterator[Booked]:
    for draft in drafts:
        for key, field in draft.custom.items():
            if field.type != _KIND:
                continue
            for place, part in enumerate(parts_of(draft.columns.get("custom", {}).get(key))):
                yield draft, field, key, place, part


async def complete_bookings(op: Operation, drafts: Sequence[Draft]) -> None:
    """Give bookings their ids and, by their services, their ends."""
    for draft, field, key, place, part in _booked(drafts):
        path = _path(draft, field, key, place)
        known = [] if draft.before is None else _stored(draft.before, key)
        if part["id"] is None:
            part["id"] = str(new_id())
        elif all(item["id"] != part["id"] for item in known):
            draft.values.wrong(Code.NOT_FOUND, "not_found", *path, "id", target="booking",
                               field=field.code)  # fmt: skip
        if part["to"] is not None or part["service"] is None:
            continue
        service = await op.loaders.one("booking_service").load(UUID(part["service"]))
        minutes = 1 if service is None else service.duration  # noted by the check of references
        end = datetime.fromisoformat(part["from"]) + timedelta(minutes=minutes)
        part["to"] = shown = end.isoformat().replace("+00:00", "Z")
        try:
            check_span(part["from"], shown)
        except WrongValueError as error:
            draft.values.wrong(error.code, error.message, *path, *error.path, field=field.code,
                               **error.values)  # fmt: skip


def _stored(row: Row, key: str) -> list[Any]:
    return parts_of(row.custom.get(key))


def _path(draft: Draft, field: Row, key: str, place: int) -> tuple[str, ...]:
    inside = draft.custom_places.get(key, ())
    return (*inside, str(place)) if field.is_multiple else inside


def _spans(part: dict[str, Any]) -> list[Span]:
    start, end = (datetime.fromisoformat(part[name]) for name in ("from", "to"))
    return [Span(UUID(holder), start, end) for holder in (*part["resources"], *part["users"])]


async def check_free(op: Operation, drafts: Sequence[Draft]) -> None:
    """Note the bookings of what is taken already, by other values or by others of this call."""
    wanted = [
        (item, span)
        for item in _booked(drafts)
        if not item[0].errors and not item[1].settings.get("allowOverbooking")
        for span in _spans(item[4])
    ]
    taken = await find_taken(op.session, [span for _, span in wanted])
    inside = _among_themselves([span for _, span in wanted])
    for index, ((draft, field, key, place, _), span) in enumerate(wanted):
        # Only what this very value replaces is free: of others nobody knows yet whether they go.
        others = (item for item in taken if (item.record, item.field) != (draft.id, field.id))
        if index in inside or any(_overlap(span, item) for item in others):
            draft.values.wrong(Code.CONFLICT, "already_booked",
                               *_path(draft, field, key, place), field=field.code)  # fmt: skip


async def check_free_again(op: Operation, fields: Sequence[Row], draft: Draft) -> None:
    """Note the times of a record in the recycle bin that have been booked since."""
    if draft.before is None:
        return
    for field in fields:
        if field.type != _KIND or field.settings.get("allowOverbooking"):
            continue
        parts = _stored(draft.before, str(field.id))
        if await find_taken(op.session, [span for part in parts for span in _spans(part)]):
            draft.values.wrong(Code.CONFLICT, "already_booked", "id", field=field.code)


def _overlap(span: Span, taken: Taken) -> bool:
    other = taken.span
    same = span.holder == other.holder
    return same and span.start < other.end and other.start < span.end


def _among_themselves(spans: Sequence[Span]) -> set[int]:
    """Give the places of the times that overlap with an earlier one of the same holder."""
    found: set[int] = set()
    last: dict[UUID, datetime] = {}
    for index, span in sorted(enumerate(spans), key=lambda item: (item[1].start, item[1].end)):
        end = last.get(span.holder)
        if end is not None and span.start < end:
            found.add(index)
        last[span.holder] = span.end if end is None else max(end, span.end)
    return found


async def write_bookings(op: Operation, drafts: Sequence[Draft]) -> None:
    """Reserve what the values of drafts say, instead of what they said before."""
    fields = sorted({field.id for draft in drafts for field in draft.custom.values()
                     if field.type == _KIND})  # fmt: skip
    if not fields:
        return
    known = [draft.id for draft in drafts if draft.before is not None]
    if known:
        await release_bookings(op, records=known, fields=fields)
    await _insert(op, [(draft.entity.name, draft.id, field, part)
                       for draft, field, _, _, part in _booked(drafts)])  # fmt: skip


async def book_again(op: Operation, fields: Sequence[Row], drafts: Sequence[Draft]) -> None:
    """Reserve what the values of records say that come out of the recycle bin."""
    await _insert(op, [
        (draft.entity.name, draft.id, field, part)
        for draft in drafts if draft.before is not None
        for field in fields if field.type == _KIND
        for part in _stored(draft.before, str(field.id))
    ])  # fmt: skip


async def _insert(op: Operation, values: Sequence[tuple[str, UUID, Row, dict[str, Any]]]) -> None:
    rows, holders = [], []
    for entity, record, field, part in values:
        key, start, end = UUID(part["id"]), *map(datetime.fromisoformat, (part["from"], part["to"]))
        times = {"starts_at": start, "ends_at": end}
        service = None if part["service"] is None else UUID(part["service"])
        rows.append({"id": key, "field_id": field.id, "record_type": entity, "record_id": record,
                     "service_id": service, **times})  # fmt: skip
        exclusive = not field.settings.get("allowOverbooking")
        holders += [
            {"booking_id": key, "holder_id": UUID(holder), "holder_type": kind,
             "is_exclusive": exclusive, **times}
            for kind in ("resource", "user")
            for holder in part[f"{kind}s"]
        ]  # fmt: skip
    await op.session.insert(bookings, rows)
    await op.session.insert(booking_holders, holders)


async def release_bookings(
    op: Operation, records: Sequence[UUID] = (), fields: Sequence[UUID] = ()
) -> None:
    """Free what the values of records reserve, those of some fields alone where these are given."""
    which = [bookings.c.workspace_id == WORKSPACE]
    if records:
        which.append(bookings.c.record_id == id_array(records))
    if fields:
        which.append(bookings.c.field_id == id_array(fields))
    await op.session.run(delete(bookings).where(*which))
