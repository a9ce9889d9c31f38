"""The catalogue of products: products with prices, sections, units and tax rates."""

from typing import Any

from resolvers.defaults import TAX_RATES, UNITS
from tests.access.roles import grant, make_role
from tests.access.staff import Join
from tests.client import Client
from tests.conftest import Stored
from tests.people import Cast
from tests.process.conftest import Told
from tests.products.goods import line, make_product, price, read_deal, sell

PRODUCT = """product { id name code isActive isTaxIncluded description section { id name }
  unit { code } taxRate { rate } prices { id price { amount currency } } }"""


async def make(root: Client, thing: str, **given: Any) -> str:
    """Make a settings entry and give its id."""
    name = f"{thing[0].lower()}{thing[1:]}"
    made = await root.mutate(f"create{thing}", given, f"{name} {{ id }}")
    return str(made.payload()[name]["id"])


async def test_a_new_workspace_has_units_and_tax_rates(people: Cast) -> None:
    found = await people.anna.data(
        "{ measureUnits { code name isDefault } taxRates { name rate isDefault }"
        " productSections { id } }"
    )

    assert found["measureUnits"][:2] == [
        {"code": "C62", "name": "pcs", "isDefault": True},
        {"code": "KGM", "name": "kg", "isDefault": False},
    ]
    assert found["taxRates"] == [{"name": "No tax", "rate": "0", "isDefault": True}]
    assert found["productSections"] == []


def test_units_and_rates_are_those_of_the_language() -> None:
    assert [(unit.code_in("ru"), unit.ru) for unit in UNITS[:3]] == [
        ("796", "шт"), ("166", "кг"), ("163", "г"),
    ]  # fmt: skip
    assert TAX_RATES["ru"][:3] == (("Без НДС", 0), ("НДС 10 %", 10), ("НДС 20 %", 20))


async def test_a_product_has_one_price_for_each_currency(people: Cast, stored: Stored) -> None:
    section = await make(people.root, "ProductSection", name="Pumps")
    made = await people.boris.mutate(
        "createProduct",
        {"name": "Pump", "code": "P-1", "sectionId": section,
         "prices": [{"price": {"amount": "10"}}, price("9.5", "EUR")]},
        PRODUCT,
    )  # fmt: skip
    product = made.payload()["product"]

    usd, eur = product.pop("prices")
    assert product == {
        "id": product["id"], "name": "Pump", "code": "P-1", "isActive": True,
        "isTaxIncluded": True, "description": None, "section": {"id": section, "name": "Pumps"},
        "unit": {"code": "C62"}, "taxRate": {"rate": "0"},
    }  # fmt: skip
    assert (usd["price"], eur["price"]) == (
        {"amount": "10", "currency": "USD"}, {"amount": "9.5", "currency": "EUR"},
    )  # fmt: skip
    before = await stored()
    for given, refusal in (
        ({"prices": [price("1"), price("2")]}, ("DUPLICATE", "prices.1.price.currency")),
        ({"addPrices": [price("1", "EUR")]}, ("DUPLICATE", "addPrices.0.price.currency")),
        ({"prices": [price("-1")]}, ("INVALID", "prices.0.price.amount")),
        ({"prices": [price("1", "ABC")]}, ("INVALID", "prices.0.price.currency")),
        ({"removePriceIds": [section]}, ("INVALID", "removePriceIds.0")),
        ({"name": " "}, ("REQUIRED", "name")),
        ({"sectionId": product["id"]}, ("INVALID", "sectionId")),
    ):
        answer = await people.boris.mutate("updateProduct", {"id": product["id"], **given}, PRODUCT)
        assert answer.refusals() == [(refusal[0], f"input.{refusal[1]}")], given
    assert await stored() == before
    changed = await people.boris.mutate(
        "updateProduct",
        {"id": product["id"], "addPrices": [{"id": usd["id"], **price("11")}, price("900", "RUB")],
         "removePriceIds": [eur["id"]]},
        PRODUCT,
    )  # fmt: skip
    prices = changed.payload()["product"]["prices"]
    assert [(item["id"] == usd["id"], item["price"]["amount"]) for item in prices] == [
        (True, "11"), (False, "900"),
    ]  # fmt: skip
    replaced = await people.boris.mutate(
        "updateProduct", {"id": product["id"], "prices": [price("12")]}, PRODUCT
    )
    assert replaced.payload()["product"]["prices"] == [
        {"id": usd["id"], "price": {"amount": "12", "currency": "USD"}}
    ]


async def test_products_are_read_and_written_by_roles(
    people: Cast, join: Join, stored: Stored
) -> None:
    pump = await make_product(people.root, prices=[price("5")])
    nothing = await join("vera", await make_role(people, "None", [grant("DEAL", "READ", "ALL")]))
    looks = await make_role(
        people, "Looks", [grant("PRODUCT", "READ", "ALL"), grant("DEAL", "CREATE", "ALL"),
                          grant("DEAL", "READ", "ALL")],
        [{"entity": "PRODUCT", "field": "prices", "access": "HIDDEN"}],
    )  # fmt: skip
    mira = await join("mira", looks)
    document = "query ($id: ID!) { product(id: $id) { name } products { totalCount } }"
    before = await stored()

    assert await people.reader.data(document, id=pump) == {
        "product": {"name": "Pump"}, "products": {"totalCount": 1},
    }  # fmt: skip
    assert await people.olga.data(document, id=pump) == {
        "product": None, "products": {"totalCount": 0},
    }  # fmt: skip
    assert await nothing.data(document, id=pump) == {
        "product": None, "products": {"totalCount": 0},
    }  # fmt: skip
    hidden = await mira.run("query ($id: ID!) { product(id: $id) { prices { id } } }", {"id": pump})
    assert hidden.codes == ["FORBIDDEN"]
    priced = await mira.mutate("createDeal", {"productRows": [{"productId": pump}]}, "deal { id }")
    assert priced.refusals() == [("REQUIRED", "input.productRows.0.price")]
    for person in (mira, nothing):
        refused = await person.mutate("updateProduct", {"id": pump, "name": "X"}, "product { id }")
        assert refused.codes == ["FORBIDDEN"]
    assert await stored() == before


