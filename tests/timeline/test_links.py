"""What came of a record, and what it came of, in timelines: conversions and copies by tunnels."""

from typing import Any, Final

import pytest

from tests.access.staff import Join, grant, make_deal, make_role
from tests.client import Client
from tests.people import Cast
from tests.process.leads import ALL, convert, make_lead
from tests.process.lines import Lines, dig, make_lines, move
from tests.timeline.conftest import change, timeline

LINKS: Final = """kind by { firstName } record { id } ... on LinkEntry { links {
  role record { __typename id } } }"""
HISTORY: Final = f"""query ($where: HistoryFilter, $types: [TimelineKind!]) {{
  history(where: $where, types: $types) {{ nodes {{ {LINKS} }} }} }}"""
READS: Final = [grant(name, "READ", "ALL") for name in ("LEAD", "CONTACT", "COMPANY", "DEAL")]


@pytest.fixture
async def lines(people: Cast) -> Lines:
    """Give two pipelines, with a tunnel that copies what is won."""
    found = await make_lines(people)
    (await dig(people.root, found["Sales", "WON"], found["Service", "NEW"])).payload()
    return found


async def converted(people: Cast, **given: Any) -> tuple[str, dict[str, str]]:
    """Let boris convert a lead of anna's; gives it, and what it became by type."""
    lead = await make_lead(people.anna, lastName="Orlova", companyTitle="Acme", **given)
    made = (await convert(people.boris, lead, **ALL)).payload()
    return lead, {name: made[name]["id"] for name in ("company", "contact", "deal")}


async def links(person: Client, record: str) -> list[list[tuple[str, str]]]:
    """Give the links of the entries of a timeline that have any, each with its role."""
    page = await timeline(person, record, types=["CONVERTED", "COPIED"])
    return [
        [(link["role"], link["record"]["id"]) for link in entry["links"]] for entry in page["nodes"]
    ]


async def copy_of(person: Client, deal: str) -> str:
    """Give the only copy of a deal."""
    (((_, copy),),) = await links(person, deal)
    return copy


async def kinds(person: Client, record: str) -> list[str]:
    """Give the kinds of the entries of a timeline."""
    return [entry["kind"] for entry in (await timeline(person, record))["nodes"]]


async def test_a_conversion_tells_what_came_of_the_lead(people: Cast) -> None:
    lead, made = await converted(people)
    again = (await convert(people.anna, lead, deal={"create": True})).payload()["deal"]["id"]

    entries = (await timeline(people.reader, lead))["nodes"]

    assert [(entry["kind"], entry["by"]["firstName"]) for entry in entries] == [
        ("CONVERTED", "Anna"), ("CONVERTED", "Boris"), ("STAGE_MOVED", "Boris"),
        ("CREATED", "Anna"),
    ]  # fmt: skip
    assert [entry["__typename"] for entry in entries[:3]] == [
        "LinkEntry", "LinkEntry", "ChangeEntry",
    ]  # fmt: skip
    assert await links(people.reader, lead) == [
        [("BECAME", again)], [("BECAME", made[name]) for name in ("company", "contact", "deal")],
    ]  # fmt: skip
    assert await kinds(people.reader, made["deal"]) == ["CREATED"]
    found = await people.reader.data(
        HISTORY, types=["CONVERTED"], where={"byIds": [people.ids["boris"]]}
    )
    assert found["history"]["nodes"] == [
        {
            "kind": "CONVERTED", "by": {"firstName": "Boris"}, "record": {"id": lead},
            "links": [
                {"role": "BECAME", "record": {"__typename": kind, "id": made[kind.lower()]}}
                for kind in ("Company", "Contact", "Deal")
            ],
        }
    ]  # fmt: skip


async def test_what_came_of_a_lead_is_told_to_who_may_read_it(people: Cast, join: Join) -> None:
    lead, made = await converted(people)

    async def seen(name: str, *grants: Any, **more: Any) -> list[list[tuple[str, str]]]:
        person = await join(name, await make_role(people.root, name, *grants, **more))
        return await links(person, lead)

    def hidden(entity: str, field: str) -> dict[str, Any]:
        return {"fields": [{"entity": entity, "field": field, "access": "HIDDEN"}]}

    whole = [("BECAME", made[name]) for name in ("company", "contact", "deal")]
    assert await seen("masha", *READS) == [whole]
    assert await seen("pavel", *READS[:3]) == [whole[:2]]
    assert await seen("nina", READS[0]) == [[]]
    # Which lead a deal came from is what its field `lead` tells, as well.
    assert await seen("oleg", *READS, **hidden("DEAL", "lead")) == [whole[:2]]
    # That it was converted is what `conversion` tells, which takes both its clients.
    assert await seen("vera", *READS, **hidden("LEAD", "company")) == []


