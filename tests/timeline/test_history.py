"""The history of a workspace: the events about all records that one may read, newest first."""

from typing import Any, Final

import pytest
from sqlalchemy import text

import loaders.history
from domain.ids import decode_id
from tests.access.staff import Join, grant, make_deal, make_role
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast
from tests.timeline.conftest import change

HISTORY: Final = """query ($where: HistoryFilter, $first: Int, $after: String,
    $types: [TimelineKind!]) {
  history(where: $where, first: $first, after: $after, types: $types) {
    nodes { id kind by { firstName } record { id } ... on ChangeEntry { changes { field to } } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  } }"""


async def history(person: Client, **arguments: Any) -> Any:
    """Give a page of the history as a person sees it."""
    return (await person.data(HISTORY, **arguments))["history"]


async def told(person: Client, **arguments: Any) -> list[tuple[str, list[str]]]:
    """Give the kinds of the entries, each with the fields that changed."""
    return [
        (entry["kind"], [item["field"] for item in entry.get("changes", ())])
        for entry in (await history(person, **arguments))["nodes"]
    ]


async def test_it_tells_of_all_records_and_is_narrowed(people: Cast) -> None:
    deal = await make_deal(people.anna, "Tea")
    made = await people.boris.mutate("createCompany", {"title": "Acme"}, "company { id }")
    company = made.payload()["company"]["id"]
    await change(people.boris, deal, title="Coffee")
    note = {"recordId": company, "text": "Good people"}
    (await people.anna.mutate("addComment", note, "comment { id }")).payload()

    async def kinds(where: Any = None, **more: Any) -> list[str]:
        return [kind for kind, _ in await told(people.reader, where=where, **more)]

    assert await kinds() == ["COMMENTED", "UPDATED", "CREATED", "CREATED"]
    assert await kinds({"types": ["DEAL"]}) == ["UPDATED", "CREATED"]
    assert await kinds({"types": []}) == []
    assert await kinds({"recordIds": [company]}) == ["COMMENTED", "CREATED"]
    assert await kinds({"byIds": [people.ids["boris"]]}) == ["UPDATED", "CREATED"]
    assert await kinds({"byIds": [people.ids["root"]]}) == []
    assert await kinds(types=["CREATED"]) == ["CREATED", "CREATED"]
    assert await kinds({"before": "2020-01-01T00:00:00Z"}) == []
    assert len(await kinds({"since": "2020-01-01T00:00:00Z"})) == 4
    assert await kinds({"types": ["DEAL"], "byIds": [people.ids["anna"]]}) == ["CREATED"]
    # Nor is there anything of it for whoever is of another workspace.
    assert await told(people.olga, where={"recordIds": [deal]}) == []
    assert await told(people.olga, where={"byIds": [people.ids["boris"]]}) == []
    refused = await people.nobody.run(HISTORY)
    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])


async def test_pages_of_it_follow_each_other(people: Cast) -> None:
    for number in range(5):
        await make_deal(people.anna, str(number))
    whole = [entry["id"] for entry in (await history(people.anna))["nodes"]]
    assert len(whole) == 5

    seen: list[str] = []
    after = None
    for page in range(3):
        found = await history(people.anna, first=2, after=after)
        seen += [entry["id"] for entry in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        assert found["pageInfo"]["hasNextPage"] == (page < 2)
        assert found["pageInfo"]["hasPreviousPage"] == (page > 0)
    assert seen == whole


async def test_rights_are_those_of_each_record_and_field(people: Cast, join: Join) -> None:
    fields = [{"entity": "DEAL", "field": "amount", "access": "HIDDEN"}]
    everyone = await make_role(people.root, "All", grant("DEAL", "READ", "ALL"), fields=fields)
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    masha, pavel = await join("masha", everyone, own), await join("pavel", own)
    (await people.anna.mutate("createCompany", {"title": "Acme"}, "company { id }")).payload()
    for name in ("masha", "pavel"):
        deal = await make_deal(people.anna, name, responsibleId=people.ids[name])
        await change(people.anna, deal, amount={"amount": "100"})
    gone = await make_deal(people.anna, "Gone", responsibleId=people.ids["masha"])
    (await people.anna.mutate("purgeDeal", gone, "deal { id }", "id")).payload()

    both = {"types": ["UPDATED", "PURGED"]}
    assert await told(people.anna, **both) == [("UPDATED", ["amount"])] * 2
    assert await told(masha, **both) == [("UPDATED", ["amount"])]
    assert await told(pavel, **both) == [("UPDATED", ["amount"])]
    assert len(await told(masha)) == 3
    assert len(await told(pavel)) == 2
    assert await told(people.root, **both) == [("PURGED", []), *[("UPDATED", ["amount"])] * 2]
    nobody = await join("nina")
    assert await told(nobody) == []


async def test_who_did_it_is_not_found_where_it_is_hidden(people: Cast, join: Join) -> None:
    fields = [{"entity": "DEAL", "field": name, "access": "HIDDEN"}
              for name in ("updatedBy", "createdBy")]  # fmt: skip
    role = await make_role(people.root, "All", grant("DEAL", "READ", "ALL"), fields=fields)
    masha = await join("masha", role)
    deal = await make_deal(people.anna, "Tea")
    await change(people.boris, deal, title="Coffee")

    assert [entry["by"] for entry in (await history(masha))["nodes"]] == [None, None]
    assert await told(masha, where={"byIds": [people.ids["boris"]]}) == []
    assert len(await told(people.anna, where={"byIds": [people.ids["boris"]]})) == 1


async def test_what_is_left_out_is_read_past_in_bounded_steps(
    people: Cast, join: Join, server: Server, watch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    masha = await join("masha", role)
    hers = await make_deal(people.anna, "Hers", responsibleId=people.ids["masha"])
    others = await make_deal(people.anna, "Others'")
    fill = text(
        "INSERT INTO events (workspace_id, id, at, kind, record_type, record_id, version, changes)"
        " SELECT workspace_id, gen_random_uuid(), at + n * interval '1 second', 'UPDATED',"
        " record_type, record_id, n, '{\"title\": {}}'"
        " FROM events, generate_series(1, 5000) AS n WHERE record_id = :record"
    )
    async with server.database.engine.begin() as connection:
        await connection.execute(fill, {"record": decode_id(others)[1]})

    with watch() as seen:
        found = await history(masha)

    assert [entry["record"]["id"] for entry in found["nodes"]] == [hers]
    assert found["pageInfo"]["hasNextPage"] is False
    assert len([said for said in seen.records if "FROM events" in said]) <= 6
    # After the last step, the page says where to go on.
    monkeypatch.setattr(loaders.history, "MOST_STEPS", 1)
    pages = []
    after, goes_on = None, True
    while goes_on:
        page = await history(masha, after=after)
        pages.append([entry["record"]["id"] for entry in page["nodes"]])
        after, goes_on = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert pages == [[], [], [hers]]


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 201},
        {"after": "no cursor"},
        {"where": {"recordIds": ["nonsense"]}},
        {"where": {"recordIds": ["user_01kb1rnj47e65gh2bh8vgs9zm5"]}},
        {"where": {"byIds": ["deal_01kb1rnj47e65gh2bh8vgs9zm5"]}},
        {"where": {"byIds": ["user_01kb1rnj47e65gh2bh8vgs9zm5"] * 201}},
    ],
)
async def test_what_makes_no_sense_is_refused(people: Cast, arguments: Any) -> None:
    refused = await people.anna.run(HISTORY, arguments)
    assert len(refused.codes) == 1
    assert refused.codes[0] in {"BAD_USER_INPUT", "QUERY_TOO_EXPENSIVE"}
