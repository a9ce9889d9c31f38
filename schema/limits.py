"""The limits of a document, measured once and in linear time before anything is validated or run.

Fragments are what makes documents dear: a chain of fragments that each use the next one twice
doubles the work per level for whoever expands it. Here every definition is walked exactly once and
the totals of a fragment are added up where it is used, so the work is that of reading the document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
)

from schema.input_limits import Shape, literal_shape, value_shape
from schema.limit_messages import text
from schema.totals import CEILING, Definition, Spread, Sums, Total, Trail

INTROSPECTION: Final = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask; sizes in bytes, times in seconds, the rest are counts.

    `once` names the mutations that run at most once in a request, `filters` the arguments and
    input fields that hold a filter.
    """

    body_bytes: int = 1_000_000
    upload_bytes: int = 26_000_000
    """Of a body with files in it."""
    source_bytes: int = 100_000
    tokens: int = 2_000
    comments: int = 100
    depth: int = 12
    introspection_depth: int = 20
    aliases: int = 30
    root_fields: int = 30
    directives: int = 50
    fields: int = 1_000
    operations: int = 10
    fragments: int = 100
    variables: int = 100
    mutations: int = 10
    filter_depth: int = 12
    filter_nodes: int = 200
    filter_list: int = 200
    list_items: int = 500
    input_nesting: int = 32
    body_seconds: float = 10.0
    upload_seconds: float = 60.0
    deadline_seconds: float = 10.0
    once: frozenset[str] = frozenset({"signIn"})
    filters: frozenset[str] = frozenset({"where", "customWhere"})


