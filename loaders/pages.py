"""What loaders make of the rows of a result: pages, and lists by owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from loaders.lists import PageSpec, Position
from loaders.rows import Row


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, with what paging on needs."""

    rows: Sequence[Row]
    keys: Sequence[tuple[Any, ...]]
    """For each row the values of the order's keys."""
    has_more: bool
    """Whether rows follow in the direction of paging."""

    def position(self, index: int) -> Position:
        """Give the place of a row in the list."""
        return Position(self.keys[index], self.rows[index].id)


def group_rows(
    owners: Sequence[UUID], found: Sequence[Any], row_type: type[Row]
) -> list[list[Row]]:
    """Give the rows of each owner, whose id is the first column of a result."""
    grouped: dict[UUID, list[Row]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row_type(row[1:]))
    return [grouped.get(owner, []) for owner in owners]


def make_page(found: Sequence[Any], spec: PageSpec, row_type: type[Row], *, skip: int) -> Page:
    """Make a page of a result; `skip` columns come before those of the row."""
    end = skip + len(row_type.positions)
    shown = found[: spec.limit]
    if spec.backward:
        shown = shown[::-1]
    rows = [row_type(values[skip:end]) for values in shown]
    after = end + len(spec.list.keys)
    return Page(rows, [values[end:after] for values in shown], len(found) > spec.limit)
