"""A timeline is as readable as its record, and each change as the field that changed."""

from datetime import UTC, datetime
from typing import Any

from tests.access.staff import Join, grant, make_deal, make_role
from tests.client import Client
from tests.people import Cast
from tests.timeline.conftest import change, timeline, told

ALL_DEALS = grant("DEAL", "READ", "ALL")


def hidden(*fields: str) -> list[dict[str, str]]:
    """Write the rules that hide fields of deals."""
    return [{"entity": "DEAL", "field": field, "access": "HIDDEN"} for field in fields]


async def entry_ids(client: Client, record: str) -> list[str]:
    """Give the ids of the entries of a timeline."""
    return [edge["node"]["id"] for edge in (await timeline(client, record))["edges"]]


async def test_who_may_not_read_the_record_is_told_nothing(people: Cast, join: Join) -> None:
    deal = await make_deal(people.anna, "Secret")
    await change(people.anna, deal, title="More secret")
    own = await join("pavel", await make_role(people.root, "Own", grant("DEAL", "READ", "OWN")))
    ids = await entry_ids(people.anna, deal)
    assert len(ids) == 2
    by_id = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert [item["id"] for item in (await people.anna.data(by_id, ids=ids))["nodes"]] == ids

    for client in (own, people.olga):
        assert await timeline(client, deal) is None
        assert (await client.data(by_id, ids=ids))["nodes"] == [None, None]
    refused = await people.nobody.run(by_id, {"ids": ids})
    assert (refused.status, refused.codes) == (401, ["UNAUTHENTICATED"])


