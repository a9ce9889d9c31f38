"""People with roles of a test's own making, and what tests of duplicates ask."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from tests.access.staff import Join, add_person
from tests.access.world import World, fingerprint
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast

Stored = Callable[[], Awaitable[dict[str, str]]]
LOOK: Final = """query ($of: DuplicateProbeInput!, $entity: RecordType, $first: Int! = 20) {
  duplicates(of: $of, entity: $entity, first: $first) {
    record { __typename id } score reasons { kind value } } }"""


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
    name = entity.capitalize()
    made = await person.mutate(f"create{name}", given, f"{entity} {{ id }}")
    return str(made.payload()[entity]["id"])


async def found(
    person: Client, entity: str | None = None, first: int = 20, **of: Any
) -> list[tuple[str, int, list[str]]]:
    """Look for duplicates: their ids, each with its score and what there is in common."""
    answer = await person.data(LOOK, of=of, entity=entity, first=first)
    return [
        (item["record"]["id"], item["score"], [reason["kind"] for reason in item["reasons"]])
        for item in answer["duplicates"]
    ]


def points(*values: str) -> list[dict[str, str]]:
    """Give phones or e-mails as inputs have them."""
    return [{"value": value} for value in values]
