"""Bookings in the API: what a custom value of the type BOOKING is, and who is booked when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import strawberry

from domain.errors import BadInputError
from loaders.bookings import Booked, booked_between
from schema.classes import OBJECTS
from schema.context import Context, operation, running
from schema.execution.reading import IdOf, batched_field, plain_field
from schema.filters import read_id
from schema.signatures import argument, declare_resolver, list_of
from schema.values import ID_TEXT, Node

_MOST: Final = 200
Sources = Sequence[Booked]


def _holders(name: str, target: str) -> Any:
    async def read(context: Context, sources: Sources) -> list[list[Any]]:
        loader = running(context).loaders.one(target)
        wanted = list(dict.fromkeys(key for source in sources for key in getattr(source, name)))
        rows = dict(zip(wanted, await loader.load_batch(wanted), strict=True))
        return [
            [row for key in getattr(source, name) if (row := rows[key]) is not None]
            for source in sources
        ]

    return read


async def _services(context: Context, sources: Sources) -> list[Any]:
    loader = running(context).loaders.one("booking_service")
    wanted = list(dict.fromkeys(source.service for source in sources if source.service))
    rows = dict(zip(wanted, await loader.load_batch(wanted), strict=True))
    return [None if source.service is None else rows[source.service] for source in sources]


def _start(root: Booked) -> datetime:
    return root.start


def _end(root: Booked) -> datetime:
    return root.end


Booking: Any = strawberry.type(
    type(
        "Booking",
        (Node,),
        {
            "id": plain_field(ID_TEXT, strawberry.ID, ("id",), convert=IdOf("booking")),
            "resources": batched_field("What is booked.", list_of(OBJECTS["resource"]), (),
                                       _holders("resources", "resource")),
            "users": batched_field("Who is booked.", list_of(OBJECTS["user"]), (),
                                   _holders("users", "user")),
            "service": batched_field("What it is booked for.",
                                     OBJECTS["booking_service"] | None, (), _services),
            "from": plain_field("When it starts.", datetime, (), _start),
            "to": plain_field("When it ends.", datetime, (), _end),
            "is_type_of": classmethod(lambda _cls, obj, _info: isinstance(obj, Booked)),
        },
    ),
    description="A time for which resources or people are booked.",
)  # fmt: skip


async def _between(root: Any, info: Any, **given: Any) -> Any:
    start, end = given["from_"], given["to"]
    if end <= start:
        raise BadInputError("ends_before_start", ("to",))
    holders = [
        read_id(target, text, (place, str(index)))
        for target, place, ids in (("resource", "resourceIds", given["resource_ids"]),
                                   ("user", "userIds", given["user_ids"]))
        for index, text in enumerate(ids or ())
    ]  # fmt: skip
    return await booked_between(operation(info).loaders, start, end, holders, _MOST)


BOOKINGS: Final = strawberry.field(
    resolver=declare_resolver(
        _between,
        {
            "from_": argument(datetime, "First moment.", name="from"),
            "to": argument(datetime, "Moment after the last one."),
            "resource_ids": argument(list[strawberry.ID] | None, "Only of these resources."),
            "user_ids": argument(list[strawberry.ID] | None, "Only of these people."),
        },
        list_of(Booking),
        {"resource_ids": None, "user_ids": None},
    ),
    description=f"The calendar: bookings that overlap with a time, the first {_MOST} of them.",
)
