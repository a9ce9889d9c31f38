"""Migrations: up, down and up again on a database with data, and nothing left undeclared."""

import asyncio
import contextlib
import io
from typing import Any

import asyncpg
import pytest
from alembic import command

from db.database import Database
from db.migrate import config, downgrade, is_current, upgrade
from resolvers.workspaces import create_workspace


def query(url: str, statement: str) -> list[Any]:
    """Ask the database directly."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    return asyncio.run(ask())


def fill(url: str, email: str) -> None:
    """Make a workspace, with everything that a new one has."""

    async def make() -> None:
        database = Database(url)
        try:
            await create_workspace(database, "Filled", "ru", "RUB", email)
        finally:
            await database.dispose()

    asyncio.run(make())


def tables(url: str) -> set[str]:
    """Give the names of all tables."""
    rows = query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row[0] for row in rows}


def functions(url: str) -> set[str]:
    """Give the names of our own functions."""
    rows = query(url, "SELECT proname FROM pg_proc WHERE proname LIKE 'voronka%'")
    return {row[0] for row in rows}


def test_a_filled_database_goes_down_and_comes_up_again(empty_database: str) -> None:
    url = empty_database
    assert not is_current(url)
    upgrade(url)
    assert is_current(url)
    fill(url, "first@example.com")
    made, known = tables(url), functions(url)
    assert query(url, "SELECT count(*) FROM dictionary_items")[0][0] > 50

    downgrade(url)
    assert not is_current(url)
    assert tables(url) == {"alembic_version"}
    assert functions(url) == set()

    upgrade(url)
    assert is_current(url)
    assert (tables(url), functions(url)) == (made, known)
    assert query(url, "SELECT count(*) FROM workspaces")[0][0] == 0
    fill(url, "first@example.com")
    assert query(url, "SELECT count(*) FROM workspaces")[0][0] == 1


def test_each_migration_goes_down_and_up_by_itself(empty_database: str) -> None:
    url = empty_database
    upgrade(url)
    fill(url, "step@example.com")
    downgrade(url, "-1")
    assert not is_current(url)
    upgrade(url, "+1")
    assert is_current(url)


def test_upgrading_twice_changes_nothing(empty_database: str) -> None:
    url = empty_database
    upgrade(url)
    fill(url, "twice@example.com")
    before = query(url, "SELECT md5(string_agg(u::text, '|')) FROM users AS u")
    upgrade(url)
    assert query(url, "SELECT md5(string_agg(u::text, '|')) FROM users AS u") == before


def test_the_declared_tables_are_those_of_the_migrations(empty_database: str) -> None:
    upgrade(empty_database)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        command.check(config(empty_database))  # raises where a table differs
    assert "No new upgrade operations detected" in said.getvalue() or said.getvalue() == ""


def test_going_down_leaves_the_other_databases_of_the_cluster_alone(
    empty_database: str, database_url: str
) -> None:
    upgrade(empty_database)
    downgrade(empty_database)
    granted = query(
        database_url,
        "SELECT has_table_privilege('voronka_app', 'deals', 'SELECT'),"
        " has_schema_privilege('voronka_app', 'public', 'USAGE')",
    )
    assert tuple(granted[0]) == (True, True)


@pytest.mark.parametrize("name", ["tables", "functions"])
def test_everything_is_closed_to_other_roles(database_url: str, name: str) -> None:
    if name == "tables":
        rows = query(
            database_url,
            "SELECT table_name FROM information_schema.role_table_grants"
            " WHERE grantee = 'PUBLIC' AND table_schema = 'public'",
        )
    else:
        rows = query(
            database_url,
            "SELECT proname FROM pg_proc WHERE proname LIKE 'voronka%'"
            " AND has_function_privilege('public', oid, 'EXECUTE')",
        )
    assert rows == []
