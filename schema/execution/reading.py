"""How fields are read: of one object as GraphQL has it, or of a whole level at once.

A field is declared once, by a function over a batch; the resolver that stock GraphQL execution
calls for one object is derived from it, so both ways of executing read the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from domain.fields import Field
from schema.context import Info
from schema.signatures import declare_resolver, returns

METADATA: Final = "reading"
"""Where a field's metadata hold its `Plain` or `Batched`."""

BatchReader = Callable[..., Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Plain:
    """A field that its object holds: no argument, no waiting."""

    columns: tuple[str, ...]
    """The columns of the object's row that it reads."""
    read: Callable[[Any], Any] | None = None
    """Works the value out of the object; None: the value is the column of that name."""
    convert: Callable[[Any], Any] | None = None
    """Turns a column's value, never None, into the field's; instead of `read`."""


@dataclass(frozen=True, slots=True)
class Batched:
    """A field that is read for many objects in one go."""

    columns: tuple[str, ...]
    """The columns of the objects' rows that it reads."""
    read: BatchReader
    """`read(context, objects, **arguments)` gives a value for each object, in their order."""
    follows: Field | None = None
    """The reference that it follows, if it is one: its targets may come along with the objects."""


def plain_field(
    text: str,
    annotation: Any,
    columns: Sequence[str],
    read: Callable[[Any], Any] | None = None,
    convert: Callable[[Any], Any] | None = None,
) -> Any:
    """Declare a field that its object holds."""
    reading = Plain(tuple(columns), read, convert)

    def resolve(root: Any) -> Any:
        if read is not None:
            return read(root)
        value = getattr(root, reading.columns[0])
        return value if value is None or convert is None else convert(value)

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
) -> Any:
    """Declare a field that is read for many objects in one go; arguments all are optional."""

    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        (value,) = await read(info.context, [root], **given)
        return value

    return strawberry.field(
        resolver=declare_resolver(resolve, dict(arguments or {}), annotation),
        description=text,
        metadata={METADATA: Batched(tuple(columns), read, follows)},
    )


def reading_of(definition: GraphQLField) -> Plain | Batched | None:
    """Tell how a field is read; None: by its own resolver alone."""
    declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(declared, StrawberryField):
        return None
    reading = declared.metadata.get(METADATA)
    if isinstance(reading, Plain | Batched):
        return reading
    if declared.base_resolver is None and not declared.extensions:
        return Plain((declared.python_name,))
    return None
