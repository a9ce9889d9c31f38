"""The executor: GraphQL's own, with the levels that a plan knows completed many objects at a time.

Root fields, abstract types and fields that only their resolver knows are executed as graphql-core
does it. Where a value is an object, or a list of objects, of a type that can be planned, the whole
selection below it is one `Level`. A level that meets an error, or a null where none may be, is
given up, and graphql-core executes that position instead: errors and their paths are its own.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    is_introspection_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from typing_extensions import override

from auth.rights import EVERYTHING, NOTHING, Cell, Rights
from domain.errors import ForbiddenError
from domain.ids import encode_id
from loaders.pace import Pace
from loaders.rights import shows
from schema.denials import note_one
from schema.execution.cells import cell_of, is_name_by_address, label_of, settle
from schema.execution.direct import DirectRun
from schema.execution.plan_cache import Plans
from schema.execution.plans import Level, Plan
from schema.execution.refusals import Uses
from schema.execution.shapers import UnplannedError

_PLANS = Plans()
_META: Final = frozenset({"__schema", "__type"})


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation by its plan."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Find the plan of the operation."""
        super().__init__(*args, **kwargs)
        self.collected_errors = self._noted = Noted()
        self._plan: Plan | None = None
        self._uses: Uses | None = None
        running = getattr(self.context_value, "operation", None)
        # Whoever signs in is nobody yet: what they may read is not known before they have.
        self._is_known = running is not None or not hasattr(self.context_value, "operation")
        manager = self.middleware_manager
        # A middleware wants to see every field; @disableErrorPropagation changes what a null does.
        is_watched = manager is not None and bool(manager.middlewares)
        if self._is_known and self.error_propagation and not is_watched:
            self._plan, selection, self._uses = _PLANS.of(self)
            if running is not None and self.operation.operation is OperationType.QUERY:
                # A mutation's rows come from the write path, which has them whole.
                running.loaders.selection = selection

    @classmethod
    async def directly(
        cls,
        operation: OperationDefinitionNode,
        root_value: Any,
        context: Any,
        variables: Mapping[str, Any] | None,
    ) -> ExecutionResult | None:
        """Execute a query that is planned as a whole; None where graphql-core has to."""
        running = getattr(context, "operation", None)
        if running is None or operation.operation is not OperationType.QUERY:
            return None
        rights = running.actor.rights
        known = _PLANS.kept(operation, rights.key)
        values = None if known is None else known.variables.read(variables)
        if known is None or values is None:
            return None
        plan = known.plans.get(known.choice(values))
        level = None if plan is None else plan.whole
        if level is None:
            return None
        run: Any = DirectRun(context, values)
        running.loaders.selection = known.selection
        pace = running.loaders.pace
        pace.turns = Pace.ALONE
        try:
            if rights.hides_anything:
                known.uses.require(run)
            (found,) = await level.shape(run, [root_value], None)
        except (ForbiddenError, UnplannedError):
            pace.turns = Pace.SHARED
            return None
        if level.is_restricted:
            settle(context.denials, level, [found], [None])
        return ExecutionResult(data=found, errors=None)

    @property
    def rights(self) -> Rights:
        """What whoever asks may do; nothing as long as that is nobody."""
        context = self.context_value
        if not hasattr(context, "operation"):
            return EVERYTHING  # a schema of its own, that knows no people
        return NOTHING if context.operation is None else context.operation.actor.rights

    @override
    def execute_operation(self, serially: bool | None = None) -> Any:
        """Execute the operation; one that uses what the caller may not read is refused."""
        if self._uses is not None and self.rights.hides_anything:
            try:
                self._uses.require(self)
            except ForbiddenError as error:
                refusal = GraphQLError(error.message, original_error=error)
                return ExecutionResult(data=None, errors=[refusal])
        return super().execute_operation(serially)

    @override
    def build_resolve_info(
        self,
        field_def: GraphQLField,
        field_nodes: list[FieldNode],
        parent_type: GraphQLObjectType,
        path: Path,
    ) -> GraphQLResolveInfo[Any]:
        """Tell a resolver of the execution; introspection is told of the schema as it is shown."""
        info = super().build_resolve_info(field_def, field_nodes, parent_type, path)
        if is_introspection_type(parent_type) or field_nodes[0].name.value in _META:
            return info._replace(schema=self.context_value.shown.schema)
        return info

    @override
    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        """Execute a field of one object; one that may not be read of it is null."""
        name = field_details_list[0].node.name.value
        cell = cell_of(self.rights, parent_type, name)
        if cell is not Cell.FREE and not shows(self.context_value.operation.actor, source, cell):
            note_one(self.context_value.denials, path, label_of(parent_type, name))
            return None
        if is_name_by_address(self.rights, parent_type, name) and self._is_nameless(source):
            return encode_id("user", source.id)
        return super().execute_field(
            parent_type, source, field_details_list, path, position_context
        )

    def _is_nameless(self, person: Any) -> bool:
        """Tell whether only the hidden address of somebody else would name them."""
        viewer = self.context_value.operation.actor.viewer
        return not (person.first_name or person.last_name) and person.id != viewer.user_id

    async def field_of(
        self, kind: GraphQLObjectType, source: Any, details: FieldDetailsList, path: Path
    ) -> Any:
        """Resolve and complete one field of one object as GraphQL says."""
        found = self.execute_field(kind, source, details, path, None)
        return await found if self.is_awaitable(found) else found

    @override
    def execute_root_grouped_field_set(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: dict[str, FieldDetailsList],
        serially: bool,
        position_context: Any,
    ) -> Any:
        """Execute the root fields, by their level where they are planned as a whole."""

        def stock() -> Any:
            return super(PlannedExecutor, self).execute_root_grouped_field_set(
                root_type, root_value, grouped_field_set, serially, position_context
            )

        if self._plan is None or serially:
            return stock()
        level = self._plan.root(self, root_type, grouped_field_set)
        if level is None:
            return stock()
        return self._rooted(level, root_value, stock)

    async def _rooted(self, level: Level, root_value: Any, stock: Callable[[], Any]) -> Any:
        """Give the whole answer by its level, or what graphql-core says instead."""
        pace = self._pace()
        if pace is not None:
            pace.turns = Pace.ALONE
        try:
            (found,) = await level.shape(self, [root_value], None)
        except UnplannedError:
            if pace is not None:
                pace.turns = Pace.SHARED
            answer = stock()
            return await answer if self.is_awaitable(answer) else answer
        self._settle(level, [found], [None])
        return found

    def _settle(self, level: Level, shaped: Sequence[Any], paths: Sequence[Path | None]) -> None:
        """Take note of what was left out of completed objects."""
        if level.is_restricted:
            settle(self.context_value.denials, level, shaped, paths)

    def go_side_by_side(self) -> None:
        """Take note that from now on several levels read at the same time."""
        pace = self._pace()
        if pace is not None:
            pace.turns = Pace.SHARED

    def _pace(self) -> Pace | None:
        running = getattr(self.context_value, "operation", None)
        return None if running is None else running.loaders.pace

    @override
    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete an object, by its level where there is one."""

        def stock() -> Any:
            return super(PlannedExecutor, self).complete_object_value(
                return_type, field_details_list, info, path, result, position_context
            )

        level = self._level(return_type, field_details_list)
        if level is None or not _is_of(return_type, result, info):
            return stock()
        return self._completed(level, [result], path, [path], itemgetter(0), stock)

    @override
    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete a list, by its items' level where there is one."""

        def stock() -> Any:
            return super(PlannedExecutor, self).complete_list_value(
                return_type, field_details_list, info, path, result, position_context
            )

        kind = return_type.of_type
        kind = kind.of_type if is_non_null_type(kind) else kind
        if not is_object_type(kind) or not isinstance(result, list | tuple):
            return stock()
        level = self._level(kind, field_details_list)
        if level is None or not all(_is_of(kind, item, info) for item in result):
            return stock()
        paths = [path.add_key(index) for index in range(len(result))]
        return self._completed(level, result, path, paths, list, stock)

    def _level(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Level | None:
        return None if self._plan is None else self._plan.level(self, kind, details)

    def _completed(
        self,
        level: Level,
        sources: Sequence[Any],
        place: Path,
        paths: Sequence[Path],
        form: Callable[[list[Any]], Any],
        stock: Callable[[], Any],
    ) -> Any:
        """Give what `form` makes of completed objects, or what graphql-core says instead.

        `place` is where the answer goes, `paths` lead to the objects.
        """
        if level.waits:
            return self._awaited(level, sources, place, paths, form, stock)
        try:
            shaped = level.shape_now(sources)
        except UnplannedError:
            return stock()
        self._settle(level, shaped, paths)
        return form(shaped)

    async def _awaited(
        self,
        level: Level,
        sources: Sequence[Any],
        place: Path,
        paths: Sequence[Path],
        form: Callable[[list[Any]], Any],
        stock: Callable[[], Any],
    ) -> Any:
        try:
            shaped = await level.shape(self, sources, paths)
        except UnplannedError:
            self._noted.forget(place)
            found = stock()
            return await found if self.is_awaitable(found) else found
        self._settle(level, shaped, paths)
        return form(shaped)


class Noted(CollectedErrors):
    """The errors of an operation; those of a level that is given up can be taken back.

    graphql-core resolves the same fields again, and says itself what is wrong. What a field of the
    level has said by then may be about an object that GraphQL does not look into, and would keep
    errors away from the places above it.
    """

    __slots__ = ()

    def forget(self, place: Path) -> None:
        """Take back what was noted below a place."""
        if not self._errors:
            return
        below = {position for position in self._error_positions if _is_below(position, place)}
        if below:
            gone = [position.as_list() for position in below if position is not None]
            self._error_positions -= below
            self._errors[:] = [error for error in self._errors if error.path not in gone]


def _is_below(position: Path | None, place: Path) -> bool:
    """Tell whether a position is inside of a place."""
    while position is not None:
        position = position.prev
        if position == place:
            return True
    return False


def _is_of(kind: GraphQLObjectType, item: Any, info: GraphQLResolveInfo[Any]) -> bool:
    """Tell whether a level may complete an item: an object, and not of another type."""
    if item is None or item is Undefined or isinstance(item, Exception | Awaitable):
        return False
    return kind.is_type_of is None or kind.is_type_of(item, info) is True
