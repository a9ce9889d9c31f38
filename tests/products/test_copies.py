"""Rows go along where deals are made of leads, and where tunnels copy deals."""

from typing import Any

from tests.access.roles import grant, make_role
from tests.access.staff import Join
from tests.conftest import Stored
from tests.people import Cast
from tests.process.leads import convert, make_lead, preview
from tests.products.goods import (
    DEAL,
    LEAD,
    change,
    line,
    make_product,
    price,
    read_deal,
    sell,
    set_rate,
)

DEAL_ONLY: dict[str, Any] = {"deal": {"create": True}}


async def lead_with(people: Cast, *rows: dict[str, Any], **given: Any) -> str:
    """Make a lead with rows."""
    return await make_lead(people.anna, productRows=list(rows), **given)


def shown(deal: Any) -> list[tuple[str, str, str]]:
    """Give what is told of the rows of a deal."""
    return [(row["name"], row["quantity"], row["total"]) for row in deal["productRows"]]


async def test_a_lead_has_rows_and_its_amount_follows(people: Cast) -> None:
    lead = await lead_with(people, line(quantity="2"))

    found = await people.anna.mutate("updateLead", {"id": lead, "addProductRows": [line()]}, LEAD)
    by_hand = await people.anna.mutate("updateLead", {"id": lead, "amount": {"amount": "1"}}, LEAD)

    assert found.payload()["lead"]["amount"] == {"amount": "300", "currency": "USD"}
    assert by_hand.refusals() == [("INVALID", "input.amount")]


async def test_rows_go_into_the_deal_and_each_into_one_only(people: Cast) -> None:
    pump = await make_product(people.root, prices=[price("5")])
    lead = await lead_with(people, {"productId": pump, "quantity": "2"}, line())

    told = await preview(people.anna, lead, **DEAL_ONLY)
    first = (await convert(people.anna, lead, DEAL, **DEAL_ONLY)).payload()["deal"]
    (await people.anna.mutate("updateLead", {"id": lead, "addProductRows": [line(name="Oil")]},
                              "lead { id }")).payload()  # fmt: skip
    second = (await convert(people.anna, lead, DEAL, **DEAL_ONLY)).payload()["deal"]
    third = (await convert(people.anna, lead, DEAL, **DEAL_ONLY)).payload()["deal"]

    fields = [(item["field"], item["target"]) for item in told["kept"]]
    assert {("productRows", "productRows"), ("amount", "amount")} <= set(fields)
    assert shown(first) == [("Pump", "2", "10"), ("Assembly", "1", "100")]
    assert (first["amount"]["amount"], first["isAmountManual"]) == ("110", False)
    assert first["productRows"][0]["product"] == {"id": pump}
    assert (shown(second), second["amount"]["amount"]) == ([("Oil", "1", "100")], "100")
    assert (shown(third), third["amount"]) == ([], None)


async def test_the_currency_and_an_amount_by_hand_go_along(people: Cast) -> None:
    await set_rate(people.root, "EUR", "2")
    euros = await lead_with(people, line(), currency="EUR")
    by_hand = await lead_with(
        people, line(), amount={"amount": "70", "currency": "EUR"}, isAmountManual=True
    )

    first = (await convert(people.anna, euros, DEAL, **DEAL_ONLY)).payload()["deal"]
    second = (await convert(people.anna, by_hand, DEAL, **DEAL_ONLY)).payload()["deal"]

    assert (first["amount"], first["isAmountManual"]) == (
        {"amount": "100", "currency": "EUR"}, False,
    )  # fmt: skip
    assert (second["amount"], second["isAmountManual"]) == (
        {"amount": "70", "currency": "EUR"}, True,
    )  # fmt: skip
    assert shown(second) == [("Assembly", "1", "100")]


async def test_rows_that_may_not_be_written_stay_with_the_lead(
    people: Cast, join: Join, stored: Stored
) -> None:
    role = await make_role(
        people, "Converts", [grant(kind, action, "ALL") for kind in ("LEAD", "DEAL")
                             for action in ("READ", "CREATE", "UPDATE")],
        [{"entity": "DEAL", "field": "productRows", "access": "READ"}],
    )  # fmt: skip
    vera = await join("vera", role)
    lead = await lead_with(people, line())
    before = await stored()

    told = await preview(vera, lead, **DEAL_ONLY)
    assert await stored() == before
    deal = (await convert(vera, lead, DEAL, **DEAL_ONLY)).payload()["deal"]

    assert {"field": "productRows", "reason": "NOT_WRITABLE"} in told["lost"]
    assert (shown(deal), deal["amount"]["amount"]) == ([], "100")


async def test_a_tunnel_copies_rows(people: Cast) -> None:
    root = people.root
    made = await root.mutate(
        "createPipeline", {"name": "After sales"}, "pipeline { stages { id } }"
    )
    target = made.payload()["pipeline"]["stages"][0]["id"]
    usual = (await root.data("{ pipelines { isDefault stages { id code } } }"))["pipelines"]
    won = next(stage["id"] for item in usual if item["isDefault"]
               for stage in item["stages"] if stage["code"] == "WON")  # fmt: skip
    tunnel = {"stageId": won, "targetStageId": target, "action": "COPY"}
    (await root.mutate("createTunnel", tunnel, "tunnel { id }")).payload()
    deal = await sell(people.anna, line(quantity="3"))

    (await change(people.anna, deal["id"], stageId=won)).payload()

    found = await people.anna.data("{ deals(orderBy: [{createdAt: DESC}]) { nodes { id } } }")
    copies = [node["id"] for node in found["deals"]["nodes"] if node["id"] != deal["id"]]
    copy = await read_deal(people.anna, copies[0])
    assert (shown(copy), copy["amount"]["amount"], copy["isAmountManual"]) == (
        [("Assembly", "3", "300")], "300", False,
    )  # fmt: skip
    assert copy["productRows"][0]["id"] != deal["productRows"][0]["id"]
