"""Load a public CRM data set into a workspace: a client that knows only the public GraphQL API.

It shows how a partner would do it: documents and variables over HTTP, bulk upserts by external ids,
user errors told by row. See README.md beside this file for what becomes of the data.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sales.api import Api
from sales.failures import LoadError, TokenError
from sales.files import SalesData, read_sales_data
from sales.meanings import EMPLOYEES, INDUSTRIES, MORE_EMPLOYEES
from sales.organisation import load_people
from sales.records import Known, load_companies, load_deals, load_products
from sales.settings import load_items, load_pipeline

_EXIT_CODES: Final = """\
exit codes: 0 loaded; 2 wrong arguments; 3 a file is missing or has a flaw; 4 the token is not an
administrator's; 5 the server is away or fails; 6 the server refused a row; 130 broken off.
Nothing is lost by stopping: a new start goes on where the last one ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Load the data set as the arguments say; give the exit code."""
    arguments = _arguments(argv)
    told = Console(soft_wrap=True, markup=False, highlight=False)
    problems = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    try:
        data = read_sales_data(arguments.data)
        api = Api(arguments.url, arguments.token)
        workspace = _writable_workspace(api)
        base = workspace["currency"]
        currency = arguments.currency or base
        if currency != base:
            told.print(
                f"Note: the base currency of {workspace['name']} is {base}. Sums and filters "
                f"compare in it, and only once there is a rate of {currency} (mutation "
                "setExchangeRate); the amounts themselves are stored as they are."
            )
        pipeline = _load(api, data, arguments.domain, currency, problems)
        _tell(api, pipeline, currency, told)
    except LoadError as error:
        problems.print(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        problems.print("Broken off. A new start goes on from here.")
        return 130
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Load a data set of sales opportunities (CSV) into a workspace.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the four CSV files")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the server (%(default)s)")
    parser.add_argument(
        "--token",
        default=os.environ.get("VORONKA_TOKEN"),
        help="an administrator's API key; better given as VORONKA_TOKEN, where nobody sees it",
    )
    parser.add_argument(
        "--domain",
        default="example.com",
        help="domain of the derived e-mail addresses (%(default)s); an address is unique in an "
        "installation, so a second workspace needs another one, such as second.example.com",
    )
    parser.add_argument(
        "--currency",
        help="currency of the amounts, such as USD: the files name none; by default the base "
        "currency of the workspace, the one that it sums in",
    )
    arguments = parser.parse_args(argv)
    arguments.token = (arguments.token or "").strip()
    if not arguments.token or not arguments.token.isascii():
        parser.error("--token or VORONKA_TOKEN must hold an API key")
    return arguments


def _writable_workspace(api: Api) -> Any:
    """Ask whose token it is; raises TokenError where it is not an administrator's to write with."""
    viewer = api.ask("{ viewer { user { email isAdmin } scopes workspace { name currency } } }")[
        "viewer"
    ]
    user, workspace = viewer["user"], viewer["workspace"]
    if not user["isAdmin"]:
        raise TokenError(
            f"The token is that of {user['email']}, who is no administrator of "
            f"{workspace['name']}: the load makes users, departments and a pipeline."
        )
    if "WRITE" not in viewer["scopes"]:
        raise TokenError("The token may only read: the load needs one with the scope WRITE.")
    return workspace


def _load(api: Api, data: SalesData, domain: str, currency: str, console: Console) -> str:
    """Load all of it behind a progress bar; give the pipeline's id."""
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=console) as progress:
        number = len({agent.name for agent in data.agents} | {one.manager for one in data.agents})
        people_bar = progress.add_task("People", total=number)
        companies_bar = progress.add_task("Companies", total=sum(map(len, data.accounts)))
        products_bar = progress.add_task("Products", total=len(data.products))
        deals_bar = progress.add_task("Deals", total=len(data.opportunities))
        people = load_people(
            api, data.agents, domain, lambda done: progress.advance(people_bar, done)
        )
        pipeline, stages = load_pipeline(api)
        companies = load_companies(
            api,
            data.accounts,
            currency,
            load_items(api, "INDUSTRY", INDUSTRIES.values()),
            load_items(api, "EMPLOYEES", [*(item for _most, item in EMPLOYEES), MORE_EMPLOYEES]),
            lambda done: progress.advance(companies_bar, done),
        )
        products = load_products(
            api, data.products, currency, lambda done: progress.advance(products_bar, done)
        )
        prices = {product.name: product.price for product in data.products}
        load_deals(
            api,
            data.opportunities,
            currency,
            Known(pipeline, stages, people, companies, products, prices),
            lambda done: progress.advance(deals_bar, done),
        )
    return pipeline


def _tell(api: Api, pipeline: str, currency: str, console: Console) -> None:
    """Say what stands in the workspace now, as the server counts it."""
    found = api.ask(
        "query ($id: ID!) { pipeline(id: $id) { name board(first: 0) "
        "{ stage { name } count sum { amount currency } } } }",
        id=pipeline,
    )["pipeline"]
    console.print(f"The pipeline {found['name']!r} now holds:")
    for column in found["board"]:
        worth = column["sum"]
        # Another base currency would need a rate: no sum is better than one that leaves deals out.
        known = worth["currency"] == currency
        money = f", {Decimal(worth['amount']):,} {currency}" if known else ""
        console.print(f"  {column['stage']['name']:<12}{column['count']:>6,} deals{money}")


if __name__ == "__main__":
    sys.exit(main())
