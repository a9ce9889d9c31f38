"""Requisites in the API: the type and the input, derived from the fields that there are."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import strawberry

from domain.fields import ITEM_PREFIXES, Kind
from domain.requisites import PARTS, Part, RequisiteKind
from schema.context import Context, running
from schema.execution.reading import BatchReader, IdOf, plain_field
from schema.inputs import input_type
from schema.values import ID_TEXT, Node, type_name

_ID: Final = IdOf(ITEM_PREFIXES[Kind.REQUISITES])


def _type(part: Part) -> Any:
    return date if part.is_date else str


RequisiteType: Final[Any] = strawberry.type(
    type(
        "Requisite",
        (Node,),
        {
            "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=_ID),
            "kind": plain_field(
                "Whose requisites they are; it says which of the other fields they have.",
                RequisiteKind,
                ("kind",),
                convert=RequisiteKind,
            ),
            **{
                part.name: plain_field(part.doc, _type(part) | None, (part.name,)) for part in PARTS
            },
            "is_type_of": classmethod(lambda _cls, obj, _info: type_name(obj) == "Requisite"),
        },
    ),
    description="The details by which the authorities of Russia know a client, and by which "
    "documents name it.",
)
REQUISITE_INPUT: Final = input_type(
    "RequisiteInput",
    "Requisites as given. In those that are named by their id, what is left out stays; null "
    "clears.",
    {
        "id": (strawberry.ID | None, "Id of stored requisites that are kept or changed."),
        "kind": (
            RequisiteKind | None,
            "Whose requisites they are; needed of new ones. Of another kind, stored ones lose the "
            "fields that it does not have.",
        ),
        **{part.name: (_type(part) | None, part.doc) for part in PARTS},
    },
)


def requisites_reader(entity: str) -> BatchReader:
    """Give the reader of the requisites of a type of records."""

    async def read(context: Context, sources: Sequence[Any]) -> Sequence[Any]:
        ids = [source.id for source in sources]
        return await running(context).loaders.requisites(entity).load_batch(ids)

    return read
