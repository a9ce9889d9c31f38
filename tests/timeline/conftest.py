"""What tests of timelines ask, and people with roles of their own."""

from typing import Any, Final

from tests.client import Client

ENTRY: Final = """__typename kind version by { firstName }
  ... on ChangeEntry { isByTunnel changes { field label from to fromDisplay toDisplay } }
  ... on LinkEntry { links { role record { id } } }"""
TIMELINE: Final = f"""query ($id: ID!, $first: Int, $after: String, $types: [TimelineKind!]) {{
  node(id: $id) {{ ... on Record {{ timeline(first: $first, after: $after, types: $types) {{
    nodes {{ {ENTRY} }}
    edges {{ cursor node {{ id }} }}
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
  }} }} }}
}}"""


async def timeline(client: Client, record: str, **arguments: Any) -> Any:
    """Give a page of the timeline of a record; None where the record may not be read."""
    found = (await client.data(TIMELINE, id=record, **arguments))["node"]
    return found and found["timeline"]


async def told(client: Client, record: str, **arguments: Any) -> list[tuple[str, list[str]]]:
    """Give the kinds of the entries of a timeline, each with the fields that changed."""
    page = await timeline(client, record, **arguments)
    return [
        (entry["kind"], [change["field"] for change in entry.get("changes", ())])
        for entry in page["nodes"]
    ]


async def change(client: Client, record: str, **given: Any) -> None:
    """Change a deal."""
    (await client.mutate("updateDeal", {"id": record, **given}, "deal { id }")).payload()
