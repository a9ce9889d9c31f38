"""With the application's own condition taken out of its queries, the belts below it hold.

The statement guard refuses such a query before it is sent. Were the guard gone as well, the
policies of the database would still show no row of another workspace.
"""

import sys
from typing import Any

import pytest
from sqlalchemy import Table, select, true
from sqlalchemy.exc import StatementError

from db.base import metadata
from db.database import Database, RowSecurity
from db.guard import UnguardedStatementError
from tests.client import Client
from tests.db.conftest import Workspaces
from tests.people import Cast

TABLES = [table for table in metadata.sorted_tables if "workspace_id" in table.c]
LISTS = ("deals", "contacts", "companies", "leads", "catalogElements")
LABELS = {"contacts": "lastName", "catalogElements": "name"}


def take_out_the_condition(monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    """Make every SELECT of records start from all rows there are."""
    for module in list(sys.modules.values()):
        for name in ("visible", "within"):
            if module.__name__.startswith(("loaders.", "auth.")) and hasattr(module, name):
                monkeypatch.setattr(module, name, lambda *_: true())
    # Other rights: none of the statements that are kept is theirs.
    monkeypatch.setattr("loaders.scope.fingerprint", lambda _actor: mark)


def take_out_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every statement pass."""
    monkeypatch.setattr("db.guard.check", lambda _statement: None)


def shown(names: str) -> str:
    """Write a query for all that a list has."""
    label = LABELS.get(names, "title")
    return f"{{ {names}(first: 200) {{ totalCount nodes {{ id {label} }} }} }}"


async def make_one(person: Client, names: str) -> str:
    """Make a record in somebody's workspace."""
    one = {"companies": "company"}.get(names, names.removesuffix("s"))
    given = {LABELS.get(names, "title"): "A secret"}
    if names == "catalogElements":
        catalog = await person.mutate("createCatalog", {"name": "Cars"}, "catalog { id }")
        given["catalogId"] = catalog.payload()["catalog"]["id"]
    made = await person.mutate(f"create{one[0].upper()}{one[1:]}", given, f"{one} {{ id }}")
    found: str = made.payload()[one]["id"]
    return found


@pytest.mark.parametrize("names", LISTS)
async def test_a_query_without_its_condition_is_refused_and_tells_nothing(
    people: Cast, monkeypatch: pytest.MonkeyPatch, watch: Any, names: str
) -> None:
    await make_one(people.olga, names)
    assert (await people.anna.data(shown(names)))[names]["totalCount"] == 0
    take_out_the_condition(monkeypatch, f"refused {names}")
    with watch() as seen:
        broken = await people.anna.run(shown(names))
    assert broken.codes == ["INTERNAL_SERVER_ERROR"]
    assert broken.body["data"] is None
    assert not any("A secret" in text for text in seen.texts)


@pytest.mark.parametrize("names", LISTS)
async def test_without_the_guard_the_policies_still_show_no_foreign_row(
    people: Cast, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    theirs, ours = await make_one(people.olga, names), await make_one(people.root, names)
    take_out_the_condition(monkeypatch, f"unguarded {names}")
    take_out_the_guard(monkeypatch)
    found = (await people.anna.data(shown(names)))[names]
    assert [node["id"] for node in found["nodes"]] == [ours]
    assert found["totalCount"] == 1
    found = (await people.olga.data(shown(names)))[names]
    assert [node["id"] for node in found["nodes"]] == [theirs]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_a_bare_statement_is_refused_and_unguarded_reads_its_own_workspace(
    database_url: str, workspaces: Workspaces, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    bare = select(table.c.workspace_id).distinct()
    for row_security, is_held in ((RowSecurity.STRICT, True), (RowSecurity.WRITES, False)):
        with pytest.raises((UnguardedStatementError, StatementError)):
            await _workspaces_seen(database_url, workspaces, row_security, bare)
        with monkeypatch.context() as patched:
            take_out_the_guard(patched)
            seen = await _workspaces_seen(database_url, workspaces, row_security, bare)
        # Without strict policies on reads the guard is the belt: this is what it keeps from.
        assert workspaces.ours in seen
        assert (seen == {workspaces.ours}) is is_held


async def _workspaces_seen(
    database_url: str, workspaces: Workspaces, row_security: RowSecurity, bare: Any
) -> set[Any]:
    database = Database(database_url, row_security=row_security, pool_size=1)
    try:
        async with database.session(write=False) as session:
            await database.enter(session, workspaces.ours, write=False)
            return {row[0] for row in await session.rows(bare)}
    finally:
        await database.dispose()
