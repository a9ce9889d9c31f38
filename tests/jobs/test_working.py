"""What a worker does with a job: once, as its actor, under the policies, and never lost."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from domain.ids import encode_id
from resolvers.operation import Operation
from server.job_queue import APPLICATION, count_jobs, retry_failed
from server.worker import Worker
from tests.conftest import Server
from tests.jobs.conftest import Bench, make_deal
from tests.people import Cast
from tests.server.conftest import ROOT


async def leave(bench: Bench, people: Cast, **arguments: Any) -> None:
    """Have anna leave one job."""
    with bench.leaving(**arguments):
        await people.anna.mutate("createDeal", {"title": "Anna's"}, "deal { id }")


async def titles(people: Cast) -> list[str]:
    """Give the titles of all deals, the oldest first."""
    found = await people.root.data("{ deals(first: 50) { nodes { title } } }")
    return sorted(node["title"] for node in found["deals"]["nodes"])


# --- the work ------------------------------------------------------------------------------------


async def test_what_a_job_writes_is_logged_as_done_by_its_actor(bench: Bench, people: Cast) -> None:
    await leave(bench, people)
    await bench.work(make_deal)

    assert await titles(people) == ["Anna's", "Made by a job"]
    found = await people.root.data("{ deals(first: 9) { nodes { title createdBy { id } } } }")
    assert {node["createdBy"]["id"] for node in found["deals"]["nodes"]} == {people.ids["anna"]}
    events = await bench.ask(
        "SELECT actor_id FROM events WHERE kind = 'CREATED' AND changes -> 'title' ->> 'to' = $1"
        " AND workspace_id = $2",
        "Made by a job", bench.seen[0][0].workspace_id,
    )  # fmt: skip
    assert [encode_id("user", row[0]) for row in events] == [people.ids["anna"]]


async def test_somebody_who_has_left_is_replaced_by_the_system_without_rights_of_settings(
    bench: Bench, people: Cast
) -> None:
    await leave(bench, people)
    await people.root.mutate("deactivateUser", people.ids["anna"], "user { id }", "id")
    await bench.work(make_deal)

    ((actor, _),) = bench.seen
    assert (actor.user_id, actor.rights.is_system) == (None, True)
    assert await titles(people) == ["Anna's", "Made by a job"]


async def test_a_handler_sees_no_row_of_another_workspace(
    bench: Bench, people: Cast, server: Server
) -> None:
    await people.olga.mutate("createDeal", {"title": "Olga's"}, "deal { id }")
    await leave(bench, people)
    seen: list[str] = []

    async def look(op: Operation) -> None:
        # Around the statement guard, as a bug would: PostgreSQL's own policies are left.
        connection: Any = op.session._connection  # type: ignore[attr-defined]  # of a session that writes
        rows = await connection.exec_driver_sql("SELECT title FROM deals")
        seen.extend(row.title for row in rows)

    await bench.work(look)

    assert seen == ["Anna's"]
    async with server.database.engine.connect() as connection:
        count = (await connection.execute(text("SELECT count(*) FROM deals"))).scalar_one()
    assert count > 1  # which the owner sees, whom policies do not bind


async def test_long_work_goes_on_in_further_transactions(bench: Bench, people: Cast) -> None:
    await leave(bench, people, part="all")
    transactions: list[Any] = []

    async def portion(op: Operation) -> bool:
        transactions.extend(await op.session.call("pg_current_xact_id"))
        await make_deal(op)
        return len(transactions) < 3

    await bench.work(portion)

    assert len({row[0] for row in transactions}) == 3
    assert [arguments for _, arguments in bench.seen] == [{"part": "all"}] * 3
    assert await titles(people) == ["Anna's", *["Made by a job"] * 3]
    assert await bench.queue() == []


async def test_a_job_of_a_workspace_that_is_gone_is_dropped(bench: Bench, people: Cast) -> None:
    await leave(bench, people)
    await bench.ask(
        "UPDATE jobs.pgqueuer SET payload = convert_to(jsonb_set(convert_from(payload, 'UTF8')"
        "::jsonb, '{workspace}', to_jsonb(gen_random_uuid()))::text, 'UTF8')"
        " WHERE entrypoint = $1",
        bench.name,
    )
    await bench.work(make_deal)

    assert bench.seen == []
    assert await bench.queue() == []


# --- failures ------------------------------------------------------------------------------------


async def test_a_job_that_fails_is_tried_again_and_leaves_nothing_of_the_failed_try(
    bench: Bench, people: Cast
) -> None:
    await leave(bench, people)

    async def fail_twice(op: Operation) -> None:
        await make_deal(op)
        if len(bench.seen) < 3:
            raise ValueError("Anna's secret")

    await bench.work(fail_twice)

    assert len(bench.seen) == 3
    assert await titles(people) == ["Anna's", "Made by a job"]
    assert await bench.queue() == []


async def test_a_job_that_always_fails_is_kept_without_the_text_of_the_failure(
    bench: Bench, people: Cast, database_url: str
) -> None:
    await leave(bench, people)

    async def fail(op: Operation) -> None:
        await make_deal(op)
        raise ValueError("Anna's secret")

    await bench.work(fail)

    assert len(bench.seen) == 5
    assert await titles(people) == ["Anna's"]
    assert await bench.queue() == [("failed", 4)]
    assert (1, "failed", bench.name) in await count_jobs(database_url)
    kept = await bench.ask("SELECT traceback::text FROM jobs.pgqueuer_log WHERE entrypoint = $1",
                           bench.name)  # fmt: skip
    texts = [row[0] for row in kept if row[0] is not None]
    assert len(texts) == 5
    assert all("ValueError" in text and "secret" not in text for text in texts)

    assert await retry_failed(database_url, "another_job") == 0
    await bench.work()
    assert len(bench.seen) == 5
    assert await retry_failed(database_url, bench.name) == 1
    await bench.work(make_deal)
    assert await titles(people) == ["Anna's", "Made by a job"]
    assert await bench.queue() == []


async def test_tries_come_after_growing_pauses(bench: Bench, people: Cast, server: Server) -> None:
    await leave(bench, people)
    failed = asyncio.Event()

    async def fail(_op: Operation) -> None:
        failed.set()
        raise ValueError

    worker = Worker(server.database, bench.queue_url, jobs=bench.handler(fail), periodic={})
    async with worker.beside():
        await asyncio.wait_for(failed.wait(), 10)

    ((wait, attempts),) = await bench.ask(
        "SELECT extract(epoch FROM execute_after - updated)::float, attempts FROM jobs.pgqueuer"
        " WHERE entrypoint = $1", bench.name,
    )  # fmt: skip
    assert (round(wait), attempts) == (10, 1)
    await bench.ask("DELETE FROM jobs.pgqueuer WHERE entrypoint = $1", bench.name)


async def test_a_lost_race_is_run_again_at_once(bench: Bench, people: Cast) -> None:
    await leave(bench, people)
    states: list[list[tuple[str, int]]] = []

    class LostError(Exception):
        sqlstate = "40001"

    async def lose_once(op: Operation) -> None:
        states.append(await bench.queue())
        await make_deal(op)
        if len(states) == 1:
            raise LostError

    await bench.work(lose_once)

    assert states == [[("picked", 0)], [("picked", 0)]]
    assert await titles(people) == ["Anna's", "Made by a job"]


# --- several workers -----------------------------------------------------------------------------


async def test_two_workers_do_each_job_once(bench: Bench, people: Cast) -> None:
    with bench.leaving():
        for number in range(12):
            await people.anna.mutate("createDeal", {"title": str(number)}, "deal { id }")

    await asyncio.gather(bench.work(), bench.work(), bench.work())

    assert len(bench.seen) == 12
    assert await bench.queue() == []


async def test_work_on_a_job_that_another_worker_has_taken_over_is_not_kept(
    bench: Bench, people: Cast
) -> None:
    await leave(bench, people)

    async def slow(op: Operation) -> None:
        await make_deal(op)
        await bench.ask("UPDATE jobs.pgqueuer SET queue_manager_id = gen_random_uuid()"
                        " WHERE entrypoint = $1", bench.name)  # fmt: skip

    await bench.work(slow)

    assert await titles(people) == ["Anna's"]
    assert await bench.queue() == [("picked", 0)]
    await bench.ask("UPDATE jobs.pgqueuer SET heartbeat = now() - interval '1 minute'"
                    " WHERE entrypoint = $1", bench.name)  # fmt: skip
    await bench.work(make_deal)
    assert await titles(people) == ["Anna's", "Made by a job"]
    assert await bench.queue() == []


async def test_the_job_of_a_killed_worker_is_taken_up_again(
    bench: Bench, people: Cast, server: Server, database_url: str
) -> None:
    await leave(bench, people)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.jobs.sleeper", database_url, bench.name),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"asleep\n"
    process.kill()
    await process.wait()
    assert await bench.queue() == [("picked", 0)]

    done = asyncio.Event()

    async def do(op: Operation) -> None:
        await make_deal(op)
        done.set()

    worker = Worker(server.database, database_url, jobs=bench.handler(do), periodic={},
                    silent=timedelta(seconds=0.5))  # fmt: skip
    async with worker.beside():
        await asyncio.wait_for(done.wait(), 20)

    assert await titles(people) == ["Anna's", "Made by a job"]
    assert await bench.queue() == []


async def test_a_worker_that_stops_gives_back_what_it_has_not_finished(
    bench: Bench, people: Cast, server: Server
) -> None:
    await leave(bench, people)
    begun = asyncio.Event()

    async def wait(op: Operation) -> None:
        await make_deal(op)
        begun.set()
        await asyncio.sleep(60)

    worker = Worker(server.database, bench.queue_url, jobs=bench.handler(wait), periodic={},
                    grace=0.1)  # fmt: skip
    async with asyncio.timeout(20), worker.beside():
        await begun.wait()

    assert await titles(people) == ["Anna's"]
    assert await bench.queue() == [("queued", 1)]
    await bench.work(make_deal)
    assert await titles(people) == ["Anna's", "Made by a job"]


async def test_a_worker_that_stops_lets_a_short_job_end(
    bench: Bench, people: Cast, server: Server
) -> None:
    await leave(bench, people)
    begun = asyncio.Event()

    async def finish(op: Operation) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        await make_deal(op)

    worker = Worker(server.database, bench.queue_url, jobs=bench.handler(finish), periodic={})
    async with asyncio.timeout(20), worker.beside():
        await begun.wait()

    assert await titles(people) == ["Anna's", "Made by a job"]
    assert await bench.queue() == []


async def test_a_job_starts_as_soon_as_its_transaction_is_committed(
    bench: Bench, people: Cast, server: Server
) -> None:
    begun = asyncio.Event()

    async def start(_op: Operation) -> None:
        begun.set()

    worker = Worker(server.database, bench.queue_url, jobs=bench.handler(start), periodic={})
    async with worker.beside():
        await asyncio.sleep(0.5)  # idle by now: polling comes every five seconds
        await leave(bench, people)
        await asyncio.wait_for(begun.wait(), 2)
    assert await bench.queue() == []


async def test_a_worker_whose_connection_breaks_connects_again(
    bench: Bench, people: Cast, server: Server
) -> None:
    begun = asyncio.Event()

    async def start(_op: Operation) -> None:
        begun.set()

    worker = Worker(server.database, bench.queue_url, jobs=bench.handler(start), periodic={})
    async with worker.beside():
        cut: list[Any] = []
        while not cut:
            cut = await bench.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = $1 AND datname = current_database()",
                APPLICATION,
            )
        await leave(bench, people)
        await asyncio.wait_for(begun.wait(), 30)

    assert await bench.queue() == []


async def test_a_job_that_no_notice_tells_of_is_found_by_asking(
    bench: Bench, people: Cast, server: Server
) -> None:
    await leave(bench, people)
    await bench.ask("UPDATE jobs.pgqueuer SET status = 'failed' WHERE entrypoint = $1", bench.name)
    begun = asyncio.Event()

    async def start(_op: Operation) -> None:
        begun.set()

    worker = Worker(server.database, bench.queue_url, jobs=bench.handler(start), periodic={})
    async with worker.beside():
        await asyncio.sleep(0.5)
        assert await retry_failed(bench.queue_url, bench.name) == 1
        await asyncio.wait_for(begun.wait(), 10)

    assert await bench.queue() == []
