"""Operations that are planned as a whole, executed without building graphql-core's executor.

Building it, and collecting the fields of the root, costs as much as a short query itself. Of an
operation that ran before all of that is known; only the variables are looked at anew.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource, input_is_nested_too_deeply
from graphql.utilities import coerce_input_value

from auth.rights import Rights
from loaders.pace import Pace
from schema.context import Context, running

_NO_VARIABLES: Final = VariableValues({}, {})


class Variables:
    """The variables of an operation, whose types were looked up once."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        """Look them up."""
        self._declared: list[tuple[GraphQLVariableSignature, bool]] = []
        self._is_sound = True
        nodes: Sequence[VariableDefinitionNode] = operation.variable_definitions or ()
        for node in nodes:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                self._is_sound = False
            else:
                needed = is_non_null_type(signature.type) or node.default_value is not None
                self._declared.append((signature, needed))

    def read(self, given: Mapping[str, Any] | None) -> VariableValues | None:
        """Give the values as resolvers get them; None where graphql-core has something to say."""
        if not self._is_sound:
            return None
        if not self._declared:
            return _NO_VARIABLES
        given = given or {}
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, needed in self._declared:
            name, kind = signature.name, signature.type
            if name not in given:
                if needed:
                    return None  # a default, or an error
                sources[name] = VariableValueSource(signature)
                continue
            value = given[name]
            if isinstance(value, dict | list) and input_is_nested_too_deeply(value, kind):
                return None
            sources[name] = VariableValueSource(signature, value)
            coerced[name] = coerce_input_value(value, kind)
            if coerced[name] is Undefined:
                return None
        return VariableValues(sources, coerced)


class DirectRun:
    """What levels ask of whoever executes them."""

    __slots__ = ("context_value", "hide_suggestions", "variable_values")

    def __init__(self, context: Context, variables: VariableValues) -> None:
        """Execute with the values of an operation's variables."""
        self.context_value = context
        self.variable_values = variables
        self.hide_suggestions = True

    @property
    def rights(self) -> Rights:
        """What whoever asks may do."""
        return running(self.context_value).actor.rights

    def go_side_by_side(self) -> None:
        """Take note that from now on several levels read at the same time."""
        running(self.context_value).loaders.pace.turns = Pace.SHARED
