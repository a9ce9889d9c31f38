"""Pages in the order of what records point to (deals by their company's title), by index alone.

Joining all records to their targets and sorting them costs half a second over a million rows. Here
the targets are read in their order and each gives its first few records, so a page reads little
more than it shows. That is for lists without a filter: with a selective one most targets would give
nothing, and the planner does better with the plain join.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, literal, select, true, union_all

from auth.actor import Actor
from auth.rights import Cell
from db.base import WORKSPACE
from db.operators import given
from db.tables import TABLES
from db.where import value_column
from domain.custom_fields import PivotKey
from domain.entities import ENTITIES
from domain.fields import Field, camel
from domain.roles import Action
from loaders.keyset import Key, Segment, at_most, held_at, joined_parts, segments
from loaders.listing import Listing, alive
from loaders.lists import EVERYTHING, ListSpec, PageSpec, Position
from loaders.rows import Row


@dataclass(frozen=True, slots=True)
class Hop:
    """The first key of an order that leads over one reference."""

    reference: Field
    value: Field


def first_hop(spec: ListSpec, parts: Listing, actor: Actor) -> Hop | None:
    """Give the hop of a list that is read target by target; None for all others.

    Of whoever may not read all targets, or the field on all of them, no list is: most of what one
    target after the other gives would be left out.
    """
    if spec.where != EVERYTHING or spec.search or not spec.order:
        return None
    path = spec.order[0].path
    if isinstance(path[-1], PivotKey) or len(path) == 1:
        return None
    reference, value = path[0], path[1]
    rights, target = actor.rights, reference.target
    is_open = (
        (not ENTITIES[target].is_record or rights.is_free(target, Action.READ))
        and rights.cell(target, camel(value.name)) is Cell.FREE
        and rights.cell(spec.entity, camel(reference.name)) is Cell.FREE
    )
    rest_is_own = all(key.indexed for key in parts.keys[1:])
    return Hop(reference, value) if is_open and rest_is_own else None


@dataclass(frozen=True, slots=True)
class _Walk:
    """What all parts of the statement share."""

    hop: Hop
    row: type[Row]
    source: FromClause
    columns: tuple[Any, ...]
    conditions: tuple[ColumnElement[Any], ...]
    first: Key
    rest: tuple[Key, ...]
    target: FromClause
    target_lives: ColumnElement[Any]
    limit: int

    @property
    def key(self) -> ColumnElement[Any]:
        """The target's value that orders the list."""
        return value_column(self.hop.value, self.target)

    def own(self, first_label: Any) -> Select[Any]:
        """Give the SELECT of the list's own rows, with the values of its keys."""
        labels = (
            key.column.label(f"key_{index}") for index, key in enumerate(self.rest[:-1], start=1)
        )
        return (
            select(*self.columns, first_label.label("key_0"), *labels)
            .select_from(self.source)
            .where(*self.conditions)
        )


def chain_by_target(hop: Hop, page: PageSpec, actor: Actor, parts: Listing) -> Select[Any]:
    """Give the SELECT of a page of a list that is ordered by what its records point to."""
    reader = alive(actor)
    target = TABLES[hop.reference.target].alias("target")
    walk = _Walk(
        hop, parts.row, parts.source, tuple(reader.page_columns(parts.row, parts.source)),
        parts.conditions, parts.keys[0], parts.keys[1:], target,
        reader.rows(hop.reference.target, target), page.read,
    )  # fmt: skip
    position = page.position
    if position is None:
        found = [*_filled(walk, walk.key.is_not(None), None)]
        empty = _empty(walk, None)
        ordered = [*empty, *found] if walk.first.nulls_first else [*found, *empty]
    else:
        ordered = _after(walk, position)
    return joined_parts(ordered, walk.limit)


def _after(walk: _Walk, position: Position) -> list[Select[Any]]:
    value, rest = position.values[0], Position(position.values[1:], position.id)
    if value is None:
        later = _filled(walk, walk.key.is_not(None), None) if walk.first.nulls_first else []
        return [*_empty(walk, rest), *later]
    bound = given(value, walk.key.type)
    beyond = walk.key < bound if walk.first.descending else walk.key > bound
    empty = [] if walk.first.nulls_first else _empty(walk, None)
    return [*_filled(walk, walk.key == bound, rest), *_filled(walk, beyond, None), *empty]


def _filled(walk: _Walk, where: ColumnElement[Any], position: Position | None) -> list[Select[Any]]:
    """Give the parts of records whose target has a value: targets in order, a few records each."""
    return [
        _beside(walk, and_(walk.target_lives, where), part, walk.key)
        for part in segments(walk.rest, position)
    ]


def _beside(
    walk: _Walk, targets: ColumnElement[Any], part: Segment, key: ColumnElement[Any]
) -> Select[Any]:
    reference = walk.source.c[walk.hop.reference.column]
    held, prefix = held_at(reference, walk.target.c["id"], walk.rest)
    few = (
        walk.own(key)
        .where(held, part.where)
        .order_by(*prefix, *part.ordering)
        .limit(at_most(walk.limit))
        .correlate(walk.target)
        .lateral("few")
    )
    by_index = walk.key.desc() if walk.first.descending else walk.key.asc()
    return (
        select(*few.c)
        .select_from(walk.target.join(few, true()))
        .where(targets)
        .order_by(by_index, *_outer_ordering(walk.rest, few))
        .limit(at_most(walk.limit))
    )


def _outer_ordering(rest: Sequence[Key], rows: FromClause) -> list[ColumnElement[Any]]:
    ordering = []
    for index, key in enumerate(rest, start=1):
        last = index == len(rest)
        column = rows.c["id"] if last else rows.c[f"key_{index}"]
        ordering.append(Key(column, key.descending, key.nulls_first, key.nullable).ordering)
    return ordering


def _empty(walk: _Walk, position: Position | None) -> list[Select[Any]]:
    """Give the parts of records without a value: pointing to nothing, or to what does not count.

    The latter are found from the targets, of which few do not count.
    """
    nothing: Any = literal(None, walk.key.type)
    reference = walk.source.c[walk.hop.reference.column]
    gone = _gone(walk)
    found = []
    for part in segments(walk.rest, position):
        direction = walk.rest[0].descending
        constant = reference.desc() if direction else reference.asc()
        without = (
            walk.own(nothing)
            .where(reference.is_(None), part.where)
            .order_by(constant, *part.ordering)
            .limit(at_most(walk.limit))
        )
        both = union_all(without, _beside(walk, gone, part, nothing)).subquery("empty")
        found.append(
            select(*both.c).order_by(*_outer_ordering(walk.rest, both)).limit(at_most(walk.limit))
        )
    return found


def _gone(walk: _Walk) -> ColumnElement[Any]:
    """Give the condition of the targets that count as empty: deleted, or without the value."""
    no_value = and_(walk.target_lives, walk.key.is_(None))
    if "deleted_at" not in walk.target.c:
        return no_value
    in_bin = walk.target.c["deleted_at"].is_not(None)
    return and_(walk.target.c["workspace_id"] == WORKSPACE, in_bin | no_value)
