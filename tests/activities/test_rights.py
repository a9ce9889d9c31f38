"""Who sees and changes activities: as their records have it, and whoever answers for them."""

from tests.access.roles import only
from tests.access.staff import Join, grant, make_deal, make_role
from tests.access.world import World, fingerprint
from tests.activities.conftest import (
    ACTIVITY,
    change,
    complete,
    kinds,
    plan,
    planned,
    read,
    same,
)
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast

LIST = "{ activities { totalCount nodes { subject records { id } } } }"


async def own_deals(people: Cast) -> str:
    """Make a role that lets read and change one's own deals."""
    return await make_role(
        people.root, "Own deals", grant("DEAL", "READ", "OWN"), grant("DEAL", "UPDATE", "OWN")
    )


async def subjects(person: Client) -> list[str]:
    """Give the subjects of the activities that a person sees."""
    found = (await person.data(LIST))["activities"]
    seen = sorted(node["subject"] for node in found["nodes"])
    assert found["totalCount"] == len(seen)
    return seen


async def test_an_activity_is_seen_with_one_of_its_records(
    people: Cast, join: Join, deal: str
) -> None:
    masha = await join("masha", await own_deals(people))
    hers = await make_deal(people.anna, "Hers", responsibleId=people.ids["masha"])
    both = await plan(people.anna, deal, hers, subject="Both")
    one = await plan(people.anna, deal, subject="One")

    assert await subjects(masha) == ["Both"]
    assert (await read(masha, both["id"]))["records"] == [{"id": hers}]
    assert await read(masha, one["id"]) is None
    assert await kinds(masha, hers) == ["ACTIVITY_PLANNED"]
    assert await subjects(people.anna) == ["Both", "One"]
    (await people.anna.mutate("deleteDeal", {"id": hers}, "deal { id }")).payload()
    assert await subjects(masha) == []


