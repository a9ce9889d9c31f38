"""Grants with a condition: the API's own filter language, read when the role is written."""

from typing import Any

import pytest

from tests.access.staff import ROLE, Join, grant, make_deal, make_role, titles
from tests.client import Client
from tests.conftest import Stored
from tests.people import Cast

SCORE = {"entity": "DEAL", "name": "Score", "code": "score", "type": "INTEGER"}


async def roles_named(root: Client, name: str) -> list[Any]:
    """Give what the roles of a name grant and say of fields."""
    asked = "{ roles { name grants { action where } fields { field access } } }"
    found = (await root.data(asked))["roles"]
    return [{key: role[key] for key in ("grants", "fields")}
            for role in found if role["name"] == name]  # fmt: skip


async def test_a_grant_is_about_the_records_that_match(people: Cast, join: Join) -> None:
    company = await people.anna.mutate("createCompany", {"title": "Acme"}, "company { id }")
    acme = company.payload()["company"]["id"]
    masha = await join("masha")
    small, big = ({"amount": {"amount": amount}} for amount in ("10", "5000"))
    await make_deal(people.anna, "Small", **small)
    await make_deal(people.anna, "Big", **big, companyId=acme)
    await make_deal(people.anna, "Masha's", responsibleId=people.ids["masha"])
    role = await make_role(people.root, "Some")
    given = {"roleId": role, "userId": people.ids["masha"]}
    (await people.root.mutate("assignRole", given, "")).payload()

    async def seen(where: Any) -> list[str]:
        change = {"id": role, "grants": [grant("DEAL", "READ", "ALL", where=where)]}
        (await people.root.mutate("updateRole", change, "")).payload()
        return await titles(masha)

    assert await seen({"amount": {"gt": "1000"}}) == ["Big"]
    assert await seen({"not": {"amount": {"gt": "1000"}}}) == ["Masha's", "Small"]
    assert await seen({"or": [{"title": {"eq": "Small"}}, {"companyId": {"eq": acme}}]}) == [
        "Big", "Small",
    ]  # fmt: skip
    # The role may look at what its holder may not: it grants no company.
    assert await seen({"company": {"title": {"startsWith": "ac"}}}) == ["Big"]
    assert await seen({"responsibleId": {"eq": "viewer"}}) == ["Masha's"]
    assert await seen({"createdById": {"ne": "viewer"}}) == ["Big", "Masha's", "Small"]
    assert await seen({}) == ["Big", "Masha's", "Small"]
    assert await seen(None) == ["Big", "Masha's", "Small"]


async def test_a_condition_may_ask_for_custom_fields(people: Cast, join: Join) -> None:
    (await people.root.mutate("createCustomField", SCORE, "")).payload()
    where = {"custom": {"score": {"gte": 5}}}
    role = await make_role(people.root, "Good", grant("DEAL", "READ", "ALL", where=where))
    masha = await join("masha", role)
    for title, score in (("Low", 1), ("High", 9)):
        await make_deal(people.anna, title, customValues=[{"code": "score", "value": score}])

    assert await titles(masha) == ["High"]
    assert (await roles_named(people.root, "Good"))[0]["grants"][0]["where"] == where


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({"amonut": {"gt": "1"}}, "amonut"),
        ({"amount": {"above": "1"}}, "amount.above"),
        ({"amount": {"gt": "much"}}, "amount.gt"),
        ({"amount": {"gt": None}}, "amount.gt"),
        ({"and": [{"title": {"eq": "x"}}, {"title": 5}]}, "and.1.title"),
        ({"companyId": {"eq": "deal_01kb1rnj47e65gh2bh8vgs9zm5"}}, "companyId.eq"),
        ({"companyId": {"eq": "viewer"}}, "companyId.eq"),
        ({"custom": {"score": {"gt": 1}}}, "custom"),
        ("title = x", ""),
        (["title"], ""),
    ],
)
async def test_what_is_no_condition_is_refused_where_it_stands(
    people: Cast, where: Any, place: str
) -> None:
    given = {
        "name": "Some",
        "grants": [grant("DEAL", "READ", "OWN"), grant("DEAL", "UPDATE", "OWN", where=where)],
    }
    refused = await people.root.mutate("createRole", given, ROLE)
    assert refused.refusals() == [
        ("INVALID", ".".join(filter(None, ("input.grants.1.where", place))))
    ]
    assert await roles_named(people.root, "Some") == []


async def test_people_are_granted_without_a_condition(people: Cast) -> None:
    where = {"isActive": {"eq": True}}
    given = {"name": "Some", "grants": [grant("USER", "READ", "ALL", where=where)]}
    refused = await people.root.mutate("createRole", given, ROLE)
    assert refused.refusals() == [("INVALID", "input.grants.0.where")]
    assert await roles_named(people.root, "Some") == []


