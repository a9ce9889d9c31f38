"""Two who change the same at one moment: the answers are as if one had come after the other."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from domain.ids import decode_id
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast, ready_role

DEAL = "results { deal { id title version } userErrors { code path } }"


async def both(*calls: Any) -> list[Answer]:
    """Send requests at the same time."""
    return list(await asyncio.gather(*calls))


async def deals(person: Client) -> list[Any]:
    """Give all deals, oldest first."""
    asked = """{ deals(orderBy: [{createdAt: ASC}]) {
      nodes { id title version externalIds { value } } } }"""
    found: list[Any] = (await person.data(asked))["deals"]["nodes"]
    return found


@pytest.mark.parametrize("round_number", range(5))
async def test_two_upserts_of_the_same_new_id_make_one_record(
    people: Cast, round_number: int
) -> None:
    key = {"system": "erp", "value": f"order-{round_number}"}
    answers = await both(
        upsert(people.anna, [{"externalId": key, "title": "From anna"}]),
        upsert(people.boris, [{"externalId": key, "title": "From boris"}]),
    )
    ids = {answer.payload()["results"][0]["deal"]["id"] for answer in answers}
    assert len(ids) == 1
    (deal,) = await deals(people.anna)
    assert deal["id"] in ids
    assert deal["version"] == 2
    assert deal["title"] in {"From anna", "From boris"}
    assert deal["externalIds"] == [{"value": key["value"]}]


async def upsert(person: Client, items: list[dict[str, Any]]) -> Answer:
    """Upsert deals."""
    return await person.run(
        "mutation ($items: [UpsertDealInput!]!) { upsertDeals(input: $items) {"
        f" {DEAL} userErrors {{ code path }} }} }}",
        {"items": items},
    )


async def test_bulk_upserts_of_the_same_records_in_other_orders_do_not_deadlock(
    people: Cast,
) -> None:
    keys = [{"system": "erp", "value": str(number)} for number in range(30)]
    first = [{"externalId": key, "title": "First"} for key in keys]
    await upsert(people.anna, first)
    again = [{"externalId": key, "title": "Again"} for key in reversed(keys)]
    answers = await both(
        upsert(people.anna, again), upsert(people.boris, list(reversed(again))),
        upsert(people.anna, again), upsert(people.boris, again),
    )  # fmt: skip
    for answer in answers:
        assert len(answer.payload()["results"]) == 30
    found = await deals(people.anna)
    assert len(found) == 25
    assert {deal["title"] for deal in found} == {"Again"}


async def test_of_two_changes_of_one_version_one_is_a_conflict(people: Cast) -> None:
    made = await people.anna.mutate("createDeal", {"title": "Contested"}, "deal { id version }")
    deal = made.payload()["deal"]
    assert deal["version"] == 1
    shown = "deal { version title } userErrors { code path conflicts { field by { id } at } }"
    answers = await both(
        *(
            person.run(
                "mutation ($d: UpdateDealInput!) { updateDeal(input: $d) { " + shown + " } }",
                {"d": {"id": deal["id"], "ifVersion": 1, "title": f"By {name}"}},
            )
            for name, person in (("anna", people.anna), ("boris", people.boris))
        )
    )
    results = [answer.data["updateDeal"] for answer in answers]
    (winner,) = [result["deal"] for result in results if result["deal"] is not None]
    (loser,) = [result["userErrors"][0] for result in results if result["userErrors"]]
    assert loser["code"] == "CONFLICT"
    assert loser["path"] == ["input", "ifVersion"]
    name = winner["title"].removeprefix("By ")
    (conflict,) = loser["conflicts"]
    assert conflict["field"] == "title"
    assert conflict["by"] == {"id": people.ids[name]}
    assert conflict["at"]
    assert winner["version"] == 2
    (stored,) = await deals(people.anna)
    assert (stored["version"], stored["title"]) == (2, winner["title"])


async def test_changes_of_different_fields_all_arrive(people: Cast) -> None:
    made = await people.anna.mutate("createDeal", {"title": "Shared"}, "deal { id }")
    deal = made.payload()["deal"]["id"]
    fields = {"title": "New", "comments": "Said", "lossReason": "Price", "probability": 40}
    answers = await both(
        *(
            people.anna.mutate("updateDeal", {"id": deal, field: value}, "deal { version }")
            for field, value in fields.items()
        )
    )
    assert sorted(answer.payload()["deal"]["version"] for answer in answers) == [2, 3, 4, 5]
    asked = "query ($id: ID!) { deal(id: $id) { title comments lossReason probability version } }"
    assert (await people.anna.data(asked, id=deal))["deal"] == {**fields, "version": 5}


async def test_one_external_id_goes_to_one_of_two_new_records(people: Cast) -> None:
    given = {"externalIds": [{"system": "erp", "value": "7"}]}
    answers = await both(
        people.anna.mutate("createDeal", {"title": "A", **given}, "deal { id }"),
        people.boris.mutate("createDeal", {"title": "B", **given}, "deal { id }"),
    )
    refused = [answer.refusals() for answer in answers]
    assert sorted(refused) == [[], [("DUPLICATE", "input.externalIds.0")]]
    assert len(await deals(people.anna)) == 1


async def test_of_two_administrators_who_demote_each_other_one_stays(people: Cast) -> None:
    role = await ready_role(people.root, "ADMINISTRATOR")
    anna, root = ({"roleId": role, "userId": people.ids[name]} for name in ("anna", "root"))
    (await people.root.mutate("assignRole", anna, "")).payload()
    answers = await both(
        people.root.mutate("unassignRole", anna, ""),
        people.anna.mutate("unassignRole", root, ""),
    )
    outcomes = sorted(answer.codes or answer.refusals() for answer in answers)
    # Whoever came second was either no administrator any more, or the last one's demotion refused.
    assert outcomes in ([[], ["FORBIDDEN"]], [[], [("CONFLICT", "input.roleId")]])
    users = (await people.boris.data("{ users { nodes { isAdmin } } }"))["users"]["nodes"]
    assert [user["isAdmin"] for user in users].count(True) == 1


async def test_a_target_that_is_purged_meanwhile_is_not_found(people: Cast) -> None:
    for number in range(5):
        made = await people.anna.mutate("createCompany", {"title": "Short"}, "company { id }")
        company = made.payload()["company"]["id"]
        given = {"title": f"Deal {number}", "companyId": company}
        created, purged = await both(
            people.anna.mutate("createDeal", given, "deal { company { id } }"),
            people.boris.mutate("purgeCompany", company, "company { id }", "id"),
        )
        assert purged.refusals() == []
        assert created.refusals() in ([], [("NOT_FOUND", "input.companyId")])


async def test_every_change_has_its_event_and_follows_from_the_one_before(
    people: Cast, server: Server
) -> None:
    made = await people.anna.mutate("createDeal", {"title": "Counted"}, "deal { id }")
    deal = made.payload()["deal"]["id"]
    await both(
        *(
            people.anna.mutate("updateDeal", {"id": deal, "probability": number}, "")
            for number in range(1, 11)
        )
    )
    async with server.database.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT version, kind, changes FROM events WHERE record_id = :id ORDER BY version"
            ),
            {"id": decode_id(deal)[1]},
        )
        found = rows.all()
    assert [row.version for row in found] == list(range(1, 12))
    assert [row.kind for row in found] == ["CREATED"] + ["UPDATED"] * 10
    steps = [row.changes["probability"] for row in found[1:]]
    assert [step["from"] for step in steps] == [None, *(step["to"] for step in steps[:-1])]
