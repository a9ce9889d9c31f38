"""Typed custom values on pages of records: both executors answer the same, whatever is stored."""

from collections.abc import Mapping
from typing import Any, Final

import httpx
import pytest

from domain.ids import decode_id
from schema.execution.columns import MOST_CHOSEN
from tests.client import Client
from tests.conftest import Server
from tests.custom.fields import make_deal, make_field
from tests.people import Cast

SCALARS: Final[Mapping[str, tuple[Any, Any]]] = {
    "STRING": ("A", "A"),
    "TEXT": ("a\nb", "a\nb"),
    "URL": ("https://example.com", "https://example.com"),
    "INTEGER": (-5, -5),
    "NUMBER": ("-0.50", "-0.5"),
    "DATE": ("2026-11-24", "2026-11-24"),
    "DATETIME": ("2026-11-24T10:00:00.5+03:00", "2026-11-24T07:00:00.500000Z"),
}
MANY: Final = {"INTEGER": "sizes", "STRING": "names"}
SELECTED: Final = """
    fieldSTRING again: fieldSTRING fieldTEXT fieldURL fieldINTEGER fieldNUMBER fieldDATE
    fieldDATETIME isSigned amount { amount currency } where { city line2 } sizes names
    prices { amount } grade { value code } curator { id lastName } curators { lastName __typename }
    visit { from } lot __typename
"""
PAGE: Final = f"""
query ($first: Int) {{
  deals(first: $first) {{ nodes {{ title custom {{ {SELECTED} }} }} }}
  companies {{ nodes {{ deals(first: 2) {{ nodes {{ custom {{ sizes partner {{ id }} }} }} }} }} }}
}}
"""
PARTNERS: Final = "{ deals { nodes { title custom { grade { id } partner { id __typename } } } } }"


async def furnish(people: Cast) -> Mapping[str, Any]:
    """Make a field of every kind and two deals, one of them empty; give what the full one shows."""
    root = people.root
    for kind in SCALARS:
        await make_field(root, f"field{kind}", kind, code=f"field{kind}")
    for name, kind, given in (
        ("isSigned", "BOOLEAN", {}),
        ("amount", "MONEY", {}),
        ("where", "ADDRESS", {}),
        ("sizes", "INTEGER", {"isMultiple": True}),
        ("names", "STRING", {"isMultiple": True}),
        ("prices", "MONEY", {"isMultiple": True}),
        ("curator", "USER", {}),
        ("curators", "USER", {"isMultiple": True}),
        ("visit", "BOOKING", {}),
        ("partner", "RECORD", {"settings": {"types": ["COMPANY"]}}),
    ):
        await make_field(root, name, kind, code=name, **given)
    grade = await make_field(root, "grade", "LIST", code="grade", options=[{"value": "High"}])
    made = await root.mutate("createPipeline", {"name": "Auction"}, "pipeline { id }")
    auction = made.payload()["pipeline"]["id"]
    await make_field(root, "lot", "STRING", code="lot", pipelineIds=[auction])
    acme = await people.anna.mutate("createCompany", {"title": "Acme"}, "company { id }")
    company = acme.payload()["company"]["id"]
    anna, boris = people.ids["anna"], people.ids["boris"]
    custom = {
        **{f"field{kind}": given for kind, (given, _) in SCALARS.items()},
        "isSigned": False,
        "amount": {"amount": "12.50", "currency": "USD"},
        "where": {"city": "Tver"},
        "sizes": [3, 1],
        "names": ["b", "a"],
        "prices": [{"amount": "1"}, {"amount": "0.1"}],
        "curator": anna,
        "curators": [boris, anna],
        "visit": {"from": "2026-11-24T10:00:00Z", "to": "2026-11-24T11:00:00Z", "userIds": [anna]},
        "grade": grade["options"][0]["id"],
        "partner": company,
    }
    await make(people.anna, "Full", company, custom=custom)
    await make(people.anna, "Empty", company)
    await make(people.anna, "Auctioned", company, pipelineId=auction, custom={"lot": "A5"})
    return {
        **{f"field{kind}": shown for kind, (_, shown) in SCALARS.items()},
        "again": "A",
        "isSigned": False,
        "amount": {"amount": "12.5", "currency": "USD"},
        "where": {"city": "Tver", "line2": None},
        "sizes": [3, 1],
        "names": ["b", "a"],
        "prices": [{"amount": "1"}, {"amount": "0.1"}],
        "visit": {"from": "2026-11-24T10:00:00Z"},
        "lot": None,
        "__typename": "DealCustomFields",
    }