async def test_one_sees_what_one_answers_for_or_takes_part_in(
    people: Cast, join: Join, deal: str
) -> None:
    nina = await join("nina")
    own = await plan(people.anna, deal, subject="Own", responsibleId=people.ids["nina"])
    await plan(people.anna, deal, subject="With her", participantIds=[people.ids["nina"]])
    await plan(people.anna, deal, subject="Without her")

    assert await subjects(nina) == ["Own", "With her"]
    assert (await read(nina, own["id"]))["records"] == []
    done = (await complete(nina, own["id"], outcome="Done")).payload()
    assert done["activity"]["outcome"] == "Done"
    (await people.anna.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()
    assert await subjects(nina) == []


async def test_a_key_with_a_role_has_nothing_for_being_ones_own(people: Cast, deal: str) -> None:
    role = await make_role(people.root, "Contacts", grant("CONTACT", "READ", "ALL"))
    made = await people.root.mutate("createApiKey", {"name": "Narrow", "roleId": role}, "secret")
    narrow = Client(people.root.http, made.payload()["secret"])
    own = await plan(people.anna, deal, subject="Root's", responsibleId=people.ids["root"],
                     participantIds=[people.ids["root"]])  # fmt: skip
    agenda = """{ viewer { agenda(from: "2036-03-01T00:00:00Z", to: "2036-03-05T00:00:00Z") {
      subject } activityCounters { ahead } } }"""
    (await change(people.root, own["id"], startAt="2036-03-03T09:00:00Z")).payload()

    assert await subjects(narrow) == []
    assert await narrow.data(agenda) == {"viewer": {"agenda": [], "activityCounters": {"ahead": 0}}}
    assert (await complete(narrow, own["id"])).refusals() == [("NOT_FOUND", "input.id")]
    assert await subjects(people.root) == ["Root's"]
    seen = {"viewer": {"agenda": [{"subject": "Root's"}], "activityCounters": {"ahead": 1}}}
    assert await people.root.data(agenda) == seen


async def test_who_takes_part_changes_nothing(
    people: Cast, join: Join, deal: str, server: Server, world: World
) -> None:
    nina = await join("nina")
    made = await plan(people.anna, deal, participantIds=[people.ids["nina"]])
    before = await fingerprint(server.database, world)

    assert (await change(nina, made["id"], subject="Mine")).refusals() == [
        ("FORBIDDEN", "input.id")
    ]
    assert (await complete(nina, made["id"])).refusals() == [("FORBIDDEN", "input.id")]
    deleted = await nina.mutate("deleteActivity", {"id": made["id"]}, ACTIVITY)
    assert deleted.refusals() == [("FORBIDDEN", "input.id")]
    assert await same(server, world, before)


async def test_it_takes_a_record_that_one_may_change(
    people: Cast, join: Join, deal: str, server: Server, world: World
) -> None:
    reads = await make_role(people.root, "Reads", grant("DEAL", "READ", "ALL"))
    masha = await join("masha", reads, await own_deals(people))
    hers = await make_deal(people.anna, "Hers", responsibleId=people.ids["masha"])
    others = await plan(people.anna, deal)
    shared = await plan(people.anna, deal, hers)
    own = await plan(masha, hers)
    before = await fingerprint(server.database, world)

    assert (await planned(masha, deal)).refusals() == [("FORBIDDEN", "input.recordIds.0")]
    assert (await planned(masha, hers, deal)).refusals() == [("FORBIDDEN", "input.recordIds.1")]
    for given, place in (
        ({"subject": "Mine"}, "id"),
        ({"addRecordIds": [hers]}, "id"),
    ):
        refused = await change(masha, others["id"], **given)
        assert refused.refusals() == [("FORBIDDEN", f"input.{place}")]
    refused = await change(masha, own["id"], addRecordIds=[deal])
    assert refused.refusals() == [("FORBIDDEN", "input.addRecordIds.0")]
    # What is linked to a record of others is no more theirs to take away.
    refused = await change(masha, shared["id"], removeRecordIds=[deal])
    assert refused.refusals() == [("FORBIDDEN", "input.removeRecordIds.0")]
    assert await same(server, world, before)
    assert (await change(masha, shared["id"], subject="Ours")).payload()
    assert (await change(masha, shared["id"], removeRecordIds=[hers])).payload()


async def test_records_that_one_does_not_see_stay_linked(
    people: Cast, join: Join, deal: str
) -> None:
    masha = await join("masha", await own_deals(people))
    hers, more = [
        await make_deal(people.anna, title, responsibleId=people.ids["masha"])
        for title in ("Hers", "More")
    ]
    made = await plan(people.anna, deal, hers)

    moved = (await change(masha, made["id"], recordIds=[more])).payload()["activity"]

    assert moved["records"] == [{"id": more}]
    assert (await read(people.anna, made["id"]))["records"] == [{"id": deal}, {"id": more}]
    refused = await change(masha, made["id"], removeRecordIds=[more])
    assert refused.refusals() == [("REQUIRED", "input.removeRecordIds")]
    hidden = await change(masha, made["id"], removeRecordIds=[deal])
    assert hidden.refusals() == [("NOT_FOUND", "input.removeRecordIds.0")]


async def test_without_a_right_there_is_no_activity(
    people: Cast, join: Join, deal: str, server: Server, world: World
) -> None:
    made = await plan(people.anna, deal)
    await only(people, "boris")
    before = await fingerprint(server.database, world)

    refused = await planned(people.boris, deal)

    assert refused.codes == ["FORBIDDEN"]
    assert (await change(people.boris, made["id"], subject="x")).refusals() == [
        ("NOT_FOUND", "input.id")
    ]
    assert await subjects(people.boris) == []
    assert (await planned(people.reader, deal)).codes == ["FORBIDDEN"]
    assert (await planned(people.olga, deal)).refusals() == [("NOT_FOUND", "input.recordIds.0")]
    assert (await complete(people.olga, made["id"])).refusals() == [("NOT_FOUND", "input.id")]
    assert await same(server, world, before)


async def test_the_timeline_of_a_record_tells_of_an_activity_that_is_gone_from_it(
    people: Cast, join: Join, deal: str
) -> None:
    masha = await join("masha", await own_deals(people))
    hers = await make_deal(people.anna, "Hers", responsibleId=people.ids["masha"])
    made = await plan(people.anna, deal, hers, subject="Secret from now on")
    (await change(people.anna, made["id"], removeRecordIds=[hers])).payload()
    ask = """query ($id: ID!) { deal(id: $id) { timeline(types: [ACTIVITY_PLANNED,
      ACTIVITY_DELETED]) { nodes { kind ... on ActivityEntry { activity { subject } } } } } }"""

    found = (await masha.data(ask, id=hers))["deal"]["timeline"]["nodes"]

    assert found == [
        {"kind": "ACTIVITY_DELETED", "activity": None},
        {"kind": "ACTIVITY_PLANNED", "activity": None},
    ]
