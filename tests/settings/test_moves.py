"""Records on their way through the stages: who moved them and when, closed and opened again."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.settings.office import (
    Office,
    Pipeline,
    change,
    default_pipeline,
    look,
    make_deal,
    make_pipeline,
    refused,
)

READ = """id version isClosed closedAt closeDate movedAt movedBy { id } updatedAt
  stage { code } pipeline { id }"""

Move = Callable[..., Awaitable[Any]]


async def move(office: Office, **given: Any) -> Any:
    """Let boris move a deal on the board."""
    return await change(office.people.boris, "moveDeal", f"deal {{ {READ} }}", input=given)


async def update(office: Office, **given: Any) -> Any:
    """Let boris change a deal's stage as any other field."""
    return await change(office.people.boris, "updateDeal", f"deal {{ {READ} }}", input=given)


async def update_many(office: Office, **given: Any) -> Any:
    """Let boris change a deal's stage among others."""
    (result,) = await change(
        office.people.boris, "updateDeals",
        f"results {{ deal {{ {READ} }} userErrors {{ code }} }}", input=[given],
    )  # fmt: skip
    return result["deal"]


every_way = pytest.mark.parametrize("way", [move, update, update_many])


def day_of(moment: str) -> str:
    """Give the day of a time."""
    return moment.partition("T")[0]


async def test_a_new_deal_has_been_moved_by_who_made_it(office: Office, pipeline: Pipeline) -> None:
    deal = await make_deal(office.seller, pipeline["EXECUTING"], f"{READ} createdAt")

    assert deal["movedBy"] == {"id": office.people.ids["anna"]}
    assert deal["movedAt"] == deal["createdAt"]
    assert (deal["isClosed"], deal["closedAt"], deal["closeDate"]) == (False, None, None)
    assert (deal["stage"], deal["pipeline"]) == ({"code": "EXECUTING"}, {"id": pipeline.id})


@pytest.mark.parametrize("code", ["WON", "LOSE", "APOLOGY"])
async def test_a_deal_may_be_made_closed(office: Office, pipeline: Pipeline, code: str) -> None:
    deal = await make_deal(office.seller, pipeline[code], READ)

    assert deal["isClosed"]
    assert deal["closedAt"] == deal["movedAt"]
    assert deal["closeDate"] == day_of(deal["closedAt"])
    planned = await make_deal(office.seller, pipeline[code], READ, closeDate="2026-03-31")
    assert planned["closeDate"] == "2026-03-31"


@every_way
async def test_a_move_tells_who_and_when(office: Office, pipeline: Pipeline, way: Move) -> None:
    deal = await make_deal(office.seller, pipeline["NEW"], READ)

    moved = await way(office, id=deal["id"], stageId=pipeline["EXECUTING"])

    assert moved == {
        **deal, "version": 2, "stage": {"code": "EXECUTING"},
        "movedBy": {"id": office.people.ids["boris"]},
        "movedAt": moved["movedAt"], "updatedAt": moved["movedAt"],
    }  # fmt: skip
    assert datetime.fromisoformat(moved["movedAt"]) > datetime.fromisoformat(deal["movedAt"])
    assert (await office.log(deal["id"]))[1:] == [
        ("UPDATED", {"stage": {"from": pipeline["NEW"], "to": pipeline["EXECUTING"]}})
    ]


@every_way
async def test_a_final_stage_closes_and_another_opens_again(
    office: Office, pipeline: Pipeline, way: Move
) -> None:
    made = await make_deal(office.seller, pipeline["NEW"], "id", closeDate="2030-12-31")

    won = await way(office, id=made["id"], stageId=pipeline["WON"])
    lost = await way(office, id=made["id"], stageId=pipeline["LOSE"])
    opened = await way(office, id=made["id"], stageId=pipeline["PREPARATION"])

    assert (won["isClosed"], won["closedAt"]) == (True, won["movedAt"])
    assert won["closeDate"] == day_of(won["closedAt"])
    # Closed it stays from one final stage to another; the day it happened is kept.
    assert (lost["isClosed"], lost["closedAt"]) == (True, won["closedAt"])
    assert lost["movedAt"] > won["movedAt"]
    assert (opened["isClosed"], opened["closedAt"]) == (False, None)
    assert opened["closeDate"] == won["closeDate"]
    closing, _, opening = [changed for _, changed in (await office.log(made["id"]))[1:]]
    assert set(closing) == {"stage", "isClosed", "closedAt", "closeDate"}
    assert closing["isClosed"] == {"from": False, "to": True}
    assert opening["isClosed"] == {"from": True, "to": False}
    assert opening["closedAt"]["to"] is None


