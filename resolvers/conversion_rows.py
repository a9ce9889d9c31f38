"""What leads have become, written with the event that tells of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db.base import new_id
from db.tables import lead_conversions
from domain.ids import encode_id
from domain.timeline import TimelineKind
from loaders.rows import Row
from resolvers.operation import Event, Operation


async def write_conversion(op: Operation, lead: Row, made: Mapping[str, UUID | None]) -> None:
    """Note what a lead has become, once for each lead."""
    row: dict[str, Any] = {
        "lead_id": lead.id,
        "contact_id": made.get("contact"),
        "company_id": made.get("company"),
        "at": op.now,
        "by_id": op.actor.user_id,
    }
    await op.session.insert(lead_conversions, [row])
    op.loaders.conversions().clear_all()


def tell_of_conversion(op: Operation, lead: Row, made: Mapping[str, UUID | None]) -> None:
    """Append the event: what came of the lead this time, by its type."""
    changes = {
        name: {"from": None, "to": encode_id(name, key)}
        for name, key in made.items()
        if key is not None
    }
    kind = TimelineKind.CONVERTED.value
    op.events.append(Event(new_id(), kind, "lead", lead.id, lead.version, changes))
