"""Row-level security: under the application's role another workspace's rows do not exist."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.base import metadata
from db.database import Database, RowSecurity
from tests.conftest import Server
from tests.db.conftest import Workspaces

TABLES = [table for table in metadata.sorted_tables if "workspace_id" in table.c]
INSTALLATION = ("identities", "oidc_identities", "sign_in_attempts")
"""Tables of the installation, which only the functions that sign people in reach."""
by_name = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@asynccontextmanager
async def application(server: Server, workspace: UUID | None) -> AsyncIterator[AsyncConnection]:
    """Give a transaction of the application's role in a workspace; it is rolled back."""
    async with server.database.engine.connect() as connection, connection.begin() as transaction:
        await connection.execute(text("SET LOCAL ROLE voronka_app"))
        if workspace is not None:
            await connection.execute(
                text("SELECT set_config('voronka.workspace_id', :id, true)"), {"id": str(workspace)}
            )
        yield connection
        await transaction.rollback()


def test_every_table_is_of_a_workspace_or_known_not_to_be() -> None:
    others = {table.name for table in metadata.sorted_tables} - {table.name for table in TABLES}
    assert others == {"workspaces", *INSTALLATION}
    for table in TABLES:
        assert next(iter(table.c)).name == "workspace_id"
        assert next(iter(table.primary_key)).name == "workspace_id"


async def test_every_table_has_its_policy(server: Server) -> None:
    async with server.database.engine.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT c.relname, c.relrowsecurity, p.polcmd::text, p.polqual IS NOT NULL,"
                " p.polwithcheck IS NOT NULL FROM pg_class AS c"
                " LEFT JOIN pg_policy AS p ON p.polrelid = c.oid"
                " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
                " AND c.relname <> 'alembic_version'"
            )
        )
        rows = {row[0]: tuple(row[1:]) for row in found}
    assert set(rows) == set(metadata.tables)
    for name in INSTALLATION:
        assert rows.pop(name) == (True, None, False, False)
    assert set(rows.values()) == {(True, "*", True, True)}


@by_name
async def test_no_row_of_another_workspace_is_visible(
    server: Server, workspaces: Workspaces, table: Table
) -> None:
    count = text(f"SELECT count(*), count(*) FILTER (WHERE workspace_id <> :w) FROM {table.name}")  # noqa: S608 - our own table's name
    for workspace in (workspaces.ours, workspaces.theirs):
        async with application(server, workspace) as connection:
            seen, foreign = (await connection.execute(count, {"w": workspace})).one()
        assert seen > 0
        assert foreign == 0
    for nowhere in (None, uuid4()):
        async with application(server, nowhere) as connection:
            assert (await connection.execute(count, {"w": workspaces.ours})).one() == (0, 0)


@by_name
async def test_no_row_of_another_workspace_is_changed(
    server: Server, workspaces: Workspaces, table: Table
) -> None:
    for statement in (
        f"DELETE FROM {table.name} WHERE workspace_id = :w",  # noqa: S608 - our own table's name
        f"UPDATE {table.name} SET workspace_id = workspace_id WHERE workspace_id = :w",  # noqa: S608 - as above
    ):
        async with application(server, workspaces.theirs) as connection:
            if table.name == "audit_events":
                with pytest.raises(DBAPIError, match="permission denied"):
                    await connection.execute(text(statement), {"w": workspaces.ours})
                continue
            assert (await connection.execute(text(statement), {"w": workspaces.ours})).rowcount == 0


@by_name
async def test_no_row_is_put_into_another_workspace(
    server: Server, workspaces: Workspaces, table: Table
) -> None:
    columns = ", ".join(column.name for column in table.c if column.name != "workspace_id")
    copy = f"INSERT INTO {table.name} (workspace_id, {columns}) SELECT :w, {columns} FROM {table.name} LIMIT 1"  # noqa: S608, E501 - our own table's names
    async with application(server, workspaces.ours) as connection:
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(text(copy), {"w": workspaces.theirs})
    assert refused.value.orig.sqlstate == "42501"  # type: ignore[union-attr]  # of the driver's errors
    assert "row-level security" in str(refused.value)


