"""Activities are planned, changed, completed, opened again and deleted."""

from typing import Any

import pytest

from tests.access.staff import make_deal
from tests.access.world import World, fingerprint
from tests.activities.conftest import (
    ACTIVITY,
    TIMELINE,
    ahead,
    change,
    complete,
    kinds,
    plan,
    planned,
    read,
    same,
)
from tests.conftest import Server
from tests.people import Cast


async def make_contact(people: Cast, name: str) -> str:
    """Make a contact and give its id."""
    made = await people.anna.mutate("createContact", {"lastName": name}, "contact { id }")
    return str(made.payload()["contact"]["id"])


async def test_an_activity_is_kept_as_it_was_given(people: Cast, deal: str) -> None:
    contact = await make_contact(people, "Petrov")
    start, end, deadline = ahead(days=1), ahead(days=1, hours=1), ahead(days=2)
    given: dict[str, Any] = {
        "subject": "  Tea together ", "description": "With\ncakes.", "priority": "HIGH",
        "location": "At the office", "startAt": start, "endAt": end, "deadline": deadline,
        "responsibleId": people.ids["boris"], "participantIds": [people.ids["anna"]],
        "contactIds": [contact], "reminders": [60, 15, 60],
    }  # fmt: skip
    made = await plan(people.anna, deal, contact, kind="MEETING", **given)

    assert made == {
        "id": made["id"], "kind": "MEETING", "subject": "Tea together",
        "description": "With\ncakes.", "priority": "HIGH", "direction": None,
        "location": "At the office", "startAt": start, "endAt": end, "deadline": deadline,
        "dueAt": deadline, "responsible": {"firstName": "Boris"},
        "participants": [{"firstName": "Anna"}], "contacts": {"nodes": [{"lastName": "Petrov"}]},
        "isCompleted": False, "completedAt": None, "completedBy": None, "outcome": None,
        "recurrence": None, "reminders": [15, 60], "version": 1,
        "records": [{"id": deal}, {"id": contact}],
    }  # fmt: skip
    assert await read(people.reader, made["id"]) == made
    by_root = await people.reader.data(
        "query ($id: ID!) { activity(id: $id) { subject } }", id=made["id"]
    )
    assert by_root == {"activity": {"subject": "Tea together"}}


async def test_little_is_enough(people: Cast, deal: str) -> None:
    made = await plan(people.anna, deal, kind="TASK")

    assert (made["priority"], made["responsible"]) == ("NORMAL", {"firstName": "Anna"})
    assert (made["dueAt"], made["reminders"]) == (None, [])


@pytest.mark.parametrize(
    ("kind", "times", "due"),
    [
        ("CALL", ("startAt",), "startAt"),
        ("MEETING", ("startAt", "endAt"), "startAt"),
        ("TASK", ("startAt", "endAt"), "endAt"),
        ("EMAIL", ("startAt", "deadline"), "deadline"),
        ("TASK", ("deadline",), "deadline"),
    ],
)
async def test_what_is_due_when_follows_from_the_times(
    people: Cast, deal: str, kind: str, times: tuple[str, ...], due: str
) -> None:
    moments = {"startAt": ahead(days=1), "endAt": ahead(days=2), "deadline": ahead(days=3)}
    made = await plan(people.anna, deal, kind=kind, **{name: moments[name] for name in times})

    assert made["dueAt"] == moments[due]


async def test_it_stands_in_the_timelines_of_all_its_records(people: Cast, deal: str) -> None:
    contact = await make_contact(people, "Petrov")
    made = await plan(people.anna, deal, contact, startAt=ahead(days=1))
    (await change(people.boris, made["id"], subject="Call back")).payload()
    (await change(people.boris, made["id"], subject="Call back")).payload()
    (await complete(people.anna, made["id"], outcome="They agree.")).payload()
    (await people.anna.mutate("reopenActivity", made["id"], ACTIVITY, "id")).payload()

    for record in (deal, contact):
        found = (await people.reader.data(TIMELINE, id=record))["node"]["timeline"]["nodes"]
        told = [(entry["kind"], entry["by"]["firstName"], entry.get("activity"))
                for entry in found]  # fmt: skip
        now = {"subject": "Call back"}
        assert told == [
            ("ACTIVITY_REOPENED", "Anna", now), ("ACTIVITY_COMPLETED", "Anna", now),
            ("ACTIVITY_CHANGED", "Boris", now), ("ACTIVITY_PLANNED", "Anna", now),
            ("CREATED", "Anna", None),
        ]  # fmt: skip
    (await people.anna.mutate("deleteActivity", {"id": made["id"]}, ACTIVITY)).payload()
    found = await people.reader.data(TIMELINE, id=deal, types=["ACTIVITY_DELETED", "CREATED"])
    assert [(entry["kind"], entry.get("activity")) for entry in
            found["node"]["timeline"]["nodes"]] == [
        ("ACTIVITY_DELETED", None), ("CREATED", None),
    ]  # fmt: skip
    assert await read(people.anna, made["id"]) is None
    version = "query ($id: ID!) { deal(id: $id) { version } }"
    assert (await people.anna.data(version, id=deal))["deal"]["version"] == 1


