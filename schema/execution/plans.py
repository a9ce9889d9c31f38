"""Plans: what a level of an operation reads and how it is put together, made once per document.

A level is the selection that is made on objects of one type in one place of the document. Its parts
are values that the objects hold, relations that are read for all of them in one go, and fields that
only their own resolver knows, which the stock executor resolves object by object.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import get_argument_values

from auth.rights import Cell, Mask
from loaders.pages import Layout, Page
from schema.context import running
from schema.execution.cells import Restriction, cell_of, is_name_by_address, label_of
from schema.execution.completions import Completion, Leaves, Lists, Objects, Paths
from schema.execution.fusion import Fused, fuse, shaped_rows
from schema.execution.parts import Constant, Given, Guarded, Leaf, Part
from schema.execution.reading import Batched, Plain, python_names, reading_of
from schema.execution.shapers import Shaper, UnplannedError, run_shape
from schema.execution.variables import mentions_variables

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
                self.restrictions.append(Restriction(key, label_of(kind, name), is_masked=False))
                self.parts.append((Constant(key, None), None))
                continue
            # What depends on who asks, and not on their rights alone, is left to its resolver.
            apart = cell is Cell.OWN or is_name_by_address(executor.rights, kind, name)
            reading = None if apart else reading_of(definition)
            if isinstance(reading, Plain) and is_leaf_type(_without_null(definition.type)):
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
        own = sum(relation.is_own for relation in self.relations)
        self.is_worthwhile = not self.parts or own < len(self.parts)
        """Whether anything is gained over resolving every field object by object."""

    @property
    def is_restricted(self) -> bool:
        """Whether something in it, or below it, may not be read."""
        return bool(self.restrictions or self.restricted_below)

    def _guarded(self, part: Leaf | Given, cell: Cell | Mask, name: str) -> Part:
        if not isinstance(cell, Mask):
            return part
        label = label_of(self.kind, name)
        self.restrictions.append(Restriction(part.key, label, is_masked=True))
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


class Relation:
    """A field of a level that is completed for all of its objects before they are shaped."""

    def __init__(
        self,
        plan: Plan,
        executor: "PlannedExecutor",
        owner: Level,
        key: str,
        details: FieldDetailsList,
        definition: GraphQLField,
        reading: Plain | Batched | None,
    ) -> None:
        """Plan how its values are completed."""
        self._owner = owner
        self.key = key
        self._details = details
        self._definition = definition
        self.reading = reading
        self.completion = (
            None if reading is None else complete_by(plan, executor, definition.type, details)
        )
        completion = self.completion
        self.is_own = completion is None
        """Whether only the field's own resolver knows it."""
        self.is_foreign = completion is None or completion.is_foreign
        self.waits = completion is None or completion.waits or isinstance(reading, Batched)
        self._names = python_names(definition)
        self._is_fixed = not mentions_variables(details[0].node)
        self._asked: Any = None

    @property
    def level(self) -> "Level | None":
        """The level of the objects that it gives, alone or in lists; None: it gives none."""
        completion = self.completion
        while isinstance(completion, Lists):
            completion = completion.item
        return completion.level if isinstance(completion, Objects) else None

    def complete_now(self, sources: Sequence[Any]) -> list[Any]:
        """Give the completed value for each object, where nothing has to be read."""
        if self.completion is None or not isinstance(self.reading, Plain):
            raise UnplannedError
        return self.completion.complete_now(_read_all(self.reading, sources))

    def complete_known(
        self, executor: "PlannedExecutor", sources: Sequence[Any]
    ) -> list[Any] | None:
        """Give the completed values where all is known without waiting, else None."""
        completion, reading = self.completion, self.reading
        if completion is None or completion.waits or completion.is_foreign:
            return None
        if isinstance(reading, Plain):
            return self.complete_now(sources)
        if reading is None or reading.now is None:
            return None
        try:
            values = reading.now(executor.context_value, sources)
        except Exception as error:
            raise UnplannedError from error
        return None if values is None else completion.complete_now(values)

    async def complete(
        self, executor: "PlannedExecutor", sources: Sequence[Any], paths: Paths
    ) -> list[Any]:
        """Give the completed value for each object; raises UnplannedError."""
        if self.completion is None:
            return await self._resolve_each(executor, sources, paths)
        values: Sequence[Any]
        if isinstance(self.reading, Batched):
            try:
                values = await self._read(self.reading, executor, sources)
            except Exception as error:
                raise UnplannedError from error
        elif isinstance(self.reading, Plain):
            values = _read_all(self.reading, sources)
        below = None
        if self.completion.is_foreign and paths is not None:
            below = [path.add_key(self.key, self._owner.kind.name) for path in paths]
        return await self.completion.complete(executor, values, below)

    async def _read(
        self, reading: Batched, executor: "PlannedExecutor", sources: Sequence[Any]
    ) -> Sequence[Any]:
        """Read the values; what arguments without variables ask for is made out once."""
        if not self._definition.args:
            return await reading.read(executor.context_value, sources)
        if reading.prepare is None:
            given = self._arguments(executor)
            return await reading.read(executor.context_value, sources, **given)
        asked = self._asked
        if asked is None:
            asked = reading.prepare(self._arguments(executor))
            if self._is_fixed:
                self._asked = asked
        return await reading.read(executor.context_value, sources, asked)

    def _arguments(self, executor: "PlannedExecutor") -> dict[str, Any]:
        given = get_argument_values(
            self._definition,
            self._details[0].node,
            executor.variable_values,
            self._details[0].fragment_variable_values,
            executor.hide_suggestions,
        )
        return {self._names[name]: value for name, value in given.items()}

    async def _resolve_each(
        self, executor: "PlannedExecutor", sources: Sequence[Any], paths: Paths
    ) -> list[Any]:
        if paths is None:
            raise UnplannedError
        kind = self._owner.kind
        waiting = [
            executor.field_of(kind, source, self._details, path.add_key(self.key, kind.name))
            for source, path in zip(sources, paths, strict=True)
        ]
        found = await asyncio.gather(*waiting, return_exceptions=True)
        for value in found:
            if isinstance(value, BaseException):
                raise UnplannedError from value
        return found


def complete_by(
    plan: Plan, executor: "PlannedExecutor", kind: GraphQLOutputType, details: FieldDetailsList
) -> Completion | None:
    """Plan the completion of values of a type; None where it is not known before their turn."""
    inner = _without_null(kind)
    if is_list_type(inner):
        item = complete_by(plan, executor, inner.of_type, details)
        required = is_non_null_type(inner.of_type)
        return None if item is None else Lists(item, required=required)
    if is_leaf_type(inner):
        return Leaves(inner)
    if is_object_type(inner):
        level = plan.level(executor, inner, details)
        return None if level is None else Objects(level)
    return None


def _without_null(kind: Any) -> Any:
    return kind.of_type if is_non_null_type(kind) else kind


def _read_all(reading: Plain, sources: Sequence[Any]) -> list[Any]:
    """Read a field that objects hold, of all of them."""
    try:
        if reading.is_object:
            return list(sources)
        if reading.read is not None or reading.combine is not None:
            return [reading.of(source) for source in sources]
        (column, *_), convert = reading.columns, reading.convert
        values = [getattr(source, column) for source in sources]
        if convert is None:
            return values
        return [None if value is None else convert(value) for value in values]
    except Exception as error:
        raise UnplannedError from error
