"""The event log: each change is one event that says what, from what, to what, who and when.

Events are read from the table, as later the history, the timeline and webhooks do.
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.conftest import EventLog, Stored
from tests.api.samples import Sample, changes, samples, written
from tests.api.world import (
    COMPANY,
    CONTACT,
    DEAL,
    ELEMENT,
    LEAD,
    PRODUCT,
    TYPES,
    Names,
    World,
    make_record,
)

by_type = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)


@pytest.fixture
def fields(names: Names, world: World) -> list[Sample]:
    """Give fresh samples of the type's fields."""
    return samples(names, world)


def told(sample: Sample, which: int) -> Any:
    """Give a sampled value as events keep it: references and links as ids, amounts as texts."""
    value = sample.written[which]
    if isinstance(value, dict) and "amount" in value:
        return {"amount": str(value["amount"]), "currency": value["currency"]}
    return value


# --- single changes -----------------------------------------------------------------------------


@by_type
async def test_making_a_record_is_an_event_with_all_that_was_given(
    world: World, log: EventLog, names: Names, fields: list[Sample]
) -> None:
    before = datetime.now(UTC)
    made = await make_record(world.people.anna, names, written(fields, 0))
    after = datetime.now(UTC)

    (event,) = await log(world, made["id"])

    changes = event.pop("changes")
    assert before <= event.pop("at") <= after
    assert event == {
        "kind": "CREATED",
        "record": made["id"],
        "actor": world["anna"],
        "version": 1,
    }
    for field in fields:
        if field.apart:
            continue
        if told(field, 0) is False:
            assert field.key not in changes
            continue
        change = changes.pop(field.key)
        assert change["from"] in (None, []), field.name
        assert change["to"] == told(field, 0), field.name
    # What follows from the rest, and nothing that was not said.
    assert set(changes) <= {"isReturning", "isAmountManual", "productRows"}


@by_type
async def test_a_record_with_a_name_only_tells_only_that(
    world: World, log: EventLog, names: Names
) -> None:
    made = await make_record(world.people.anna, names, world.named(names))

    (event,) = await log(world, made["id"])

    placed = {DEAL: {"stage", "pipeline"}, LEAD: {"stage"}, ELEMENT: {"catalog"}}.get(names, set())
    defaults = {
        CONTACT: {"isExportable"}, DEAL: {"isAmountManual"}, LEAD: {"isAmountManual"},
        PRODUCT: {"isActive", "isTaxIncluded", "unit", "taxRate"},
    }.get(names, set())  # fmt: skip
    assert event["changes"][names.label] == {"from": None, "to": "Only a name"}
    assert set(event["changes"]) == {names.label} | placed | defaults


@by_type
async def test_changing_one_field_is_an_event_of_that_field(
    world: World, log: EventLog, names: Names, fields: list[Sample]
) -> None:
    people = world.people
    made = await make_record(people.anna, names, written(fields, 0))
    version = 1
    for field in fields:
        if (
            field.fixed
            or field.apart
            or (names is DEAL and field.name in {"pipelineId", "stageId"})
        ):
            continue  # a stage has its pipeline: below
        known = len(await log(world, made["id"]))
        given = {"id": made["id"], field.name: field.written[1]}
        (await mutate(people.boris, f"update{names.type}", input=given)).payload()
        version += 1

        *_, event = await log(world, made["id"])

        changes = event["changes"]
        assert (event["kind"], event["actor"], event["version"]) == (
            "UPDATED", world["boris"], version,
        )  # fmt: skip
        assert len(await log(world, made["id"])) == known + 1, field.name
        assert changes.pop(field.key) == {
            "from": told(field, 0), "to": told(field, 1),
        }, field.name  # fmt: skip
        assert set(changes) <= beside(field), field.name


def beside(field: Sample) -> set[str]:
    """Give what may change along with a field: the main one of a list is a member of it."""
    return {
        "contactId": {"contacts"}, "contactIds": {"contact"},
        "companyId": {"companies"}, "companyIds": {"company"},
    }.get(field.name, set())  # fmt: skip


@by_type
async def test_several_fields_are_one_event(
    world: World, log: EventLog, names: Names, fields: list[Sample]
) -> None:
    people = world.people
    made = await make_record(people.anna, names, written(fields, 0))
    given = {"id": made["id"], **changes(fields, 1)}
    (await mutate(people.boris, f"update{names.type}", input=given)).payload()

    _, event = await log(world, made["id"])

    expected = {field.key for field in fields if not (field.fixed or field.apart)}
    assert expected <= set(event["changes"])
    assert all(change["from"] != change["to"] for change in event["changes"].values())
    assert event["version"] == 2


