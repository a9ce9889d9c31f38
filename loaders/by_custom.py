"""Lists found by custom values, newest first: read from the pivot instead of record by record.

Equal values stand in the order of their records' ids in the index of the pivot, so a join reads no
more of them than a page shows. Those of a range do not. Where there are few, they are sorted by id,
and then as many records are looked up as a page shows. Where there are many, the next record that
matches is near, and which way is best the planner knows. How many there are it does not, least of
all in a plan that is made for any value; so they are counted, up to a limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, func, select

from auth.actor import Actor
from auth.rights import Cell
from db.custom_where import is_joinable, join_custom, join_records, matching_records
from db.reader import Reader
from domain.filters import And, CompareCustom, Condition, Op
from loaders.listing import alive
from loaders.lists import EVERYTHING, ListSpec

_MOST_JOINS: Final = 3
"""Conditions that are joins; with many tables the planner would take ever longer."""
_FEW: Final = 2_000
"""Matching values that are sorted."""
_RANGES: Final = frozenset({Op.IN, Op.GT, Op.GTE, Op.LT, Op.LTE, Op.BETWEEN})
_Joined = tuple[FromClause, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read a list: what is joined to its records, and what remains of its filter."""

    where: Condition
    join: Callable[[FromClause, FromClause], _Joined]
    """Joins to a FROM element, and to its table of records; gives it and the records' ids."""


def ways(spec: ListSpec, actor: Actor, *, backward: bool) -> Sequence[Way]:
    """Give the ways in which a list is read, one after another, by custom values; none: by records.

    `backward`: oldest first. Fields that may be read on some rows only take the rows first.
    """
    if spec.order:
        return ()
    parts = spec.where.parts if isinstance(spec.where, And) else (spec.where,)
    wanted = [
        part
        for part in parts
        if isinstance(part, CompareCustom)
        and is_joinable(part)
        and actor.rights.custom_cell(part.field) is Cell.FREE
    ]
    wanted = wanted[:_MOST_JOINS]
    if not wanted:
        return ()
    if len(parts) == 1 and not spec.search and _is_range(wanted[0]):
        return _counted(wanted[0], alive(actor), backward=backward)
    rest = tuple(part for part in parts if part not in wanted)
    return (Way(And(rest), _joining(wanted, alive(actor))),)


def _is_range(tree: CompareCustom) -> bool:
    return len(tree.tests) == 1 and tree.tests[0][1] in _RANGES


def _joining(
    wanted: Sequence[CompareCustom], reader: Reader
) -> Callable[[FromClause, FromClause], _Joined]:
    def join(joined: FromClause, source: FromClause) -> _Joined:
        joined, record = join_custom(wanted[0], joined, source, reader)
        for tree in wanted[1:]:
            joined, _ = join_custom(tree, joined, source, reader)
        return joined, record

    return join


def _counted(tree: CompareCustom, reader: Reader, *, backward: bool) -> tuple[Way, Way]:
    some = matching_records(tree, _FEW + 1, reader)
    record = some.c.record_id
    is_few = select(func.count() <= _FEW).select_from(some).scalar_subquery()
    # The planner sorts what comes out of a join, never what goes into it but by a SELECT like this.
    ordered = select(record).order_by(record.asc() if backward else record.desc()).subquery()

    def join_few(joined: FromClause, source: FromClause) -> _Joined:
        return join_records(tree, joined, source, ordered, is_few)

    def join_many(joined: FromClause, source: FromClause) -> _Joined:
        return join_custom(tree, joined, source, reader, is_few.is_(False))

    return Way(EVERYTHING, join_few), Way(EVERYTHING, join_many)
