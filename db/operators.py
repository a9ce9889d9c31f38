"""Parts of filters as SQL: what an operator says of a column, texts, arrays and trees."""

from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.types import TypeEngine

from db.base import WORKSPACE
from db.tables import TABLES
from domain.filters import Blank, Op, ViewerValue

VIEWER: Final = bindparam("viewer_id", type_=Uuid())
"""The person who asks."""
BY_BEGINNING: Final = frozenset({"text"})
INDEXED: Final = 200
"""Characters of a custom text that its index holds."""
_SINGLE: Final = frozenset({Op.EQ, Op.NE, Op.GT, Op.GTE, Op.LT, Op.LTE})
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def like_pattern(text: str, *, before: str = "%", after: str = "%") -> str:
    """Quote text for LIKE, with wildcards around it."""
    return f"{before}{text.translate(_ESCAPES)}{after}"


def given(value: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Bind a value of a type, or name the parameter that will have it."""
    if isinstance(value, Blank):
        return bindparam(value.name, type_=kind)
    return literal(value, kind)


def pattern_of(text: Any, *, before: str = "%", after: str = "%") -> Any:
    """Give the pattern of LIKE for a text with wildcards around it; a blank stands for it all."""
    if isinstance(text, Blank):
        return bindparam(text.name, type_=Text())
    return like_pattern(text, before=before, after=after)


def beginning(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Give the part of a custom text that its index holds."""
    # The length stands literally in the statement, as it does in the index.
    return func.left(column, literal_column(str(INDEXED)), type_=Text())


def operator_on(op: Op, column: ColumnElement[Any], value: Any) -> Any:  # noqa: C901 - a table of operators reads best in one place
    """Give what an operator says of a column and a value."""
    if value is ViewerValue.ID:
        value = VIEWER
    elif op in _SINGLE:
        value = _of_column(value, column)
    match op:
        case Op.EQ:
            return column == value
        case Op.NE:
            return column.is_distinct_from(value)
        case Op.IN:
            return column == any_(array_of(column, value))
        case Op.NOT_IN:
            return (column == any_(array_of(column, value))).is_not(true())
        case Op.IS_NULL:
            return column.is_(None) if value else column.is_not(None)
        case Op.GT:
            return column > value
        case Op.GTE:
            return column >= value
        case Op.LT:
            return column < value
        case Op.LTE:
            return column <= value
        case Op.BETWEEN:
            return column.between(*(_of_column(part, column) for part in value))
        case Op.CONTAINS:
            return column.ilike(pattern_of(value))
        case Op.STARTS_WITH:
            return column.ilike(pattern_of(value, before=""))
        case Op.ENDS_WITH:
            return column.ilike(pattern_of(value, after=""))


def _of_column(value: Any, column: ColumnElement[Any]) -> Any:
    return given(value, column.type) if isinstance(value, Blank) else value


def array_of(column: ColumnElement[Any], values: tuple[Any, ...] | Blank) -> Any:
    """Bind many values of a column's type."""
    if isinstance(values, Blank):
        return bindparam(values.name, type_=ARRAY(column.type))
    # One array instead of a list of parameters: the statement stays the same for any number.
    return bindparam(None, list(values), type_=ARRAY(column.type), unique=True)


def subtree(roots: tuple[Any, ...] | Blank, entity: str) -> Any:
    """Give the SELECT of the ids of some entries and of all below them."""
    table = TABLES[entity]
    top = table.alias()
    tree = (
        select(top.c.id)
        .where(top.c.workspace_id == WORKSPACE, top.c.id == any_(array_of(top.c.id, roots)))
        .cte("subtree", recursive=True)
    )
    below = table.alias()
    tree = tree.union(
        select(below.c.id)
        .join_from(below, tree, below.c.parent_id == tree.c.id)
        .where(below.c.workspace_id == WORKSPACE)
    )
    return select(tree.c.id)
