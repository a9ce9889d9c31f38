"""Rows that are written together are stored as if each had been written alone."""

from typing import Any

import pytest
from sqlalchemy import Table, select

from db.base import WORKSPACE, new_id
from db.session import Session
from db.tables import TABLES, events
from tests.conftest import Server
from tests.db.conftest import Workspaces

# Amounts, times, JSON that is there or not, lists of texts and of ids: what columns hold.
KINDS = [TABLES[name] for name in ("lead", "contact", "company", "deal", "activity")] + [events]


async def rows_of(session: Session, table: Table) -> dict[Any, tuple[Any, ...]]:
    """Give the rows of a table by id, with which of their columns are empty."""
    columns = [column for column in table.c if column.name not in {"workspace_id", "search"}]
    empty = [column.is_(None).label(f"no_{column.name}") for column in columns]
    found = await session.rows(select(*columns, *empty).where(table.c.workspace_id == WORKSPACE))
    return {row.id: tuple(row) for row in found}


def written(table: Table, row: tuple[Any, ...], **other: Any) -> dict[str, Any]:
    """Give the columns of a row that are written, some of them with other values."""
    names = [column.name for column in table.c if column.name not in {"workspace_id", "search"}]
    values = dict(zip(names, row, strict=False)) | other
    return {name: value for name, value in values.items() if table.c[name].computed is None}


@pytest.mark.parametrize("table", KINDS, ids=lambda table: str(table.name))
async def test_copies_that_are_written_together_equal_their_originals(
    server: Server, workspaces: Workspaces, table: Table
) -> None:
    async with server.database.session(write=True) as session:
        session.doomed = True
        await server.database.enter(session, workspaces.ours, write=True)
        before = await rows_of(session, table)
        assert before
        copied = {new_id(): row for row in before.values() for _ in range(2)}

        await session.insert(table, [written(table, row, id=key) for key, row in copied.items()])
        alone, original = new_id(), next(iter(before.values()))
        await session.insert(table, [written(table, original, id=alone)])

        stored = await rows_of(session, table)
        assert stored.keys() == {*before, *copied, alone}
        for key, row in (copied | {alone: original}).items():
            assert written(table, stored[key], id=0) == written(table, row, id=0)
            assert stored[key][len(row) // 2 :] == row[len(row) // 2 :]


@pytest.mark.parametrize(
    ("entity", "title"),
    [("lead", "title"), ("contact", "first_name"), ("company", "title"), ("deal", "title"),
     ("activity", "subject")],
)  # fmt: skip
async def test_each_row_gets_what_was_meant_for_it_and_no_other_changes(
    server: Server, workspaces: Workspaces, entity: str, title: str
) -> None:
    table = TABLES[entity]
    async with server.database.session(write=True) as session:
        session.doomed = True
        await server.database.enter(session, workspaces.ours, write=True)
        original = next(iter((await rows_of(session, table)).values()))
        ids = [new_id() for _ in range(3)]
        await session.insert(table, [written(table, original, id=key) for key in ids])
        before = await rows_of(session, table)
        *changed, alone = ids

        await session.update(
            table, [{"id": key, title: str(key), "version": n} for n, key in enumerate(changed)]
        )
        await session.update(table, [{"id": alone, title: "Alone", "version": 77}])

        after = await rows_of(session, table)
        expected = {
            **{key: {title: str(key), "version": n} for n, key in enumerate(changed)},
            alone: {title: "Alone", "version": 77},
        }
        for key, row in before.items():
            assert written(table, after[key]) == written(table, row) | expected.get(key, {})
