"""Move cards: one deal on the board, or all records of an entry that goes away."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from domain.entities import ENTITIES
from domain.errors import Code, RefusedError, refuse
from domain.fields import Entity
from domain.ids import encode_id
from domain.records import DEAL
from domain.roles import Action
from domain.settings import STAGE
from loaders.board import find_card, position_beside
from loaders.locking import lock_name
from loaders.references import lock_referring
from loaders.rows import Row
from resolvers import changes, entries, records
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.preparation import prepare
from resolvers.rules import apply_rules
from resolvers.values import Values

_PORTION: Final = 1_000


async def move_all(
    op: Operation, record: str, target: Entity, old: UUID, new: UUID, name: str = ""
) -> int:
    """Let all records of a type that point to one entry point to another; gives their number.

    `name` is the field; the target's own name where none is given.
    """
    entity = ENTITIES[record]
    declared = entity.get(name or target.name)
    moved = 0
    while True:
        rows = await lock_referring(op.session, record, declared.column, old, limit=_PORTION)
        if not rows:
            return moved
        drafts = [Draft(entity, row.id, Values((), {declared.name: new}), row) for row in rows]
        await prepare(op, drafts)
        await apply_rules(op, drafts)
        errors = [error for draft in drafts for error in draft.errors]
        if errors:
            raise RefusedError(errors)
        await changes.change(op, drafts)
        moved += len(rows)


async def move_deal(op: Operation, raw: Mapping[str, Any]) -> Row:
    """Move a deal to a stage, a pipeline, or a place in its column.

    `before` and `after` name the deal that shall stand below or above it.
    """
    require(op.actor, Action.UPDATE, DEAL.name)
    side = next((name for name in ("before", "after") if raw.get(name)), None)
    neighbour = None if side is None else await _neighbour(op, raw, side)
    names = ("id", "stageId", "pipelineId", "ifVersion")
    change = {name: raw[name] for name in names if raw.get(name) is not None}
    outcome = (await records.update(op, DEAL, [change], single=True))[0]
    if outcome.row is None:
        raise RefusedError(outcome.errors)
    if neighbour is None or side is None:
        return outcome.row
    return await _place_beside(op, outcome.row, neighbour, side)


async def _neighbour(op: Operation, raw: Mapping[str, Any], side: str) -> Row:
    """Find the deal that the moved one goes beside, and take the turn in its column.

    One mover a column at a time: two cards put between the same two get different ranks. The turn
    is taken before any row is locked, so movers do not wait for each other crosswise. Whoever has
    waited for it looks again: the neighbour may have moved on meanwhile.
    """
    if raw.get("before") and raw.get("after"):
        raise refuse(Code.INVALID, "before_or_after", "after")
    key = entries.checked_id(DEAL, raw[side], side)
    turns: set[UUID] = set()
    while True:
        seen: Row | None = await op.loaders.one(DEAL.name).load(key)
        row: Row | None = await op.loaders.truth(DEAL.name).load(key)
        if seen is None or row is None:
            raise refuse(Code.NOT_FOUND, "not_found", side, target=DEAL.name)
        if row.stage_id in turns:
            return row
        await lock_name(op.session, encode_id(STAGE.name, row.stage_id))
        turns.add(row.stage_id)
        op.loaders.clear()


async def _place_beside(op: Operation, row: Row, neighbour: Row, side: str) -> Row:
    elsewhere = refuse(Code.INVALID, "neighbour_elsewhere", side)
    if neighbour.stage_id != row.stage_id or neighbour.id == row.id:
        raise elsewhere
    place = None
    while place is None:
        # It leaves the column without a turn in it.
        card = await find_card(op.session, row.stage_id, neighbour.id)
        if card is None:
            raise elsewhere
        place = await position_beside(op.session, card, row.id, above=side == "before")
        if place is None:
            await changes.spread_positions(op, row.stage_id)
    # A rank is a place among others, no content: neither a new version nor an event.
    draft = Draft(DEAL, row.id, Values(()), row, columns={"board_position": place})
    return (await changes.change_derived(op, [draft]))[0]
