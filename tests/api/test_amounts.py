"""Money: exact decimals, currencies, rates to the base currency, and amounts that have none."""

import itertools
from typing import Any

import httpx
import pytest

from tests.api.calling import mutate
from tests.api.conftest import Stored
from tests.api.world import DEAL, World, build_world, make_record, make_records
from tests.client import Client
from tests.conftest import Server
from tests.people import make_cast

# Rates belong to the workspace and are never taken back, so each test takes a currency of its own.
_CURRENCIES = itertools.cycle(
    ["AUD", "CAD", "CHF", "CNY", "CZK", "DKK", "GBP", "HKD", "HUF", "INR", "JPY", "KZT", "NOK",
     "NZD", "PLN"]
)  # fmt: skip
MONEY = "amount { amount currency }"


@pytest.fixture
def currency() -> str:
    """Give a currency that has no rate yet."""
    return next(_CURRENCIES)


@pytest.fixture
def title(request: pytest.FixtureRequest) -> str:
    """Give a title that only this test's deals have."""
    return str(request.node.name)


def money(amount: str, currency: str | None = None) -> dict[str, Any]:
    return {"amount": amount} | ({} if currency is None else {"currency": currency})


async def found(client: Client, title: str, **where: Any) -> list[str]:
    data = await client.data(
        "query ($where: DealFilter) { deals(where: $where, orderBy: [{ createdAt: ASC }])"
        " { nodes { id } } }",
        where={"title": {"eq": title}, **where},
    )
    return [node["id"] for node in data["deals"]["nodes"]]


async def set_rate(client: Client, currency: str, rate: str, **more: Any) -> Any:
    answer = await mutate(
        client, "setExchangeRate", "exchangeRate { currency rate date }",
        input={"currency": currency, "rate": rate, **more},
    )  # fmt: skip
    return answer.payload()["exchangeRate"]


# --- decimals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("120000", "120000"),
        ("120000.00", "120000"),
        ("0.1", "0.1"),
        ("0.0001", "0.0001"),
        ("-5.5", "-5.5"),
        ("0", "0"),
        ("-0", "0"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("-99999999999999.9999", "-99999999999999.9999"),
        ("007.10", "7.1"),
    ],
)
async def test_a_decimal_is_kept_exactly(world: World, given: str, kept: str) -> None:
    made = await make_record(
        world.people.anna, DEAL, {"title": "Licence", "amount": money(given)}, MONEY
    )

    assert made == {"amount": {"amount": kept, "currency": "USD"}}


@pytest.mark.parametrize(
    "given",
    ["100000000000000", "0.00001", "1e14", "1e-5", "--1", "0x10", "1e3", " 7 ", "1_000", "１", "+1",
     ".5", "5.", "7\n", 12345678901234.57],
)  # fmt: skip
async def test_a_decimal_beyond_18_digits_or_4_places_or_in_another_form_is_refused(
    world: World, stored: Stored, given: str
) -> None:
    before = await stored()

    answer = await mutate(
        world.people.anna, "createDeal", input={"title": "Licence", "amount": money(given)}
    )

    assert answer.codes == ["BAD_USER_INPUT"]
    assert ".amount.amount" in answer.errors[0]["message"]
    assert await stored() == before


async def test_the_base_currency_stands_where_none_is_given(world: World) -> None:
    anna = world.people.anna
    made = await make_record(anna, DEAL, {"title": "Licence", "amount": money("5")}, f"id {MONEY}")
    updated = await mutate(
        anna, "updateDeal", f"deal {{ {MONEY} tax {{ amount currency }} }}",
        input={"id": made["id"], "tax": {"amount": "1", "currency": None}},
    )  # fmt: skip

    assert made["amount"] == {"amount": "5", "currency": "USD"}
    assert updated.payload()["deal"] == {
        "amount": {"amount": "5", "currency": "USD"},
        "tax": {"amount": "1", "currency": "USD"},
    }


# --- rates --------------------------------------------------------------------------------------


