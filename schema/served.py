"""The schema as it is served: known documents go straight to the executor."""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.types import ExecutionResult
from strawberry.types.execution import ExecutionContext
from strawberry.types.graphql import OperationType
from typing_extensions import override

from schema.documents import DocumentCache, Documents, Known
from schema.execution.executor import PlannedExecutor
from schema.limits import measure_variables


class ServedSchema(strawberry.Schema):
    """A schema over a cache of documents, which suggests nothing and logs nothing.

    Strawberry logs every error with its text, which holds what the caller wrote; errors are logged
    once, at the edge.
    """

    def __init__(self, cache: DocumentCache, query: type, mutation: type, **kwargs: Any) -> None:
        """Take documents from a cache; the rest is Strawberry's."""
        super().__init__(query, mutation, extensions=[lambda: Documents(cache)], **kwargs)
        self.cache = cache

    @override
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here."""

    @override
    def _get_custom_context_kwargs(
        self, operation_extensions: dict[str, Any] | None = None, *, sync: bool = False
    ) -> dict[str, Any]:
        kwargs = super()._get_custom_context_kwargs(operation_extensions, sync=sync)
        return {**kwargs, "hide_suggestions": True}

    @override
    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute an operation, see `strawberry.Schema.execute`.

        Of a document that is known to be sound, only the variables are looked at anew: the steps
        around the execution, which let extensions in, have nothing to do then.
        """
        known = self.cache.read(self._schema, query) if query else None
        if known is not None and known.is_sound(operation_name):
            mutates = known.outline(operation_name).is_mutation
            kind = OperationType.MUTATION if mutates else OperationType.QUERY
            is_allowed = allowed_operation_types is None or kind in allowed_operation_types
            errors = measure_variables(
                known.measured[operation_name], variable_values, self.cache.limits
            )
            if is_allowed and not errors:
                return await self._run(
                    known, variable_values, context_value, root_value, operation_name
                )
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )

    async def _run(
        self, known: Known, variables: Any, context: Any, root: Any, name: str | None
    ) -> ExecutionResult:
        executor: Any = self.execution_context_class
        operation = known.operation(name)
        if issubclass(executor, PlannedExecutor) and operation is not None:
            planned = await executor.directly(operation, root, context, variables)
            if planned is not None:
                return ExecutionResult(data=planned.data, errors=None)
        built = executor.build(
            self._schema,
            known.document,
            root,
            context,
            variables,
            name,
            is_awaitable=optimized_is_awaitable,
            hide_suggestions=True,
        )
        if isinstance(built, list):
            return ExecutionResult(data=None, errors=built)
        found = built.execute_operation()
        result = await found if built.is_awaitable(found) else found
        return ExecutionResult(data=result.data, errors=result.errors)