async def test_a_timeline_tells_what_of_an_activity_changed(people: Cast, deal: str) -> None:
    contact = await make_contact(people, "Petrov")
    made = await plan(people.anna, deal)
    moved = {"responsibleId": people.ids["boris"], "startAt": "2036-03-03T09:00:00Z"}
    (await change(people.anna, made["id"], addRecordIds=[contact], **moved)).payload()
    (await complete(people.anna, made["id"], outcome="Sold")).payload()
    ask = """query ($id: ID!) { deal(id: $id) { timeline(first: 3) { nodes { kind
      ... on ActivityEntry { changes { field label from to toDisplay } } } } } }"""

    found = (await people.reader.data(ask, id=deal))["deal"]["timeline"]["nodes"]

    done, changed, planned_ = [
        (entry["kind"], {item["field"]: (item["from"], item["to"], item["toDisplay"])
                         for item in entry["changes"]})
        for entry in found
    ]  # fmt: skip
    assert planned_ == ("ACTIVITY_PLANNED", {})
    assert changed == ("ACTIVITY_CHANGED", {
        "startAt": (None, "2036-03-03T09:00:00+00:00", "2036-03-03T09:00:00+00:00"),
        "responsible": (people.ids["anna"], people.ids["boris"], "Boris Test"),
        "records": ([], [contact], "Petrov"),
    })  # fmt: skip
    assert done[0] == "ACTIVITY_COMPLETED"
    assert done[1]["outcome"] == (None, "Sold", "Sold")
    assert done[1]["isCompleted"] == (False, True, "true")


async def test_the_history_tells_of_activities(people: Cast, deal: str) -> None:
    await plan(people.anna, deal)
    ask = """{ history(where: { types: [DEAL] }, types: [ACTIVITY_PLANNED]) { nodes {
      kind record { id } ... on ActivityEntry { activity { subject } } } } }"""

    assert (await people.boris.data(ask.replace("where: { types: [DEAL] }, ", "")))["history"] == {
        "nodes": [{"kind": "ACTIVITY_PLANNED", "record": {"id": deal},
                   "activity": {"subject": "Call them"}}]
    }  # fmt: skip


async def test_one_is_completed_once(people: Cast, deal: str, server: Server, world: World) -> None:
    made = await plan(people.anna, deal)
    done = (await complete(people.boris, made["id"], outcome="Sold")).payload()
    before = await fingerprint(server.database, world)

    again = await complete(people.anna, made["id"], outcome="Not sold")

    assert again.refusals() == [("CONFLICT", "input.id")]
    assert await same(server, world, before)
    assert done["next"] is None
    assert (done["activity"]["isCompleted"], done["activity"]["outcome"]) == (True, "Sold")
    assert done["activity"]["completedBy"] == {"firstName": "Boris"}
    open_again = await people.anna.mutate("reopenActivity", made["id"], ACTIVITY, "id")
    assert open_again.payload()["activity"]["completedAt"] is None
    refused = await people.anna.mutate("reopenActivity", made["id"], ACTIVITY, "id")
    assert refused.refusals() == [("CONFLICT", "id")]


async def test_what_was_done_already_is_noted(people: Cast, deal: str) -> None:
    made = await plan(
        people.anna, deal, direction="INCOMING", isCompleted=True, outcome="They want tea."
    )

    assert (made["isCompleted"], made["outcome"]) == (True, "They want tea.")
    assert made["completedBy"] == {"firstName": "Anna"}
    assert await kinds(people.anna, deal) == ["ACTIVITY_COMPLETED", "ACTIVITY_PLANNED"]