def refusal(
    limit: str, allowed: int, found: int, where: str = "", node: Node | None = None
) -> GraphQLError:
    """Make the error of a limit that was passed; `extensions` carry what the message says."""
    extensions: dict[str, Any] = {"code": "QUERY_TOO_EXPENSIVE", "limit": limit}
    extensions |= {"allowed": allowed, "found": found, "where": where}
    message = text(limit, allowed=allowed, found=found, where=where)
    return GraphQLError(message, node, extensions=extensions)


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation measured: its errors, and where its inputs take variables."""

    errors: tuple[GraphQLError, ...]
    open_inputs: tuple[tuple[str, Shape], ...] = ()
    defaults: Mapping[str, Shape] = field(default_factory=dict)
    visited: int = 0
    of_scalars: list[list[GraphQLError]] = field(default_factory=list)
    """The errors where no variable has parts, once they are known, as the only item."""


def measure(
    document: DocumentNode, operation_name: str | None, limits: Limits
) -> list[GraphQLError]:
    """Measure a parsed document for the operation to run; an empty list lets it pass."""
    return list(measure_document(document, operation_name, limits).errors)


def measure_document(
    document: DocumentNode, operation_name: str | None, limits: Limits
) -> Measured:
    """Measure a document and keep what its variables will be added to, see `measure_variables`.

    An operation that is not there, unknown fragments, cycles and empty selection sets are no
    errors here: validation speaks of them.
    """
    return _Measuring(limits).run(document, operation_name)


def measure_variables(
    measured: Measured, variables: Mapping[str, Any] | None, limits: Limits
) -> list[GraphQLError]:
    """Measure the values of the variables as they came, and the inputs that they complete."""
    if not measured.defaults and not _has_parts(variables):
        # Nothing else has a size: whatever the values are, it is the same.
        if not measured.of_scalars:
            measured.of_scalars.append(_variable_errors(measured, {}, limits))
        return list(measured.of_scalars[0])
    return _variable_errors(measured, variables or {}, limits)


def _variable_errors(
    measured: Measured, variables: Mapping[str, Any], limits: Limits
) -> list[GraphQLError]:
    given = {name: value_shape("", value, limits.filters) for name, value in variables.items()}
    errors: list[GraphQLError] = []
    for name, shape in given.items():
        errors += _input_errors(f"${name}", shape, shape, limits)
    if errors:
        return errors
    shapes = {**measured.defaults, **given}
    for where, shape in measured.open_inputs:
        errors += _input_errors(where, shape, shape.filled(shapes), limits, shapes)
    return errors


def _has_parts(variables: Mapping[str, Any] | None) -> bool:
    """Tell whether some variable is an object or a list."""
    return bool(variables) and any(
        isinstance(value, dict | list) for value in (variables or {}).values()
    )


class _Measuring:
    """The walk over one document; `visited` counts the nodes looked at."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.path_length = limits.depth + 1  # as far as the first field that is too deep
        self.visited = 0

    def run(self, document: DocumentNode, operation_name: str | None) -> Measured:
        operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        limits = self.limits
        errors: list[GraphQLError] = []
        for limit, allowed, found in (
            ("operations", limits.operations, len(operations)),
            ("fragments", limits.fragments, len(fragments)),
        ):
            if found > allowed:
                errors.append(refusal(limit, allowed, found))
        operation = _chosen(operations, operation_name)
        if errors or operation is None:
            return Measured(tuple(errors), visited=self.visited)
        definitions = {name: self._walk(node) for name, node in fragments.items()}
        main = self._walk(operation)
        sums = Sums(definitions, self.path_length)
        total = sums.add_up(main)
        self.visited += sums.visited
        errors += self._operation_errors(operation, total)
        inputs = [used for part in (main, *sums.reached) for used in part.inputs]
        for where, shape in inputs:
            errors += _input_errors(where, shape, shape, limits)
        defaults = {
            variable.variable.name.value: literal_shape("", variable.default_value, limits.filters)
            for variable in operation.variable_definitions or ()
            if variable.default_value is not None
        }
        for name, shape in defaults.items():
            errors += _input_errors(f"${name}", shape, shape, limits)
        waiting = tuple(used for used in inputs if used[1].holes)
        return Measured(tuple(errors), waiting, defaults, self.visited)

    def _walk(self, definition: OperationDefinitionNode | FragmentDefinitionNode) -> Definition:
        """Count one definition by itself, noting where it uses fragments."""
        found = Definition()
        self._directives(found, definition.directives)
        for variable in definition.variable_definitions or ():
            self._directives(found, variable.directives)
        deepest: Trail | None = None
        stack: list[tuple[SelectionSetNode, int, int, Trail | None]] = [
            (definition.selection_set, 0, 0, None)
        ]
        while stack:
            selection_set, depth, introspection, trail = stack.pop()
            for selection in selection_set.selections:
                self.visited += 1
                self._directives(found, selection.directives)
                if isinstance(selection, FragmentSpreadNode):
                    name = selection.name.value
                    found.spreads.append(Spread(name, depth, introspection, trail))
                elif isinstance(selection, FieldNode):
                    here = self._field(found, selection, depth, introspection, trail)
                    if here.introspection == 0 and here.depth > found.own.depth:
                        found.own.depth, deepest = here.depth, here.trail
                    if selection.selection_set is not None:
                        below = (here.depth, here.introspection, here.trail)
                        stack.append((selection.selection_set, *below))
                elif isinstance(selection, InlineFragmentNode):  # no level of its own
                    stack.append((selection.selection_set, depth, introspection, trail))
        found.own.deepest = deepest.nodes()[: self.path_length] if deepest else ()
        return found

    def _field(
        self,
        found: Definition,
        node: FieldNode,
        depth: int,
        introspection: int,
        trail: Trail | None,
    ) -> Spread:
        """Count one field; answers with the position that its selections start from."""
        own = found.own
        name = node.name.value
        own.fields += 1
        own.aliases += node.alias is not None
        depth += 1
        introspection += introspection > 0 or name in INTROSPECTION
        own.structure = max(own.structure, depth)
        own.introspection = max(own.introspection, introspection)
        if depth == 1:
            own.root_fields += 1
            if name in self.limits.once:
                own.once[name] = own.once.get(name, 0) + 1
        self._arguments(found, name, node.arguments)
        return Spread(name, depth, introspection, Trail(node, trail))

    def _directives(self, found: Definition, directives: Iterable[DirectiveNode] | None) -> None:
        for directive in directives or ():
            self.visited += 1
            found.own.directives += 1
            self._arguments(found, f"@{directive.name.value}", directive.arguments)

    def _arguments(
        self, found: Definition, owner: str, arguments: Iterable[ArgumentNode] | None
    ) -> None:
        for argument in arguments or ():
            name = argument.name.value
            value: ValueNode = argument.value
            shape = literal_shape(name, value, self.limits.filters)
            self.visited += shape.visited
            if shape.nesting or shape.holes:
                found.inputs.append((f"{owner}.{name}", shape))

    def _operation_errors(
        self, operation: OperationDefinitionNode, total: Total
    ) -> list[GraphQLError]:
        limits = self.limits
        where = _label(operation)
        path = ".".join(node.name.value for node in total.deepest)
        deepest = total.deepest[-1] if total.deepest else operation
        rows: list[tuple[str, int, int, str, Node]] = [
            ("depth", limits.depth, total.depth, path, deepest),
            ("introspectionDepth", limits.introspection_depth, total.introspection, where,
             operation),
            ("aliases", limits.aliases, total.aliases, where, operation),
            ("directives", limits.directives, total.directives, where, operation),
            ("fields", limits.fields, total.fields, where, operation),
            ("variables", limits.variables, len(operation.variable_definitions or ()), where,
             operation),
            ("rootFields", limits.root_fields, total.root_fields, where, operation),
        ]  # fmt: skip
        if operation.operation is OperationType.MUTATION:
            rows.append(("mutations", limits.mutations, total.root_fields, where, operation))
            rows += [("once", 1, times, name, operation) for name, times in total.once.items()]
        return [
            refusal(limit, allowed, found, at, node)
            for limit, allowed, found, at, node in rows
            if found > allowed
        ]


def _chosen(
    operations: list[OperationDefinitionNode], name: str | None
) -> OperationDefinitionNode | None:
    if name is None:
        return operations[0] if operations else None
    named = (node for node in operations if node.name is not None and node.name.value == name)
    return next(named, None)


def _label(operation: OperationDefinitionNode) -> str:
    kind = operation.operation.value
    return f"{kind} {operation.name.value}" if operation.name else kind


def _input_errors(
    where: str,
    shape: Shape,
    whole: Shape,
    limits: Limits,
    variables: Mapping[str, Shape] | None = None,
) -> list[GraphQLError]:
    """Judge one input: `whole` is its shape with the variables filled in, where they are known."""
    rows = [
        ("inputNesting", limits.input_nesting, whole.nesting, where),
        ("listItems", limits.list_items, shape.longest, where),
    ]
    for name, part in shape.filters:
        filled = part.filled(variables) if variables is not None else part
        at = where if where.endswith(f".{name}") else f"{where}.{name}"
        rows.append(("filterDepth", limits.filter_depth, filled.objects, at))
        rows.append(("filterNodes", limits.filter_nodes, filled.nodes, at))
        rows.append(("listItems", limits.filter_list, filled.longest, at))
    return [
        refusal(limit, allowed, min(found, CEILING), at)
        for limit, allowed, found, at in rows
        if found > allowed
    ]
