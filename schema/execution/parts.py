"""The parts of an answer's objects: what stands under a key, and where its value comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import GraphQLOutputType

from schema.execution.places import Place
from schema.execution.reading import Plain, Stored


@dataclass(frozen=True, slots=True)
class Constant:
    """A part of the answer that is the same for every object: `__typename`, or what is hidden."""

    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar or enum that the object holds."""

    key: str
    reading: Plain
    type: GraphQLOutputType


@dataclass(frozen=True, slots=True)
class Given:
    """A part that was completed for all objects before they are shaped."""

    key: str
    required: bool
    """Whether a null there is one in a position that has none."""


@dataclass(frozen=True, slots=True)
class Nested:
    """An object whose values are among the columns; null where the first of `columns` is."""

    key: str
    required: bool
    parts: "Sequence[Part]"
    place: Place
    test: str
    """The column that is null where there is no object."""


@dataclass(frozen=True, slots=True)
class Held:
    """An object that was shaped before and is looked up by the id in a column."""

    key: str
    required: bool
    column: str
    name: str
    """Name of the argument that holds the shaped objects."""


@dataclass(frozen=True, slots=True)
class Inside:
    """An object, or a list of objects, whose fields stand in what is stored in a JSON column."""

    key: str
    required: bool
    stored: Stored
    parts: "Sequence[Part]"
    place: Place
    """The place of the stored value, which goes by the name of its source."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of scalars that is stored in a JSON column."""

    key: str
    stored: Stored
    type: GraphQLOutputType


@dataclass(frozen=True, slots=True)
class Chosen:
    """One object, or a list of those, shaped before and looked up by ids in a JSON column."""

    key: str
    required: bool
    stored: Stored
    name: str
    """Name of the argument that holds the shaped objects."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A part that may be read on some rows only: those with one of these bits."""

    part: "ShownPart"
    bits: int

    @property
    def key(self) -> str:
        """The key of the part."""
        return self.part.key


ShownPart = Constant | Leaf | Given | Nested | Held | Inside | Items | Chosen
Part = ShownPart | Guarded
