"""Product rows of deals, and the amounts that follow from them."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from domain.ids import decode_id
from tests.access.roles import grant, make_role
from tests.access.staff import Join
from tests.client import Client
from tests.conftest import Server, Stored
from tests.people import Cast
from tests.process.conftest import Told
from tests.products.goods import (
    change,
    line,
    make_product,
    price,
    read_deal,
    sell,
    set_rate,
    try_sell,
)

USD = {"currency": "USD"}


async def tax_of(root: Client, rate: str) -> str:
    """Make a tax rate and give its id."""
    made = await root.mutate(
        "createTaxRate", {"name": f"VAT {rate}", "rate": rate}, "taxRate { id }"
    )
    return str(made.payload()["taxRate"]["id"])


async def test_a_deal_costs_what_its_rows_cost(people: Cast) -> None:
    vat = await tax_of(people.root, "20")
    pump = await make_product(people.root, prices=[price("120.5")], taxRateId=vat)

    deal = await sell(
        people.anna,
        {"productId": pump, "quantity": "2"},
        line(quantity="1.5", discountType="PERCENT", discountRate="20"),
    )

    first, second = deal["productRows"]
    assert first == {
        "id": first["id"],
        "product": {"id": pump},
        "name": "Pump",
        "price": "120.5",
        "quantity": "2",
        "unit": {"name": "pcs"},
        "discountType": None,
        "discountRate": None,
        "discountAmount": None,
        "taxRate": "20",
        "isTaxIncluded": True,
        "priceExclusive": "100.4167",
        "priceNetto": "100.4167",
        "priceBrutto": "120.5",
        "total": "241",
        "tax": "40.17",
    }
    assert second == {
        "id": second["id"],
        "product": None,
        "name": "Assembly",
        "price": "100",
        "quantity": "1.5",
        "unit": {"name": "pcs"},
        "discountType": "PERCENT",
        "discountRate": "20",
        "discountAmount": "25",
        "taxRate": None,
        "isTaxIncluded": True,
        "priceExclusive": "100",
        "priceNetto": "125",
        "priceBrutto": "125",
        "total": "150",
        "tax": "0",
    }
    assert (deal["amount"], deal["tax"]) == ({"amount": "391", **USD}, {"amount": "40.17", **USD})
    assert deal["isAmountManual"] is False
    assert await read_deal(people.reader, deal["id"]) == deal


async def test_who_only_reads_and_who_is_of_elsewhere_sell_nothing(
    people: Cast, stored: Stored
) -> None:
    pump = await make_product(people.root, prices=[price("1")])
    deal = await sell(people.anna, line())
    before = await stored()

    by_reader = await try_sell(people.reader, line())
    by_olga = await try_sell(people.olga, {"productId": pump})
    to_olga = await change(people.olga, deal["id"], productRows=[])

    assert by_reader.codes == ["FORBIDDEN"]
    assert by_olga.refusals() == [("NOT_FOUND", "input.productRows.0.productId")]
    assert to_olga.refusals() == [("NOT_FOUND", "input.id")]
    assert await stored() == before


async def test_the_amount_follows_in_the_same_write_with_one_event(
    people: Cast, told: Told
) -> None:
    deal = await sell(people.anna, line(quantity="2"))
    kept = deal["productRows"][0]["id"]

    changed = (
        await change(
            people.boris, deal["id"], productRows=[line(name="Oil"), {"id": kept, "quantity": "3"}]
        )
    ).payload()["deal"]

    assert [(row["name"], row["quantity"], row["total"]) for row in changed["productRows"]] == [
        ("Oil", "1", "100"), ("Assembly", "3", "300"),
    ]  # fmt: skip
    assert changed["productRows"][1]["id"] == kept
    assert (changed["amount"]["amount"], changed["version"]) == ("400", 2)
    (kind, changes) = (await told(deal["id"]))[-1]
    assert (kind, sorted(changes)) == ("UPDATED", ["amount", "productRows"])
    assert changes["amount"] == {
        "from": {"amount": "200", **USD}, "to": {"amount": "400", **USD},
    }  # fmt: skip
    assert len(await told(deal["id"])) == 2
    again = (await change(people.boris, deal["id"], productRows=[
        {"id": row["id"]} for row in changed["productRows"]
    ])).payload()["deal"]  # fmt: skip
    assert again == changed
    assert len(await told(deal["id"])) == 2


async def test_single_rows_are_added_changed_and_removed(people: Cast) -> None:
    deal = await sell(people.anna, line(), line(name="Oil", price="5"))
    assembly, oil = (row["id"] for row in deal["productRows"])

    added = (
        await change(
            people.anna,
            deal["id"],
            addProductRows=[{"id": oil, "quantity": "4"}, line(name="Hose", price="7")],
            removeProductRowIds=[assembly],
        )
    ).payload()["deal"]

    assert [(row["id"] == oil, row["name"], row["total"]) for row in added["productRows"]] == [
        (True, "Oil", "20"), (False, "Hose", "7"),
    ]  # fmt: skip
    assert added["amount"]["amount"] == "27"
    refused = await change(people.anna, deal["id"], removeProductRowIds=[assembly])
    assert refused.refusals() == [("NOT_FOUND", "input.removeProductRowIds")]
    twice = await change(people.anna, deal["id"], addProductRows=[line()], productRows=[])
    assert twice.refusals() == [("INVALID", "input.addProductRows")]


async def test_an_amount_is_never_overwritten_without_a_word(people: Cast, stored: Stored) -> None:
    deal = await sell(people.anna, line())
    before = await stored()

    given = await change(people.anna, deal["id"], amount={"amount": "90"})
    tax = await change(people.anna, deal["id"], tax={"amount": "9"})
    cleared = await change(people.anna, deal["id"], amount=None)
    made = await try_sell(people.anna, line(), amount={"amount": "90"})

    for answer, place in ((given, "amount"), (tax, "tax"), (cleared, "amount"), (made, "amount")):
        assert answer.refusals() == [("INVALID", f"input.{place}")]
    assert await stored() == before
    by_hand = await change(people.anna, deal["id"], amount={"amount": "90"}, isAmountManual=True)
    assert by_hand.payload()["deal"]["amount"] == {"amount": "90", **USD}
    more = await change(people.anna, deal["id"], addProductRows=[line()])
    assert more.payload()["deal"]["amount"] == {"amount": "90", **USD}
    follows = await change(people.anna, deal["id"], isAmountManual=False)
    assert follows.payload()["deal"]["amount"] == {"amount": "200", **USD}


async def test_a_deal_without_rows_keeps_its_amount(people: Cast) -> None:
    made = await people.anna.mutate(
        "createDeal", {"amount": {"amount": "50"}}, "deal { id isAmountManual amount { amount } }"
    )
    deal = made.payload()["deal"]
    assert (deal["isAmountManual"], deal["amount"]) == (True, {"amount": "50"})

    with_rows = (await change(people.anna, deal["id"], productRows=[line()])).payload()["deal"]
    assert (with_rows["isAmountManual"], with_rows["amount"]["amount"]) == (True, "50")
    follows = (await change(people.anna, deal["id"], isAmountManual=False)).payload()["deal"]
    assert follows["amount"]["amount"] == "100"
    without = (await change(people.anna, deal["id"], productRows=[])).payload()["deal"]
    assert (without["amount"]["amount"], without["isAmountManual"]) == ("0", False)
    again = (await change(people.anna, deal["id"], amount={"amount": "7"})).payload()["deal"]
    assert again["amount"]["amount"] == "7"


async def test_rows_follow_the_currency_at_the_rate_of_the_day(
    people: Cast, stored: Stored
) -> None:
    deal = await sell(
        people.anna, line(price="10", discountType="AMOUNT", discountAmount="2"), currency="USD"
    )
    before = await stored()
    refused = await change(people.anna, deal["id"], currency="EUR")
    assert refused.refusals() == [("INVALID", "input.currency")]
    assert await stored() == before
    await set_rate(people.root, "EUR", "1.25")

    changed = (await change(people.anna, deal["id"], currency="EUR")).payload()["deal"]

    (row,) = changed["productRows"]
    assert (row["price"], row["discountAmount"], row["total"]) == ("8", "1.6", "8")
    assert changed["amount"] == {"amount": "8", "currency": "EUR"}
    found = await people.anna.data(
        "query ($where: DealFilter) { deals(where: $where) { nodes { id } } }",
        where={"amount": {"eq": "10"}},
    )
    assert [item["id"] for item in found["deals"]["nodes"]] == [deal["id"]]
    pump = await make_product(people.root, prices=[price("3", "EUR"), price("5")])
    more = await change(people.anna, deal["id"], addProductRows=[{"productId": pump}])
    assert [row["price"] for row in more.payload()["deal"]["productRows"]] == ["8", "3"]


async def test_an_amount_by_hand_moves_with_the_currency(people: Cast) -> None:
    await set_rate(people.root, "EUR", "2")
    deal = await sell(people.anna, line(), amount={"amount": "90"}, isAmountManual=True)

    changed = (await change(people.anna, deal["id"], currency="EUR")).payload()["deal"]
    given = await change(people.anna, deal["id"], amount={"amount": "1", "currency": "USD"})

    assert changed["amount"] == {"amount": "45", "currency": "EUR"}
    assert changed["productRows"][0]["price"] == "50"
    back = given.payload()["deal"]
    assert (back["amount"], back["productRows"][0]["price"]) == ({"amount": "1", **USD}, "100")
    both = await change(
        people.anna, deal["id"], amount={"amount": "1", "currency": "USD"}, currency="EUR"
    )
    assert both.refusals() == [("INVALID", "input.currency")]


async def test_what_a_product_says_is_the_default_and_what_is_given_wins(people: Cast) -> None:
    vat = await tax_of(people.root, "10")
    units = (await people.anna.data("{ measureUnits { id name isDefault } }"))["measureUnits"]
    kilo = next(unit["id"] for unit in units if unit["name"] == "kg")
    salt = await make_product(
        people.root, "Salt", unitId=kilo, taxRateId=vat, isTaxIncluded=False, prices=[price("50")]
    )

    deal = await sell(
        people.anna,
        {"productId": salt},
        {"productId": salt, "discountType": "PERCENT", "discountRate": "10"},
        {"productId": salt, "discountType": "PERCENT", "discountRate": "100"},
        {"productId": salt, "name": "Sea salt", "price": "60", "taxRate": None,
         "isTaxIncluded": True, "unitId": None},
    )  # fmt: skip

    assert [
        (row["name"], row["price"], row["taxRate"], row["isTaxIncluded"], row["unit"], row["total"],
         row["tax"], row["discountAmount"])
        for row in deal["productRows"]
    ] == [
        ("Salt", "50", "10", False, {"name": "kg"}, "55", "5", None),
        ("Salt", "45", "10", False, {"name": "kg"}, "49.5", "4.5", "5"),
        ("Salt", "0", "10", False, {"name": "kg"}, "0", "0", "50"),
        ("Sea salt", "60", None, True, None, "60", "0", None),
    ]  # fmt: skip


PERCENT = {"discountType": "PERCENT"}
BAD_ROWS: list[tuple[dict[str, Any], str, str]] = [
    ({"price": "1"}, "REQUIRED", "name"),
    ({"name": "  ", "price": "1"}, "REQUIRED", "name"),
    ({"name": "Assembly"}, "REQUIRED", "price"),
    (line(price="-1"), "INVALID", "price"),
    (line(quantity="-1"), "INVALID", "quantity"),
    (line(**PERCENT), "INVALID", "discountRate"),
    (line(**PERCENT, discountRate="100.0001"), "INVALID", "discountRate"),
    (line(**PERCENT, discountRate="-1"), "INVALID", "discountRate"),
    (line(**PERCENT, discountRate="100", price="0"), "INVALID", "discountAmount"),
    (line(discountType="AMOUNT"), "INVALID", "discountAmount"),
    (line(discountType="AMOUNT", discountAmount="-1"), "INVALID", "discountAmount"),
    (line(discountRate="5"), "INVALID", "discountRate"),
    (line(discountAmount="5"), "INVALID", "discountAmount"),
    (line(taxRate="101"), "INVALID", "taxRate"),
    (line(taxRate="-1"), "INVALID", "taxRate"),
    (line(name="x" * 257), "LIMIT", "name"),
    (line(id="product_row_00000000000000000000000001"), "NOT_FOUND", "id"),
    (line(id="deal_00000000000000000000000001"), "INVALID", "id"),
    (line(productId="product_00000000000000000000000001"), "NOT_FOUND", "productId"),
    (line(productId="nothing"), "INVALID", "productId"),
    (line(unitId="measure_unit_00000000000000000000000001"), "NOT_FOUND", "unitId"),
]


@pytest.mark.parametrize(("row", "code", "place"), BAD_ROWS)
async def test_a_row_that_makes_no_sense_is_refused_at_its_place(
    people: Cast, stored: Stored, row: dict[str, Any], code: str, place: str
) -> None:
    before = await stored()

    answer = await try_sell(people.anna, line(), row)

    assert answer.refusals() == [(code, f"input.productRows.1.{place}")]
    assert await stored() == before


async def test_sums_that_do_not_fit_and_too_many_rows_are_refused(people: Cast) -> None:
    large = line(price="99999999999999", quantity="2")
    assert (await try_sell(people.anna, large)).refusals() == [("INVALID", "input.productRows")]
    deal = await sell(people.anna, *[line(price="1")] * 500)
    assert (len(deal["productRows"]), deal["amount"]["amount"]) == (500, "500")
    more = await change(people.anna, deal["id"], addProductRows=[line()])
    assert more.refusals() == [("LIMIT", "input.addProductRows")]


async def test_a_product_without_a_price_in_the_currency_and_an_inactive_one_are_refused(
    people: Cast,
) -> None:
    pump = await make_product(people.root, prices=[price("5", "EUR")])
    deal = await sell(people.anna, {"productId": pump, "price": "6"})
    (await people.root.mutate("updateProduct", {"id": pump, "isActive": False}, "product { id }"))

    no_price = await try_sell(people.anna, {"productId": pump})
    again = await change(
        people.anna, deal["id"], addProductRows=[{"productId": pump, "price": "1"}]
    )
    kept = {"id": deal["productRows"][0]["id"], "productId": pump, "quantity": "2"}
    changed = await change(people.anna, deal["id"], productRows=[kept])

    assert no_price.refusals() == [("INVALID", "input.productRows.0.productId"),
                                   ("REQUIRED", "input.productRows.0.price")][:1]  # fmt: skip
    assert again.refusals() == [("INVALID", "input.addProductRows.0.productId")]
    assert changed.payload()["deal"]["amount"]["amount"] == "12"
    active = await make_product(people.root, "Hose", prices=[price("5", "EUR")])
    without = await try_sell(people.anna, {"productId": active})
    assert without.refusals() == [("REQUIRED", "input.productRows.0.price")]


async def test_two_who_write_the_rows_of_one_deal_at_once_lose_nothing(people: Cast) -> None:
    deal = await sell(people.anna, line())

    answers = await asyncio.gather(
        *(
            change(person, deal["id"], addProductRows=[line(name=f"Hose {number}", price="1")])
            for number in range(5)
            for person in (people.anna, people.boris)
        )
    )

    for answer in answers:
        answer.payload()
    found = await read_deal(people.anna, deal["id"])
    assert len(found["productRows"]) == 11
    assert (found["amount"]["amount"], found["version"]) == ("110", 11)


async def test_a_writer_without_the_right_to_the_amount_changes_it_by_rows_only(
    people: Cast, join: Join, stored: Stored
) -> None:
    role = await make_role(people,
        "Puts rows in",
        grants=[grant("DEAL", action, "ALL") for action in ("READ", "UPDATE")],
        fields=[{"entity": "DEAL", "field": name, "access": "READ"}
                for name in ("amount", "isAmountManual", "tax")],
    )  # fmt: skip
    vera = await join("vera", role)
    deal = await sell(people.anna, line())

    changed = await change(vera, deal["id"], addProductRows=[line()])
    assert changed.payload()["deal"]["amount"]["amount"] == "200"
    before = await stored()
    by_hand = await change(vera, deal["id"], amount={"amount": "1"}, isAmountManual=True)
    assert by_hand.codes == ["FORBIDDEN"]
    assert await stored() == before


async def test_rows_that_may_not_be_read_or_written_are_neither(
    people: Cast, join: Join, stored: Stored
) -> None:
    grants = [grant("DEAL", action, "ALL") for action in ("READ", "UPDATE")]
    hidden = await make_role(people, "Sees no rows", grants=grants,
        fields=[{"entity": "DEAL", "field": "productRows", "access": "HIDDEN"}],
    )  # fmt: skip
    vera = await join("vera", hidden)
    deal = await sell(people.anna, line())
    row = deal["productRows"][0]["id"]
    before = await stored()

    read = await vera.run("query ($id: ID!) { deal(id: $id) { productRows { name } } }",
                          {"id": deal["id"]})  # fmt: skip
    node = await vera.data("query ($id: ID!) { node(id: $id) { id } }", id=row)
    filtered = await vera.run("{ deals(where: {productRows: {some: {}}}) { totalCount } }")
    written = await vera.mutate("updateDeal", {"id": deal["id"], "productRows": []}, "deal { id }")

    assert (read.body["data"]["deal"]["productRows"], read.codes) == (None, ["FORBIDDEN"])
    assert node == {"node": None}
    assert (filtered.codes, written.codes) == (["FORBIDDEN"], ["FORBIDDEN"])
    assert await stored() == before
    document = "query ($id: ID!) { node(id: $id) { ... on ProductRow { name } } }"
    seen = await people.anna.data(document, id=row)
    assert seen == {"node": {"name": "Assembly"}}


async def test_deals_are_found_by_what_is_sold(people: Cast) -> None:
    section = await people.root.mutate(
        "createProductSection", {"name": "Pumps"}, "productSection { id }"
    )
    pumps = section.payload()["productSection"]["id"]
    pump = await make_product(people.root, sectionId=pumps, prices=[price("1")])
    hose = await make_product(people.root, "Hose", prices=[price("1")])
    first = (await sell(people.anna, {"productId": pump}))["id"]
    second = (await sell(people.anna, {"productId": pump}, {"productId": hose}))["id"]
    third = (await sell(people.anna, line()))["id"]

    for where, found in (
        ({"some": {"productId": {"eq": pump}}}, [first, second]),
        ({"some": {"product": {"name": {"eq": "Hose"}}}}, [second]),
        ({"none": {"productId": {"isNull": False}}}, [third]),
        ({"every": {"product": {"section": {"inTree": [pumps]}}}}, [first]),
    ):
        answer = await people.anna.data(
            "query ($where: DealFilter) { deals(where: $where, orderBy: [{createdAt: ASC}]) "
            "{ nodes { id } } }",
            where={"productRows": where},
        )
        assert [node["id"] for node in answer["deals"]["nodes"]] == found, where


async def test_the_timeline_tells_of_rows_and_hides_products_out_of_reach(
    people: Cast, join: Join
) -> None:
    role = await make_role(people, "Sees deals", grants=[grant("DEAL", "READ", "ALL")])
    vera = await join("vera", role)
    pump = await make_product(people.root, prices=[price("5")])
    deal = await sell(people.anna, {"productId": pump, "quantity": "2"})
    document = """query ($id: ID!) { deal(id: $id) { timeline { nodes { ... on ChangeEntry {
      changes { field to toDisplay } } } } } }"""

    seen = {}
    for name, person in (("anna", people.anna), ("vera", vera)):
        found = (await person.data(document, id=deal["id"]))["deal"]["timeline"]["nodes"][0]
        seen[name] = next(item for item in found["changes"] if item["field"] == "productRows")

    (row,) = seen["anna"]["to"]
    assert (row["product"], row["price"]) == (pump, "5")
    assert seen["anna"]["toDisplay"] == "Pump × 2 = 10"
    assert "product" not in seen["vera"]["to"][0]
    rows = "productRows { name product { id } }"
    read = await vera.data(f"query ($id: ID!) {{ deal(id: $id) {{ {rows} }} }}", id=deal["id"])
    assert read["deal"]["productRows"] == [{"name": "Pump", "product": None}]


async def test_rows_go_with_their_deal_for_good_only(people: Cast, server: Server) -> None:
    deal = (await sell(people.anna, line()))["id"]
    (await people.root.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()
    (await people.root.mutate("restoreDeal", deal, "deal { id }", "id")).payload()
    assert len((await read_deal(people.anna, deal))["productRows"]) == 1

    (await people.root.mutate("purgeDeal", deal, "deal { id }", "id")).payload()

    async with server.database.engine.connect() as connection:
        left = await connection.execute(
            text("SELECT count(*) FROM product_rows WHERE record_id = :deal"),
            {"deal": decode_id(deal)[1]},
        )
        assert left.scalar_one() == 0


async def test_a_role_may_be_about_deals_with_a_product(people: Cast, join: Join) -> None:
    pump = await make_product(people.root, prices=[price("1")])
    where = {"productRows": {"some": {"productId": {"eq": pump}}}}
    role = await make_role(people, "Sells pumps", [grant("DEAL", "READ", "ALL", where=where)])
    vera = await join("vera", role)
    sold = (await sell(people.anna, {"productId": pump}))["id"]
    await sell(people.anna, line())

    found = await vera.data("{ deals { totalCount nodes { id } } }")

    assert found["deals"] == {"totalCount": 1, "nodes": [{"id": sold}]}
