"""Pages in the order of one value of what records point to: targets in order, then their records.

The order is the target's value, the target's id, the record's id, so that every part of a page is a
range of an index, however many targets share a value or have none. A record whose target is in the
recycle bin, or that has no target, stands with the empty values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Uuid,
    and_,
    literal,
    or_,
    select,
    true,
    union_all,
)

from auth.actor import Actor
from db.base import WORKSPACE
from db.operators import given
from db.tables import TABLES
from db.where import value_column
from domain.filters import Blank
from loaders.by_target import Hop
from loaders.keyset import Key, Ordering, at_most, held_at, joined_parts, segments
from loaders.listing import Listing, alive
from loaders.lists import PageSpec, Position


def chain_of_targets(hop: Hop, page: PageSpec, actor: Actor, parts: Listing) -> Select[Any]:
    """Give the SELECT of a page of a list that is ordered by one value of what it points to."""
    target = TABLES[hop.reference.target].alias("target")
    reader = alive(actor)
    lives = reader.rows(hop.reference.target, target)
    in_bin = (
        and_(target.c["workspace_id"] == WORKSPACE, target.c["deleted_at"].is_not(None))
        if ("deleted_at" in target.c)
        else None
    )
    first, tie, by_id = parts.keys
    walk = _Walk(
        parts, tuple(reader.page_columns(parts.row, parts.source)), first, tie, by_id, target,
        lives, in_bin,
        value_column(hop.value, target), page.read,
    )  # fmt: skip
    return joined_parts(list(walk.parts(page.position)), walk.limit)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What all parts of the statement share."""

    list: Listing
    columns: tuple[Any, ...]
    first: Key
    tie: Key
    by_id: Key
    target: FromClause
    lives: ColumnElement[Any]
    in_bin: ColumnElement[Any] | None
    """Condition of the targets in the recycle bin; None where they have none."""
    value: ColumnElement[Any]
    limit: int

    def parts(self, position: Position | None) -> Iterator[Select[Any]]:
        """Give the parts of the list after a position, in order."""
        if position is None:
            yield from self._everything()
            return
        value, target_id = position.values
        if value is None:
            yield from self._after_empty(target_id, position.id)
            return
        same = and_(self.lives, self.value == given(value, self.value.type))
        yield self._of_one(and_(same, self._is(target_id)), position.id, self.value)
        yield self._of(and_(same, self._beyond(target_id)))
        bound = given(value, self.value.type)
        beyond = self.value < bound if self.first.descending else self.value > bound
        yield self._of(and_(self.lives, beyond))
        if not self.first.nulls_first:
            yield from self._empty()

    def _everything(self) -> Iterator[Select[Any]]:
        filled = self._of(and_(self.lives, self.value.is_not(None)))
        if self.first.nulls_first:
            yield from self._empty()
            yield filled
        else:
            yield filled
            yield from self._empty()

    def _empty(self) -> Iterator[Select[Any]]:
        """Give the parts of records without a value; those that point to nothing at one end."""
        if self.tie.nulls_first:
            yield self._without(None)
            yield self._of_empty(None)
        else:
            yield self._of_empty(None)
            yield self._without(None)

    def _after_empty(
        self, target_id: UUID | Blank | None, record_id: UUID | Blank
    ) -> Iterator[Select[Any]]:
        if target_id is None:
            yield self._without(record_id)
        else:
            empty = and_(self.lives, self.value.is_(None))
            here = self.target.c["workspace_id"] == WORKSPACE
            gone = empty if self.in_bin is None else and_(here, or_(empty, self.in_bin))
            nothing: Any = literal(None, self.value.type)
            yield self._of_one(and_(self._is(target_id), gone), record_id, nothing)
            yield self._of_empty(target_id)
        if self.tie.nulls_first and target_id is None:
            yield self._of_empty(None)
        if not self.tie.nulls_first and target_id is not None:
            yield self._without(None)
        if self.first.nulls_first:
            yield self._of(and_(self.lives, self.value.is_not(None)))

    def _is(self, target_id: UUID | Blank) -> ColumnElement[Any]:
        found: ColumnElement[Any] = self.target.c["id"] == given(target_id, Uuid())
        return found

    def _beyond(self, target_id: UUID | Blank) -> ColumnElement[Any]:
        column: ColumnElement[Any] = self.target.c["id"]
        bound = given(target_id, Uuid())
        return column < bound if self.tie.descending else column > bound

    def _own(self, value: Any) -> Select[Any]:
        """Give the SELECT of the list's own rows with the values of its keys."""
        return (
            select(
                *self.columns,
                value.label("key_0"),
                self.tie.column.label("key_1"),
            )
            .select_from(self.list.source)
            .where(*self.list.conditions)
        )

    def _of(self, targets: ColumnElement[Any]) -> Select[Any]:
        """Give the records of the targets that have a value: by value, target, id."""
        by_value = self.value.desc() if self.first.descending else self.value.asc()
        return self._beside(targets, (by_value, self._by_target()), None, self.value)

    def _of_empty(self, after: UUID | Blank | None) -> Select[Any]:
        """Give the records of the targets without a value, or in the bin: by target, id."""
        beyond = true() if after is None else self._beyond(after)
        nothing: Any = literal(None, self.value.type)
        # All are equal in value; the index must be told so of IS NULL.
        constant = self.value.desc() if self.tie.descending else self.value.asc()
        empty = and_(self.lives, self.value.is_(None), beyond)
        without_value = self._beside(empty, (constant, self._by_target()), None, nothing)
        if self.in_bin is None:
            return without_value
        deleted = self._beside(and_(self.in_bin, beyond), (self._by_target(),), None, nothing)
        both = union_all(without_value, deleted).subquery("empty")
        ordering = [
            Key(both.c[name], key.descending, key.nulls_first, nullable=False).ordering
            for name, key in (("key_1", self.tie), ("id", self.by_id))
        ]
        return select(*both.c).order_by(*ordering).limit(at_most(self.limit))

    def _of_one(self, target: ColumnElement[Any], after: UUID | Blank, value: Any) -> Select[Any]:
        """Give the records of one target after a record of it."""
        return self._beside(target, (), after, value)

    def _without(self, after: UUID | Blank | None) -> Select[Any]:
        """Give the records that point to nothing: by id."""
        reference = self.tie.column
        (part,) = self._segment(after)
        constant = reference.desc() if self.by_id.descending else reference.asc()
        return (
            self._own(literal(None, self.value.type))
            .where(reference.is_(None), part.where)
            .order_by(constant, *part.ordering)
            .limit(at_most(self.limit))
        )

    def _segment(self, after: UUID | Blank | None) -> Any:
        return segments((self.by_id,), None if after is None else Position((), after))

    def _by_target(self) -> ColumnElement[Any]:
        column = self.target.c["id"]
        return column.desc() if self.tie.descending else column.asc()

    def _beside(
        self,
        targets: ColumnElement[Any],
        ordering: Ordering,
        after: UUID | Blank | None,
        value: Any,
    ) -> Select[Any]:
        """Give the first records of each of some targets, in the order of the targets."""
        (part,) = self._segment(after)
        held, prefix = held_at(self.tie.column, self.target.c["id"], (self.by_id,))
        few = (
            self._own(value)
            .where(held, part.where)
            .order_by(*prefix, *part.ordering)
            .limit(at_most(self.limit))
            .correlate(self.target)
            .lateral("few")
        )
        by_id = few.c["id"].desc() if self.by_id.descending else few.c["id"].asc()
        return (
            select(*few.c)
            .select_from(self.target.join(few, true()))
            .where(targets)
            .order_by(*ordering, by_id)
            .limit(at_most(self.limit))
        )
