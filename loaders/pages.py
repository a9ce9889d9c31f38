"""What loaders make of the rows of a result: pages, and lists by owner."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, overload
from uuid import UUID

import asyncpg
from typing_extensions import override

from db.found import Converters, converted
from loaders.following import Followed, Targets, targets_of
from loaders.lists import PageSpec, Position
from loaders.rows import Row

_FIRST: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Slots:
    """Where columns stand in records that have room for others as well."""

    at: tuple[int, ...]
    """The place of each column."""
    width: int
    """How many places a record has."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What stands where in the records behind a page; made by `layout_of`, compared by identity."""

    kind: type[Row]
    """The class of the page's rows."""
    skip: int
    """So many columns come before those of the row."""
    keys: int
    """So many keys of the order follow it; then come the columns of what it points to."""
    followed: Followed
    slots: Slots | None = None
    """Where these columns stand in a record; None: in their order."""

    @property
    def end(self) -> int:
        """Where the row's own columns end."""
        return self.skip + len(self.kind.positions)

    def at(self, column: int) -> int:
        """Tell where a column stands in a record."""
        return column if self.slots is None else self.slots.at[column]

    def in_order(self, records: Sequence[asyncpg.Record]) -> Sequence[Any]:
        """Give the values of records in the order of the columns."""
        if self.slots is None:
            return records
        return list(map(itemgetter(*self.slots.at), records))


@lru_cache(maxsize=2_000)
def layout_of(
    kind: type[Row], skip: int, keys: int, followed: Followed, slots: Slots | None = None
) -> Layout:
    """Give the layout of a statement's records, the same one for the same parts."""
    return Layout(kind, skip, keys, followed, slots)


@dataclass(frozen=True, slots=True)
class Result:
    """What the records of one statement have in common."""

    layout: Layout
    converters: Converters
    learn: Callable[[Targets], None]
    """Is told what came along with the rows."""

    def rows(self, records: Sequence[asyncpg.Record]) -> list[Row]:
        """Make rows of records."""
        layout = self.layout
        kind, skip, end = layout.kind, layout.skip, layout.end
        own = layout.slots.at[skip:end] if layout.slots is not None else ()
        if len(own) > 1 and not (self.converters or layout.followed):
            take = itemgetter(*own)
            return [kind(take(record)) for record in records]
        values = converted(layout.in_order(records), self.converters)
        if layout.followed:
            start = end + layout.keys
            self.learn(targets_of(values, kind, layout.followed, skip=skip, start=start))
        return [kind(row[skip:end]) for row in values]


class Page(Sequence[Row]):
    """A part of a list. Rows are made of the driver's records when someone asks for one."""

    __slots__ = ("_rows", "has_more", "records", "result")

    def __init__(
        self, records: Sequence[asyncpg.Record], result: Result, *, has_more: bool
    ) -> None:
        """Keep records in the list's order."""
        self.records = records
        self.result = result
        self.has_more = has_more
        """Whether rows follow in the direction of paging."""
        self._rows: list[Row] | None = None

    @property
    def rows(self) -> Sequence[Row]:
        """Give the rows, in their order."""
        if not self.records:
            return ()
        if self._rows is None:
            self._rows = self.result.rows(self.records)
        return self._rows

    def position(self, index: int) -> Position:
        """Give the place of a row in the list."""
        layout = self.result.layout
        (values,) = converted(layout.in_order([self.records[index]]), self.result.converters)
        keys = tuple(values[layout.end : layout.end + layout.keys])
        return Position(keys, values[layout.skip + layout.kind.positions["id"]])

    @override
    def __len__(self) -> int:
        return len(self.records)

    @override
    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    @override
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self.rows[index]


def page_of(spec: PageSpec, result: Result, records: Sequence[asyncpg.Record]) -> Page:
    """Make a page of records in the order of the statement, of which one may be read ahead."""
    has_more = len(records) > spec.limit
    if has_more:
        records = records[: spec.limit]
    return Page(records[::-1] if spec.backward else records, result, has_more=has_more)


def pages_of(
    spec: PageSpec, result: Result, found: Sequence[asyncpg.Record], owners: int, before: int = 0
) -> list[Page]:
    """Make the page of each owner, whose place is the first column of the records.

    The first owner's place is the one after `before`.
    """
    groups: list[list[asyncpg.Record]] = [[] for _ in range(owners)]
    for place, records in groupby(found, _FIRST):
        groups[place - before - 1].extend(records)
    return [page_of(spec, result, records) for records in groups]


NO_PAGE: Final = Page((), Result(Layout(Row, 0, 0, ()), (), lambda _targets: None), has_more=False)
"""What a list gives of which nobody asked for a row."""


def group_rows(
    owners: Sequence[UUID], found: Sequence[Any], row_type: type[Row]
) -> list[list[Row]]:
    """Give the rows of each owner, whose id is the first column of a result."""
    grouped: dict[UUID, list[Row]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row_type(row[1:]))
    return [grouped.get(owner, []) for owner in owners]
