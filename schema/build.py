"""Put the schema together."""

import strawberry
from strawberry.schema.config import StrawberryConfig

import schema.objects
from schema.documents import DocumentCache, Documents, QuietSchema
from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.values import POINT_TYPES


def build_schema(cache: DocumentCache) -> strawberry.Schema:
    """Build the schema that all workspaces share, over a cache of documents."""
    return QuietSchema(
        Query,
        Mutation,
        types=[*schema.objects.OBJECTS.values(), *POINT_TYPES.values()],
        extensions=[lambda: Documents(cache)],
        config=StrawberryConfig(disable_field_suggestions=True, scalar_map=SCALARS),
    )
