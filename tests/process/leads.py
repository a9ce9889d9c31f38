"""A lead that somebody entered on the phone, and what it may become."""

from typing import Any

from tests.client import Answer, Client

FULL: dict[str, Any] = {
    "title": "Three pumps for the new hall",
    "firstName": "Irina",
    "middleName": "Pavlovna",
    "lastName": "Smirnova",
    "birthDate": "1988-04-12",
    "jobTitle": "Head of purchasing",
    "companyTitle": "Volga Foods",
    "phones": [{"value": "+12025550123", "kind": "MOBILE"}],
    "emails": [{"value": "irina@example.com"}],
    "websites": [{"value": "https://volga.example.com"}],
    "messengers": [{"value": "irina_s", "kind": "TELEGRAM"}],
    "address": {"line1": "1 Quay", "city": "Samara"},
    "sourceDescription": "Called after the fair",
    "amount": {"amount": "120000", "currency": "USD"},
    "comments": "Wants an offer this week",
    "utm": {"source": "fair", "campaign": "spring"},
}
WON = "CONVERTED"
LEAD = """lead { id version stage { code semantics } contact { id } company { id } conversion {
  at by { id } contact { id } company { id } deals { nodes { id } } } }"""
MADE = f"contact {{ id }} company {{ id }} deal {{ id }} {LEAD}"
ALL: dict[str, Any] = {name: {"create": True} for name in ("contact", "company", "deal")}


async def make_lead(person: Client, **given: Any) -> str:
    """Make a lead and give its id."""
    made = await person.mutate("createLead", {"title": "Pumps", **given}, "lead { id }")
    found: str = made.payload()["lead"]["id"]
    return found


async def convert(person: Client, lead: str, read: str = MADE, **parts: Any) -> Answer:
    """Let somebody convert a lead."""
    return await person.mutate("convertLead", {"id": lead, **parts}, read)


async def preview(person: Client, lead: str, **parts: Any) -> Any:
    """Let somebody look at what a conversion would do."""
    found = await person.data(
        """query ($given: ConvertLeadInput!) { convertLeadPreview(input: $given) {
        kept { field entity target } lost { field reason } unreadable
        userErrors { code path } } }""",
        given={"id": lead, **parts},
    )
    return found["convertLeadPreview"]


async def look(person: Client, kind: str, thing: str, read: str) -> Any:
    """Give what is read of one record."""
    return (await person.data(f"query ($id: ID!) {{ {kind}(id: $id) {{ {read} }} }}", id=thing))[
        kind
    ]


async def make_field(root: Client, entity: str, name: str, kind: str, **given: Any) -> None:
    """Let root make a custom field."""
    wanted = {"entity": entity, "name": name, "type": kind, **given}
    (await root.mutate("createCustomField", wanted, "customField { id }")).payload()
