"""What can be booked, and the services that it is booked for."""

from collections.abc import Mapping
from typing import Any

from domain.bookings import BOOKING_SERVICE, RESOURCE
from domain.custom_fields import CUSTOM_FIELD, CustomFieldType
from domain.errors import Code, refuse
from domain.fields import Entity
from loaders.custom import count_booked
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import entries
from resolvers.defined_fields import fields_about
from resolvers.operation import Operation

Raw = Mapping[str, Any]


async def create_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Add a resource, active unless said otherwise, or a service; after the others."""
    draft = await entries.draft_new(op, entity, raw)
    await lock_name(op.session, entity.plural)
    rows = await op.loaders.everything(entity.name)
    last = max((row.sort for row in rows), default=0)
    draft.columns.setdefault("sort", last + entries.STEP)
    return await entries.save(op, draft)


async def update_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Change a resource or a service."""
    return await entries.save(op, await entries.draft_existing(op, entity, raw))


async def delete_resource(op: Operation, raw: Raw) -> Row:
    """Delete a resource that no value books, those in the recycle bin too, and no field offers."""
    return await _delete(op, RESOURCE, raw)


async def delete_service(op: Operation, raw: Raw) -> Row:
    """Delete a service that no booking is made for, the bin included, and no field offers."""
    return await _delete(op, BOOKING_SERVICE, raw)


async def _delete(op: Operation, entity: Entity, raw: Raw) -> Row:
    row = await entries.going(op, entity, raw)
    offering = await fields_about(op, row)
    if offering:
        raise refuse(Code.IN_USE, "used_by_fields", "id",
                     fields=", ".join(field.code for field in offering))  # fmt: skip
    fields = await op.loaders.everything(CUSTOM_FIELD.name)
    booking = [field for field in fields if field.type == CustomFieldType.BOOKING.value]
    part = {"resources": [str(row.id)]} if entity is RESOURCE else {"service": str(row.id)}
    # Not by the calendar: what is in the recycle bin has left it, and may come back.
    uses = await count_booked(op.session, booking, part)
    if uses:
        raise refuse(Code.IN_USE, "in_use", "id", count=uses)
    await entries.drop(op, entity, [row])
    return row
