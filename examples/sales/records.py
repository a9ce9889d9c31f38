"""Accounts as companies and opportunities as deals: upserted in bulk by their external ids.

An upsert makes what is missing, changes what differs and leaves the rest alone. That is what makes
the load restartable: it needs to remember nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sales.api import BULK, Api, batches
from sales.files import Account, Opportunity
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


def load_deals(
    api: Api,
    opportunities: Sequence[Opportunity],
    currency: str,
    pipeline: tuple[str, Ids],
    people: Ids,
    companies: Ids,
    advance: Callable[[int], object],
) -> None:
    """Upsert the deals; `pipeline` is its id and the ids of its stages by name."""
    pipeline_id, stages = pipeline

    def deal(opportunity: Opportunity) -> dict[str, Any]:
        account, value = opportunity.account, opportunity.value
        return {
            "externalId": {"system": SYSTEM, "value": opportunity.key},
            "title": opportunity.product + (f" for {account}" if account is not None else ""),
            "pipelineId": pipeline_id,
            "stageId": stages[opportunity.stage],
            "amount": None if value is None else {"amount": f"{value:f}", "currency": currency},
            "companyId": companies[account] if account is not None else None,
            "beginDate": opportunity.engaged and opportunity.engaged.isoformat(),
            "closeDate": opportunity.closed and opportunity.closed.isoformat(),
            "responsibleId": people[opportunity.agent],
        }

    for some in batches(opportunities, BULK):
        given = [(deal(opportunity), opportunity.where) for opportunity in some]
        api.change_many("upsertDeals", "UpsertDealInput", given)
        advance(len(some))
