"""A record as it was, in the API: the values that its fields had at a moment."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.entities import ENTITIES
from domain.errors import BadInputError
from loaders.nodes import read_node_id
from resolvers.states import RecordState as Stored
from resolvers.states import state_as_of
from resolvers.told_changes import ToldChange
from schema.classes import OBJECTS, Record
from schema.context import Context, running
from schema.execution.reading import batched_field, plain_field
from schema.scalars import JSON
from schema.signatures import argument, list_of
from schema.subjects import load_people, load_records

States = Sequence[Stored]
USER: Final = OBJECTS["user"]


async def _records(context: Context, sources: States) -> list[Any]:
    return await load_records(context, [(each.record_type, each.record_id) for each in sources])


async def _people(context: Context, sources: States) -> list[Any]:
    return await load_people(context, [source.updated_by_id for source in sources])


async def _values(
    context: Context, sources: States, wanted: frozenset[str] | None
) -> list[list[ToldChange]]:
    return [
        [value for value in source.values if wanted is None or value.field in wanted]
        for source in sources
    ]


def _wanted(given: Mapping[str, Any]) -> frozenset[str] | None:
    fields = given.get("fields")
    return None if fields is None else frozenset(fields)


RecordValue: Any = strawberry.type(
    type(
        "RecordValue",
        (),
        {
            "field": plain_field(
                "Name of the field in the API; `custom.<code>` of a custom one.", str, ("field",)
            ),
            "label": plain_field("What people call the field.", str, ("label",)),
            "value": plain_field("The value, as the API writes it.", JSON | None, ("after",)),
            "display": plain_field(
                "What people read of the value: names, those of today, instead of ids.",
                str | None,
                ("after_display",),
            ),
        },
    ),
    description="The value of one field. Ids of records that the caller may not see are left out.",
)
RecordState: Any = strawberry.type(
    type(
        "RecordState",
        (),
        {
            "record": batched_field(
                "The record as it is now, in the recycle bin or not.", Record | None, (), _records
            ),
            "at": plain_field("The moment that is told of.", datetime, ("at",)),
            "version": plain_field(
                "Its version then; null where the history does not tell.", int | None, ("version",)
            ),
            "updated_at": plain_field(
                "When it had last changed; null where the history does not tell.",
                datetime | None,
                ("updated_at",),
            ),
            "updated_by": batched_field(
                "Who had changed it last; null where the caller may not know.",
                USER | None,
                (),
                _people,
            ),
            "is_deleted": plain_field(
                "Whether it was in the recycle bin; null where the caller may not know.",
                bool | None,
                ("is_deleted",),
            ),
            "values": batched_field(
                "The fields that had a value then, those that the caller may read, in their order.",
                list_of(RecordValue),
                (),
                _values,
                {
                    "fields": argument(
                        list[str] | None, "Only these fields, by their names in the API."
                    )
                },
                prepare=_wanted,
            ),
        },
    ),
    description="A record as it was at a moment.",
)


def _read(given: Mapping[str, Any]) -> tuple[str, UUID, datetime]:
    """Read the arguments; raises BadInputError."""
    prefix, key = read_node_id(given["id"], ("id",))
    if prefix not in ENTITIES or not ENTITIES[prefix].is_record:
        raise BadInputError("invalid_id", ("id",), target="record")
    return prefix, key, given["as_of"]


async def _states(
    context: Context, roots: Sequence[Any], asked: tuple[str, UUID, datetime]
) -> list[Stored | None]:
    entity, record, moment = asked
    found = await state_as_of(running(context), entity, record, min(moment, datetime.now(UTC)))
    return [found] * len(roots)


RECORD: Final = batched_field(
    "A record as it was; null where it was not there yet, or where there is none that the caller "
    "may read.",
    RecordState | None,
    (),
    _states,
    {
        "id": argument(strawberry.ID, "Id of a lead, contact, company, deal or another record."),
        "as_of": argument(
            datetime, "The moment; one that has not come yet stands for the present one."
        ),
    },
    prepare=_read,
)
