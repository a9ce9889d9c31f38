"""Reminders: told once each, to whoever has to do with the activity, when their time has come."""

import asyncio
from typing import Any

from sqlalchemy import select

from db.base import WORKSPACE
from db.tables import events
from domain.ids import decode_id
from domain.jobs import Job
from resolvers.jobs import JOBS, PERIODIC, run_job
from tests.access.world import World
from tests.activities.conftest import ACTIVITY, ahead, change, complete, plan
from tests.client import Client
from tests.conftest import Server
from tests.people import Cast

ASK = """query ($since: DateTime, $first: Int) { viewer {
  reminders(since: $since, first: $first) { at minutes activity { subject } } } }"""


async def remind(server: Server, world: World) -> None:
    """Let a worker do the job in the workspace."""
    workspace = decode_id(world["workspace"])[1]
    async with server.database.session(write=True) as session:
        await server.database.enter(session, workspace, write=True)
        await run_job(session, workspace, None, Job("tell_reminders"), JOBS["tell_reminders"])


async def reminded(person: Client, **given: Any) -> list[tuple[str, int]]:
    """Give what a person was reminded of, and how long before."""
    found = (await person.data(ASK, **given))["viewer"]["reminders"]
    return [(item["activity"]["subject"], item["minutes"]) for item in found]


async def told(server: Server, world: World, activity: str) -> list[Any]:
    """Give what the events of an activity tell of reminders."""
    table = events.alias()
    statement = select(table.c.changes).where(
        table.c.workspace_id == WORKSPACE,
        table.c.record_id == decode_id(activity)[1],
        table.c.kind == "REMINDER",
    )
    async with server.database.session(write=False) as session:
        await server.database.enter(session, decode_id(world["workspace"])[1], write=False)
        return [row.changes["reminder"]["to"]["minutes"] for row in await session.rows(statement)]


def test_the_job_runs_every_minute() -> None:
    assert PERIODIC["tell_reminders"] == 60


async def test_people_are_reminded_when_the_time_has_come(
    people: Cast, deal: str, server: Server, world: World
) -> None:
    soon: dict[str, Any] = {"startAt": ahead(minutes=10), "participantIds": [people.ids["boris"]]}
    made = await plan(people.anna, deal, subject="Soon", reminders=[15, 5], **soon)
    await plan(people.anna, deal, subject="Later", startAt=ahead(days=1), reminders=[15])
    await plan(people.anna, deal, subject="Due", deadline=ahead(minutes=1), reminders=[60])
    assert await reminded(people.anna) == []

    await remind(server, world)
    await remind(server, world)

    assert sorted(await reminded(people.anna)) == [("Due", 60), ("Soon", 15)]
    assert await reminded(people.boris) == [("Soon", 15)]
    assert await reminded(people.root) == []
    assert await told(server, world, made["id"]) == [15]


async def test_two_workers_tell_once(people: Cast, deal: str, server: Server, world: World) -> None:
    made = await plan(people.anna, deal, startAt=ahead(minutes=1), reminders=[2, 5, 10])

    await asyncio.gather(*(remind(server, world) for _ in range(4)))

    assert sorted(await told(server, world, made["id"])) == [2, 5, 10]
    assert [minutes for _, minutes in await reminded(people.anna)] == [2, 5, 10]


async def test_a_page_of_reminders_ends_with_all_of_one_moment(
    people: Cast, deal: str, server: Server, world: World
) -> None:
    await plan(people.anna, deal, subject="First", startAt=ahead(minutes=1), reminders=[2, 5])
    await remind(server, world)
    await plan(people.anna, deal, subject="Second", startAt=ahead(minutes=1), reminders=[3])
    await remind(server, world)

    first = (await people.anna.data(ASK, first=1))["viewer"]["reminders"]
    rest = await reminded(people.anna, since=first[-1]["at"])

    assert [item["minutes"] for item in first] == [2, 5]
    assert rest == [("Second", 3)]
    refused = await people.anna.run(ASK, {"first": 201})
    assert refused.codes == ["BAD_USER_INPUT"]


async def test_what_is_done_or_gone_reminds_nobody(
    people: Cast, deal: str, server: Server, world: World
) -> None:
    done, gone, moved, past = [
        await plan(people.anna, deal, startAt=start, reminders=[15])
        for start in (ahead(minutes=5), ahead(minutes=5), ahead(minutes=5), ahead(minutes=-5))
    ]
    (await complete(people.anna, done["id"])).payload()
    (await people.anna.mutate("deleteActivity", {"id": gone["id"]}, ACTIVITY)).payload()
    (await change(people.anna, moved["id"], startAt=ahead(days=1))).payload()

    await remind(server, world)

    assert await reminded(people.anna) == []
    (await people.anna.mutate("reopenActivity", done["id"], ACTIVITY, "id")).payload()
    (await change(people.anna, past["id"], startAt=ahead(minutes=9))).payload()
    await remind(server, world)
    # What was told is not told again for other reminders of the same time.
    (await change(people.anna, past["id"], reminders=[15, 1])).payload()
    await remind(server, world)
    assert [minutes for _, minutes in await reminded(people.anna)] == [15, 15]
