"""Filters about activities: their own, and those of records by what is planned about them."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_deal, make_role
from tests.activities.conftest import complete, plan
from tests.client import Client
from tests.people import Cast

DEALS = "query ($where: DealFilter) { deals(where: $where) { totalCount nodes { title } } }"
ACTIVITIES = """query ($where: ActivityFilter) { activities(where: $where) {
  totalCount nodes { subject } } }"""
OPEN = {"isCompleted": {"eq": False}}


async def titles(person: Client, where: Any) -> list[str]:
    """Give the titles of the deals that match."""
    found = (await person.data(DEALS, where=where))["deals"]
    shown = sorted(node["title"] for node in found["nodes"])
    assert found["totalCount"] == len(shown)
    return shown


async def subjects(person: Client, where: Any) -> list[str]:
    """Give the subjects of the activities that match."""
    found = (await person.data(ACTIVITIES, where=where))["activities"]
    shown = sorted(node["subject"] for node in found["nodes"])
    assert found["totalCount"] == len(shown)
    return shown


@pytest.fixture
async def plans(people: Cast) -> dict[str, str]:
    """Make deals about which different things are planned; gives their ids."""
    made = {
        title: await make_deal(people.anna, title, responsibleId=people.ids["anna"])
        for title in ("Bare", "Done", "Open", "Both")
    }
    done = await plan(people.anna, made["Done"], made["Both"], kind="MEETING", subject="Was")
    (await complete(people.anna, done["id"])).payload()
    await plan(people.anna, made["Open"], made["Both"], subject="Will be", priority="HIGH",
               responsibleId=people.ids["boris"])  # fmt: skip
    return made


async def test_records_are_found_by_what_is_planned_about_them(
    people: Cast, plans: dict[str, str]
) -> None:
    for where, found in (
        ({"some": OPEN}, ["Both", "Open"]),
        ({"none": OPEN}, ["Bare", "Done"]),
        ({"every": OPEN}, ["Bare", "Open"]),
        ({"some": {}}, ["Both", "Done", "Open"]),
        ({"some": {"responsibleId": {"eq": people.ids["boris"]}}}, ["Both", "Open"]),
        ({"some": {"kind": {"eq": "MEETING"}}, "none": OPEN}, ["Done"]),
    ):
        assert await titles(people.boris, {"activities": where}) == found
    assert await titles(people.boris, {"not": {"activities": {"some": {}}}}) == ["Bare"]
    both = {"some": {"subject": {"contains": "will"}}}
    assert await titles(people.olga, {"activities": both}) == []


async def test_the_operators_of_kind_and_priority(people: Cast, plans: dict[str, str]) -> None:
    del plans
    for name, value, other in (("kind", "MEETING", "CALL"), ("priority", "NORMAL", "HIGH")):
        for operator, operand, found in (
            ("eq", value, ["Was"]),
            ("ne", value, ["Will be"]),
            ("in", [value, other], ["Was", "Will be"]),
            ("notIn", [value, other], []),
            ("isNull", False, ["Was", "Will be"]),
            ("isNull", True, []),
        ):
            assert await subjects(people.anna, {name: {operator: operand}}) == found


async def test_activities_are_found_by_people_and_customers(
    people: Cast, plans: dict[str, str]
) -> None:
    made = await people.anna.mutate("createContact", {"lastName": "Petrov"}, "contact { id }")
    contact = made.payload()["contact"]["id"]
    await plan(people.anna, plans["Bare"], subject="With them", contactIds=[contact],
               participantIds=[people.ids["root"]])  # fmt: skip

    for where in (
        {"contacts": {"some": {"lastName": {"eq": "Petrov"}}}},
        {"participants": {"some": {"id": {"eq": people.ids["root"]}}}},
    ):
        assert await subjects(people.anna, where) == ["With them"]
        assert await subjects(people.anna, {"not": where}) == ["Was", "Will be"]


async def test_who_may_not_read_contacts_finds_nothing_by_them(
    people: Cast, plans: dict[str, str], join: Join
) -> None:
    made = await people.anna.mutate("createContact", {"lastName": "Petrov"}, "contact { id }")
    contact = made.payload()["contact"]["id"]
    await plan(people.anna, plans["Bare"], subject="With them", contactIds=[contact])
    role = await make_role(people.root, "Deals alone", grant("DEAL", "READ", "ALL"))
    masha = await join("masha", role)

    assert await subjects(masha, {"subject": {"eq": "With them"}}) == ["With them"]
    assert await subjects(masha, {"contacts": {"some": {}}}) == []
    refused = await masha.run(
        ACTIVITIES, {"where": {"contacts": {"some": {"lastName": {"eq": "Petrov"}}}}}
    )
    assert refused.codes == ["FORBIDDEN"]
    ask = "{ activities { nodes { contacts { totalCount nodes { id } } } } }"
    for node in (await masha.data(ask))["activities"]["nodes"]:
        assert node["contacts"] == {"totalCount": 0, "nodes": []}


async def test_a_role_may_go_by_what_is_planned(
    people: Cast, plans: dict[str, str], join: Join
) -> None:
    own = {"activities": {"some": {"responsibleId": {"eq": "viewer"}}}}
    role = await make_role(
        people.root, "What I have to do", grant("DEAL", "READ", "ALL", where=own)
    )
    masha = await join("masha", role)
    assert await titles(masha, {}) == []

    await plan(people.anna, plans["Bare"], subject="Hers", responsibleId=people.ids["masha"])

    assert await titles(masha, {}) == ["Bare"]
    assert await subjects(masha, {}) == ["Hers"]
