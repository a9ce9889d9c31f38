"""Pipelines and stages: made, changed, ordered and deleted by strict rules on every way in.

Each pipeline has exactly one WON stage and the order OPEN < WON < LOST; its first, won and lost
stages cannot be deleted; what is in use is deleted only with a target for its records.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from auth.policy import require
from db.base import new_id
from domain.entities import ENTITIES
from domain.errors import Code, refuse
from domain.ids import encode_id
from domain.roles import Action
from domain.settings import PIPELINE, STAGE, PipelineEntity
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import entries
from resolvers.custom_places import leave_pipeline, leave_stage
from resolvers.defaults import COLORS, DEAL_STAGES, TEMPLATES, DefaultStage, in_language
from resolvers.drafts import Draft
from resolvers.moves import move_all
from resolvers.operation import Operation
from resolvers.role_pruning import leave_places
from resolvers.rules import first_stage
from resolvers.tunnel_settings import leave_tunnels
from resolvers.usage import count_uses
from resolvers.values import Values

Raw = Mapping[str, Any]
_RANKS: Final = {"OPEN": 0, "WON": 1, "LOST": 2}


class PipelineTemplate(Enum):
    """Ready sets of stages for a new pipeline."""

    SALES = "SALES"
    SUPPORT = "SUPPORT"


async def create_pipeline(op: Operation, raw: Raw) -> Row:
    """Create a pipeline with the stages of a template, or the default ones."""
    draft = await entries.draft_new(op, PIPELINE, raw)
    kind = (raw.get("entity") or PipelineEntity.DEAL).value
    if kind != PipelineEntity.DEAL.value:
        draft.values.wrong(Code.INVALID, "one_pipeline_only", "entity")
    await lock_name(op.session, "pipelines")
    last = max((row.sort for row in await _siblings(op, kind)), default=0)
    draft.columns.update(entity=kind, sort=last + entries.STEP, is_default=False)
    row = await entries.save(op, draft)
    template = raw.get("template")
    stages = TEMPLATES[template.value] if template is not None else DEAL_STAGES
    await entries.save_all(op, stage_drafts(row.id, stages, op.actor.locale))
    return row


def stage_drafts(pipeline_id: Any, stages: Sequence[DefaultStage], locale: str) -> list[Draft]:
    """Give the drafts of a pipeline's first stages."""
    return [
        Draft(
            STAGE,
            new_id(),
            Values(()),
            None,
            columns={
                "pipeline_id": pipeline_id,
                "code": stage.code,
                "name": in_language(stage, locale),
                "color": stage.color,
                "sort": index * entries.STEP,
                "semantics": stage.semantics,
                "is_system": stage.is_system,
            },
        )
        for index, stage in enumerate(stages, start=1)
    ]


async def update_pipeline(op: Operation, raw: Raw) -> Row:
    """Rename a pipeline."""
    return await entries.save(op, await entries.draft_existing(op, PIPELINE, raw))


async def delete_pipeline(op: Operation, raw: Raw) -> Row:
    """Delete a pipeline with its stages; its records go to `moveTo`, keeping their meaning."""
    row = await entries.going(op, PIPELINE, raw)
    if row.is_default:
        raise refuse(Code.SYSTEM, "default_pipeline", "id")
    uses = await count_uses(op, PIPELINE, row.id)
    if uses and raw.get("moveTo") is None:
        raise refuse(Code.IN_USE, "in_use", "id", count=uses)
    stages: list[Row] = await op.loaders.children(PIPELINE.get("stages")).load(row.id)
    target = None
    if raw.get("moveTo") is not None:
        target = await entries.locked(op, PIPELINE, raw["moveTo"], "moveTo")
        if target.id == row.id or target.entity != row.entity:
            raise refuse(Code.INVALID, "no_target", "moveTo")
        for stage in stages:
            goal = await first_stage(op, target.id, stage.semantics)
            await move_all(op, row.entity.lower(), STAGE, stage.id, goal.id)
    await leave_pipeline(op, row, stages, target)
    await leave_places(op, [row.id], [stage.id for stage in stages])
    await leave_tunnels(op, [stage.id for stage in stages])
    await entries.drop(op, STAGE, stages)
    await entries.drop(op, PIPELINE, [row])
    return row


