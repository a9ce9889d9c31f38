"""The public CRM data set, loaded through the API, gives the figures that are known of it."""

import ast
import csv
import json
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.client import Client
from tests.examples.conftest import CountEvents, Loader
from tests.people import Cast

_TALLY = """
{
  deals(first: 0) { totalCount }
  prospecting: deals(first: 0, where: { stage: { name: { eq: "Prospecting" } } }) { totalCount }
  engaging: deals(first: 0, where: { stage: { name: { eq: "Engaging" } } }) { totalCount }
  won: deals(first: 0, where: { stage: { semantics: { eq: WON } } }) {
    totalCount aggregate { amount { sum } }
  }
  lost: deals(first: 0, where: { stage: { semantics: { eq: LOST } } }) { totalCount }
  nobody: deals(first: 0, where: { companyId: { isNull: true } }) { totalCount }
  closed: deals(first: 0, where: { isClosed: { eq: true }, closeDate: { isNull: false } }) {
    totalCount
  }
  gtxPro: deals(first: 0, where: { title: { startsWith: "GTX Pro" } }) { totalCount }
  companies(first: 0) { totalCount aggregate { revenue { sum } } }
  technology: companies(first: 0, where: { industry: { code: { eq: "IT" } } }) { totalCount }
  small: companies(first: 0, where: { employees: { code: { eq: "EMPLOYEES_1" } } }) { totalCount }
  subsidiaries: companies(first: 0, where: { parentId: { isNull: false } }) { totalCount }
}
"""
_SETTINGS = """
{
  departments { id name parent { id } head { id fullName } members { id email } }
  users(first: 200) { nodes { id email departments { id } } }
  pipelines { id name stages { id code name sort semantics } }
  dictionaries { code items { id code name sort } }
}
"""


@pytest.mark.timeout(180)
async def test_the_whole_data_set_is_loaded_once_however_often_it_is_started(
    loader: Loader, people: Cast, sales_data: Path, count_events: CountEvents
) -> None:
    root = people.root
    await break_off_amid_the_deals(loader, root, sales_data)

    ended = await loader.run(sales_data, root.token)

    assert (ended.code, ended.said) == (
        0,
        "The pipeline 'Sales opportunities' now holds:\n"
        "  Prospecting    500 deals, 0 USD\n"
        "  Engaging     1,589 deals, 0 USD\n"
        "  Won          4,238 deals, 10,005,534 USD\n"
        "  Lost         2,473 deals, 0 USD\n",
    ), ended.complained
    await check_the_figures(root)
    await check_the_offices(root)
    await check_single_records(root)
    await check_the_pipeline(root)
    await check_the_products(root)
    await check_the_report(loader, people.reader, sales_data)

    before, settings = await all_versions(root), await root.data(_SETTINGS)
    events = await count_events()
    assert len(before) == 8885
    # The second start has taken up what the first one left, and not touched what was there.
    assert {version for version, _at in before.values()} == {1}
    assert events > len(before)
    again = await loader.run(sales_data, root.token)
    assert (again.code, again.said) == (0, ended.said)
    assert await all_versions(root) == before
    assert await root.data(_SETTINGS) == settings
    assert await count_events() == events


async def break_off_amid_the_deals(loader: Loader, root: Client, data: Path) -> None:
    asked = "{ deals(first: 0) { totalCount } }"
    async with loader.started(data, root.token) as process:
        while (await root.data(asked))["deals"]["totalCount"] == 0:
            assert process.returncode is None
    assert 0 < (await root.data(asked))["deals"]["totalCount"] < 8800


async def check_the_figures(root: Client) -> None:
    found = await root.data(_TALLY)
    assert {name: value["totalCount"] for name, value in found.items()} == {
        "deals": 8800,
        "prospecting": 500,
        "engaging": 1589,
        "won": 4238,
        "lost": 2473,
        "nobody": 1425,
        "closed": 6711,
        "gtxPro": 1480,
        "companies": 85,
        "technology": 12,
        "small": 1,
        "subsidiaries": 15,
    }
    assert found["won"]["aggregate"]["amount"]["sum"] == "10005534"
    assert found["companies"]["aggregate"]["revenue"]["sum"] == "169543800000"