async def test_a_deleted_custom_field_leaves_the_roles(people: Cast, join: Join) -> None:
    made = await people.root.mutate("createCustomField", SCORE, "customField { id }")
    field = made.payload()["customField"]["id"]
    rules = [{"entity": "DEAL", "field": name, "access": "READ"} for name in ("score", "tax")]
    high = {"not": {"custom": {"score": {"lt": 5}}}}
    role = await make_role(
        people.root, "Good", grant("DEAL", "READ", "OWN"),
        grant("DEAL", "UPDATE", "ALL", where=high), fields=rules,
    )  # fmt: skip
    await make_role(people.root, "Other", grant("DEAL", "READ", "ALL"))
    masha = await join("masha", role)

    uses = "isDeleted affected { records stages roles }"
    told = await people.root.mutate("deleteCustomField", {"id": field}, uses)
    assert told.payload()["isDeleted"] is False
    assert told.payload()["affected"] == {"records": 0, "stages": 0, "roles": 1}
    (before,) = await roles_named(people.root, "Good")
    assert [item["field"] for item in before["fields"]] == ["score", "tax"]

    document = (
        "mutation ($given: DeleteCustomFieldInput!) { deleteCustomField(input: $given)"
        " { isDeleted userErrors { code } } }"
    )
    given = {"given": {"id": field, "confirm": True}}
    gone = await people.root.run(document, given, {"X-Dry-Run": "1"})
    changed = [item for item in gone.extensions["dryRun"]["events"] if item["type"] == "ROLE"]
    assert [(item["kind"], item["id"]) for item in changed] == [("UPDATED", role)]

    assert (await people.root.run(document, given)).data["deleteCustomField"]["isDeleted"]
    (after,) = await roles_named(people.root, "Good")
    assert after == {
        "grants": [{"action": "READ", "where": None}],
        "fields": [{"field": "tax", "access": "READ"}],
    }
    # A grant whose condition is gone would be one on all records: it went with the condition.
    deal = await make_deal(people.anna, "Anna's")
    refused = await masha.mutate("updateDeal", {"id": deal, "title": "x"}, "deal { id }")
    assert refused.codes == ["FORBIDDEN"]


async def test_deleted_stages_and_pipelines_leave_the_roles(people: Cast) -> None:
    made = await people.root.mutate(
        "createPipeline", {"name": "Second"}, "pipeline { id stages { id isSystem } }"
    )
    pipeline = made.payload()["pipeline"]
    stage = next(item["id"] for item in pipeline["stages"] if not item["isSystem"])
    first = pipeline["stages"][0]["id"]
    place = {"pipelineId": pipeline["id"]}
    await make_role(
        people.root, "Some", grant("DEAL", "READ", "OWN"), grant("DEAL", "CREATE", "OWN", **place),
        grant("DEAL", "UPDATE", "OWN", stageId=stage), grant("DEAL", "DELETE", stageId=first),
    )  # fmt: skip

    async def actions() -> list[str]:
        (role,) = await roles_named(people.root, "Some")
        return [item["action"] for item in role["grants"]]

    assert (await people.anna.mutate("deleteStage", {"id": stage}, "")).codes == ["FORBIDDEN"]
    assert await actions() == ["READ", "CREATE", "UPDATE", "DELETE"]
    (await people.root.mutate("deleteStage", {"id": stage}, "")).payload()
    assert await actions() == ["READ", "CREATE", "DELETE"]
    (await people.root.mutate("deletePipeline", {"id": pipeline["id"]}, "")).payload()
    assert await actions() == ["READ"]


UPDATES = """
mutation ($input: [UpdateDealInput!]!) { updateDeals(input: $input, atomic: %s) {
  results { deal { title } userErrors { code path } } userErrors { code path } } }
"""
SMALL = {"amount": {"lt": "1000"}}


async def clerk(people: Cast, join: Join) -> tuple[Client, list[str]]:
    """Add somebody who keeps small deals small, and give them three of those."""
    role = await make_role(
        people.root, "Clerk", grant("DEAL", "READ", "ALL"),
        grant("DEAL", "UPDATE", "ALL", where=SMALL), grant("DEAL", "CREATE", "ALL", where=SMALL),
    )  # fmt: skip
    masha = await join("masha", role)
    return masha, [
        await make_deal(people.anna, title, amount={"amount": "10"}) for title in ("A", "B", "C")
    ]


async def test_of_a_batch_what_a_condition_forbids_is_refused_alone(
    people: Cast, join: Join
) -> None:
    masha, deals = await clerk(people, join)
    given = [
        {"id": deal, "title": f"{amount} now", "amount": {"amount": amount}}
        for deal, amount in zip(deals, ("20", "5000", "30"), strict=True)
    ]

    answer = await masha.run(UPDATES % "false", {"input": given})

    done = answer.body["data"]["updateDeals"]
    assert [result["deal"] and result["deal"]["title"] for result in done["results"]] == [
        "20 now", None, "30 now",
    ]  # fmt: skip
    assert [result["userErrors"] for result in done["results"]] == [
        [], [{"code": "FORBIDDEN", "path": ["input", "1", "responsibleId"]}], [],
    ]  # fmt: skip
    assert await titles(masha) == ["20 now", "30 now", "B"]
    history = "{ history(types: [UPDATED]) { nodes { record { ... on Deal { title } } } } }"
    told = (await people.root.data(history))["history"]["nodes"]
    assert sorted(each["record"]["title"] for each in told) == ["20 now", "30 now"]


async def test_of_an_atomic_batch_it_refuses_all(people: Cast, join: Join, stored: Stored) -> None:
    masha, deals = await clerk(people, join)
    given = [
        {"id": deal, "amount": {"amount": amount}}
        for deal, amount in zip(deals, ("20", "5000", "30"), strict=True)
    ]
    before = await stored()

    answer = await masha.run(UPDATES % "true", {"input": given})

    done = answer.body["data"]["updateDeals"]
    assert done["userErrors"] == [{"code": "FORBIDDEN", "path": ["input", "1", "responsibleId"]}]
    assert not any(result["deal"] for result in done["results"])
    assert await stored() == before
