"""The timeline of a record: what was done to it, by whom, from what, to what, newest first."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_deal, make_role
from tests.api.world import TYPES, Names, World, build_world, make_record
from tests.custom.fields import make_field
from tests.files.shelf import keep
from tests.people import Cast
from tests.timeline.conftest import change, timeline, told

by_type = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)


@pytest.fixture
async def world(people: Cast) -> World:
    """Give a workspace with settings and a few records to point to."""
    return await build_world(people)


async def test_a_deals_life_is_told_newest_first(people: Cast, world: World) -> None:
    deal = await make_deal(people.anna, "Licence", companyId=world["acme"])
    await change(people.boris, deal, amount={"amount": "10.5", "currency": "USD"})
    await change(people.boris, deal, stageId=world["sales:WON"], title="Big licence")
    (await people.anna.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()
    (await people.boris.mutate("restoreDeal", deal, "deal { id }", "id")).payload()

    restored, deleted, moved, changed, created = (await timeline(people.anna, deal))["nodes"]

    assert [(entry["kind"], entry["by"]["firstName"], entry["version"])
            for entry in (restored, deleted, moved, changed, created)] == [
        ("RESTORED", "Boris", 5), ("DELETED", "Anna", 4), ("STAGE_MOVED", "Boris", 3),
        ("UPDATED", "Boris", 2), ("CREATED", "Anna", 1),
    ]  # fmt: skip
    assert restored["changes"] == deleted["changes"] == []
    assert changed["changes"] == [
        {"field": "amount", "label": "Amount", "from": None,
         "to": {"amount": "10.5", "currency": "USD"},
         "fromDisplay": None, "toDisplay": "10.5 USD"}
    ]  # fmt: skip
    by_field = {item["field"]: item for item in moved["changes"]}
    assert by_field["title"] == {
        "field": "title", "label": "Title", "from": "Licence", "to": "Big licence",
        "fromDisplay": "Licence", "toDisplay": "Big licence",
    }  # fmt: skip
    assert by_field["stage"]["to"] == world["sales:WON"]
    assert by_field["stage"]["toDisplay"] == "Deal won"
    company = next(item for item in created["changes"] if item["field"] == "company")
    assert (company["to"], company["toDisplay"]) == (world["acme"], "Acme")


@by_type
async def test_every_type_of_record_has_a_timeline(
    people: Cast, world: World, names: Names
) -> None:
    made = await make_record(people.anna, names, world.named(names, "Something"))

    ((kind, fields),) = await told(people.reader, made["id"])

    assert kind == "CREATED"
    assert names.label in fields


async def test_links_and_custom_values_are_told_by_their_names(people: Cast, world: World) -> None:
    given = {"entity": "DEAL", "name": "Region", "code": "region", "type": "LIST",
             "options": [{"value": "North"}, {"value": "South"}]}  # fmt: skip
    made = await people.root.mutate("createCustomField", given, "customField { options { id } }")
    north, south = (item["id"] for item in made.payload()["customField"]["options"])
    deal = await make_deal(people.anna, "Tea", customValues=[{"code": "region", "value": north}])
    await change(
        people.anna, deal, customValues=[{"code": "region", "value": south}],
        contactIds=[world["ivan"], world["maria"]], observerIds=[people.ids["boris"]],
    )  # fmt: skip

    (entry,) = (await timeline(people.anna, deal, types=["UPDATED"]))["nodes"]

    shown = {item["field"]: item for item in entry["changes"]}
    assert shown["custom.region"] == {
        "field": "custom.region", "label": "Region", "from": north, "to": south,
        "fromDisplay": "North", "toDisplay": "South",
    }  # fmt: skip
    assert shown["contacts"]["to"] == [world["ivan"], world["maria"]]
    assert shown["contacts"]["toDisplay"] == "Ivan, Maria"
    assert shown["observers"]["toDisplay"] == "Boris Test"


async def test_a_file_is_told_by_its_name(people: Cast, join: Join) -> None:
    await make_field(people.root, "Contract", "FILE")
    first, second = [
        (await keep(people.anna, b"Signed.", name))["id"] for name in ("a.txt", "b.txt")
    ]
    deal = await make_deal(people.anna, "Tea")
    for file in (first, second):
        await change(people.anna, deal, customValues=[{"code": "contract", "value": file}])

    entries = (await timeline(people.reader, deal, types=["UPDATED"]))["nodes"]

    shown = [item for entry in entries for item in entry["changes"]]
    assert [(item["label"], item["toDisplay"]) for item in shown] == [
        ("Contract", "b.txt"), ("Contract", "a.txt")
    ]  # fmt: skip
    hides = [{"entity": "DEAL", "field": "custom.contract", "access": "HIDDEN"}]
    role = await make_role(people.root, "Blind", grant("DEAL", "READ", "ALL"), fields=hides)
    assert await told(await join("masha", role), deal, types=["UPDATED"]) == []


async def test_kinds_are_chosen_by_types(people: Cast, world: World) -> None:
    deal = await make_deal(people.anna, "Tea")
    await change(people.anna, deal, title="Coffee")
    await change(people.anna, deal, stageId=world["sales:WON"])

    for types, kinds in (
        (["CREATED"], ["CREATED"]),
        (["UPDATED"], ["UPDATED"]),
        (["STAGE_MOVED", "CREATED"], ["STAGE_MOVED", "CREATED"]),
        (["UPDATED", "STAGE_MOVED"], ["STAGE_MOVED", "UPDATED"]),
        (["DELETED"], []),
        ([], []),
        (None, ["STAGE_MOVED", "UPDATED", "CREATED"]),
    ):
        assert [kind for kind, _ in await told(people.anna, deal, types=types)] == kinds


async def test_pages_follow_each_other_without_gaps_or_repeats(people: Cast) -> None:
    deal = await make_deal(people.anna, "0")
    for number in range(1, 8):
        await change(people.anna, deal, title=str(number))
    whole = [edge["node"]["id"] for edge in (await timeline(people.anna, deal))["edges"]]
    assert len(set(whole)) == 8

    seen: list[str] = []
    after: Any = None
    for page in range(3):
        found = await timeline(people.anna, deal, first=3, after=after)
        seen += [edge["node"]["id"] for edge in found["edges"]]
        assert found["pageInfo"] == {
            "hasNextPage": page < 2,
            "hasPreviousPage": page > 0,
            "startCursor": found["edges"][0]["cursor"],
            "endCursor": found["edges"][-1]["cursor"],
        }
        after = found["pageInfo"]["endCursor"]
    assert seen == whole

    empty = await timeline(people.anna, deal, first=0)
    assert (empty["nodes"], empty["pageInfo"]["endCursor"]) == ([], None)


async def test_timelines_of_a_list_cost_as_much_for_many_as_for_one(
    people: Cast, watch: Any
) -> None:
    for number in range(6):
        deal = await make_deal(people.anna, f"Deal {number}")
        await change(people.anna, deal, title=f"Deal no. {number}")
    text = """query ($n: Int) { deals(first: $n) { nodes { timeline(first: 5) { nodes {
      kind by { fullName } ... on ChangeEntry { changes { field toDisplay } } } } } } }"""
    await people.anna.data(text, n=1)

    counts = []
    for number in (1, 6):
        with watch() as seen:
            found = await people.anna.data(text, n=number)
        assert [len(deal["timeline"]["nodes"]) for deal in found["deals"]["nodes"]] == [2] * number
        counts.append(len(seen.records))
    assert counts[0] == counts[1] <= 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"first": 201}, "BAD_USER_INPUT"),
        ({"first": -1}, "BAD_USER_INPUT"),
        ({"after": "no cursor"}, "BAD_USER_INPUT"),
        ({"types": ["SUNG"]}, "BAD_USER_INPUT"),
    ],
)
async def test_what_makes_no_sense_is_refused(people: Cast, arguments: Any, code: str) -> None:
    deal = await make_deal(people.anna, "Tea")
    text = """query ($id: ID!, $first: Int, $after: String, $types: [TimelineKind!]) {
      deal(id: $id) { timeline(first: $first, after: $after, types: $types) { nodes { id } } } }"""

    assert (await people.anna.run(text, {"id": deal, **arguments})).codes == [code]


async def test_a_cursor_is_of_one_type_of_record_and_one_workspace(people: Cast) -> None:
    deal = await make_deal(people.anna, "Tea")
    cursor = (await timeline(people.anna, deal))["pageInfo"]["endCursor"]
    company = await people.anna.mutate("createCompany", {"title": "Acme"}, "company { id }")
    theirs = await make_deal(people.olga, "Theirs")
    text = """query ($id: ID!, $after: String) {
      node(id: $id) { ... on Record { timeline(after: $after) { nodes { id } } } } }"""

    for client, record in (
        (people.anna, company.payload()["company"]["id"]), (people.olga, theirs),
    ):  # fmt: skip
        refused = await client.run(text, {"id": record, "after": cursor})
        assert refused.codes == ["BAD_USER_INPUT"]
