"""The typed face: custom fields as fields, inputs and filters of the workspace's own schema."""

from typing import Any

import pytest

from tests.client import Client
from tests.custom.fields import make_deal, make_field, read_values
from tests.people import Cast

TYPE = "query ($name: String!) { __type(name: $name) { fields { name type { name kind } } } }"


async def make_typed(client: Client, title: str = "Deal", **custom: Any) -> str:
    """Make a deal by the typed inputs."""
    answer = await client.mutate("createDeal", {"title": title, "custom": custom}, "deal { id }")
    return str(answer.payload()["deal"]["id"])


async def read_typed(client: Client, deal: str, selection: str) -> Any:
    """Read custom fields of a deal by their names."""
    document = f"query ($id: ID!) {{ deal(id: $id) {{ custom {{ {selection} }} }} }}"
    return (await client.data(document, id=deal))["deal"]["custom"]


async def find_typed(client: Client, **where: Any) -> list[str]:
    """Give the titles of the deals that match typed conditions, sorted."""
    document = "query ($where: DealFilter) { deals(where: $where) { totalCount nodes { title } } }"
    found = (await client.data(document, where={"custom": where}))["deals"]
    assert found["totalCount"] == len(found["nodes"])
    return sorted(node["title"] for node in found["nodes"])


async def test_a_field_is_in_the_schema_at_the_next_request_of_its_workspace_alone(
    people: Cast,
) -> None:
    assert (await people.anna.data(TYPE, name="DealCustomFields"))["__type"] is None
    made = await make_field(people.root, "Contract number", "STRING")

    shown = (await people.anna.data(TYPE, name="DealCustomFields"))["__type"]["fields"]
    assert shown == [{"name": "contractNumber", "type": {"name": "String", "kind": "SCALAR"}}]
    assert (await people.olga.data(TYPE, name="DealCustomFields"))["__type"] is None
    deal = await make_typed(people.anna, contractNumber="15-A")
    foreign = await people.olga.run("{ deals { nodes { custom { contractNumber } } } }")
    assert foreign.codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert await read_typed(people.anna, deal, "contractNumber") == {"contractNumber": "15-A"}

    gone = {"id": made["id"], "confirm": True}
    (await people.root.mutate("deleteCustomField", gone, "isDeleted")).payload()

    assert (await people.anna.data(TYPE, name="DealCustomFields"))["__type"] is None
    late = await people.anna.run("{ deals { nodes { custom { contractNumber } } } }")
    assert late.codes == ["GRAPHQL_VALIDATION_FAILED"]


