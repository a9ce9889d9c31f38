"""How fields are read: of one object as GraphQL has it, or of a whole level at once.

A field is declared once, by a function over a batch; the resolver that stock GraphQL execution
calls for one object is derived from it, so both ways of executing read the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import strawberry
from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from domain.fields import Field
from domain.ids import encode_id
from schema.context import Context, Info
from schema.signatures import declare_resolver, returns

GRAFTED: Final = "reading"
"""Where the extensions of a field that only a workspace has hold its `Plain` or `Batched`."""
METADATA: Final = "reading"
"""Where a field's metadata hold its `Plain` or `Batched`."""

BatchReader = Callable[..., Awaitable[Sequence[Any]]]
NowReader = Callable[[Context, Sequence[Any]], Sequence[Any] | None]


@dataclass(frozen=True, slots=True)
class IdOf:
    """Writes ids of one type; shapers know it."""

    prefix: str

    def __call__(self, key: UUID) -> str:
        """Write an id."""
        return encode_id(self.prefix, key)


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
) -> Any:
    """Declare a field that its object holds."""
    reading = Plain(tuple(columns), read, convert, combine, parts)

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
) -> Any:
    """Declare a field that is read for many objects in one go."""
    reading = Batched(tuple(columns), read, prepare, follows, now)

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
