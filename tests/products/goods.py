"""Products and deals with rows, as the tests make and read them."""

from typing import Any, Final

from tests.client import Answer, Client

ROW: Final = """id product { id } name price quantity unit { name } discountType discountRate
  discountAmount taxRate isTaxIncluded priceExclusive priceNetto priceBrutto total tax"""
SALE: Final = f"""id version amount {{ amount currency }} currency isAmountManual
  productRows {{ {ROW} }}"""
DEAL: Final = f"deal {{ {SALE} tax {{ amount currency }} }}"
LEAD: Final = f"lead {{ {SALE} }}"


async def make_product(person: Client, name: str = "Pump", **given: Any) -> str:
    """Make a product and give its id."""
    made = await person.mutate("createProduct", {"name": name, **given}, "product { id }")
    found: str = made.payload()["product"]["id"]
    return found


def price(amount: str, currency: str = "USD") -> dict[str, Any]:
    """Give a price as an input has it."""
    return {"price": {"amount": amount, "currency": currency}}


def line(**given: Any) -> dict[str, Any]:
    """Give a row of free text."""
    return {"name": "Assembly", "price": "100", **given}


async def sell(person: Client, *rows: dict[str, Any], **given: Any) -> Any:
    """Make a deal with rows and give it as it is read."""
    answer = await try_sell(person, *rows, **given)
    return answer.payload()["deal"]


async def try_sell(person: Client, *rows: dict[str, Any], **given: Any) -> Answer:
    """Try to make a deal with rows."""
    return await person.mutate(
        "createDeal", {"title": "Pumps", "productRows": list(rows), **given}, DEAL
    )


async def change(person: Client, deal: str, **given: Any) -> Answer:
    """Change a deal."""
    return await person.mutate("updateDeal", {"id": deal, **given}, DEAL)


async def read_deal(person: Client, deal: str) -> Any:
    """Read a deal."""
    read = DEAL.removeprefix("deal ")
    return (await person.data(f"query ($id: ID!) {{ deal(id: $id) {read} }}", id=deal))["deal"]


async def set_rate(root: Client, currency: str, rate: str) -> None:
    """Say what one unit of a currency is worth in the base currency."""
    given = {"currency": currency, "rate": rate}
    (await root.mutate("setExchangeRate", given, "exchangeRate { rate }")).payload()