async def test_a_hidden_fields_change_leaves_no_trace(people: Cast, join: Join) -> None:
    masha = await join(
        "masha", await make_role(people.root, "Blind", ALL_DEALS, fields=hidden("amount"))
    )
    deal = await make_deal(people.anna, "Tea")
    await change(people.anna, deal, amount={"amount": "100"})
    await change(people.anna, deal, amount={"amount": "200"}, title="Coffee")
    await change(people.anna, deal, comments="Black")

    assert await told(people.anna, deal, types=["UPDATED"]) == [
        ("UPDATED", ["comments"]), ("UPDATED", ["title", "amount"]), ("UPDATED", ["amount"]),
    ]  # fmt: skip
    assert await told(masha, deal, types=["UPDATED"]) == [
        ("UPDATED", ["comments"]), ("UPDATED", ["title"]),
    ]  # fmt: skip
    # Nor is there a gap: pages are full, and there is no next one after the last that is seen.
    page = await timeline(masha, deal, first=2, types=["UPDATED"])
    assert (len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (2, False)
    by_id = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = await entry_ids(people.anna, deal)
    found = (await masha.data(by_id, ids=ids))["nodes"]
    assert [item and item["id"] for item in found] == [ids[0], ids[1], None, ids[3]]


async def test_a_move_between_hidden_stages_is_an_update_or_nothing(
    people: Cast, join: Join
) -> None:
    masha = await join(
        "masha", await make_role(people.root, "Blind", ALL_DEALS, fields=hidden("stage"))
    )
    stages = (await people.root.data("{ pipelines { stages { id } } }"))["pipelines"][0]["stages"]
    deal = await make_deal(people.anna, "Tea")
    await change(people.anna, deal, stageId=stages[1]["id"])
    await change(people.anna, deal, stageId=stages[2]["id"], title="Coffee")

    both = ["UPDATED", "STAGE_MOVED"]
    assert [kind for kind, _ in await told(people.anna, deal, types=both)] == ["STAGE_MOVED"] * 2
    assert await told(masha, deal, types=both) == [("UPDATED", ["title"])]
    assert await told(masha, deal, types=["UPDATED"]) == [("UPDATED", ["title"])]
    assert await told(masha, deal, types=["STAGE_MOVED"]) == []


async def test_a_field_of_some_records_only_is_told_of_those(people: Cast, join: Join) -> None:
    everyone = await make_role(people.root, "All", ALL_DEALS, fields=hidden("amount"))
    own = await make_role(people.root, "Own", grant("DEAL", "READ", "OWN"))
    masha = await join("masha", everyone, own)
    hers = await make_deal(people.anna, "Hers", responsibleId=people.ids["masha"])
    annas = await make_deal(people.anna, "Anna's", responsibleId=people.ids["anna"])
    for deal in (hers, annas):
        await change(people.anna, deal, amount={"amount": "100"})
        await change(people.anna, deal, amount={"amount": "200"}, title="Sold")

    text = """query ($ids: [ID!]!) { deals(where: { id: { in: $ids } }) { nodes { id
      timeline(types: [UPDATED]) { nodes { ... on ChangeEntry { changes { field } } } } } } }"""
    found = await masha.data(text, ids=[hers, annas])

    fields = {
        deal["id"]: [[item["field"] for item in entry["changes"]]
                     for entry in deal["timeline"]["nodes"]]
        for deal in found["deals"]["nodes"]
    }  # fmt: skip
    assert fields == {hers: [["title", "amount"], ["amount"]], annas: [["title"]]}


async def test_an_allow_list_hides_who_did_it_and_the_bin(people: Cast, join: Join) -> None:
    rules = [{"entity": "DEAL", "field": "title", "access": "READ"}]
    defaults = [{"entity": "DEAL", "access": "HIDDEN"}]
    role = await make_role(people.root, "Titles", ALL_DEALS, fields=rules, fieldDefaults=defaults)
    masha = await join("masha", role)
    deal = await make_deal(people.anna, "Tea", comments="Green")
    await change(people.anna, deal, comments="Black")
    await change(people.anna, deal, title="Coffee")
    (await people.anna.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()
    (await people.anna.mutate("restoreDeal", deal, "deal { id }", "id")).payload()

    entries = (await timeline(masha, deal))["nodes"]

    assert [entry["kind"] for entry in entries] == ["UPDATED", "CREATED"]
    assert [entry["by"] for entry in entries] == [None, None]
    assert [[item["field"] for item in entry["changes"]] for entry in entries] == [
        ["title"], ["title"],
    ]  # fmt: skip


async def test_a_record_that_may_not_be_read_is_told_by_neither_name_nor_id(
    people: Cast, join: Join
) -> None:
    masha = await join("masha", await make_role(people.root, "Deals", ALL_DEALS))
    made = await people.anna.mutate("createCompany", {"title": "Hidden Ltd"}, "company { id }")
    company = made.payload()["company"]["id"]
    deal = await make_deal(people.anna, "Tea")
    await change(people.anna, deal, companyId=company, title="Coffee")

    (seen,) = (await timeline(people.anna, deal, types=["UPDATED"]))["nodes"]
    (shown,) = (await timeline(masha, deal, types=["UPDATED"]))["nodes"]

    def of_company(entry: Any) -> Any:
        (found,) = (item for item in entry["changes"] if item["field"] == "company")
        return [found[key] for key in ("from", "to", "fromDisplay", "toDisplay")]

    assert of_company(seen) == [None, company, None, "Hidden Ltd"]
    assert of_company(shown) == [None, None, None, None]


async def test_a_field_that_is_gone_is_told_to_administrators_alone(people: Cast) -> None:
    given = {"entity": "DEAL", "name": "Salary", "code": "salary", "type": "INTEGER"}
    made = await people.root.mutate("createCustomField", given, "customField { id }")
    field = made.payload()["customField"]["id"]
    deal = await make_deal(people.anna, "Tea")
    await change(people.anna, deal, customValues=[{"code": "salary", "value": 5}])
    assert await told(people.anna, deal, types=["UPDATED"]) == [("UPDATED", ["custom.salary"])]

    gone = {"id": field, "confirm": True}
    (await people.root.mutate("deleteCustomField", gone, "isDeleted")).payload()

    assert await told(people.anna, deal, types=["UPDATED"]) == []
    (entry,) = (await timeline(people.root, deal, types=["UPDATED"]))["nodes"]
    assert entry["changes"] == [
        {"field": "custom.salary", "label": "Salary", "from": None, "to": 5,
         "fromDisplay": None, "toDisplay": "5"}
    ]  # fmt: skip


async def test_a_code_that_is_used_again_tells_nothing_of_the_field_before(
    people: Cast, join: Join
) -> None:
    async def make(name: str, kind: str) -> str:
        given = {"entity": "DEAL", "name": name, "code": "pay", "type": kind}
        made = await people.root.mutate("createCustomField", given, "customField { id }")
        return str(made.payload()["customField"]["id"])

    async def write(value: Any) -> None:
        await change(people.anna, deal, customValues=[{"code": "pay", "value": value}])

    salary = await make("Monthly salary", "INTEGER")
    role = await make_role(people.root, "Blind", ALL_DEALS, fields=hidden("custom.pay"))
    masha = await join("masha", role)
    deal = await make_deal(people.anna, "Tea")
    await write(5)
    read = "query ($id: ID!) { deal(id: $id) { updatedAt } }"
    then = (await people.anna.data(read, id=deal))["deal"]["updatedAt"]
    assert await told(masha, deal, types=["UPDATED"]) == []

    gone = {"id": salary, "confirm": True}
    (await people.root.mutate("deleteCustomField", gone, "isDeleted")).payload()
    await make("Way of payment", "STRING")
    await write("in cash")
    await change(people.anna, deal, comments="Green")

    async def pays(person: Client) -> list[tuple[str, Any, Any]]:
        entries = (await timeline(person, deal, types=["UPDATED"]))["nodes"]
        return [
            (item["label"], item["from"], item["to"])
            for entry in entries
            for item in entry["changes"]
            if item["field"] == "custom.pay"
        ]

    async def paid(person: Client, moment: str) -> list[tuple[str, Any]]:
        found = await person.data(
            """query ($id: ID!, $at: DateTime!) { record(id: $id, asOf: $at) {
            values(fields: ["custom.pay"]) { label value } } }""",
            id=deal, at=moment,
        )  # fmt: skip
        return [(item["label"], item["value"]) for item in found["record"]["values"]]

    now = datetime.now(UTC).isoformat()
    for person in (people.anna, masha):
        assert await pays(person) == [("Way of payment", None, "in cash")]
        assert [kind for kind, _ in await told(person, deal)] == ["UPDATED", "UPDATED", "CREATED"]
        assert await paid(person, then) == []
        assert await paid(person, now) == [("Way of payment", "in cash")]
    assert await pays(people.root) == [("Way of payment", None, "in cash"), ("Pay", None, 5)]
    assert await paid(people.root, now) == [("Way of payment", "in cash")]
    history = """{ history(types: [UPDATED]) { nodes {
      ... on ChangeEntry { changes { field to } } } } }"""
    found = (await masha.data(history))["history"]["nodes"]
    assert [[(item["field"], item["to"]) for item in entry["changes"]] for entry in found] == [
        [("comments", "Green")], [("custom.pay", "in cash")],
    ]  # fmt: skip


async def test_what_a_field_that_is_gone_held_is_told_of_then_to_administrators(
    people: Cast,
) -> None:
    async def make(kind: str) -> str:
        given = {"entity": "DEAL", "name": kind, "code": "pay", "type": kind}
        made = await people.root.mutate("createCustomField", given, "customField { id }")
        return str(made.payload()["customField"]["id"])

    async def write(value: Any) -> str:
        await change(people.anna, deal, customValues=[{"code": "pay", "value": value}])
        return datetime.now(UTC).isoformat()

    number = await make("INTEGER")
    deal = await make_deal(people.anna, "Tea")
    then = await write(5)
    await write(6)
    gone = {"id": number, "confirm": True}
    (await people.root.mutate("deleteCustomField", gone, "isDeleted")).payload()
    await make("USER")
    await write(people.ids["boris"])
    state = """query ($id: ID!, $at: DateTime!) { record(id: $id, asOf: $at) {
      values(fields: ["custom.pay"]) { label value display } } }"""

    seen = (await people.root.data(state, id=deal, at=then))["record"]["values"]
    anna = (await people.anna.data(state, id=deal, at=then))["record"]["values"]

    assert seen == [{"label": "Pay", "value": 5, "display": "5"}]
    assert anna == []
