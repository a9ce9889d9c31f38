"""Deals that come to a stage go on into another pipeline: copied or moved, once and for all."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_deal, make_role
from tests.conftest import Stored
from tests.people import Cast
from tests.process.conftest import Told
from tests.process.leads import look, make_field
from tests.process.lines import READ, Lines, dig, make_lines, move


@pytest.fixture
async def lines(people: Cast) -> Lines:
    """Give the pipelines Sales and Service."""
    return await make_lines(people)


async def places(people: Cast) -> list[tuple[str, str, str]]:
    """Give the titles of all deals with their pipelines and stages, in that order."""
    found = await people.root.data(f"{{ deals {{ nodes {{ {READ} }} }} }}")
    return sorted(
        (deal["title"], deal["pipeline"]["name"], deal["stage"]["code"])
        for deal in found["deals"]["nodes"]
    )


async def test_a_copy_goes_through_and_the_deal_stays(
    people: Cast, lines: Lines, told: Told
) -> None:
    await make_field(people.root, "DEAL", "Contract", "STRING", code="contract")
    await make_field(people.root, "DEAL", "Serial", "STRING", code="serial", isUnique=True)
    person = await people.anna.mutate("createContact", {"lastName": "Orlova"}, "contact { id }")
    contact = person.payload()["contact"]
    made = (await dig(people.root, lines["Sales", "WON"], lines["Service", "NEW"])).payload()
    given = {
        "amount": {"amount": "700", "currency": "USD"}, "contactId": contact["id"],
        "responsibleId": people.ids["boris"], "observerIds": [people.ids["root"]],
        "externalIds": [{"system": "erp", "value": "1"}],
        "customValues": [{"code": "contract", "value": "A-1"}, {"code": "serial", "value": "S"}],
    }  # fmt: skip
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "NEW"], **given)

    moved = (await move(people.anna, deal, lines["Sales", "WON"])).payload()["deal"]

    assert made["tunnel"]["action"] == "COPY"
    assert moved == {
        "id": deal, "title": "Pumps", "stage": {"code": "WON"}, "pipeline": {"name": "Sales"},
    }  # fmt: skip
    found = await people.anna.data(
        """{ deals { nodes { id isClosed stage { code } amount { amount } contact { id }
        contacts { nodes { id } } responsible { id } observers { id } externalIds { value }
        createdBy { id } customFieldValues { field { code } displayValue } } } }"""
    )
    (copy,) = [node for node in found["deals"]["nodes"] if node["id"] != deal]
    assert copy == {
        "id": copy["id"], "isClosed": False, "stage": {"code": "NEW"},
        "amount": {"amount": "700"}, "contact": contact, "contacts": {"nodes": [contact]},
        "responsible": {"id": people.ids["boris"]}, "observers": [{"id": people.ids["root"]}],
        "externalIds": [], "createdBy": {"id": people.ids["anna"]},
        "customFieldValues": [
            {"field": {"code": "contract"}, "displayValue": "A-1"},
            {"field": {"code": "serial"}, "displayValue": None},
        ],
    }  # fmt: skip
    assert (await told(deal))[-1] == ("COPIED", {"copy": {"from": None, "to": copy["id"]}})
    assert (await told(copy["id"]))[-1] == ("COPIED", {"copyOf": {"from": None, "to": deal}})


@pytest.mark.parametrize("way", ["moveDeal", "updateDeal", "updateDeals", "createDeal"])
async def test_a_deal_goes_through_whichever_way_it_comes(
    people: Cast, lines: Lines, told: Told, way: str
) -> None:
    (await dig(people.root, lines["Sales", "WON"], lines["Service", "EXECUTING"], "MOVE")).payload()
    stage = lines["Sales", "WON"]
    if way == "createDeal":
        deal = await make_deal(people.anna, "Pumps", stageId=stage)
    else:
        deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "NEW"])
        given: Any = {"id": deal, "stageId": stage}
        kind = f"{way[0].upper()}{way[1:]}Input!" if way != "updateDeals" else "[UpdateDealInput!]!"
        done = await people.boris.run(
            f"mutation ($g: {kind}) {{ {way}(input: $g) {{ userErrors {{ code }} }} }}",
            {"g": [given] if way == "updateDeals" else given},
        )
        done.payload()

    found = await look(
        people.anna, "deal", deal, f"{READ} isClosed stageHistory {{ stage {{ code }} }}"
    )

    assert (found["pipeline"], found["stage"]) == ({"name": "Service"}, {"code": "EXECUTING"})
    assert found["isClosed"] is False
    steps = [step["stage"]["code"] for step in found["stageHistory"]]
    assert steps == (["WON", "EXECUTING"] if way == "createDeal" else ["NEW", "WON", "EXECUTING"])
    kind, changes = (await told(deal))[-1]
    assert kind == "UPDATED"
    assert changes["pipeline"] == {
        "from": lines.pipelines["Sales"], "to": lines.pipelines["Service"],
    }  # fmt: skip


async def test_a_stage_may_have_several(people: Cast, lines: Lines) -> None:
    start = lines["Sales", "WON"]
    for code in ("NEW", "PREPARATION"):
        (await dig(people.root, start, lines["Service", code])).payload()
    (await dig(people.root, start, lines["Service", "EXECUTING"], "MOVE")).payload()
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "NEW"])

    moved = (await move(people.anna, deal, start)).payload()["deal"]

    assert moved["stage"] == {"code": "EXECUTING"}
    codes = ("EXECUTING", "NEW", "PREPARATION")
    assert await places(people) == [("Pumps", "Service", code) for code in codes]


async def test_nothing_happens_elsewhere_or_where_nothing_moves(people: Cast, lines: Lines) -> None:
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "WON"])
    (await dig(people.root, lines["Sales", "WON"], lines["Service", "NEW"])).payload()

    (await move(people.anna, deal, lines["Sales", "WON"])).payload()
    given = {"id": deal, "comments": "Paid"}
    (await people.anna.mutate("updateDeal", given, "deal { id }")).payload()
    (await move(people.anna, deal, lines["Sales", "LOSE"])).payload()

    assert await places(people) == [("Pumps", "Sales", "LOSE")]


@pytest.mark.parametrize("action", ["COPY", "MOVE"])
async def test_a_circle_is_one_error_and_nothing_is_done(
    people: Cast, lines: Lines, stored: Stored, action: str
) -> None:
    there, back = lines["Sales", "WON"], lines["Service", "NEW"]
    (await dig(people.root, there, back, action)).payload()
    (await dig(people.root, back, there, action)).payload()
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "NEW"])
    before = await stored()

    refused = await move(people.anna, deal, there)

    assert refused.refusals() == [("CONFLICT", "input.stageId")]
    assert await stored() == before


async def test_what_the_other_stage_asks_for_refuses_the_move(
    people: Cast, lines: Lines, stored: Stored
) -> None:
    await make_field(
        people.root, "DEAL", "Contract", "STRING", code="contract",
        requiredFromIds=[lines["Service", "NEW"]],
    )  # fmt: skip
    (await dig(people.root, lines["Sales", "WON"], lines["Service", "NEW"], "MOVE")).payload()
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "NEW"])
    before = await stored()

    refused = await move(people.anna, deal, lines["Sales", "WON"])

    assert refused.refusals() == [("REQUIRED", "input.customValues")]
    assert await stored() == before


async def test_tunnels_that_make_no_sense_are_refused(
    people: Cast, lines: Lines, stored: Stored
) -> None:
    root, start = people.root, lines["Sales", "WON"]
    (await dig(root, start, lines["Service", "NEW"])).payload()
    (await dig(root, start, lines["Service", "NEW"], "MOVE")).payload()
    leads = await root.data("{ pipelines(entity: LEAD) { stages { id } } }")
    lead_stage = leads["pipelines"][0]["stages"][0]["id"]
    before = await stored()

    async def refusal(start: str, end: str, action: str = "COPY") -> list[tuple[str, str]]:
        return (await dig(root, start, end, action)).refusals()

    assert await refusal(start, lines["Sales", "NEW"]) == [("INVALID", "input.targetStageId")]
    assert await refusal(start, lead_stage) == [("INVALID", "input.targetStageId")]
    assert await refusal(lead_stage, start) == [("INVALID", "input.stageId")]
    assert await refusal(start, lines["Service", "NEW"]) == [("DUPLICATE", "input.targetStageId")]
    moving = await refusal(start, lines["Service", "WON"], "MOVE")
    assert moving == [("CONFLICT", "input.action")]
    assert await refusal(start, "stage_01m8jf0p4gefkvsh3vzr5x6tbb") == [
        ("NOT_FOUND", "input.targetStageId")
    ]
    assert await stored() == before


async def test_only_who_may_set_up_makes_tunnels(
    people: Cast, lines: Lines, join: Join, stored: Stored
) -> None:
    deals = [grant("DEAL", action, "ALL") for action in ("READ", "CREATE", "UPDATE")]
    kate = await join("kate", await make_role(people.root, "Sells", *deals))
    role = await make_role(people.root, "Sets up", settings=["CRM_SETTINGS"])
    lena = await join("lena", role)
    made = await dig(lena, lines["Sales", "WON"], lines["Service", "NEW"])
    tunnel = made.payload()["tunnel"]["id"]
    before = await stored()

    assert (await dig(kate, lines["Sales", "NEW"], lines["Service", "NEW"])).codes == ["FORBIDDEN"]
    to = {"id": tunnel, "targetStageId": lines["Service", "WON"]}
    assert (await kate.mutate("updateTunnel", to, "")).codes == ["FORBIDDEN"]
    assert (await kate.mutate("deleteTunnel", {"id": tunnel}, "")).codes == ["FORBIDDEN"]
    assert (await people.olga.mutate("deleteTunnel", {"id": tunnel}, "")).refusals() == [
        ("NOT_FOUND", "input.id")
    ]
    assert await stored() == before
    (await lena.mutate("updateTunnel", to, "")).payload()
    deal = await make_deal(kate, "Pumps", stageId=lines["Sales", "WON"])
    assert await places(people) == [("Pumps", "Sales", "WON"), ("Pumps", "Service", "WON")]
    (await lena.mutate("deleteTunnel", {"id": tunnel}, "")).payload()
    (await move(kate, deal, lines["Sales", "NEW"])).payload()
    (await move(kate, deal, lines["Sales", "WON"])).payload()
    assert len(await places(people)) == 2


async def test_the_other_pipeline_is_read_by_who_may_read_it(
    people: Cast, lines: Lines, join: Join
) -> None:
    grants = [
        grant("DEAL", action, "ALL", pipelineId=lines.pipelines["Sales"])
        for action in ("READ", "CREATE", "UPDATE")
    ]
    kate = await join("kate", await make_role(people.root, "Sells", *grants))
    (await dig(people.root, lines["Sales", "WON"], lines["Service", "NEW"], "MOVE")).payload()
    deal = await make_deal(kate, "Pumps", stageId=lines["Sales", "NEW"])

    moved = (await move(kate, deal, lines["Sales", "WON"])).payload()

    assert moved["deal"] is None
    assert await look(kate, "deal", deal, "id") is None
    assert await places(people) == [("Pumps", "Service", "NEW")]


async def test_tunnels_go_with_their_stages(people: Cast, lines: Lines) -> None:
    root = people.root
    (await dig(root, lines["Sales", "EXECUTING"], lines["Service", "NEW"])).payload()
    (await dig(root, lines["Sales", "NEW"], lines["Service", "EXECUTING"])).payload()

    async def left() -> int:
        found = await root.data("{ pipelines { stages { tunnels { id } } } }")
        return sum(len(stage["tunnels"]) for line in found["pipelines"] for stage in line["stages"])

    assert await left() == 2
    (await root.mutate("deleteStage", {"id": lines["Sales", "EXECUTING"]}, "")).payload()
    assert await left() == 1
    (await root.mutate("deletePipeline", {"id": lines.pipelines["Service"]}, "")).payload()
    assert await left() == 0
