"""Keyset paging: the part of an ordered list after a position, as a chain of index ranges.

A page is the concatenation of *segments* in order: for the order ``amount, id`` after ``(5, x)``
they are ``amount = 5 AND id > x``, then ``amount > 5``, then (empty values last) ``amount IS
NULL``. Each is one range of the index ``(amount, id)``, so any page costs the same, ties and empty
values included; PostgreSQL appends them lazily and stops when the page is full. A row comparison
would do it in one range, but loses its index under row-level security and cannot mix directions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    literal_column,
    select,
    true,
    union_all,
)

from db.operators import given
from loaders.lists import Position

Ordering = tuple[ColumnElement[Any], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order, as SQL."""

    column: ColumnElement[Any]
    descending: bool
    nulls_first: bool
    nullable: bool
    indexed: bool = True
    """Whether the key is a column of the list's own table (and so has its index)."""
    filled: ColumnElement[Any] | None = None
    empty: ColumnElement[Any] | None = None
    """Conditions of rows with and without a value, where each has an index of its own."""
    tie: ColumnElement[Any] | None = None
    """The id of the records beside the key, by whose index equal values are in order."""

    def flipped(self) -> "Key":
        """Give the key of the opposite order."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    @property
    def is_filled(self) -> ColumnElement[Any]:
        """Give the condition of rows with a value."""
        return self.column.is_not(None) if self.filled is None else self.filled

    @property
    def is_empty(self) -> ColumnElement[Any]:
        """Give the condition of rows without a value."""
        return self.column.is_(None) if self.empty is None else self.empty

    @property
    def is_natural(self) -> bool:
        """Tell whether empty values stand where an index has them: last, or first backwards."""
        return not self.nullable or self.nulls_first is self.descending

    @property
    def ordering(self) -> ColumnElement[Any]:
        """Give the ORDER BY element."""
        if self.is_natural:
            return self.directed(descending=self.descending)
        ordered = self.column.desc() if self.descending else self.column.asc()
        return ordered.nulls_first() if self.nulls_first else ordered.nulls_last()

    def directed(self, *, descending: bool) -> ColumnElement[Any]:
        """Give the ORDER BY element of an index read in a direction."""
        return self.column.desc() if descending else self.column.asc()

    def beyond(self, value: Any) -> ColumnElement[Any]:
        """Give the condition of the values after `value`, empty ones apart."""
        bound = given(value, self.column.type)
        found = self.column < bound if self.descending else self.column > bound
        return found if self.filled is None else and_(self.filled, found)

    def same(self, value: Any) -> ColumnElement[Any]:
        """Give the condition of the values equal to `value`."""
        if value is None:
            return self.is_empty
        return self.column == given(value, self.column.type)


@dataclass(frozen=True, slots=True)
class Segment:
    """One range of an ordered list: which rows, and in which order the index gives them."""

    where: ColumnElement[Any]
    ordering: Ordering


def segments(keys: Sequence[Key], position: Position | None) -> list[Segment]:
    """Give the segments of a list after a position, in order; the last key must be unique."""
    if position is None:
        return list(_whole(keys))
    return list(_after(keys, (*position.values, position.id), (), ()))


def _whole(keys: Sequence[Key]) -> Iterator[Segment]:
    key = keys[0]
    if key.is_natural and (key.indexed or not key.nullable):
        yield Segment(true(), tuple(key.ordering for key in keys))
        return
    parts = [_filled(keys, key.is_filled, ()), _empty(keys, ())]
    yield from parts[::-1] if key.nulls_first else parts


def _after(
    keys: Sequence[Key], values: Sequence[Any], held: tuple[Any, ...], pinned: tuple[Key, ...]
) -> Iterator[Segment]:
    key, value = keys[0], values[0]
    if len(keys) > 1:
        yield from _after(keys[1:], values[1:], (*held, key.same(value)), (*pinned, key))
    if value is not None:
        yield _filled(keys, key.beyond(value), pinned, held)
        if key.nullable and not key.nulls_first:
            yield _empty(keys, pinned, held)
    elif key.nulls_first:
        yield _filled(keys, key.is_filled, pinned, held)


def _filled(
    keys: Sequence[Key], where: Any, pinned: Sequence[Key], held: tuple[Any, ...] = ()
) -> Segment:
    """Give a segment whose first free key is not empty: read as the index goes."""
    first = keys[0]
    ordering = (
        *_constant(pinned, first),
        first.directed(descending=first.descending),
        *(key.ordering for key in keys[1:]),
    )
    return Segment(and_(*held, where), ordering)


def _empty(keys: Sequence[Key], pinned: Sequence[Key], held: tuple[Any, ...] = ()) -> Segment:
    """Give a segment whose first free key is empty: the rest decides."""
    first, rest = keys[0], keys[1:]
    # An index of empty rows alone does not hold what is empty in all of them.
    constant = (*pinned, first) if first.empty is None else pinned
    ordering = (
        *_constant(constant, rest[0]),
        *(key.ordering for key in rest),
    )
    return Segment(and_(*held, first.is_empty), ordering)


def _constant(pinned: Sequence[Key], following: Key) -> Ordering:
    """Name keys that have one value in the segment, so that their index is seen to be in order.

    PostgreSQL knows this of ``=`` but not of ``IS NULL``.
    """
    return tuple(key.directed(descending=following.descending) for key in pinned)


def held_at(
    column: ColumnElement[Any], value: ColumnElement[Any], keys: Sequence[Key]
) -> tuple[ColumnElement[Any], Ordering]:
    """Give the condition that a column equals a value of run time, and the order to go with it.

    Ordered by id alone, the planner takes a common value for granted and walks all ids, which never
    ends for a value that has no rows. As a range with the column in the order, only the column's
    own index will do.
    """
    if len(keys) > 1:
        return column == value, ()
    return and_(column >= value, column <= value), _constant_column(column, keys[0])


def _constant_column(column: ColumnElement[Any], following: Key) -> Ordering:
    return (column.desc() if following.descending else column.asc(),)


def at_most(rows: int) -> ColumnElement[int]:
    """Give a LIMIT that is written into the statement: PostgreSQL plans for it, and only once."""
    return literal_column(str(int(rows)), Integer())


def chain(
    base: Select[Any],
    keys: Sequence[Key],
    position: Position | None,
    limit: int,
    prefix: Ordering = (),
) -> Select[Any]:
    """Give the SELECT of the first `limit` rows of `base` after a position, in order.

    `prefix` is a part of the order that is the same for all rows of `base`.
    """
    return joined_parts(
        [
            base.where(part.where).order_by(*prefix, *part.ordering).limit(at_most(limit))
            for part in segments(keys, position)
        ],
        limit,
    )


def joined_parts(parts: Sequence[Select[Any]], limit: int) -> Select[Any]:
    """Give the SELECT of the first `limit` rows of ordered parts, one after another."""
    if len(parts) == 1:
        return parts[0]
    union = union_all(*parts).subquery("segments")
    return select(*union.c).limit(at_most(limit))
