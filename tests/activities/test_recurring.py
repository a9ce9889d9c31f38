"""Activities that recur: by rules that make sense, the next one made once."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.recurrence import InvalidRuleError, check_rule, next_time, read_rule
from tests.access.world import World, fingerprint
from tests.activities.conftest import ACTIVITY, ahead, change, complete, kinds, plan, planned, same
from tests.conftest import Server
from tests.people import Cast

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("RRULE:freq=weekly;byday=mo,we", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("INTERVAL=2;FREQ=MONTHLY;BYDAY=1MO;COUNT=5", "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO;COUNT=5"),
        ("FREQ=YEARLY;INTERVAL=1;UNTIL=20300101", "FREQ=YEARLY;UNTIL=20300101T235959Z"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=-1FR"),
    ],
)
def test_a_rule_is_kept_in_one_form(text: str, kept: str) -> None:
    assert read_rule(text).text == kept
    assert read_rule(kept).text == kept


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "recurrence_part"),
        ("FREQ", "recurrence_part"),
        ("FREQ=DAILY;BYHOUR=1,2,3", "recurrence_part"),
        ("FREQ=DAILY;FREQ=WEEKLY", "recurrence_twice"),
        ("INTERVAL=2", "recurrence_frequency"),
        ("FREQ=HOURLY", "recurrence_frequency"),
        ("FREQ=SECONDLY", "recurrence_frequency"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20300101", "recurrence_two_ends"),
        ("FREQ=DAILY;COUNT=0", "recurrence_number"),
        ("FREQ=DAILY;COUNT=367", "recurrence_number"),
        ("FREQ=DAILY;INTERVAL=-1", "recurrence_number"),
        ("FREQ=DAILY;INTERVAL=\u0661", "recurrence_number"),
        ("FREQ=WEEKLY;BYDAY=MON", "recurrence_day"),
        ("FREQ=WEEKLY;BYDAY=1MO", "recurrence_day"),
        ("FREQ=MONTHLY;BYDAY=6MO", "recurrence_day"),
        ("FREQ=WEEKLY;BYDAY=", "recurrence_day"),
        ("FREQ=DAILY;UNTIL=2030-01-01", "recurrence_until"),
        ("FREQ=DAILY;UNTIL=20301301", "recurrence_until"),
        ("FREQ=DAILY;UNTIL=99991231", ""),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(text: str, message: str) -> None:
    if not message:
        assert read_rule(text).until is not None
        return
    with pytest.raises(InvalidRuleError) as refused:
        read_rule(text)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("text", "start", "message"),
    [
        ("FREQ=DAILY;UNTIL=20260301", MONDAY, "recurrence_ends_early"),
        ("FREQ=WEEKLY;BYDAY=TU", MONDAY, "recurrence_another_time"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", MONDAY, "recurrence_another_time"),
        ("FREQ=DAILY", MONDAY - timedelta(days=400), "recurrence_long_ago"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(text: str, start: datetime, message: str) -> None:
    began = time.perf_counter()
    with pytest.raises(InvalidRuleError) as refused:
        check_rule(read_rule(text), start, MONDAY)
    assert refused.value.message == message
    assert time.perf_counter() - began < 0.1


@pytest.mark.parametrize(
    "text",
    ["FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=-5MO", "FREQ=MONTHLY;BYDAY=2MO",
     "FREQ=YEARLY;BYDAY=9MO", "FREQ=YEARLY;BYDAY=-44MO", "FREQ=YEARLY;BYDAY=10MO",
     "FREQ=DAILY;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=3;BYDAY=WE,MO"],
)  # fmt: skip
def test_whether_a_rule_begins_with_a_moment_is_as_the_library_has_it(text: str) -> None:
    rule = read_rule(text)
    first = rule.times(MONDAY).after(MONDAY, inc=True)
    fits = True
    try:
        check_rule(rule, MONDAY, MONDAY)
    except InvalidRuleError:
        fits = False
    assert fits is (first == MONDAY)


def test_the_times_of_a_rule_follow_each_other_to_its_end() -> None:
    found = []
    moment: datetime | None = MONDAY
    while moment is not None:
        found.append(moment.day)
        moment = next_time("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4", MONDAY, moment)
    assert found == [2, 5, 9, 12]
    assert next_time("FREQ=MONTHLY", MONDAY.replace(day=31), MONDAY.replace(day=31)) == datetime(
        2026, 5, 31, 9, 30, tzinfo=UTC
    )


def later(moment: str, days: int) -> str:
    """Give a moment some days later."""
    found = datetime.fromisoformat(moment) + timedelta(days=days)
    return found.isoformat().replace("+00:00", "Z")


async def test_completing_one_makes_the_next(people: Cast, deal: str) -> None:
    start, end = ahead(days=1), ahead(days=1, hours=1)
    made = await plan(
        people.anna, deal, kind="MEETING", startAt=start, endAt=end, location="Here",
        participantIds=[people.ids["boris"]], recurrence="FREQ=WEEKLY;COUNT=3", reminders=[10],
        responsibleId=people.ids["boris"],
    )  # fmt: skip
    first = (await complete(people.anna, made["id"], outcome="Well")).payload()
    second = (await complete(people.anna, first["next"]["id"])).payload()
    third = (await complete(people.anna, second["next"]["id"])).payload()

    following = first["next"]
    assert following == {
        **made, "id": following["id"], "startAt": later(start, 7), "endAt": later(end, 7),
        "dueAt": later(start, 7), "completedAt": None,
    }  # fmt: skip
    assert first["activity"]["recurrence"] == "FREQ=WEEKLY;COUNT=3"
    assert second["next"]["startAt"] == later(start, 14)
    assert third["next"] is None
    assert await kinds(people.anna, deal) == [
        "ACTIVITY_COMPLETED", "ACTIVITY_PLANNED", "ACTIVITY_COMPLETED", "ACTIVITY_PLANNED",
        "ACTIVITY_COMPLETED", "ACTIVITY_PLANNED",
    ]  # fmt: skip


async def test_one_that_was_moved_moves_no_other(people: Cast, deal: str) -> None:
    start = ahead(days=1)
    made = await plan(people.anna, deal, startAt=start, recurrence="FREQ=WEEKLY")
    (await change(people.anna, made["id"], startAt=later(start, 2))).payload()

    done = (await complete(people.anna, made["id"])).payload()

    assert done["next"]["startAt"] == later(start, 7)


async def test_times_that_were_missed_are_left_out(people: Cast, deal: str) -> None:
    start = ahead(days=-20)
    made = await plan(people.anna, deal, startAt=start, recurrence="FREQ=WEEKLY")

    done = (await complete(people.anna, made["id"])).payload()

    assert done["next"]["startAt"] == later(start, 21)


async def test_opening_one_again_makes_no_second_next(people: Cast, deal: str) -> None:
    made = await plan(people.anna, deal, deadline=ahead(days=1), recurrence="FREQ=DAILY")
    (await complete(people.anna, made["id"])).payload()
    (await people.anna.mutate("reopenActivity", made["id"], ACTIVITY, "id")).payload()

    assert (await complete(people.anna, made["id"])).payload()["next"] is None


async def test_two_who_complete_it_at_once_make_one_next(people: Cast, deal: str) -> None:
    made = await plan(people.anna, deal, startAt=ahead(days=1), recurrence="FREQ=DAILY")

    answers = await asyncio.gather(
        *(complete(person, made["id"]) for person in (people.anna, people.boris) * 3)
    )

    refusals = [answer.refusals() for answer in answers]
    assert sorted(refusals) == [[], *[[("CONFLICT", "input.id")]] * 5]
    found = await people.anna.data("{ activities { totalCount } }")
    assert found["activities"]["totalCount"] == 2


@pytest.mark.parametrize(
    "given",
    [
        {"recurrence": "FREQ=DAILY;COUNT=2;UNTIL=20990101"},
        {"recurrence": "FREQ=MINUTELY"},
        {"recurrence": "FREQ=DAILY;UNTIL=20200101"},
        {"recurrence": "every day"},
        {"recurrence": "FREQ=DAILY;COUNT=367"},
    ],
)
async def test_contradicting_rules_are_refused(
    people: Cast, deal: str, server: Server, world: World, given: dict[str, Any]
) -> None:
    before = await fingerprint(server.database, world)

    refused = await planned(people.anna, deal, startAt=ahead(days=1), **given)

    assert refused.refusals() == [("INVALID", "input.recurrence")]
    assert await same(server, world, before)