@pytest.mark.parametrize(
    ("kind", "given", "selection", "shown"),
    [
        ("STRING", "A", "value", "A"),
        ("TEXT", "a\nb", "value", "a\nb"),
        ("URL", "https://example.com", "value", "https://example.com"),
        ("INTEGER", 5, "value", 5),
        ("NUMBER", "1.50", "value", "1.5"),
        ("BOOLEAN", True, "value", True),
        ("DATE", "2026-11-24", "value", "2026-11-24"),
        ("DATETIME", "2026-11-24T10:00:00+03:00", "value", "2026-11-24T07:00:00Z"),
        ("MONEY", {"amount": "5", "currency": "USD"}, "value { amount currency }",
         {"amount": "5", "currency": "USD"}),
        ("ADDRESS", {"city": "Tver"}, "value { city line1 }", {"city": "Tver", "line1": None}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
async def test_every_type_is_written_read_and_found_by_its_name(
    people: Cast, kind: str, given: Any, selection: str, shown: Any, many: bool
) -> None:
    if kind == "BOOLEAN" and many:
        return  # a field for yes or no holds one value
    await make_field(people.root, "Value", kind, isMultiple=many)
    empty = await make_typed(people.anna, "Without")

    deal = await make_typed(people.anna, "With", value=[given] if many else given)

    assert await read_typed(people.anna, deal, selection) == {"value": [shown] if many else shown}
    assert await read_typed(people.anna, empty, selection) == {"value": [] if many else None}
    assert await find_typed(people.anna, value={"isNull": False}) == ["With"]
    assert await find_typed(people.anna, value={"isNull": True}) == ["Without"]
    equal: dict[str, Any] = {"eq": given["amount"] if kind == "MONEY" else given}
    if kind == "ADDRESS":
        equal = {"contains": "tver"}
    assert await find_typed(people.anna, value={"some": equal} if many else equal) == ["With"]
    if many:
        assert await find_typed(people.anna, value={"none": equal}) == ["Without"]
    (generic,) = await read_values(people.anna, deal, "value")
    assert generic["displayValue"] is not None


async def test_references_are_followed(people: Cast) -> None:
    options = [{"value": "North", "color": "#00FF00"}, {"value": "South"}]
    region = await make_field(people.root, "Region", "LIST", options=options, isMultiple=True)
    await make_field(people.root, "Curator", "USER")
    await make_field(people.root, "Partner", "RECORD", settings={"types": ["COMPANY"]})
    company = await people.anna.mutate("createCompany", {"title": "Acme"}, "company { id }")
    acme = company.payload()["company"]["id"]
    user = (await people.anna.data("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    north, south = (option["id"] for option in region["options"])

    deal = await make_typed(people.anna, region=[south, north], curator=user, partner=acme)

    selection = "region { value color } curator { id } partner { id ... on Company { title } }"
    assert await read_typed(people.anna, deal, selection) == {
        "region": [{"value": "South", "color": None}, {"value": "North", "color": "#00FF00"}],
        "curator": {"id": user},
        "partner": {"id": acme, "title": "Acme"},
    }
    assert await find_typed(people.anna, region={"some": {"in": [north]}}) == ["Deal"]
    assert await find_typed(people.anna, partner={"eq": acme}, curator={"ne": user}) == []


async def test_what_is_wrong_is_told_by_the_name_of_the_field(people: Cast) -> None:
    await make_field(people.root, "Number", "STRING", settings={"maxLength": 3})
    deal = await make_deal(people.anna, ("number", "abc"))

    wrong = await people.anna.mutate(
        "updateDeal", {"id": deal, "custom": {"number": "long"}}, "deal { id }"
    )
    ill_typed = await people.anna.mutate(
        "updateDeal", {"id": deal, "custom": {"number": 5}}, "deal { id }"
    )
    unknown = await people.anna.mutate(
        "updateDeal", {"id": deal, "custom": {"nope": 5}}, "deal { id }"
    )

    assert wrong.refusals() == [("LIMIT", "input.custom.number")]
    assert [len(answer.errors) for answer in (ill_typed, unknown)] == [1, 1]
    assert await read_typed(people.anna, deal, "number") == {"number": "abc"}


async def test_conditions_stand_inside_of_others(people: Cast) -> None:
    await make_field(people.root, "Grade", "STRING", entity="COMPANY")
    made = await people.anna.mutate(
        "createCompany", {"title": "Acme", "custom": {"grade": "A"}}, "company { id }"
    )
    acme = made.payload()["company"]["id"]
    for title, company in (("Theirs", acme), ("Nobody's", None)):
        given = {"title": title, "companyId": company}
        (await people.anna.mutate("createDeal", given, "deal { id }")).payload()

    found = await people.anna.data(
        "query ($where: DealFilter) { deals(where: $where) { nodes { title"
        " company { custom { grade } } } } }",
        where={"or": [{"company": {"custom": {"grade": {"startsWith": "a"}}}}]},
    )

    assert found["deals"]["nodes"] == [{"title": "Theirs", "company": {"custom": {"grade": "A"}}}]


async def test_some_and_none_speak_of_one_and_the_same_value(people: Cast) -> None:
    await make_field(people.root, "Marks", "INTEGER", isMultiple=True)
    for title, marks in (("Far", [1, 10]), ("Near", [6]), ("Empty", [])):
        await make_typed(people.anna, title, marks=marks)

    async def some(**marks: Any) -> list[str]:
        return await find_typed(people.anna, marks={"some": marks})

    async def none(**marks: Any) -> list[str]:
        return await find_typed(people.anna, marks={"none": marks})

    assert await some(gte=5, lte=7) == ["Near"]
    assert await none(gte=5, lte=7) == ["Empty", "Far"]
    assert await some(ne=1) == ["Far", "Near"]
    assert await none(ne=6) == ["Empty", "Near"]
    assert await some(isNull=True) == []
    assert await some(isNull=False) == ["Far", "Near"]
    assert await none(isNull=False) == ["Empty"]
    assert await none(isNull=True) == ["Empty", "Far", "Near"]
