"""Duplicates in the API: what a look-up finds, and what is told beside records just made."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.custom_fields import RecordType
from domain.duplicates import SOURCES, DuplicateKind, DuplicateMode
from domain.fields import Entity
from loaders.duplicates import duplicate_control, mode_of
from resolvers.duplicates import (
    MOST_FOUND,
    MOST_VALUES,
    Duplicate,
    Reason,
    asked_entities,
    duplicates_of,
    look_up,
)
from resolvers.operation import Operation
from schema.classes import Record
from schema.context import Context, operation, running
from schema.execution.reading import batched_field, plain_field
from schema.inputs import input_type
from schema.signatures import argument, declare_resolver, list_of

_BESIDE: Final = 20
"""So many duplicates are told of a record that was just made."""

DuplicateReasonType: Any = strawberry.type(
    type(
        "DuplicateReason",
        (),
        {
            "kind": plain_field("What they have in common.", DuplicateKind, ("kind",)),
            "value": plain_field(
                "The value of what was looked for that the record has as well, perhaps written "
                "otherwise.",
                str,
                ("value",),
            ),
        },
    ),
    description="Something that two records have in common.",
)


async def _records(context: Context, sources: Sequence[Duplicate]) -> list[Any]:
    found = await _rows(running(context), sources)
    return [found[source.entity, source.record_id] for source in sources]


async def _rows(op: Operation, duplicates: Sequence[Duplicate]) -> dict[tuple[str, UUID], Any]:
    found: dict[tuple[str, UUID], Any] = {}
    for entity in sorted({item.entity for item in duplicates}):
        ids = list({item.record_id: None for item in duplicates if item.entity == entity})
        rows = await op.loaders.one(entity).load_batch(ids)
        found.update({(entity, key): row for key, row in zip(ids, rows, strict=True)})
    return found


async def _there(op: Operation, duplicates: Sequence[Duplicate]) -> list[Duplicate]:
    """Leave out what has gone since it was found."""
    rows = await _rows(op, duplicates)
    return [item for item in duplicates if rows[item.entity, item.record_id] is not None]


def _reasons(root: Duplicate) -> tuple[Reason, ...]:
    return root.reasons


DuplicateType: Any = strawberry.type(
    type(
        "Duplicate",
        (),
        {
            "record": batched_field("The record.", Record, (), _records),
            "score": plain_field(
                "How likely it is the same: the sum of its reasons, of which a phone, an e-mail, a "
                "tax or register number count 50 each, a company's title 20, a name 15.",
                int,
                ("score",),
            ),
            "reasons": plain_field(
                "What they have in common.", list_of(DuplicateReasonType), (), _reasons
            ),
        },
    ),
    description="A record that may be the same as another one.",
)

PROBE: Final = input_type(
    "DuplicateProbeInput",
    "What to look for: the id of a record, or values; not both.",
    {
        "id": (
            strawberry.ID | None,
            "Id of a lead, contact or company: what the caller may read of it is looked for.",
        ),
        "phones": (list[str] | None, f"Phones in any form, at most {MOST_VALUES}."),
        "emails": (list[str] | None, f"E-mail addresses, at most {MOST_VALUES}."),
        "inn": (str | None, "Tax number (ИНН) of requisites, with spaces or without."),
        "ogrn": (
            str | None,
            "Number in the register of legal entities or of sole proprietors (ОГРН, ОГРНИП) of "
            "requisites.",
        ),
        "name": (
            str | None,
            "Name of a person, in any order of its parts, or title of a company, with its legal "
            "form or without.",
        ),
    },
)


async def _duplicates(
    root: Any, info: Any, of: Mapping[str, Any], entity: RecordType | None, first: int
) -> Any:
    op = operation(info)
    named = None if entity is None else entity.value.lower()
    return await _there(op, await look_up(op, named, of, first))


DUPLICATES: Final = strawberry.field(
    resolver=declare_resolver(
        _duplicates,
        {
            "of": argument(PROBE, "What to look for."),
            "entity": argument(
                RecordType | None,
                "Only records of this type, LEAD, CONTACT or COMPANY; of all three if left out.",
            ),
            "first": argument(int, f"At most so many, up to {MOST_FOUND}."),
        },
        list_of(DuplicateType),
        {"first": 20, "entity": None},
    ),
    description="Leads, contacts and companies that may be the same as a record, or that have "
    "given phones, e-mail addresses, numbers or names; the likeliest first. Of records that one "
    "may not read, and by fields that one may not read, nothing is found.",
)


def duplicates_field(entity: Entity) -> dict[str, Any]:
    """Give the field of a payload that tells of duplicates of the record in it, if it has one."""
    if entity.name not in SOURCES:
        return {}

    async def read(context: Context, sources: Sequence[Any]) -> list[list[Duplicate]]:
        rows = [getattr(source, entity.name) for source in sources]
        ids = list({row.id: None for row in rows if row is not None})
        found = dict(zip(ids, await _beside(running(context), entity.name, ids), strict=True))
        return [[] if row is None else found[row.id] for row in rows]

    text = (
        f"Leads, contacts and companies that may be the same, at most {_BESIDE}, the likeliest "
        "first; empty where the workspace has switched that off."
    )
    return {"duplicates": batched_field(text, list_of(DuplicateType) | None, (), read)}


async def _beside(op: Operation, entity: str, ids: Sequence[UUID]) -> list[list[Duplicate]]:
    is_off = mode_of(await duplicate_control(op.loaders), entity) is DuplicateMode.OFF
    if not ids or is_off:
        return [[] for _ in ids]
    found = await duplicates_of(op, entity, ids, asked_entities(op, None), _BESIDE)
    await _rows(op, [item for own in found for item in own])  # all by one statement
    return [await _there(op, own) for own in found]


def _mode(entity: str) -> Any:
    def read(root: Mapping[str, str]) -> DuplicateMode:
        return mode_of(root, entity)

    return plain_field(f"Of a new {entity}.", DuplicateMode, (), read)


DuplicateControl: Any = strawberry.type(
    type("DuplicateControl", (), {entity: _mode(entity) for entity in SOURCES}),
    description="What happens to a new record that has the phone, e-mail, tax or register number "
    "of one of its type.",
)
CONTROL_INPUT: Final = input_type(
    "DuplicateControlInput",
    "What happens to a new record that has the phone, e-mail, tax or register number of one of its "
    "type; what is left out stays.",
    {entity: (DuplicateMode | None, f"Of a new {entity}.") for entity in SOURCES},
)
