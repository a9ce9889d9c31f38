"""Documents are parsed, measured and validated once: the cache that every request goes through.

Clients send the same few documents over and over. Parsing and validating one costs far more than
looking it up, so known documents, good and bad, stay in a bounded cache.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, Final
from weakref import ref

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    ValidationContext,
    VariableDefinitionNode,
    parse,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.execution import ExecutionContext
from typing_extensions import override

from schema.errors import Code
from schema.limit_messages import text
from schema.limits import Limits, Measured, measure_document, measure_variables, refusal

MAX_VALIDATION_ERRORS: Final = 20
# Measured: what a parsed document takes in memory, nodes and tokens together.
BYTES_PER_TOKEN: Final = 400
Rules = tuple[type[ASTValidationRule], ...]


class NullRule(MaybeNullValidationRule):
    """Refuse null where a field may only be left out; Strawberry's words are for Python readers."""

    @override
    def report_error(self, error: GraphQLError) -> None:
        node = error.nodes[0] if error.nodes else None
        name = getattr(getattr(node, "name", None), "value", "")
        super().report_error(GraphQLError(f"'{name}' may be left out, but not be null.", node))


class OneOfRule(OneOfInputValidationRule):
    """Check `@oneOf` inputs wherever they stand.

    Strawberry's rule fails with an AttributeError or a KeyError when a fragment comes before the
    operation or uses a variable that is declared nowhere; here all declarations are known first.
    """

    def __init__(self, validation_context: ValidationContext) -> None:
        super().__init__(validation_context)
        self.variable_definitions: dict[str, VariableDefinitionNode] = _Declared()
        for definition in validation_context.document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                for variable in definition.variable_definitions or ():
                    self._declare(variable)

    def _declare(self, variable: VariableDefinitionNode) -> None:
        name = variable.variable.name.value
        # of several operations the one that allows null decides: a fragment serves them all
        if name not in self.variable_definitions or variable.type.kind != "non_null_type":
            self.variable_definitions[name] = variable

    @override
    def enter_operation_definition(self, node: Any, *_args: Any) -> None:
        """Keep the declarations of the whole document."""

    @override
    def enter_variable_definition(self, node: VariableDefinitionNode, *_args: Any) -> None:
        """Keep the declarations of the whole document."""


class _Declared(dict[str, VariableDefinitionNode]):
    """Declarations by name; an undeclared variable passes, another rule reports it."""

    _anything: Final = parse("query ($any: Any!) { any }").definitions[0]

    def __missing__(self, _name: str) -> VariableDefinitionNode:
        assert isinstance(self._anything, OperationDefinitionNode)  # noqa: S101  # narrows for mypy
        assert self._anything.variable_definitions  # noqa: S101  # narrows for mypy
        return self._anything.variable_definitions[0]


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why a document could not even be parsed; raised as a new error each time."""

    message: str
    node_source: Any
    positions: Collection[int] | None
    extensions: Mapping[str, Any]

    def error(self) -> GraphQLError:
        return GraphQLError(
            self.message,
            source=self.node_source,
            positions=self.positions,
            extensions=dict(self.extensions),
        )


@dataclass(frozen=True, slots=True)
class Outline:
    """What has to be known of an operation before anything of it runs."""

    is_mutation: bool
    roots: frozenset[str]
    """Names of its root fields; `...` stands for fragments."""


_NOTHING: Final = Outline(is_mutation=False, roots=frozenset({"..."}))


@dataclass(slots=True)
class Known:
    """What is known of one source text under one schema."""

    schema: "ref[GraphQLSchema]"
    size: int
    document: DocumentNode | None = None
    refused: _Refused | None = None
    measured: dict[str | None, Measured] = field(default_factory=dict)
    validated: dict[Rules, tuple[GraphQLError, ...]] = field(default_factory=dict)
    reads: dict[str | None, int] = field(default_factory=dict)
    """By operation: how many statements it was seen to send, at most."""
    _operations: dict[str | None, OperationDefinitionNode] | None = None
    _outlines: dict[str | None, Outline] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Give the operation of a name, without a name the only one; None where there is none."""
        if self._operations is None:
            nodes = [
                node
                for node in (self.document.definitions if self.document else ())
                if isinstance(node, OperationDefinitionNode)
            ]
            found: dict[str | None, OperationDefinitionNode] = {
                node.name.value: node for node in reversed(nodes) if node.name
            }
            if len(nodes) == 1:
                found[None] = nodes[0]
            self._operations = found
        return self._operations.get(name)

    def outline(self, name: str | None) -> Outline:
        """Tell the kind and the root fields of an operation; of one that is not there, a query."""
        found = self._outlines.get(name)
        if found is not None:
            return found
        node = self.operation(name)
        if node is None:
            return _NOTHING
        roots = frozenset(
            item.name.value if isinstance(item, FieldNode) else "..."
            for item in node.selection_set.selections
        )
        found = Outline(node.operation is OperationType.MUTATION, roots)
        self._outlines[name] = found
        return found

    def is_sound(self, name: str | None) -> bool:
        """Tell whether an operation has been measured and validated, and nothing was wrong."""
        measured = self.measured.get(name)
        return (
            measured is not None
            and not measured.errors
            and bool(self.validated)
            and not any(self.validated.values())
            and self.operation(name) is not None
        )


