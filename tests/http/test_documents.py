"""Documents are read once: what the cache keeps, shares and lets go."""

import gc
import weakref

import httpx
import pytest
from graphql import GraphQLError, build_schema, specified_rules

from schema import documents
from schema.documents import DocumentCache
from schema.limits import Limits
from tests.http.small_server import Server

SCHEMA = build_schema("type Query { hello: String }")
RULES: documents.Rules = ()


class Counted:
    """Count the calls of a function of the module."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.calls = 0
        original = getattr(documents, name)

        def counting(*arguments: object) -> object:
            self.calls += 1
            return original(*arguments)

        monkeypatch.setattr(documents, name, counting)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch, "parse_document")


@pytest.fixture
def validated(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch, "validate_document")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch, "measure_document")


@pytest.mark.parametrize(
    ("query", "work"),
    [
        ("{ hello }", (1, 1, 1)),
        ("{ nope }", (1, 1, 1)),
        ("{ hello", (1, 0, 0)),
        ("{ " + "hello " * 31 + "}", (1, 1, 0)),
    ],
    ids=["good", "invalid", "broken", "over a limit"],
)
async def test_a_document_is_worked_on_once(
    client: httpx.AsyncClient,
    parsed: Counted,
    measured: Counted,
    validated: Counted,
    query: str,
    work: tuple[int, int, int],
) -> None:
    answers = [await client.post("/graphql", json={"query": query}) for _ in range(3)]

    assert (parsed.calls, measured.calls, validated.calls) == work
    assert answers[0].json() == answers[1].json() == answers[2].json()


async def test_operations_of_a_document_share_its_parsing_and_validation(
    client: httpx.AsyncClient, parsed: Counted, measured: Counted, validated: Counted
) -> None:
    query = "query A { hello } query B { double(number: 2) }"

    first = await client.post("/graphql", json={"query": query, "operationName": "A"})
    second = await client.post("/graphql", json={"query": query, "operationName": "B"})

    assert first.json() == {"data": {"hello": "Hello, world"}}
    assert second.json() == {"data": {"double": 4}}
    assert (parsed.calls, measured.calls, validated.calls) == (1, 2, 1)


async def test_hits_are_counted(server: Server, client: httpx.AsyncClient) -> None:
    for _ in range(4):
        await client.post("/graphql", json={"query": "{ hello }"})

    assert (server.cache.hits, server.cache.misses, len(server.cache)) == (4, 1, 1)


def test_the_least_recently_used_goes_first() -> None:
    cache = DocumentCache(Limits(), max_entries=2)
    one = cache.read(SCHEMA, "{ one: hello }")
    cache.read(SCHEMA, "{ two: hello }")
    cache.read(SCHEMA, "{ one: hello }")
    cache.read(SCHEMA, "{ three: hello }")

    assert len(cache) == 2
    assert cache.read(SCHEMA, "{ one: hello }") is one
    assert cache.misses == 3


def test_the_documents_together_are_bounded() -> None:
    by_source = DocumentCache(Limits(), max_bytes=30_000)
    by_tokens = DocumentCache(Limits(), max_bytes=30_000)

    for index in range(9):
        by_source.read(SCHEMA, f"{{ a{index}: hello }}".ljust(9_000))
        by_tokens.read(SCHEMA, f"{{ a{index}: hello {'hello ' * 20}}}")

    assert (len(by_source), len(by_tokens)) == (2, 2)


def test_a_document_larger_than_the_bound_is_kept_alone() -> None:
    cache = DocumentCache(Limits(), max_bytes=50)

    cache.read(SCHEMA, "{ a: hello }")
    known = cache.read(SCHEMA, "{ b: hello }")

    assert len(cache) == 1
    assert cache.read(SCHEMA, "{ b: hello }") is known


def test_each_schema_judges_for_itself() -> None:
    cache = DocumentCache(Limits())
    other = build_schema("type Query { goodbye: String }")

    good = cache.judge(cache.read(SCHEMA, "{ hello }"), SCHEMA, None, specified_rules)
    bad = cache.judge(cache.read(other, "{ hello }"), other, None, specified_rules)

    assert good == ()
    assert [error.message for error in bad] == ["Cannot query field 'hello' on type 'Query'."]


def test_a_schema_is_not_kept_alive() -> None:
    cache = DocumentCache(Limits())
    schema = build_schema("type Query { short: String }")
    gone = weakref.ref(schema)
    cache.judge(cache.read(schema, "{ short }"), schema, None, RULES)

    del schema
    gc.collect()

    assert gone() is None


def test_what_a_gone_schema_left_is_not_taken_for_another() -> None:
    cache = DocumentCache(Limits())
    known = cache.read(SCHEMA, "{ hello }")
    known.schema = weakref.ref(build_schema("type Query { hello: String }"))  # dead at once

    assert cache.read(SCHEMA, "{ hello }") is not known
    assert len(cache) == 1


def test_an_error_is_new_each_time_it_is_raised() -> None:
    refused = DocumentCache(Limits()).read(SCHEMA, "{ hello").refused
    assert refused is not None

    first, second = refused.error(), refused.error()

    assert first is not second
    assert isinstance(first, GraphQLError)
    assert first.formatted == second.formatted