async def make(client: Client, title: str, company: str, **given: Any) -> None:
    """Make a deal of a company."""
    wanted = {"title": title, "companyId": company, **given}
    (await client.mutate("createDeal", wanted, "deal { id }")).payload()


async def test_a_page_shows_values_of_every_type_as_the_stock_executor_does(
    people: Cast, stock: httpx.AsyncClient
) -> None:
    shown = await furnish(people)
    twin = Client(stock, people.anna.token)

    for document, values in ((PAGE, {"first": 10}), (PAGE, {"first": 1}), (PARTNERS, {})):
        ours = await people.anna.run(document, values)
        assert ours.body["data"] is not None
        assert ours.body == (await twin.run(document, values)).body

    page = await people.anna.data(PAGE, first=10)
    auctioned, empty, full = [node["custom"] for node in page["deals"]["nodes"]]
    assert {key: full[key] for key in shown} == shown
    assert full["grade"]["value"] == "High"
    assert full["curator"]["id"] == people.ids["anna"]
    assert len(full["curators"]) == 2
    assert empty == {
        **dict.fromkeys(full),
        **{name: [] for name in ("sizes", "names", "prices", "curators")},
        "__typename": "DealCustomFields",
    }
    assert auctioned == {**empty, "lot": "A5"}


@pytest.mark.parametrize("entity", ["custom_field_option", "user"])
async def test_what_a_value_points_to_changes_at_once(
    people: Cast, stock: httpx.AsyncClient, entity: str
) -> None:
    await furnish(people)
    document = "{ deals { nodes { custom { grade { value } curator { lastName } } } } }"
    before = await people.anna.data(document)

    if entity == "user":
        changed: dict[str, Any] = {"id": people.ids["anna"], "lastName": "Nova"}
        (await people.root.mutate("updateUser", changed, "user { id }")).payload()
    else:
        fields = await people.root.data("{ customFields(entity: DEAL) { id code options { id } } }")
        (grade,) = [each for each in fields["customFields"] if each["code"] == "grade"]
        options = [{"id": grade["options"][0]["id"], "value": "Top"}]
        renamed = {"id": grade["id"], "options": options}
        (await people.root.mutate("updateCustomField", renamed, "customField { id }")).payload()

    after = await people.anna.data(document)
    assert after != before
    twin = Client(stock, people.anna.token)
    assert after == (await twin.run(document)).body["data"]


@pytest.mark.parametrize("asked", [1, MOST_CHOSEN, MOST_CHOSEN + 1])
async def test_only_the_values_that_are_asked_for_leave_the_database(
    people: Cast, server: Server, stock: httpx.AsyncClient, asked: int
) -> None:
    made = [await make_field(people.root, f"n{each}", "INTEGER") for each in range(asked)]
    secret = await make_field(people.root, "secret", "STRING", code="secret")
    values = [(field["code"], number) for number, field in enumerate(made)]
    await make_deal(people.anna, *values, ("secret", "a long story"))
    chosen = " ".join(field["code"] for field in made)
    document = f"{{ deals {{ nodes {{ custom {{ {chosen} }} }} }} }}"
    first = await people.anna.run(document)
    sent: list[tuple[str, tuple[Any, ...]]] = []

    with server.database.watch(lambda text, values: sent.append((text, values))):
        again = await people.anna.run(document)

    assert again.body == first.body == (await Client(stock, people.anna.token).run(document)).body
    assert again.body["data"]["deals"]["nodes"] == [{"custom": dict(values)}]
    (read,) = [(text, values) for text, values in sent if "FROM deals" in text]
    named = {str(decode_id(field["id"])[1]) for field in (*made, secret)} & set(map(str, read[1]))
    if asked > MOST_CHOSEN:  # the whole column costs no more than so many keys
        assert "array_to_json" not in read[0]
        assert named == set()
    else:
        assert "array_to_json" in read[0]
        assert named == {str(decode_id(field["id"])[1]) for field in made}