class DocumentCache:
    """Known documents of all schemas, the least recently used going first.

    Bounded by entries and by an estimate of their bytes. A schema is held weakly: the schema of a
    workspace that was changed is not kept alive by documents that once ran on it.
    """

    def __init__(
        self, limits: Limits, max_entries: int = 1_000, max_bytes: int = 64_000_000
    ) -> None:
        self.limits = limits
        self.hits = 0
        self.misses = 0
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._known: OrderedDict[tuple[int, str], Known] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def read(self, schema: GraphQLSchema, source: str) -> Known:
        """Give what is known of a source text, parsing it where it is new."""
        key = (id(schema), source)
        known = self._known.get(key)
        if known is not None and known.schema() is schema:
            self.hits += 1
            self._known.move_to_end(key)
            return known
        self.misses += 1
        known = Known(ref(schema), getsizeof(source))
        try:
            known.document = parse_document(source, self.limits)
            known.size += BYTES_PER_TOKEN * _tokens(known.document)
        except GraphQLError as error:
            known.refused = _Refused(
                error.message, error.source, error.positions, error.extensions or {}
            )
        self._keep(key, known)
        return known

    def judge(
        self, known: Known, schema: GraphQLSchema, operation_name: str | None, rules: Rules
    ) -> tuple[GraphQLError, ...]:
        """Measure and validate a parsed document, once per operation and set of rules.

        A document over a limit is not validated: that work is part of what the limits bound.
        """
        assert known.document is not None  # noqa: S101  # refused documents are raised, not judged
        measured = known.measured.get(operation_name)
        if measured is None:
            measured = measure_document(known.document, operation_name, self.limits)
            known.measured[operation_name] = measured
        if measured.errors:
            return measured.errors
        errors = known.validated.get(rules)
        if errors is None:
            errors = tuple(validate_document(schema, known.document, rules))
            known.validated[rules] = errors
        return errors

    def _keep(self, key: tuple[int, str], known: Known) -> None:
        replaced = self._known.pop(key, None)
        self._bytes += known.size - (replaced.size if replaced else 0)
        self._known[key] = known
        while len(self._known) > self._max_entries or (
            self._bytes > self._max_bytes and len(self._known) > 1
        ):
            _, dropped = self._known.popitem(last=False)
            self._bytes -= dropped.size


def parse_document(source: str, limits: Limits) -> DocumentNode:
    """Parse within the limits on size, tokens and comments; every error raised has its code."""
    size = len(source.encode(errors="surrogatepass"))
    if size > limits.source_bytes:
        raise refusal("sourceBytes", limits.source_bytes, size)
    try:
        return parse(source, max_lexical_tokens=limits.tokens, max_comments=limits.comments)
    except GraphQLSyntaxError as error:
        for limit, allowed in (("tokens", limits.tokens), ("comments", limits.comments)):
            # graphql-core tells its caps from other syntax errors by the text alone
            if f"contains more than {allowed} {limit}." in error.message:
                raise refusal(limit, allowed, allowed + 1) from None
        error.extensions = {"code": Code.GRAPHQL_PARSE_FAILED.value}
        raise


def validate_document(
    schema: GraphQLSchema, document: DocumentNode, rules: Rules
) -> list[GraphQLError]:
    """Validate without suggestions: "did you mean" would tell names to who may not see them."""
    errors = validate(
        schema,
        document,
        (*rules, NullRule, OneOfRule),
        max_errors=MAX_VALIDATION_ERRORS,
        hide_suggestions=True,
    )
    for error in errors:
        error.extensions = {"code": Code.GRAPHQL_VALIDATION_FAILED.value}
    return errors


class Documents(SchemaExtension):
    """Put the cache in the place of Strawberry's parsing and validation.

    Hand it to a schema as a factory, one per request: `lambda: Documents(cache)`.
    """

    def __init__(self, cache: DocumentCache) -> None:
        self.cache = cache
        self.known: Known | None = None

    @override
    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or raise why there is none."""
        context = self.execution_context
        if context.query:
            self.known = self.cache.read(context.schema._schema, context.query)
            if self.known.refused is not None:
                raise self.known.refused.error()
            context.graphql_document = self.known.document
        yield

    @override
    def on_validate(self) -> Iterator[None]:
        """Set the errors found, an empty list where there are none: Strawberry then goes on."""
        context = self.execution_context
        if self.known is not None:
            context.pre_execution_errors = self._errors(self.known, context)
        yield

    def _errors(self, known: Known, context: ExecutionContext) -> list[GraphQLError]:
        # what the client sent: Strawberry would run the first operation where it sent nothing
        sent = context._provided_operation_name
        if sent is None and _operations(known.document) > 1:
            code = {"code": Code.BAD_USER_INPUT.value}
            return [GraphQLError(text("operationNameNeeded"), extensions=code)]
        schema = context.schema._schema
        errors = list(self.cache.judge(known, schema, sent, context.validation_rules))
        if errors:
            return errors
        return measure_variables(known.measured[sent], context.variables, self.cache.limits)


def _tokens(document: DocumentNode) -> int:
    count = 0
    token = document.loc.start_token if document.loc else None
    while token is not None:
        count += 1
        token = token.next
    return count


def _operations(document: DocumentNode | None) -> int:
    definitions = document.definitions if document else ()
    return sum(isinstance(node, OperationDefinitionNode) for node in definitions)
