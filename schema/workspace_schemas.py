"""The schemas of workspaces: the shared one, or a copy with the workspace's own fields.

The number of a workspace's settings tells whether its copy is still right; fields that are the same
keep it. The least recently used copies go first. The types of a copy point to each other, and a
server whose collector rests would keep them for ever: a copy that goes is taken apart, once the
last operation on it has ended.
"""

import copy
import gc
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from loaders.rows import Row
from resolvers.custom_binding import Bindings
from schema.served import ServedSchema
from schema.typed_fields import graft, take_apart

MAX_SCHEMAS: Final = 500
Fields = Callable[[], Awaitable[tuple[Sequence[Row], Bindings]]]


@dataclass(slots=True)
class Lent:
    """The schema of a workspace for `with`: it stays whole at least until the block ends."""

    version: int
    shape: tuple[Any, ...]
    schema: ServedSchema
    shared: ServedSchema
    _is_gone: bool = False
    """Nobody will ask for it again."""
    _users: int = 0

    def __enter__(self) -> ServedSchema:
        """Count one user more."""
        self._users += 1
        return self.schema

    def __exit__(self, *_raised: object) -> None:
        """Count one user less; the last one of a schema that is gone takes it apart."""
        self._users -= 1
        self._end()

    def go(self) -> None:
        """Take it apart as soon as nobody uses it."""
        self._is_gone = True
        self._end()

    def _end(self) -> None:
        if self._is_gone and not self._users and self.schema is not self.shared:
            take_apart(self.shared._schema, self.schema._schema)


class WorkspaceSchemas:
    """The schemas of a process."""

    def __init__(self, shared: ServedSchema, size: int = MAX_SCHEMAS) -> None:
        """Give copies of `shared`, at most `size` of them."""
        self._shared = shared
        self._size = size
        self._held: OrderedDict[UUID, Lent] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    async def of(self, workspace_id: UUID, version: int, fields: Fields) -> Lent:
        """Give the schema of a workspace as of a version of its settings; use it by `with`.

        `fields` reads its custom fields and their bindings; it is asked only for a version that is
        new here.
        """
        held = self._held.get(workspace_id)
        if held is not None and held.version == version:
            self._held.move_to_end(workspace_id)
            return held
        rows, bindings = await fields()
        shape = shape_of(rows, bindings)
        held = self._held.get(workspace_id)  # another operation may have been faster
        if held is not None and held.shape == shape:
            held.version = max(version, held.version)
            return held
        own = with_fields(self._shared, rows, bindings)
        if held is not None and held.version > version:
            # An operation that began before the last change: its schema is for it alone.
            return Lent(version, shape, own, self._shared, _is_gone=True)
        made = Lent(version, shape, own, self._shared)
        self._held[workspace_id] = made
        self._held.move_to_end(workspace_id)
        if held is not None:
            held.go()
        if len(self._held) > self._size:
            self._held.popitem(last=False)[1].go()
        return made


def with_fields(
    shared: ServedSchema, rows: Sequence[Row], bindings: Bindings = MappingProxyType({})
) -> ServedSchema:
    """Give a schema with a workspace's custom fields: a copy, or itself where there are none."""
    if not rows:
        return shared
    own = copy.copy(shared)
    with _unwalked():
        own._schema = graft(shared._schema, rows, bindings)
    return own


@contextmanager
def _unwalked() -> Iterator[None]:
    """Keep the collector from walking a new schema, now and whenever it walks everything.

    A schema is some fifteen thousand objects that point to each other and never become garbage by
    themselves, see `take_apart`. With hundreds of them a walk takes as long as many requests.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
            gc.collect(1)  # what is garbage goes before the rest is left alone
            gc.freeze()


def shape_of(rows: Sequence[Row], bindings: Bindings) -> tuple[Any, ...]:
    """Give what a workspace's schema depends on."""
    return tuple(
        sorted(
            (row.entity, row.code, row.type, row.is_multiple, row.is_filterable, row.name,
             str(row.id), *sorted(key.hex for key in bindings.get(row.id, ())))
            for row in rows
        )
    )  # fmt: skip