async def reorder_pipelines(op: Operation, ids: Sequence[str]) -> list[Row]:
    """Put the pipelines of deals into an order; the default one may stand anywhere."""
    require(op.actor, Action.UPDATE, PIPELINE.name)
    await lock_name(op.session, "pipelines")
    rows = await _siblings(op, PipelineEntity.DEAL.value)
    return await entries.renumber(op, PIPELINE, entries.in_given_order(rows, ids, PIPELINE))


async def create_stage(op: Operation, raw: Raw) -> Row:
    """Add an open or a lost stage at the end of its kind."""
    draft = await entries.draft_new(op, STAGE, raw)
    semantics = draft.given.get("semantics") or "OPEN"
    if semantics == "WON":
        draft.values.wrong(Code.CONFLICT, "one_won_stage", "semantics")
    siblings = await _stages(op, draft.given.get("pipeline"))
    draft.columns.update(
        code=entries.checked_code(draft, siblings), semantics=semantics, sort=0, is_system=False
    )
    draft.columns.setdefault("color", COLORS.get(semantics))
    row = await entries.save(op, draft)
    before = [stage for stage in siblings if _RANKS[stage.semantics] <= _RANKS[semantics]]
    ordered = [*before, row, *siblings[len(before) :]]
    renumbered = await entries.renumber(op, STAGE, ordered)
    return renumbered[len(before)]


async def update_stage(op: Operation, raw: Raw) -> Row:
    """Rename or recolour a stage."""
    return await entries.save(op, await entries.draft_existing(op, STAGE, raw))


async def delete_stage(op: Operation, raw: Raw) -> Row:
    """Delete a stage; its records go to the stage `moveTo` of the same pipeline."""
    row = await entries.going(op, STAGE, raw)
    if row.is_system:
        raise refuse(Code.SYSTEM, "system_stage", "id")
    uses = await count_uses(op, STAGE, row.id)
    if uses and raw.get("moveTo") is None:
        raise refuse(Code.IN_USE, "in_use", "id", count=uses)
    if raw.get("moveTo") is not None:
        target = await entries.locked(op, STAGE, raw["moveTo"], "moveTo")
        if target.id == row.id or target.pipeline_id != row.pipeline_id:
            raise refuse(Code.INVALID, "no_target", "moveTo")
        pipeline = await op.loaders.one("pipeline").load(row.pipeline_id)
        if pipeline is not None and pipeline.entity.lower() in ENTITIES:
            await move_all(op, pipeline.entity.lower(), STAGE, row.id, target.id)
    await leave_stage(op, row, await _stages(op, row.pipeline_id))
    await leave_places(op, (), [row.id])
    await leave_tunnels(op, [row.id])
    await entries.drop(op, STAGE, [row])
    return row


async def reorder_stages(op: Operation, ids: Sequence[str]) -> list[Row]:
    """Put the stages of one pipeline into an order: open ones, then won, then lost."""
    require(op.actor, Action.UPDATE, STAGE.name)
    if not ids:
        raise refuse(Code.REQUIRED, "required")
    first = await entries.locked(op, STAGE, ids[0], "0")
    rows = entries.in_given_order(await _stages(op, first.pipeline_id), ids, STAGE)
    ranks = [_RANKS[row.semantics] for row in rows]
    if ranks != sorted(ranks):
        raise refuse(Code.CONFLICT, "stage_order")
    return await entries.renumber(op, STAGE, rows)


async def _siblings(op: Operation, kind: str) -> list[Row]:
    return [row for row in await op.loaders.everything("pipeline") if row.entity == kind]


async def _stages(op: Operation, pipeline_id: Any) -> list[Row]:
    if pipeline_id is None:
        return []
    await lock_name(op.session, encode_id(PIPELINE.name, pipeline_id))
    stages: list[Row] = await op.loaders.children(PIPELINE.get("stages")).load(pipeline_id)
    return stages
