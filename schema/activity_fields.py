"""Activities as fields: what they are about, and the lists of them that stand on records."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.activities import ACTIVITY, activities_of
from domain.entities import RECORDS
from loaders.activities import About
from schema.classes import Record
from schema.connection import CONNECTIONS, open_lists
from schema.context import Context, running
from schema.execution.reading import batched_field, plain_field
from schema.list_arguments import Asked, list_arguments, read_arguments
from schema.list_sources import ConnectionSource
from schema.signatures import list_of

RELATIONS: Final = {entity.name: activities_of(entity.name) for entity in RECORDS}
"""By type of records: the field that their activities are."""


async def _records(context: Context, sources: Sequence[Any]) -> list[list[Any]]:
    loaders = running(context).loaders
    links = await loaders.activity_links().load_batch([source.id for source in sources])
    rows: dict[About, Any] = {}
    for entity in dict.fromkeys(entity for about in links for entity, _ in about):
        ids = list(dict.fromkeys(key for about in links for name, key in about if name == entity))
        found = await loaders.one(entity).load_batch(ids)
        rows.update({(entity, key): row for key, row in zip(ids, found, strict=True)})
    return [[row for link in about if (row := rows[link]) is not None] for about in links]


ACTIVITY_FIELDS: Final[Mapping[str, Any]] = {
    "records": batched_field(
        "The records that it is about, those that the caller may read.",
        list_of(Record),
        ("id",),
        _records,
    ),
    "reminders": plain_field(ACTIVITY.get("reminders").doc, list[int], ("reminders",)),
}
"""What activities have besides their declared fields."""


def _read(given: Mapping[str, Any]) -> Asked:
    return read_arguments(ACTIVITY, given)


async def _open(context: Context, sources: Sequence[Any], asked: Asked) -> list[ConnectionSource]:
    """Open the list of each record; those on records of one type are read together."""
    found: dict[tuple[str, UUID], ConnectionSource] = {}
    for entity in dict.fromkeys(source.declared.name for source in sources):
        ids = [source.id for source in sources if source.declared.name == entity]
        spec = replace(asked.spec, relation=RELATIONS[entity], parent=entity)
        opened = await open_lists(context, replace(asked, spec=spec), ids)
        found.update({(entity, key): item for key, item in zip(ids, opened, strict=True)})
    return [found[source.declared.name, source.id] for source in sources]


ACTIVITIES: Final = batched_field(
    "What is planned and was done about the record, newest first unless ordered otherwise.",
    CONNECTIONS[ACTIVITY.name],
    ("id",),
    _open,
    list_arguments(ACTIVITY),
    prepare=_read,
)
