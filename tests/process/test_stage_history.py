"""The stages that deals and leads have been on: how long, and who moved them there."""

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.ids import decode_id
from tests.access.staff import Join, grant, make_deal, make_role
from tests.people import Cast
from tests.process.leads import look, make_lead

STEPS = """stageHistory { stage { code } enteredAt leftAt seconds movedBy { id } }
  movedAt createdAt"""


async def stages(people: Cast, entity: str = "DEAL") -> dict[str, str]:
    """Give the ids of the default pipeline's stages by code."""
    found = await people.root.data(
        "query ($e: PipelineEntity!) { pipelines(entity: $e) { stages { id code } } }", e=entity
    )
    return {stage["code"]: stage["id"] for stage in found["pipelines"][0]["stages"]}


async def test_every_move_is_a_step(people: Cast) -> None:
    codes = await stages(people)
    deal = await make_deal(people.anna, "Pumps")
    await asyncio.sleep(1.1)
    moved = await people.boris.mutate("moveDeal", {"id": deal, "stageId": codes["EXECUTING"]}, "")
    moved.payload()
    again = {"id": deal, "stageId": codes["WON"], "title": "Pumps and pipes"}
    (await people.anna.mutate("updateDeal", again, "")).payload()
    (await people.anna.mutate("updateDeal", {"id": deal, "comments": "Paid"}, "")).payload()

    found = await look(people.anna, "deal", deal, STEPS)

    first, second, third = found["stageHistory"]
    assert [step["stage"]["code"] for step in (first, second, third)] == ["NEW", "EXECUTING", "WON"]
    assert [step["movedBy"]["id"] for step in (first, second, third)] == [
        people.ids["anna"], people.ids["boris"], people.ids["anna"],
    ]  # fmt: skip
    assert first["enteredAt"] == found["createdAt"]
    assert (first["leftAt"], second["leftAt"]) == (second["enteredAt"], third["enteredAt"])
    assert third["enteredAt"] == found["movedAt"]
    assert third["leftAt"] is None
    assert 1 <= first["seconds"] < 60


async def test_only_the_latest_are_given_where_so_many_are_asked_for(people: Cast) -> None:
    codes = await stages(people)
    deal = await make_deal(people.anna, "Pumps")
    for code in ("PREPARATION", "EXECUTING", "LOSE"):
        given = {"id": deal, "stageId": codes[code]}
        (await people.anna.mutate("moveDeal", given, "")).payload()

    async def codes_of(last: int) -> list[str]:
        read = f"stageHistory(last: {last}) {{ stage {{ code }} }}"
        found = await look(people.anna, "deal", deal, read)
        return [step["stage"]["code"] for step in found["stageHistory"]]

    assert await codes_of(2) == ["EXECUTING", "LOSE"]
    assert await codes_of(0) == []
    for last in (-1, 201):
        asked = f"{{ deals {{ nodes {{ stageHistory(last: {last}) {{ seconds }} }} }} }}"
        assert (await people.anna.run(asked)).codes == ["BAD_USER_INPUT"]


async def test_leads_have_one_too(people: Cast) -> None:
    lead = await make_lead(people.anna)
    (await people.boris.mutate(
        "convertLead", {"id": lead, "deal": {"create": True}}, ""
    )).payload()  # fmt: skip

    found = await look(people.anna, "lead", lead, STEPS)

    assert [step["stage"]["code"] for step in found["stageHistory"]] == ["NEW", "CONVERTED"]


async def test_a_deal_whose_moves_were_not_logged_is_on_its_stage_since_it_moved(
    people: Cast, database_url: str
) -> None:
    codes = await stages(people)
    deal = await make_deal(people.anna, "Old", stageId=codes["EXECUTING"])
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    await connection.execute("DELETE FROM events WHERE record_id = $1", decode_id(deal)[1])
    await connection.close()

    found = await look(people.anna, "deal", deal, STEPS)

    (step,) = found["stageHistory"]
    assert (step["stage"], step["movedBy"]) == ({"code": "EXECUTING"}, {"id": people.ids["anna"]})
    assert (step["enteredAt"], step["leftAt"]) == (found["movedAt"], None)


async def test_a_stage_that_is_gone_is_empty(people: Cast) -> None:
    codes = await stages(people)
    deal = await make_deal(people.anna, "Pumps", stageId=codes["EXECUTING"])
    gone = {"id": codes["EXECUTING"], "moveTo": codes["PREPARATION"]}
    (await people.root.mutate("deleteStage", gone, "")).payload()

    found = await look(people.anna, "deal", deal, STEPS)

    assert [step["stage"] for step in found["stageHistory"]] == [None, {"code": "PREPARATION"}]
    assert found["stageHistory"][1]["movedBy"] == {"id": people.ids["root"]}


async def test_many_deals_take_as_many_statements_as_one(people: Cast, watch: Any) -> None:
    codes = await stages(people)
    for number in range(7):
        deal = await make_deal(people.anna, f"Deal {number}")
        for code in ("EXECUTING", "WON")[: number % 3]:
            given = {"id": deal, "stageId": codes[code]}
            (await people.anna.mutate("moveDeal", given, "")).payload()
    counts = []
    for first in (1, 7, 1, 7):
        with watch() as seen:
            await people.anna.data(f"{{ deals(first: {first}) {{ nodes {{ {STEPS} }} }} }}")
        counts.append(len(seen.records))

    assert counts[2] == counts[3]
    assert counts[3] <= 4


@pytest.mark.parametrize("field", ["stageHistory", "stage", "movedBy"])
async def test_who_may_not_read_the_stage_reads_no_history(
    people: Cast, join: Join, field: str
) -> None:
    hidden = [{"entity": "DEAL", "field": field, "access": "HIDDEN"}]
    role = await make_role(people.root, "Blind", grant("DEAL", "READ", "ALL"), fields=hidden)
    kate = await join("kate", role)
    deal = await make_deal(people.anna, "Pumps")

    answer = await kate.run("{ deals { nodes { id stageHistory { enteredAt } } } }")

    assert answer.body["data"]["deals"]["nodes"] == [{"id": deal, "stageHistory": None}]
    assert answer.codes == ["FORBIDDEN"]


async def test_deals_of_others_tell_no_history(people: Cast, join: Join) -> None:
    role = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    kate = await join("kate", role)
    theirs = await make_deal(people.anna, "Theirs", responsibleId=people.ids["anna"])
    own = await make_deal(people.anna, "Hers", responsibleId=people.ids["kate"])

    assert await look(kate, "deal", theirs, STEPS) is None
    assert len((await look(kate, "deal", own, STEPS))["stageHistory"]) == 1
    assert await look(people.olga, "deal", own, STEPS) is None
