"""Pipelines of deals: made, renamed, ordered; deleted only when their deals have a new place."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.client import Client
from tests.settings.conftest import Fresh
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


async def names(client: Client) -> list[str]:
    """Give the names of the pipelines of deals in their order."""
    found = await client.data("{ pipelines { name } }")
    return [pipeline["name"] for pipeline in found["pipelines"]]


async def test_a_pipeline_comes_last_and_everyone_sees_it(office: Office) -> None:
    made = await make_pipeline(office.keeper, name="  Partners ")

    shown = (await office.seller.data("{ pipelines { id name sort isDefault } }"))["pipelines"]

    assert shown[-1] == {
        "id": made.id, "name": "Partners", "sort": max(item["sort"] for item in shown),
        "isDefault": False,
    }  # fmt: skip
    assert await look(office.stranger, made.id, "id") is None
    assert [kind for kind, _ in await office.log(made.id)] == ["CREATED"]
    for stage in made.stages.values():
        assert [kind for kind, _ in await office.log(stage)] == ["CREATED"]


async def test_a_pipeline_comes_last_after_another_went(fresh: Fresh) -> None:
    keeper = await fresh("en")
    second = await make_pipeline(keeper, name="Second")
    await make_pipeline(keeper, name="Third")
    await change(keeper, "deletePipeline", "pipeline { id }", input={"id": second.id})

    await make_pipeline(keeper, name="Fourth")
    shown = (await keeper.data("{ pipelines { name sort } }"))["pipelines"]

    assert [item["name"] for item in shown] == ["Sales", "Third", "Fourth"]
    assert len({item["sort"] for item in shown}) == 3


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, ("REQUIRED", "input.name")),
        ({"name": None}, ("REQUIRED", "input.name")),
        ({"name": " \t"}, ("REQUIRED", "input.name")),
        ({"name": "x" * 256}, ("LIMIT", "input.name")),
        ({"name": "two\nlines"}, ("INVALID", "input.name")),
        ({"name": "Second", "entity": "LEAD"}, ("INVALID", "input.entity")),
        ({"name": "Second", "entity": "QUOTE"}, ("INVALID", "input.entity")),
        ({"name": "Second", "entity": "INVOICE"}, ("INVALID", "input.entity")),
    ],
)
async def test_what_makes_no_pipeline(
    office: Office, given: dict[str, Any], reason: tuple[str, str]
) -> None:
    before = await office.stored()

    assert await refused(office.keeper, "createPipeline", "pipeline { id }", input=given) == [
        reason
    ]
    assert await office.stored() == before

    await make_pipeline(office.keeper, **{**given, "name": "x" * 255, "entity": "DEAL"})


async def test_it_is_renamed_the_default_one_too(fresh: Fresh) -> None:
    keeper = await fresh("en")
    sales = await default_pipeline(keeper)
    leads = await default_pipeline(keeper, "LEAD")

    for pipeline, name in ((sales, "Direct sales"), (leads, "Requests")):
        given = {"id": pipeline.id, "name": name}
        renamed = await change(keeper, "updatePipeline", "pipeline { name }", input=given)
        assert renamed == {"name": name}

    assert await names(keeper) == ["Direct sales"]
    blank = {"id": sales.id, "name": ""}
    assert await refused(keeper, "updatePipeline", input=blank) == [("REQUIRED", "input.name")]
    assert await names(keeper) == ["Direct sales"]


async def test_a_change_of_nothing_is_no_event(office: Office, pipeline: Pipeline) -> None:
    same = {"id": pipeline.id, "name": "Second"}
    await change(office.keeper, "updatePipeline", "pipeline { id }", input=same)
    assert len(await office.log(pipeline.id)) == 1

    other = {"id": pipeline.id, "name": "Other"}
    await change(office.keeper, "updatePipeline", "pipeline { id }", input=other)
    assert (await office.log(pipeline.id))[1:] == [
        ("UPDATED", {"name": {"from": "Second", "to": "Other"}})
    ]


@pytest.mark.parametrize(
    ("mutation", "fixed"),
    [
        ("updatePipeline", {"entity": "LEAD"}),
        ("updatePipeline", {"isDefault": True}),
        ("updatePipeline", {"sort": 1}),
        ("updateStage", {"code": "OTHER"}),
        ("updateStage", {"semantics": "WON"}),
        ("updateStage", {"sort": 1}),
        ("updateStage", {"isSystem": False}),
        ("updateStage", {"pipelineId": "pipeline"}),
        ("createStage", {"isSystem": True, "pipelineId": "pipeline"}),
        ("updateDictionary", {"code": "OTHER"}),
        ("updateDictionaryItem", {"code": "OTHER"}),
        ("updateDictionaryItem", {"dictionaryId": "dictionary"}),
        ("createDictionaryItem", {"isSystem": True, "dictionaryId": "dictionary"}),
        ("createDictionary", {"isSystem": True, "code": "OTHER"}),
    ],
)
async def test_what_never_changes_cannot_even_be_said(
    office: Office, mutation: str, fixed: dict[str, Any]
) -> None:
    before = await office.stored()
    given = {"name": "Other", **({} if mutation.startswith("create") else {"id": "x"}), **fixed}

    answer = await mutate(office.keeper, mutation, "", input=given)

    assert answer.codes == ["BAD_USER_INPUT"]
    assert next(iter(fixed)) in answer.errors[0]["message"]
    assert await office.stored() == before


async def test_the_default_one_may_stand_anywhere(fresh: Fresh) -> None:
    keeper = await fresh("en")
    sales = await default_pipeline(keeper)
    second, third = [await make_pipeline(keeper, name=name) for name in ("Second", "Third")]
    order = [third.id, sales.id, second.id]

    ordered = await change(keeper, "reorderPipelines", "pipelines { id sort isDefault }", ids=order)

    assert ordered == [
        {"id": third.id, "sort": 10, "isDefault": False},
        {"id": sales.id, "sort": 20, "isDefault": True},
        {"id": second.id, "sort": 30, "isDefault": False},
    ]
    assert await names(keeper) == ["Third", "Sales", "Second"]
    made = await change(keeper, "createDeal", "deal { pipeline { id } }", input={"title": "First"})
    assert made["pipeline"]["id"] == sales.id


async def test_an_order_names_every_pipeline_of_deals_once(fresh: Fresh, office: Office) -> None:
    keeper = await fresh("en")
    sales, leads = await default_pipeline(keeper), await default_pipeline(keeper, "LEAD")
    second = await make_pipeline(keeper)
    theirs = await default_pipeline(office.keeper)
    before = await names(keeper)

    for ids, reason in (
        ([second.id], ("INVALID", "ids")),
        ([], ("INVALID", "ids")),
        ([second.id, sales.id, leads.id], ("INVALID", "ids")),
        ([second.id, theirs.id], ("INVALID", "ids")),
        ([second.id, sales.id, second.id], ("DUPLICATE", "ids.2")),
        ([second.id, sales["NEW"]], ("INVALID", "ids.1")),
        (["second", sales.id], ("INVALID", "ids.0")),
    ):
        assert await refused(keeper, "reorderPipelines", ids=ids) == [reason]
    assert await names(keeper) == before

    await change(keeper, "reorderPipelines", "pipelines { id }", ids=[second.id, sales.id])
    assert await names(keeper) == before[::-1]


@pytest.mark.parametrize("entity", ["DEAL", "LEAD", "QUOTE", "INVOICE"])
async def test_the_default_one_stays(office: Office, pipeline: Pipeline, entity: str) -> None:
    kept = await default_pipeline(office.keeper, entity)
    before = await office.stored()

    for given in ({}, {"moveTo": pipeline.id}):
        reasons = await refused(
            office.keeper, "deletePipeline", "pipeline { id }", input={"id": kept.id, **given}
        )
        assert reasons == [("SYSTEM", "input.id")]
    assert await office.stored() == before


async def test_an_empty_one_goes_with_its_stages(office: Office, pipeline: Pipeline) -> None:
    read = "pipeline { id name }"

    gone = await change(office.keeper, "deletePipeline", read, input={"id": pipeline.id})

    assert gone == {"id": pipeline.id, "name": "Second"}
    ids = [pipeline.id, *pipeline.stages.values()]
    left = await office.seller.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert left["nodes"] == [None] * 9
    for thing in ids:
        assert [kind for kind, _ in await office.log(thing)] == ["CREATED", "PURGED"]
    again = await refused(office.keeper, "deletePipeline", input={"id": pipeline.id})
    assert again == [("NOT_FOUND", "input.id")]


async def test_one_with_deals_stays_even_if_they_are_in_the_recycle_bin(
    office: Office, pipeline: Pipeline
) -> None:
    deal = await make_deal(office.seller, pipeline["EXECUTING"])
    gone = {"id": pipeline.id}

    async def stays() -> None:
        before = await office.stored()
        reasons = await refused(office.keeper, "deletePipeline", "pipeline { id }", input=gone)
        assert reasons == [("IN_USE", "input.id")]
        assert await office.stored() == before

    await stays()
    await change(office.seller, "deleteDeal", "deal { id }", input={"id": deal["id"]})
    await stays()
    await change(office.seller, "purgeDeal", "deal { id }", id=deal["id"])
    await change(office.keeper, "deletePipeline", "pipeline { id }", input=gone)


async def test_its_deals_go_to_the_target_and_keep_their_meaning(
    office: Office, pipeline: Pipeline
) -> None:
    target = await make_pipeline(office.keeper, name="Target", template="SALES")
    seller = office.seller
    read = "id version isClosed closedAt closeDate"
    deals = {code: await make_deal(seller, stage, read) for code, stage in pipeline.stages.items()}
    binned = (await make_deal(seller, pipeline["WON"]))["id"]
    await change(seller, "deleteDeal", "deal { id }", input={"id": binned})

    given = {"id": pipeline.id, "moveTo": target.id}
    await change(office.keeper, "deletePipeline", "pipeline { id }", input=given)

    goals = {"WON": "CLOSED", "LOSE": "LOSE", "APOLOGY": "LOSE"}
    for code, deal in deals.items():
        now = await look(
            seller, deal["id"], f"{read} pipeline {{ id }} stage {{ code }} movedBy {{ id }}"
        )
        assert now == {
            **deal, "version": 2, "pipeline": {"id": target.id},
            "stage": {"code": goals.get(code, "FIRST_CONTACT")},
            "movedBy": {"id": office.people.ids["root"]},
        }  # fmt: skip
        assert (await office.log(deal["id"]))[1:] == [
            ("UPDATED", {
                "pipeline": {"from": pipeline.id, "to": target.id},
                "stage": {"from": pipeline[code], "to": target[goals.get(code, "FIRST_CONTACT")]},
            })
        ]  # fmt: skip
    back = await change(seller, "restoreDeal", "deal { stage { id } isClosed }", id=binned)
    assert back == {"stage": {"id": target["CLOSED"]}, "isClosed": True}
    assert await look(seller, pipeline.id, "id") is None


@pytest.mark.parametrize("holds_a_deal", [True, False])
async def test_what_is_no_target_moves_nothing(
    office: Office, pipeline: Pipeline, holds_a_deal: bool
) -> None:
    if holds_a_deal:
        await make_deal(office.seller, pipeline["NEW"])
    leads = await default_pipeline(office.keeper, "LEAD")
    theirs = await default_pipeline(office.stranger)
    before = await office.stored()

    for target, code in (
        (pipeline.id, "INVALID"),
        (leads.id, "INVALID"),
        (theirs.id, "NOT_FOUND"),
        (pipeline["WON"], "INVALID"),
        ("elsewhere", "INVALID"),
    ):
        given = {"id": pipeline.id, "moveTo": target}
        reasons = await refused(office.keeper, "deletePipeline", "pipeline { id }", input=given)
        assert reasons == [(code, "input.moveTo")]
    assert await office.stored() == before


async def test_another_workspace_has_no_such_pipeline(office: Office, pipeline: Pipeline) -> None:
    before = await office.stored()

    renamed = await refused(
        office.stranger, "updatePipeline", input={"id": pipeline.id, "name": "x"}
    )
    deleted = await refused(office.stranger, "deletePipeline", input={"id": pipeline.id})

    assert renamed == deleted == [("NOT_FOUND", "input.id")]
    assert await office.stored() == before


async def test_a_refusal_is_told_in_the_callers_language(office: Office) -> None:
    sales = await default_pipeline(office.keeper)
    russian = Client(office.keeper.http, office.keeper.token, "ru")

    answer = await mutate(russian, "deletePipeline", "", input={"id": sales.id})

    (reason,) = answer.data["deletePipeline"]["userErrors"]
    assert reason["message"] == "Воронку по умолчанию нельзя удалить."
