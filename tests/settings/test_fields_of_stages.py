"""Custom fields that name stages and pipelines: what becomes of them when one of these goes."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.custom.fields import make_field
from tests.settings.office import Office, Pipeline, change, make_pipeline, refused


async def make(office: Office, kind: str = "STRING", **given: Any) -> str:
    """Make a field of deals; gives its id."""
    return str((await make_field(office.keeper, "Contract", kind, **given))["id"])


async def places(office: Office, field: str) -> dict[str, list[str]]:
    """Tell which pipelines and stages a field names."""
    found = await office.seller.data(
        "{ customFields(entity: DEAL) { id pipelines { id } requiredFrom { id } } }"
    )
    (own,) = (row for row in found["customFields"] if row["id"] == field)
    return {name: [row["id"] for row in own[name]] for name in ("pipelines", "requiredFrom")}


async def delete_stage(office: Office, stage: str, **more: str) -> None:
    given = {"id": stage, **more}
    await change(office.keeper, "deleteStage", "stage { id }", input=given)


async def delete_pipeline(office: Office, pipeline: Pipeline, **more: str) -> None:
    given = {"id": pipeline.id, **more}
    await change(office.keeper, "deletePipeline", "pipeline { id }", input=given)


async def asked_on(office: Office, pipeline: Pipeline) -> list[str]:
    """Give the codes of the stages on which a deal without a contract cannot be made."""
    found = []
    for code, stage in pipeline.stages.items():
        given = {"title": "Without", "stageId": stage}
        answer = await mutate(office.seller, "createDeal", "deal { id }", input=given)
        if answer.refusals() == [("REQUIRED", "input.customValues")]:
            found.append(code)
    return found


async def test_the_next_stage_asks_when_the_first_that_asked_is_deleted(
    office: Office, pipeline: Pipeline
) -> None:
    stages = pipeline.stages
    other = await make_pipeline(office.keeper, "Other")
    kept = other["EXECUTING"]
    field = await make(
        office, requiredFromIds=[kept, stages["PREPAYMENT_INVOICE"]], pipelineIds=[pipeline.id]
    )

    gone = stages.pop("PREPAYMENT_INVOICE")
    await delete_stage(office, gone)

    assert (await places(office, field))["requiredFrom"] == [kept, stages["EXECUTING"]]
    assert await asked_on(office, pipeline) == ["EXECUTING", "FINAL_INVOICE", "WON"]
    kind, changes = (await office.log(field))[-1]
    assert kind == "UPDATED"
    assert changes == {
        "requiredFrom": {
            "from": [kept, gone], "to": [kept, stages["EXECUTING"]]
        }
    }  # fmt: skip


async def test_a_rule_goes_on_to_the_won_stage_and_is_not_doubled(
    office: Office, pipeline: Pipeline
) -> None:
    stages = pipeline.stages
    field = await make(office, requiredFromIds=[stages["EXECUTING"], stages["FINAL_INVOICE"]],
                       pipelineIds=[pipeline.id])  # fmt: skip

    await delete_stage(office, stages.pop("EXECUTING"))
    assert (await places(office, field))["requiredFrom"] == [stages["FINAL_INVOICE"]]
    await delete_stage(office, stages.pop("FINAL_INVOICE"))

    assert (await places(office, field))["requiredFrom"] == [stages["WON"]]
    assert await asked_on(office, pipeline) == ["WON"]


async def test_a_lost_stage_passes_nothing_on(office: Office, pipeline: Pipeline) -> None:
    lost = {"pipelineId": pipeline.id, "name": "Too dear", "semantics": "LOST"}
    made = await change(office.keeper, "createStage", "stage { id }", input=lost)
    field = await make(office, requiredFromIds=[made["id"]], pipelineIds=[pipeline.id])

    await delete_stage(office, made["id"])

    assert (await places(office, field))["requiredFrom"] == []
    assert await asked_on(office, pipeline) == []


async def test_a_stage_that_is_not_deleted_keeps_its_rule(
    office: Office, pipeline: Pipeline
) -> None:
    stage = pipeline["EXECUTING"]
    field = await make(office, requiredFromIds=[stage])
    values = [{"code": await code_of(office, field), "value": "15"}]
    given = {"title": "Here", "stageId": stage, "customValues": values}
    await change(office.seller, "createDeal", "deal { id }", input=given)
    before = await office.stored()

    in_use = await refused(office.keeper, "deleteStage", input={"id": stage})
    dry = await mutate(
        office.keeper, "deleteStage", "stage { id }", {"X-Dry-Run": "1"},
        input={"id": stage, "moveTo": pipeline["NEW"]},
    )  # fmt: skip

    assert in_use == [("IN_USE", "input.id")]
    changes = dry.extensions["dryRun"]["changes"]
    assert {
        "id": field, "field": "requiredFrom", "from": [stage], "to": [pipeline["FINAL_INVOICE"]]
    } in changes  # fmt: skip
    assert await office.stored() == before
    assert (await places(office, field))["requiredFrom"] == [stage]


async def code_of(office: Office, field: str) -> str:
    found = await office.seller.data("{ customFields(entity: DEAL) { id code } }")
    (code,) = (row["code"] for row in found["customFields"] if row["id"] == field)
    return str(code)


async def test_a_deleted_pipeline_takes_its_rules_along(office: Office, pipeline: Pipeline) -> None:
    other = await make_pipeline(office.keeper, "Other")
    field = await make(
        office, requiredFromIds=[pipeline["EXECUTING"], other["WON"], pipeline["NEW"]]
    )

    await delete_pipeline(office, pipeline)

    assert (await places(office, field))["requiredFrom"] == [other["WON"]]
    assert [
        (changed["from"], changed["to"])
        for _, changes in await office.log(field)
        if (changed := changes.get("requiredFrom")) and changed["from"]
    ] == [([pipeline["EXECUTING"], other["WON"], pipeline["NEW"]], [other["WON"]])]
    await change(
        office.keeper, "deleteCustomField", "isDeleted", input={"id": field, "confirm": True}
    )


@pytest.mark.parametrize("with_deals", [False, True])
async def test_the_only_pipeline_of_a_field_goes_with_a_target_alone(
    office: Office, pipeline: Pipeline, with_deals: bool
) -> None:
    target = await make_pipeline(office.keeper, "Target")
    first = await make(office, pipelineIds=[pipeline.id])
    second = await make(office, pipelineIds=[pipeline.id], isMultiple=True)
    codes = sorted([await code_of(office, first), await code_of(office, second)])
    values = [{"code": await code_of(office, first), "value": "15"}] if with_deals else []
    deal = {"title": "Deal", "pipelineId": pipeline.id, "customValues": values}
    if with_deals:
        deal = await change(office.seller, "createDeal", "deal { id }", input=deal)
    before = await office.stored()

    answer = await mutate(office.keeper, "deletePipeline", input={"id": pipeline.id})

    assert answer.refusals() == [("IN_USE", "input.id")]
    if not with_deals:
        assert answer.data["deletePipeline"]["userErrors"][0]["message"] == (
            f"Custom fields are there for this pipeline alone: {', '.join(codes)}; "
            "name a target for them."
        )
    assert await office.stored() == before

    await delete_pipeline(office, pipeline, moveTo=target.id)

    for field in (first, second):
        assert (await places(office, field))["pipelines"] == [target.id]
        assert (await office.log(field))[-1] == (
            "UPDATED", {"pipelines": {"from": [pipeline.id], "to": [target.id]}}
        )  # fmt: skip
    if with_deals:
        shown = await office.seller.data(
            "query ($id: ID!, $codes: [String!]) { deal(id: $id) { pipeline { id }"
            " customFieldValues(codes: $codes) { displayValue } } }",
            id=deal["id"], codes=codes[:1],
        )  # fmt: skip
        assert shown["deal"]["pipeline"] == {"id": target.id}
        assert shown["deal"]["customFieldValues"] == [{"displayValue": "15"}]


async def test_a_field_of_several_pipelines_loses_the_one_that_goes(
    office: Office, pipeline: Pipeline
) -> None:
    one, two = await make_pipeline(office.keeper, "One"), await make_pipeline(office.keeper, "Two")
    field = await make(office, pipelineIds=[one.id, pipeline.id, two.id])

    await delete_pipeline(office, pipeline)
    assert (await places(office, field))["pipelines"] == [one.id, two.id]
    await delete_pipeline(office, one, moveTo=two.id)

    assert (await places(office, field))["pipelines"] == [two.id]
    last = await refused(office.keeper, "deletePipeline", input={"id": two.id})
    assert last == [("IN_USE", "input.id")]
    assert (await places(office, field))["pipelines"] == [two.id]
