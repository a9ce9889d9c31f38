"""Comparisons of custom fields in SQL: by the rows of the pivot, as conditions or as joins."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    and_,
    any_,
    exists,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from db.base import WORKSPACE
from db.operators import BY_BEGINNING, INDEXED, array_of, beginning, operator_on, subtree
from db.reader import Reader
from db.tables import TABLES, custom_values
from domain.filters import Blank, CompareCustom, Condition, Op


def compare_custom(tree: CompareCustom, source: FromClause, reader: Reader) -> ColumnElement[Any]:
    """Look for the value among the rows of the field, by the index of its column."""
    pivot = custom_values.alias()
    shown: ColumnElement[Any] = exists(
        select(literal_column("1")).where(
            *_matching(tree, pivot, reader), pivot.c.record_id == source.c.id
        )
    )
    if tree.bound:
        shown = and_(_shows(tree, source), shown)
    return not_(shown) if tree.is_none else shown


def is_joinable(tree: Condition) -> bool:
    """Tell whether a condition can be a join: it finds each record once, by a row of the pivot."""
    return isinstance(tree, CompareCustom) and tree.is_single and not tree.is_none


def join_custom(
    tree: CompareCustom,
    joined: FromClause,
    source: FromClause,
    reader: Reader,
    *conditions: ColumnElement[Any],
) -> tuple[FromClause, ColumnElement[Any]]:
    """Join the matching rows of the pivot to `joined`; give that, and the ids of their records.

    Unlike a condition, a join lets the planner begin with the pivot and keep its index's order.
    """
    pivot = custom_values.alias()
    return join_records(tree, joined, source, pivot, *conditions, *_matching(tree, pivot, reader))


def join_records(
    tree: CompareCustom,
    joined: FromClause,
    source: FromClause,
    found: FromClause,
    *conditions: ColumnElement[Any],
) -> tuple[FromClause, ColumnElement[Any]]:
    """Join records that were found by a condition, see `join_custom`."""
    beside = [found.c.record_id == source.c.id, *conditions]
    if tree.bound:
        beside.append(_shows(tree, source))
    return joined.join(found, and_(*beside)), found.c.record_id


def matching_records(tree: CompareCustom, limit: int, reader: Reader) -> CTE:
    """Give the ids of records with a matching value, so many at most and in no order."""
    pivot = custom_values.alias()
    found = select(pivot.c.record_id).where(*_matching(tree, pivot, reader))
    return found.limit(literal_column(str(limit))).cte("matching").prefix_with("MATERIALIZED")


def _matching(tree: CompareCustom, pivot: FromClause, reader: Reader) -> list[ColumnElement[Any]]:
    """Give the conditions of the rows of the pivot that match."""
    found: list[ColumnElement[Any]] = [
        pivot.c.workspace_id == WORKSPACE,
        pivot.c.field_id == tree.field,
    ]
    if not tree.tests:
        found.append(pivot.c.is_empty.is_(False))
    for name, op, value in tree.tests:
        column = pivot.c[name]
        if op is Op.IN_TREE:
            found.append(column.in_(_in_sections(tree.tree, value, reader)))
            continue
        found.extend(_tested(name, op, column, value))
    there = points_to_some(tree.targets, pivot.c.ref, reader)
    return found if there is None else [*found, there]


def points_to_some(
    targets: Sequence[str], key: ColumnElement[Any], reader: Reader
) -> ColumnElement[Any] | None:
    """Give the condition under which an id is that of a record that is there; None: always."""
    sources = {target: TABLES[target].alias() for target in targets}
    known = {target: reader.target(target, source) for target, source in sources.items()}
    if all(readable is None for readable in known.values()):
        return None
    return or_(
        *(
            exists(
                select(literal_column("1")).where(
                    source.c.workspace_id == WORKSPACE,
                    source.c.id == key,
                    *(() if known[target] is None else (known[target],)),
                )
            )
            for target, source in sources.items()
        )
    )


def _tested(name: str, op: Op, column: ColumnElement[Any], value: Any) -> list[ColumnElement[Any]]:
    """Give the conditions of a test; equal texts are found by their beginnings.

    The whole text is compared in a way that no index knows: that of trigrams, which is for parts of
    texts, takes far longer to find equal ones, and a plan made for any value would choose it.
    """
    if name not in BY_BEGINNING or op not in {Op.EQ, Op.IN}:
        return [operator_on(op, column, value)]
    known = beginnings(op, value)
    begins = operator_on(op, beginning(column), known)
    return [begins, operator_on(op, column, value).is_(true())]


def beginnings(op: Op, value: Any) -> Any:
    """Give the beginnings of the texts that a test asks for; a blank for those of a blank."""
    if isinstance(value, Blank):
        return Blank(f"{value.name}_begins")
    return value[:INDEXED] if op is Op.EQ else tuple(part[:INDEXED] for part in value)


def _shows(tree: CompareCustom, source: FromClause) -> ColumnElement[Any]:
    """Give the condition of the records that show a field which is bound."""
    own = source.c[tree.bound_by]
    return own == any_(array_of(own, tree.bound))


def _in_sections(target: str, roots: tuple[Any, ...] | Blank, reader: Reader) -> Any:
    """Give the SELECT of the sections below some, or of the elements that stand in them."""
    sections = subtree(roots, "catalog_section")
    if target == "catalog_section":
        return sections
    element = TABLES["catalog_element"].alias()
    found = select(element.c.id).where(
        element.c.workspace_id == WORKSPACE, element.c.section_id.in_(sections)
    )
    section = reader.cell("catalog_element", "section", element)
    return found if section is None else found.where(section)
