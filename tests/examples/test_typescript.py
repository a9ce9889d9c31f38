"""Types that a foreign generator makes of a workspace's schema fit what the server does."""

import json
from pathlib import Path

import pytest

from tests.client import Client
from tests.conftest import Server
from tests.custom.fields import make_field
from tests.examples.typescript import SOURCE, Ended, Example, copy_example, install_packages
from tests.people import Cast

# The first of them may have to install the packages.
pytestmark = pytest.mark.timeout(240)

_WRONG = """\
import type { ContractFragment, DealFilter, DealOrder } from "./gql/graphql.js";
import type { ContractFields } from "./contracts.js";

export const days = ({ custom }: ContractFragment): number => custom.warrantyUntil;
export const owner = ({ custom }: ContractFragment): unknown => custom.owner;
export const given: ContractFields = { score: "high" };
export const asked: DealFilter = { custom: { regions: { eq: "custom_field_option_1" } } };
export const order: DealOrder = { custom: { regions: "ASC" } };
export const right: DealOrder = { custom: { warrantyUntil: "ASC" } };
"""
_FLATS = """\
import type { Api } from "./client.js";
import { graphql } from "./gql/index.js";

const Flats = graphql(`
  query Flats($where: DealFilter!) {
    deals(where: $where, orderBy: [{ custom: { rooms: DESC } }]) {
      nodes { custom { rooms viewings house { city } } }
    }
  }
`);

export async function count(api: Api, rooms: number): Promise<number> {
  const where = { custom: { rooms: { gte: rooms }, viewings: { some: { gt: "2027-01-01" } } } };
  const { deals } = await api.run(Flats, { where });
  const seen = deals.nodes.filter(({ custom }) => (custom.viewings ?? []).length > 2);
  return seen.filter(({ custom }) => custom.house).length;
}
"""
_CONTRACTS = """
{ deals { nodes {
  title custom { contractNumber score budget { amount currency } regions { code } }
} } }
"""
_PRINTED = """\
2027-001 Annual licence, 120000.5 USD, North and South, score {score}
New: 1
Document preparation: 0
Prepayment invoice: 0
In progress: 0
Final invoice: 0
Deal won: 0
Deal lost: 0
Analysis of the failure: 0
Annual licence | Contract number | 2027-001
Annual licence | Warranty until | 2027-12-31
Annual licence | Budget | 120000.5 USD
Annual licence | Score | {score}
Annual licence | Regions | NORTH, SOUTH
"""
_FOREIGN = [
    'Field "warrantyUntil" is not defined by type "DealCustomOrder".',
    'Field "budget" is not defined by type "DealCustomOrder".',
    'Field "contractNumber" is not defined by type "DealCustomFilter".',
    'Cannot query field "contractNumber" on type "DealCustomFields".',
    'Cannot query field "warrantyUntil" on type "DealCustomFields".',
    'Cannot query field "score" on type "DealCustomFields".',
    'Cannot query field "budget" on type "DealCustomFields".',
    'Cannot query field "regions" on type "DealCustomFields".',
]


@pytest.fixture
def example(tmp_path: Path) -> Example:
    """Give a copy of the example with its packages."""
    install_packages()
    return copy_example(tmp_path / "example")


async def make_contract_fields(keeper: Client) -> None:
    """Make the fields of contracts as the example's page says."""
    sent = json.loads((SOURCE / "fields.json").read_text(encoding="utf-8"))
    made = (await keeper.run(sent["query"], sent["variables"])).data
    assert [payload["userErrors"] for payload in made.values()] == [[]] * 5


async def make_flat_fields(keeper: Client) -> None:
    """Make the fields of a workspace that rents flats out."""
    await make_field(keeper, "Rooms", "INTEGER")
    await make_field(keeper, "Viewings", "DATE", isMultiple=True)
    await make_field(keeper, "House", "ADDRESS")


async def test_the_program_compiles_in_the_workspace_of_its_fields_and_works_there(
    example: Example, people: Cast, server: Server
) -> None:
    await make_contract_fields(people.root)
    await example.take_schema(people.anna)

    generated, checked = await example.generate(), await example.check()
    refused = await start(example, server, people.reader)
    unchanged = await people.root.data(_CONTRACTS)
    first = await start(example, server, people.anna)
    again = await start(example, server, people.boris)

    assert (generated.code, generated.objections) == (0, [])
    assert (checked.code, checked.said) == (0, "")
    assert (refused.code, refused.said) == (1, "The token's scopes do not allow this.\n")
    assert unchanged == {"deals": {"nodes": []}}
    assert (first.code, first.said) == (0, _PRINTED.format(score=1))
    assert (again.code, again.said) == (0, _PRINTED.format(score=2))
    (contract,) = (await people.root.data(_CONTRACTS))["deals"]["nodes"]
    assert contract["title"] == "Annual licence"
    assert contract["custom"] == {
        "contractNumber": "2027-001",
        "score": 2,
        "budget": {"amount": "120000.5", "currency": "USD"},
        "regions": [{"code": "NORTH"}, {"code": "SOUTH"}],
    }


async def start(example: Example, server: Server, client: Client) -> Ended:
    """Start the program with a client's token."""
    assert client.token is not None
    return await example.run("start", {"VORONKA_URL": server.url, "VORONKA_TOKEN": client.token})


async def test_values_of_another_type_do_not_compile(example: Example, people: Cast) -> None:
    await make_contract_fields(people.root)
    await example.take_schema(people.anna)
    example.write("wrong.ts", _WRONG)

    generated, checked = await example.generate(), await example.check()

    assert (generated.code, generated.objections) == (0, [])
    assert checked.code != 0
    assert checked.complaints == [
        ("src/wrong.ts", 4, "TS2322"),
        ("src/wrong.ts", 5, "TS2339"),
        ("src/wrong.ts", 6, "TS2322"),
        ("src/wrong.ts", 7, "TS2353"),
        ("src/wrong.ts", 8, "TS2353"),
    ]


async def test_another_workspace_has_types_of_its_own_and_refuses_foreign_documents(
    example: Example, people: Cast
) -> None:
    await make_contract_fields(people.root)
    await make_flat_fields(people.olga)
    await example.take_schema(people.olga)
    example.write("flats.ts", _FLATS)

    refused = await example.generate()
    was_made = (example.folder / "src" / "gql").exists()
    for module in ("contracts.ts", "main.ts"):
        (example.folder / "src" / module).unlink()
    generated, checked = await example.generate(), await example.check()

    assert (refused.code, refused.objections) == (1, _FOREIGN)
    assert not was_made
    assert (generated.code, generated.objections) == (0, [])
    assert (checked.code, checked.said) == (0, "")


def test_the_lock_of_the_packages_names_hashes_and_no_addresses() -> None:
    packages = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    settings = (SOURCE / ".npmrc").read_text(encoding="utf-8").split()
    foreign = [package for path, package in packages.items() if path]

    assert len(foreign) > 100
    assert [package for package in foreign if "integrity" not in package] == []
    assert "://" not in json.dumps(packages)
    assert settings == [
        "omit-lockfile-registry-resolved=true",
        "ignore-scripts=true",
        "save-exact=true",
    ]
