"""Deals brought in from elsewhere, with the times that they have there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.access.roles import grant, make_role
from tests.access.staff import Join
from tests.client import Answer, Client
from tests.conftest import Stored
from tests.people import Cast
from tests.process.conftest import Told
from tests.timeline.conftest import timeline

READ = """id createdAt createdBy { id } movedAt movedBy { id } closedAt closeDate isClosed version
  stage { code } stageHistory { stage { code } enteredAt leftAt movedBy { id } }"""
RESULTS = f"results {{ deal {{ {READ} }} userErrors {{ code path }} }}"
JANUARY, MARCH, MAY = (f"2024-0{month}-10T12:00:00Z" for month in (1, 3, 5))


async def stages_of(person: Client) -> dict[str, str]:
    """Give the ids of the stages of the usual pipeline by their codes."""
    found = (await person.data("{ pipelines { isDefault stages { id code } } }"))["pipelines"]
    usual = next(item for item in found if item["isDefault"])
    return {stage["code"]: stage["id"] for stage in usual["stages"]}


async def bring(person: Client, read: str = RESULTS, number: str = "1", **given: Any) -> Answer:
    """Bring one deal in."""
    deal = {"externalId": {"system": "old", "value": number}, "title": "Old pumps", **given}
    document = (
        "mutation ($input: [ImportDealInput!]!) { importDeals(input: $input) "
        f"{{ {read} userErrors {{ code path }} }} }}"
    )
    return await person.run(document, {"input": [deal]})


def refusals(answer: Answer) -> list[tuple[str, str]]:
    """Give the codes and dotted paths of what is wrong with the deal."""
    (result,) = answer.data["importDeals"]["results"]
    return [(error["code"], ".".join(error["path"])) for error in result["userErrors"]]


async def test_a_deal_comes_in_with_its_history(people: Cast, told: Told) -> None:
    stages = await stages_of(people.root)
    anna, boris = people.ids["anna"], people.ids["boris"]
    history = [
        {"stageId": stages["NEW"], "at": JANUARY, "byId": anna},
        {"stageId": stages["EXECUTING"], "at": MARCH, "byId": boris},
        {"stageId": stages["WON"], "at": MAY},
    ]

    answer = await bring(people.boris, createdById=anna, stageHistory=history)

    (result,) = answer.payload()["results"]
    found = await people.reader.data(
        f"query ($id: ID!) {{ deal(id: $id) {{ {READ} }} }}", id=result["deal"]["id"]
    )
    deal = found["deal"]
    assert deal == {
        "id": deal["id"], "createdAt": JANUARY, "createdBy": {"id": anna}, "movedAt": MAY,
        "movedBy": None, "closedAt": MAY, "closeDate": "2024-05-10", "isClosed": True,
        "version": 1, "stage": {"code": "WON"},
        "stageHistory": [
            {"stage": {"code": "NEW"}, "enteredAt": JANUARY, "leftAt": MARCH,
             "movedBy": {"id": anna}},
            {"stage": {"code": "EXECUTING"}, "enteredAt": MARCH, "leftAt": MAY,
             "movedBy": {"id": boris}},
            {"stage": {"code": "WON"}, "enteredAt": MAY, "leftAt": None, "movedBy": None},
        ],
    }  # fmt: skip
    kinds = [kind for kind, _ in await told(deal["id"])]
    assert kinds == ["CREATED", "UPDATED", "UPDATED", "IMPORTED"]
    log = await people.root.data(
        "{ auditEvents(where: {kind: {eq: IMPORTED}}) { nodes { user { id } details } } }"
    )
    assert log["auditEvents"]["nodes"] == [
        {"user": {"id": boris}, "details": {"records": 1, "entity": "DEAL"}}
    ]


async def test_what_is_here_already_is_changed_and_keeps_its_times(people: Cast) -> None:
    stages = await stages_of(people.root)
    given = {"createdAt": JANUARY, "stageId": stages["EXECUTING"]}
    first = (await bring(people.boris, **given)).payload()["results"][0]["deal"]
    again = (await bring(people.boris, **given)).payload()["results"][0]["deal"]
    later = (await bring(people.boris, createdAt=MARCH, title="New")).payload()

    assert (first["createdAt"], first["movedAt"]) == (JANUARY, JANUARY)
    assert again == first
    assert (later["results"][0]["deal"]["createdAt"], later["results"][0]["deal"]["version"]) == (
        JANUARY, 2,
    )  # fmt: skip


async def test_its_timeline_tells_who_brought_it_in(people: Cast, join: Join) -> None:
    stages = await stages_of(people.root)
    history = [{"stageId": stages["NEW"], "at": JANUARY, "byId": people.ids["anna"]},
               {"stageId": stages["WON"], "at": MAY}]  # fmt: skip
    brought = await bring(people.boris, createdById=people.ids["anna"], stageHistory=history)
    deal = brought.payload()["results"][0]["deal"]["id"]
    hides = [{"entity": "DEAL", "field": "updatedBy", "access": "HIDDEN"}]
    everyone = await make_role(people, "All", [grant("DEAL", "READ", "ALL")], hides)
    own = await make_role(people, "Own", [grant("DEAL", "READ", "OWN")])
    masha, pavel = await join("masha", everyone), await join("pavel", own)

    async def told(person: Client, **more: Any) -> list[tuple[str, str | None]]:
        found = (await timeline(person, deal, **more))["nodes"]
        return [(entry["kind"], entry["by"] and entry["by"]["firstName"]) for entry in found]

    whole = [("IMPORTED", "Boris"), ("STAGE_MOVED", None), ("CREATED", "Anna")]
    assert await told(people.anna) == whole
    assert await told(people.anna, types=["IMPORTED"]) == whole[:1]
    assert await told(masha) == [("IMPORTED", None), *whole[1:]]
    assert await timeline(pavel, deal) is None
    state = """query ($id: ID!, $at: DateTime!) { record(id: $id, asOf: $at) {
      updatedAt updatedBy { firstName } version } }"""
    then = await people.anna.data(state, id=deal, at=MARCH)
    assert then["record"] == {
        "updatedAt": JANUARY, "updatedBy": {"firstName": "Anna"}, "version": 1
    }  # fmt: skip
    now = await people.anna.data(state, id=deal, at=datetime.now(UTC).isoformat())
    assert now["record"]["updatedBy"] == {"firstName": "Boris"}


async def test_what_has_no_times_is_brought_in_now(people: Cast) -> None:
    deal = (await bring(people.boris)).payload()["results"][0]["deal"]

    entries = (await timeline(people.anna, deal["id"]))["nodes"]

    assert [(entry["kind"], entry["by"]["firstName"]) for entry in entries] == [
        ("IMPORTED", "Boris"), ("CREATED", "Boris"),
    ]  # fmt: skip
    assert deal["createdBy"] == {"id": people.ids["boris"]}
    assert deal["createdAt"] == deal["movedAt"]
    # What is changed by a later import has changed, as by anybody.
    (await bring(people.anna, title="New pumps")).payload()
    (entry,) = (await timeline(people.anna, deal["id"], types=["UPDATED", "IMPORTED"], first=1))[
        "nodes"
    ]
    assert (entry["kind"], entry["by"]["firstName"]) == ("UPDATED", "Anna")


async def test_nothing_is_set_off(people: Cast) -> None:
    root = people.root
    made = await root.mutate("createPipeline", {"name": "After"}, "pipeline { stages { id } }")
    stages = await stages_of(root)
    tunnel = {
        "stageId": stages["WON"],
        "targetStageId": made.payload()["pipeline"]["stages"][0]["id"],
        "action": "COPY",
    }
    (await root.mutate("createTunnel", tunnel, "tunnel { id }")).payload()

    (await bring(people.boris, stageHistory=[{"stageId": stages["WON"], "at": MAY}])).payload()
    for code in ("NEW", "WON"):
        (await bring(people.boris, stageId=stages[code])).payload()
    (await bring(people.boris, number="2", stageId=stages["WON"])).payload()

    assert (await root.data("{ deals { totalCount } }"))["deals"] == {"totalCount": 2}


async def test_times_that_make_no_sense_are_refused(people: Cast, stored: Stored) -> None:
    stages = await stages_of(people.root)
    other = await people.root.mutate("createPipeline", {"name": "B"}, "pipeline { stages { id } }")
    elsewhere = other.payload()["pipeline"]["stages"][0]["id"]
    new, won = stages["NEW"], stages["WON"]
    before = await stored()

    for given, code, place in (
        ({"createdAt": "2999-01-01T00:00:00Z"}, "INVALID", "createdAt"),
        ({"createdById": people.ids["anna"]}, "REQUIRED", "createdAt"),
        ({"createdAt": JANUARY, "createdById": new}, "INVALID", "createdById"),
        ({"stageHistory": [{"stageId": new, "at": "2999-01-01T00:00:00Z"}]}, "INVALID",
         "stageHistory.0.at"),
        ({"stageHistory": [{"stageId": new, "at": MAY}, {"stageId": won, "at": JANUARY}]},
         "INVALID", "stageHistory.1.at"),
        ({"createdAt": MAY, "stageHistory": [{"stageId": new, "at": JANUARY}]}, "INVALID",
         "stageHistory.0.at"),
        ({"stageHistory": [{"stageId": people.ids["anna"], "at": MAY}]}, "INVALID",
         "stageHistory.0.stageId"),
        ({"stageHistory": [{"stageId": new, "at": MAY, "byId": "user_00000000000000000000000001"}]},
         "NOT_FOUND", "stageHistory.0.byId"),
        ({"stageId": new, "stageHistory": [{"stageId": won, "at": MAY}]}, "INVALID", "stageId"),
        ({"stageHistory": [{"stageId": new, "at": JANUARY}, {"stageId": elsewhere, "at": MAY}]},
         "INVALID", "stageHistory"),
    ):  # fmt: skip
        answer = await bring(people.boris, **given)
        assert (code, f"input.0.{place}") in refusals(answer), given
        if "createdAt" in given and "2999" in given["createdAt"]:
            continue
    after = await stored()
    assert {name for name in after if after[name] != before[name]} == set()


@pytest.mark.parametrize("action", ["IMPORT", "CREATE"])
async def test_it_takes_the_right_to_import_and_that_to_make(
    people: Cast, join: Join, stored: Stored, action: str
) -> None:
    actions = {"READ", "CREATE", "UPDATE", "IMPORT"} - {action}
    grants = [grant("DEAL", each, "ALL") for each in sorted(actions)]
    vera = await join("vera", await make_role(people, "Some", grants))
    before = await stored()

    answer = await bring(vera, createdAt=JANUARY)

    assert answer.codes == ["FORBIDDEN"]
    assert await stored() == before


async def test_who_imports_their_own_imports_nobody_elses(
    people: Cast, join: Join, stored: Stored
) -> None:
    grants = [grant("DEAL", each, "ALL") for each in ("READ", "CREATE", "UPDATE")]
    role = await make_role(people, "Own", [*grants, grant("DEAL", "IMPORT", "OWN")])
    vera = await join("vera", role)
    before = await stored()

    others = await bring(vera, createdAt=JANUARY, responsibleId=people.ids["anna"])
    assert refusals(others) == [("FORBIDDEN", "input.0.responsibleId")]
    assert await stored() == before
    own = await bring(vera, createdAt=JANUARY, responsibleId=people.ids["vera"])
    assert refusals(own) == []


async def test_a_stage_that_may_not_be_written_is_not_to_be_had_by_a_history(
    people: Cast, join: Join, stored: Stored
) -> None:
    stages = await stages_of(people.root)
    grants = [grant("DEAL", each, "ALL") for each in ("READ", "CREATE", "UPDATE", "IMPORT")]
    rule = {"entity": "DEAL", "field": "stage", "access": "READ"}
    vera = await join("vera", await make_role(people, "No stage", grants, [rule]))
    before = await stored()

    answer = await bring(vera, stageHistory=[{"stageId": stages["WON"], "at": MAY}])

    assert answer.codes == ["FORBIDDEN"]
    assert await stored() == before