async def test_records_come_and_go_but_one_stays(
    people: Cast, deal: str, server: Server, world: World
) -> None:
    other = await make_deal(people.anna, "Coffee")
    made = await plan(people.anna, deal)

    both = (await change(people.anna, made["id"], addRecordIds=[other])).payload()["activity"]
    assert both["records"] == [{"id": deal}, {"id": other}]
    one = (await change(people.anna, made["id"], removeRecordIds=[deal])).payload()["activity"]
    assert (one["records"], one["version"]) == ([{"id": other}], 3)
    assert await kinds(people.anna, deal) == [
        "ACTIVITY_DELETED", "ACTIVITY_CHANGED", "ACTIVITY_PLANNED",
    ]  # fmt: skip
    assert await kinds(people.anna, other) == ["ACTIVITY_CHANGED", "ACTIVITY_PLANNED"]
    before = await fingerprint(server.database, world)
    for given, place in (
        ({"removeRecordIds": [other]}, ("REQUIRED", "input.removeRecordIds")),
        ({"recordIds": []}, ("REQUIRED", "input.recordIds")),
        ({"removeRecordIds": [deal]}, ("NOT_FOUND", "input.removeRecordIds.0")),
        ({"addRecordIds": [deal], "removeRecordIds": [deal]},
         ("DUPLICATE", "input.removeRecordIds.0")),
        ({"recordIds": [deal], "addRecordIds": [other]}, ("INVALID", "input.addRecordIds")),
    ):  # fmt: skip
        refused = await change(people.anna, made["id"], subject="Changed", **given)
        assert place in refused.refusals()
    assert await same(server, world, before)
    moved = (await change(people.anna, made["id"], recordIds=[deal])).payload()["activity"]
    assert moved["records"] == [{"id": deal}]


async def test_a_version_that_has_moved_on_is_a_conflict(people: Cast, deal: str) -> None:
    made = await plan(people.anna, deal)
    (await change(people.boris, made["id"], subject="Call later", ifVersion=1)).payload()

    refused = await change(people.anna, made["id"], subject="Call now", ifVersion=1)

    assert refused.refusals() == [("CONFLICT", "input.ifVersion")]
    for name in ("completeActivity", "deleteActivity"):
        late = await people.anna.mutate(name, {"id": made["id"], "ifVersion": 1}, ACTIVITY)
        assert late.refusals() == [("CONFLICT", "input.ifVersion")]
    assert (await read(people.anna, made["id"]))["subject"] == "Call later"


BAD = [
    ({"subject": "  "}, "REQUIRED", "subject"),
    ({"subject": "x" * 256}, "LIMIT", "subject"),
    ({"recordIds": []}, "REQUIRED", "recordIds"),
    ({"recordIds": ["user_01h455vb4pex5vsknk084sn02q"]}, "INVALID", "recordIds.0"),
    ({"recordIds": ["rubbish"]}, "INVALID", "recordIds.0"),
    ({"recordIds": ["deal_01h455vb4pex5vsknk084sn02q"]}, "NOT_FOUND", "recordIds.0"),
    ({"kind": "MEETING", "direction": "INCOMING"}, "INVALID", "direction"),
    ({"endAt": ahead(days=1)}, "INVALID", "endAt"),
    ({"startAt": ahead(days=2), "endAt": ahead(days=1)}, "INVALID", "endAt"),
    ({"startAt": ahead(days=2), "endAt": ahead(days=400)}, "LIMIT", "endAt"),
    ({"startAt": ahead(days=2), "deadline": ahead(days=1)}, "INVALID", "deadline"),
    ({"reminders": [15]}, "INVALID", "reminders"),
    ({"startAt": ahead(days=2), "reminders": [5, -1]}, "INVALID", "reminders.1"),
    ({"startAt": ahead(days=2), "reminders": [40_321]}, "INVALID", "reminders.0"),
    ({"startAt": ahead(days=2), "reminders": list(range(11))}, "LIMIT", "reminders"),
    ({"responsibleId": "user_01h455vb4pex5vsknk084sn02q"}, "NOT_FOUND", "responsibleId"),
    ({"responsibleId": None}, "REQUIRED", "responsibleId"),
    ({"participantIds": ["deal_01h455vb4pex5vsknk084sn02q"]}, "INVALID", "participantIds.0"),
    ({"contactIds": ["contact_01h455vb4pex5vsknk084sn02q"]}, "NOT_FOUND", "contactIds.0"),
    ({"recurrence": "FREQ=DAILY"}, "INVALID", "recurrence"),
    ({"deadline": ahead(days=1), "isCompleted": True, "recurrence": "FREQ=DAILY"}, "INVALID",
     "recurrence"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "code", "place"), BAD, ids=range(len(BAD)))
