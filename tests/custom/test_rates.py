"""Custom amounts without a rate: told of where they are compared, filled in when there is one."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.client import Answer, Client
from tests.custom.fields import find, make_deal, make_field, read_values
from tests.people import Cast

GENERIC = "query ($given: [CustomFilter!]) { deals(customWhere: $given) { nodes { title } } }"
TYPED = "query ($given: DealFilter) { deals(where: $given) { nodes { title } } }"
ORDERED = "query ($given: [DealOrder!]) { deals(orderBy: $given) { nodes { title } } }"


async def set_rate(client: Client, currency: str, rate: str) -> Answer:
    given = {"currency": currency, "rate": rate}
    return await mutate(client, "setExchangeRate", "exchangeRate { rate }", input=given)


def money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def warning(count: int, field: str = "Deal.custom.budget") -> dict[str, Any]:
    return {"code": "AMOUNTS_WITHOUT_RATE", "field": field, "count": count}


async def compare(client: Client, op: str, value: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Compare the budget by both faces; gives whom they find alike, and what they warn of."""
    by_code = await client.run(GENERIC, {"given": [{"code": "budget", "op": op, "value": value}]})
    by_name = await client.run(TYPED, {"given": {"custom": {"budget": {op: value}}}})
    assert by_code.data == by_name.data
    warnings = by_code.extensions.get("warnings", [])
    assert warnings == by_name.extensions.get("warnings", [])
    return sorted(node["title"] for node in by_code.data["deals"]["nodes"]), warnings


async def test_amounts_without_a_rate_are_counted_wherever_they_are_compared(people: Cast) -> None:
    await make_field(people.root, "Budget", "MONEY")
    await make_field(people.root, "Prices", "MONEY", isMultiple=True)
    await make_field(people.root, "Note", "STRING")
    await make_deal(people.anna, ("budget", money("100", "USD")), title="Dollars")
    await make_deal(people.anna, ("budget", money("100", "KWD")), title="Dinars")
    binned = await make_deal(people.anna, ("budget", money("5", "KWD")), title="Binned")
    (await people.anna.mutate("deleteDeal", {"id": binned}, "deal { id }")).payload()
    prices = [money("1", "KWD"), money("2", "OMR"), money("3", "USD")]
    await make_deal(people.anna, ("prices", prices), ("note", "n"), title="Prices")

    assert await compare(people.reader, "gt", "0") == (["Dollars"], [warning(1)])
    assert await compare(people.anna, "in", ["100"]) == (["Dollars"], [warning(1)])
    assert await compare(people.anna, "isNull", False) == (["Dollars"], [warning(1)])
    several = await people.anna.run(
        TYPED, {"given": {"custom": {"prices": {"some": {"gt": "1"}}, "note": {"eq": "n"}}}}
    )
    assert several.data["deals"]["nodes"] == [{"title": "Prices"}]
    assert several.extensions["warnings"] == [warning(1, "Deal.custom.prices")]
    ordered = await people.anna.run(ORDERED, {"given": [{"custom": {"budget": "ASC"}}]})
    assert ordered.data["deals"]["nodes"][0] == {"title": "Dollars"}
    assert ordered.extensions["warnings"] == [warning(1)]
    by_note = await people.anna.run(ORDERED, {"given": [{"custom": {"note": "ASC"}}]})
    assert "warnings" not in by_note.extensions


async def test_amounts_of_related_records_are_counted_too(people: Cast) -> None:
    await make_field(people.root, "Turnover", "MONEY", entity="COMPANY")
    company = {"title": "Acme", "custom": {"turnover": money("5", "KWD")}}
    (await people.anna.mutate("createCompany", company, "company { id }")).payload()

    related = {"company": {"custom": {"turnover": {"gt": "1"}}}}
    answer = await people.anna.run(TYPED, {"given": related})

    assert answer.data["deals"]["nodes"] == []
    assert answer.extensions["warnings"] == [warning(1, "Company.custom.turnover")]