@by_type
async def test_a_cleared_field_went_from_something_to_nothing(
    world: World, log: EventLog, names: Names
) -> None:
    anna = world.people.anna
    given = {names.note: "Tea", "responsibleId": world["anna"]}
    made = await make_record(anna, names, world.named(names, "A") | given)
    cleared = {"id": made["id"], names.note: None, "responsibleId": None}
    (await mutate(anna, f"update{names.type}", input=cleared)).payload()

    _, event = await log(world, made["id"])

    assert event["changes"] == {
        names.note: {"from": "Tea", "to": None},
        "responsible": {"from": world["anna"], "to": None},
    }


@by_type
async def test_the_bin_and_the_end_are_events_too(
    world: World, log: EventLog, names: Names
) -> None:
    people = world.people
    key = (await make_record(people.anna, names, world.named(names, "Comes and goes")))["id"]
    for mutation, arguments in (
        (f"delete{names.type}", {"input": {"id": key}}),
        (f"restore{names.type}", {"id": key}),
        (f"delete{names.types}", {"ids": [key]}),
        (f"purge{names.type}", {"id": key}),
    ):
        (await mutate(people.boris, mutation, **arguments)).payload()

    _, *events = await log(world, key)

    assert [(event["kind"], event["changes"], event["actor"]) for event in events] == [
        (kind, {}, world["boris"]) for kind in ("DELETED", "RESTORED", "DELETED", "PURGED")
    ]
    # The last version of a purged record is the one that it had.
    assert [event["version"] for event in events] == [2, 3, 4, 4]
    times = [event["at"] for event in events]
    assert times == sorted(times)


# --- what comes along ---------------------------------------------------------------------------


async def test_a_moved_deal_tells_what_the_move_brought(world: World, log: EventLog) -> None:
    anna = world.people.anna
    made = await make_record(anna, DEAL, {"title": "Moves"})
    won = {"id": made["id"], "stageId": world["sales:WON"]}
    (await mutate(anna, "moveDeal", input=won)).payload()
    elsewhere = {"id": made["id"], "stageId": world["support:ANALYSIS"]}
    (await mutate(anna, "updateDeal", input=elsewhere)).payload()

    _, closed, reopened = await log(world, made["id"])

    days = {str(date.fromordinal(closed["at"].toordinal()))}
    close_date = closed["changes"].pop("closeDate")
    closed_at = closed["changes"].pop("closedAt")
    assert (close_date["from"], {close_date["to"]}) == (None, days)
    assert datetime.fromisoformat(closed_at["to"]) == closed["at"]
    assert closed["changes"] == {
        "stage": {"from": world["sales:NEW"], "to": world["sales:WON"]},
        "isClosed": {"from": False, "to": True},
    }
    assert reopened["changes"] == {
        "stage": {"from": world["sales:WON"], "to": world["support:ANALYSIS"]},
        "pipeline": {"from": world["sales"], "to": world["support"]},
        "isClosed": {"from": True, "to": False},
        "closedAt": {"from": closed_at["to"], "to": None},
    }


async def test_what_points_to_a_purged_record_changes_without_an_event(
    world: World, log: EventLog
) -> None:
    """An empty link is no decision about the deal: its history tells of the company's end."""
    anna = world.people.anna
    company = await make_record(anna, COMPANY, {"title": "Ends"})
    deal = await make_record(anna, DEAL, {"title": "Stays", "companyId": company["id"]})
    (await mutate(anna, "deleteCompany", input={"id": company["id"]})).payload()
    (await mutate(anna, "purgeCompany", id=company["id"])).payload()

    assert len(await log(world, deal["id"])) == 1
    assert [event["kind"] for event in await log(world, company["id"])] == [
        "CREATED", "DELETED", "PURGED",
    ]  # fmt: skip


# --- many ---------------------------------------------------------------------------------------


@by_type
async def test_bulk_changes_are_an_event_for_each_record_in_their_order(
    own_world: World, log: EventLog, names: Names
) -> None:
    anna = own_world.people.anna
    known = len(await log(own_world))
    results = f"results {{ {names.one} {{ id }} }}"
    items = [own_world.named(names, letter) for letter in "ABC"]
    made = (await mutate(anna, f"create{names.types}", results, input=items)).payload()
    ids = [result[names.one]["id"] for result in made["results"]]
    changed = [{"id": key, names.note: "Changed"} for key in ids[:2]]
    (await mutate(anna, f"update{names.types}", input=changed)).payload()
    (await mutate(anna, f"delete{names.types}", ids=ids[1:])).payload()

    events = (await log(own_world))[known:]

    assert [(event["kind"], event["record"]) for event in events] == [
        *(("CREATED", key) for key in ids),
        *(("UPDATED", key) for key in ids[:2]),
        *(("DELETED", key) for key in ids[1:]),
    ]
    assert [event["changes"] for event in events[3:5]] == [
        {names.note: {"from": None, "to": "Changed"}}
    ] * 2
    # What one request did, it did at one time.
    assert len({event["at"] for event in events[:3]}) == 1


