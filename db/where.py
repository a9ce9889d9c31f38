"""Turn a filter tree into SQL.

What may be looked at is an argument (`Reader`), so that a filter never sees more, through a
relation or in a field, than its caller may. Logic is two-valued (see `domain/filters.py`) but for
fields that may be read on some rows only: on all others they are *unknown* (Kleene's third value),
and neither a comparison nor its opposite holds.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    Text,
    and_,
    any_,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from db.base import WORKSPACE
from db.custom_where import compare_custom
from db.operators import (
    operator_on,
    subtree,
)
from db.reader import Reader
from db.tables import TABLES, contact_points, external_ids, linking, product_rows
from domain.fields import FILTERED_PARTS, Field, Kind, camel
from domain.filters import (
    And,
    Compare,
    CompareCustom,
    Condition,
    NamedCustom,
    Not,
    Op,
    Or,
    Quantifier,
    Related,
)

_BESIDE: Final[Mapping[Kind, Table]] = {
    Kind.POINTS: contact_points,
    Kind.EXTERNAL_IDS: external_ids,
    Kind.ROWS: product_rows,
}
"""The tables of values that stand beside records of several types."""


def condition(
    tree: Condition, source: FromClause, entity: str, reader: Reader
) -> ColumnElement[Any]:
    """Give the SQL condition of a filter on the rows of `source`, which holds `entity`."""
    match tree:
        case And(parts):
            return and_(true(), *(condition(part, source, entity, reader) for part in parts))
        case Or(parts):
            return or_(false(), *(condition(part, source, entity, reader) for part in parts))
        case Not(part):
            return _refuted(part, source, entity, reader)
        case Related():
            return _related(tree, source, entity, reader)
        case NamedCustom(code=code):
            raise TypeError(f"nobody has looked up the custom field {code}")
        case _:
            cell = _cell(tree, source, entity, reader)
            compared = _compared(tree, source, reader)
            return compared if cell is None else and_(cell, compared)


def _refuted(
    tree: Condition, source: FromClause, entity: str, reader: Reader
) -> ColumnElement[Any]:
    """Give the condition under which a filter is known not to hold."""
    if not _has_unknowns(tree, source, entity, reader):
        return condition(tree, source, entity, reader).is_not(true())
    match tree:
        case And(parts):
            return or_(false(), *(_refuted(part, source, entity, reader) for part in parts))
        case Or(parts):
            return and_(true(), *(_refuted(part, source, entity, reader) for part in parts))
        case Not(part):
            return condition(part, source, entity, reader)
        case Related():
            return _related(tree, source, entity, reader, refuted=True)
        case _:
            cell = _cell(tree, source, entity, reader)
            refuted = _compared(tree, source, reader).is_not(true())
            return refuted if cell is None else and_(cell, refuted)


def _has_unknowns(tree: Condition, source: FromClause, entity: str, reader: Reader) -> bool:
    """Tell whether a filter looks at fields that may be read on some rows only."""
    match tree:
        case And(parts) | Or(parts):
            return any(_has_unknowns(part, source, entity, reader) for part in parts)
        case Not(part):
            return _has_unknowns(part, source, entity, reader)
        case Related(field, where):
            if _cell(tree, source, entity, reader) is not None:
                return True
            if field.kind in {Kind.POINTS, Kind.EXTERNAL_IDS}:
                return False
            if field.kind is Kind.ROWS:
                return _has_unknowns(where, product_rows.alias(), "", reader)
            return _has_unknowns(where, TABLES[field.target].alias(), field.target, reader)
        case _:
            return _cell(tree, source, entity, reader) is not None


def _cell(
    tree: Condition, source: FromClause, entity: str, reader: Reader
) -> ColumnElement[Any] | None:
    match tree:
        case CompareCustom(field=field_id):
            return reader.custom_cell(entity, field_id, source)
        case Compare(field=field) | Related(field=field):
            # The values beside a record (phones, ids elsewhere) have no fields of their own.
            return reader.cell(entity, camel(field.name), source) if entity else None
    raise TypeError("only a comparison looks at a field")


def pointer_name(field: Field) -> str:
    """Name the field of the target that an INVERSE list is made of."""
    return camel(field.via.removesuffix("_id"))


def _compared(tree: Condition, source: FromClause, reader: Reader) -> ColumnElement[Any]:
    if isinstance(tree, CompareCustom):
        return compare_custom(tree, source, reader)
    if isinstance(tree, Compare):
        return _referring(tree, source, reader, _compare(tree, source))
    raise TypeError("no comparison")


def _referring(
    tree: Compare, source: FromClause, reader: Reader, compared: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Give a comparison to which a reference is empty where its target may not be looked at."""
    if tree.field.kind is not Kind.REFERENCE or tree.field.column == "id":
        return compared
    target = TABLES[tree.field.target].alias()
    readable = reader.target(tree.field.target, target)
    if readable is None:
        return compared
    there = exists(
        select(literal_column("1")).where(readable, target.c.id == source.c[tree.field.column])
    )
    # Beside the comparison of the column itself, whose index stays of use.
    fails_if_empty = tree.op in {Op.EQ, Op.IN} or (tree.op is Op.IS_NULL and not tree.value)
    return and_(compared, there) if fails_if_empty else or_(compared, not_(there))


