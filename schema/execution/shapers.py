"""Row shapers: Python source made for one selection, turning objects into the answer's dicts.

One dict display in one loop per level, instead of a resolver call, a path and a completion for
every value. What is odd — a null where none may be, a value that its type refuses — raises
`UnplannedError`: the stock executor then answers that position, with its errors and paths.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    is_non_null_type,
)
from typeid.codecs import base32
from typing_extensions import override

from auth.policy import READS
from domain.money import from_scaled, scaled_text
from schema.execution.cells import MASKED
from schema.execution.reading import IdOf, Plain
from schema.scalars import serialize_datetime, serialize_decimal

# A column of these types holds what the answer shows.
_SHOWN_AS_HELD: Final = (GraphQLString, GraphQLID, GraphQLBoolean)
_NEVER_NULL: Final = (serialize_decimal, serialize_datetime)
Shape = Callable[..., list[dict[str, Any]]]
Scope = dict[str, Any]


class UnplannedError(Exception):
    """Something came up that only stock execution answers rightly."""


def refuse() -> Any:
    """Stop a shaper at a null in a position that has none."""
    raise UnplannedError


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
    place: "Place"
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
class Guarded:
    """A part that may be read on some rows only: those with one of these bits."""

    part: "Constant | Leaf | Given | Nested | Held"
    bits: int

    @property
    def key(self) -> str:
        """The key of the part."""
        return self.part.key


Part = Constant | Leaf | Given | Nested | Held | Guarded


@dataclass(frozen=True, slots=True)
class Column:
    """How generated code reads a column: an expression, and what its value goes through."""

    text: str
    is_typed: bool
    """Whether the value is what a column of the database holds, not just an attribute."""
    convert: Callable[[Any], Any] | None = None


class Place(ABC):
    """Where generated code finds the columns of an object."""

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


class Shaper:
    """Shapes the objects of one level; a function is generated for each class of rows."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """Remember the parts, in the order of the answer."""
        self._parts = parts
        self._made: dict[type, Shape] = {}

    def shape(self, sources: Sequence[Any], given: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """Shape objects; `given` holds a column for each `Given` part. Raises UnplannedError."""
        if not sources:
            return []
        cls = type(sources[0])
        made = self._made.get(cls)
        if made is None:
            place = Attributes(getattr(cls, "positions", None))
            made = self._made[cls] = generate(self._parts, place)
        elif len(sources) > 1 and any(type(source) is not cls for source in sources):
            raise UnplannedError
        return run_shape(made, sources, *given)


def run_shape(made: Shape, *arguments: Any) -> list[dict[str, Any]]:
    """Call a generated function; whatever it raises becomes UnplannedError."""
    try:
        return made(*arguments)
    except UnplannedError:
        raise
    except Exception as error:
        raise UnplannedError from error


def generate(
    parts: Sequence[Part], place: Place, held: Sequence[str] = (), unpack: str = ""
) -> Shape:
    """Write and compile the function `shape(sources, *given, *held)` of a level.

    `unpack` is the target that each source is unpacked into, if any.
    """
    writer = _Writer()
    shown = writer.display(parts, place)
    names = ["source", *writer.given]
    lists = ["sources", *(f"{name}_of_all" for name in writer.given)]
    loop = f"zip({', '.join(lists)}, strict=True)" if writer.given else "sources"
    # Names come from GraphQL's grammar (letters, digits, underscores) and are quoted besides.
    lines = [
        f"def shape({', '.join([*lists, *held])}):",
        "    found = []",
        "    add = found.append",
        f"    for {', '.join(names)} in {loop}:",
        *([f"        {unpack} = source"] if unpack else []),
        f"        add({shown})",
        "    return found",
    ]
    exec(compile("\n".join(lines) + "\n", "<shaper>", "exec"), writer.scope)  # noqa: S102 - made of the plan, see above
    made: Shape = writer.scope["shape"]
    return made


class _Writer:
    """Writes the expressions of one function, and collects what they call."""

    def __init__(self) -> None:
        self.scope: Scope = {"refuse": refuse, "encode": base32.encode, "MASKED": MASKED}
        self.given: list[str] = []
        self._numbers: Iterator[int] = count()

    def _name(self, value: Any) -> str:
        name = f"f{next(self._numbers)}"
        self.scope[name] = value
        return name

    def display(self, parts: Sequence[Part], place: Place) -> str:
        """Write the dict of an object."""
        return f"{{{', '.join(f'{part.key!r}: {self._part(part, place)}' for part in parts)}}}"

    def _part(self, part: Part, place: Place) -> str:
        match part:
            case Guarded(inner, bits):
                reads = place.column(READS).text
                return f"({self._part(inner, place)} if {reads} & {bits} else MASKED)"
            case Constant(_, value):
                return repr(value)
            case Leaf():
                return self._leaf(part, place)
            case Given(_, required):
                name = f"v{len(self.given)}"
                self.given.append(name)
                return f"{name} if {name} is not None else refuse()" if required else name
            case Nested(_, required, parts, inner, test):
                shown = self.display(parts, inner)
                there = inner.column(test).text
                return f"({_missing(required=required)} if {there} is None else {shown})"
            case Held(_, required, column, name):
                missing = _missing(required=required)
                return f"({missing} if (x := {place.column(column).text}) is None else {name}[x])"

    def _leaf(self, part: Leaf, place: Place) -> str:
        reading = part.reading
        required = is_non_null_type(part.type)
        kind: Any = part.type
        leaf = kind.of_type if required else kind
        held, shown = self._held(reading, leaf, place)
        if shown is None:
            return f"(x if (x := {held}) is not None else refuse())" if required else held
        return f"({_missing(required=required)} if (x := {held}) is None else {shown})"

    def _held(self, reading: Plain, leaf: Any, place: Place) -> tuple[str, str | None]:
        """Write how a value is read, and how it, as x and not null, is shown; None: as it is."""
        if reading.read is not None:
            return f"{self._name(reading.read)}(source)", f"{self._name(shown_by(leaf))}(x)"
        columns = [place.column(name) for name in reading.columns]
        if reading.combine is not None:
            values = ", ".join(self._converted(column) for column in columns)
            return f"{self._name(reading.combine)}({values})", self._shown(leaf, "x")
        column, convert = columns[0], reading.convert
        if column.convert is from_scaled and leaf.coerce_output_value is serialize_decimal:
            return column.text, f"{self._name(scaled_text)}(x)"
        if column.is_typed and convert is None and column.convert is None:
            return column.text, None if leaf in _SHOWN_AS_HELD else self._shown(leaf, "x")
        value = "x" if column.convert is None else f"{self._name(column.convert)}(x)"
        if convert is None:
            return column.text, self._shown(leaf, value)
        if isinstance(convert, IdOf):
            # Written out: an answer is full of ids.
            return column.text, f"{convert.prefix + '_'!r} + encode({value}.bytes)"
        if isinstance(leaf, GraphQLEnumType):
            return column.text, f"{self._name(_Names(convert, leaf))}[{value}]"
        found = f"{self._name(convert)}({value})"
        return column.text, found if leaf in _SHOWN_AS_HELD else self._shown(leaf, found)

    def _converted(self, column: Column) -> str:
        if column.convert is None:
            return column.text
        return f"(None if {column.text} is None else {self._name(column.convert)}({column.text}))"

    def _shown(self, leaf: Any, value: str) -> str:
        write = leaf.coerce_output_value
        show = self._name(write if write in _NEVER_NULL else shown_by(leaf))
        if leaf is GraphQLInt and value == "x":
            return f"(x if type(x) is int and -2147483648 <= x <= 2147483647 else {show}(x))"
        # Days and times in UTC are written by orjson, in the very same form.
        if write is serialize_datetime and value == "x":
            self.scope["UTC"], self.scope["datetime"] = UTC, datetime
            return f"(x if type(x) is datetime and x.tzinfo is UTC else {show}(x))"
        if write is str and value == "x":
            self.scope["date"] = date
            return f"(x if type(x) is str or type(x) is date else {show}(x))"
        return f"{show}({value})"


def _missing(*, required: bool) -> str:
    return "refuse()" if required else "None"


class _Names(dict[Any, str]):
    """The names of an enum's stored values, worked out once each."""

    def __init__(self, convert: Callable[[Any], Any], enum: GraphQLEnumType) -> None:
        super().__init__()
        self._convert = convert
        self._show = shown_by(enum)

    def __missing__(self, value: Any) -> str:
        name: str = self._show(self._convert(value))
        self[value] = name
        return name


def shown_by(leaf: Any) -> Callable[[Any], Any]:
    """Give the function that writes a value of a leaf type; raises UnplannedError for a null."""
    write = leaf.coerce_output_value

    def show(value: Any) -> Any:
        found = write(value)
        if found is None or found is Undefined:
            raise UnplannedError
        return found

    return show
