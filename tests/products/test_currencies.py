"""Currencies: their list, rates by day, formats, and base amounts worked out anew."""

import asyncio
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.client import Client
from tests.conftest import Stored, Work
from tests.people import Cast
from tests.products.goods import line, make_product, price, read_deal, sell, set_rate

WORK = "kind state currency done total finishedAt"
FOUND = f"{{ viewer {{ workspace {{ currency currencyWork {{ {WORK} }} }} }} }}"


async def currency_of(person: Client, code: str, read: str = "id") -> Any:
    """Give what is read of one currency."""
    found = (await person.data(f"{{ currencies {{ code {read} }} }}"))["currencies"]
    return next((row for row in found if row["code"] == code), None)


async def workspace(person: Client) -> Any:
    """Give the base currency and the newest work."""
    return (await person.data(FOUND))["viewer"]["workspace"]


async def begin(person: Client, currency: str) -> Any:
    """Begin to change the base currency."""
    return await person.mutate(
        "changeBaseCurrency", {"currency": currency}, f"currencyWork {{ {WORK} }}"
    )


async def recompute(person: Client) -> Any:
    """Begin to work all base amounts out anew."""
    return await mutate(person, "recomputeBaseAmounts", f"currencyWork {{ {WORK} }}")


async def worth(person: Client, low: str, high: str) -> list[str]:
    """Give the titles of the deals whose amount lies between two, in the base currency."""
    found = await person.data(
        "query ($where: DealFilter) { deals(where: $where, orderBy: [{amount: ASC}]) "
        "{ nodes { title } aggregate { amount { sum } } } }",
        where={"amount": {"between": [low, high]}},
    )
    return [deal["title"] for deal in found["deals"]["nodes"]]


async def test_a_workspace_has_the_usual_currencies(people: Cast) -> None:
    read = 'code name symbol sort isBase decimals rate format(amount: "1234.5")'
    english = (await people.anna.data(f"{{ currencies {{ {read} }} }}"))["currencies"]
    russian = await Client(people.anna.http, people.anna.token, "ru").data(
        f'{{ currencies {{ {read} german: format(amount: "1234.5", locale: "de") }} }}'
    )

    assert english == [
        {"code": "USD", "name": "US Dollar", "symbol": "$", "sort": 10, "isBase": True,
         "decimals": 2, "rate": "1", "format": "$1,234.50"},
        {"code": "EUR", "name": "Euro", "symbol": "€", "sort": 20, "isBase": False,
         "decimals": 2, "rate": None, "format": "€1,234.50"},
    ]  # fmt: skip
    euro = russian["currencies"][1]
    assert (euro["name"], euro["format"], euro["german"]) == (
        "евро", "1\xa0234,50\xa0€", "1.234,50\xa0€",
    )  # fmt: skip
    wrong = await people.anna.run(
        '{ currencies { format(amount: "1", locale: "nowhere-at-all") } }'
    )
    assert wrong.codes == ["BAD_USER_INPUT"]


async def test_currencies_are_added_changed_and_deleted(people: Cast, stored: Stored) -> None:
    root = people.root
    read = 'currency { id code sort decimals format(amount: "1234.567") }'
    made = await root.mutate(
        "createCurrency", {"code": "RUB", "template": "# руб.", "decimals": 0}, read
    )
    rub = made.payload()["currency"]
    assert rub == {"id": rub["id"], "code": "RUB", "sort": 30, "decimals": 0,
                   "format": "1,235 руб."}  # fmt: skip
    usd = (await currency_of(root, "USD"))["id"]
    before = await stored()
    for name, given, refusal in (
        ("createCurrency", {"code": "RUB"}, ("DUPLICATE", "input.code")),
        ("createCurrency", {"code": "ABC"}, ("INVALID", "input.code")),
        ("updateCurrency", {"id": rub["id"], "template": "руб."}, ("INVALID", "input.template")),
        ("updateCurrency", {"id": rub["id"], "decimals": 5}, ("INVALID", "input.decimals")),
        ("deleteCurrency", {"id": usd}, ("SYSTEM", "input.id")),
    ):
        assert (await root.mutate(name, given, read)).refusals() == [refusal], given
    member = await people.anna.mutate("deleteCurrency", {"id": rub["id"]}, read)
    assert member.codes == ["FORBIDDEN"]
    assert await stored() == before

    product = await make_product(root, prices=[price("5", "RUB")])
    used = await root.mutate("deleteCurrency", {"id": rub["id"]}, read)
    assert used.refusals() == [("IN_USE", "input.id")]
    (await root.mutate("updateProduct", {"id": product, "prices": []}, "product { id }")).payload()
    await set_rate(root, "RUB", "0.01")
    (await root.mutate("deleteCurrency", {"id": rub["id"]}, "currency { code }")).payload()
    assert await currency_of(root, "RUB") is None
    assert (await root.data("{ exchangeRates { currency } }"))["exchangeRates"] == []


