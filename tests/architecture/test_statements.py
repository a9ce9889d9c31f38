"""Where SQL may be said: rows are written in one place, read in one layer, never glued from text.

The rules are functions over the syntax trees; each is first tried on a module that breaks it.
"""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import LAYERS, Module, callee, modules, read

_WRITING = {"insert", "update", "delete"}
_READING = {"select", "union", "union_all", "exists", "lateral", "values"}
_RUNNING = {
    "execute", "executemany", "exec_driver_sql", "fetch", "fetchrow", "fetchval", "fetchmany",
    "text", "literal_column", "DDL",
}  # fmt: skip

WRITERS = {
    "db/batches.py": "the INSERT and UPDATE of rows, for the session of a mutation",
    "db/writing.py": "the session's own ways of writing, which all others go through",
    "resolvers/changes.py": "the write path: records, settings, people, and their events",
    "resolvers/lists.py": "the lists of a record, called by the write path alone",
    "resolvers/product_lists.py": "prices, product rows, requisites, called by those lists alone",
    "resolvers/custom_pivot.py": "the pivot of custom values, called by the write path alone",
    "resolvers/custom_bookings.py": "the time that custom values reserve, called by it alone",
    "resolvers/kept_numbers.py": "numbers that triggers add to: their rows made one, or put right",
    "resolvers/duplicate_keys.py": "the keys of duplicates, called by the write path and a job",
    "resolvers/attachments.py": "which record holds a file, called by the write path",
    "resolvers/conversion_rows.py": "what leads have become",
    "resolvers/merges.py": "which records became part of which",
    "resolvers/merge_moves.py": "what points to merged records, which is no change of it",
    "resolvers/comments.py": "comments and what they said before",
    "resolvers/activity_rows.py": "what stands beside activities, and calendar feeds",
    "resolvers/rates.py": "exchange rates",
    "resolvers/currency_work.py": "how far work on base amounts is",
    "resolvers/sign_in.py": "tokens",
    "resolvers/links.py": "links that set a password",
    "resolvers/audit.py": "the audit log, which is only added to",
    "resolvers/workspaces.py": "the row of a new workspace",
    "server/demo/generator.py": "a million made-up records by COPY, with their events",
}
TABLES_OF_WRITERS = {
    "resolvers/changes.py": {"TABLES", "events", "workspaces"},
    "resolvers/lists.py": {
        "comments",
        "contact_points",
        "external_ids",
        "product_rows",
        "requisites",
    },
    "resolvers/product_lists.py": {"product_prices", "product_rows", "requisites"},
    "resolvers/comments.py": {"comment_edits", "comments"},
    "resolvers/activity_rows.py": {"activity_links", "activity_reminders", "calendar_feeds"},
    "resolvers/custom_pivot.py": {"custom_values"},
    "resolvers/custom_bookings.py": {"bookings", "booking_holders"},
    "resolvers/duplicate_keys.py": {"duplicate_keys"},
    "resolvers/kept_numbers.py": {"kept_numbers"},
    "resolvers/attachments.py": {"files"},
    "resolvers/conversion_rows.py": {"lead_conversions"},
    "resolvers/merges.py": {"merged_records", "merges"},
    "resolvers/merge_moves.py": {"external_ids", "merge_moves"},
    "resolvers/rates.py": {"exchange_rates"},
    "resolvers/currency_work.py": {"currency_work"},
    "resolvers/sign_in.py": {"tokens"},
    "resolvers/links.py": {"sign_in_links"},
    "resolvers/audit.py": {"audit_events"},
    "resolvers/workspaces.py": {"workspaces"},
}
"""TABLES gives any table; whoever else writes has tables without records in them."""

READERS = ("loaders/", "db/")
READS_WITHIN_WRITES = {
    "resolvers/changes.py": "the ranks inside one UPDATE of a column's cards",
    "resolvers/custom_pivot.py": "the next rows of a field inside an UPDATE or DELETE of them",
    "resolvers/kept_numbers.py": "what is folded or amiss, inside the statement that mends it",
    "auth/policy.py": "who follows a record, inside the condition on its rows",
    "auth/entries.py": "the fields that an event changes, inside the condition on entries",
}

ON_CONNECTIONS = {
    "db/database.py": "where transactions begin and end",
    "db/writing.py": "where the statements of mutations meet the connection",
    "db/reading.py": "where those of queries do",
    "db/reads.py": "whether a connection that was made has its settings",
    "server/demo/generator.py": "COPY",
    "server/installation.py": "one start at a time, before there is a workspace",
}

OF_OWN_NAMES = {
    ("db/record.py", """f"({field.name} ->> '{part}')\""""): "parts of declared fields",
    ("db/where.py", """f"'{part}'\""""): "parts of declared fields, as the index names them",
    ("server/demo/generator.py", "f'VACUUM (ANALYZE) {table}'"): "tables that it filled",
    ("bench/over_http.py", "f'VACUUM (ANALYZE) {table}'"): "tables out of a list above it",
    ("bench/over_http.py",
     "f'DELETE FROM {table} WHERE workspace_id = $1 AND {column} = ANY($2)'"): "the same list",
    ("bench/process_clients.py", "f'VACUUM (ANALYZE) {table}'"): "one of two tables",
    ("bench/meter.py", "f'EXPLAIN (ANALYZE, BUFFERS) {sent.text}'"): "what the server itself sent",
}  # fmt: skip
"""Put together from names of our own, because no parameter can stand there."""


