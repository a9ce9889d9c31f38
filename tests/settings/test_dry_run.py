"""Settings tried dry: told exactly as they would be done, and nothing done."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.settings.office import (
    Office,
    Pipeline,
    change,
    codes_of,
    look,
    make_deal,
    make_pipeline,
)

DRY = {"X-Dry-Run": "1"}


async def tried(office: Office, name: str, read: str, **arguments: Any) -> tuple[Any, Any]:
    """Try a mutation dry, see that nothing is written; gives the payload and what was told."""
    before = await office.stored()
    answer = await mutate(office.keeper, name, read, DRY, **arguments)
    assert await office.stored() == before
    payload = {key: value for key, value in answer.payload().items() if key != "userErrors"}
    return payload, answer.extensions["dryRun"]


async def test_a_pipeline_is_tried_with_its_stages(office: Office) -> None:
    read = "pipeline { id name stages { code } }"
    given = {"name": "Tried", "template": "SUPPORT"}

    payload, told = await tried(office, "createPipeline", read, input=given)

    made = payload["pipeline"]
    assert [stage["code"] for stage in made["stages"]] == [
        "RECEIVED", "ANALYSIS", "SOLUTION", "APPLIED", "SATISFIED", "LOSE",
    ]  # fmt: skip
    assert [event["kind"] for event in told["events"]] == ["CREATED"] * 7
    assert await look(office.seller, made["id"], "id") is None


async def test_deleting_a_pipeline_tells_of_its_deals(office: Office, pipeline: Pipeline) -> None:
    target = await make_pipeline(office.keeper, name="Target")
    deals = [(await make_deal(office.seller, pipeline[code]))["id"] for code in ("NEW", "WON")]
    read, given = "pipeline { name }", {"id": pipeline.id, "moveTo": target.id}

    payload, told = await tried(office, "deletePipeline", read, input=given)
    shown = await look(office.seller, pipeline.id, "stages { id }")
    done = await change(office.keeper, "deletePipeline", read, input=given)

    assert payload == {"pipeline": done}
    assert len(shown["stages"]) == 8
    moved = [change_ for change_ in told["changes"] if change_["field"] == "stage"]
    assert {(item["from"], item["to"]) for item in moved} == {
        (pipeline["NEW"], target["NEW"]), (pipeline["WON"], target["WON"]),
    }  # fmt: skip
    kinds = [event["kind"] for event in told["events"]]
    assert sorted(kinds) == ["PURGED"] * 9 + ["UPDATED"] * 2
    for deal in deals:
        kind, changes = (await office.log(deal))[-1]
        assert kind == "UPDATED"
        assert {key: (value["from"], value["to"]) for key, value in changes.items()} == {
            item["field"]: (item["from"], item["to"])
            for item in told["changes"]
            if item["id"] == deal
        }


@pytest.mark.parametrize("mutation", ["createStage", "updateStage", "deleteStage", "reorderStages"])
async def test_stages_are_tried(office: Office, pipeline: Pipeline, mutation: str) -> None:
    codes = list(pipeline.stages)
    cases: dict[str, dict[str, Any]] = {
        "createStage": {"input": {"pipelineId": pipeline.id, "name": "More", "code": "MORE"}},
        "updateStage": {"input": {"id": pipeline["WON"], "name": "Paid"}},
        "deleteStage": {"input": {"id": pipeline["APOLOGY"]}},
        "reorderStages": {"ids": [pipeline[code] for code in [*codes[:6], "APOLOGY", "LOSE"]]},
    }
    arguments = cases[mutation]
    read = "stages { code }" if mutation == "reorderStages" else "stage { code }"

    payload, told = await tried(office, mutation, read, **arguments)

    assert told["events"] != []
    assert await codes_of(office.seller, pipeline) == codes
    answer = await mutate(office.keeper, mutation, read, **arguments)
    assert {key: value for key, value in answer.payload().items() if key != "userErrors"} == payload
    assert "dryRun" not in answer.extensions


async def test_a_refusal_is_the_same_dry(office: Office, pipeline: Pipeline) -> None:
    given = {"id": pipeline["NEW"]}

    dry = await mutate(office.keeper, "deleteStage", "stage { id }", DRY, input=given)
    real = await mutate(office.keeper, "deleteStage", "stage { id }", input=given)

    assert dry.data == real.data
    assert dry.refusals() == [("SYSTEM", "input.id")]
    assert dry.extensions["dryRun"] == {"changes": [], "events": []}


async def test_a_member_does_not_even_try(office: Office, pipeline: Pipeline) -> None:
    given = {"id": pipeline.id, "name": "Tried"}

    answer = await mutate(office.seller, "updatePipeline", "pipeline { id }", DRY, input=given)

    assert answer.codes == ["FORBIDDEN"]
    assert answer.extensions["dryRun"] == {"changes": [], "events": []}
    assert await look(office.seller, pipeline.id, "name") == {"name": "Second"}
