"""What a lead has become, as a field of leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.conversion import LEAD_DEALS
from domain.records import DEAL
from schema.classes import OBJECTS
from schema.connection import connection_field
from schema.context import Context, running
from schema.execution.reading import BatchReader, batched_field


@dataclass(frozen=True, slots=True)
class ConversionSource:
    """What a lead has become, as it is stored; `id` is the lead's."""

    id: UUID
    contact_id: UUID | None
    company_id: UUID | None
    at: datetime
    by_id: UUID | None


def _linked(entity: str, column: str) -> BatchReader:
    async def read(context: Context, sources: Sequence[ConversionSource]) -> list[Any]:
        keys = [getattr(source, column) for source in sources]
        there = [key for key in keys if key is not None]
        rows = iter(await running(context).loaders.one(entity).load_batch(there))
        return [None if key is None else next(rows) for key in keys]

    return read


LeadConversion: Final[Any] = strawberry.type(
    type(
        "LeadConversion",
        (),
        {
            "__annotations__": {"at": datetime},
            "contact": batched_field(
                "The contact that it became; null without one that the caller may read.",
                OBJECTS["contact"] | None,
                (),
                _linked("contact", "contact_id"),
            ),
            "company": batched_field(
                "The company that it became; null without one that the caller may read.",
                OBJECTS["company"] | None,
                (),
                _linked("company", "company_id"),
            ),
            "deals": connection_field(DEAL, LEAD_DEALS.doc, LEAD_DEALS),
            "at": strawberry.field(description="When it was converted first."),
            "by": batched_field(
                "Who converted it first.", OBJECTS["user"] | None, (), _linked("user", "by_id")
            ),
        },
    ),
    description="What a lead has become.",
)


async def _conversions(context: Context, sources: Sequence[Any]) -> list[ConversionSource | None]:
    ids = [source.id for source in sources]
    found = await running(context).loaders.conversions().load_batch(ids)
    return [
        None
        if row is None
        else ConversionSource(row.lead_id, row.contact_id, row.company_id, row.at, row.by_id)
        for row in found
    ]


CONVERSION: Final = batched_field(
    "What the lead has become; null while it has not been converted.",
    LeadConversion | None,
    ("id",),
    _conversions,
)
