"""What tests of activities do and ask, and people with roles of their own."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.access.staff import make_deal
from tests.access.world import World, fingerprint
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import Cast

ACTIVITY: Final = """activity { id kind subject description priority direction location startAt
  endAt deadline dueAt responsible { firstName } participants { firstName }
  contacts { nodes { lastName } } isCompleted completedAt completedBy { firstName } outcome
  recurrence reminders version records { id } }"""
NODE: Final = f"query ($id: ID!) {{ node(id: $id) {{ ... on Activity {ACTIVITY[9:]} }} }}"
TIMELINE: Final = """query ($id: ID!, $types: [TimelineKind!]) {
  node(id: $id) { ... on Record { timeline(first: 50, types: $types) { nodes {
    kind by { firstName } version ... on ActivityEntry { activity { subject } } } } } } }"""


def ahead(**span: float) -> str:
    """Give a moment ahead of now, as inputs have it."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(**span)
    return moment.isoformat().replace("+00:00", "Z")


async def plan(person: Client, *records: str, kind: str = "CALL", **given: Any) -> Any:
    """Plan an activity and give it."""
    return (await planned(person, *records, kind=kind, **given)).payload()["activity"]


async def planned(person: Client, *records: str, kind: str = "CALL", **given: Any) -> Answer:
    """Try to plan an activity and give the answer."""
    whole = {"kind": kind, "subject": "Call them", "recordIds": list(records), **given}
    return await person.mutate("createActivity", whole, ACTIVITY)


async def change(person: Client, activity: str, **given: Any) -> Answer:
    """Try to change an activity and give the answer."""
    return await person.mutate("updateActivity", {"id": activity, **given}, ACTIVITY)


async def complete(person: Client, activity: str, **given: Any) -> Answer:
    """Try to complete an activity and give the answer."""
    selection = f"{ACTIVITY} next {ACTIVITY[9:]}"
    return await person.mutate("completeActivity", {"id": activity, **given}, selection)


async def read(person: Client, activity: str) -> Any:
    """Give an activity as a person sees it; None where they do not."""
    return (await person.data(NODE, id=activity))["node"]


async def kinds(person: Client, record: str) -> list[str]:
    """Give the kinds of the entries about activities of a timeline, the newest first."""
    found = (await person.data(TIMELINE, id=record))["node"]["timeline"]["nodes"]
    return [entry["kind"] for entry in found if entry["kind"].startswith("ACTIVITY_")]


@pytest.fixture
async def deal(people: Cast) -> str:
    """Make a deal of anna's."""
    return await make_deal(people.anna, "Tea", responsibleId=people.ids["anna"])


@pytest.fixture
async def world(people: Cast) -> World:
    """Give the workspace of the cast, to see that nothing of it changed."""
    found = await people.root.data("{ viewer { workspace { id } } }")
    return World({"workspace": found["viewer"]["workspace"]["id"]})


async def same(server: Server, world: World, before: dict[str, str]) -> bool:
    """Tell whether nothing of a workspace has changed."""
    return await fingerprint(server.database, world) == before