async def test_a_row_does_not_move_into_another_workspace(
    server: Server, workspaces: Workspaces
) -> None:
    move = text("UPDATE events SET workspace_id = :w")
    async with application(server, workspaces.ours) as connection:
        with pytest.raises(DBAPIError, match="row-level security"):
            await connection.execute(move, {"w": workspaces.theirs})


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password_hash FROM identities",
        "UPDATE identities SET password_hash = NULL",
        "SELECT subject FROM oidc_identities",
        "DELETE FROM sign_in_attempts",
        "UPDATE audit_events SET kind = 'SIGNED_IN'",
        "DELETE FROM audit_events",
        "SELECT voronka_journal('[]')",
        "SELECT voronka_touch_tokens('{}', '{}')",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE deals DISABLE ROW LEVEL SECURITY",
        "DROP POLICY workspace ON deals",
        "TRUNCATE deals",
        "DROP FUNCTION voronka_workspaces()",
    ],
)
async def test_the_application_reads_no_passwords_and_changes_no_tables(
    server: Server, workspaces: Workspaces, statement: str
) -> None:
    async with application(server, workspaces.ours) as connection:
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(text(statement))
    assert refused.value.orig.sqlstate == "42501"  # type: ignore[union-attr]  # of the driver's errors


def _references() -> list[tuple[Table, str, Table]]:
    return [
        (table, constraint.column_keys[-1], constraint.referred_table)
        for table in TABLES
        for constraint in table.foreign_key_constraints
        if constraint.referred_table.name not in {"workspaces", "identities"}
    ]


def test_every_reference_names_the_workspace_too() -> None:
    for table in TABLES:
        for constraint in table.foreign_key_constraints:
            target = constraint.referred_table.name
            if target in {"workspaces", "identities"}:
                continue
            assert constraint.column_keys[0] == "workspace_id", f"{table.name} -> {target}"
            assert len(constraint.column_keys) == 2
            if constraint.ondelete and constraint.ondelete.startswith("SET NULL"):
                assert constraint.ondelete == f"SET NULL ({constraint.column_keys[1]})"


@pytest.mark.parametrize(
    ("table", "column", "target"),
    _references(),
    ids=[f"{table.name}.{column}" for table, column, _ in _references()],
)
async def test_a_reference_across_workspaces_cannot_be_stored(
    server: Server, workspaces: Workspaces, table: Table, column: str, target: Table
) -> None:
    # Even by the owner of the tables, whom no policy holds.
    async with server.database.engine.connect() as connection, connection.begin() as transaction:
        rows = await connection.execute(
            text(f"SELECT id FROM {target.name} WHERE workspace_id = :w LIMIT 1"),  # noqa: S608 - our own table's name
            {"w": workspaces.theirs},
        )
        foreign = rows.scalar_one()
        updated = text(f"UPDATE {table.name} SET {column} = :id WHERE workspace_id = :w")  # noqa: S608 - as above
        with pytest.raises(IntegrityError):
            await connection.execute(updated, {"id": foreign, "w": workspaces.ours})
        await transaction.rollback()


@pytest.mark.parametrize("row_security", list(RowSecurity))
async def test_writes_are_always_under_the_policies_and_reads_where_wanted(
    database_url: str, workspaces: Workspaces, row_security: RowSecurity
) -> None:
    workspace = workspaces.ours
    database = Database(database_url, row_security=row_security, pool_size=1)
    roles = {}
    try:
        for write in (True, False):
            async with database.session(write=write) as session:
                await database.enter(session, workspace, write=write)
                roles[write] = await session.scalar(text("SELECT current_user"))
            async with database.engine.connect() as connection:
                # What one operation sets does not reach the next one on the same connection.
                left = await connection.execute(
                    text("SELECT current_user, current_setting('voronka.workspace_id', true)")
                )
                user, left_over = left.one()
                assert user != "voronka_app"
                assert not left_over
    finally:
        await database.dispose()
    assert roles[True] == "voronka_app"
    assert (roles[False] == "voronka_app") == (row_security is RowSecurity.STRICT)
