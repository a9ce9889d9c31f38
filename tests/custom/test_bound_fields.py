"""Custom fields bound to pipelines: shown, written, found and ordered by only there."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.client import Client
from tests.custom.fields import find, make_deal, make_field, read_values
from tests.people import Cast

BOTH = """
query ($id: ID!) { deal(id: $id) { title
  custom { lot amount { amount } sizes colours { value } }
  customFieldValues { field { code } displayValue } } }
"""
NOTHING: dict[str, Any] = {"lot": None, "amount": None, "sizes": [], "colours": []}
LISTED = "query ($where: DealFilter) { deals(where: $where) { nodes { title } } }"
ORDERED = "query ($by: [DealOrder!]) { deals(orderBy: $by) { nodes { title } } }"


@dataclass(slots=True)
class Auction:
    """A pipeline with fields of its own, and a deal in it that has a value of each."""

    people: Cast
    usual: str
    own: str
    fields: dict[str, dict[str, Any]]
    deal: str
    full: dict[str, Any]


@pytest.fixture
async def auction(people: Cast) -> Auction:
    """Make a pipeline with fields of its own."""
    usual = (await people.anna.data("{ pipelines { id } }"))["pipelines"][0]["id"]
    own = await make_pipeline(people.root, "Auction")
    bound = {"pipelineIds": [own]}
    fields = {
        "lot": await make_field(people.root, "Lot", "STRING", **bound),
        "amount": await make_field(people.root, "Amount", "MONEY", **bound),
        "sizes": await make_field(people.root, "Sizes", "INTEGER", isMultiple=True, **bound),
        "colours": await make_field(
            people.root, "Colours", "LIST", isMultiple=True, options=[{"value": "Red"}], **bound
        ),
    }
    red = fields["colours"]["options"][0]["id"]
    custom = {"lot": "A5", "amount": {"amount": "5"}, "sizes": [1, 2], "colours": [red]}
    made = await people.anna.mutate(
        "createDeal", {"title": "Vase", "pipelineId": own, "custom": custom}, "deal { id }"
    )
    full = {"lot": "A5", "amount": {"amount": "5"}, "sizes": [1, 2], "colours": [{"value": "Red"}]}
    return Auction(people, usual, own, fields, made.payload()["deal"]["id"], full)


async def make_pipeline(client: Client, name: str) -> str:
    made = await mutate(client, "createPipeline", "pipeline { id }", input={"name": name})
    return str(made.payload()["pipeline"]["id"])


async def move(client: Client, deal: str, pipeline: str, **more: Any) -> Any:
    given = {"id": deal, "pipelineId": pipeline, **more}
    return await client.mutate("updateDeal", given, "deal { id }")


async def read_both(client: Client, deal: str) -> tuple[Any, list[str]]:
    """Give the values by names, and the codes that have a value in the list by codes."""
    found = (await client.data(BOTH, id=deal))["deal"]
    return found["custom"], [value["field"]["code"] for value in found["customFieldValues"]]


async def test_both_faces_show_a_value_where_the_field_is_and_nowhere_else(
    auction: Auction,
) -> None:
    anna, codes = auction.people.anna, list(auction.fields)
    assert await read_both(anna, auction.deal) == (auction.full, codes)

    (await move(anna, auction.deal, auction.usual)).payload()
    assert await read_both(anna, auction.deal) == (NOTHING, [])
    listed = await anna.data("{ deals { nodes { id custom { lot sizes colours { id } } } } }")
    assert listed["deals"]["nodes"] == [
        {"id": auction.deal, "custom": {"lot": None, "sizes": [], "colours": []}}
    ]

    (await move(anna, auction.deal, auction.own)).payload()
    assert await read_both(anna, auction.deal) == (auction.full, codes)


async def test_a_field_that_is_bound_to_others_is_shown_there_from_the_next_request_on(
    auction: Auction,
) -> None:
    root, anna = auction.people.root, auction.people.anna
    assert (await read_both(anna, auction.deal))[0]["lot"] == "A5"
    field = auction.fields["lot"]["id"]

    async def bind(*pipelines: str) -> None:
        given = {"id": field, "pipelineIds": list(pipelines)}
        (await root.mutate("updateCustomField", given, "customField { id }")).payload()

    await bind(auction.usual)
    assert (await read_both(anna, auction.deal))[0]["lot"] is None
    await bind(auction.usual, auction.own)
    assert (await read_both(anna, auction.deal))[0]["lot"] == "A5"
    await bind()
    assert (await read_both(anna, auction.deal))[0]["lot"] == "A5"


@pytest.mark.parametrize("face", ["code", "name"])
async def test_a_value_is_refused_where_the_field_is_not(auction: Auction, face: str) -> None:
    anna = auction.people.anna
    by_code = {"customValues": [{"code": "lot", "value": "B7"}]}
    given: dict[str, Any] = by_code if face == "code" else {"custom": {"lot": "B7"}}
    place = "input.customValues.0.value" if face == "code" else "input.custom.lot"
    other = await make_deal(anna, title="Chair")

    async def create(pipeline: str) -> Any:
        wanted = {"title": "Table", "pipelineId": pipeline, **given}
        return await anna.mutate("createDeal", wanted, "deal { id }")

    refused = [
        await create(auction.usual),
        await anna.mutate("updateDeal", {"id": other, **given}, "deal { id }"),
        await move(anna, auction.deal, auction.usual, **given),
    ]
    for answer in refused:
        assert answer.refusals() == [("INVALID", place)]
        (payload,) = answer.data.values()
        assert payload["userErrors"][0]["message"] == (
            "lot: Deals of this pipeline do not have the field."
        )
    assert await find(anna, "lot", "eq", "B7") == []
    assert (await read_both(anna, auction.deal))[0] == auction.full

    (await create(auction.own)).payload()
    (await anna.mutate("updateDeal", {"id": auction.deal, **given}, "deal { id }")).payload()
    (await move(anna, other, auction.own, **given)).payload()
    assert await find(anna, "lot", "eq", "B7") == ["Chair", "Table", "Vase"]


async def test_a_hidden_value_can_be_cleared(auction: Auction) -> None:
    anna = auction.people.anna
    (await move(anna, auction.deal, auction.usual)).payload()

    cleared = {"id": auction.deal, "custom": {"lot": None}}
    (await anna.mutate("updateDeal", cleared, "deal { id }")).payload()

    (await move(anna, auction.deal, auction.own)).payload()
    assert (await read_both(anna, auction.deal))[0] == {**auction.full, "lot": None}


async def test_a_default_is_for_new_deals_of_the_fields_pipelines(people: Cast) -> None:
    own = await make_pipeline(people.root, "Auction")
    await make_field(
        people.root, "Lot", "STRING", settings={"default": "A1"}, pipelineIds=[own], isUnique=True
    )
    here = {"title": "Here", "pipelineId": own}

    await make_deal(people.anna, title="Elsewhere")
    elsewhere = await make_deal(people.anna, title="Elsewhere too")
    (await people.anna.mutate("createDeal", here, "deal { id }")).payload()

    assert await find(people.anna, "lot", "eq", "A1") == ["Here"]
    (await move(people.anna, elsewhere, own)).payload()
    assert [row["strings"] for row in await read_values(people.anna, elsewhere, "lot")] == [[]]


async def test_a_hidden_value_is_none_for_conditions_and_orders(auction: Auction) -> None:
    anna = auction.people.anna
    for title, lot in (("Low", "A1"), ("High", "A9")):
        wanted = {"title": title, "pipelineId": auction.own, "custom": {"lot": lot}}
        (await anna.mutate("createDeal", wanted, "deal { id }")).payload()

    async def typed(**test: Any) -> list[str]:
        found = await anna.data(LISTED, where={"custom": {"lot": test}})
        return sorted(node["title"] for node in found["deals"]["nodes"])

    async def ordered(direction: str) -> list[str]:
        found = await anna.data(ORDERED, by=[{"custom": {"lot": direction}}])
        return [node["title"] for node in found["deals"]["nodes"]]

    assert await find(anna, "lot", "eq", "A5") == await typed(eq="A5") == ["Vase"]
    assert await ordered("ASC") == ["Low", "Vase", "High"]

    (await move(anna, auction.deal, auction.usual)).payload()

    assert await find(anna, "lot", "eq", "A5") == await typed(eq="A5") == []
    assert await find(anna, "lot", "isNull", True) == await typed(isNull=True) == ["Vase"]
    assert await find(anna, "lot", "ne", "A5") == ["High", "Low", "Vase"]
    assert await find(anna, "sizes", "eq", 1) == []
    assert await ordered("ASC") == ["Low", "High", "Vase"]
    assert await ordered("DESC_NULLS_LAST") == ["High", "Low", "Vase"]


async def test_an_order_by_a_bound_field_loses_nobody_over_pages(auction: Auction) -> None:
    anna = auction.people.anna
    for number in range(4):  # deals that do not show the field
        await make_deal(anna, title=f"Usual {number}")
    (await move(anna, auction.deal, auction.usual)).payload()

    titles: list[str] = []
    document = """query ($after: String) {
      deals(first: 2, after: $after, orderBy: [{custom: {lot: ASC}}]) {
        nodes { title } pageInfo { endCursor hasNextPage } } }"""
    page: dict[str, Any] = {"endCursor": None, "hasNextPage": True}
    while page["hasNextPage"]:
        found = (await anna.data(document, after=page["endCursor"]))["deals"]
        titles += [node["title"] for node in found["nodes"]]
        page = found["pageInfo"]

    assert sorted(titles) == ["Usual 0", "Usual 1", "Usual 2", "Usual 3", "Vase"]


async def test_a_hidden_value_is_in_no_sum(auction: Auction) -> None:
    anna = auction.people.anna
    document = """{ deals { aggregate { custom { sizes { sum } amount { max } }
      customAggregates(codes: ["sizes"]) { count } } } }"""

    async def numbers() -> Any:
        return (await anna.data(document))["deals"]["aggregate"]

    assert await numbers() == {
        "custom": {"sizes": {"sum": "3"}, "amount": {"max": "5"}},
        "customAggregates": [{"count": 2}],
    }
    (await move(anna, auction.deal, auction.usual)).payload()
    assert await numbers() == {
        "custom": {"sizes": {"sum": None}, "amount": {"max": None}},
        "customAggregates": [{"count": 0}],
    }
