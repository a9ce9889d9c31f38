"""Counts and sums that are read from numbers kept as records change: see `db/models/kept_numbers`.

A list is answered so where its filter and the rights on its records look at nothing but where
records stand and who answers for them: the conditions that records have to meet are asked of the
kept numbers then, word by word. Who observes a record is not kept. What is read are the numbers of
somebody who observes nothing, and the difference that observing makes to the records that the
viewer does observe, which are few.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    and_,
    case,
    cast,
    func,
    select,
    true,
    type_coerce,
    union_all,
)
from typing_extensions import override

from auth.actor import Actor
from auth.policy import any_of, within
from auth.rights import Mask, Rows, asks_more, asks_of_observers, supposing
from db.base import WORKSPACE, Scaled
from db.models.kept_numbers import KEPT, SUMS
from db.operators import VIEWER
from db.tables import TABLES, kept_numbers, record_observers
from db.where import condition, pointer_name, value_column
from domain.entities import ENTITIES
from domain.fields import Kind, camel
from domain.filters import And, Compare, Condition, Not, Op, Or, Related
from domain.roles import Action
from loaders.listing import ActorReader
from loaders.lists import EVERYTHING, ListSpec
from loaders.statements import PARENT, given_parents

_COLUMNS: Final = frozenset({"pipeline_id", "stage_id", "responsible_id", "is_shared"})
_OPERATORS: Final = frozenset({Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.IS_NULL})


class _NotKeptError(Exception):
    """Rights look at something that is not kept."""


class _Supposing(ActorReader):
    """Reads what the actor may, supposing that they observe all records, or none."""

    def __init__(self, actor: Actor, *, observed: bool) -> None:
        super().__init__(actor)
        self._observed = observed
        self.matters = False
        """Whether some condition that was given depends on that."""

    @override
    def rows(self, entity: str, source: FromClause) -> ColumnElement[Any]:
        """Give the condition on rows that the actor may read and that are not in the bin."""
        if not ENTITIES[entity].is_record:
            return super().rows(entity, source)
        alive = source.c["deleted_at"].is_(None) if "deleted_at" in source.c else true()
        if self.rights.is_free(entity, Action.READ):
            return and_(within(source), alive)
        rows = self.rights.rows(entity, Action.READ)
        return and_(within(source), self._any_of(rows, entity, source), alive)

    @override
    def cell(self, entity: str, name: str, source: FromClause) -> ColumnElement[Any] | None:
        """Give the condition under which the actor may read a field; None: always."""
        found = self.rights.cell(entity, name)
        if isinstance(found, Mask):
            return self._any_of(found.rows, entity, source)
        return super().cell(entity, name, source)

    def _any_of(
        self, alternatives: Sequence[Rows], entity: str, source: FromClause
    ) -> ColumnElement[Any]:
        if any(map(asks_more, alternatives)):
            raise _NotKeptError
        self.matters = self.matters or any(map(asks_of_observers, alternatives))
        supposed = [supposing(rows, observed=self._observed) for rows in alternatives]
        return any_of(supposed, entity, source)


def kept_statement(
    spec: ListSpec, actor: Actor, columns: Sequence[str], *, nested: bool
) -> Select[Any] | None:
    """Give the SELECT of `numbers_statement` out of kept numbers; None: they have to be counted."""
    if spec.entity not in KEPT or not _is_about_places(spec):
        return None
    amount = KEPT[spec.entity]
    if not {f"{amount}_sum", f"{amount}_avg"}.issuperset(columns):
        return None
    if not columns:
        amount = None
    given = given_parents() if nested else None
    parent = None if given is None else given.c[PARENT]
    try:
        parts, is_all = _of_places(spec, actor, amount, parent)
    except _NotKeptError:
        return None
    both = parts if is_all else union_all(parts, _of_observed(spec, actor, amount, parent))
    found = both.subquery("found")
    total = select(*_totals(found, amount, columns))
    if given is None:
        return total
    each = total.lateral("numbers")
    return select(given.c[PARENT], *each.c).select_from(given.join(each, true()))


def _totals(found: FromClause, amount: str | None, columns: Sequence[str]) -> list[Any]:
    totals: list[Any] = [
        cast(func.coalesce(func.sum(found.c["count"]), 0), BigInteger()).label("count")
    ]
    if columns:
        valued, worth = func.sum(found.c["valued"]), func.sum(found.c["amount"])
        values = {
            f"{amount}_sum": case((valued > 0, worth)),
            f"{amount}_avg": worth / func.nullif(valued, 0),
        }
        totals += [type_coerce(values[name], Scaled()).label(name) for name in columns]
    return totals


def _of_places(
    spec: ListSpec, actor: Actor, amount: str | None, parent: ColumnElement[Any] | None
) -> tuple[Select[Any], bool]:
    """Give the numbers of somebody who observes nothing, and whether that makes no difference.

    Raises _NotKeptError.
    """
    source = kept_numbers.alias("kept")
    reader = _Supposing(actor, observed=False)
    sums: list[ColumnElement[Any]] = [source.c[name] for name in SUMS[: 3 if amount else 1]]
    conditions = _conditions(spec, source, reader)
    readable = None if amount is None else reader.cell(spec.entity, camel(amount), source)
    if readable is not None:
        sums[1:] = [case((readable, column), else_=0) for column in sums[1:]]
    statement = select(
        *(func.sum(column).label(name) for name, column in zip(SUMS, sums, strict=False))
    ).where(source.c["record_type"] == spec.entity, *conditions)
    return _below(statement, spec, source, parent), not reader.matters


def _of_observed(
    spec: ListSpec, actor: Actor, amount: str | None, parent: ColumnElement[Any] | None
) -> Select[Any]:
    """Give the difference that it makes to numbers that the viewer observes some records."""
    source, link = TABLES[spec.entity].alias(spec.entity), record_observers.alias()
    with_it, without = (
        _counted(spec, source, _Supposing(actor, observed=observed), amount)
        for observed in (True, False)
    )
    differences = [more - less for more, less in zip(with_it, without, strict=True)]
    statement = select(
        *(func.sum(column).label(name) for name, column in zip(SUMS, differences, strict=False))
    ).where(
        link.c["workspace_id"] == WORKSPACE,
        link.c["user_id"] == VIEWER,
        link.c["record_type"] == spec.entity,
        within(source),
        source.c["id"] == link.c["record_id"],
        source.c["deleted_at"].is_(None),
    )
    return _below(statement, spec, source, parent)


def _counted(
    spec: ListSpec, source: FromClause, reader: _Supposing, amount: str | None
) -> list[ColumnElement[Any]]:
    """Give what a record adds to each of the sums."""
    belongs = and_(*_conditions(spec, source, reader))
    added: list[ColumnElement[Any]] = [case((belongs, 1), else_=0)]
    if amount is not None:
        worth = value_column(ENTITIES[spec.entity].get(amount), source)
        readable = reader.cell(spec.entity, camel(amount), source)
        has_it = and_(belongs, worth.is_not(None), true() if readable is None else readable)
        added += [case((has_it, 1), else_=0), case((has_it, cast(worth, Numeric())), else_=0)]
    return added


def _conditions(spec: ListSpec, source: FromClause, reader: _Supposing) -> list[ColumnElement[Any]]:
    """Give the conditions of a list, as `listing` has them."""
    found = [reader.rows(spec.entity, source)]
    if spec.where != EVERYTHING:
        found.append(condition(spec.where, source, spec.entity, reader))
    if spec.relation is not None:
        pointer = reader.cell(spec.entity, pointer_name(spec.relation), source)
        if pointer is not None:
            found.append(pointer)
    return found


def _below(
    statement: Select[Any], spec: ListSpec, source: FromClause, parent: ColumnElement[Any] | None
) -> Select[Any]:
    if parent is None or spec.relation is None:
        return statement
    return statement.where(source.c[spec.relation.via] == parent).correlate(parent.table)


def _is_about_places(spec: ListSpec) -> bool:
    """Tell whether a list looks at nothing else of its records."""
    if spec.search or spec.with_deleted:
        return False
    relation = spec.relation
    if relation is not None and (relation.kind is not Kind.INVERSE or relation.via not in _COLUMNS):
        return False
    return _compares_places(spec.where)


def _compares_places(tree: Condition) -> bool:
    match tree:
        case And(parts) | Or(parts):
            return all(map(_compares_places, parts))
        case Not(part):
            return _compares_places(part)
        case Compare(field, op, _, part):
            return field.column in _COLUMNS and op in _OPERATORS and not part
        case Related(field, where, None):
            is_place = field.kind is Kind.REFERENCE and field.column in _COLUMNS
            return is_place and _compares_only(where)
    return False


def _compares_only(tree: Condition) -> bool:
    match tree:
        case And(parts) | Or(parts):
            return all(map(_compares_only, parts))
        case Not(part):
            return _compares_only(part)
    return isinstance(tree, Compare)
