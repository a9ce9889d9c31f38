"""What can be booked, and the services that it is booked for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from auth.policy import Action
from db.session import Session
from domain.bookings import BOOKING_SERVICE, RESOURCE
from domain.errors import Code, RefusedError, refuse
from domain.fields import Entity
from loaders.bookings import count_bookings, count_of_service
from loaders.rows import Row
from resolvers import entries
from resolvers.operation import Operation

Raw = Mapping[str, Any]


async def create_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Add a resource, active unless said otherwise, or a service; after the others."""
    draft = await entries.draft_new(op, entity, raw)
    rows = await op.loaders.everything(entity.name)
    last = max((row.sort for row in rows), default=0)
    draft.columns.setdefault("sort", last + entries.STEP)
    return await entries.save(op, draft)


async def update_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Change a resource or a service."""
    return await entries.save(op, await entries.draft_existing(op, entity, raw))


async def delete_resource(op: Operation, raw: Raw) -> Row:
    """Delete a resource that has no bookings."""
    return await _delete(op, RESOURCE, raw, count_bookings)


async def delete_service(op: Operation, raw: Raw) -> Row:
    """Delete a service that no booking is made for."""
    return await _delete(op, BOOKING_SERVICE, raw, count_of_service)


async def _delete(
    op: Operation, entity: Entity, raw: Raw, count: Callable[[Session, UUID], Awaitable[int]]
) -> Row:
    draft = await entries.draft_existing(op, entity, {"id": raw["id"]}, Action.DELETE)
    if draft.before is None:
        raise RefusedError(draft.errors)
    uses = await count(op.session, draft.id)
    if uses:
        raise refuse(Code.IN_USE, "in_use", "id", count=uses)
    await entries.drop(op, entity, [draft.before])
    return draft.before
