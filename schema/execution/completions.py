"""Completions: how the values of a field become a part of the answer, many at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from graphql.pyutils import Path
from typing_extensions import override

from loaders.pages import Page
from schema.execution.shapers import UnplannedError, shown_by

if TYPE_CHECKING:
    from schema.execution.executor import PlannedExecutor
    from schema.execution.plans import Level

Paths = Sequence[Path] | None
_LISTS: Final = (list, tuple, Page)


class Completion:
    """How the values of a field become a part of the answer, many at once."""

    waits = False
    is_foreign = False

    def complete_now(self, values: Sequence[Any]) -> list[Any]:
        """Complete values of which everything is known; nulls stay null."""
        raise UnplannedError

    async def complete(
        self, executor: "PlannedExecutor", values: Sequence[Any], paths: Paths
    ) -> list[Any]:
        """Complete values, reading what they need; raises UnplannedError."""
        del executor, paths
        return self.complete_now(values)

    async def complete_pages(
        self, executor: "PlannedExecutor", pages: Sequence[Page], paths: Paths
    ) -> list[Any]:
        """Complete the rows of pages, all in one list; raises UnplannedError."""
        rows = [row for page in pages for row in page.rows]
        return await self.complete(executor, rows, paths)


class Leaves(Completion):
    """Scalars and enums."""

    def __init__(self, kind: Any) -> None:
        """Write values as the type does."""
        self.kind = kind
        self._show = shown_by(kind)

    @override
    def complete_now(self, values: Sequence[Any]) -> list[Any]:
        show = self._show
        try:
            return [None if value is None else show(value) for value in values]
        except Exception as error:
            raise UnplannedError from error


class Objects(Completion):
    """Objects of one type; the same object asked for twice is completed once."""

    def __init__(self, level: "Level") -> None:
        """Complete objects by a level."""
        self.level = level
        self.waits = level.waits
        self.is_foreign = level.is_foreign

    @override
    def complete_now(self, values: Sequence[Any]) -> list[Any]:
        there, places = _distinct(values)
        return _spread(self.level.shape_now(there), places)

    @override
    async def complete(
        self, executor: "PlannedExecutor", values: Sequence[Any], paths: Paths
    ) -> list[Any]:
        if self.is_foreign:
            if any(isinstance(value, Exception) for value in values):
                # Resolvers below would be called with it.
                raise UnplannedError
            # Each place has a path of its own, which resolvers may look at.
            there = [index for index, value in enumerate(values) if value is not None]
            below = None if paths is None else [paths[index] for index in there]
            shaped = await self.level.shape(executor, [values[index] for index in there], below)
            found: list[Any] = [None] * len(values)
            for index, value in zip(there, shaped, strict=True):
                found[index] = value
            return found
        distinct, places = _distinct(values)
        return _spread(await self.level.shape(executor, distinct, None), places)

    @override
    async def complete_pages(
        self, executor: "PlannedExecutor", pages: Sequence[Page], paths: Paths
    ) -> list[Any]:
        return await self.level.shape_pages(executor, pages, paths)


class Lists(Completion):
    """Lists, whose items are completed together, those of all lists at once."""

    def __init__(self, item: Completion, *, required: bool) -> None:
        """Complete items by `item`; `required`: none may be null."""
        self.item = item
        self._required = required
        self.waits = item.waits
        self.is_foreign = item.is_foreign

    @override
    def complete_now(self, values: Sequence[Any]) -> list[Any]:
        return self._cut(values, self.item.complete_now(_flat(values)))

    @override
    async def complete(
        self, executor: "PlannedExecutor", values: Sequence[Any], paths: Paths
    ) -> list[Any]:
        _check_lists(values)
        below = None
        if self.is_foreign and paths is not None:
            below = [
                path.add_key(index)
                for path, items in zip(paths, values, strict=True)
                if items is not None
                for index in range(len(items))
            ]
        if set(map(type, values)) == {Page}:
            lists = [page.records for page in values]
            return self._cut(lists, await self.item.complete_pages(executor, values, below))
        return self._cut(values, await self.item.complete(executor, _flat(values), below))

    def _cut(self, values: Sequence[Any], items: list[Any]) -> list[Any]:
        if self._required and None in items:
            raise UnplannedError
        found: list[Any] = []
        start = 0
        for value in values:
            if value is None:
                found.append(None)
                continue
            end = start + len(value)
            found.append(items[start:end])
            start = end
        return found


def _distinct(values: Sequence[Any]) -> tuple[list[Any], list[int] | None]:
    """Give the different objects among values, and the place of each value there (-1: null).

    None for the places: each has its own, as objects of classes that say so are never shared.
    """
    cls = type(values[0]) if values else None
    if getattr(cls, "is_new", False) and set(map(type, values)) == {cls}:
        return list(values), None
    seen: dict[int, int] = {}
    distinct: list[Any] = []
    places: list[int] = []
    for value in values:
        if value is None:
            places.append(-1)
            continue
        if isinstance(value, Exception):
            raise UnplannedError from value
        place = seen.get(id(value))
        if place is None:
            place = seen[id(value)] = len(distinct)
            distinct.append(value)
        places.append(place)
    return distinct, places


def _spread(shaped: list[Any], places: list[int] | None) -> list[Any]:
    if places is None:
        return shaped
    shaped.append(None)  # at -1
    return [shaped[place] for place in places]


def _flat(values: Sequence[Any]) -> list[Any]:
    _check_lists(values)
    return [item for items in values if items is not None for item in items]


def _check_lists(values: Sequence[Any]) -> None:
    for items in values:
        if type(items) not in _LISTS and items is not None and not isinstance(items, list | tuple):
            raise UnplannedError
