"""Places: where generated code finds the columns of an object."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Column:
    """How generated code reads a column: an expression, and what its value goes through."""

    text: str
    is_typed: bool
    """Whether the value is what a column of the database holds, not just an attribute."""
    convert: Callable[[Any], Any] | None = None


class Place(ABC):
    """Where generated code finds the columns of an object."""

    source = "source"
    """Name of the object itself."""

    @abstractmethod
    def column(self, name: str) -> Column:
        """Tell how a column is read."""


class Attributes(Place):
    """An object `source` with attributes; those of a class of rows are read by position."""

    def __init__(self, positions: Mapping[str, int] | None) -> None:
        """Read columns at `positions`, all others as attributes."""
        self._positions = positions or {}

    @override
    def column(self, name: str) -> Column:
        if name in self._positions:
            return Column(f"source[{self._positions[name]}]", is_typed=True)
        return Column(f"source.{name}", is_typed=False)
