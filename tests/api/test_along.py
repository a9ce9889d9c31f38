"""Lists on the rows of a list come along with it: one statement reads them all."""

import pytest

from tests.api.world import World
from tests.client import Client

PAGE = "pageInfo { hasNextPage endCursor }"
DEALS = "deals(orderBy: [{ title: ASC }]) { nodes { title } }"


def companies(selection: str, arguments: str = "orderBy: [{ title: ASC }]") -> str:
    return f"{{ companies({arguments}) {{ nodes {{ title {selection} }} }} }}"


async def statements(client: Client, document: str) -> int:
    """Tell how many statements a document takes, when it is not the first time that it is run."""
    await client.data(document)
    answer = await client.run(document, headers={"X-Explain": "1"})
    assert not answer.errors
    return int(answer.extensions["execution"]["sql"])


@pytest.mark.parametrize(
    ("selection", "more"),
    [
        pytest.param("contacts { nodes { firstName } }", 0, id="one list"),
        pytest.param(f"contacts {{ nodes {{ firstName {DEALS} }} }} {DEALS}", 0, id="a tree"),
        pytest.param("contacts { edges { node { firstName } } }", 0, id="by edges"),
        pytest.param("contacts(last: 1) { nodes { firstName } }", 0, id="from the end"),
        pytest.param("a: deals(first: 1) { nodes { id } } b: deals { nodes { id } }", 0, id="two"),
        pytest.param("a: deals { nodes { id } } b: deals { nodes { title } }", 0, id="the same"),
        pytest.param('deals(where: { title: { contains: "a" } }) { nodes { id } }', 0, id="filter"),
        pytest.param("deals(first: 0) { nodes { id } }", 0, id="nothing of it"),
        # The list in the list may go on, so each of its pages is read with one row more.
        pytest.param(f"contacts {{ nodes {{ id {DEALS} }} {PAGE} }}", 1, id="may go on"),
        pytest.param('deals(search: "licence") { nodes { id } }', 1, id="search"),
        pytest.param("contacts { totalCount nodes { id } }", 1, id="count"),
        pytest.param(
            "deals { nodes { contact { deals { nodes { id } } } } }", 1, id="of what a row names"
        ),
    ],
)
async def test_what_comes_along_takes_no_statement_of_its_own(
    shop: World, selection: str, more: int
) -> None:
    alone = await statements(shop.people.root, companies("id"))

    assert await statements(shop.people.root, companies(selection)) == alone + more


async def test_rows_that_are_read_ahead_bring_nothing_along(shop: World) -> None:
    first = f"companies(first: 1, orderBy: [{{ title: ASC }}]) {{ {PAGE} nodes"
    documents = (
        f"{{ {first} {{ title }} }} }}",
        f"{{ {first} {{ title contacts {{ nodes {{ firstName }} }} }} }} }}",
    )
    await shop.people.root.data(documents[0])  # the first look at the token is a row as well

    alone, both = [
        await shop.people.root.run(document, headers={"X-Explain": "1"}) for document in documents
    ]

    assert both.data["companies"]["nodes"] == [
        {"title": "Acme", "contacts": {"nodes": [{"firstName": "Иван"}]}}
    ]
    assert both.data["companies"]["pageInfo"]["hasNextPage"]
    rows = [answer.extensions["execution"]["rows"] for answer in (alone, both)]
    assert rows[1] == rows[0] + 1


async def test_pages_after_a_cursor_bring_their_lists_along(shop: World) -> None:
    first = "first: 1, orderBy: [{ title: ASC }]"
    (cursor,) = (
        edge["cursor"]
        for edge in (
            await shop.people.root.data(f"{{ companies({first}) {{ edges {{ cursor }} }} }}")
        )["companies"]["edges"]
    )
    document = companies("contacts { nodes { firstName } }", f'{first}, after: "{cursor}"')

    found = await shop.people.root.data(document)

    assert found["companies"]["nodes"] == [
        {"title": "Globex Corporation", "contacts": {"nodes": [{"firstName": "Maria"}]}}
    ]
    assert await statements(shop.people.root, document) == await statements(
        shop.people.root, companies("id")
    )


async def test_what_is_wrong_with_a_list_below_is_said_where_it_stands(shop: World) -> None:
    document = companies("id contacts(first: 1, last: 1) { nodes { id } }", "first: 1")

    answer = await shop.people.root.run(document)

    (error,) = answer.errors
    assert error["path"][:4] == ["companies", "nodes", 0, "contacts"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
