"""Places: where generated code finds the columns of an object."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

CUSTOM: Final = "custom"
"""The column of custom values."""


@dataclass(frozen=True, slots=True)
class Column:
    """How generated code reads a column: an expression, and what its value goes through."""

    text: str
    is_typed: bool
    """Whether the value is what a column of the database holds, not just an attribute."""
    convert: Callable[[Any], Any] | None = None
    keys: Sequence[str] | None = None
    """Of a JSON column that is an array: what its items would be called in an object."""


class Place(ABC):
    """Where generated code finds the columns of an object."""

    source = "source"
    """Name of the object itself."""

    @abstractmethod
    def column(self, name: str) -> Column:
        """Tell how a column is read."""


class Attributes(Place):
    """An object `source` with attributes; those of a class of rows are read by position."""

    def __init__(self, cls: type) -> None:
        """Read the columns of a class of rows at their positions, all else as attributes."""
        self._positions: Mapping[str, int] = getattr(cls, "positions", {})
        self._custom_keys: Sequence[str] | None = getattr(cls, "custom_keys", None)

    @override
    def column(self, name: str) -> Column:
        if name in self._positions:
            keys = self._custom_keys if name == CUSTOM else None
            return Column(f"source[{self._positions[name]}]", is_typed=True, keys=keys)
        return Column(f"source.{name}", is_typed=False)
