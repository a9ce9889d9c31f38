"""A job is left by the transaction that wants it: it is there when that is, and not otherwise."""

import pytest

from db.database import Database
from db.session import ReadOnlySessionError, WorkspaceUnknownError
from domain.ids import decode_id, encode_id
from domain.jobs import Job
from tests.conftest import Server
from tests.jobs.conftest import Bench
from tests.people import Cast


async def test_a_mutation_leaves_a_job_that_a_worker_does(bench: Bench, people: Cast) -> None:
    with bench.leaving(greeting="Hello"):
        await people.anna.mutate("createDeal", {"title": "One"}, "deal { id }")

    assert await bench.queue() == [("queued", 0)]
    assert bench.seen == []
    await bench.work()

    assert await bench.queue() == []
    ((actor, arguments),) = bench.seen
    assert arguments == {"greeting": "Hello"}
    assert actor.user_id is not None
    assert encode_id("user", actor.user_id) == people.ids["anna"]
    assert (actor.rights.is_system, actor.locale, actor.currency) == (True, "en", "USD")


async def test_a_job_is_there_when_the_transaction_is_committed(
    bench: Bench, server: Server, people: Cast
) -> None:
    made = await people.anna.data("{ viewer { workspace { id } } }")
    workspace = decode_id(made["viewer"]["workspace"]["id"])[1]

    async with server.database.session(write=True) as session:
        await server.database.enter(session, workspace, write=True)
        await session.enqueue([Job(bench.name), Job(bench.name)], None)
        assert await bench.queue() == []

    assert await bench.queue() == [("queued", 0), ("queued", 0)]
    await bench.work()


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        ('mutation { createDeal(input: {title: "One"}) { userErrors { code } } }',
         {"X-Dry-Run": "1"}),
        ('mutation { deleteDeal(input: {id: "nonsense"}) { userErrors { code } } }', {}),
        ('mutation { createPipeline(input: {name: "P", entity: DEAL}) { userErrors { code } } }',
         {}),
        ("{ viewer { user { id } } }", {}),
    ],
    ids=["a dry run", "a refused mutation", "a forbidden mutation", "a query"],
)  # fmt: skip
async def test_what_changes_nothing_leaves_no_job(
    bench: Bench, people: Cast, document: str, headers: dict[str, str]
) -> None:
    with bench.leaving():
        answer = await people.anna.run(document, headers=headers)
        assert await bench.queue() == []
        # The same person's mutation that is committed does leave one.
        await people.anna.mutate("createDeal", {"title": "Two"}, "deal { id }")

    assert answer.status == 200
    assert await bench.queue() == [("queued", 0)]
    await bench.work()


async def test_a_job_belongs_to_the_workspace_of_its_transaction(
    bench: Bench, people: Cast
) -> None:
    with bench.leaving():
        await people.olga.mutate("createDeal", {"title": "One"}, "deal { id }")
    await bench.work()

    theirs = await people.olga.data("{ viewer { workspace { id } } }")
    assert [encode_id("workspace", actor.workspace_id) for actor, _ in bench.seen] == [
        theirs["viewer"]["workspace"]["id"]
    ]


async def test_without_a_workspace_or_to_write_there_is_no_job(
    bench: Bench, database_url: str
) -> None:
    database = Database(database_url, pool_size=2)
    try:
        async with database.session(write=True) as session:
            with pytest.raises(WorkspaceUnknownError):
                await session.enqueue([Job(bench.name)], None)
        async with database.session(write=False) as session:
            with pytest.raises(ReadOnlySessionError):
                await session.enqueue([Job(bench.name)], None)
    finally:
        await database.dispose()
    assert await bench.queue() == []
