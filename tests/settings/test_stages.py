"""Stages of every pipeline: one won stage, open before won before lost, system ones kept."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calling import mutate
from tests.settings import expected
from tests.settings.office import (
    Office,
    Pipeline,
    change,
    codes_of,
    default_pipeline,
    look,
    make_deal,
    make_pipeline,
    refused,
    stages_of,
)

CODES = [stage[0] for stage in expected.DEAL_STAGES]
READ = "stage { id code name color sort semantics isSystem pipeline { id } }"


async def add(office: Office, pipeline: Pipeline, **given: Any) -> Any:
    """Add a stage and give it."""
    stage = {"pipelineId": pipeline.id, "name": "More", **given}
    return await change(office.keeper, "createStage", READ, input=stage)


@pytest.mark.parametrize(
    ("semantics", "place", "color"),
    [(None, 5, "#ACE9FB"), ("OPEN", 5, "#ACE9FB"), ("LOST", 8, "#FFBEBD")],
)
async def test_a_stage_comes_last_of_its_meaning(
    office: Office, pipeline: Pipeline, semantics: str | None, place: int, color: str
) -> None:
    meaning = {} if semantics is None else {"semantics": semantics}

    made = await add(office, pipeline, code="MORE", **meaning)

    assert made == {
        "id": made["id"], "code": "MORE", "name": "More", "color": color, "sort": place * 10 + 10,
        "semantics": semantics or "OPEN", "isSystem": False, "pipeline": {"id": pipeline.id},
    }  # fmt: skip
    stages = await stages_of(office.seller, pipeline)
    assert [stage["code"] for stage in stages] == [*CODES[:place], "MORE", *CODES[place:]]
    assert [stage["sort"] for stage in stages] == [10 * n for n in range(1, 10)]


@pytest.mark.parametrize("entity", expected.PIPELINES)
async def test_every_type_of_pipeline_takes_more_stages(office: Office, entity: str) -> None:
    pipeline = await default_pipeline(office.keeper, entity)

    made = await add(office, pipeline, color="#abcdef")
    stages = await stages_of(office.seller, pipeline)
    await change(office.keeper, "deleteStage", "stage { id }", input={"id": made["id"]})

    assert made["color"] == "#ABCDEF"
    assert made["code"].startswith("UC_")
    opened = [stage["id"] for stage in stages if stage["semantics"] == "OPEN"]
    assert opened[-1] == made["id"]
    assert await codes_of(office.seller, pipeline) == [
        stage[0] for stage in expected.PIPELINES[entity][2]
    ]


async def test_codes_are_made_where_none_are_given(office: Office, pipeline: Pipeline) -> None:
    made = {(await add(office, pipeline))["code"] for _ in range(5)}

    assert len(made) == 5
    assert {len(code) for code in made} == {len("UC_") + 6}


async def test_there_is_one_won_stage(office: Office, pipeline: Pipeline) -> None:
    before = await office.stored()
    second = {"pipelineId": pipeline.id, "name": "Won twice", "semantics": "WON"}

    reasons = await refused(office.keeper, "createStage", "stage { id }", input=second)

    assert reasons == [("CONFLICT", "input.semantics")]
    assert await office.stored() == before


async def test_a_code_is_taken_once_in_its_pipeline(office: Office, pipeline: Pipeline) -> None:
    await add(office, pipeline, code="SAME")
    await add(office, await make_pipeline(office.keeper), code="SAME")
    before = await office.stored()

    for code in ("SAME", "NEW"):
        again = {"pipelineId": pipeline.id, "name": "Again", "code": code}
        reasons = await refused(office.keeper, "createStage", "stage { id }", input=again)
        assert reasons == [("DUPLICATE", "input.code")]
    assert await office.stored() == before


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": None}, ("REQUIRED", "input.name")),
        ({"name": "  "}, ("REQUIRED", "input.name")),
        ({"name": "x" * 101}, ("LIMIT", "input.name")),
        ({"name": "two\nlines"}, ("INVALID", "input.name")),
        ({"code": "два"}, ("INVALID", "input.code")),
        ({"code": "with space"}, ("INVALID", "input.code")),
        ({"code": ""}, ("REQUIRED", "input.code")),
        ({"code": "x" * 51}, ("LIMIT", "input.code")),
        ({"color": "red"}, ("INVALID", "input.color")),
        ({"color": "#12345"}, ("INVALID", "input.color")),
        ({"color": "#12345G"}, ("INVALID", "input.color")),
        ({"pipelineId": "nowhere"}, ("INVALID", "input.pipelineId")),
        ({"pipelineId": "stage_01jd0000000000000000000000"}, ("INVALID", "input.pipelineId")),
        ({"pipelineId": "pipeline_01jd0000000000000000000000"}, ("NOT_FOUND", "input.pipelineId")),
    ],
)
async def test_what_makes_no_stage(
    office: Office, pipeline: Pipeline, given: dict[str, Any], reason: tuple[str, str]
) -> None:
    valid = {
        "pipelineId": pipeline.id, "name": "x" * 100, "code": "a-Z_9" * 10, "color": "#12345f",
    }  # fmt: skip
    before = await office.stored()

    wrong = {**valid, **given}
    assert await refused(office.keeper, "createStage", "stage { id }", input=wrong) == [reason]
    assert await office.stored() == before

    await change(office.keeper, "createStage", "stage { id }", input=valid)


async def test_another_workspace_adds_nothing_here(office: Office, pipeline: Pipeline) -> None:
    before = await office.stored()
    stage = {"pipelineId": pipeline.id, "name": "Theirs"}

    reasons = await refused(office.stranger, "createStage", "stage { id }", input=stage)

    assert reasons == [("NOT_FOUND", "input.pipelineId")]
    assert await office.stored() == before


@pytest.mark.parametrize("code", ["NEW", "EXECUTING", "WON", "LOSE"])
async def test_every_stage_is_renamed_and_recoloured(
    office: Office, pipeline: Pipeline, code: str
) -> None:
    was = (await stages_of(office.seller, pipeline))[CODES.index(code)]

    given = {"id": pipeline[code], "name": "Another name", "color": "#00ff00"}
    now = await change(office.keeper, "updateStage", READ, input=given)

    assert now == {
        **was,
        "name": "Another name",
        "color": "#00FF00",
        "pipeline": {"id": pipeline.id},
    }
    assert (await office.log(pipeline[code]))[1:] == [
        ("UPDATED", {
            "name": {"from": was["name"], "to": "Another name"},
            "color": {"from": was["color"], "to": "#00FF00"},
        })
    ]  # fmt: skip
    for wrong, reason in (
        ({"name": None}, ("REQUIRED", "input.name")),
        ({"name": "x" * 101}, ("LIMIT", "input.name")),
        ({"color": "green"}, ("INVALID", "input.color")),
    ):
        again = {"id": pipeline[code], **wrong}
        assert await refused(office.keeper, "updateStage", input=again) == [reason]
    assert (await stages_of(office.seller, pipeline))[CODES.index(code)]["name"] == "Another name"


@st.composite
def orders(draw: st.DrawFn) -> list[str]:
    """Draw an order of stages that keeps the rules, or that breaks them by swapping two."""
    opened = draw(st.permutations(CODES[:5]))
    lost = draw(st.permutations(CODES[6:]))
    order = [*opened, "WON", *lost]
    one, other = draw(st.tuples(st.integers(0, 7), st.integers(0, 7)))
    order[one], order[other] = order[other], order[one]
    return order


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=orders())
async def test_any_order_holds_that_is_open_won_lost(
    office: Office, pipeline: Pipeline, order: list[str]
) -> None:
    before = await codes_of(office.seller, pipeline)
    meanings = {code: meaning for code, _, meaning, *_ in expected.DEAL_STAGES}
    ranks = ["OPEN WON LOST".index(meanings[code]) for code in order]

    answer = await mutate(
        office.keeper, "reorderStages", "stages { code }", ids=[pipeline[code] for code in order]
    )

    after = await codes_of(office.seller, pipeline)
    if ranks == sorted(ranks):
        assert answer.payload()["stages"] == [{"code": code} for code in order]
        assert after == order
    else:
        assert answer.refusals() == [("CONFLICT", "ids")]
        assert after == before


async def test_a_first_stage_that_was_moved_still_stays(office: Office, pipeline: Pipeline) -> None:
    order = ["EXECUTING", "NEW", *(code for code in CODES if code not in {"EXECUTING", "NEW"})]
    await change(
        office.keeper, "reorderStages", "stages { id }", ids=[pipeline[code] for code in order]
    )
    made = await change(
        office.seller, "createDeal", "deal { stage { code } }",
        input={"title": "First", "pipelineId": pipeline.id},
    )  # fmt: skip

    assert made["stage"] == {"code": "EXECUTING"}
    kept = await refused(office.keeper, "deleteStage", input={"id": pipeline["NEW"]})
    assert kept == [("SYSTEM", "input.id")]


async def test_an_order_names_every_stage_of_one_pipeline_once(
    office: Office, pipeline: Pipeline
) -> None:
    ids = [pipeline[code] for code in CODES]
    other = await make_pipeline(office.keeper)
    theirs = await default_pipeline(office.stranger)
    before = await office.stored()

    for wrong, reason in (
        ([], ("REQUIRED", "ids")),
        (ids[:-1], ("INVALID", "ids")),
        ([*ids, other["NEW"]], ("INVALID", "ids")),
        ([*ids, ids[0]], ("DUPLICATE", "ids.8")),
        ([*ids[:-1], pipeline.id], ("INVALID", "ids.7")),
        (["stage", *ids[1:]], ("INVALID", "ids.0")),
        ([theirs["NEW"], *ids[1:]], ("NOT_FOUND", "ids.0")),
    ):
        assert await refused(office.keeper, "reorderStages", "stages { id }", ids=wrong) == [reason]
    reasons = await refused(office.stranger, "reorderStages", "stages { id }", ids=ids)
    assert reasons == [("NOT_FOUND", "ids.0")]
    assert await office.stored() == before


@pytest.mark.parametrize(
    ("entity", "code"),
    [
        (entity, stage[0])
        for entity, (*_, stages) in expected.PIPELINES.items()
        for stage in stages
        if stage[3]
    ],
)
async def test_first_won_and_lost_stages_stay(office: Office, entity: str, code: str) -> None:
    pipeline = await default_pipeline(office.keeper, entity)
    beside = next(stage for key, stage in pipeline.stages.items() if key != code)
    before = await office.stored()

    for given_target in ({}, {"moveTo": beside}):
        stage = {"id": pipeline[code], **given_target}
        reasons = await refused(office.keeper, "deleteStage", "stage { id }", input=stage)
        assert reasons == [("SYSTEM", "input.id")]
    assert await office.stored() == before


async def test_a_stage_without_deals_goes(office: Office, pipeline: Pipeline) -> None:
    gone = await change(
        office.keeper, "deleteStage", "stage { id code }", input={"id": pipeline["APOLOGY"]}
    )

    assert gone == {"id": pipeline["APOLOGY"], "code": "APOLOGY"}
    assert await codes_of(office.seller, pipeline) == CODES[:-1]
    assert [kind for kind, _ in await office.log(gone["id"])] == ["CREATED", "PURGED"]
    again = await refused(office.keeper, "deleteStage", input={"id": gone["id"]})
    assert again == [("NOT_FOUND", "input.id")]


async def test_a_stage_with_deals_stays_even_if_they_are_in_the_recycle_bin(
    office: Office, pipeline: Pipeline
) -> None:
    deals = [await make_deal(office.seller, pipeline["EXECUTING"]) for _ in range(2)]
    await change(office.seller, "deleteDeal", "deal { id }", input={"id": deals[0]["id"]})
    stage = {"id": pipeline["EXECUTING"]}
    before = await office.stored()

    answer = await mutate(office.keeper, "deleteStage", "stage { id }", input=stage)

    assert answer.refusals() == [("IN_USE", "input.id")]
    told = answer.data["deleteStage"]["userErrors"][0]["message"]
    assert told == "2 records use it (the recycle bin included); name a target for them."
    assert await office.stored() == before


@pytest.mark.parametrize(
    ("code", "target", "closed"),
    [
        ("EXECUTING", "FINAL_INVOICE", (False, False)),
        ("EXECUTING", "WON", (False, True)),
        ("APOLOGY", "LOSE", (True, True)),
        ("APOLOGY", "NEW", (True, False)),
    ],
)
async def test_its_deals_go_to_the_target_as_if_moved(
    office: Office, pipeline: Pipeline, code: str, target: str, closed: tuple[bool, bool]
) -> None:
    seller = office.seller
    deal = await make_deal(seller, pipeline[code], "id isClosed")
    binned = await make_deal(seller, pipeline[code])
    await change(seller, "deleteDeal", "deal { id }", input={"id": binned["id"]})

    stage = {"id": pipeline[code], "moveTo": pipeline[target]}
    await change(office.keeper, "deleteStage", "stage { id }", input=stage)

    now = await look(seller, deal["id"], "version stage { code } isClosed closedAt movedBy { id }")
    assert (deal["isClosed"], now["isClosed"], now["closedAt"] is not None) == (*closed, closed[1])
    assert (now["version"], now["stage"]) == (2, {"code": target})
    assert now["movedBy"] == {"id": office.people.ids["root"]}
    kind, changed = (await office.log(deal["id"]))[-1]
    assert (kind, changed["stage"]) == (
        "UPDATED", {"from": pipeline[code], "to": pipeline[target]},
    )  # fmt: skip
    back = await change(seller, "restoreDeal", "deal { stage { code } }", id=binned["id"])
    assert back == {"stage": {"code": target}}
    assert code not in await codes_of(seller, pipeline)


async def test_leads_go_to_the_target_too(office: Office) -> None:
    leads = await default_pipeline(office.keeper, "LEAD")
    stage = await add(office, leads, name="Silent", semantics="LOST")
    lead = await change(
        office.seller, "createLead", "lead { id closedAt }",
        input={"title": "Call", "stageId": stage["id"]},
    )  # fmt: skip
    assert lead["closedAt"] is not None
    without = await refused(office.keeper, "deleteStage", input={"id": stage["id"]})
    assert without == [("IN_USE", "input.id")]

    target = {"id": stage["id"], "moveTo": leads["IN_PROCESS"]}
    await change(office.keeper, "deleteStage", "stage { id }", input=target)

    now = await look(office.seller, lead["id"], "closedAt stage { code }")
    assert now == {"closedAt": None, "stage": {"code": "IN_PROCESS"}}
    assert (await office.log(lead["id"]))[-1][1]["stage"] == {
        "from": stage["id"], "to": leads["IN_PROCESS"],
    }  # fmt: skip


@pytest.mark.parametrize("holds_a_deal", [True, False])
async def test_what_is_no_target_moves_nothing(
    office: Office, pipeline: Pipeline, holds_a_deal: bool
) -> None:
    if holds_a_deal:
        await make_deal(office.seller, pipeline["EXECUTING"])
    other, theirs = await make_pipeline(office.keeper), await default_pipeline(office.stranger)
    before = await office.stored()

    for target, code in (
        (pipeline["EXECUTING"], "INVALID"),
        (other["NEW"], "INVALID"),
        (theirs["NEW"], "NOT_FOUND"),
        (pipeline.id, "INVALID"),
        ("elsewhere", "INVALID"),
    ):
        stage = {"id": pipeline["EXECUTING"], "moveTo": target}
        reasons = await refused(office.keeper, "deleteStage", "stage { id }", input=stage)
        assert reasons == [(code, "input.moveTo")]
    assert await office.stored() == before


async def test_another_workspace_has_no_such_stage(office: Office, pipeline: Pipeline) -> None:
    before = await office.stored()

    stage = {"id": pipeline["EXECUTING"]}
    renamed = await refused(office.stranger, "updateStage", input={**stage, "name": "x"})
    deleted = await refused(office.stranger, "deleteStage", input=stage)

    assert renamed == deleted == [("NOT_FOUND", "input.id")]
    assert await office.stored() == before


async def test_stages_added_at_once_all_find_their_place(
    office: Office, pipeline: Pipeline
) -> None:
    made = await asyncio.gather(*(add(office, pipeline, code=f"AT_ONCE_{n}") for n in range(6)))

    stages = await stages_of(office.seller, pipeline)
    assert [stage["sort"] for stage in stages] == [10 * n for n in range(1, 15)]
    assert {stage["id"] for stage in stages[5:11]} == {stage["id"] for stage in made}
