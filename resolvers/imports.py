"""Records brought in from elsewhere, with the times of what happened to them there.

An import is an upsert that may say, of records that are new here, when they were made, by whom, and
when they came to which stages. It takes the right IMPORT besides those of an upsert, is told in the
log of each record and in the audit log, and sets off nothing: no tunnel, no reminder.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from domain.audit import AuditKind
from domain.errors import Code
from domain.fields import Entity
from domain.people import USER
from domain.roles import Action
from domain.settings import STAGE
from loaders.rows import Row
from resolvers import records
from resolvers.audit import audit
from resolvers.checks import InvalidValueError, checked_id
from resolvers.operation import Operation
from resolvers.times import Move, Times
from resolvers.values import Values

MOST_MOVES: Final = 200
Raw = Mapping[str, Any]


async def import_records(
    op: Operation, entity: Entity, items: Sequence[Raw], *, atomic: bool = True
) -> list[records.Outcome]:
    """Make records with their times, or change those that are here; raises ForbiddenError."""
    require(op.actor, Action.IMPORT, entity.name)
    stages = {row.id: row for row in await op.loaders.everything(STAGE.name)}
    people = {row.id for row in await op.loaders.everything(USER.name)}
    reader = _Reader(Times(op.now, op.actor.user_id), stages, frozenset(people))
    outcomes = await records.upsert(op, entity, items, atomic=atomic, read_times=reader.read)
    written = sum(1 for outcome in outcomes if outcome.row is not None)
    if written:
        await audit(op, AuditKind.IMPORTED, records=written, entity=entity.name.upper())
    return outcomes


class _Reader:
    """Reads the times of one element; notes what is wrong with them."""

    def __init__(self, now: Times, stages: Mapping[UUID, Row], people: frozenset[UUID]) -> None:
        self._here, self._stages, self._people = now, stages, people
        self._now = now.created_at

    def read(self, values: Values, raw: Raw) -> Times:
        moves = self._moves(values, raw.get("stageHistory") or ())
        by = self._person(values, raw.get("createdById"), "createdById")
        at: datetime | None = raw.get("createdAt") or (moves[0].at if moves else None)
        if at is None:
            if by is not None:
                values.wrong(Code.REQUIRED, "required", "createdAt")
            return self._here
        if at > self._now:
            values.wrong(Code.INVALID, "time_to_come", "createdAt")
        if moves and moves[0].at < at:
            values.wrong(Code.INVALID, "times_ascend", "stageHistory", "0", "at")
        if moves:
            self._place(values, moves)
        return Times(at, by, tuple(moves))

    def _moves(self, values: Values, given: Sequence[Raw]) -> list[Move]:
        if len(given) > MOST_MOVES:
            values.wrong(Code.LIMIT, "list_too_long", "stageHistory", limit=MOST_MOVES)
            return []
        moves: list[Move] = []
        for index, item in enumerate(given):
            path = ("stageHistory", str(index))
            stage = self._stage(values, item["stageId"], *path, "stageId")
            by = self._person(values, item.get("byId"), *path, "byId")
            if item["at"] > self._now:
                values.wrong(Code.INVALID, "time_to_come", *path, "at")
            elif moves and item["at"] < moves[-1].at:
                values.wrong(Code.INVALID, "times_ascend", *path, "at")
            if stage is not None:
                moves.append(Move(stage, item["at"], by))
        pipelines = {self._stages[move.stage].pipeline_id for move in moves}
        if len(pipelines) > 1:
            values.wrong(Code.INVALID, "stage_of_another_pipeline", "stageHistory")
        return moves

    def _place(self, values: Values, moves: Sequence[Move]) -> None:
        """Put the record on its last stage, which an input may name as well."""
        last = moves[-1].stage
        if values.given.setdefault("stage", last) != last:
            values.wrong(Code.INVALID, "history_ends_elsewhere", "stageId")

    def _stage(self, values: Values, raw: str, *path: str) -> UUID | None:
        found = _id(values, raw, STAGE.name, *path)
        if found is not None and found not in self._stages:
            values.wrong(Code.NOT_FOUND, "not_found", *path, target=STAGE.name)
            return None
        return found

    def _person(self, values: Values, raw: str | None, *path: str) -> UUID | None:
        if raw is None:
            return None
        found = _id(values, raw, USER.name, *path)
        if found is not None and found not in self._people:
            values.wrong(Code.NOT_FOUND, "not_found", *path, target=USER.name)
        return found


def _id(values: Values, raw: str, target: str, *path: str) -> UUID | None:
    try:
        return checked_id(raw, target)
    except InvalidValueError as error:
        values.wrong(error.code, error.message, *path, **error.values)
        return None
