"""What holds for a record beyond its single fields: stages, main links, names, trees."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.errors import Code
from domain.records import PRIMARY_OF
from domain.settings import PIPELINE
from loaders.locking import known_points, won_clients
from loaders.rows import Row
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.product_prices import fill_usual
from resolvers.times import Move

_STEP_MS = 2**20


async def apply_rules(op: Operation, drafts: Sequence[Draft]) -> None:
    """Complete the drafts of one entity and note what is wrong with them."""
    name = drafts[0].entity.name
    _keep_primaries(drafts)
    match name:
        case "contact":
            _require_a_name(drafts)
        case "deal" | "lead":
            await _place_on_stages(op, drafts)
        case "catalog_section" | "catalog_element":
            await _keep_in_catalog(op, drafts)
    if name in {"company", "department", "catalog_section", "product_section"}:
        await _refuse_cycles(op, drafts)
    fresh = [draft for draft in drafts if draft.before is None]
    if name == "deal":
        await _mark_returning(op, fresh)
    elif name == "lead":
        await _mark_known(op, fresh)
    elif name == "product":
        await fill_usual(op, fresh)


def _keep_primaries(drafts: Sequence[Draft]) -> None:
    """Keep the main contact or company a member of its list, the first one where none is named."""
    for draft in drafts:
        for (entity, main), many in PRIMARY_OF.items():
            if entity != draft.entity.name:
                continue
            column = f"{main}_id"
            items = draft.lists.get(many)
            chosen = draft.current(column)
            if items is not None and main not in draft.given and chosen not in items:
                chosen = draft.columns[column] = items[0] if items else None
            if (chosen is not None and main in draft.given) or items is not None:
                members = items if items is not None else draft.lists_before.get(many, ())
                if chosen is not None and chosen not in members:
                    draft.lists[many] = (chosen, *members)


def _require_a_name(drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if draft.current("first_name") is None and draft.current("last_name") is None:
            draft.values.wrong(Code.REQUIRED, "contact_name_required", "lastName")


async def _place_on_stages(op: Operation, drafts: Sequence[Draft]) -> None:
    entity = drafts[0].entity.name
    wanted = [
        stage
        for draft in drafts
        if (stage := draft.given.get("stage") or (draft.before and draft.before.stage_id))
    ]
    rows = await op.loaders.one("stage").load_many(sorted(set(wanted)))
    stages = {row.id: row for row in rows if row is not None}
    pipelines = {
        row.id: row
        for row in await op.loaders.everything("pipeline")
        if row.entity == entity.upper()
    }
    for index, draft in enumerate(drafts):
        stage = await _stage_of(op, draft, stages, pipelines)
        if stage is not None:
            _enter(op, draft, stage, index)
    await _date(op, drafts)


async def _date(op: Operation, drafts: Sequence[Draft]) -> None:
    """Let records that are brought in have come to their stages when they did."""
    known = [draft for draft in drafts if draft.times is not None]
    if not known:
        return
    closed = {row.id: row.semantics != "OPEN" for row in await op.loaders.everything("stage")}
    for draft in known:
        times = draft.times
        if times is None:
            continue
        if not times.moves:
            move = Move(draft.current("stage_id"), times.created_at, times.created_by)
            draft.times = times = replace(times, moves=(move,))
        draft.columns.update(times.columns(closed))
        ended = draft.columns.get("closed_at")
        if ended is not None and "close_date" not in draft.given and draft.entity.name == "deal":
            draft.columns["close_date"] = ended.date()


async def _stage_of(
    op: Operation, draft: Draft, stages: dict[UUID, Row], pipelines: dict[UUID, Row]
) -> Row | None:
    """Give the stage that the draft comes to; None when it stays, or when it makes no sense."""
    given = draft.given
    before = stages.get(draft.before.stage_id) if draft.before is not None else None
    pipeline = given.get("pipeline")
    if pipeline is not None and pipeline not in pipelines:
        draft.values.wrong(Code.INVALID, "pipeline_of_other_records", "pipelineId")
        return None
    for name in ("stage", "pipeline"):
        if name in given and given[name] is None:
            draft.values.wrong(Code.REQUIRED, "required", f"{name}Id")
            return None
    if given.get("stage") is not None:
        stage = stages.get(given["stage"])
        if stage is None:
            return None  # noted as not found already
        if stage.pipeline_id not in pipelines or pipeline not in {None, stage.pipeline_id}:
            draft.values.wrong(Code.INVALID, "stage_of_another_pipeline", "stageId")
            return None
        return None if before is not None and before.id == stage.id else stage
    if before is not None and pipeline in {None, before.pipeline_id}:
        return None
    if pipeline is None:
        pipeline = next(row.id for row in pipelines.values() if row.is_default)
    return await first_stage(op, pipeline, before.semantics if before is not None else "OPEN")


async def first_stage(op: Operation, pipeline: UUID, semantics: str) -> Row:
    """Give the first stage of a meaning in a pipeline; the first of all where it has none such."""
    stages: list[Row] = await op.loaders.children(PIPELINE.get("stages")).load(pipeline)
    return next((stage for stage in stages if stage.semantics == semantics), stages[0])


def _enter(op: Operation, draft: Draft, stage: Row, index: int) -> None:
    """Put a draft on a stage: who and when, and closed or open again by the stage's meaning."""
    draft.columns.update(stage_id=stage.id, moved_at=op.now, moved_by_id=op.actor.user_id)
    closed = stage.semantics != "OPEN"
    was_closed = draft.before is not None and draft.before.closed_at is not None
    if closed != was_closed:
        draft.columns["closed_at"] = op.now if closed else None
    if draft.entity.name != "deal":
        return
    draft.columns.update(
        pipeline_id=stage.pipeline_id, is_closed=closed, board_position=top_of_column(op, index)
    )
    if closed and not was_closed and draft.given.get("close_date") is None:
        draft.columns["close_date"] = op.now.date()