async def test_bad_input_is_one_clear_error_and_nothing_else(
    people: Cast, deal: str, server: Server, world: World,
    given: dict[str, Any], code: str, place: str,
) -> None:  # fmt: skip
    before = await fingerprint(server.database, world)

    refused = await planned(people.anna, **{"recordIds": [deal], **given})

    assert refused.refusals() == [(code, f"input.{place}")]
    assert await same(server, world, before)


async def test_a_change_that_leaves_things_out_of_order_is_refused(
    people: Cast, deal: str, server: Server, world: World
) -> None:
    made = await plan(
        people.anna, deal, direction="OUTGOING", startAt=ahead(days=2), endAt=ahead(days=3),
        reminders=[5], recurrence="FREQ=DAILY;COUNT=3",
    )  # fmt: skip
    before = await fingerprint(server.database, world)
    for given, place in (
        ({"startAt": ahead(days=4)}, "startAt"),
        ({"startAt": None}, "startAt"),
        ({"deadline": ahead(days=1)}, "deadline"),
        ({"endAt": None, "startAt": None}, "startAt"),
        ({"kind": "TASK", "direction": "OUTGOING"}, "direction"),
        ({"recurrence": "FREQ=HOURLY"}, "recurrence"),
    ):
        refused = await change(people.anna, made["id"], **given)
        assert ("INVALID", f"input.{place}") in refused.refusals()
    assert await same(server, world, before)
    # A kind without a direction loses it by itself.
    task = (await change(people.anna, made["id"], kind="TASK")).payload()["activity"]
    assert (task["direction"], task["dueAt"]) == (None, task["endAt"])


async def test_many_are_planned_at_once_or_none(people: Cast, deal: str) -> None:
    good = {"kind": "TASK", "subject": "Write", "recordIds": [deal]}
    bad = {**good, "endAt": ahead(days=1)}
    document = """mutation ($input: [CreateActivityInput!]!, $atomic: Boolean!) {
      createActivities(input: $input, atomic: $atomic) {
        results { index activity { subject } userErrors { code path } } userErrors { code } } }"""

    none = await people.anna.data(document, input=[good, bad], atomic=True)
    some = await people.anna.data(document, input=[good, bad, good], atomic=False)

    error = {"code": "INVALID", "path": ["input", "1", "endAt"]}
    assert [item["activity"] for item in none["createActivities"]["results"]] == [None, None]
    assert [(item["activity"], item["userErrors"]) for item in
            some["createActivities"]["results"]] == [
        ({"subject": "Write"}, []), (None, [error]), ({"subject": "Write"}, []),
    ]  # fmt: skip
    count = "query ($id: ID!) { deal(id: $id) { activities { totalCount } } }"
    assert (await people.anna.data(count, id=deal))["deal"]["activities"]["totalCount"] == 2


async def test_activities_go_with_their_last_record(people: Cast, deal: str) -> None:
    other = await make_deal(people.anna, "Coffee")
    own, shared = await plan(people.anna, deal), await plan(people.anna, deal, other)
    (await people.anna.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()

    assert await read(people.root, own["id"]) is None
    assert (await read(people.anna, shared["id"]))["records"] == [{"id": other}]
    (await people.anna.mutate("restoreDeal", deal, "deal { id }", "id")).payload()
    assert (await read(people.root, own["id"]))["records"] == [{"id": deal}]
    (await people.anna.mutate("purgeDeal", deal, "deal { id }", "id")).payload()

    assert await read(people.root, own["id"]) is None
    assert (await read(people.anna, shared["id"]))["version"] == 2
    counted = await people.root.data("{ activities { totalCount nodes { id } } }")
    assert counted["activities"] == {"totalCount": 1, "nodes": [{"id": shared["id"]}]}


async def test_a_dry_run_leaves_nothing_behind(
    people: Cast, deal: str, server: Server, world: World
) -> None:
    before = await fingerprint(server.database, world)
    document = """mutation ($input: CreateActivityInput!) { createActivity(input: $input) {
      activity { subject } userErrors { code } } }"""
    given = {"kind": "CALL", "subject": "Try", "recordIds": [deal]}

    tried = await people.anna.run(document, {"input": given}, {"X-Dry-Run": "1"})

    events = tried.extensions["dryRun"]["events"]
    assert [event["kind"] for event in events] == ["CREATED", "ACTIVITY_PLANNED"]
    assert await same(server, world, before)
