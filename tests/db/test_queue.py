"""The queue's tables are those that the installed library expects, and closed to everybody else."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.job_queue import NAMES, open_queue
from tests.conftest import Server


async def test_the_library_would_change_nothing_in_the_tables(database_url: str) -> None:
    async with open_queue(database_url) as queries:
        plan = await queries.plan_upgrade()

    assert list(plan.statements) == []


def test_the_names_of_the_tables_do_not_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGQUEUER_QUEUE_TABLE", "another")
    monkeypatch.setenv("PGQUEUER_SCHEMA", "elsewhere")

    again = type(NAMES)(db_schema="jobs", durability=NAMES.durability)

    assert again.qualified == NAMES.qualified
    assert again.qualified.queue_table == "jobs.pgqueuer"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT payload FROM jobs.pgqueuer",
        "INSERT INTO jobs.pgqueuer (priority, status, entrypoint) VALUES (0, 'queued', 'x')",
        "SELECT * FROM voronka_enqueue_periodic(ARRAY['x'], ARRAY[1.0])",
    ],
)
async def test_the_application_reaches_the_queue_by_its_functions_alone(
    server: Server, statement: str
) -> None:
    async with server.database.engine.connect() as connection:
        await connection.execute(text("SET LOCAL ROLE voronka_app"))
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text(statement))
        await connection.rollback()

    assert isinstance(error.value.orig, Exception)
    assert getattr(error.value.orig, "sqlstate", None) == "42501"


async def test_a_job_without_a_workspace_is_refused(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.PostgresError):
            await connection.fetch("SELECT * FROM voronka_enqueue($1, $2, NULL)", ["x"], ["{}"])
        assert (
            await connection.fetchval("SELECT count(*) FROM jobs.pgqueuer WHERE entrypoint = 'x'")
            == 0
        )
    finally:
        await connection.close()
