"""Tunnels made, changed and deleted by those who may set up the CRM."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.errors import Code, RefusedError, refuse
from domain.records import DEAL
from domain.settings import PIPELINE, STAGE
from domain.tunnels import TUNNEL, TunnelAction
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Operation

Raw = Mapping[str, Any]


async def create_tunnel(op: Operation, raw: Raw) -> Row:
    """Make a tunnel from a stage of deals to one of another pipeline."""
    draft = await entries.draft_new(op, TUNNEL, raw)
    await _check(op, draft)
    return await entries.save(op, draft)


async def update_tunnel(op: Operation, raw: Raw) -> Row:
    """Let a tunnel lead to another stage."""
    draft = await entries.draft_existing(op, TUNNEL, raw)
    await _check(op, draft)
    return await entries.save(op, draft)


async def delete_tunnel(op: Operation, raw: Raw) -> Row:
    """Delete a tunnel; what went through it stays where it is."""
    row = await entries.going(op, TUNNEL, raw)
    await entries.drop(op, TUNNEL, [row])
    return row


async def leave_tunnels(op: Operation, stages: Sequence[UUID]) -> None:
    """Delete the tunnels that start from or lead to stages that go away."""
    gone = set(stages)
    rows = [
        row
        for row in await op.loaders.everything(TUNNEL.name)
        if row.stage_id in gone or row.target_stage_id in gone
    ]
    await entries.drop(op, TUNNEL, rows)


async def _check(op: Operation, draft: Draft) -> None:
    """Raise RefusedError unless the tunnel leads from deals to deals of another pipeline."""
    if draft.errors:
        raise RefusedError(draft.errors)
    start, end = draft.current("stage_id"), draft.current("target_stage_id")
    await lock_name(op.session, "tunnels")
    pipelines = []
    for name, key in (("stageId", start), ("targetStageId", end)):
        stage = await op.loaders.one(STAGE.name).load(key)
        row = stage and await op.loaders.one(PIPELINE.name).load(stage.pipeline_id)
        if row is None or row.entity != DEAL.name.upper():
            raise refuse(Code.INVALID, "tunnels_are_of_deals", name)
        pipelines.append(row.id)
    if pipelines[0] == pipelines[1]:
        raise refuse(Code.INVALID, "tunnel_stays", "targetStageId")
    action = draft.current("action")
    beside: list[Row] = await op.loaders.children(STAGE.get("tunnels")).load(start)
    for row in beside:
        if row.id == draft.id or row.action != action:
            continue
        if row.target_stage_id == end:
            raise refuse(Code.DUPLICATE, "tunnel_is_there", "targetStageId")
        if action == TunnelAction.MOVE.value:
            raise refuse(Code.CONFLICT, "one_moving_tunnel", "action")
