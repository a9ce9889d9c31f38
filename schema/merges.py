"""Merging in the API: `mergeRecords`, `unmerge`, and what a merge was."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import strawberry

from domain.entities import ENTITIES
from domain.merges import MERGED, MOST_SOURCES, UNDOABLE
from loaders.merges import find_merges
from resolvers.merges import ChoicesNeededError, Conflict, merge_records
from resolvers.operation import Operation
from resolvers.told_changes import ToldChange
from resolvers.unmerging import Unmerged, unmerge
from schema.classes import Record
from schema.context import Context
from schema.execution.reading import batched_field, plain_field
from schema.inputs import input_type
from schema.merge_types import MergeType
from schema.record_mutations import attempt, shown_rows
from schema.scalars import JSON
from schema.signatures import argument, declare_resolver, list_of
from schema.write_types import payload_type

_DAYS: Final = UNDOABLE.days


async def _valued(context: Context, sources: Sequence[Any]) -> list[Any]:
    return [source[0] for source in sources]


def _told(name: str) -> Any:
    def read(root: tuple[Any, ToldChange]) -> Any:
        return getattr(root[1], name)

    return read


MergeValue: Any = strawberry.type(
    type(
        "MergeValue",
        (),
        {
            "record": batched_field("The record.", Record, (), _valued),
            "value": plain_field(
                "Its value, as the API writes it; null where it has none.",
                JSON | None,
                (),
                _told("after"),
            ),
            "display": plain_field(
                "What people read of the value: names instead of ids.",
                str | None,
                (),
                _told("after_display"),
            ),
        },
    ),
    description="What one of the records has in a field.",
)


def _values(root: Conflict) -> Sequence[Any]:
    return root.values


MergeConflict: Any = strawberry.type(
    type(
        "MergeConflict",
        (),
        {
            "field": plain_field(
                "Name of the field, for `choices`; `custom.<code>` of a custom one.",
                str,
                ("field",),
            ),
            "label": plain_field("What people call the field.", str, ("label",)),
            "values": plain_field(
                "What each of the records has, the survivor first.",
                list_of(MergeValue),
                (),
                _values,
            ),
        },
    ),
    description="A field in which the records differ, so that somebody has to choose.",
)
_CHOICE: Final = input_type(
    "MergeChoiceInput",
    "Whose value a field gets.",
    {
        "field": (str, "Name of the field in the API; `custom.<code>` of a custom one."),
        "record_id": (strawberry.ID, "Id of one of the records."),
    },
)
_MERGE_INPUT: Final = input_type(
    "MergeRecordsInput",
    "Records of one type that become one.",
    {
        "target_id": (strawberry.ID, "Id of the record that survives."),
        "source_ids": (
            list[strawberry.ID],
            f"Ids of those that become part of it, at most {MOST_SOURCES}.",
        ),
        "choices": (
            list[_CHOICE] | None,  # type: ignore[valid-type]  # a type that is made above
            "Whose value fields get; asked for where the records differ, allowed for any field.",
        ),
        "if_version": (int | None, "Only if the survivor still has this version."),
    },
)
_MERGE_PAYLOAD: Final = payload_type(
    "MergeRecordsPayload",
    "What came of merging records.",
    {
        "record": (Record | None, "The record that survives; null if refused."),
        "merge": (MergeType | None, "The merge, for `unmerge`; null if refused."),
        "conflicts": (
            list_of(MergeConflict) | None,
            "Where the records differ: with a choice for each of these fields they can be merged.",
        ),
    },
)
_UNMERGE_INPUT: Final = input_type(
    "UnmergeInput", "A merge to undo.", {"id": (strawberry.ID, "Id of the merge.")}
)
_UNMERGE_PAYLOAD: Final = payload_type(
    "UnmergePayload",
    "What came of undoing a merge.",
    {
        "record": (Record | None, "The record that had survived; null if refused."),
        "restored": (list_of(Record) | None, "The records that are there again."),
        "merge": (MergeType | None, "The merge; null if refused."),
        "kept": (
            list[str] | None,
            "Names of fields that somebody has changed since the merge: they stay as they are.",
        ),
    },
)


async def _merge_of(op: Operation, key: UUID) -> Any:
    return (await find_merges(op.loaders, [key])).get(key)


async def _merge(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    conflicts: list[Conflict] = []

    async def run(op: Operation) -> dict[str, Any]:
        try:
            row, key = await merge_records(op, input)
        except ChoicesNeededError as refusal:
            conflicts.extend(refusal.conflicts)
            raise
        (shown,) = await shown_rows(op, ENTITIES[row.declared.name], [row])
        return {"record": shown, "merge": await _merge_of(op, key)}

    def make(done: dict[str, Any] | None, errors: list[Any]) -> Any:
        found = done or {"record": None, "merge": None}
        return _MERGE_PAYLOAD(**found, conflicts=conflicts, user_errors=errors)

    return await attempt(info, run, make)


async def _unmerge(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    async def run(op: Operation) -> dict[str, Any]:
        done: Unmerged = await unmerge(op, input)
        entity = ENTITIES[done.survivor.declared.name]
        record, *others = await shown_rows(op, entity, [done.survivor, *done.others])
        return {
            "record": record,
            "restored": [row for row in others if row is not None],
            "merge": await _merge_of(op, done.merge_id),
            "kept": list(done.kept),
        }

    def make(done: dict[str, Any] | None, errors: list[Any]) -> Any:
        nothing: dict[str, Any] = {"record": None, "restored": [], "merge": None, "kept": []}
        return _UNMERGE_PAYLOAD(**(done or nothing), user_errors=errors)

    return await attempt(info, run, make)


_TYPES: Final = ", ".join(entity.plural for entity in MERGED.values())
MERGE_RECORDS: Final = strawberry.field(
    resolver=declare_resolver(
        _merge, {"input": argument(_MERGE_INPUT, "Which records become one.")}, _MERGE_PAYLOAD
    ),
    description=f"Makes several records of one type ({_TYPES}) one, without loss: what points to "
    "them points to the one that survives, and so do their ids; lists are united.",
)
UNMERGE: Final = strawberry.field(
    resolver=declare_resolver(
        _unmerge, {"input": argument(_UNMERGE_INPUT, "Which merge to undo.")}, _UNMERGE_PAYLOAD
    ),
    description=f"Parts merged records again, for {_DAYS} days; what was changed since stays.",
)