async def test_rates_are_told_by_day(people: Cast) -> None:
    root = people.root
    for day, rate in (("2026-01-10", "1.1"), ("2026-02-10", "1.2"), ("2026-03-10", "1.3")):
        given = {"currency": "EUR", "rate": rate, "date": day}
        (await root.mutate("setExchangeRate", given, "exchangeRate { rate }")).payload()
    await set_rate(root, "GBP", "1.5")

    found = await people.anna.data(
        '{ exchangeRates(currency: "EUR", from: "2026-01-11", to: "2026-03-09") '
        '{ date rate } currencies { code first: rate(on: "2026-01-09") '
        'second: rate(on: "2026-02-09") rate } }'
    )

    assert found["exchangeRates"] == [{"date": "2026-02-10", "rate": "1.2"}]
    assert found["currencies"] == [
        {"code": "USD", "first": "1", "second": "1", "rate": "1"},
        {"code": "EUR", "first": None, "second": "1.1", "rate": "1.3"},
        {"code": "GBP", "first": None, "second": None, "rate": "1.5"},
    ]
    gone = {"currency": "EUR", "date": "2026-03-10"}
    refused = await people.anna.mutate("deleteExchangeRate", gone, "exchangeRate { rate }")
    assert refused.codes == ["FORBIDDEN"]
    (await root.mutate("deleteExchangeRate", gone, "exchangeRate { rate }")).payload()
    again = await root.mutate("deleteExchangeRate", gone, "exchangeRate { rate }")
    assert again.refusals() == [("NOT_FOUND", "input.date")]
    assert (await currency_of(people.anna, "EUR", "rate"))["rate"] == "1.2"


async def make_amounts(people: Cast) -> dict[str, str]:
    """Make three deals, a lead, a company and a custom amount in euros and dollars."""
    field = {"entity": "DEAL", "name": "Budget", "code": "budget", "type": "MONEY"}
    (await people.root.mutate("createCustomField", field, "customField { id }")).payload()
    await set_rate(people.root, "EUR", "2")
    deals = {}
    for title, amount, currency in (("A", "10", "EUR"), ("B", "15", "USD"), ("C", "30", "USD")):
        money = {"amount": amount, "currency": currency}
        given = {"title": title, "amount": money, "tax": money,
                 "customValues": [{"code": "budget", "value": money}]}  # fmt: skip
        made = await people.anna.mutate("createDeal", given, "deal { id }")
        deals[title] = made.payload()["deal"]["id"]
    revenue = {"title": "Acme", "revenue": {"amount": "8", "currency": "EUR"}}
    (await people.anna.mutate("createCompany", revenue, "company { id }")).payload()
    return deals


async def test_base_amounts_are_worked_out_by_new_rates(people: Cast, work: Work) -> None:
    await make_amounts(people)
    await set_rate(people.root, "EUR", "4")
    assert await worth(people.anna, "19", "21") == ["A"]

    assert (await recompute(people.anna)).codes == ["FORBIDDEN"]
    began = (await recompute(people.root)).payload()["currencyWork"]
    assert (began["state"], began["done"], began["total"]) == ("RECOMPUTING", 0, 4)
    again = await recompute(people.root)
    assert [code for code, _ in again.refusals()] == ["CONFLICT"]
    await work()

    done = (await workspace(people.anna))["currencyWork"]
    assert (done["state"], done["done"]) == ("DONE", 4)
    assert done["finishedAt"] is not None
    assert await worth(people.anna, "39", "41") == ["A"]
    custom = await people.anna.data(
        '{ deals(where: {custom: {budget: {eq: "40"}}}) { nodes { title version } } '
        "companies { aggregate { revenue { sum } } } }"
    )
    assert custom["deals"]["nodes"] == [{"title": "A", "version": 1}]
    assert custom["companies"]["aggregate"]["revenue"]["sum"] == "32"