@pytest.mark.parametrize("way", [update, update_many])
async def test_the_day_that_is_given_is_the_day_of_closing(
    office: Office, pipeline: Pipeline, way: Move
) -> None:
    deal = await make_deal(office.seller, pipeline["NEW"])

    won = await way(office, id=deal["id"], stageId=pipeline["WON"], closeDate="2026-01-31")

    assert (won["isClosed"], won["closeDate"]) == (True, "2026-01-31")


@every_way
async def test_a_move_to_where_it_stands_is_none(
    office: Office, pipeline: Pipeline, way: Move
) -> None:
    deal = await make_deal(office.seller, pipeline["WON"], READ)

    assert await way(office, id=deal["id"], stageId=pipeline["WON"]) == deal
    assert await way(office, id=deal["id"], pipelineId=pipeline.id) == deal
    assert len(await office.log(deal["id"])) == 1


@every_way
@pytest.mark.parametrize(
    ("code", "goal"),
    [("FINAL_INVOICE", "FIRST_CONTACT"), ("WON", "CLOSED"), ("LOSE", "LOSE"), ("APOLOGY", "LOSE")],
)
async def test_another_pipeline_alone_keeps_the_meaning(
    office: Office, pipeline: Pipeline, way: Move, code: str, goal: str
) -> None:
    target = await make_pipeline(office.keeper, name="Target", template="SALES")
    deal = await make_deal(office.seller, pipeline[code], READ)

    moved = await way(office, id=deal["id"], pipelineId=target.id)

    assert (moved["pipeline"], moved["stage"]) == ({"id": target.id}, {"code": goal})
    for kept in ("isClosed", "closedAt", "closeDate"):
        assert moved[kept] == deal[kept]
    changed = (await office.log(deal["id"]))[-1][1]
    assert changed["pipeline"] == {"from": pipeline.id, "to": target.id}


@every_way
async def test_a_stage_brings_its_pipeline_along(
    office: Office, pipeline: Pipeline, way: Move
) -> None:
    target = await make_pipeline(office.keeper, name="Target", template="SUPPORT")
    deal = await make_deal(office.seller, pipeline["NEW"])

    there = await way(office, id=deal["id"], stageId=target["ANALYSIS"])
    back = await way(office, id=deal["id"], stageId=pipeline["NEW"], pipelineId=pipeline.id)

    assert (there["pipeline"], there["stage"]) == ({"id": target.id}, {"code": "ANALYSIS"})
    assert (back["pipeline"], back["stage"]) == ({"id": pipeline.id}, {"code": "NEW"})


async def test_a_deal_goes_onto_no_foreign_stage(office: Office, pipeline: Pipeline) -> None:
    other = await make_pipeline(office.keeper, name="Other")
    leads = await default_pipeline(office.keeper, "LEAD")
    quotes = await default_pipeline(office.keeper, "QUOTE")
    theirs = await default_pipeline(office.stranger)
    deal = await make_deal(office.seller, pipeline["NEW"])
    before = await office.stored()

    for place, reason in (
        ({"stageId": other["NEW"], "pipelineId": pipeline.id}, ("INVALID", "stageId")),
        ({"stageId": pipeline["WON"], "pipelineId": other.id}, ("INVALID", "stageId")),
        ({"stageId": leads["NEW"]}, ("INVALID", "stageId")),
        ({"stageId": quotes["SENT"]}, ("INVALID", "stageId")),
        ({"pipelineId": leads.id}, ("INVALID", "pipelineId")),
        ({"stageId": theirs["NEW"]}, ("NOT_FOUND", "stageId")),
        ({"pipelineId": theirs.id}, ("NOT_FOUND", "pipelineId")),
        ({"stageId": pipeline.id}, ("INVALID", "stageId")),
        ({"stageId": "NEW"}, ("INVALID", "stageId")),
    ):
        expected = [(reason[0], f"input.{reason[1]}")]
        for name in ("moveDeal", "updateDeal"):
            given = {"id": deal["id"], **place}
            assert await refused(office.seller, name, "deal { id }", input=given) == expected
        made = {"title": "New", **place}
        assert await refused(office.seller, "createDeal", "deal { id }", input=made) == expected
    assert await office.stored() == before


