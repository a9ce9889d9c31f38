"""The open activities of a lead when it is converted: completed, or carried over."""

from typing import Any

from tests.access.roles import only
from tests.access.staff import grant, make_role
from tests.access.world import World, fingerprint
from tests.activities.conftest import ahead, complete, kinds, plan, read, same
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast

CONVERTED = "lead { id } deal { id } contact { id } company { id }"


async def make_lead(people: Cast) -> str:
    """Make a lead of anna's and give its id."""
    given = {"title": "Tea", "lastName": "Petrov", "responsibleId": people.ids["anna"]}
    made = await people.anna.mutate("createLead", given, "lead { id }")
    return str(made.payload()["lead"]["id"])


async def convert(person: Client, lead: str, **given: Any) -> Answer:
    """Convert a lead into a deal and what else is asked for."""
    whole = {"id": lead, "deal": {"create": True}, **given}
    return await person.mutate("convertLead", whole, CONVERTED)


async def test_open_activities_are_completed(people: Cast) -> None:
    lead = await make_lead(people)
    done = await plan(people.anna, lead, outcome="Known")
    (await complete(people.boris, done["id"])).payload()
    open_one = await plan(people.boris, lead, startAt=ahead(days=1), recurrence="FREQ=DAILY")

    (await convert(people.anna, lead)).payload()

    now = await read(people.anna, open_one["id"])
    assert (now["isCompleted"], now["completedBy"]) == (True, {"firstName": "Anna"})
    assert now["records"] == [{"id": lead}]
    assert (await read(people.anna, done["id"]))["completedBy"] == {"firstName": "Boris"}
    found = await people.anna.data("{ activities { totalCount } }")
    assert found["activities"]["totalCount"] == 2
    assert (await kinds(people.anna, lead))[0] == "ACTIVITY_COMPLETED"


async def test_open_activities_are_carried_over(people: Cast) -> None:
    lead = await make_lead(people)
    done = await plan(people.anna, lead, isCompleted=True)
    made = await plan(people.anna, lead, startAt=ahead(days=1))

    became = (
        await convert(people.anna, lead, contact={"create": True}, activities="CARRY_OVER")
    ).payload()

    now = await read(people.anna, made["id"])
    assert now["isCompleted"] is False
    ids = [{"id": became[name]["id"]} for name in ("contact", "deal")]
    assert now["records"] == [{"id": lead}, *ids]
    assert (await read(people.anna, done["id"]))["records"] == [{"id": lead}]
    for name in ("contact", "deal"):
        assert await kinds(people.anna, became[name]["id"]) == ["ACTIVITY_PLANNED"]
    assert await kinds(people.anna, lead) == [
        "ACTIVITY_PLANNED", "ACTIVITY_COMPLETED", "ACTIVITY_PLANNED",
    ]  # fmt: skip


async def test_they_go_to_no_record_that_one_may_not_change(
    people: Cast, server: Server, world: World
) -> None:
    lead = await make_lead(people)
    made = await plan(people.anna, lead)
    contact = await people.root.mutate("createContact", {"lastName": "Petrov"}, "contact { id }")
    known = contact.payload()["contact"]["id"]
    may = [grant(entity, action, "ALL") for entity in ("LEAD", "DEAL")
           for action in ("READ", "CREATE", "UPDATE")]  # fmt: skip
    role = await make_role(people.root, "No contacts", *may, grant("CONTACT", "READ", "ALL"))
    await only(people, "boris", role)
    before = await fingerprint(server.database, world)

    refused = await convert(people.boris, lead, contact={"linkId": known}, activities="CARRY_OVER")

    assert refused.refusals() == [("FORBIDDEN", "input.activities")]
    assert await same(server, world, before)
    (await convert(people.boris, lead, contact={"linkId": known})).payload()
    assert (await read(people.anna, made["id"]))["isCompleted"] is True
