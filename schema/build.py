"""Put the schema together."""

from typing import Any

from graphql import is_input_object_type
from graphql.execution.executor import Executor
from strawberry.schema.config import StrawberryConfig

import schema.objects  # noqa: F401 - fills the classes with fields
from schema.bookings import Booking
from schema.classes import OBJECTS
from schema.custom_fields import VALUE_TYPES
from schema.documents import DocumentCache
from schema.entries import ENTRY_TYPES
from schema.execution.executor import PlannedExecutor
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.served import ServedSchema
from schema.values import POINT_TYPES


def build_schema(
    cache: DocumentCache, executor: type[Executor[Any]] = PlannedExecutor
) -> ServedSchema:
    """Build the schema that all workspaces share, over a cache of documents.

    `executor` runs the operations; graphql-core's own, in Strawberry's form, is the yardstick.
    """
    built = ServedSchema(
        cache,
        Query,
        Mutation,
        types=[*OBJECTS.values(), *POINT_TYPES.values(), *VALUE_TYPES, *ENTRY_TYPES, Booking],
        execution_context_class=executor,
        config=StrawberryConfig(disable_field_suggestions=True, scalar_map=SCALARS),
    )
    # Strawberry keeps @oneOf to itself; graphql-core, told of it, names the place of the fault.
    for declared in built._schema.type_map.values():
        if is_input_object_type(declared):
            definition = declared.extensions.get("strawberry-definition")
            declared.is_one_of = bool(definition and definition.is_one_of)
    return built
