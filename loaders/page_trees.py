"""Pages and the pages that stand on their rows, as one statement for all levels of lists.

Each level is a SELECT of its own that finds its parents in the one above, and all come one after
another in one result. Columns of one type share their places there, so that what a level lacks is
hardly ever sent. What came along is told to the loaders of the lists below, which have it when
they are asked.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import (
    BigInteger,
    FromClause,
    Select,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.types import TypeEngine

from auth.actor import Actor
from db.found import Converters
from loaders.following import Followed, Targets, with_targets
from loaders.keyset import at_most
from loaders.listing import alive
from loaders.lists import Below, PageSpec
from loaders.pages import Layout, Page, Result, Slots, layout_of, page_of, pages_of
from loaders.rows import Row
from loaders.statements import PARENT, PLACE, page_statement

_LEVEL: Final = 1 << 24
"""The first column is the level's number times this, and the place of the row's parent."""
_FIRST: Final = itemgetter(0)
_MOST_COLUMNS: Final = 40
"""What one level has and others lack is sent for each of their rows."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A list, without its values, and the lists on its rows that come along with them."""

    page: PageSpec
    kind: type[Row]
    """The class of its rows."""
    followed: Followed
    """What comes along with its rows."""
    below: "tuple[Branch, ...]" = ()

    @property
    def is_slim(self) -> bool:
        """Whether no level has so many columns that levels are better read one by one."""
        kinds = (self.kind, *(kind for _, kind in self.followed))
        return sum(len(kind.positions) for kind in kinds) <= _MOST_COLUMNS and all(
            branch.is_slim for branch in self.below
        )


@dataclass(slots=True)
class _Level:
    """The part of the statement that is one list."""

    branch: Branch
    place: Any
    """The place of the row's parent; 0 where the list has none."""
    columns: Sequence[Any]
    source: FromClause


def tree_statement(root: Branch, actor: Actor) -> Select[Any]:
    """Give the SELECT of a list, and after it of the lists below it, each with its parents."""
    levels = list(_levels(root, actor, None))
    types, taken = _slots(levels)
    parts = []
    for number, (level, at) in enumerate(zip(levels, taken, strict=True)):
        place = (literal_column(str(number * _LEVEL), BigInteger()) + level.place).label(PLACE)
        filled: dict[int, Any] = dict(zip(at, level.columns, strict=True))
        chosen = [
            filled.get(slot, cast(null(), kind)).label(f"c{slot}")
            for slot, kind in enumerate(types, 1)
        ]
        parts.append(select(place, *chosen).select_from(level.source))
    union = union_all(*parts).subquery("levels")
    return select(*union.c)


def _levels(branch: Branch, actor: Actor, given: FromClause | None) -> Iterator[_Level]:
    """Give the levels of a branch whose parents are given; None: as keys of a batch, if any."""
    nested = branch.page.list.relation is not None
    page = page_statement(branch.page, actor, branch.kind, nested=nested, given=given)
    found = with_targets(page, branch.followed, alive(actor)).subquery()
    source: FromClause = found
    number = func.row_number().over().label("number")
    if branch.below:
        # PostgreSQL numbers rows in the order in which the subquery gives them.
        source = select(*found.c, number).cte()
    columns = list(source.c)[: len(found.c)]
    place: Any = columns[0] if nested else literal_column("0", BigInteger())
    own = columns[int(nested) :]
    yield _Level(branch, place, own, source)
    for below in branch.below:
        parents = select(
            own[branch.kind.positions["id"]].label(PARENT), source.c["number"].label(PLACE)
        )
        if branch.page.peeks and not nested:
            parents = parents.where(source.c["number"] <= at_most(branch.page.limit))
        yield from _levels(below, actor, parents.subquery())


def _slots(levels: Sequence[_Level]) -> tuple[list[TypeEngine[Any]], list[list[int]]]:
    """Share out the places of the result: give their types, and those of each level's columns."""
    types: list[TypeEngine[Any]] = []
    taken: list[list[int]] = []
    for level in levels:
        at: list[int] = []
        for column in level.columns:
            wanted = repr(column.type)
            free = (
                slot
                for slot, kind in enumerate(types, 1)
                if slot not in at and repr(kind) == wanted
            )
            slot = next(free, None)
            if slot is None:
                types.append(column.type)
                slot = len(types)
            at.append(slot)
        taken.append(at)
    return types, taken


def tree_layouts(root: Branch, actor: Actor) -> list[Layout]:
    """Tell what stands where in the records of each level of the statement."""
    levels = list(_levels(root, actor, None))
    types, taken = _slots(levels)
    return [
        layout_of(
            level.branch.kind,
            1,
            len(level.branch.page.list.keys),
            level.branch.followed,
            Slots((0, *at), 1 + len(types)),
        )
        for level, at in zip(levels, taken, strict=True)
    ]


@dataclass(slots=True)
class Tree:
    """The result of a statement: the records of all levels."""

    root: Branch
    asked: Below
    """What was asked for: the root with its values."""
    layouts: Sequence[Layout]
    converters: Converters
    learn: Callable[[Targets], None]
    """Is told what came along with rows."""
    take: Callable[[PageSpec, Mapping[UUID, Page]], None]
    """Is told the pages of a list below, by parent."""

    def pages(self, records: Sequence[asyncpg.Record], owners: int) -> list[Page]:
        """Give the pages of the first level, and tell those of the others."""
        cut = self._cut(records)
        result = self._result(0)
        if self.root.page.list.relation is None:
            found = [page_of(self.root.page, result, cut[0])] * owners
        else:
            found = pages_of(self.root.page, result, cut[0], owners)
        self._tell(self.root, self.asked, 0, cut)
        return found

    def _tell(
        self, branch: Branch, asked: Below, number: int, cut: Sequence[Sequence[asyncpg.Record]]
    ) -> int:
        """Tell the pages below a level; give the number of the last level there."""
        layout, parents, last = self.layouts[number], cut[number], number
        at = layout.at(1 + branch.kind.positions["id"])
        ids = [record[at] for record in parents]
        for below, wanted in zip(branch.below, asked.below, strict=True):
            last += 1
            first = last * _LEVEL
            pages = pages_of(below.page, self._result(last), cut[last], len(ids), first)
            self.take(wanted.page, dict(zip(ids, pages, strict=True)))
            last = self._tell(below, wanted, last, cut)
        return last

    def _cut(self, records: Sequence[asyncpg.Record]) -> list[Sequence[asyncpg.Record]]:
        """Give the records of each level."""
        ends = [
            bisect_left(records, number * _LEVEL, key=_FIRST)
            for number in range(1, len(self.layouts))
        ]
        return [
            records[start:end] for start, end in zip((0, *ends), (*ends, len(records)), strict=True)
        ]

    def _result(self, number: int) -> Result:
        layout, convert = self.layouts[number], dict(self.converters)
        converters = tuple(
            (index, convert[at])
            for index, at in enumerate(layout.slots.at if layout.slots else ())
            if at in convert
        )
        return Result(layout, converters, self.learn)
