"""A statement is built once, whatever values a filter, a search or a cursor brings."""

from typing import Any

import pytest

from tests.api.world import World
from tests.conftest import Server

DEALS = "query ($v: %s) { deals(%s) { totalCount nodes { title } } }"


def deals(kind: str, arguments: str) -> str:
    return DEALS % (kind, arguments)


@pytest.mark.parametrize(
    ("document", "values"),
    [
        (deals("String", "where: { title: { eq: $v } }"), ["Annual licence", "a_b", ""]),
        (deals("String!", "where: { title: { contains: $v } }"), ["licence", "%", "x"]),
        (deals("[String!]!", "where: { title: { in: $v } }"), [["a"], ["Annual licence", "b"]]),
        (deals("Int!", "where: { probability: { between: [$v, 80] } }"), [10, 50, 79]),
        (deals("Int!", "where: { not: { probability: { gt: $v } } }"), [10, 50]),
        (deals("Decimal!", "where: { amount: { gte: $v } }"), ["1", "250.5", "1000000"]),
        (deals("String!", "where: { company: { title: { startsWith: $v } } }"), ["A", "G"]),
        (deals("String!", "where: { contacts: { some: { firstName: { eq: $v } } } }"), ["M", "I"]),
        (deals("String!", "search: $v"), ["licence", "50%", "call"]),
        (deals("ID!", "where: { id: { eq: $v } }"), ["$A", "$B", "$C"]),
        (
            "query ($v: String!) { companies { nodes { title"
            " deals(where: { title: { contains: $v } }) { nodes { title } } } } }",
            ["licence", "a"],
        ),
    ],
)
async def test_new_values_build_no_statement(
    shop: World, server: Server, document: str, values: list[Any]
) -> None:
    client = shop.people.reader
    for value in (values[0], values[0]):
        await client.data(document, v=_filled(value, shop))
    kept = server.database.kept_statements

    for value in values[1:]:
        await client.data(document, v=_filled(value, shop))

    assert server.database.kept_statements == kept


async def test_the_pages_of_a_list_are_one_statement(shop: World, server: Server) -> None:
    document = (
        "query ($after: String) { deals(first: 1, after: $after, orderBy: [{ createdAt: ASC }])"
        " { nodes { createdAt } pageInfo { endCursor hasNextPage } } }"
    )
    times: list[str] = []
    kept: list[int] = []
    after = None
    for turn in range(5):
        page = (await shop.people.reader.data(document, after=after))["deals"]
        times.extend(node["createdAt"] for node in page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if turn:
            kept.append(server.database.kept_statements)
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert len(kept) >= 3
    assert len(set(kept)) == 1
    assert times == sorted(set(times))


def _filled(value: Any, shop: World) -> Any:
    is_name = isinstance(value, str) and value.startswith("$")
    return shop[value[1:]] if is_name else value
