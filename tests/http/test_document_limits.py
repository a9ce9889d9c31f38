"""Every limit of a document and its values: kept exactly, and told what, how much and where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from schema.limits import Limits
from tests.http.small_server import build

LIMITS = Limits()


@dataclass(frozen=True)
class Case:
    """A document that uses exactly `size` of one limit, and how the refusal tells it."""

    limit: str
    allowed: int
    document: Callable[[int], str]
    where: str = ""
    operation_name: str | None = None


def deep(size: int) -> str:
    return "{ deal { " + "next { " * (size - 2) + "title" + " }" * size


def many_tokens(size: int) -> str:
    """Ten operations share the tokens: 7 for each frame, one for each `title`."""
    titles, rest = divmod(size - 70, 10)
    return " ".join(
        f"query Q{index} {{ deal {{ {'title ' * (titles + (rest if index == 0 else 0))}}} }}"
        for index in range(10)
    )


def many_fields(size: int) -> str:
    """Two selections share the fields: validation compares those of one selection in pairs."""
    half, odd = divmod(size - 2, 2)
    return f"{{ deal {{ {'title ' * half} next {{ {'title ' * (half + odd)} }} }} }}"


def aliased(size: int) -> str:
    return " ".join(f"a{index}: title" for index in range(size))


def strings(size: int) -> str:
    return '"x" ' * size


def many_fragments(size: int) -> str:
    used = " ".join(f"...F{index}" for index in range(size))
    made = " ".join(f"fragment F{index} on Deal {{ title }}" for index in range(size))
    return f"{{ deal {{ {used} }} }} {made}"


def many_variables(size: int) -> str:
    declared = " ".join(f"$v{index}: String!" for index in range(size))
    used = " ".join(f"$v{index}" for index in range(size))
    return f"query Many({declared}) {{ deal(where: {{ in: [{used}] }}) {{ title }} }}"


def deep_filter(size: int) -> str:
    outer, inner = "{not: " * (size - 1), "}" * (size - 1)
    return f'{{ deal(where: {outer}{{title: "x"}}{inner}) {{ title }} }}'


def wide_filter(size: int) -> str:
    """One node for `and`, two for each condition in it, one more for a `title` where it is odd."""
    pairs, odd = divmod(size - 1, 2)
    title = 'title: "x" ' if odd else ""
    conditions = '{title: "x"}' * pairs
    return f"{{ deal(where: {{ {title} and: [{conditions}] }}) {{ title }} }}"


CASES = [
    Case("depth", LIMITS.depth, deep, where=".".join(["deal", *["next"] * 11, "title"])),
    Case("aliases", LIMITS.aliases, lambda n: f"{{ deal {{ {aliased(n)} }} }}", where="query"),
    Case("rootFields", LIMITS.root_fields, lambda n: f"{{ {'hello ' * n} }}", where="query"),
    Case(
        "directives",
        LIMITS.directives,
        lambda n: f"query Q {{ deal {{ {'title @skip(if: false) ' * n} }} }}",
        where="query Q",
    ),
    Case("fields", LIMITS.fields, many_fields, where="query"),
    Case(
        "operations",
        LIMITS.operations,
        lambda n: " ".join(f"query Q{index} {{ hello }}" for index in range(n)),
        operation_name="Q0",
    ),
    Case("fragments", LIMITS.fragments, many_fragments),
    Case("variables", LIMITS.variables, many_variables, where="query Many"),
    Case(
        "mutations",
        LIMITS.mutations,
        lambda n: "mutation { " + 'createDeal(input: {title: "x"}) ' * n + "}",
        where="mutation",
    ),
    Case("once", 1, lambda n: "mutation { " + 'signIn(email: "x") ' * n + "}", where="signIn"),
    Case("tokens", LIMITS.tokens, many_tokens, operation_name="Q1"),
    Case("comments", LIMITS.comments, lambda n: "#\n" * n + "{ hello }"),
    Case("sourceBytes", LIMITS.source_bytes, "{ hello }".ljust),
    Case("filterDepth", LIMITS.filter_depth, deep_filter, where="deal.where"),
    Case("filterNodes", LIMITS.filter_nodes, wide_filter, where="deal.where"),
    Case(
        "listItems",
        LIMITS.filter_list,
        lambda n: f"{{ deal(where: {{ in: [{strings(n)}] }}) {{ title }} }}",
        where="deal.where",
    ),
    Case(
        "listItems",
        LIMITS.list_items,
        lambda n: f'mutation {{ createDeal(input: {{ title: "x", tags: [{strings(n)}] }}) }}',
        where="createDeal.input",
    ),
    Case(
        "inputNesting",
        LIMITS.input_nesting,
        lambda n: f"{{ echo(value: {'[' * n}{']' * n}) }}",
        where="echo.value",
    ),
]


async def ask(
    client: httpx.AsyncClient,
    document: str,
    variables: dict[str, Any] | None = None,
    **others: object,
) -> Any:
    body = {"query": document, "variables": variables, **others}
    response = await client.post("/graphql", json=body)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.limit}-{case.allowed}")
async def test_a_limit_is_kept_exactly(client: httpx.AsyncClient, case: Case) -> None:
    variables = {f"v{index}": "x" for index in range(LIMITS.variables)}
    named = {"operationName": case.operation_name}

    at_limit = await ask(client, case.document(case.allowed), variables, **named)
    above = await ask(client, case.document(case.allowed + 1), variables, **named)

    assert "errors" not in at_limit
    assert at_limit["data"]
    assert above["errors"][0]["extensions"] == {
        "code": "QUERY_TOO_EXPENSIVE",
        "limit": case.limit,
        "allowed": case.allowed,
        "found": case.allowed + 1,
        "where": case.where,
    }
    assert "data" not in above


def nested(size: int, inner: object) -> object:
    """Wrap a value in `size` objects of `not`."""
    value = inner
    for _ in range(size):
        value = {"not": value}
    return value


FILTERED = "query ($w: DealFilter) { deal(where: $w) { title } }"
COMPOSED = "query ($w: DealFilter!) { deal(where: { and: [{ not: $w }, $w] }) { title } }"
IN_PARTS = "query ($names: [String!]) { deal(where: { not: { in: $names } }) { title } }"
TAGGED = 'mutation ($tags: [String!]!) { createDeal(input: { title: "x", tags: $tags }) }'
ECHO = "query ($value: JSON!) { echo(value: $value) }"
FRAGMENTED = """query ($w: DealFilter) { ...Found }
fragment Found on Query { deal(where: $w) { title } }"""
SAVED = "query ($value: JSON!) { echo(value: { saved: $value }) }"


@pytest.mark.parametrize(
    ("document", "accepted", "refused", "limit", "found", "where"),
    [
        pytest.param(
            FILTERED,
            {"w": nested(11, {"title": "x"})},
            {"w": nested(12, {"title": "x"})},
            "filterDepth",
            13,
            "deal.where",
            id="a filter as a variable",
        ),
        pytest.param(
            COMPOSED,
            {"w": nested(9, {"title": "x"})},
            {"w": nested(10, {"title": "x"})},
            "filterDepth",
            13,
            "deal.where",
            id="a filter put together from a literal and a variable",
        ),
        pytest.param(
            COMPOSED,
            {"w": {"and": [{"title": "x"}] * 48}},
            {"w": {"and": [{"title": "x"}] * 49}},
            "filterNodes",
            201,
            "deal.where",
            id="conditions of a variable that is used twice",
        ),
        pytest.param(
            FRAGMENTED,
            {"w": nested(11, {"title": "x"})},
            {"w": nested(12, {"title": "x"})},
            "filterDepth",
            13,
            "deal.where",
            id="a filter inside a fragment",
        ),
        pytest.param(
            IN_PARTS,
            {"names": ["x"] * 200},
            {"names": ["x"] * 201},
            "listItems",
            201,
            "deal.where",
            id="the list of a filter",
        ),
        pytest.param(
            TAGGED,
            {"tags": ["x"] * 500},
            {"tags": ["x"] * 501},
            "listItems",
            501,
            "$tags",
            id="a list as a variable",
        ),
        pytest.param(
            ECHO,
            {"value": nested(32, 1)},
            {"value": nested(33, 1)},
            "inputNesting",
            33,
            "$value",
            id="nesting of a variable",
        ),
        pytest.param(
            SAVED,
            {"value": {"where": nested(11, {"title": "x"})}},
            {"value": {"where": nested(12, {"title": "x"})}},
            "filterDepth",
            13,
            "$value.where",
            id="a filter inside a value",
        ),
        pytest.param(
            ECHO,
            {"value": {"list": [{"deep": [0] * 500}]}},
            {"value": {"list": [{"deep": [0] * 501}]}},
            "listItems",
            501,
            "$value",
            id="a list deep inside a variable",
        ),
    ],
)
async def test_variables_keep_the_limits_of_literals(
    client: httpx.AsyncClient,
    document: str,
    accepted: dict[str, Any],
    refused: dict[str, Any],
    limit: str,
    found: int,
    where: str,
) -> None:
    at_limit = await ask(client, document, accepted)
    above = await ask(client, document, refused)

    assert "errors" not in at_limit
    extensions = above["errors"][0]["extensions"]
    assert (extensions["code"], extensions["limit"]) == ("QUERY_TOO_EXPENSIVE", limit)
    assert (extensions["found"], extensions["where"]) == (found, where)
    assert "data" not in above


async def test_the_default_of_a_variable_is_measured(client: httpx.AsyncClient) -> None:
    deepest = "{not: " * 12 + '{title: "x"}' + "}" * 12
    document = f"query ($w: DealFilter = {deepest}) {{ deal(where: $w) {{ title }} }}"

    answer = await ask(client, document)

    assert answer["errors"][0]["extensions"]["limit"] == "filterDepth"


async def test_a_thousand_levels_of_json_are_refused_not_run(client: httpx.AsyncClient) -> None:
    value = "[" * 1000 + "]" * 1000
    body = f'{{"query": "{ECHO}", "variables": {{"value": {value}}}}}'

    response = await client.post(
        "/graphql", content=body, headers={"content-type": "application/json"}
    )

    assert response.json()["errors"][0]["extensions"]["limit"] == "inputNesting"


async def test_limits_can_be_set() -> None:
    async with build(Limits(depth=2)).client() as client:
        passed = await ask(client, "{ deal { title } }")
        refused = await ask(client, "{ deal { next { title } } }")

    assert passed == {"data": {"deal": {"title": "Annual licence"}}}
    assert refused["errors"] == [
        {
            "message": "The selection is 3 levels deep at deal.next.title; at most 2 are allowed.",
            "locations": [{"line": 1, "column": 17}],
            "extensions": {
                "code": "QUERY_TOO_EXPENSIVE",
                "limit": "depth",
                "allowed": 2,
                "found": 3,
                "where": "deal.next.title",
            },
        }
    ]


async def test_a_limit_is_told_in_the_callers_language() -> None:
    async with build(Limits(aliases=1)).client() as client:
        document = "query Two { a: hello b: hello }"
        russian = await client.post(
            "/graphql", json={"query": document}, headers={"Accept-Language": "ru-RU, en;q=0.5"}
        )
        english = await client.post("/graphql", json={"query": document})

    assert russian.json()["errors"][0]["message"] == (
        "Псевдонимов в query Two: 2, допускается не больше 1."
    )
    assert english.json()["errors"][0]["message"] == (
        "query Two uses 2 aliases; at most 1 are allowed."
    )


async def test_introspection_has_a_depth_of_its_own(client: httpx.AsyncClient) -> None:
    full = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )

    answer = await ask(client, full)

    assert "errors" not in answer
    assert answer["data"]["__schema"]["queryType"] == {"name": "Query", "kind": "OBJECT"}


async def test_introspection_is_not_endless(client: httpx.AsyncClient) -> None:
    kind = "ofType { " * 20 + "name" + " }" * 20

    answer = await ask(client, f'{{ __type(name: "Deal") {{ {kind} }} }}')

    assert answer["errors"][0]["extensions"] == {
        "code": "QUERY_TOO_EXPENSIVE",
        "limit": "introspectionDepth",
        "allowed": 20,
        "found": 22,
        "where": "query",
    }
