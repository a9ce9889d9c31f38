"""Several people at once: an activity is always about something, and changed by one at a time."""

import asyncio

from sqlalchemy import text

from domain.ids import decode_id
from tests.access.staff import make_deal
from tests.access.world import World
from tests.activities.conftest import ahead, change, plan, planned, read
from tests.conftest import Server
from tests.people import Cast


async def test_two_who_take_away_the_last_two_records_leave_one(people: Cast, deal: str) -> None:
    other = await make_deal(people.anna, "Coffee")
    made = await plan(people.anna, deal, other)

    answers = await asyncio.gather(
        change(people.anna, made["id"], removeRecordIds=[deal]),
        change(people.boris, made["id"], removeRecordIds=[other]),
    )

    refusals = sorted(answer.refusals() for answer in answers)
    assert refusals == [[], [("REQUIRED", "input.removeRecordIds")]]
    assert len((await read(people.anna, made["id"]))["records"]) == 1


async def test_what_is_planned_while_its_record_goes_is_about_something_or_gone(
    people: Cast, server: Server, world: World
) -> None:
    for _ in range(3):
        going = await make_deal(people.anna, "Going")
        await asyncio.gather(
            planned(people.anna, going),
            people.boris.mutate("purgeDeal", going, "deal { id }", "id"),
            planned(people.anna, going),
        )
    workspace = {"workspace": decode_id(world["workspace"])[1]}
    about_nothing = text(
        "SELECT count(*) FROM activities AS a WHERE workspace_id = :workspace AND NOT EXISTS ("
        " SELECT FROM activity_links AS l JOIN deals AS d"
        "  ON d.workspace_id = l.workspace_id AND d.id = l.record_id"
        " WHERE l.workspace_id = a.workspace_id AND l.activity_id = a.id)"
    )
    async with server.database.engine.connect() as connection:
        assert (await connection.execute(about_nothing, workspace)).scalar() == 0


async def test_changes_at_once_follow_each_other(people: Cast, deal: str) -> None:
    made = await plan(people.anna, deal, startAt=ahead(days=1), reminders=[1])

    answers = await asyncio.gather(
        *(change(people.anna, made["id"], reminders=[number]) for number in range(2, 8)),
        change(people.boris, made["id"], subject="Call back"),
    )

    assert [answer.refusals() for answer in answers] == [[]] * 7
    now = await read(people.anna, made["id"])
    assert (now["subject"], now["version"], len(now["reminders"])) == ("Call back", 8, 1)
