"""Who uses a settings entry: counts, and the records that have to move when it goes."""

from uuid import UUID

from domain.entities import RECORDS
from domain.fields import Entity, Field, Kind
from loaders.references import count_references
from resolvers.operation import Operation


def referring_fields(entity: Entity, dictionary: str = "") -> list[tuple[Entity, Field]]:
    """Give the fields of records that point to an entity (and, for items, to their dictionary)."""
    return [
        (record, declared)
        for record in RECORDS
        for declared in record.fields
        if declared.kind is Kind.REFERENCE
        and declared.target == entity.name
        and (not dictionary or declared.dictionary == dictionary)
    ]


async def count_uses(op: Operation, entity: Entity, key: UUID, dictionary: str = "") -> int:
    """Count the records that point to an entry, those in the recycle bin too: one statement."""
    fields = [
        (record.name, declared.column) for record, declared in referring_fields(entity, dictionary)
    ]
    return await count_references(op.session, fields, key) if fields else 0
