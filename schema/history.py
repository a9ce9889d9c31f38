"""The history in the API: what happened in the workspace, to whatever the caller may read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.custom_fields import RecordType
from domain.entities import ENTITIES
from domain.errors import BadInputError
from domain.people import USER
from loaders.history import HistorySpec
from loaders.lists import WHOLE
from loaders.nodes import read_node_id
from schema.context import Context, running
from schema.execution.reading import batched_field
from schema.filters import read_id
from schema.inputs import input_type
from schema.signatures import argument
from schema.timeline import (
    PAGE_ARGUMENTS,
    AskedEntries,
    TimelineConnection,
    TimelineSource,
    read_asked,
)

_MOST_IDS: Final = 200
HISTORY_FILTER: Final = input_type(
    "HistoryFilter",
    "Which entries of the history are wanted; all that is given has to hold.",
    {
        "types": (list[RecordType] | None, "Only about records of these types."),
        "record_ids": (list[strawberry.ID] | None, "Only about these records."),
        "by_ids": (list[strawberry.ID] | None, "Only what these people did."),
        "since": (datetime | None, "Only from this moment on."),
        "before": (datetime | None, "Only before this moment."),
    },
)


def _read(given: Mapping[str, Any]) -> tuple[HistorySpec, str | None]:
    """Read the arguments of the history; raises BadInputError."""
    asked: AskedEntries = read_asked(given)
    where = given.get("where") or {}
    types = where.get("types")
    names = [kind.value.lower() for kind in (RecordType if types is None else types)]
    spec = HistorySpec(
        tuple(dict.fromkeys(names)),
        asked.kinds,
        asked.limit,
        records=_records(where.get("recordIds")),
        people=_people(where.get("byIds")),
        since=where.get("since"),
        before=where.get("before"),
    )
    return spec, asked.after


def _bounded(ids: Sequence[str], name: str) -> None:
    if len(ids) > _MOST_IDS:
        raise BadInputError("too_many_ids", ("where", name), limit=_MOST_IDS)


def _records(ids: Sequence[str] | None) -> tuple[UUID, ...] | None:
    if ids is None:
        return None
    _bounded(ids, "recordIds")
    found = []
    for index, text in enumerate(ids):
        place = ("where", "recordIds", str(index))
        prefix, key = read_node_id(text, place)
        if prefix not in ENTITIES or not ENTITIES[prefix].is_record:
            raise BadInputError("invalid_id", place, target="record")
        found.append(key)
    return tuple(dict.fromkeys(found))


def _people(ids: Sequence[str] | None) -> tuple[UUID, ...] | None:
    if ids is None:
        return None
    _bounded(ids, "byIds")
    return tuple(
        dict.fromkeys(
            read_id(USER.name, text, ("where", "byIds", str(index)))
            for index, text in enumerate(ids)
        )
    )


async def _history(
    context: Context, roots: Sequence[Any], asked: tuple[HistorySpec, str | None]
) -> list[TimelineSource]:
    spec, after = asked
    if after is not None:
        workspace = running(context).actor.workspace_id
        spec = replace(spec, after=context.cursors.decode(workspace, spec, after, ("after",)))
    return [TimelineSource(spec, WHOLE)] * len(roots)


HISTORY: Final = batched_field(
    "What happened to the records of the workspace, the newest first: as much of it as the caller "
    "may read. A page may hold fewer entries than asked for and have a next one.",
    TimelineConnection,
    (),
    _history,
    {"where": argument(HISTORY_FILTER | None, "Only such entries."), **PAGE_ARGUMENTS},
    prepare=_read,
)
