"""What custom values hold outside of their record: files, and the time of resources and people."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.custom_fields import CustomFieldType
from domain.files import Place
from loaders.rows import Row
from resolvers.attachments import attach, release, release_of_field, release_of_records
from resolvers.custom_bookings import book_again, release_bookings, write_bookings
from resolvers.custom_values import parts_of
from resolvers.defined_fields import fields_of
from resolvers.drafts import Draft
from resolvers.operation import Operation

_FILE, _BOOKING = CustomFieldType.FILE.value, CustomFieldType.BOOKING.value


async def write_holdings(op: Operation, drafts: Sequence[Draft]) -> None:
    """Take what the values of drafts hold now, and let go of what they held before."""
    touched = [draft for draft in drafts if draft.custom and "custom" in draft.columns]
    await write_bookings(op, touched)
    taken: list[tuple[UUID, Place]] = []
    left: list[UUID] = []
    for draft in touched:
        for key, field in draft.custom.items():
            if field.type != _FILE:
                continue
            now = _files(draft.columns["custom"], key)
            before = {} if draft.before is None else _files(draft.before.custom, key)
            place = Place(draft.entity.name, draft.id, field.id)
            taken += [(file, place) for file in now if file not in before]
            left += [file for file in before if file not in now]
    await attach(op, taken)
    await release(op, left)


def _files(custom: Mapping[str, Any], key: str) -> dict[UUID, None]:
    return {UUID(part): None for part in parts_of(custom.get(key))}


async def release_binned(op: Operation, entity: str, records: Sequence[UUID]) -> None:
    """Free the time that records reserve which go to the recycle bin; files stay with them."""
    if await _has(op, entity, _BOOKING):
        await release_bookings(op, records)


async def take_again(op: Operation, entity: str, drafts: Sequence[Draft]) -> None:
    """Reserve the time of records that come out of the recycle bin."""
    await book_again(op, await fields_of(op, entity), drafts)


async def release_purged(op: Operation, entity: str, records: Sequence[UUID]) -> None:
    """Let go of all that records hold which are deleted for good."""
    await release_binned(op, entity, records)
    await release_of_records(op, entity, records)


async def release_field(op: Operation, field: Row) -> None:
    """Let go of all that the values of a field hold."""
    if field.type == _BOOKING:
        await release_bookings(op, fields=[field.id])
    elif field.type == _FILE:
        await release_of_field(op, field.entity.lower(), field.id)


async def _has(op: Operation, entity: str, kind: str) -> bool:
    return any(field.type == kind for field in await fields_of(op, entity))