async def test_amounts_compare_and_sum_in_the_base_currency(
    world: World, title: str, currency: str
) -> None:
    people = world.people
    await set_rate(people.root, currency, "2.5")
    usd, foreign, none = (
        item["id"]
        for item in await make_records(
            people.anna, DEAL,
            [
                {"title": title, "amount": money("100")},
                {"title": title, "amount": money("50", currency)},
                {"title": title},
            ],
        )
    )  # fmt: skip

    assert await found(people.anna, title, amount={"gt": "100"}) == [foreign]
    assert await found(people.anna, title, amount={"eq": "125"}) == [foreign]
    assert await found(people.anna, title, amount={"lt": "125"}) == [usd]
    assert await found(people.anna, title, amount={"isNull": True}) == [none]
    assert await found(people.anna, title, amountCurrency={"eq": currency}) == [foreign]
    assert await found(people.anna, title, amountCurrency={"isNull": True}) == [none]
    assert await found(people.olga, title) == []
    listed = await people.anna.data(
        "query ($where: DealFilter) { deals(where: $where, orderBy: [{ amount: DESC_NULLS_LAST }])"
        " { nodes { id } aggregate { count amount { sum avg min max } } } }",
        where={"title": {"eq": title}},
    )
    assert listed["deals"] == {
        "nodes": [{"id": foreign}, {"id": usd}, {"id": none}],
        "aggregate": {
            "count": 3,
            "amount": {"sum": "225", "avg": "112.5", "min": "100", "max": "125"},
        },
    }


async def test_base_amounts_are_rounded_to_four_places(
    world: World, title: str, currency: str
) -> None:
    await set_rate(world.people.root, currency, "0.3333")
    made = await make_record(
        world.people.anna, DEAL, {"title": title, "amount": money("1.0001", currency)}
    )

    assert await found(world.people.anna, title, amount={"eq": "0.3333"}) == [made["id"]]


UNRATED = {"code": "AMOUNTS_WITHOUT_RATE", "field": "Deal.amount", "count": 1}


@pytest.fixture(scope="module")
async def unrated(server: Server, http: httpx.AsyncClient) -> dict[str, Any]:
    """Give a workspace with three deals: 100 dollars, 100 dinars without a rate, and no amount."""
    world = await build_world(await make_cast(server.database, http))
    usd, dinars, none = await make_records(
        world.people.anna, DEAL,
        [{"title": "Dollars", "amount": money("100")},
         {"title": "Dinars", "amount": money("100", "KWD")}, {"title": "None"}],
    )  # fmt: skip
    return {"world": world, "usd": usd["id"], "dinars": dinars["id"], "none": none["id"]}


@pytest.mark.parametrize(
    "operators",
    [
        {"eq": "100"}, {"ne": "5"}, {"gt": "0"}, {"gte": "0"}, {"lt": "1000"}, {"lte": "1000"},
        {"in": ["100", "5"]}, {"between": ["0", "1000"]}, {"isNull": True}, {"isNull": False},
    ],
    ids=str,
)  # fmt: skip
async def test_an_amount_without_a_rate_never_matches_and_is_counted(
    unrated: dict[str, Any], operators: dict[str, Any]
) -> None:
    answer = await unrated["world"].people.reader.run(
        "query ($where: DealFilter) { deals(where: $where) { nodes { id } } }",
        {"where": {"amount": operators}},
    )

    assert {"id": unrated["dinars"]} not in answer.data["deals"]["nodes"]
    assert answer.extensions["warnings"] == [UNRATED]


async def test_an_amount_without_a_rate_is_kept_and_found_by_its_currency(
    unrated: dict[str, Any],
) -> None:
    reader = unrated["world"].people.reader
    answer = await reader.run(
        f'{{ deals(where: {{ amountCurrency: {{ eq: "KWD" }} }}) {{ nodes {{ id {MONEY} }} }} }}'
    )

    assert answer.data["deals"]["nodes"] == [
        {"id": unrated["dinars"], "amount": {"amount": "100", "currency": "KWD"}}
    ]
    assert "warnings" not in answer.extensions


async def test_sums_and_orders_skip_it_and_say_so(unrated: dict[str, Any]) -> None:
    reader = unrated["world"].people.reader
    summed = await reader.run("{ deals { aggregate { count amount { sum } } } }")
    ordered = await reader.run("{ deals(orderBy: [{ amount: ASC }]) { nodes { title } } }")
    counted = await reader.run("{ deals { totalCount } }")

    assert summed.data["deals"]["aggregate"] == {"count": 3, "amount": {"sum": "100"}}
    assert summed.extensions["warnings"] == [UNRATED]
    assert ordered.data["deals"]["nodes"][0] == {"title": "Dollars"}
    assert ordered.extensions["warnings"] == [UNRATED]
    assert (counted.data["deals"], "warnings" in counted.extensions) == ({"totalCount": 3}, False)


async def test_a_rate_that_comes_later_brings_the_amounts_in(
    world: World, title: str, currency: str
) -> None:
    people = world.people
    made = await make_record(
        people.anna, DEAL, {"title": title, "amount": money("10", currency)}, "id version"
    )
    assert await found(people.anna, title, amount={"gt": "0"}) == []

    await set_rate(people.root, currency, "3")

    assert await found(people.anna, title, amount={"eq": "30"}) == [made["id"]]
    kept = await people.anna.data(f"query ($id: ID!) {{ deal(id: $id) {{ id version {MONEY} }} }}",
                                  id=made["id"])  # fmt: skip
    assert kept["deal"] == {**made, "amount": {"amount": "10", "currency": currency}}


