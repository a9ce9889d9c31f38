"""Tell of the deals that sales_opportunities.py has loaded, by what the GraphQL API answers.

For each product: won and lost deals, revenue, and how many days lie between Engaging and the end on
average, by the history of stages. And who sold for most.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from sales.api import Api
from sales.failures import LoadError
from sales.report import Report, make_report, read_deals


def main(argv: Sequence[str] | None = None) -> int:
    """Print the report as the arguments say; give the exit code."""
    parser = argparse.ArgumentParser(description="Report on the loaded sales opportunities.")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the server (%(default)s)")
    parser.add_argument(
        "--token", default=os.environ.get("VORONKA_TOKEN"), help="an API key; or VORONKA_TOKEN"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    arguments = parser.parse_args(argv)
    token = (arguments.token or "").strip()
    if not token or not token.isascii():
        parser.error("--token or VORONKA_TOKEN must hold an API key")
    try:
        report = make_report(read_deals(Api(arguments.url, token)))
    except LoadError as error:
        Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(str(error))
        return error.exit_code
    if arguments.json:
        sys.stdout.write(json.dumps(_plain(report), indent=2) + "\n")
    else:
        _print(report)
    return 0


def _plain(report: Report) -> dict[str, object]:
    return {
        "products": {
            name: {
                "won": one.won,
                "lost": one.lost,
                "revenue": str(one.revenue),
                "daysToWin": _days(one.days_to_win),
                "daysToLose": _days(one.days_to_lose),
            }
            for name, one in report.products.items()
        },
        "sellers": [
            {"name": name, "won": won, "revenue": str(revenue)}
            for name, won, revenue in report.sellers
        ],
    }


def _days(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _print(report: Report) -> None:
    console = Console(highlight=False)
    products = Table("product", "won", "lost", "revenue", "days to win", "days to lose")
    for name, one in report.products.items():
        products.add_row(
            name, f"{one.won:,}", f"{one.lost:,}", f"{one.revenue:,}",
            _days(one.days_to_win) or "", _days(one.days_to_lose) or "",
        )  # fmt: skip
    sellers = Table("who sold for most", "won", "revenue")
    for name, won, revenue in report.sellers:
        sellers.add_row(name, f"{won:,}", f"{revenue:,}")
    console.print(products)
    console.print(sellers)


if __name__ == "__main__":
    sys.exit(main())
