"""How fields are read: of one object as GraphQL has it, or of a whole level at once.

A field is declared once, by a function over a batch; the resolver that stock GraphQL execution
calls for one object is derived from it, so both ways of executing read the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import strawberry
from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from domain.fields import Field
from domain.ids import encode_id
from resolvers.custom_values import parts_of
from schema.context import Context, Info
from schema.signatures import declare_resolver, returns

GRAFTED: Final = "reading"
"""Where the extensions of a field that only a workspace has hold its `Plain` or `Batched`."""
METADATA: Final = "reading"
"""Where a field's metadata hold its `Plain` or `Batched`."""

BatchReader = Callable[..., Awaitable[Sequence[Any]]]
NowReader = Callable[[Context, Sequence[Any]], Sequence[Any] | None]


def as_stored(value: Any) -> Any:
    """Give a stored value as it is."""
    return value


@dataclass(frozen=True, slots=True)
class IdOf:
    """Writes ids of one type; shapers know it."""

    prefix: str

    def __call__(self, key: UUID) -> str:
        """Write an id."""
        return encode_id(self.prefix, key)


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Gives what stands in a JSON column under a key, the value of a custom field; shapers know it.

    It is called with the columns that it reads, as they are in one row.
    """

    column: str
    key: str
    is_many: bool = False
    """Whether the field gives a list, which is empty where nothing is stored."""
    convert: Callable[[Any], Any] = as_stored
    """Makes a single stored value, never None, what the field gives."""
    parts: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """Of an object: the keys under which its fields are stored, and what makes them the fields'."""
    target: str = ""
    """The entity whose id is stored, of a field that gives a row; its `convert` is not called."""
    bound_by: str = ""
    """The column that decides whether the row shows the field; empty: all rows do."""
    only: frozenset[UUID] = frozenset()
    """What stands in that column of rows that show it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, in their order."""
        return (self.column, self.bound_by) if self.bound_by else (self.column,)

    def held(self, column: Mapping[str, Any], where: UUID | None = None) -> Any:
        """Give what is stored; None where there is nothing, or the row does not show it."""
        return column.get(self.key) if not self.bound_by or where in self.only else None

    def single(self, stored: Any) -> list[Any]:
        """Give the single values of what is stored, converted."""
        return [self.convert(part) for part in parts_of(stored)]

    def __call__(self, column: Mapping[str, Any], where: UUID | None = None) -> Any:
        """Give the value of the field."""
        stored = self.held(column, where)
        if self.is_many:
            return self.single(stored)
        return None if stored is None else self.convert(stored)


@dataclass(frozen=True, slots=True)
class Plain:
    """A field that its object holds: no argument, no waiting."""

    columns: tuple[str, ...]
    """The columns of the object's row that it reads."""
    read: Callable[[Any], Any] | None = None
    """Works the value out of the object; None: the value is the column of that name."""
    convert: Callable[[Any], Any] | None = None
    """Turns a column's value, never None, into the field's; instead of `read`."""
    combine: Callable[..., Any] | None = None
    """Works the value out of those of the columns, in their order; instead of `read`."""
    parts: tuple[str, ...] = ()
    """Names of the fields of a combined value that are the columns, in their order; the value is
    null where the first one is."""
    is_object: bool = False
    """Whether the value is the object itself, for fields that stand together under a name."""
    leads_on: bool = False
    """Whether it leads from a list to its rows."""

    def of(self, root: Any) -> Any:
        """Give the field's value of one object."""
        if self.is_object:
            return root
        if self.read is not None:
            return self.read(root)
        if self.combine is not None:
            return self.combine(*(getattr(root, column) for column in self.columns))
        value = getattr(root, self.columns[0])
        return value if value is None or self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class Batched:
    """A field that is read for many objects in one go."""

    columns: tuple[str, ...]
    """The columns of the objects' rows that it reads."""
    read: BatchReader
    """`read(context, objects, **arguments)` gives a value for each object, in their order."""
    prepare: Callable[[Mapping[str, Any]], Any] | None = None
    """Makes of the arguments, and of them alone, what `read` takes in their place."""
    follows: Field | None = None
    """The reference that it follows, if it is one: its targets may come along with the objects."""
    now: NowReader | None = None
    """Gives the values where they are known without waiting, else None."""
    stored: Stored | None = None
    """Where the ids stand of what it gives, if in a JSON column."""
    tells_fields: bool = False
    """Whether `read` is told, as `fields`, which fields of what it gives are asked for, where that
    is known."""
    along: Callable[[Any, Sequence[Any]], Any] | None = None
    """Of a list: adds to what was prepared what was prepared for the lists on its rows."""
    leads_on: bool = False
    """Whether it leads from a list to its rows."""

    async def values(
        self, context: Context, sources: Sequence[Any], given: Mapping[str, Any]
    ) -> Sequence[Any]:
        """Give the values for arguments as they came."""
        if self.prepare is None:
            return await self.read(context, sources, **given)
        return await self.read(context, sources, self.prepare(given))


def plain_field(
    text: str,
    annotation: Any,
    columns: Sequence[str],
    read: Callable[[Any], Any] | None = None,
    convert: Callable[[Any], Any] | None = None,
    combine: Callable[..., Any] | None = None,
    parts: tuple[str, ...] = (),
    *,
    leads_on: bool = False,
) -> Any:
    """Declare a field that its object holds."""
    reading = Plain(tuple(columns), read, convert, combine, parts, leads_on=leads_on)

    def resolve(root: Any) -> Any:
        return reading.of(root)

    return strawberry.field(
        resolver=returns(resolve, annotation), description=text, metadata={METADATA: reading}
    )


def batched_field(
    text: str,
    annotation: Any,
    columns: Sequence[str],
    read: BatchReader,
    arguments: Mapping[str, Any] | None = None,
    follows: Field | None = None,
    prepare: Callable[[Mapping[str, Any]], Any] | None = None,
    now: NowReader | None = None,
    along: Callable[[Any, Sequence[Any]], Any] | None = None,
    *,
    tells_fields: bool = False,
    leads_on: bool = False,
) -> Any:
    """Declare a field that is read for many objects in one go."""
    reading = Batched(tuple(columns), read, prepare, follows, now, tells_fields=tells_fields,
                      along=along, leads_on=leads_on)  # fmt: skip

    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        (value,) = await reading.values(info.context, [root], given)
        return value

    return strawberry.field(
        resolver=declare_resolver(resolve, dict(arguments or {}), annotation),
        description=text,
        metadata={METADATA: reading},
    )


def reading_of(definition: GraphQLField) -> Plain | Batched | None:
    """Tell how a field is read; None: by its own resolver alone."""
    grafted = definition.extensions.get(GRAFTED)
    if isinstance(grafted, Plain | Batched):
        return grafted
    declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(declared, StrawberryField):
        return None
    reading = declared.metadata.get(METADATA)
    if isinstance(reading, Plain | Batched):
        return reading
    if declared.base_resolver is None and not declared.extensions:
        return Plain((declared.python_name,))
    return None


def python_names(definition: GraphQLField) -> Mapping[str, str]:
    """Give Python's names of a field's arguments, by their names in the API."""
    declared: Any = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if declared is None:
        return {}
    python = [argument.python_name for argument in declared.arguments]
    return dict(zip(definition.args, python, strict=True))


def stored_by(reading: Plain | Batched | None) -> Stored | None:
    """Tell where the value of a field is stored, if in a JSON column."""
    if isinstance(reading, Batched):
        return reading.stored
    found = None if reading is None else reading.combine
    return found if isinstance(found, Stored) else None