async def check_the_products(root: Client) -> None:
    found = await root.data(
        "{ products(orderBy: [{ name: ASC }]) { totalCount nodes { name section { name } "
        "prices { price { amount currency } } } } "
        "sold: deals(first: 0, where: { productRows: { some: { product: { name: "
        '{ eq: "GTX Pro" } } } } }) { totalCount } }'
    )
    assert found["products"]["totalCount"] == 7
    assert found["products"]["nodes"][2] == {
        "name": "GTX Plus Basic",
        "section": {"name": "GTX"},
        "prices": [{"price": {"amount": "1096", "currency": "USD"}}],
    }
    assert found["sold"] == {"totalCount": 1480}


async def check_the_report(loader: Loader, person: Client, data: Path) -> None:
    """Compare what the API tells with what the files say, worked out without any of our code."""
    ended = await loader.report(person.token, "--json")

    assert ended.code == 0, ended.complained
    assert json.loads(ended.said) == expected_report(data)


def expected_report(data: Path) -> Any:
    """Work the figures out of the file."""
    with (data / "sales_pipeline.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    products: dict[str, dict[str, list[tuple[int, int]]]] = {}
    sellers: dict[str, list[int]] = {}
    for row in rows:
        name = row["product"].replace("GTXPro", "GTX Pro")
        known = products.setdefault(name, {"Won": [], "Lost": []})
        if row["deal_stage"] in known:
            engaged, closed = map(date.fromisoformat, (row["engage_date"], row["close_date"]))
            value = int(row["close_value"])
            known[row["deal_stage"]].append(((closed - engaged).days, value))
            if row["deal_stage"] == "Won":
                sellers.setdefault(row["sales_agent"], []).append(value)

    def mean(ends: list[tuple[int, int]]) -> str:
        return f"{sum(days for days, _ in ends) / len(ends):.2f}"

    ranked = sorted(sellers.items(), key=lambda item: (-sum(item[1]), item[0]))[:5]
    return {
        "products": {
            name: {
                "won": len(known["Won"]),
                "lost": len(known["Lost"]),
                "revenue": str(sum(value for _, value in known["Won"])),
                "daysToWin": mean(known["Won"]),
                "daysToLose": mean(known["Lost"]),
            }
            for name, known in sorted(products.items())
        },
        "sellers": [
            {"name": name, "won": len(won), "revenue": str(sum(won))} for name, won in ranked
        ],
    }


async def check_the_offices(root: Client) -> None:
    departments = (await root.data(_SETTINGS))["departments"]
    names = {department["id"]: department["name"] for department in departments}
    heads = {
        (department["name"], department["parent"] and names[department["parent"]["id"]]):
        department["head"]["fullName"]
        for department in departments
    }  # fmt: skip
    assert heads == {
        ("Central", None): "Dustin Brinkmann",
        ("East", None): "Cara Losch",
        ("West", None): "Celia Rouche",
        ("Team of Dustin Brinkmann", "Central"): "Dustin Brinkmann",
        ("Team of Melvin Marxen", "Central"): "Melvin Marxen",
        ("Team of Cara Losch", "East"): "Cara Losch",
        ("Team of Rocco Neubert", "East"): "Rocco Neubert",
        ("Team of Celia Rouche", "West"): "Celia Rouche",
        ("Team of Summer Sewald", "West"): "Summer Sewald",
    }
    offices = [department for department in departments if department["parent"] is None]
    members = {office["name"]: len(office["members"]) for office in offices}
    assert members == {"Central": 11 + 2, "East": 12 + 2, "West": 12 + 2}
    asked = (
        "query ($id: ID!) { deals(first: 0, "
        "where: { responsible: { departments: { some: { id: { eq: $id } } } } }) { totalCount } }"
    )
    deals = {
        office["name"]: (await root.data(asked, id=office["id"]))["deals"]["totalCount"]
        for office in offices
    }
    assert deals == {"Central": 3512, "East": 2291, "West": 2997}
    assert sum(deals.values()) == 8800


async def check_single_records(root: Client) -> None:
    found = await root.data(
        "query ($key: StringFilter) { deals(where: { externalIds: { some: { value: $key } } }) { "
        "nodes { title amount { amount currency } beginDate closeDate isClosed "
        "stage { name } company { title } responsible { fullName jobTitle } "
        "externalIds { system value } } } "
        'companies(where: { title: { eq: "Bluth Company" } }) { nodes { title comments '
        "parent { title } industry { code } employees { code } revenue { amount currency } } } }",
        key={"eq": "Z063OYW0"},
    )
    assert found["deals"]["nodes"] == [
        {
            # The file says GTXPro.
            "title": "GTX Pro for Isdom",
            "amount": {"amount": "4514", "currency": "USD"},
            "beginDate": "2016-10-25",
            "closeDate": "2017-03-11",
            "isClosed": True,
            "stage": {"name": "Won"},
            "company": {"title": "Isdom"},
            "responsible": {"fullName": "Darcel Schlecht", "jobTitle": "Sales agent"},
            "externalIds": [{"system": "sales-opportunities", "value": "Z063OYW0"}],
        }
    ]
    assert found["companies"]["nodes"] == [
        {
            "title": "Bluth Company",
            "comments": "Founded in 1993. Office in United States.",
            "parent": {"title": "Acme Corporation"},
            "industry": {"code": "IT"},
            "employees": {"code": "EMPLOYEES_4"},
            "revenue": {"amount": "1242320000", "currency": "USD"},
        }
    ]


async def check_the_pipeline(root: Client) -> None:
    pipelines = (await root.data(_SETTINGS))["pipelines"]
    stages = [
        [(stage["name"], stage["semantics"]) for stage in pipeline["stages"]]
        for pipeline in pipelines
        if pipeline["name"] == "Sales opportunities"
    ]
    assert stages == [
        [("Prospecting", "OPEN"), ("Engaging", "OPEN"), ("Won", "WON"), ("Lost", "LOST")]
    ]


async def all_versions(root: Client) -> dict[str, tuple[int, str]]:
    """Give the version and the time of the last change of every deal and company."""
    found: dict[str, tuple[int, str]] = {}
    for name in ("deals", "companies"):
        after = None
        while True:
            asked = (
                f"query ($after: String) {{ {name}(first: 200, after: $after) {{ "
                "nodes { id version updatedAt } pageInfo { hasNextPage endCursor } } }"
            )
            page = (await root.data(asked, after=after))[name]
            found.update({one["id"]: (one["version"], one["updatedAt"]) for one in page["nodes"]})
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
    return found


async def what_is_there(root: Client) -> Any:
    """Give all that a load could have written."""
    found = await root.data(
        "{ deals(first: 5) { nodes { id } } companies(first: 5) { nodes { title } } }"
    )
    return [*(one["id"] for one in found["deals"]["nodes"]),
            *(one["title"] for one in found["companies"]["nodes"])]  # fmt: skip


def spoil(folder: Path, name: str, said: str, instead: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(said) == 1
    (folder / name).write_text(text.replace(said, instead), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "said", "instead", "complaint"),
    [
        ("sales_pipeline.csv", "GTXPro", "GTX Ultra",
         "sales_pipeline.csv, line 2 (ONE): product 'GTX Ultra' is not in products.csv, nor a"),
        ("sales_pipeline.csv", ",Cancity,Won", ",Canncity,Won",
         "sales_pipeline.csv, line 2 (ONE): account 'Canncity' is not in accounts.csv, nor a"),
        ("sales_pipeline.csv", "2017-03-01", "03/01/2017",
         "sales_pipeline.csv, line 2 (ONE): close_date '03/01/2017' is not a day."),
        ("sales_pipeline.csv", "2017-03-01", "",
         "sales_pipeline.csv, line 2 (ONE): close_date '' does not go with the stage Won."),
        ("sales_pipeline.csv", "Prospecting", "Dreaming",
         "sales_pipeline.csv, line 3 (TWO): deal_stage 'Dreaming' is not in STAGES, nor a"),
        ("sales_pipeline.csv", "TWO", "ONE",
         "sales_pipeline.csv, line 3 (ONE): opportunity_id 'ONE' is there twice."),
        ("accounts.csv", "medical", "alchemy",
         "accounts.csv, line 3 (Isdom): sector 'alchemy' is not in INDUSTRIES, nor a"),
        ("accounts.csv", "3178.24", "NaN",
         "accounts.csv, line 3 (Isdom): revenue 'NaN' is not a number."),
        ("accounts.csv", "2448,United States,", "2448,United States,Isdom",
         "accounts.csv, line 2 (Cancity): subsidiary_of leads round in a circle."),
        ("accounts.csv", "Cancity,retail", "Cancity,retail,more",
         "accounts.csv, line 2: not as many cells as columns."),
        ("sales_teams.csv", "Dustin Brinkmann", "Möses Frase",
         "sales_teams.csv, line 2 (Moses Frase): 'Moses Frase' has the e-mail address of 'Möses F"),
        ("sales_teams.csv", "regional_office", "region",
         "sales_teams.csv has no column regional_office."),
    ],
)  # fmt: skip
async def test_a_flaw_that_nobody_knows_stops_the_load_before_it_writes(
    loader: Loader,
    people: Cast,
    small_data: Path,
    file: str,
    said: str,
    instead: str,
    complaint: str,
) -> None:
    spoil(small_data, file, said, instead)
    settings = await people.root.data(_SETTINGS)

    ended = await loader.run(small_data, people.root.token)

    assert ended.code == 3
    assert ended.complained.splitlines()[-1].startswith(complaint)
    assert await what_is_there(people.root) == []
    assert await people.root.data(_SETTINGS) == settings


async def test_an_unknown_product_late_in_the_real_files_stops_the_load(
    loader: Loader, people: Cast, sales_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(sales_data, tmp_path, dirs_exist_ok=True)
    lines = (tmp_path / "sales_pipeline.csv").read_text(encoding="utf-8").splitlines()
    key, agent, _product, *rest = lines[8000].split(",")
    lines[8000] = ",".join((key, agent, "GTX Ultra", *rest))
    (tmp_path / "sales_pipeline.csv").write_text("\n".join(lines), encoding="utf-8")

    ended = await loader.run(tmp_path, people.root.token)

    assert ended.code == 3
    assert ended.complained.startswith(
        f"sales_pipeline.csv, line 8001 ({key}): product 'GTX Ultra'"
    )
    assert await what_is_there(people.root) == []


async def test_a_row_that_the_server_refuses_is_named_and_its_bulk_is_not_written(
    loader: Loader, people: Cast, small_data: Path
) -> None:
    with (small_data / "accounts.csv").open("a", encoding="utf-8") as file:
        file.write(f"{'Long' * 70},retail,2001,718.62,2448,Kenya,\n")

    ended = await loader.run(small_data, people.root.token)

    assert ended.code == 6
    complaint = ended.complained.splitlines()[-1]
    assert complaint.startswith(f"accounts.csv, line 4 ({'Long' * 70}): ")
    assert complaint.endswith("(LIMIT at input.1.title)")
    assert await what_is_there(people.root) == []

    spoil(small_data, "accounts.csv", "Long" * 70, "Short")
    mended = await loader.run(small_data, people.root.token)
    assert mended.code == 0, mended.complained
    assert len(await what_is_there(people.root)) == 2 + 3


async def test_amounts_are_in_the_currency_that_is_asked_for_or_else_in_that_of_the_workspace(
    loader: Loader, people: Cast, small_data: Path
) -> None:
    asked = (
        "{ deals { nodes { amount { currency } } } companies { nodes { revenue { currency } } } }"
    )

    async def currencies() -> set[str]:
        found = await people.root.data(asked)
        amounts = [deal["amount"] for deal in found["deals"]["nodes"] if deal["amount"]]
        return {one["currency"] for one in amounts} | {
            company["revenue"]["currency"] for company in found["companies"]["nodes"]
        }

    unsaid = await loader.run(small_data, people.root.token)
    assert (unsaid.code, await currencies()) == (0, {"USD"}), unsaid.complained
    assert "Won              1 deals, 1,054 USD\n" in unsaid.said
    assert "Note" not in unsaid.said

    in_euro = await loader.run(small_data, people.root.token, "--currency", "EUR")
    assert (in_euro.code, await currencies()) == (0, {"EUR"}), in_euro.complained
    assert in_euro.said.startswith(
        f"Note: the base currency of {people.workspace_name} is USD. Sums and filters compare in "
        "it, and only once there is a rate of EUR (mutation setExchangeRate);"
    )
    # There is no rate, and no sum that leaves the deals out.
    assert "Won              1 deals\n" in in_euro.said

    unknown = await loader.run(small_data, people.root.token, "--currency", "ABC")
    assert (unknown.code, await currencies()) == (6, {"EUR"})
    assert "accounts.csv, line 2 (Cancity): There is no currency ABC." in unknown.complained


async def test_an_address_that_is_taken_is_refused_with_the_way_out(
    loader: Loader, people: Cast, small_data: Path
) -> None:
    first = await loader.run(small_data, people.root.token)
    assert first.code == 0, first.complained

    ended = await loader.run(small_data, people.olga.token)

    assert ended.code == 6
    complaint = ended.complained.splitlines()[-1]
    assert f"user dustin.brinkmann@{loader.domain} (--domain gives another address)" in complaint
    assert complaint.endswith("(DUPLICATE at input.email)")


async def test_a_member_may_not_load(loader: Loader, people: Cast, small_data: Path) -> None:
    settings = await people.root.data(_SETTINGS)

    ended = await loader.run(small_data, people.anna.token)

    assert ended.code == 4
    assert f"who is no administrator of {people.workspace_name}" in ended.complained
    assert await what_is_there(people.root) == []
    assert await people.root.data(_SETTINGS) == settings


async def test_a_token_that_may_only_read_does_not_load(
    loader: Loader, people: Cast, small_data: Path
) -> None:
    key = await people.root.mutate("createApiKey", {"name": "reader", "scopes": ["READ"]}, "secret")

    ended = await loader.run(small_data, key.payload()["secret"])

    assert (ended.code, ended.complained) == (
        4,
        "The token may only read: the load needs one with the scope WRITE.\n",
    )


async def test_each_reason_not_to_start_has_its_words_and_exit_code(
    loader: Loader, people: Cast, small_data: Path
) -> None:
    wrong = await loader.run(small_data, "vk_wrong")
    assert (wrong.code, wrong.complained) == (4, "The token is not valid, or no longer.\n")

    none = await loader.run(small_data, None)
    assert none.code == 2
    assert none.complained.endswith("--token or VORONKA_TOKEN must hold an API key\n")

    away = await loader.run(small_data, people.root.token, url="http://127.0.0.1:9")
    assert away.code == 5
    assert away.complained.startswith("No answer from http://127.0.0.1:9/graphql: ")

    other = await loader.run(small_data, people.root.token, url=f"{loader.url}/healthz")
    assert other.code == 5
    assert other.complained.endswith("/healthz/graphql is no GraphQL API: HTTP 404.\n")

    (small_data / "products.csv").unlink()
    missing = await loader.run(small_data, people.root.token)
    assert (missing.code, missing.complained) == (3, f"{small_data / 'products.csv'} is missing.\n")


def test_the_loader_knows_only_the_public_api(root_folder: Path) -> None:
    imported = {
        name
        for file in (root_folder / "examples").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in imports(node)
    }
    assert imported - sys.stdlib_module_names == {"httpx", "rich", "sales"}


def imports(node: ast.AST) -> set[str]:
    """Give the top-level packages that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0
        return {str(node.module).partition(".")[0]}
    return set()
