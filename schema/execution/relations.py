"""Relations: fields of a level that are completed for all of its objects before they are shaped."""

import asyncio
import contextlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLField,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import get_argument_values

from loaders.held import HELD_NAMES
from loaders.rows import values_of
from schema.context import running
from schema.execution.completions import Completion, Leaves, Lists, Objects, Paths
from schema.execution.fusion import shaped_rows
from schema.execution.reading import Batched, Plain, python_names
from schema.execution.shapers import UnplannedError
from schema.execution.variables import mentions_variables

if TYPE_CHECKING:
    from schema.execution.executor import PlannedExecutor
    from schema.execution.plans import Level, Plan


class Relation:
    """A field of a level that is completed for all of its objects before they are shaped."""

    def __init__(
        self,
        plan: "Plan",
        executor: "PlannedExecutor",
        owner: "Level",
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
        below, tells = self.level, isinstance(reading, Batched) and reading.tells_fields
        self._told = {"fields": below.names} if tells and below is not None else {}

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
        held = self._held(executor, sources)
        if held is not None:
            return held
        try:
            values = reading.now(executor.context_value, sources)
        except Exception as error:
            raise UnplannedError from error
        return None if values is None else completion.complete_now(values)

    def _held(self, executor: "PlannedExecutor", sources: Sequence[Any]) -> list[Any] | None:
        """Give settings and people as they were shaped for the snapshot, else None."""
        reference, level = getattr(self.reading, "follows", None), self.level
        if reference is None or level is None or reference.target not in HELD_NAMES:
            return None
        snapshot = running(executor.context_value).loaders.snapshot_now()
        if snapshot is None:
            return None
        shaped = shaped_rows(snapshot, reference.target, level)
        keys = values_of(sources, reference.column)
        try:
            return [None if key is None else shaped[key.bytes] for key in keys]
        except UnplannedError:
            return None  # made a moment ago

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
            return await reading.read(executor.context_value, sources, **self._told)
        if reading.prepare is None:
            given = self._arguments(executor)
            return await reading.read(executor.context_value, sources, **given)
        return await reading.read(executor.context_value, sources, self.asked(executor))

    def asked(self, executor: "PlannedExecutor") -> Any:
        """Give what is prepared of the arguments, for a list with what is for those on its rows."""
        reading = self.reading
        if self._asked is not None or not isinstance(reading, Batched) or reading.prepare is None:
            return self._asked
        asked = reading.prepare(self._arguments(executor))
        if reading.along is not None and (lists := self.lists_on_rows):
            below: list[Any] = []
            for relation in lists:
                # What is wrong with it is said where it stands.
                with contextlib.suppress(Exception):
                    below.append(relation.asked(executor))
            asked = reading.along(asked, below)
        if self.is_fixed:
            self._asked = asked
        return asked

    @cached_property
    def lists_on_rows(self) -> "Sequence[Relation]":
        """The lists that stand on the rows of this one."""
        found: list[Relation] = []
        levels = [] if self.level is None else [self.level]
        while levels:
            for relation in levels.pop().relations:
                if getattr(relation.reading, "leads_on", False):
                    levels.extend([] if relation.level is None else [relation.level])
                elif getattr(relation.reading, "along", None) is not None:
                    found.append(relation)
        return found

    @cached_property
    def is_fixed(self) -> bool:
        """Whether no variable is in what it asks for."""
        return self._is_fixed and all(relation.is_fixed for relation in self.lists_on_rows)

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
    plan: "Plan", executor: "PlannedExecutor", kind: GraphQLOutputType, details: FieldDetailsList
) -> Completion | None:
    """Plan the completion of values of a type; None where it is not known before their turn."""
    inner = without_null(kind)
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


def without_null(kind: Any) -> Any:
    """Give a type without the mark that it is never null."""
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