async def test_a_stage_cannot_be_taken_away(office: Office, pipeline: Pipeline) -> None:
    deal = await make_deal(office.seller, pipeline["EXECUTING"], READ)

    for name in ("stageId", "pipelineId"):
        given = {"id": deal["id"], name: None}
        reasons = await refused(office.seller, "updateDeal", "deal { id }", input=given)
        assert reasons == [("REQUIRED", f"input.{name}")]
    assert await look(office.seller, deal["id"], READ) == deal


async def test_a_deal_that_has_changed_meanwhile_is_not_moved(
    office: Office, pipeline: Pipeline
) -> None:
    deal = await make_deal(office.seller, pipeline["NEW"])
    await update(office, id=deal["id"], lossReason="None yet")
    target = {"id": deal["id"], "stageId": pipeline["WON"]}
    before = await office.stored()

    reasons = await refused(
        office.seller, "moveDeal", "deal { id }", input={**target, "ifVersion": 1}
    )

    assert reasons == [("CONFLICT", "input.ifVersion")]
    assert await office.stored() == before
    assert (await move(office, **target, ifVersion=2))["version"] == 3


async def test_a_deal_in_the_recycle_bin_is_not_moved(office: Office, pipeline: Pipeline) -> None:
    deal = await make_deal(office.seller, pipeline["NEW"])
    await change(office.seller, "deleteDeal", "deal { id }", input={"id": deal["id"]})
    before = await office.stored()

    theirs = await default_pipeline(office.stranger)
    for person, stage in ((office.seller, pipeline["WON"]), (office.stranger, theirs["WON"])):
        target = {"id": deal["id"], "stageId": stage}
        reasons = await refused(person, "moveDeal", "deal { id }", input=target)
        assert reasons == [("NOT_FOUND", "input.id")]
    assert await office.stored() == before


async def test_who_only_reads_moves_nothing(office: Office, pipeline: Pipeline) -> None:
    deal = await make_deal(office.seller, pipeline["NEW"])
    target = {"id": deal["id"], "stageId": pipeline["WON"]}
    before = await office.stored()

    answer = await mutate(office.people.reader, "moveDeal", "deal { id }", input=target)

    assert answer.codes == ["FORBIDDEN"]
    assert await office.stored() == before
    assert (await move(office, **target))["isClosed"]


async def test_a_lead_passes_its_statuses_likewise(office: Office) -> None:
    statuses = await default_pipeline(office.keeper, "LEAD")
    read = "id version closedAt movedAt movedBy { id } stage { code }"
    lead = await change(
        office.seller, "createLead", f"lead {{ {read} createdAt }}", input={"title": "Call"}
    )
    assert lead["movedAt"] == lead.pop("createdAt")
    assert lead["closedAt"] is None

    async def to(code: str) -> Any:
        given = {"id": lead["id"], "stageId": statuses[code]}
        return await change(office.people.boris, "updateLead", f"lead {{ {read} }}", input=given)

    working, junk, good, again = [
        await to(code) for code in ("IN_PROCESS", "JUNK", "CONVERTED", "PROCESSED")
    ]

    assert working == {
        **lead, "version": 2, "stage": {"code": "IN_PROCESS"}, "movedAt": working["movedAt"],
        "movedBy": {"id": office.people.ids["boris"]},
    }  # fmt: skip
    assert junk["closedAt"] == junk["movedAt"]
    assert good["closedAt"] == junk["closedAt"]
    assert again["closedAt"] is None
    assert datetime.fromisoformat(again["movedAt"]) - datetime.fromisoformat(
        lead["movedAt"]
    ) > timedelta(0)
    assert await to("PROCESSED") == again


async def test_a_lead_goes_onto_no_foreign_stage(office: Office, pipeline: Pipeline) -> None:
    theirs = await default_pipeline(office.stranger, "LEAD")
    quotes = await default_pipeline(office.keeper, "QUOTE")
    lead = await change(office.seller, "createLead", "lead { id }", input={"title": "Call"})
    before = await office.stored()

    for stage, code in (
        (pipeline["NEW"], "INVALID"),
        (quotes["DRAFT"], "INVALID"),
        (theirs["NEW"], "NOT_FOUND"),
        (None, "REQUIRED"),
    ):
        given = {"id": lead["id"], "stageId": stage}
        reasons = await refused(office.seller, "updateLead", "lead { id }", input=given)
        assert reasons == [(code, "input.stageId")]
    assert await office.stored() == before
