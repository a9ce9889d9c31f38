"""What loaders make of the rows of a result: pages, and lists by owner."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, overload
from uuid import UUID

import asyncpg
from typing_extensions import override

from db.found import Converters, converted
from loaders.following import Followed, Targets, targets_of
from loaders.lists import PageSpec, Position
from loaders.rows import Row


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

    @property
    def end(self) -> int:
        """Where the row's own columns end."""
        return self.skip + len(self.kind.positions)


@lru_cache(maxsize=2_000)
def layout_of(kind: type[Row], skip: int, keys: int, followed: Followed) -> Layout:
    """Give the layout of a statement's records, the same one for the same parts."""
    return Layout(kind, skip, keys, followed)


class Page(Sequence[Row]):
    """A part of a list. Rows are made of the driver's records when someone asks for one."""

    __slots__ = ("_learn", "_rows", "converters", "has_more", "layout", "records")

    def __init__(
        self,
        records: Sequence[asyncpg.Record],
        layout: Layout,
        converters: Converters,
        learn: Callable[[Targets], None],
        has_more: bool,
    ) -> None:
        """Keep records in the list's order; `learn` is told what came along with the rows."""
        self.records = records
        self.layout = layout
        self.converters = converters
        self.has_more = has_more
        """Whether rows follow in the direction of paging."""
        self._learn = learn
        self._rows: list[Row] | None = None

    @property
    def rows(self) -> Sequence[Row]:
        """Give the rows, in their order."""
        if not self.records:
            return ()
        if self._rows is None:
            layout = self.layout
            values = converted(self.records, self.converters)
            self._learn(
                targets_of(
                    values,
                    layout.kind,
                    layout.followed,
                    skip=layout.skip,
                    start=layout.end + layout.keys,
                )
            )
            self._rows = [layout.kind(row[layout.skip : layout.end]) for row in values]
        return self._rows

    def position(self, index: int) -> Position:
        """Give the place of a row in the list."""
        layout = self.layout
        (values,) = converted([self.records[index]], self.converters)
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


@dataclass(frozen=True, slots=True)
class Pages:
    """Makes the pages of one statement's records."""

    spec: PageSpec
    layout: Layout
    converters: Converters
    learn: Callable[[Targets], None]

    def of(self, records: Sequence[asyncpg.Record]) -> Page:
        """Make the page of records in the order of the statement, of which one may be too many."""
        has_more = len(records) > self.spec.limit
        if has_more:
            records = records[: self.spec.limit]
        if self.spec.backward:
            records = records[::-1]
        return Page(records, self.layout, self.converters, self.learn, has_more)


def by_owner(found: Sequence[asyncpg.Record]) -> dict[UUID, list[asyncpg.Record]]:
    """Group records by their first column, the id of an owner."""
    grouped: dict[UUID, list[asyncpg.Record]] = {}
    owner, group = None, None
    for record in found:
        key = record[0]
        # Those of one owner mostly come one after another.
        if group is None or (key is not owner and key != owner):
            owner = key
            group = grouped.get(key)
            if group is None:
                group = grouped[key] = []
        group.append(record)
    return grouped


NO_PAGE: Final = Page((), Layout(Row, 0, 0, ()), (), lambda _targets: None, False)
"""What a list gives of which nobody asked for a row."""


def group_rows(
    owners: Sequence[UUID], found: Sequence[Any], row_type: type[Row]
) -> list[list[Row]]:
    """Give the rows of each owner, whose id is the first column of a result."""
    grouped: dict[UUID, list[Row]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row_type(row[1:]))
    return [grouped.get(owner, []) for owner in owners]