@by_type
async def test_an_upsert_is_a_making_a_change_or_nothing(
    world: World, log: EventLog, names: Names
) -> None:
    anna = world.people.anna
    key = {"system": "events", "value": names.one}
    results = f"results {{ {names.one} {{ id }} }}"
    made = set()
    for title in ("First", "First", "Second"):
        given = [{"externalId": key, **world.named(names, title)}]
        answer = await mutate(anna, f"upsert{names.types}", results, input=given)
        made.add(answer.payload()["results"][0][names.one]["id"])

    (record,) = made
    created, updated = await log(world, record)

    assert created["changes"]["externalIds"] == {"from": [], "to": [key]}
    assert updated["changes"] == {names.label: {"from": "First", "to": "Second"}}
    assert (created["kind"], updated["kind"]) == ("CREATED", "UPDATED")


# --- no change, no event ------------------------------------------------------------------------


@by_type
async def test_what_changes_nothing_is_no_event(
    world: World, stored: Stored, names: Names, fields: list[Sample]
) -> None:
    people = world.people
    made = await make_record(people.anna, names, written(fields, 0))
    again = {"id": made["id"], **changes(fields, 0)}
    before = await stored()

    (await mutate(people.boris, f"update{names.type}", input=again)).payload()
    (await mutate(people.boris, f"update{names.type}", input={"id": made["id"]})).payload()

    assert await stored() == before


@by_type
async def test_a_refused_change_is_no_event(
    world: World, stored: Stored, log: EventLog, names: Names
) -> None:
    people = world.people
    key = (await make_record(people.anna, names, world.named(names, "A")))["id"]
    before = await stored()
    attempts: list[tuple[Any, dict[str, Any], dict[str, str]]] = [
        (people.anna, {"id": key, names.note: "B", "ifVersion": 7}, {}),
        (people.anna, {"id": key, names.note: "B", "responsibleId": world["acme"]}, {}),
        (people.reader, {"id": key, names.note: "B"}, {}),
        (people.olga, {"id": key, names.note: "B"}, {}),
        (people.nobody, {"id": key, names.note: "B"}, {}),
        (people.anna, {"id": key, names.note: "B"}, {"X-Dry-Run": "1"}),
    ]

    for client, given, headers in attempts:
        await mutate(client, f"update{names.type}", headers=headers, input=given)

    assert await stored() == before
    assert len(await log(world, key)) == 1


# --- settings and people ------------------------------------------------------------------------


async def test_settings_and_people_have_events_too(own_world: World, log: EventLog) -> None:
    root = own_world.people.root

    async def done(mutation: str, read: str = "", **given: Any) -> tuple[Any, list[Any]]:
        known = len(await log(own_world))
        payload = (await mutate(root, mutation, read, **given)).payload()
        return payload, (await log(own_world))[known:]

    made, (created,) = await done(
        "createDepartment", "department { id }", input={"name": "Support"}
    )
    key = made["department"]["id"]
    _, (renamed,) = await done("updateDepartment", input={"id": key, "headId": own_world["anna"]})
    _, (gone,) = await done("deleteDepartment", input={"id": key})
    _, (workspace,) = await done("updateWorkspace", input={"name": "Renamed"})
    _, (item,) = await done(
        "updateDictionaryItem", input={"id": own_world["SOURCE:WEB"], "name": "Site"}
    )
    _, nothing = await done(
        "updateDictionaryItem", input={"id": own_world["SOURCE:WEB"], "name": "Site"}
    )

    seen = [(event["kind"], event["record"], event["changes"])
            for event in (created, renamed, gone, workspace, item)]  # fmt: skip
    assert seen == [
        ("CREATED", key, {"name": {"from": None, "to": "Support"}}),
        ("UPDATED", key, {"head": {"from": None, "to": own_world["anna"]}}),
        ("PURGED", key, {}),
        ("UPDATED", own_world["workspace"],
         {"name": {"from": own_world.people.workspace_name, "to": "Renamed"}}),
        ("UPDATED", own_world["SOURCE:WEB"], {"name": {"from": "Web site", "to": "Site"}}),
    ]  # fmt: skip
    assert {event["actor"] for event in (created, renamed, gone)} == {own_world["root"]}
    assert nothing == []


async def test_an_event_keeps_no_secret(own_world: World, log: EventLog) -> None:
    root = own_world.people.root
    person = {"email": f"secret-{own_world['workspace'][-12:]}@example.com",
              "password": "a very secret word"}  # fmt: skip
    made = (await mutate(root, "createUser", "user { id }", input=person)).payload()
    key = (await mutate(root, "createApiKey", "secret", input={"name": "Key"})).payload()["secret"]

    told_all = str(await log(own_world))

    assert made["user"]["id"] in told_all
    assert "very secret" not in told_all
    assert key not in told_all
    assert "argon2" not in told_all
