"""When records came to which stages, and who moved them, as the event log tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.ids import decode_id
from loaders.loaders import Loaders
from loaders.rows import Row

MOST_STEPS: Final = 200
"""Steps of one record that are read at once, the latest ones."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stay of a record on a stage; `left_at` is None of the present one."""

    stage_id: UUID
    entered_at: datetime
    left_at: datetime | None
    moved_by_id: UUID | None


async def load_steps(loaders: Loaders, records: Sequence[Row], last: int) -> list[list[Step]]:
    """Give the latest steps of records of one type, the oldest first; one statement for all."""
    if not records:
        return []
    moves = loaders.stage_moves(records[0].declared.name, last)
    found = await moves.load_batch([record.id for record in records])
    return [_steps(record, known)[-last:] for record, known in zip(records, found, strict=True)]


def _steps(record: Row, moves: Sequence[Any]) -> list[Step]:
    """Put moves together; a record whose log does not tell of its stage is on it since it moved."""
    known = [
        (decode_id(move.stage)[1], move.at, move.actor_id)
        for move in moves
        if move.stage is not None
    ]
    if record.stage_id is not None and (not known or known[-1][0] != record.stage_id):
        since = record.moved_at or record.created_at
        known.append((record.stage_id, since, record.moved_by_id))
    ends = [at for _, at, _ in known[1:]]
    return [
        Step(stage, at, left, mover)
        for (stage, at, mover), left in zip(known, [*ends, None], strict=True)
    ]
