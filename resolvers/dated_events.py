"""The events of a record that is brought in: what happened elsewhere, when it happened there."""

from dataclasses import replace

from db.base import new_id
from domain.ids import encode_id
from domain.settings import STAGE
from domain.timeline import STAGE as FIELD
from domain.timeline import TimelineKind
from resolvers.operation import Event
from resolvers.times import Times


def dated(made: Event, times: Times) -> list[Event]:
    """Give the events of a record instead of its making now: made then, moved, brought in now."""
    changes = dict(made.changes)
    stages = [encode_id(STAGE.name, move.stage) for move in times.moves]
    if stages:
        changes[FIELD] = {"from": None, "to": stages[0]}
    first = replace(made, changes=changes, at=times.created_at, by_id=times.created_by)
    moves = [
        Event(new_id(), TimelineKind.UPDATED.value, made.record_type, made.record_id, made.version,
              {FIELD: {"from": before, "to": stage}}, move.at, move.by)
        for before, stage, move in zip(stages, stages[1:], times.moves[1:], strict=False)
    ]  # fmt: skip
    kind = TimelineKind.IMPORTED.value
    brought = Event(new_id(), kind, made.record_type, made.record_id, made.version, {})
    return [first, *moves, brought]
