"""What tests of merging do and ask."""

from typing import Any, Final

from tests.client import Answer, Client

MERGED: Final = """record { id version } merge { id merged { id } }
  conflicts { field label values { record { id } value display } }"""
UNMERGED: Final = "record { id } restored { id } kept merge { id undoneAt }"
TIMELINE: Final = """query ($id: ID!) { node(id: $id) { ... on Record {
  timeline(first: 50) { nodes { kind by { firstName } record { id }
    ... on MergeEntry { merged { id } changes { field } }
    ... on CommentEntry { comment { text } } } } } } }"""


async def make(person: Client, entity: str, **given: Any) -> str:
    """Make a record and give its id."""
    made = await person.mutate(f"create{entity.capitalize()}", given, f"{entity} {{ id }}")
    return str(made.payload()[entity]["id"])


async def change(person: Client, entity: str, key: str, **given: Any) -> Answer:
    """Change a record."""
    wanted = {"id": key, **given}
    return await person.mutate(f"update{entity.capitalize()}", wanted, f"{entity} {{ id }}")


async def read(person: Client, entity: str, key: str, selection: str) -> Any:
    """Read a record; None where there is none."""
    document = f"query ($id: ID!) {{ {entity}(id: $id) {{ {selection} }} }}"
    return (await person.data(document, id=key))[entity]


async def merge(person: Client, target: str, *sources: str, **given: Any) -> Answer:
    """Try to merge records into the first."""
    wanted = {"targetId": target, "sourceIds": list(sources), **given}
    return await person.mutate("mergeRecords", wanted, MERGED)


async def unmerge(person: Client, merge_id: str) -> Answer:
    """Try to undo a merge."""
    return await person.mutate("unmerge", {"id": merge_id}, UNMERGED)


def choose(**records: str) -> list[dict[str, str]]:
    """Say whose value each field gets."""
    return [{"field": field, "recordId": record} for field, record in records.items()]


def points(*values: str) -> list[dict[str, str]]:
    """Give phones or e-mails as inputs have them."""
    return [{"value": value} for value in values]


async def timeline(person: Client, record: str) -> list[Any]:
    """Give the timeline of a record, the newest first."""
    found = (await person.data(TIMELINE, id=record))["node"]["timeline"]["nodes"]
    return list(found)