async def test_a_conversion_is_hidden_with_its_lead(people: Cast, join: Join) -> None:
    lead, _ = await converted(people, responsibleId=people.ids["anna"])
    (entry,) = (await timeline(people.anna, lead, types=["CONVERTED"]))["edges"]
    key = entry["node"]["id"]
    by_id = "query ($id: ID!) { node(id: $id) { id ... on LinkEntry { links { role } } } }"
    assert len((await people.anna.data(by_id, id=key))["node"]["links"]) == 3

    own = [grant("LEAD", "READ", "OWN"), *READS[1:]]
    masha = await join("masha", await make_role(people.root, "Own leads", *own))
    for person in (masha, people.olga):
        assert await timeline(person, lead) is None
        assert (await person.data(by_id, id=key))["node"] is None
        found = await person.data(HISTORY, types=["CONVERTED"])
        assert found["history"]["nodes"] == []
    refused = await people.nobody.run(by_id, {"id": key})
    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])


async def test_a_deal_and_its_copy_tell_of_each_other(people: Cast, lines: Lines) -> None:
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "NEW"])
    (await move(people.boris, deal, lines["Sales", "WON"])).payload()

    copy = await copy_of(people.anna, deal)

    assert await links(people.anna, deal) == [[("COPY", copy)]]
    assert await links(people.anna, copy) == [[("COPY_OF", deal)]]
    assert await kinds(people.anna, deal) == ["COPIED", "STAGE_MOVED", "CREATED"]
    copied, created = (await timeline(people.anna, copy))["nodes"]
    assert (copied["kind"], copied["by"]) == ("COPIED", {"firstName": "Boris"})
    assert (created["kind"], created["isByTunnel"]) == ("CREATED", True)
    assert "tunnel" not in {item["field"] for item in created["changes"]}
    # What became of the copy since does not change that there was one.
    (await people.anna.mutate("deleteDeal", {"id": copy}, "deal { id }")).payload()
    assert await links(people.anna, deal) == [[("COPY", copy)]]
    (await people.anna.mutate("purgeDeal", copy, "deal { id }", "id")).payload()
    assert await links(people.anna, deal) == [[]]


async def test_a_copy_where_one_may_not_look_is_not_told(
    people: Cast, lines: Lines, join: Join
) -> None:
    sales = grant("DEAL", "READ", "ALL", pipelineId=lines.pipelines["Sales"])
    kate = await join("kate", await make_role(people.root, "Sales", sales))
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "WON"])
    copy = await copy_of(people.anna, deal)

    assert await links(kate, deal) == [[]]
    assert await timeline(kate, copy) is None
    found = await kate.data(HISTORY, types=["COPIED"])
    assert [(node["record"]["id"], node["links"]) for node in found["history"]["nodes"]] == [
        (deal, [])
    ]  # fmt: skip


async def test_copies_are_told_where_stages_are(people: Cast, lines: Lines, join: Join) -> None:
    blind = {"fields": [{"entity": "DEAL", "field": "stage", "access": "HIDDEN"}]}
    all_deals = await make_role(people.root, "All", grant("DEAL", "READ", "ALL"), **blind)
    own_deals = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    masha, pavel = await join("masha", all_deals), await join("pavel", all_deals, own_deals)
    deal = await make_deal(
        people.anna, "Pumps", stageId=lines["Sales", "WON"], responsibleId=people.ids["pavel"]
    )
    copy = await copy_of(people.anna, deal)
    assert await links(pavel, deal) == [[("COPY", copy)]]

    await change(people.anna, copy, responsibleId=people.ids["anna"])

    # Of a copy whose stage one may not read, not even that it is one.
    assert await links(pavel, deal) == [[]]
    assert await links(pavel, copy) == []
    for record in (deal, copy):
        assert await links(masha, record) == []
        assert "COPIED" not in await kinds(masha, record)


async def test_a_move_by_a_tunnel_is_told_as_one(people: Cast, lines: Lines, join: Join) -> None:
    (await dig(people.root, lines["Sales", "LOSE"], lines["Service", "NEW"], "MOVE")).payload()
    hides = {"fields": [{"entity": "DEAL", "field": "stage", "access": "HIDDEN"}]}
    role = await make_role(people.root, "Blind", grant("DEAL", "READ", "ALL"), **hides)
    masha = await join("masha", role)
    deal = await make_deal(people.anna, "Pumps", stageId=lines["Sales", "NEW"])
    (await move(people.boris, deal, lines["Sales", "LOSE"])).payload()

    entries = (await timeline(people.anna, deal))["nodes"]

    assert [(entry["kind"], entry["isByTunnel"]) for entry in entries] == [
        ("STAGE_MOVED", True), ("STAGE_MOVED", False), ("CREATED", False),
    ]  # fmt: skip
    assert [entry["by"]["firstName"] for entry in entries] == ["Boris", "Boris", "Anna"]
    moved = {item["field"]: item["toDisplay"] for item in entries[0]["changes"]}
    assert (moved["pipeline"], moved["stage"]) == ("Service", "New")
    assert "tunnel" not in moved
    seen = (await timeline(masha, deal, types=["UPDATED", "STAGE_MOVED"]))["nodes"]
    assert {(entry["kind"], entry["isByTunnel"]) for entry in seen} == {("UPDATED", False)}
    assert await kinds(people.root, deal) == ["STAGE_MOVED", "STAGE_MOVED", "CREATED"]
    told = (await timeline(people.root, deal))["nodes"][0]["changes"]
    assert "tunnel" not in {item["field"] for item in told}
