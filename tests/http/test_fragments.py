"""Fragments multiply what a short document asks for; measuring it must not."""

import httpx
import pytest
from graphql import DocumentNode, Node, parse
from graphql.language import Visitor, visit

from schema.limits import Limits, measure, measure_document
from schema.totals import CEILING

LIMITS = Limits()


def fan_out(levels: int) -> str:
    """Make fragments that each use the next one twice: 2 ** levels fields in a small document."""
    chain = " ".join(
        f"fragment F{level} on Deal {{ a: next {{ ...F{level + 1} }} ...F{level + 1} }}"
        for level in range(levels)
    )
    return f"{{ deal {{ ...F0 }} }} {chain} fragment F{levels} on Deal {{ title }}"


def told(document: DocumentNode, name: str | None, limits: Limits) -> list[tuple[object, ...]]:
    """Give limit, figure and place of each error."""
    extensions = [error.extensions or {} for error in measure(document, name, limits)]
    return [(each["limit"], each["found"], each["where"]) for each in extensions]


class Counter(Visitor):
    """Count the nodes of a document, each once."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def enter(self, _node: Node, *_args: object) -> None:
        self.count += 1


def nodes_in(document: DocumentNode) -> int:
    counter = Counter()
    visit(document, counter)
    return counter.count


@pytest.mark.parametrize("levels", [1, 13, 26, 90])
def test_each_node_of_a_fan_out_is_looked_at_a_bounded_number_of_times(levels: int) -> None:
    document = parse(fan_out(levels))

    measured = measure_document(document, None, LIMITS)

    # once as a selection, and once more for a spread, when the totals are added up
    assert measured.visited <= 2 * nodes_in(document)


def test_work_grows_with_the_document_not_with_what_it_expands_to() -> None:
    short = measure_document(parse(fan_out(13)), None, LIMITS).visited
    long = measure_document(parse(fan_out(26)), None, LIMITS).visited

    assert long < 2 * short


async def test_a_fan_out_of_26_levels_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": fan_out(26)})

    errors = response.json()["errors"]
    told = {error["extensions"]["limit"]: error["extensions"]["found"] for error in errors}
    # 26 levels of `next` below `deal`, and `title` below them
    assert told == {"fields": CEILING, "aliases": CEILING, "depth": 28}
    assert {error["extensions"]["code"] for error in errors} == {"QUERY_TOO_EXPENSIVE"}


async def test_a_small_fan_out_is_answered(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": fan_out(2)})

    title = {"title": "Annual licence"}
    assert response.json() == {"data": {"deal": {"a": {"a": title, **title}, **title}}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{ deal { ...Nope } }", "Unknown fragment 'Nope'."),
        (
            "{ deal { ...A } } fragment A on Deal { ...B } fragment B on Deal { ...A }",
            "Cannot spread fragment 'A' within itself via 'B'.",
        ),
        (
            "{ deal { ...A } } fragment A on Deal { title ...A }",
            "Cannot spread fragment 'A' within itself.",
        ),
        ("{ deal { title } } fragment A on Deal { title }", "Fragment 'A' is never used."),
        (
            "{ deal { ...A } } fragment A on Deal { title } fragment A on Deal { title }",
            "There can be only one fragment named 'A'.",
        ),
    ],
)
async def test_wrong_fragments_pass_the_limits_and_fail_validation(
    client: httpx.AsyncClient, document: str, message: str
) -> None:
    response = await client.post("/graphql", json={"query": document})

    assert measure(parse(document), None, LIMITS) == []
    assert response.json()["errors"][0]["message"] == message
    assert response.json()["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    "document", ["{}", "{ deal {} }", "query Q { ...F } fragment F on Query {}"]
)
async def test_empty_selection_sets_are_no_trouble(
    client: httpx.AsyncClient, document: str
) -> None:
    response = await client.post("/graphql", json={"query": document})

    assert measure(parse(document), None, LIMITS) == []
    assert response.status_code == 200


def test_an_operation_that_is_not_there_is_not_measured() -> None:
    assert measure(parse("query A { hello }"), "B", LIMITS) == []
    assert measure(parse("fragment F on Query { hello }"), None, LIMITS) == []


def test_only_the_chosen_operation_counts() -> None:
    document = parse("query Small { hello } query Large { deal { next { next { title } } } }")
    limits = Limits(depth=3)

    assert measure(document, "Small", limits) == []
    assert told(document, "Large", limits) == [("depth", 4, "deal.next.next.title")]


def test_mutations_and_sign_ins_are_counted_through_fragments() -> None:
    document = parse(
        """mutation Twice { ...In ...In }
        fragment In on Mutation { signIn(email: "anna@example.com") }"""
    )

    assert told(document, None, Limits(mutations=1)) == [
        ("mutations", 2, "mutation Twice"),
        ("once", 2, "signIn"),
    ]


def test_introspection_inside_a_fragment_counts_as_introspection() -> None:
    document = parse(
        """{ __schema { types { ...Kind } } }
        fragment Kind on __Type { ofType { ofType { name } } }"""
    )

    assert measure(document, None, Limits(depth=1, introspection_depth=5)) == []
    assert told(document, None, Limits(introspection_depth=4)) == [
        ("introspectionDepth", 5, "query")
    ]
