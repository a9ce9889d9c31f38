"""Row shapers: Python source made for one selection, turning objects into the answer's dicts.

One dict display in one loop per level, instead of a resolver call, a path and a completion for
every value. What is odd — a null where none may be, a value that its type refuses — raises
`UnplannedError`: the stock executor then answers that position, with its errors and paths.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
    Undefined,
    is_non_null_type,
)

from auth.policy import READS
from domain.ids import encode_bytes
from domain.money import SCALE, from_scaled, scaled_text
from resolvers.custom_values import parts_of
from schema.execution.cells import MASKED
from schema.execution.parts import (
    Chosen,
    Constant,
    Given,
    Guarded,
    Held,
    Inside,
    Items,
    Leaf,
    Nested,
    Part,
    ShownPart,
)
from schema.execution.places import Attributes, Column, Place
from schema.execution.reading import IdOf, Plain, Stored, as_stored
from schema.scalars import serialize_datetime, serialize_decimal

# A column of these types holds what the answer shows.
_SHOWN_AS_HELD: Final = (GraphQLString, GraphQLID, GraphQLBoolean)
_TYPES_SHOWN: Final = {GraphQLString: "str", GraphQLID: "str", GraphQLBoolean: "bool"}
_NEVER_NULL: Final = (serialize_decimal, serialize_datetime)
Shape = Callable[..., list[dict[str, Any]]]
Scope = dict[str, Any]


class UnplannedError(Exception):
    """Something came up that only stock execution answers rightly."""


def refuse() -> Any:
    """Stop a shaper at a null in a position that has none."""
    raise UnplannedError


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
            place = Attributes(cls)
            made = self._made[cls] = generate(self._parts, place)
        elif len(sources) > 1 and set(map(type, sources)) != {cls}:
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
    head = f"def shape({', '.join([*lists, *held])}):"
    if writer.opening:
        lines = [
            head,
            "    found = []",
            "    add = found.append",
            f"    for {', '.join(names)} in {loop}:",
            *([f"        {unpack} = source"] if unpack else []),
            *(f"        {line}" for line in writer.opening),
            f"        add({shown})",
            "    return found",
        ]
    else:
        targets = ", ".join([f"({unpack})" if unpack else "source", *writer.given])
        lines = [head, f"    return [{shown} for {targets} in {loop}]"]
    exec(compile("\n".join(lines) + "\n", "<shaper>", "exec"), writer.scope)  # noqa: S102 - made of the plan, see above
    made: Shape = writer.scope["shape"]
    return made


class _Writer:
    """Writes the expressions of one function, and collects what they call."""

    def __init__(self) -> None:
        self.scope: Scope = {"refuse": refuse, "encode": encode_bytes, "MASKED": MASKED}
        self.given: list[str] = []
        self.opening: list[str] = []
        """Lines before an object is written: JSON columns are decoded once for all their keys."""
        self._opened: dict[str, str] = {}
        self._numbers: Iterator[int] = count()

    def _name(self, value: Any) -> str:
        name = f"f{next(self._numbers)}"
        self.scope[name] = value
        return name

    def display(self, parts: Sequence[Part], place: Place) -> str:
        """Write the dict of an object."""
        return f"{{{', '.join(f'{part.key!r}: {self._part(part, place)}' for part in parts)}}}"

    def _part(self, part: Part, place: Place) -> str:
        if not isinstance(part, Guarded):
            return self._shown_part(part, place)
        reads = place.column(READS).text
        return f"({self._shown_part(part.part, place)} if {reads} & {part.bits} else MASKED)"

    def _shown_part(self, part: ShownPart, place: Place) -> str:
        match part:
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
            case Held():
                return self._looked_up(part, place)
            case Inside():
                return self._inside(part, place)
            case Items(_, stored, kind):
                self.scope["parts_of"] = parts_of
                shown = self._shown_stored(stored, kind)
                return f"[{shown} for x in parts_of({self._stored(stored, place)})]"
            case Chosen(_, required, stored, name):
                held = self._stored(stored, place)
                if stored.is_many:
                    self.scope["parts_of"] = parts_of
                    return f"[{name}[x] for x in parts_of({held})]"
                return f"({_missing(required=required)} if (x := {held}) is None else {name}[x])"

    def _looked_up(self, part: Held, place: Place) -> str:
        text = place.column(part.column).text
        if part.required:
            return f"{part.name}[{text}.bytes]"  # a null fails, which refuses as well
        return f"(None if (x := {text}) is None else {part.name}[x.bytes])"

    def _inside(self, part: Inside, place: Place) -> str:
        stored, name = part.stored, part.place.source
        value = self._stored(stored, place)
        shown = self.display(part.parts, part.place)
        if stored.is_many:
            self.scope["parts_of"] = parts_of
            found = "parts_of" if stored.parts else self._name(stored.single)
            return f"[{shown} for {name} in {found}({value})]"
        missing = _missing(required=part.required)
        if stored.parts or stored.convert is as_stored:
            return f"({missing} if ({name} := {value}) is None else {shown})"
        self.scope["first"] = _first
        made = f"first({self._name(stored.single)}({value}))"
        return f"({missing} if ({name} := {made}) is None else {shown})"

    def _stored(self, stored: Stored, place: Place) -> str:
        """Write how what is stored is read: None where there is nothing."""
        column = place.column(stored.column)
        if column.keys is not None:
            held = f"{column.text}[{column.keys.index(stored.key)}]"
        else:
            held = f"{self._open(column)}({stored.key!r})"
        if not stored.bound_by:
            return held
        where = place.column(stored.bound_by).text
        return f"({held} if {where} in {self._name(stored.only)} else None)"

    def _open(self, column: Column) -> str:
        """Name the function that looks into a JSON column, made once for an object."""
        name = self._opened.get(column.text)
        if name is None:
            name = self._opened[column.text] = f"m{len(self._opened)}"
            convert = column.convert
            value = column.text if convert is None else f"{self._name(convert)}({column.text})"
            self.opening.append(f"{name} = None if {column.text} is None else {value}.get")
        return name

    def _shown_stored(self, stored: Stored, kind: Any) -> str:
        """Write how a single stored value, as x and not None, is shown."""
        leaf = kind.of_type if is_non_null_type(kind) else kind
        if stored.convert is as_stored:
            held = _TYPES_SHOWN.get(leaf)
            if leaf.coerce_output_value is serialize_datetime:
                held = "str"
            if held is not None:
                return f"(x if type(x) is {held} else {self._name(shown_by(leaf))}(x))"
            return self._shown(leaf, "x")
        if stored.convert is Decimal and leaf.coerce_output_value is serialize_decimal:
            return self._decimal("x")
        return self._shown(leaf, f"{self._name(stored.convert)}(x)")

    def _leaf(self, part: Leaf, place: Place) -> str:
        reading = part.reading
        required = is_non_null_type(part.type)
        kind: Any = part.type
        leaf = kind.of_type if required else kind
        if required and isinstance(reading.convert, IdOf):
            # Written out, as an answer is full of ids; a null fails, which refuses as well.
            column = place.column(reading.columns[0])
            if column.convert is None:
                return f"{reading.convert.prefix + '_'!r} + encode({column.text}.bytes)"
        held, shown = self._held(reading, leaf, place)
        if shown is None:
            return f"(x if (x := {held}) is not None else refuse())" if required else held
        return f"({_missing(required=required)} if (x := {held}) is None else {shown})"

    def _held(self, reading: Plain, leaf: Any, place: Place) -> tuple[str, str | None]:
        """Write how a value is read, and how it, as x and not null, is shown; None: as it is."""
        if reading.read is not None:
            return f"{self._name(reading.read)}({place.source})", f"{self._name(shown_by(leaf))}(x)"
        if isinstance(reading.combine, Stored):
            return self._stored(reading.combine, place), self._shown_stored(reading.combine, leaf)
        columns = [place.column(name) for name in reading.columns]
        if reading.combine is not None:
            values = ", ".join(self._converted(column) for column in columns)
            return f"{self._name(reading.combine)}({values})", self._shown(leaf, "x")
        column, convert = columns[0], reading.convert
        if column.convert is from_scaled and leaf.coerce_output_value is serialize_decimal:
            written = self._name(scaled_text)
            return column.text, f"({written}(x) if x % {SCALE} else str(x // {SCALE}))"
        if (
            column.convert is Decimal
            and convert is None
            and leaf.coerce_output_value is serialize_decimal
        ):
            return column.text, self._decimal("x")
        if column.is_typed and convert is None and column.convert is None:
            return column.text, None if leaf in _SHOWN_AS_HELD else self._shown(leaf, "x")
        value = "x" if column.convert is None else f"{self._name(column.convert)}(x)"
        if convert is None:
            return column.text, self._shown(leaf, value)
        if isinstance(convert, IdOf):
            return column.text, f"{convert.prefix + '_'!r} + encode({value}.bytes)"
        if isinstance(leaf, GraphQLEnumType):
            return column.text, f"{self._name(_Names(convert, leaf))}[{value}]"
        found = f"{self._name(convert)}({value})"
        return column.text, found if leaf in _SHOWN_AS_HELD else self._shown(leaf, found)

    def _decimal(self, value: str) -> str:
        """Write how a decimal that is stored as a text is shown: in the form that it has there."""
        return f"({value} if type({value}) is str else {self._name(serialize_decimal)}({value}))"

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
        if write is serialize_datetime:
            self.scope["UTC"], self.scope["datetime"] = UTC, datetime
            name, found = ("x", "x") if value == "x" else ("y", f"(y := {value})")
            is_plain = f"type({found}) is datetime and {name}.tzinfo is UTC"
            return f"({name} if {is_plain} else {show}({name}))"
        if write is str and value == "x":
            self.scope["date"] = date
            return f"(x if type(x) is str or type(x) is date else {show}(x))"
        return f"{show}({value})"


def _first(values: Sequence[Any]) -> Any:
    return values[0] if values else None


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
