"""What tests of merging do and ask, and people with roles of their own."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from tests.access.staff import Join, add_person
from tests.access.world import World, fingerprint
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast

Stored = Callable[[], Awaitable[dict[str, str]]]
MERGED: Final = """record { id version } merge { id merged { id } }
  conflicts { field label values { record { id } value display } }"""
UNMERGED: Final = "record { id } restored { id } kept merge { id undoneAt }"
TIMELINE: Final = """query ($id: ID!) { node(id: $id) { ... on Record {
  timeline(first: 50) { nodes { kind by { firstName } record { id }
    ... on MergeEntry { merged { id } changes { field } }
    ... on CommentEntry { comment { text } } } } } } }"""


@pytest.fixture
def join(people: Cast, server: Server) -> Join:
    """Give a function that adds a person with roles and gives their client."""

    async def add(name: str, *roles: str) -> Client:
        return await add_person(people, server.database, name, roles)

    return add


@pytest.fixture
def stored(people: Cast, server: Server) -> Stored:
    """Give a function that gives a checksum of every table's rows in the workspace."""

    async def look() -> dict[str, str]:
        found = await people.root.data("{ viewer { workspace { id } } }")
        world = World({"workspace": str(found["viewer"]["workspace"]["id"])})
        return await fingerprint(server.database, world)

    return look


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
