"""Plans: what a level of an operation reads and how it is put together, made once per document.

A level is the selection that is made on objects of one type in one place of the document. Its parts
are values that the objects hold, relations that are read for all of them in one go, and fields that
only their own resolver knows, which the stock executor resolves object by object.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLObjectType,
    is_leaf_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from auth.rights import Cell, Mask
from loaders.pages import Layout, Page
from schema.context import running
from schema.execution.cells import Restriction, cell_of, is_name_by_address, label_of
from schema.execution.completions import Paths
from schema.execution.fusion import Fused, fuse, shaped_rows
from schema.execution.parts import Constant, Given, Guarded, Leaf, Part
from schema.execution.reading import Plain, reading_of
from schema.execution.relations import Relation, without_null
from schema.execution.shapers import Shaper, UnplannedError, run_shape

if TYPE_CHECKING:
    from schema.execution.executor import PlannedExecutor


class Plan:
    """All levels of one operation, for one choice of `@skip` and `@include`."""

    def __init__(self, *nodes: Any) -> None:
        """Start without levels; each is planned when it is first met.

        `nodes` are the definitions that the operation consists of. They are held, so that the ids
        of their nodes, which are keys below, are not given to others.
        """
        self._nodes = nodes
        self._levels: dict[tuple[str, tuple[int, ...]], Level | None] = {}
        self.whole: Level | None = None
        """The level of the whole operation, once it is known."""

    def level(
        self, executor: "PlannedExecutor", kind: GraphQLObjectType, details: FieldDetailsList
    ) -> "Level | None":
        """Give the level of a place in the document; None where nothing in it can be planned."""
        key = (kind.name, tuple(id(item.node) for item in details))
        try:
            return self._levels[key]
        except KeyError:
            fields = executor.collect_subfields(kind, details).grouped_field_set
            level = Level(self, executor, kind, fields)
            found = self._levels[key] = level if level.is_worthwhile else None
            return found

    def root(
        self,
        executor: "PlannedExecutor",
        kind: GraphQLObjectType,
        fields: Mapping[str, FieldDetailsList],
    ) -> "Level | None":
        """Give the level of the whole operation; None where some of it is resolved by itself."""
        key = (kind.name, ())
        try:
            return self._levels[key]
        except KeyError:
            level = Level(self, executor, kind, fields)
            found = self._levels[key] = level if level.waits and not level.is_foreign else None
            self.whole = found
            return found


class Level:
    """The selection on objects of one type in one place."""

    def __init__(
        self,
        plan: Plan,
        executor: "PlannedExecutor",
        kind: GraphQLObjectType,
        fields: Mapping[str, FieldDetailsList],
    ) -> None:
        """Plan the fields that are selected."""
        self.kind = kind
        self.names = frozenset(details[0].node.name.value for details in fields.values())
        """The names of the fields that are selected."""
        self.relations: list[Relation] = []
        self.restrictions: list[Restriction] = []
        """The parts that may not be read, on all rows or on some."""
        self.parts: list[tuple[Part, Relation | None]] = []
        """The parts of the answer in their order, and of which relation each comes, if of one."""
        for key, field_details in fields.items():
            name = field_details[0].node.name.value
            definition = executor.schema.get_field(kind, name)
            if definition is None:
                continue
            if name == "__typename":
                self.parts.append((Constant(key, kind.name), None))
                continue
            cell = cell_of(executor.rights, kind, name)
            if cell is Cell.DENIED:
                self.restrictions.append(Restriction(key, label_of(kind, name)))
                self.parts.append((Constant(key, None), None))
                continue
            # What depends on who asks, and not on their rights alone, is left to its resolver.
            apart = cell is Cell.OWN or is_name_by_address(executor.rights, kind, name)
            reading = None if apart else reading_of(definition)
            if isinstance(reading, Plain) and is_leaf_type(without_null(definition.type)):
                leaf = Leaf(key, reading, definition.type)
                self.parts.append((self._guarded(leaf, cell, name), None))
                continue
            relation = Relation(plan, executor, self, key, field_details, definition, reading)
            self.relations.append(relation)
            given = Given(key, required=is_non_null_type(definition.type))
            self.parts.append((self._guarded(given, cell, name), relation))
        self.restricted_below = [
            (relation.key, level)
            for relation in self.relations
            if (level := relation.level) is not None and level.is_restricted
        ]
        self._shaper = Shaper([part for part, _ in self.parts])
        self._fused: dict[tuple[Layout, bool], Fused | None] = {}
        self.is_foreign = any(relation.is_foreign for relation in self.relations)
        """Whether some field below is resolved object by object, and so needs to know its path."""
        self.waits = any(relation.waits for relation in self.relations)
        """Whether something below has to be read."""
        self.is_worthwhile = not self.parts or len(self.parts) > sum(
            relation.is_own for relation in self.relations
        )
        """Whether anything is gained over resolving every field object by object."""

    @property
    def is_restricted(self) -> bool:
        """Whether something in it, or below it, may not be read."""
        return bool(self.restrictions or self.restricted_below)

    def _guarded(self, part: Leaf | Given, cell: Cell | Mask, name: str) -> Part:
        if not isinstance(cell, Mask):
            return part
        label = label_of(self.kind, name)
        self.restrictions.append(Restriction(part.key, label, cell.bits))
        return Guarded(part, cell.bits)

    def shape_now(self, sources: Sequence[Any]) -> list[dict[str, Any]]:
        """Complete objects of which everything is known already; raises UnplannedError."""
        given = [relation.complete_now(sources) for relation in self.relations]
        return self._shaper.shape(sources, given)

    async def shape(
        self, executor: "PlannedExecutor", sources: Sequence[Any], paths: Paths
    ) -> list[dict[str, Any]]:
        """Complete objects; raises UnplannedError."""
        if not self.waits:
            return self.shape_now(sources)
        given = await _complete_all(self.relations, executor, sources, paths)
        return self._shaper.shape(sources, given)

    async def shape_pages(
        self, executor: "PlannedExecutor", pages: Sequence[Page], paths: Paths
    ) -> list[dict[str, Any]]:
        """Complete the rows of pages, all in one list; raises UnplannedError."""
        try:
            found = await self._shape_records(
                executor, [page for page in pages if page.records], paths
            )
        except UnplannedError:
            found = None
        if found is not None:
            return found
        return await self.shape(executor, [row for page in pages for row in page.rows], paths)

    async def _shape_records(
        self, executor: "PlannedExecutor", pages: Sequence[Page], paths: Paths
    ) -> list[dict[str, Any]] | None:
        """Complete the rows of pages from their records; None where it takes rows."""
        if not pages:
            return []
        result = pages[0].result
        layout = result.layout
        if len({page.result.layout for page in pages}) > 1:
            return None
        loaders = running(executor.context_value).loaders
        key = (layout, loaders.snapshots is not None)
        if key not in self._fused:
            self._fused[key] = fuse(self, layout, result.converters, holds=key[1])
        fused = self._fused[key]
        if fused is None:
            return None
        held: list[Any] = []
        if fused.held:
            snapshot = await loaders.snapshot()
            if not snapshot.is_whole:
                return None
            held = [shaped_rows(snapshot, entity, level) for entity, level in fused.held]
        given: Sequence[Any] = ()
        if fused.relations:
            rows = [row for page in pages for row in page.rows]
            given = await _complete_all(fused.relations, executor, rows, paths)
        records = (
            pages[0].records
            if len(pages) == 1
            else [record for page in pages for record in page.records]
        )
        return run_shape(fused.shape, records, *given, *held)


async def _complete_all(
    relations: "Sequence[Relation]",
    executor: "PlannedExecutor",
    sources: Sequence[Any],
    paths: Paths,
) -> list[Any]:
    """Give the completed values of relations, a column for each; raises UnplannedError."""
    given = [relation.complete_known(executor, sources) for relation in relations]
    waiting = [place for place, column in enumerate(given) if column is None]
    if len(waiting) == 1:
        (place,) = waiting
        given[place] = await relations[place].complete(executor, sources, paths)
    elif waiting:
        executor.go_side_by_side()
        columns = await asyncio.gather(
            *(relations[place].complete(executor, sources, paths) for place in waiting),
            return_exceptions=True,
        )
        for place, column in zip(waiting, columns, strict=True):
            if isinstance(column, BaseException):
                raise column
            given[place] = column
    return given