def top_of_column(op: Operation, index: int = 0) -> int:
    """Give a rank above all cards that were placed before: new cards come on top."""
    return -(int(op.now.timestamp() * 1000) * _STEP_MS) + index


async def _mark_returning(op: Operation, drafts: Sequence[Draft]) -> None:
    """Mark new deals whose client has won deals before."""
    companies = sorted({value for draft in drafts if (value := draft.current("company_id"))})
    contacts = sorted({value for draft in drafts if (value := draft.current("contact_id"))})
    won_companies, won_contacts = await won_clients(op.session, companies, contacts)
    for draft in drafts:
        company, contact = draft.current("company_id"), draft.current("contact_id")
        known = company in won_companies if company else bool(contact) and contact in won_contacts
        draft.columns["is_returning"] = known


async def _mark_known(op: Operation, drafts: Sequence[Draft]) -> None:
    """Mark new leads that name a client, or have the phone or e-mail of one whom the caller sees.

    Of others nothing is told: whoever enters a phone must not learn by it who is a client.
    """
    points = {
        draft.id: [
            (kind, point.value)
            for name, kind in (("phones", "PHONE"), ("emails", "EMAIL"))
            for point in draft.lists.get(name, ())
        ]
        for draft in drafts
    }
    wanted = sorted({point for own in points.values() for point in own})
    known = await known_points(op.session, op.actor, wanted)
    for draft in drafts:
        client = draft.current("company_id") or draft.current("contact_id")
        is_known = client is not None or not known.isdisjoint(points[draft.id])
        draft.columns["is_returning"] = is_known


async def _keep_in_catalog(op: Operation, drafts: Sequence[Draft]) -> None:
    """Refuse a section of another catalogue above a section or an element."""
    name = "parent" if drafts[0].entity.name == "catalog_section" else "section"
    for draft in drafts:
        above = draft.given.get(name)
        section = None if above is None else await op.loaders.one("catalog_section").load(above)
        if section is not None and section.catalog_id != draft.current("catalog_id"):
            draft.values.wrong(Code.INVALID, "section_of_another_catalog", f"{name}Id")


async def _refuse_cycles(op: Operation, drafts: Sequence[Draft]) -> None:
    """Refuse a parent that stands below the record itself."""
    entity = drafts[0].entity.name
    becoming = {draft.id: draft.given["parent"] for draft in drafts if "parent" in draft.given}
    for draft in drafts:
        seen: set[Any] = set()
        above = becoming.get(draft.id)
        while above is not None and above not in seen:
            if above == draft.id:
                draft.values.wrong(Code.INVALID, "parent_below_itself", "parentId")
                break
            seen.add(above)
            if above in becoming:
                above = becoming[above]
                continue
            row = await op.loaders.truth(entity).load(above)
            above = row.parent_id if row is not None else None