async def test_a_new_rate_holds_for_new_amounts_and_leaves_the_old_ones(
    world: World, title: str, currency: str
) -> None:
    people = world.people
    await set_rate(people.root, currency, "2")
    old = await make_record(people.anna, DEAL, {"title": title, "amount": money("10", currency)})
    await set_rate(people.root, currency, "5")
    new = await make_record(people.anna, DEAL, {"title": title, "amount": money("10", currency)})

    assert await found(people.anna, title, amount={"eq": "20"}) == [old["id"]]
    assert await found(people.anna, title, amount={"eq": "50"}) == [new["id"]]


async def test_the_latest_rate_up_to_today_holds(world: World, title: str, currency: str) -> None:
    people = world.people
    await set_rate(people.root, currency, "2", date="2020-01-01")
    await set_rate(people.root, currency, "3", date="2021-01-01")
    await set_rate(people.root, currency, "9", date="2999-01-01")
    made = await make_record(people.anna, DEAL, {"title": title, "amount": money("10", currency)})

    assert await found(people.anna, title, amount={"eq": "30"}) == [made["id"]]
    rates = (await people.reader.data("{ exchangeRates { currency date rate } }"))["exchangeRates"]
    assert [rate for rate in rates if rate["currency"] == currency] == [
        {"currency": currency, "date": "2999-01-01", "rate": "9"},
        {"currency": currency, "date": "2021-01-01", "rate": "3"},
        {"currency": currency, "date": "2020-01-01", "rate": "2"},
    ]


async def test_only_administrators_set_rates_and_only_their_workspaces(
    world: World, stored: Stored, currency: str
) -> None:
    people = world.people
    before = await stored()
    given = {"currency": currency, "rate": "2"}

    by_anna = await mutate(people.anna, "setExchangeRate", input=given)
    by_reader = await mutate(people.reader, "setExchangeRate", input=given)
    by_nobody = await mutate(people.nobody, "setExchangeRate", input=given)
    by_olga = await mutate(people.olga, "setExchangeRate", input=given)

    assert (by_anna.codes, by_reader.codes) == (["FORBIDDEN"], ["FORBIDDEN"])
    assert (by_nobody.status, by_nobody.codes) == (401, ["UNAUTHENTICATED"])
    assert by_olga.payload() == {"userErrors": []}
    assert await stored() == before


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"currency": "XXY", "rate": "1"}, "currency"),
        ({"currency": "USD", "rate": "1"}, "currency"),
        ({"currency": "EUR", "rate": "0"}, "rate"),
        ({"currency": "EUR", "rate": "-1"}, "rate"),
    ],
)
async def test_a_rate_that_makes_no_sense_is_refused(
    world: World, stored: Stored, given: dict[str, Any], path: str
) -> None:
    before = await stored()

    answer = await mutate(world.people.root, "setExchangeRate", input=given)

    assert answer.refusals() == [("INVALID", f"input.{path}")]
    assert await stored() == before


async def test_a_rate_is_tried_dry(world: World, stored: Stored, title: str, currency: str) -> None:
    people = world.people
    await make_record(people.anna, DEAL, {"title": title, "amount": money("10", currency)})
    before = await stored()

    answer = await mutate(
        people.root, "setExchangeRate", "exchangeRate { rate }", {"X-Dry-Run": "1"},
        input={"currency": currency, "rate": "2"},
    )  # fmt: skip

    assert answer.payload()["exchangeRate"] == {"rate": "2"}
    assert answer.extensions["dryRun"]["changes"]
    assert await stored() == before


async def test_an_amount_beyond_the_base_currency_counts_as_without_a_rate(
    world: World, title: str, currency: str
) -> None:
    people = world.people
    await set_rate(people.root, currency, "1000")
    made = await make_record(
        people.anna, DEAL, {"title": title, "amount": money("99999999999999", currency)}, MONEY
    )

    assert made["amount"] == {"amount": "99999999999999", "currency": currency}
    assert await found(people.anna, title, amount={"gt": "0"}) == []


async def test_sums_grow_beyond_what_one_amount_may_be(world: World, title: str) -> None:
    largest = money("99999999999999.9999")
    await make_records(world.people.anna, DEAL, [{"title": title, "amount": largest}] * 20)

    summed = await world.people.reader.data(
        "query ($where: DealFilter) { deals(where: $where) { aggregate { amount { sum } } } }",
        where={"title": {"eq": title}},
    )

    assert summed["deals"]["aggregate"]["amount"] == {"sum": "1999999999999999.998"}
