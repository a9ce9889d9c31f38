"""The statement guard: no statement reaches a workspace's table without the session's workspace.

It runs when SQLAlchemy compiles a statement, so a statement that is cached costs nothing to guard.
A table counts as held when a conjunct of the WHERE or ON clause beside it says
``table.workspace_id = :session_workspace``. Inserts carry the workspace in their values, which
`Session.insert` puts there itself, and the policies check them besides.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Alias, Delete, Select, Table, Update
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnElement,
    Grouping,
)
from sqlalchemy.sql.selectable import CTE, FromClause, Join, Lateral, Subquery

from db.base import WORKSPACE


class UnguardedStatementError(RuntimeError):
    """A statement touches a workspace's table without the session's workspace."""


class GuardedCompiler(PGCompiler_asyncpg):
    """SQLAlchemy's compiler, after the guard."""

    def __init__(self, dialect: Any, statement: Any, *args: Any, **kwargs: Any) -> None:
        """Check the statement, then compile it; raises UnguardedStatementError."""
        if statement is not None:
            check(statement)
        super().__init__(dialect, statement, *args, **kwargs)


def check(statement: Any) -> None:
    """Refuse a statement that reads or writes a workspace's table unheld."""
    _walk(statement, frozenset(), set())


def _walk(element: Any, outer: frozenset[FromClause], seen: set[int]) -> None:
    """Check an element and all below it; `outer` are the tables that it may correlate with."""
    if isinstance(element, Lateral):
        # The subquery inside may correlate with its neighbours; any other stands alone.
        inner = element.element
        _walk(inner.element if isinstance(inner, Subquery) else inner, outer, seen)
        return
    if isinstance(element, CTE | Subquery):
        if id(element) in seen:
            return
        seen.add(id(element))
        outer = frozenset()
    elif isinstance(element, Select):
        outer |= _check_select(element, outer)
    elif isinstance(element, Update | Delete):
        outer |= _check_write(element)
    for child in element.get_children():
        _walk(child, outer, seen)


def _check_write(statement: Update | Delete) -> frozenset[FromClause]:
    conditions = tuple(_conjuncts(statement.whereclause))
    # UPDATE … FROM and DELETE … USING take further tables from the condition.
    further = () if statement.whereclause is None else statement.whereclause._from_objects
    tables = frozenset((statement.table, *further))
    for table in tables:
        _require(table, conditions)
    return tables


def _check_select(select: Select[Any], outer: frozenset[FromClause]) -> frozenset[FromClause]:
    conditions = tuple(_conjuncts(select.whereclause))
    sources = select.get_final_froms()
    # SQLAlchemy takes a table from outside only where the SELECT has another one of its own.
    own = [source for source in sources if source not in outer] or sources
    tables = [pair for source in own for pair in _tables(source, conditions)]
    for table, held in tables:
        _require(table, held)
    return frozenset(table for table, _ in tables)


def _tables(
    source: FromClause, conditions: tuple[ColumnElement[Any], ...]
) -> Iterator[tuple[FromClause, tuple[ColumnElement[Any], ...]]]:
    """Give the tables of a FROM element, each with the conditions that all of its rows meet."""
    if isinstance(source, Join):
        joined = (*conditions, *_conjuncts(source.onclause))
        yield from _tables(source.left, conditions if source.isouter or source.full else joined)
        yield from _tables(source.right, conditions if source.full else joined)
    elif not isinstance(source, Subquery | Lateral):
        yield source, conditions


def _require(source: FromClause, conditions: Sequence[ColumnElement[Any]]) -> None:
    table = source.element if isinstance(source, Alias) else source
    if not isinstance(table, Table) or "workspace_id" not in table.c:
        return
    column = source.c["workspace_id"]
    for condition in conditions:
        if isinstance(condition, BinaryExpression) and condition.operator is operators.eq:
            sides = (condition.left, condition.right)
            if any(side is column for side in sides) and any(_holds(side) for side in sides):
                return
    raise UnguardedStatementError(f"{table.name} is used without the session's workspace")


def _holds(side: Any) -> bool:
    return isinstance(side, BindParameter) and side.key == WORKSPACE.key


def _conjuncts(clause: Any) -> Iterator[ColumnElement[Any]]:
    if clause is None:
        return
    if isinstance(clause, Grouping):
        yield from _conjuncts(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _conjuncts(part)
    else:
        yield clause
