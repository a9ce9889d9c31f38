"""Accounts as companies, products, and opportunities as deals: in bulk, by their external ids.

An upsert makes what is missing, changes what differs and leaves the rest alone. That is what makes
the load restartable: it needs to remember nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sales.api import BULK, Api, batches
from sales.files import Account, Opportunity, Product
from sales.meanings import INDUSTRIES, employees_item

SYSTEM: Final = "sales-opportunities"
Ids = Mapping[str, str]


def load_companies(
    api: Api,
    accounts: Sequence[Sequence[Account]],
    currency: str,
    industries: Ids,
    employees: Ids,
    advance: Callable[[int], object],
) -> dict[str, str]:
    """Upsert the companies, owners before what they own; give their ids by name.

    The accounts come by generation, as the files are read.
    """
    ids: dict[str, str] = {}

    def company(account: Account) -> dict[str, Any]:
        return {
            "externalId": {"system": SYSTEM, "value": account.name},
            "title": account.name,
            "industryId": industries[INDUSTRIES[account.sector].code],
            "employeesId": employees[employees_item(account.employees).code],
            "revenue": {"amount": f"{account.revenue:f}", "currency": currency},
            "parentId": ids[account.parent] if account.parent is not None else None,
            "comments": f"Founded in {account.founded}. Office in {account.country}.",
        }

    for generation in accounts:
        for some in batches(generation, BULK):
            given = [(company(account), account.where) for account in some]
            results = api.change_many(
                "upsertCompanies", "UpsertCompanyInput", given, "company { id }"
            )
            for account, result in zip(some, results, strict=True):
                ids[account.name] = result["company"]["id"]
            advance(len(some))
    return ids


def load_products(
    api: Api, products: Sequence[Product], currency: str, advance: Callable[[int], object]
) -> dict[str, str]:
    """Upsert the products, each in the section of its series; give their ids by name."""
    sections = _load_sections(api, products)

    def product(one: Product) -> dict[str, Any]:
        return {
            "externalId": {"system": SYSTEM, "value": one.name},
            "name": one.name,
            "sectionId": sections[one.series],
            "prices": [{"price": {"amount": f"{one.price:f}", "currency": currency}}],
        }

    ids: dict[str, str] = {}
    for some in batches(products, BULK):
        given = [(product(one), one.where) for one in some]
        results = api.change_many("upsertProducts", "UpsertProductInput", given, "product { id }")
        for one, result in zip(some, results, strict=True):
            ids[one.name] = result["product"]["id"]
        advance(len(some))
    return ids


def _load_sections(api: Api, products: Sequence[Product]) -> dict[str, str]:
    """Make the sections that the catalogue lacks; give the ids of its top sections by name."""
    found = api.ask("{ productSections { id name parent { id } } }")["productSections"]
    ids = {row["name"]: row["id"] for row in found if row["parent"] is None}
    for one in products:
        if one.series not in ids:
            made = api.change(
                "createProductSection", {"name": one.series}, "productSection { id }", one.where
            )
            ids[one.series] = made["productSection"]["id"]
    return ids


@dataclass(frozen=True, slots=True)
class Known:
    """What deals point to, by the names that the files have."""

    pipeline: str
    stages: Ids
    people: Ids
    companies: Ids
    products: Ids
    prices: Mapping[str, Decimal]
    """The list prices."""


def load_deals(
    api: Api,
    opportunities: Sequence[Opportunity],
    currency: str,
    known: Known,
    advance: Callable[[int], object],
) -> None:
    """Bring the deals in, with what is sold in them and when they came to which stage.

    The amount of a closed deal is what its row costs: the value it was closed at. An open deal has
    a row at the list price, and no amount, as the files tell of none. Deals that are there already
    are changed where the files say something else.
    """

    def deal(opportunity: Opportunity) -> dict[str, Any]:
        account, product = opportunity.account, opportunity.product
        price = known.prices[product] if opportunity.value is None else opportunity.value
        return {
            "externalId": {"system": SYSTEM, "value": opportunity.key},
            "title": product + (f" for {account}" if account is not None else ""),
            "pipelineId": known.pipeline,
            "stageId": known.stages[opportunity.stage],
            "currency": currency,
            **(
                {"amount": None, "isAmountManual": True}
                if opportunity.value is None
                else {"isAmountManual": False}
            ),
            "productRows": [{"productId": known.products[product], "price": f"{price:f}"}],
            "companyId": known.companies[account] if account is not None else None,
            "beginDate": opportunity.engaged and opportunity.engaged.isoformat(),
            "closeDate": opportunity.closed and opportunity.closed.isoformat(),
            "responsibleId": known.people[opportunity.agent],
            **_history(opportunity, known),
        }

    for some in batches(opportunities, BULK):
        given = [(deal(opportunity), opportunity.where) for opportunity in some]
        api.change_many("importDeals", "ImportDealInput", given)
        advance(len(some))


def _history(opportunity: Opportunity, known: Known) -> dict[str, Any]:
    """Say when a deal came to its stages; the files tell only of Engaging and of the end."""
    steps = [("Engaging", opportunity.engaged), (opportunity.stage, opportunity.closed)]
    by = known.people[opportunity.agent]
    history = [
        {"stageId": known.stages[stage], "at": f"{day.isoformat()}T00:00:00Z", "byId": by}
        for stage, day in steps
        if day is not None
    ]
    return {"createdById": by, "stageHistory": history} if history else {}