async def test_the_base_currency_changes_with_all_that_is_measured_in_it(
    people: Cast, work: Work, stored: Stored
) -> None:
    deals = await make_amounts(people)
    await set_rate(people.root, "GBP", "3")
    before = await stored()
    for currency, refusal in (("USD", ("CONFLICT", "input.currency")),
                              ("CHF", ("INVALID", "input.currency")),
                              ("ABC", ("INVALID", "input.currency"))):  # fmt: skip
        assert (await begin(people.root, currency)).refusals() == [refusal]
    assert (await begin(people.anna, "EUR")).codes == ["FORBIDDEN"]
    assert await stored() == before

    began = (await begin(people.root, "EUR")).payload()["currencyWork"]
    assert (began["kind"], began["state"], began["total"]) == ("CHANGE_BASE", "CLEARING", 8)
    for given in ({"currency": "GBP", "rate": "5"},):
        refused = await people.root.mutate("setExchangeRate", given, "exchangeRate { rate }")
        assert [code for code, _ in refused.refusals()] == ["CONFLICT"]
    late = await people.anna.mutate(
        "createDeal",
        {"title": "Late", "amount": {"amount": "100", "currency": "USD"}},
        "deal { id }",
    )
    late.payload()
    await work()

    found = await workspace(people.anna)
    assert (found["currency"], found["currencyWork"]["state"]) == ("EUR", "DONE")
    assert await worth(people.anna, "7", "15") == ["B", "A", "C"]
    assert await worth(people.anna, "49", "51") == ["Late"]
    rates = (await people.anna.data("{ exchangeRates { currency rate } }"))["exchangeRates"]
    assert rates == [{"currency": "GBP", "rate": "1.5"}, {"currency": "USD", "rate": "0.5"}]
    custom = await people.anna.data(
        '{ deals(where: {custom: {budget: {eq: "7.5"}}}) { nodes { title } } '
        "all: deals { aggregate { amount { sum } tax { sum } } } "
        "companies { aggregate { revenue { sum } } } }"
    )
    assert custom["deals"]["nodes"] == [{"title": "B"}]
    assert custom["all"]["aggregate"] == {"amount": {"sum": "82.5"}, "tax": {"sum": "32.5"}}
    assert custom["companies"]["aggregate"]["revenue"]["sum"] == "8"
    assert (await read_deal(people.anna, deals["B"]))["version"] == 1
    assert (await currency_of(people.anna, "EUR", "isBase"))["isBase"] is True
    row = await sell(people.anna, line())
    assert row["amount"] == {"amount": "100", "currency": "EUR"}


async def test_writing_goes_on_while_the_base_currency_changes(people: Cast, work: Work) -> None:
    await make_amounts(people)
    await begin(people.root, "EUR")
    amounts = [{"amount": str(number), "currency": "USD"} for number in range(100, 120)]

    async def write(person: Client) -> None:
        for amount in amounts:
            given = {"title": "Meanwhile", "amount": amount}
            (await person.mutate("createDeal", given, "deal { id }")).payload()

    await asyncio.gather(work(), write(people.anna), write(people.boris))
    await work()

    found = await people.anna.data(
        '{ deals(where: {title: {eq: "Meanwhile"}}) { totalCount aggregate '
        "{ amount { sum min max } } } }"
    )
    assert found["deals"] == {
        "totalCount": 40,
        "aggregate": {"amount": {"sum": "2190", "min": "50", "max": "59.5"}},
    }


@pytest.mark.parametrize("name", ["recomputeBaseAmounts", "changeBaseCurrency"])
async def test_olga_changes_nothing_of_ours(people: Cast, work: Work, name: str) -> None:
    await make_amounts(people)
    await set_rate(people.olga, "EUR", "7")
    begun = await (recompute(people.olga) if name.startswith("r") else begin(people.olga, "EUR"))
    begun.payload()
    await work()

    assert (await workspace(people.anna))["currency"] == "USD"
    assert (await workspace(people.anna))["currencyWork"] is None
    assert await worth(people.anna, "19", "21") == ["A"]
