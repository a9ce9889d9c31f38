"""Product rows and amounts when deals and leads are merged."""

from typing import Any

import pytest

from tests.client import Client
from tests.merging.conftest import choose, make, merge, read, unmerge
from tests.people import Cast
from tests.products.goods import line, sell, set_rate

SALE = """amount { amount currency } currency isAmountManual tax { amount }
  productRows { name total }"""


async def sale(person: Client, deal: str) -> Any:
    """Read what a deal sells, in short."""
    found = await read(person, "deal", deal, SALE)
    return (
        found["amount"] and (found["amount"]["amount"], found["amount"]["currency"]),
        found["isAmountManual"],
        [(row["name"], row["total"]) for row in found["productRows"]],
    )


async def money(amount: str, currency: str = "USD") -> dict[str, str]:
    """Give an amount as inputs have it."""
    return {"amount": amount, "currency": currency}


async def test_rows_are_put_together_and_the_amount_follows(people: Cast) -> None:
    anna = people.anna
    one = (await sell(anna, line(name="Pump", price="100")))["id"]
    two = (await sell(anna, line(name="Hose", price="20", taxRate="20")))["id"]
    before = [await sale(anna, key) for key in (one, two)]
    done = (await merge(anna, one, two)).payload()
    assert await sale(anna, one) == (("120", "USD"), False, [("Pump", "100"), ("Hose", "20")])
    (await unmerge(anna, done["merge"]["id"])).payload()
    assert [await sale(anna, key) for key in (one, two)] == before


async def test_rows_come_to_a_deal_that_has_none(people: Cast) -> None:
    anna = people.anna
    one = await make(anna, "deal", title="Pumps")
    two = (await sell(anna, line(name="Hose", price="20")))["id"]
    before = await sale(anna, one)
    done = (await merge(anna, one, two)).payload()
    assert await sale(anna, one) == (("20", "USD"), False, [("Hose", "20")])
    (await unmerge(anna, done["merge"]["id"])).payload()
    assert await sale(anna, one) == before == (None, True, [])


async def test_an_amount_that_is_set_by_hand_stays_with_the_rows(people: Cast) -> None:
    anna = people.anna
    one = await make(anna, "deal", title="Pumps", amount=await money("75"))
    two = (await sell(anna, line(name="Hose", price="20")))["id"]
    (await merge(anna, one, two)).payload()
    assert await sale(anna, one) == (("75", "USD"), True, [("Hose", "20")])


async def test_of_two_amounts_one_is_chosen(people: Cast) -> None:
    anna = people.anna
    one = await make(anna, "deal", title="Pumps", amount=await money("75"))
    two = await make(anna, "deal", title="Pumps", amount=await money("80", "EUR"))
    refused = await merge(anna, one, two)
    (conflict,) = refused.data["mergeRecords"]["conflicts"]
    assert conflict["field"] == "amount"
    assert [item["display"] for item in conflict["values"]] == ["75 USD", "80 EUR"]
    done = (await merge(anna, one, two, choices=choose(amount=two))).payload()
    assert (await sale(anna, one))[0] == ("80", "EUR")
    (await unmerge(anna, done["merge"]["id"])).payload()
    assert (await sale(anna, one))[0] == ("75", "USD")


async def test_rows_in_different_currencies_are_chosen(people: Cast) -> None:
    anna = people.anna
    await set_rate(people.root, "EUR", "1.1")
    one = (await sell(anna, line(name="Pump", price="100")))["id"]
    two = (await sell(anna, line(name="Hose", price="20"), currency="EUR"))["id"]
    refused = await merge(anna, one, two)
    (conflict,) = refused.data["mergeRecords"]["conflicts"]
    assert conflict["field"] == "productRows"
    before = await sale(anna, one)
    done = (await merge(anna, one, two, choices=choose(productRows=two))).payload()
    assert await sale(anna, one) == (("20", "EUR"), False, [("Hose", "20")])
    assert done["record"]["id"] == one
    two_again = (await sell(anna, line(name="Pump", price="100")))["id"]
    (await merge(anna, two_again, one, choices=choose(productRows=two_again))).payload()
    assert await sale(anna, two_again) == before


@pytest.mark.parametrize("entity", ["lead", "deal"])
async def test_the_survivor_stays_where_it_stands(people: Cast, entity: str) -> None:
    anna = people.anna
    stages = (await anna.data(
        f"{{ pipelines(entity: {entity.upper()}) {{ stages {{ id }} }} }}"
    ))["pipelines"][0]["stages"]  # fmt: skip
    one = await make(anna, entity, title="Pumps", stageId=stages[1]["id"])
    two = await make(anna, entity, title="pumps.", stageId=stages[2]["id"])
    (await merge(anna, one, two)).payload()
    found = await read(anna, entity, one, "title stage { id }")
    assert found == {"title": "Pumps", "stage": {"id": stages[1]["id"]}}


async def test_a_lead_that_was_converted_survives(people: Cast) -> None:
    anna = people.anna
    one, two = await make(anna, "lead", title="Fair"), await make(anna, "lead", title="Fair")
    into = {"id": two, "deal": {"create": True}}
    deal = (await anna.mutate("convertLead", into, "deal { id }")).payload()["deal"]["id"]
    assert (await merge(anna, one, two)).refusals() == [("CONFLICT", "input.sourceIds.0")]
    (await merge(anna, two, one)).payload()
    assert await read(anna, "deal", deal, "lead { id }") == {"lead": {"id": two}}
