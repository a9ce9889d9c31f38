"""Periodic jobs: each workspace gets one a period, however many workers there are.

The tests have an installation of their own: in the other one are the workspaces of all tests, and
every one of them would get its jobs.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from db.migrate import upgrade
from domain.ids import encode_id
from resolvers.jobs import JOBS, PERIODIC
from resolvers.operation import Operation
from server.settings import Settings
from tests.conftest import Server, Work, working_on
from tests.db.conftest import open_database
from tests.jobs.conftest import Bench, make_bench, make_deal, nothing
from tests.people import Cast, make_cast
from tests.sign_in.conftest import beside


@pytest.fixture(scope="session")
def own_url(database_url: str) -> Iterator[str]:
    """Give the URL of a migrated database of these tests' own."""
    with open_database(database_url) as url:
        upgrade(url)
        yield url


@pytest.fixture(scope="session")
async def installation(settings: Settings, own_url: str) -> AsyncIterator[Server]:
    """Serve that database."""
    async with beside(settings, own_url) as server:
        yield server


@pytest.fixture
async def people(installation: Server) -> AsyncIterator[Cast]:
    """Give a fresh cast in that installation."""
    async with httpx.AsyncClient(base_url=installation.url, timeout=30) as http:
        yield await make_cast(installation.database, http)


@pytest.fixture
def work(installation: Server, own_url: str) -> Work:
    """Give a function that does all the background jobs of that installation."""
    return working_on(installation.database, own_url)


@pytest.fixture
def bench(own_url: str, work: Work) -> Bench:
    """Give a kind of job of this test's own, in that installation."""
    return make_bench(own_url, work)


async def workspaces(people: Cast) -> set[str]:
    """Give the ids of the workspaces of the cast."""
    found = [await each.data("{ viewer { workspace { id } } }")
             for each in (people.root, people.olga)]  # fmt: skip
    return {each["viewer"]["workspace"]["id"] for each in found}


def seen_by(bench: Bench) -> list[str]:
    """Tell the workspaces whose jobs were done."""
    return [encode_id("workspace", actor.workspace_id) for actor, _ in bench.seen]


async def test_every_workspace_gets_the_job_once_a_period_by_the_system_itself(
    bench: Bench, people: Cast
) -> None:
    ours = await workspaces(people)
    handler = bench.handler(nothing)

    await bench.run(jobs=handler, periodic={bench.name: 3600})

    seen = seen_by(bench)
    assert ours <= set(seen)
    assert len(seen) == len(set(seen))
    assert {(actor.user_id, actor.rights.is_system) for actor, _ in bench.seen} == {(None, True)}
    # The period has not passed.
    await bench.run(jobs=handler, periodic={bench.name: 3600})
    assert len(bench.seen) == len(seen)
    # Now it has.
    await bench.ask("UPDATE jobs.pgqueuer_schedules SET next_run = now() WHERE entrypoint = $1",
                    bench.name)  # fmt: skip
    await bench.run(jobs=handler, periodic={bench.name: 3600})
    assert len(bench.seen) == 2 * len(seen)


async def test_several_workers_do_not_double_it(bench: Bench, people: Cast) -> None:
    ours = await workspaces(people)
    handler = bench.handler(nothing)

    await asyncio.gather(*(bench.run(jobs=handler, periodic={bench.name: 3600}) for _ in range(3)))

    assert ours <= set(seen_by(bench))
    assert len(seen_by(bench)) == len(set(seen_by(bench)))


async def test_a_job_that_still_waits_is_not_queued_a_second_time(
    bench: Bench, people: Cast
) -> None:
    await bench.ask("SELECT * FROM voronka_enqueue_periodic($1, $2)", [bench.name], [0.0])
    waiting = await bench.queue()
    assert len(waiting) >= len(await workspaces(people))

    await bench.ask("SELECT * FROM voronka_enqueue_periodic($1, $2)", [bench.name], [3600.0])

    assert await bench.queue() == waiting
    await bench.work()


async def test_the_next_turn_replaces_one_that_failed(bench: Bench, people: Cast) -> None:
    ours = await workspaces(people)

    async def fail(op: Operation) -> None:
        await make_deal(op)
        raise ValueError

    await bench.run(jobs=bench.handler(fail), periodic={bench.name: 0}, pauses=())
    assert set(await bench.queue()) == {("failed", 0)}
    bench.seen.clear()
    await bench.run(jobs=bench.handler(nothing), periodic={bench.name: 3600})

    assert ours <= set(seen_by(bench))
    assert await bench.queue() == []


def test_what_is_periodic_has_a_handler() -> None:
    assert set(PERIODIC) <= set(JOBS)


# --- the product's own: tokens ------------------------------------------------------------------


@pytest.fixture
def expire(bench: Bench) -> Any:
    """Give a function that lets a person's API keys expire so many days ago."""

    async def change(user: str, days: int) -> None:
        await bench.ask(
            "UPDATE tokens SET expires_at = $2 WHERE name = $1 AND user_id IN"
            " (SELECT id FROM users WHERE email = $3)",
            "old", datetime.now(UTC) - timedelta(days=days), user,
        )  # fmt: skip

    return change


async def keys(bench: Bench, user: str) -> list[str]:
    """Give the names of the API keys that are stored of a person."""
    rows = await bench.ask(
        "SELECT name FROM tokens WHERE kind = 'API_KEY' AND user_id IN"
        " (SELECT id FROM users WHERE email = $1) ORDER BY name",
        user,
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize(("days", "left"), [(31, ["reader"]), (29, ["old", "reader"])])
async def test_tokens_that_expired_a_month_ago_are_deleted_and_others_stay(
    bench: Bench, people: Cast, work: Work, expire: Any, days: int, left: list[str]
) -> None:
    await people.anna.mutate("createApiKey", {"name": "old", "scopes": ["READ"]}, "secret")
    await expire(people.emails["anna"], days)
    await bench.ask("DELETE FROM jobs.pgqueuer_schedules WHERE entrypoint = 'purge_tokens'")

    await work(periodic={"purge_tokens": PERIODIC["purge_tokens"]})

    assert await keys(bench, people.emails["anna"]) == left
    assert (await people.anna.data("{ viewer { user { id } } }"))["viewer"]["user"]["id"] == (
        people.ids["anna"]
    )
