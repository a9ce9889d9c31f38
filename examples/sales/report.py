"""Figures of the loaded deals, out of answers of the GraphQL API alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sales.api import Api
from sales.settings import PIPELINE

PAGE: Final = 200
TOP: Final = 5
_DEALS: Final = """
query ($first: Int!, $after: String, $where: DealFilter) {
  deals(first: $first, after: $after, where: $where, orderBy: [{ createdAt: ASC }]) {
    nodes {
      stage { name semantics }
      amount { amount }
      responsible { fullName }
      productRows { product { name } total }
      stageHistory { stage { name semantics } enteredAt }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


@dataclass(frozen=True, slots=True)
class OfProduct:
    """What is known of the deals in which a product is sold."""

    won: int
    lost: int
    revenue: Decimal
    """What the won deals brought."""
    days_to_win: Decimal | None
    """On average, from Engaging to Won; None without any."""
    days_to_lose: Decimal | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the deals of the pipeline tell."""

    products: Mapping[str, OfProduct]
    sellers: list[tuple[str, int, Decimal]]
    """Who sold for most: name, won deals, what these brought."""


def read_deals(api: Api) -> Iterator[Any]:
    """Read all deals of the pipeline, page after page."""
    after = None
    where = {"pipeline": {"name": {"eq": PIPELINE}}}
    while True:
        page = api.ask(_DEALS, first=PAGE, after=after, where=where)["deals"]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def make_report(deals: Iterable[Any]) -> Report:
    """Work the figures out of deals as the API gives them."""
    days: dict[str, dict[str, list[int]]] = defaultdict(lambda: {"WON": [], "LOST": []})
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    sellers: dict[str, list[Decimal]] = defaultdict(list)
    for deal in deals:
        ended = deal["stage"]["semantics"]
        for row in deal["productRows"]:
            name = row["product"]["name"]
            known = days[name]
            if ended == "WON":
                revenue[name] += Decimal(row["total"])
            if ended in known:
                known[ended].append(_days(deal["stageHistory"]))
        if ended == "WON":
            sellers[deal["responsible"]["fullName"]].append(Decimal(deal["amount"]["amount"]))
    products = {
        name: OfProduct(
            len(known["WON"]), len(known["LOST"]), revenue[name], _mean(known["WON"]),
            _mean(known["LOST"]),
        )
        for name, known in sorted(days.items())
    }  # fmt: skip
    ranked = sorted(sellers.items(), key=lambda item: (-sum(item[1]), item[0]))
    return Report(products, [(name, len(won), sum(won, Decimal(0))) for name, won in ranked[:TOP]])


def _days(history: Iterable[Any]) -> int:
    """Give the days from Engaging to the end."""
    times = {step["stage"]["name"]: _time(step["enteredAt"]) for step in history}
    ended = next(times[name] for name in ("Won", "Lost") if name in times)
    return (ended - times["Engaging"]).days


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _mean(days: list[int]) -> Decimal | None:
    return Decimal(sum(days)) / len(days) if days else None
