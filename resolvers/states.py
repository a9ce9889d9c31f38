"""A record as it was at a moment: each of its fields with the value of then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from auth.entries import reads_change
from domain.entities import ENTITIES
from domain.timeline import MERGED_RECORDS, TimelineKind
from loaders.states import State, load_state
from loaders.timeline import Entry
from resolvers.defined_fields import fields_of
from resolvers.differences import differences
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.stored_lists import read_lists
from resolvers.told_changes import ToldChange, told_changes
from resolvers.values import Values


@dataclass(frozen=True, slots=True)
class RecordState:
    """What the caller may read of a record as it was."""

    record_type: str
    record_id: UUID
    at: datetime
    version: int | None
    updated_at: datetime | None
    updated_by_id: UUID | None
    is_deleted: bool | None
    """Whether it was in the recycle bin; None where that may not be read."""
    values: Sequence[ToldChange]
    """The fields that had a value then, as changes to it."""


async def state_as_of(
    op: Operation, entity: str, record: UUID, moment: datetime
) -> RecordState | None:
    """Give a record as it was; None where it was not there yet, or may not be read."""
    state = await load_state(op.loaders, entity, record, moment)
    if state is None:
        return None

    def reads(name: str) -> bool:
        rights = op.actor.rights
        is_told = rights.is_everything or name not in state.gone
        return is_told and reads_change(rights, entity, name, state.bits)

    values = {**await _present(op, state), **state.differing}
    shown = {
        name: {"from": None, "to": value}
        for name, value in values.items()
        if value not in (None, [], False) and name != MERGED_RECORDS and reads(name)
    }
    last = state.changed
    entry = Entry(
        record, moment, None, TimelineKind.UPDATED, entity, record, None, shown, state.gone
    )  # fmt: skip
    (told,) = await told_changes(op, [entry])
    return RecordState(
        entity,
        record,
        moment,
        None if last is None else last.version,
        None if last is None else last.at,
        last.by if last is not None and reads("updatedBy") else None,
        _is_binned(state) if reads("deletedAt") else None,
        told,
    )


def _is_binned(state: State) -> bool:
    return state.binned is not None and state.binned.kind is TimelineKind.DELETED


async def _present(op: Operation, state: State) -> dict[str, Any]:
    """Give all values as they are now, as the log would write them."""
    row = state.row
    draft = Draft(ENTITIES[row.declared.name], row.id, Values(()), row)
    draft.lists = await read_lists(op, draft)
    draft.custom = {str(field.id): field for field in await fields_of(op, row.declared.name)}
    return {name: change["to"] for name, change in differences(draft, None, row).items()}
