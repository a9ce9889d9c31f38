"""INSERT and UPDATE of rows by their columns: of one row, or of any number in one statement.

Many rows come as one array for each column, so their number is no part of the statement, and the
triggers of a statement run once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Insert, Table, Update, bindparam, cast, func, insert, select, update

from db.base import WORKSPACE

_GIVEN = "given_"
"""Stands before the names of columns in those of parameters."""


def insert_of(table: Table, names: Sequence[str], *, many: bool) -> Insert:
    """Give the INSERT of one row, or of many, with these columns, in the session's workspace."""
    if not many:
        values = {name: bindparam(_GIVEN + name, type_=table.c[name].type) for name in names}
        return insert(table).values({"workspace_id": WORKSPACE, **values})
    given = _given(table, names)
    return insert(table).from_select(
        ["workspace_id", *names], select(WORKSPACE, *(given.c[name] for name in names))
    )


def update_of(table: Table, names: Sequence[str], *, many: bool) -> Update:
    """Give the UPDATE of these columns of one row, or of many, by the `id` among them."""
    written = [name for name in names if name != "id"]
    given: Any
    if many:
        given = _given(table, names).c
    else:
        given = {name: bindparam(_GIVEN + name, type_=table.c[name].type) for name in names}
    return (
        update(table)
        .where(table.c["workspace_id"] == WORKSPACE, table.c["id"] == given["id"])
        .values({name: given[name] for name in written})
    )


def given_values(
    names: Sequence[str], rows: Sequence[Mapping[str, Any]], *, many: bool
) -> dict[str, Any]:
    """Give the parameters of a statement made above: of its only row, or columns of all rows."""
    if many:
        return {_GIVEN + name: [row[name] for row in rows] for name in names}
    (row,) = rows
    return {_GIVEN + name: row[name] for name in names}


def is_flat(table: Table, names: Sequence[str]) -> bool:
    """Tell whether the columns hold no arrays: those of several rows would be taken apart."""
    return not any(isinstance(table.c[name].type, ARRAY) for name in names)


def _given(table: Table, names: Sequence[str]) -> Any:
    arrays = []
    for name in names:
        # One dimension: a list in a JSON column is a value, not a part of the array.
        kind: Any = ARRAY(table.c[name].type, dimensions=1)
        arrays.append(cast(bindparam(_GIVEN + name, type_=kind), kind))
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()
