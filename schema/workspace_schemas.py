"""The schemas of workspaces: the shared one, or a copy with the workspace's own fields.

The number of a workspace's settings tells whether its copy is still right; fields that are the same
keep it. The least recently used copies go first.
"""

import copy
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from loaders.rows import Row
from resolvers.custom_binding import Bindings
from schema.served import ServedSchema
from schema.typed_fields import graft

MAX_SCHEMAS: Final = 500
Fields = Callable[[], Awaitable[tuple[Sequence[Row], Bindings]]]


@dataclass(slots=True)
class _Held:
    version: int
    shape: tuple[Any, ...]
    schema: ServedSchema


class WorkspaceSchemas:
    """The schemas of a process."""

    def __init__(self, shared: ServedSchema, size: int = MAX_SCHEMAS) -> None:
        """Give copies of `shared`, at most `size` of them."""
        self._shared = shared
        self._size = size
        self._held: OrderedDict[UUID, _Held] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    async def of(self, workspace_id: UUID, version: int, fields: Fields) -> ServedSchema:
        """Give the schema of a workspace as of a version of its settings.

        `fields` reads its custom fields and their bindings; it is asked only for a version that is
        new here.
        """
        held = self._held.get(workspace_id)
        if held is not None and held.version == version:
            self._held.move_to_end(workspace_id)
            return held.schema
        rows, bindings = await fields()
        shape = shape_of(rows, bindings)
        if held is not None and held.shape == shape:
            held.version = version
            return held.schema
        made = _Held(version, shape, with_fields(self._shared, rows, bindings))
        self._held[workspace_id] = made
        self._held.move_to_end(workspace_id)
        if len(self._held) > self._size:
            self._held.popitem(last=False)
        return made.schema


def with_fields(
    shared: ServedSchema, rows: Sequence[Row], bindings: Bindings = MappingProxyType({})
) -> ServedSchema:
    """Give a schema with a workspace's custom fields: a copy, or itself where there are none."""
    if not rows:
        return shared
    own = copy.copy(shared)
    own._schema = graft(shared._schema, rows, bindings)
    return own


def shape_of(rows: Sequence[Row], bindings: Bindings) -> tuple[Any, ...]:
    """Give what a workspace's schema depends on."""
    return tuple(
        sorted(
            (row.entity, row.code, row.type, row.is_multiple, row.is_filterable, row.name,
             str(row.id), *sorted(key.hex for key in bindings.get(row.id, ())))
            for row in rows
        )
    )  # fmt: skip
