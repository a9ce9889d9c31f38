"""What an operation may not use is looked for in its whole document, before any of it runs.

A list is refused when it is opened, too; but one that stands below others is opened only where
there are any, and an answer must not depend on that.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_object_type,
    visit,
)
from graphql.execution.values import get_argument_values

from domain.entities import ENTITIES, RECORDS
from domain.errors import CrmError
from domain.records import DEAL
from resolvers.hidden import require_readable, require_readable_list
from schema.execution.reading import Batched, python_names, reading_of
from schema.execution.variables import mentions_variables
from schema.list_arguments import Asked

if TYPE_CHECKING:
    from schema.execution.executor import PlannedExecutor

_NUMBERS: Final = {
    **{f"{entity.type_name}Aggregate": (entity.name, "") for entity in RECORDS},
    **{f"{entity.type_name}CustomAggregate": (entity.name, "custom.") for entity in RECORDS},
    "UserAggregate": (ENTITIES["user"].name, ""),
}
_BOARD_SUM: Final = ("BoardColumn", "sum")
_List = tuple[GraphQLField, FieldNode, Batched]
_OF_LISTS: Final = frozenset({"custom", "count", "__typename"})


class Uses:
    """The fields of an operation that read lists or numbers, as somebody with certain rights asks.

    What depends on no variable is looked at until it is allowed, and then never again.
    """

    def __init__(self, executor: "PlannedExecutor") -> None:
        """Look for them in the operation and its fragments."""
        info = TypeInfo(executor.schema)
        collector = _Collector(info)
        for definition in (executor.operation, *executor.fragment_definitions.values()):
            visit(definition, TypeInfoVisitor(info, collector))
        self._fixed = [item for item in collector.lists if not mentions_variables(item[1])]
        self._varying = [item for item in collector.lists if mentions_variables(item[1])]
        self._numbers = collector.numbers

    def require(self, executor: "PlannedExecutor") -> None:
        """Refuse what uses fields that may be read on no row; raises ForbiddenError."""
        rights = executor.rights
        for entity, name in self._numbers:
            require_readable(rights, entity, name)
        for asked in _asked(executor, [*self._fixed, *self._varying]):
            require_readable_list(rights, asked.spec)
        self._numbers, self._fixed = [], []


def _asked(executor: "PlannedExecutor", lists: Sequence[_List]) -> Iterator[Asked]:
    for definition, node, reading in lists:
        if reading.prepare is None:
            continue
        try:
            given = get_argument_values(
                definition, node, executor.variable_values, None, executor.hide_suggestions
            )
            names = python_names(definition)
            asked = reading.prepare({names[name]: value for name, value in given.items()})
        except (GraphQLError, CrmError):
            continue  # told where the field itself is executed
        if isinstance(asked, Asked):
            yield asked


class _Collector(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.lists: list[_List] = []
        self.numbers: list[tuple[str, str]] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note a list, or a number about one."""
        parent, definition = self._info.get_parent_type(), self._info.get_field_def()
        if parent is None or definition is None or not is_object_type(parent):
            return
        self._note(parent, definition, node)

    def _note(self, parent: GraphQLObjectType, definition: GraphQLField, node: FieldNode) -> None:
        name = node.name.value
        if (parent.name, name) == _BOARD_SUM:
            self.numbers.append((DEAL.name, "amount"))
            return
        about = _NUMBERS.get(parent.name)
        if about is not None and name not in _OF_LISTS:
            self.numbers.append((about[0], f"{about[1]}{name}"))
            return
        reading = reading_of(definition)
        if isinstance(reading, Batched) and reading.prepare is not None:
            self.lists.append((definition, node, reading))
