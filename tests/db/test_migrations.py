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


def query(url: str, statement: str, *values: str) -> list[Any]:
    """Ask the database directly."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    return asyncio.run(ask())


def fill(url: str, email: str, name: str = "Filled", locale: str = "ru") -> None:
    """Make a workspace, with everything that a new one has."""

    async def make() -> None:
        database = Database(url)
        try:
            await create_workspace(database, name, locale, "RUB", email)
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


READY = {
    "units": "SELECT t.code, t.name, is_default, sort FROM measure_units AS t"
    " JOIN workspaces AS w ON w.id = workspace_id WHERE w.name = $1 ORDER BY sort",
    "tax rates": "SELECT t.name, rate, is_default, sort FROM tax_rates AS t"
    " JOIN workspaces AS w ON w.id = workspace_id WHERE w.name = $1 ORDER BY sort",
    "roles": "SELECT code, grants, field_rules, field_defaults, settings FROM roles"
    " JOIN workspaces AS w ON w.id = workspace_id WHERE w.name = $1 ORDER BY code",
}


def ready(url: str, workspace: str) -> dict[str, list[tuple[Any, ...]]]:
    """Give what a workspace is ready with."""
    return {what: list(map(tuple, query(url, asked, workspace))) for what, asked in READY.items()}


MAKE = """INSERT INTO workspaces (id, name, locale, currency)
VALUES (gen_random_uuid(), $1, $2, 'USD')"""
GRANT_LESS = """UPDATE roles SET grants = grants - 0 FROM workspaces AS w
WHERE w.id = workspace_id AND w.name = 'Changed' AND roles.code = 'OBSERVER'"""
ADD_RULE = """UPDATE roles
SET field_rules = '[{"entity": "DEAL", "field": "amount", "access": "READ"}]'
FROM workspaces AS w
WHERE w.id = workspace_id AND w.name = 'Changed' AND roles.code = 'SALES_MANAGER'"""


def made_before_products(url: str) -> None:
    """Make workspaces of the time before products; in one of them roles have been changed."""
    upgrade(url, "0007")
    for name, locale in (("Old", "ru"), ("Old English", "en"), ("Changed", "en")):
        query(url, MAKE, name, locale)
    upgrade(url, "0012")
    for statement in (GRANT_LESS, ADD_RULE):
        query(url, statement)


def test_workspaces_of_the_time_before_products_get_what_new_ones_have(
    empty_database: str,
) -> None:
    url = empty_database
    made_before_products(url)
    upgrade(url, "0019")
    before = ready(url, "Changed")
    versions = "SELECT settings_version FROM workspaces WHERE name = 'Old'"
    (held,) = query(url, versions)[0]
    assert ready(url, "Old")["units"] == ready(url, "Old")["tax rates"] == []

    upgrade(url)

    for name, locale in (("New", "ru"), ("New English", "en")):
        fill(url, f"{locale}@example.com", name, locale)
    assert len(ready(url, "New")["units"]) == 11
    assert ready(url, "Old") == ready(url, "New")
    assert ready(url, "Old English") == ready(url, "New English")
    # What somebody has changed stays as it is.
    after = ready(url, "Changed")
    assert after["units"] == ready(url, "New English")["units"]
    roles, roles_before = ({row[0]: row for row in each["roles"]} for each in (after, before))
    for code in ("OBSERVER", "SALES_MANAGER"):
        assert roles[code] == roles_before[code]
    assert roles["HEAD_OF_SALES"] in ready(url, "New English")["roles"]
    # Processes read again what they hold of the settings.
    assert query(url, versions)[0][0] > held


def test_what_has_been_deleted_does_not_come_back(empty_database: str) -> None:
    url = empty_database
    upgrade(url)
    fill(url, "first@example.com", "Emptied", "en")
    downgrade(url, "0019")
    for table in ("measure_units", "tax_rates"):
        query(url, f"DELETE FROM {table}")  # noqa: S608 - one of two names
    before = ready(url, "Emptied")

    upgrade(url)

    assert (before["units"], before["tax rates"]) == ([], [])
    assert ready(url, "Emptied") == before


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
