"""Rows of results: the driver's records with the values that their columns have."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Converter = Callable[[Any], Any]
Converters = tuple[tuple[int, Converter], ...]
"""By place in a row: what turns the driver's value, never None, into the column's."""


class Found(tuple[Any, ...]):
    """One row of a result; columns are attributes."""

    __slots__ = ()
    positions: Mapping[str, int]
    """Where each column stands."""

    def __getattr__(self, name: str) -> Any:
        """Give a column's value."""
        try:
            return self[self.positions[name]]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def _mapping(self) -> dict[str, Any]:
        """Give the columns by name, as SQLAlchemy's rows do."""
        return dict(zip(self.positions, self, strict=True))


def converted(records: Sequence[Any], converters: Converters) -> Sequence[Sequence[Any]]:
    """Give the values of rows as their columns have them."""
    if not converters:
        return records
    found = []
    for record in records:
        values = list(record)
        for index, convert in converters:
            if values[index] is not None:
                values[index] = convert(values[index])
        found.append(values)
    return found
