"""The stages that a record has been on, as a field of leads and deals."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import strawberry

from domain.errors import BadInputError
from loaders.stage_history import MOST_STEPS, Step, load_steps
from schema.classes import OBJECTS
from schema.context import Context, running
from schema.execution.reading import BatchReader, batched_field, plain_field
from schema.signatures import argument, list_of


def _linked(entity: str, column: str) -> BatchReader:
    async def read(context: Context, sources: Sequence[Step]) -> list[Any]:
        keys = [getattr(source, column) for source in sources]
        there = [key for key in keys if key is not None]
        rows = iter(await running(context).loaders.one(entity).load_batch(there))
        return [None if key is None else next(rows) for key in keys]

    return read


def _seconds(root: Step) -> int:
    return int(((root.left_at or datetime.now(UTC)) - root.entered_at).total_seconds())


StageStep: Final[Any] = strawberry.type(
    type(
        "StageStep",
        (),
        {
            "__annotations__": {"entered_at": datetime, "left_at": datetime | None},
            "stage": batched_field(
                "The stage; null where it has been deleted since.",
                OBJECTS["stage"] | None,
                (),
                _linked("stage", "stage_id"),
            ),
            "entered_at": strawberry.field(description="When the record came to it."),
            "left_at": strawberry.field(
                description="When it went on; null of the stage that it stands on."
            ),
            "seconds": plain_field(
                "How long it stood there, up to now where it still does.", int, (), _seconds
            ),
            "moved_by": batched_field(
                "Who moved it there; null where the system did.",
                OBJECTS["user"] | None,
                (),
                _linked("user", "moved_by_id"),
            ),
        },
    ),
    description="A stay of a record on a stage.",
)


def _read_last(given: Mapping[str, Any]) -> int:
    last: int = MOST_STEPS if given.get("last") is None else given["last"]
    if not 0 <= last <= MOST_STEPS:
        raise BadInputError("page_size", ("last",), limit=MOST_STEPS)
    return last


async def _histories(context: Context, sources: Sequence[Any], last: int) -> list[list[Step]]:
    if last == 0:
        return [[] for _ in sources]
    return await load_steps(running(context).loaders, sources, last)


STAGE_HISTORY: Final = batched_field(
    "The stages that the record has been on, the first one first.",
    list_of(StageStep) | None,
    ("id", "stage_id", "moved_at", "moved_by_id", "created_at"),
    _histories,
    {"last": argument(int | None, f"At most so many of the latest; {MOST_STEPS} if left out.")},
    prepare=_read_last,
)
