"""Making custom fields and reading their values, as a program for any workspace does it."""

from typing import Any

from tests.client import Client

FIELD = """
customField { id entity code name labels type isMultiple isRequired isUnique isFilterable settings
  help sort pipelines { id } requiredFrom { id } options { id code value color sort isDefault } }
"""
VALUES = """
customFieldValues(codes: $codes) { __typename field { code } displayValue
  ... on StringFieldValue { strings } ... on IntFieldValue { integers }
  ... on DecimalFieldValue { numbers } ... on BooleanFieldValue { booleans }
  ... on DateFieldValue { dates } ... on DateTimeFieldValue { times }
  ... on MoneyFieldValue { amounts { amount currency } }
  ... on AddressFieldValue { addresses { city country } } ... on OptionFieldValue { options { id } }
  ... on UserFieldValue { users { id } } ... on RecordFieldValue { records { id } }
  ... on DictionaryFieldValue { items { id } } }
"""


async def make_field(keeper: Client, name: str, kind: str, **given: Any) -> dict[str, Any]:
    """Make a custom field of deals."""
    wanted = {"entity": "DEAL", "name": name, "type": kind, **given}
    made: dict[str, Any] = (await keeper.mutate("createCustomField", wanted, FIELD)).payload()
    field: dict[str, Any] = made["customField"]
    return field


async def refuse_field(keeper: Client, name: str, kind: str, **given: Any) -> list[tuple[str, str]]:
    """Try to make a custom field of deals; gives why it was refused."""
    wanted = {"entity": "DEAL", "name": name, "type": kind, **given}
    return (await keeper.mutate("createCustomField", wanted, "customField { id }")).refusals()


async def make_deal(client: Client, *values: tuple[str, Any], title: str = "Deal") -> str:
    """Make a deal with custom values."""
    given = [{"code": code, "value": value} for code, value in values]
    wanted = {"title": title, "customValues": given}
    made = (await client.mutate("createDeal", wanted, "deal { id }")).payload()
    return str(made["deal"]["id"])


async def read_values(client: Client, deal: str, *codes: str) -> list[dict[str, Any]]:
    """Read the values of some custom fields of a deal."""
    document = f"query ($id: ID!, $codes: [String!]) {{ deal(id: $id) {{ {VALUES} }} }}"
    found = await client.data(document, id=deal, codes=list(codes))
    return list(found["deal"]["customFieldValues"])


async def find(client: Client, code: str, op: str, value: Any) -> list[str]:
    """Give the titles of the deals that match a condition on a custom field, sorted."""
    document = (
        "query ($where: [CustomFilter!]) { deals(first: 200, customWhere: $where)"
        " { nodes { title } totalCount } }"
    )
    where = [{"code": code, "op": op, "value": value}]
    found = (await client.data(document, where=where))["deals"]
    assert found["totalCount"] == len(found["nodes"])
    return sorted(node["title"] for node in found["nodes"])