async def test_a_rate_that_comes_later_brings_the_amounts_in(people: Cast) -> None:
    await make_field(people.root, "Budget", "MONEY")
    await make_field(people.root, "Prices", "MONEY", isMultiple=True)
    prices = [money("1", "KWD"), money("2", "OMR"), money("3", "USD")]
    deal = await make_deal(
        people.anna, ("budget", money("10", "KWD")), ("prices", prices), title="Deal"
    )
    binned = await make_deal(people.anna, ("budget", money("20", "KWD")), title="Binned")
    (await people.anna.mutate("deleteDeal", {"id": binned}, "deal { id }")).payload()
    await make_deal(people.anna, ("budget", money("10", "OMR")), title="Rials")
    before = await people.anna.data("query ($id: ID!) { deal(id: $id) { version updatedAt } }",
                                    id=deal)  # fmt: skip

    denied = await set_rate(people.anna, "KWD", "3.25")
    assert denied.codes == ["FORBIDDEN"]
    assert await compare(people.anna, "gt", "0") == ([], [warning(2)])

    (await set_rate(people.root, "KWD", "3.25")).payload()

    assert await compare(people.anna, "eq", "32.5") == (["Deal"], [warning(1)])
    assert await find(people.anna, "prices", "eq", "3.25") == ["Deal"]
    assert await find(people.anna, "prices", "eq", "3") == ["Deal"]
    shown = await read_values(people.anna, deal, "budget", "prices")
    assert [value["amounts"] for value in shown] == [[money("10", "KWD")], prices]
    after = await people.anna.data("query ($id: ID!) { deal(id: $id) { version updatedAt } }",
                                   id=deal)  # fmt: skip
    assert after == before
    (await people.anna.mutate("restoreDeal", binned, "deal { id }", "id")).payload()
    assert await compare(people.anna, "gte", "65") == (["Binned"], [warning(1)])

    (await set_rate(people.root, "OMR", "2")).payload()

    assert await compare(people.anna, "lt", "32.5") == (["Rials"], [])
    assert await find(people.anna, "prices", "eq", "4") == ["Deal"]


async def test_what_has_a_rate_keeps_its_worth(people: Cast) -> None:
    await make_field(people.root, "Budget", "MONEY")
    (await set_rate(people.root, "KWD", "3")).payload()
    deal = await make_deal(people.anna, ("budget", money("10", "KWD")))

    (await set_rate(people.root, "KWD", "4")).payload()
    assert await compare(people.anna, "eq", "30") == (["Deal"], [])

    again = {"id": deal, "custom": {"budget": money("11", "KWD")}}
    (await people.anna.mutate("updateDeal", again, "deal { id }")).payload()
    assert await compare(people.anna, "eq", "44") == (["Deal"], [])


async def test_an_amount_without_room_in_the_base_currency_stays_without(people: Cast) -> None:
    await make_field(people.root, "Budget", "MONEY")
    await make_deal(people.anna, ("budget", money("90000000000000", "KWD")), title="Huge")
    await make_deal(people.anna, ("budget", money("9", "KWD")), title="Small")

    (await set_rate(people.root, "KWD", "3")).payload()

    assert await compare(people.anna, "gt", "0") == (["Small"], [warning(1)])


async def test_a_field_that_becomes_filterable_takes_the_rates_there_are(people: Cast) -> None:
    made = await make_field(people.root, "Budget", "MONEY", isFilterable=False)
    await make_deal(people.anna, ("budget", money("10", "KWD")), title="Dinars")
    await make_deal(people.anna, ("budget", money("10", "OMR")), title="Rials")
    (await set_rate(people.root, "KWD", "3")).payload()

    filterable = {"id": made["id"], "isFilterable": True}
    (await people.root.mutate("updateCustomField", filterable, "customField { id }")).payload()

    assert await compare(people.anna, "eq", "30") == (["Dinars"], [warning(1)])


@pytest.mark.parametrize("rated", [False, True])
async def test_other_fields_of_a_deal_can_change_beside_an_amount(
    people: Cast, rated: bool
) -> None:
    await make_field(people.root, "Budget", "MONEY")
    await make_field(people.root, "Note", "STRING")
    deal = await make_deal(people.anna, ("budget", money("10", "KWD")))
    if rated:
        (await set_rate(people.root, "KWD", "3")).payload()

    noted = {"id": deal, "custom": {"note": "n"}}
    (await people.anna.mutate("updateDeal", noted, "deal { id }")).payload()

    expected = (["Deal"], []) if rated else ([], [warning(1)])
    assert await compare(people.anna, "eq", "30") == expected


async def test_a_dry_run_of_a_rate_fills_nothing(people: Cast) -> None:
    await make_field(people.root, "Budget", "MONEY")
    await make_deal(people.anna, ("budget", money("10", "KWD")))
    given = {"currency": "KWD", "rate": "3"}

    answer = await mutate(people.root, "setExchangeRate", "", {"X-Dry-Run": "1"}, input=given)

    answer.payload()
    assert await compare(people.anna, "eq", "30") == ([], [warning(1)])


async def test_a_rate_of_one_workspace_says_nothing_in_another(people: Cast) -> None:
    for keeper in (people.root, people.olga):
        await make_field(keeper, "Budget", "MONEY")
        await make_deal(keeper, ("budget", money("10", "KWD")))

    (await set_rate(people.root, "KWD", "3")).payload()

    assert await compare(people.anna, "eq", "30") == (["Deal"], [])
    assert await compare(people.olga, "eq", "30") == ([], [warning(1)])
