"""The plans of known operations: found by the operation and the variables of its conditions."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from graphql import OperationDefinitionNode, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues

from loaders.rows import Selection
from schema.execution.columns import select_columns
from schema.execution.direct import Variables
from schema.execution.plans import Plan
from schema.execution.refusals import Uses

if TYPE_CHECKING:
    from schema.execution.executor import PlannedExecutor


class _Conditions(Visitor):
    """Collects the variables of `@skip` and `@include`."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: Any, *_: Any) -> None:
        """Note the variable of a condition."""
        if node.name.value in {"skip", "include"}:
            for argument in node.arguments:
                if isinstance(argument.value, VariableNode):
                    self.names.add(argument.value.name.value)


_MAX_PLANS: Final = 1_000
_MAX_CHOICES: Final = 16


@dataclass(slots=True)
class KnownOperation:
    """An operation with the variables of its conditions, and a plan for each choice of them."""

    operation: OperationDefinitionNode
    conditions: tuple[str, ...]
    selection: Selection
    """The columns that the operation reads of records."""
    uses: Uses
    """What it uses that the caller has to be allowed to."""
    variables: Variables
    plans: dict[tuple[bool, ...], Plan] = field(default_factory=dict)

    def choice(self, values: VariableValues) -> tuple[bool, ...]:
        """Give what the variables say to the conditions."""
        return tuple([bool(values.coerced.get(name)) for name in self.conditions])


class Plans:
    """The plans of known operations, the least recently used going first."""

    def __init__(self, size: int = _MAX_PLANS) -> None:
        """Keep at most `size` operations."""
        self._size = size
        self._known: OrderedDict[tuple[int, Hashable], KnownOperation] = OrderedDict()

    def kept(self, operation: OperationDefinitionNode, rights: Hashable) -> KnownOperation | None:
        """Give what is known of an operation with such rights, if it was planned before."""
        return self._known.get((id(operation), rights))

    def of(self, executor: "PlannedExecutor") -> tuple[Plan, Selection, Uses]:
        """Give the plan of an operation with the executor's variables, and what it reads."""
        operation = executor.operation
        key = (id(operation), executor.rights.key)
        known = self._known.get(key)
        if known is None:
            fragments = executor.fragment_definitions.values()
            selection = select_columns(executor.schema, operation, *fragments)
            known = KnownOperation(
                operation, _conditions(executor), selection, Uses(executor),
                Variables(executor.schema, operation),
            )  # fmt: skip
            self._known[key] = known
            if len(self._known) > self._size:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        choice = known.choice(executor.variable_values)
        plan = known.plans.get(choice)
        if plan is None:
            if len(known.plans) == _MAX_CHOICES:
                known.plans.clear()
            plan = Plan(operation, *executor.fragment_definitions.values())
            known.plans[choice] = plan
        return plan, known.selection, known.uses


def _conditions(executor: "PlannedExecutor") -> tuple[str, ...]:
    found = _Conditions()
    visit(executor.operation, found)
    for fragment in executor.fragment_definitions.values():
        visit(fragment, found)
    return tuple(sorted(found.names))