def value_column(field: Field, source: FromClause, part: str = "") -> ColumnElement[Any]:
    """Give the column (or part of a composite one) by which a field is compared and sorted."""
    if field.kind is Kind.MONEY:
        return source.c[f"{field.name}_{part or 'base'}"]
    if field.kind in FILTERED_PARTS:
        # The part's name stands literally in the statement, as it does in the index.
        return source.c[field.name].op("->>", return_type=Text())(literal_column(f"'{part}'"))
    return source.c[field.column]


def _compare(tree: Compare, source: FromClause) -> ColumnElement[Any]:
    column = value_column(tree.field, source, tree.part)
    if tree.op is Op.IN_TREE:
        return column.in_(subtree(tree.value, tree.field.target))
    found: ColumnElement[Any] = operator_on(tree.op, column, tree.value)
    if tree.field.kind in FILTERED_PARTS and tree.op not in {Op.NE, Op.NOT_IN, Op.IS_NULL}:
        return and_(source.c[tree.field.name].is_not(None), found)
    return found


def _related(
    tree: Related, source: FromClause, entity: str, reader: Reader, *, refuted: bool = False
) -> ColumnElement[Any]:
    """Give the condition under which a relation is known to match or, `refuted`, not to."""
    sold = _sold(tree, source, entity, reader, refuted=refuted)
    if sold is not None:
        cell = _cell(tree, source, entity, reader)
        return sold if cell is None else and_(cell, sold)
    found, inner = _targets(tree, source, entity, reader)
    target = tree.field.target
    if tree.field.kind is Kind.INVERSE:
        pointer = reader.cell(target, pointer_name(tree.field), inner)
        if pointer is not None:
            found = found.where(pointer)
    holds = condition(tree.where, inner, target, reader)
    match tree.quantifier:
        case Quantifier.NONE:
            # Some target matches, or for none of them is that in doubt.
            known = (
                exists(found.where(holds)) if refuted else _all_refuted(tree, found, inner, reader)
            )
        case Quantifier.EVERY:
            known = (
                exists(found.where(_refuted(tree.where, inner, target, reader)))
                if refuted
                else not_(exists(found.where(holds.is_not(true()))))
            )
        case _:
            known = (
                _all_refuted(tree, found, inner, reader) if refuted else exists(found.where(holds))
            )
    cell = _cell(tree, source, entity, reader)
    return known if cell is None else and_(cell, known)


def _sold(
    tree: Related, source: FromClause, entity: str, reader: Reader, *, refuted: bool
) -> ColumnElement[bool] | None:
    """Give the condition on product rows as one on ids of records that is looked up once.

    Asked of each record, it would be a join; of rows that were written a moment ago the planner
    knows too little to make a good one. Other conditions are none of its business: None.
    """
    if tree.field.kind is not Kind.ROWS or tree.quantifier is Quantifier.EVERY:
        return None
    if _has_unknowns(tree, source, "", reader):
        return None
    rows = product_rows.alias()
    records = select(rows.c.record_id).where(
        rows.c.workspace_id == WORKSPACE,
        rows.c.record_type == entity,
        condition(tree.where, rows, "", reader),
    )
    among: ColumnElement[bool] = source.c["id"] == any_(func.array(records.scalar_subquery()))
    return among if (tree.quantifier is Quantifier.SOME) is not refuted else not_(among)


def _all_refuted(
    tree: Related, found: Any, inner: FromClause, reader: Reader
) -> ColumnElement[Any]:
    """Give the condition under which no target is or may be a match."""
    target = tree.field.target
    if not _has_unknowns(tree.where, inner, target, reader):
        return not_(exists(found.where(condition(tree.where, inner, target, reader))))
    return not_(exists(found.where(not_(_refuted(tree.where, inner, target, reader)))))


def _targets(
    tree: Related, source: FromClause, entity: str, reader: Reader
) -> tuple[Any, FromClause]:
    """Give the SELECT of a relation's rows for one row of `source`, and its FROM element."""
    field = tree.field
    if field.kind in _BESIDE:
        values = _BESIDE[field.kind].alias()
        listed: Any = select(literal_column("1")).where(
            values.c.workspace_id == WORKSPACE,
            values.c.record_type == entity,
            values.c.record_id == source.c.id,
        )
        if field.kind is Kind.POINTS:
            listed = listed.where(values.c.points == field.points)
        return listed, values
    target = TABLES[field.target].alias()
    found: Any = select(literal_column("1")).where(reader.rows(field.target, target))
    if field.kind is Kind.REFERENCE:
        return found.where(target.c.id == source.c[field.column]), target
    if field.kind is Kind.INVERSE:
        return found.where(target.c[field.via] == source.c.id), target
    if field.link is None:
        raise TypeError(f"{entity}.{field.name} is no relation")
    link = linking(field.link)
    found = found.where(
        link.c.workspace_id == WORKSPACE,
        link.c[field.link.owner] == source.c.id,
        link.c[field.link.target] == target.c.id,
    )
    if field.link.owner_type is not None:
        found = found.where(link.c.record_type == field.link.owner_type)
    return found, target
