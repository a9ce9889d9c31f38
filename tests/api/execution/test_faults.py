"""What goes wrong inside a level: the answers are those of graphql-core, whatever the resolvers do.

A small schema whose values hypothesis chooses: they may be there, be null (also where none may be),
be of the wrong type, be raised, or stand as exceptions among others; objects may come up twice.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from typing_extensions import override

from schema.execution.executor import PlannedExecutor
from schema.execution.reading import batched_field, plain_field
from tests.api.execution.comparing import normal

EXAMPLES = int(os.environ.get("VORONKA_EXAMPLES", "700"))


class Thing:
    """An object of the small schema; `values` say what each of its fields does."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Keep what the fields do."""
        self.values = values


class FaultError(Exception):
    """What a resolver raises."""


def value_of(thing: Thing, name: str) -> Any:
    """Give the value of a field, or raise it."""
    value = thing.values.get(name)
    if isinstance(value, FaultError):
        raise value
    return value


def plain(name: str, annotation: Any) -> Any:
    return plain_field(name, annotation, (), lambda thing: value_of(thing, name))


def batched(name: str, annotation: Any) -> Any:
    async def read(_context: Any, things: Sequence[Thing], **given: Any) -> list[Any]:
        if given.get("refuse"):
            raise FaultError("refused")
        return [value_of(thing, name) for thing in things]

    return batched_field(name, annotation, (), read, {"refuse": bool | None})


def own(name: str, annotation: Any) -> Any:
    async def resolve(root: Any) -> Any:
        return value_of(root, name)

    resolve.__annotations__["return"] = annotation
    return strawberry.field(resolver=resolve)


Item: Any = type("Item", (), {})
LEAVES = {"text": str | None, "must_text": str, "number": int | None, "must_number": int}
SHAPES = {
    "one": Item | None,
    "must_one": Item,
    "many": list[Item] | None,
    "must_many": list[Item],
    "holes": list[Item | None],
    "nested": list[list[Item]],
}
NAMES = [*LEAVES, *SHAPES]


def fill() -> None:
    """Declare every field of the type three times: plain, batched, and by its own resolver."""
    for name, annotation in {**LEAVES, **SHAPES}.items():
        for kind in (plain, batched, own):
            setattr(Item, f"{kind.__name__}_{name}", kind(f"{kind.__name__}_{name}", annotation))
    strawberry.type(Item)


fill()


def build(executor: Any) -> strawberry.Schema:
    async def root(info: strawberry.Info) -> Any:
        return info.context["root"]

    root.__annotations__["return"] = Item
    namespace = {name: strawberry.field(resolver=root) for name in ("item", "other")}
    query = strawberry.type(type("Query", (), namespace))
    return _Silent(query, execution_context_class=executor)


class _Silent(strawberry.Schema):
    @override
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log nothing: the faults are the test's own."""


OURS, STOCK = build(PlannedExecutor), build(StrawberryGraphQLCoreExecutionContext)

faults = st.builds(FaultError, st.sampled_from(["one", "two"]))
leaves = st.one_of(st.sampled_from(["text", "", 5, 2**40, True, None, 1.5, object()]), faults)


# Strategies are kept: hypothesis looks through every new one, and that takes longer than to draw.
@cache
@st.composite
def things(draw: st.DrawFn, depth: int) -> Thing:
    """Make an object some of whose fields do something, down to a depth."""
    names = draw(_names_of(depth))
    return Thing({name: draw(_does(name.partition("_")[2], depth)) for name in names})


@cache
def _names_of(depth: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(_known(depth)), max_size=8, unique=True)


def _known(depth: int) -> list[str]:
    return _fields(LEAVES) + (_fields(SHAPES) if depth else [])


@cache
def _does(name: str, depth: int) -> st.SearchStrategy[Any]:
    """Give what a field may do."""
    if name in LEAVES:
        return leaves
    some = st.one_of(things(depth - 1), st.shared(things(depth - 1), key=f"the same at {depth}"))
    if name in {"one", "must_one"}:
        return st.one_of(some, some, st.none(), faults)
    items = st.lists(st.one_of(some, some, st.none(), faults), max_size=3)
    if name == "nested":
        return st.lists(items, max_size=2)
    return st.one_of(items, items, st.none(), faults, st.just(7))


def _fields(names: Mapping[str, Any]) -> list[str]:
    return [f"{kind}_{name}" for kind in ("plain", "batched", "own") for name in names]


@cache
@st.composite
def selections(draw: st.DrawFn, depth: int) -> str:
    """Select fields of an item, some of them twice under different names."""
    parts = []
    for index, name in enumerate(draw(_selected(depth))):
        shown = strawberry_name(name)
        refuse = name.startswith("batched") and draw(st.integers(0, 9)) == 0
        given = "(refuse: true)" if refuse else ""
        alias = f"a{index}: " if given or draw(st.booleans()) else ""
        body = "" if name in _fields(LEAVES) else f" {{ {draw(selections(depth - 1))} }}"
        parts.append(f"{alias}{shown}{given}{body}")
    return " ".join(parts)


@cache
def _selected(depth: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(_known(depth)), min_size=1, max_size=5)


def strawberry_name(name: str) -> str:
    """Give the GraphQL name of a field."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


async def answer(schema: strawberry.Schema, document: str, root: Thing) -> Any:
    """Run a document and give what can be compared of its answer."""
    result = await schema.execute(document, context_value={"root": root})
    errors = [
        {"path": error.path or (), "extensions": {"code": error.message}}
        for error in result.errors or ()
    ]
    return normal({"data": result.data, "errors": errors})


@pytest.mark.usefixtures("swept")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@examples(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(root=things(3), item=selections(3), other=selections(2))
@example(
    root=Thing({"batched_holes": [FaultError("one")]}),
    item="plainText",
    other="batchedHoles { plainText ownText }",
)
@example(
    root=Thing({"plain_many": 7, "plain_holes": [None]}),
    item="plainMany { plainText ownText } plainHoles { plainText ownText }",
    other="plainText",
)
async def test_faults_come_out_as_graphql_core_says(root: Thing, item: str, other: str) -> None:
    document = f"{{ item {{ {item} }} other {{ {other} }} }}"

    assert await answer(OURS, document, root) == await answer(STOCK, document, root)


async def test_what_a_level_said_before_it_was_given_up_is_not_told() -> None:
    root = Thing({"batched_holes": [Thing({"own_text": FaultError("one")}), Thing({})]})
    document = "{ item { batchedHoles { ownText plainMustText } } }"

    ours, stock = [
        await schema.execute(document, context_value={"root": root}) for schema in (OURS, STOCK)
    ]

    assert ours.data == stock.data == {"item": {"batchedHoles": [None, None]}}
    told = [[(error.path, error.message) for error in each.errors or ()] for each in (ours, stock)]
    assert told[0] == told[1]
    assert [path for path, _ in told[0]] == [
        ["item", "batchedHoles", place, "plainMustText"] for place in (0, 1)
    ]
