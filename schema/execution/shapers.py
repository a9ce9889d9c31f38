"""Row shapers: Python source made for one selection, turning objects into the answer's dicts.

One dict display in one comprehension per level, instead of a resolver call, a path and a completion
for every value. What is odd — a null where none may be, a value that its type refuses — raises
`UnplannedError`: the stock executor then answers that position, with its errors and paths.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    is_non_null_type,
)

from schema.execution.reading import Plain

# A column of these types holds what the answer shows.
_SHOWN_AS_HELD: Final = (GraphQLString, GraphQLID, GraphQLBoolean)
Shape = Callable[..., list[dict[str, Any]]]


class UnplannedError(Exception):
    """Something came up that only stock execution answers rightly."""


def refuse() -> Any:
    """Stop a shaper at a null in a position that has none."""
    raise UnplannedError


@dataclass(frozen=True, slots=True)
class Constant:
    """A part of the answer that is the same for every object: `__typename`."""

    key: str
    value: str


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


Part = Constant | Leaf | Given


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
            made = self._made[cls] = _generate(self._parts, getattr(cls, "positions", None))
        elif len(sources) > 1 and any(type(source) is not cls for source in sources):
            raise UnplannedError
        try:
            return made(sources, *given)
        except UnplannedError:
            raise
        except Exception as error:
            raise UnplannedError from error


def _generate(parts: Sequence[Part], positions: Mapping[str, int] | None) -> Shape:
    """Write and compile the function for rows with columns at `positions`, or for other objects."""
    scope: dict[str, Any] = {"refuse": refuse}
    columns: list[str] = []
    entries: list[str] = []
    for index, part in enumerate(parts):
        if isinstance(part, Constant):
            text = repr(part.value)
        elif isinstance(part, Leaf):
            text = _leaf(part, index, positions, scope)
        else:
            text = f"v{index}"
            columns.append(text)
            if part.required:
                text = f"{text} if {text} is not None else refuse()"
        entries.append(f"{part.key!r}: {text}")
    names = ["source", *columns]
    lists = ["sources", *(f"{name}_of_all" for name in columns)]
    loop = f"zip({', '.join(lists)}, strict=True)" if columns else "sources"
    # Names come from GraphQL's grammar (letters, digits, underscores) and are quoted besides.
    source = (
        f"def shape({', '.join(lists)}):\n"
        f"    return [{{{', '.join(entries)}}} for {', '.join(names)} in {loop}]\n"
    )
    exec(compile(source, "<shaper>", "exec"), scope)  # noqa: S102 - made of the plan, see above
    made: Shape = scope["shape"]
    return made


def _leaf(
    part: Leaf, index: int, positions: Mapping[str, int] | None, scope: dict[str, Any]
) -> str:
    """Write the expression of a value, and put the functions that it calls into scope."""
    reading = part.reading
    column = reading.columns[0] if reading.columns else ""
    is_typed = reading.read is None and positions is not None and column in positions
    if reading.read is not None:
        scope[f"read{index}"] = reading.read
        held = f"read{index}(source)"
    elif positions is not None and column in positions:
        held = f"source[{positions[column]}]"
    else:
        held = f"source.{column}"
    required = is_non_null_type(part.type)
    outer: Any = part.type
    leaf = outer.of_type if required else outer
    shown = _shown(reading, leaf, index, scope, is_typed=is_typed)
    missing = "refuse()" if required else "None"
    if shown is None:
        return f"(x if (x := {held}) is not None else refuse())" if required else held
    return f"({missing} if (x := {held}) is None else {shown})"


def _shown(
    reading: Plain, leaf: Any, index: int, scope: dict[str, Any], *, is_typed: bool
) -> str | None:
    """Write how the value x is shown; None: as it is held, in a column of the leaf's type."""
    if is_typed and reading.convert is None and leaf in _SHOWN_AS_HELD:
        return None
    if reading.convert is not None and isinstance(leaf, GraphQLEnumType):
        scope[f"names{index}"] = _Names(reading.convert, leaf)
        return f"names{index}[x]"
    if reading.convert is not None:
        scope[f"convert{index}"] = reading.convert
        if leaf in _SHOWN_AS_HELD:
            return f"convert{index}(x)"
    scope[f"show{index}"] = shown_by(leaf)
    return f"show{index}(convert{index}(x))" if reading.convert is not None else f"show{index}(x)"


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