async def test_sections_form_a_tree_and_go_with_a_target_only(people: Cast, stored: Stored) -> None:
    root = people.root
    top = await make(root, "ProductSection", name="Pumps")
    below = await make(root, "ProductSection", name="Small ones", parentId=top)
    other = await make(root, "ProductSection", name="Hoses")
    pump = await make_product(root, sectionId=top)
    before = await stored()

    circle = await root.mutate("updateProductSection", {"id": top, "parentId": below}, "")
    used = await root.mutate("deleteProductSection", {"id": top}, "")
    inside = await root.mutate("deleteProductSection", {"id": top, "moveTo": below}, "")
    member = await people.anna.mutate("createProductSection", {"name": "Mine"}, "")

    assert circle.refusals() == [("INVALID", "input.parentId")]
    assert used.refusals() == [("IN_USE", "input.id")]
    assert inside.refusals() == [("INVALID", "input.moveTo")]
    assert member.codes == ["FORBIDDEN"]
    assert await stored() == before
    (await root.mutate("deleteProductSection", {"id": top, "moveTo": other}, "")).payload()
    found = await root.data(
        "query ($id: ID!) { product(id: $id) { section { name children { name } products "
        "{ totalCount } } } }",
        id=pump,
    )
    assert found["product"]["section"] == {
        "name": "Hoses", "children": [{"name": "Small ones"}], "products": {"totalCount": 1},
    }  # fmt: skip


async def test_units_and_tax_rates_in_use_go_with_a_replacement_only(
    people: Cast, stored: Stored, told: Told
) -> None:
    root = people.root
    box = await make(root, "MeasureUnit", code="BX", name="box")
    crate = await make(root, "MeasureUnit", code="CR", name="crate")
    rate = await make(root, "TaxRate", name="VAT", rate="20")
    lower = await make(root, "TaxRate", name="Lower VAT", rate="10.5")
    pump = await make_product(root, unitId=box, taxRateId=rate)
    deal = (await sell(people.anna, line(unitId=box)))["id"]
    before = await stored()

    for thing, key in (("MeasureUnit", box), ("TaxRate", rate)):
        refused = await root.mutate(f"delete{thing}", {"id": key}, "")
        assert refused.refusals() == [("IN_USE", "input.id")]
    for given, refusal in (
        ({"code": "BX", "name": "again"}, ("DUPLICATE", "input.code")),
        ({"name": "no code"}, ("REQUIRED", "input.code")),
    ):
        assert (await root.mutate("createMeasureUnit", given, "")).refusals() == [refusal]
    for value in ("-1", "100.0001"):
        refused = await root.mutate("createTaxRate", {"name": "Odd", "rate": value}, "")
        assert refused.refusals() == [("INVALID", "input.rate")]
    assert (await people.anna.mutate("deleteTaxRate", {"id": rate}, "")).codes == ["FORBIDDEN"]
    assert await stored() == before
    (await root.mutate("deleteMeasureUnit", {"id": box, "replaceWith": crate}, "")).payload()
    (await root.mutate("deleteTaxRate", {"id": rate, "replaceWith": lower}, "")).payload()
    found = await root.data(
        "query ($id: ID!) { product(id: $id) { unit { name } taxRate { rate } } }", id=pump
    )
    assert found["product"] == {"unit": {"name": "crate"}, "taxRate": {"rate": "10.5"}}
    sold = await read_deal(root, deal)
    assert (sold["productRows"][0]["unit"], sold["version"]) == ({"name": "crate"}, 2)
    assert [kind for kind, _ in await told(deal)] == ["CREATED", "UPDATED"]


async def test_one_unit_is_the_usual_one(people: Cast) -> None:
    box = await make(people.root, "MeasureUnit", code="BX", name="box", isDefault=True)

    units = (await people.anna.data("{ measureUnits { id isDefault } }"))["measureUnits"]
    deal = await sell(people.anna, line())

    assert [unit["id"] for unit in units if unit["isDefault"]] == [box]
    assert deal["productRows"][0]["unit"] == {"name": "box"}


async def test_a_row_keeps_the_name_of_a_product_that_is_gone(people: Cast) -> None:
    pump = await make_product(people.root, prices=[price("5")])
    deal = (await sell(people.anna, {"productId": pump}))["id"]
    (await people.root.mutate("deleteProduct", {"id": pump}, "product { id }")).payload()

    binned = (await read_deal(people.anna, deal))["productRows"][0]
    (await people.root.mutate("purgeProduct", pump, "product { id }", "id")).payload()
    purged = (await read_deal(people.anna, deal))["productRows"][0]

    assert (binned["name"], binned["product"]) == ("Pump", None)
    assert (purged["name"], purged["product"], purged["total"]) == ("Pump", None, "5")
