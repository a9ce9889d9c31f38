"""Keyset paging: the part of an ordered list after a position, as a chain of index ranges.

A page is the concatenation of *segments* in order: for the order ``amount, id`` after ``(5, x)``
they are ``amount = 5 AND id > x``, then ``amount > 5``, then (empty values last) ``amount IS
NULL``. Each is one range of the index ``(amount, id)``, so any page costs the same, ties and empty
values included; PostgreSQL appends them lazily and stops when the page is full. A row comparison
would do it in one range, but loses its index under row-level security and cannot mix directions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, select, true, union_all

from loaders.lists import Position


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order, as SQL."""

    column: ColumnElement[Any]
    descending: bool
    nulls_first: bool
    nullable: bool
    indexed: bool = True
    """Whether the key is a column of the list's own table (and so has its index)."""

    def flipped(self) -> "Key":
        """Give the key of the opposite order."""
        return Key(
            self.column, not self.descending, not self.nulls_first, self.nullable, self.indexed
        )

    @property
    def ordering(self) -> ColumnElement[Any]:
        """Give the ORDER BY element."""
        ordered = self.column.desc() if self.descending else self.column.asc()
        if not self.nullable:
            return ordered
        return ordered.nulls_first() if self.nulls_first else ordered.nulls_last()

    def beyond(self, value: Any) -> ColumnElement[Any]:
        """Give the condition of the values after `value`, empty ones apart."""
        bound = literal(value, self.column.type)
        return self.column < bound if self.descending else self.column > bound

    def same(self, value: Any) -> ColumnElement[Any]:
        """Give the condition of the values equal to `value`."""
        if value is None:
            return self.column.is_(None)
        return self.column == literal(value, self.column.type)


def segments(keys: Sequence[Key], position: Position | None) -> list[ColumnElement[Any]]:
    """Give the conditions of the segments in their order; the last key must be unique."""
    if position is None:
        return _first(keys[0])
    values = (*position.values, position.id)
    return list(_after(keys, values, ()))


def _first(key: Key) -> list[ColumnElement[Any]]:
    natural = key.indexed and key.nulls_first is key.descending
    if not key.nullable or natural:
        return [true()]
    parts: list[ColumnElement[Any]] = [key.column.is_not(None), key.column.is_(None)]
    return parts[::-1] if key.nulls_first else parts


def _after(
    keys: Sequence[Key], values: Sequence[Any], held: tuple[ColumnElement[Any], ...]
) -> Iterator[ColumnElement[Any]]:
    key, value = keys[0], values[0]
    if len(keys) > 1:
        yield from _after(keys[1:], values[1:], (*held, key.same(value)))
    if value is not None:
        yield and_(*held, key.beyond(value))
        if key.nullable and not key.nulls_first:
            yield and_(*held, key.column.is_(None))
    elif key.nulls_first:
        yield and_(*held, key.column.is_not(None))


def chain(
    base: Select[Any], keys: Sequence[Key], position: Position | None, limit: int
) -> Select[Any]:
    """Give the SELECT of the first `limit` rows of `base` after a position, in order."""
    ordering = [key.ordering for key in keys]
    parts = [
        base.where(part).order_by(*ordering).limit(literal(limit))
        for part in segments(keys, position)
    ]
    if len(parts) == 1:
        return parts[0]
    union = union_all(*parts).subquery("segments")
    return select(*union.c).limit(literal(limit))