def sessions_methods(module: Module) -> set[str]:
    """Give the methods that a module calls of something named session."""
    return {
        call.func.attr
        for call in module.calls()
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value).split(".")[-1].lower() == "session"
    }


def writes(module: Module) -> bool:
    """Tell whether a module writes rows."""
    constructs = module.imported("sqlalchemy") & _WRITING
    methods = sessions_methods(module) & {"insert", "insert_workspace", "run", "update"}
    copies = {callee(call) for call in module.calls()} & {"copy_records_to_table"}
    return bool(constructs or methods or copies)


def reads(module: Module) -> bool:
    """Tell whether a module makes or sends SELECTs."""
    constructs = module.imported("sqlalchemy") & _READING
    return bool(constructs or sessions_methods(module) & {"rows", "scalar"})


def built_statements(module: Module) -> Iterator[ast.Call]:
    """Give the calls that are handed SQL put together from parts."""
    for call in module.calls():
        if callee(call) not in _RUNNING or not call.args:
            continue
        match call.args[0]:
            case (
                ast.JoinedStr()
                | ast.BinOp(op=ast.Add() | ast.Mod())
                | ast.Call(func=ast.Attribute(attr="format" | "format_map" | "join"))
            ):
                yield call


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import update",
        "from sqlalchemy.dialects.postgresql import insert",
        "await op.session.insert(deals, rows)",
        "await op.session.update(deals, rows)",
        "await session.run(statement)",
        "await connection.copy_records_to_table('deals', records=rows)",
    ],
)
def test_a_module_that_writes_is_seen(text: str) -> None:
    assert writes(read(text))
    assert not writes(read("from sqlalchemy import select, func\nrows.insert(0, row)\nrun(op)"))


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import select",
        "from sqlalchemy import func, union_all",
        "found = await op.session.rows(statement)",
        "count = await session.scalar(statement)",
    ],
)
def test_a_module_that_reads_is_seen(text: str) -> None:
    assert reads(read(text))
    assert not reads(read("from sqlalchemy import update\nrows = await loaders.one('deal')"))


@pytest.mark.parametrize(
    "text",
    [
        "text(f'SELECT {column} FROM deals')",
        "connection.execute('DELETE FROM ' + table)",
        "await connection.fetch('SELECT %s' % name)",
        "connection.exec_driver_sql('SELECT {}'.format(name))",
        "sa.text(' UNION ALL '.join(parts))",
    ],
)
def test_sql_that_is_glued_together_is_seen(text: str) -> None:
    assert len(list(built_statements(read(text)))) == 1
    assert not list(built_statements(read("text('SELECT now()')\nconnection.execute(statement)")))


def test_rows_are_written_by_the_write_path_and_a_few_named_modules() -> None:
    assert {module.path for module in modules(*LAYERS) if writes(module)} == set(WRITERS)


def test_only_the_write_path_can_name_the_tables_of_records() -> None:
    named = {
        module.path: module.imported("db.tables")
        for module in modules("server", "schema", "resolvers", "auth")
        if module.imported("db.tables")
    }

    assert named == TABLES_OF_WRITERS
    whoever = {
        module.path
        for module in modules(*LAYERS)
        if module.imported("resolvers.lists") & {"write_lists", "delete_lists"}
    }
    assert whoever == {"resolvers/changes.py"}


def test_rows_are_read_in_the_loaders() -> None:
    readers = {
        module.path
        for module in modules(*LAYERS)
        if reads(module) and not module.path.startswith(READERS)
    }

    assert readers == set(READS_WITHIN_WRITES)


def test_few_modules_touch_a_connection() -> None:
    executing = _RUNNING - {"text", "literal_column", "DDL"}
    touching = {
        module.path
        for module in modules(*LAYERS)
        for call in module.calls()
        # A schema executes as well, but documents; its layer may not import a session at all.
        if callee(call) in executing
        and not module.path.startswith("schema/")
        and "schema" not in ast.unparse(call.func)
    }

    assert touching == set(ON_CONNECTIONS)


def test_no_statement_is_glued_together() -> None:
    built = {
        (module.path, ast.unparse(call.args[0]))
        for module in modules(*LAYERS, "bench", "examples")
        for call in built_statements(module)
    }

    assert built == set(OF_OWN_NAMES)


def test_nobody_commits_inside_an_operation() -> None:
    ending = {
        module.path
        for module in modules(*LAYERS)
        if {callee(call) for call in module.calls()} & {"commit", "rollback", "begin_nested"}
        or {"COMMIT", "ROLLBACK"} & module.texts()
    }

    # The edges of mutations and of queries, and migrations.
    assert ending == {"db/database.py", "db/reading.py", "db/migrations/env.py"}
