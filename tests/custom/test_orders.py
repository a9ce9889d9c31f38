"""Orders by custom fields: every page, in both directions, loses nobody."""

from typing import Any

import pytest

from tests.client import Client
from tests.custom.fields import make_deal, make_field
from tests.people import Cast

PAGE = """
query ($by: [DealOrder!], $after: String, $before: String, $first: Int, $last: Int) {
  deals(orderBy: $by, after: $after, before: $before, first: $first, last: $last) {
    nodes { title } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }
"""
VALUES: dict[str, list[Any]] = {
    "STRING": ["a", "b", "b", None, "в"],
    "INTEGER": [-5, 0, 0, None, 7],
    "NUMBER": ["-1.5", "0.25", "0.25", None, "10"],
    "BOOLEAN": [False, True, True, None, None],
    "DATE": ["2025-12-31", "2026-01-01", "2026-01-01", None, "2026-02-01"],
    "DATETIME": ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:01Z", None,
                 "2026-01-02T00:00:00Z"],
    "MONEY": [{"amount": "1"}, {"amount": "2"}, {"amount": "2"}, None, {"amount": "10"}],
}  # fmt: skip


async def walk(client: Client, by: Any, *, backward: bool) -> list[str]:
    """Give the titles of all deals, page by page of two."""
    titles: list[str] = []
    cursor = None
    while True:
        window = {"last": 2, "before": cursor} if backward else {"first": 2, "after": cursor}
        found = (await client.data(PAGE, by=by, **window))["deals"]
        page = [node["title"] for node in found["nodes"]]
        titles = [*page, *titles] if backward else [*titles, *page]
        info = found["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return titles
        cursor = info["startCursor" if backward else "endCursor"]


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
async def test_every_page_of_every_direction(people: Cast, kind: str, backward: bool) -> None:
    await make_field(people.root, "Score", kind)
    for number, value in enumerate(VALUES[kind]):
        await make_deal(people.anna, ("score", value), title=str(number))
    await make_deal(people.anna, title="5")  # before whose time the field was not filled in
    empty = [n for n, value in enumerate([*VALUES[kind], None]) if value is None]
    filled = [n for n in range(6) if n not in empty]

    ascending = await walk(people.anna, [{"custom": {"score": "ASC"}}], backward=backward)
    descending = await walk(people.anna, [{"custom": {"score": "DESC"}}], backward=backward)
    first = await walk(people.anna, [{"custom": {"score": "ASC_NULLS_FIRST"}}], backward=backward)

    assert ascending == [str(number) for number in (*filled, *empty)]
    assert descending == ascending[::-1]
    assert first == [str(number) for number in (*empty, *filled)]


async def test_a_custom_field_after_another_key_and_over_a_reference(people: Cast) -> None:
    await make_field(people.root, "Score", "INTEGER")
    await make_field(people.root, "Grade", "STRING", entity="COMPANY")
    for title, score in (("b", 1), ("a", 2), ("a", 1)):
        made = await people.anna.mutate(
            "createCompany",
            {"title": f"{title}{score}", "custom": {"grade": f"{score}{title}"}},
            "company { id }",
        )
        given = {"title": title, "custom": {"score": score},
                 "companyId": made.payload()["company"]["id"]}  # fmt: skip
        (await people.anna.mutate("createDeal", given, "deal { id }")).payload()
    read = "query ($by: [DealOrder!]) { deals(orderBy: $by) { nodes { company { title } } } }"

    both = await people.anna.data(read, by=[{"title": "ASC"}, {"custom": {"score": "DESC"}}])
    over = await people.anna.data(read, by=[{"company": {"custom": {"grade": "DESC"}}}])

    assert [node["company"]["title"] for node in both["deals"]["nodes"]] == ["a2", "a1", "b1"]
    assert [node["company"]["title"] for node in over["deals"]["nodes"]] == ["a2", "b1", "a1"]


async def test_fields_without_an_order_offer_none(people: Cast) -> None:
    await make_field(people.root, "Tags", "STRING", isMultiple=True)
    await make_field(people.root, "Hidden", "STRING", isFilterable=False)
    await make_field(people.root, "Place", "ADDRESS")

    for code in ("tags", "hidden", "place"):
        answer = await people.anna.run(
            f"{{ deals(orderBy: [{{ custom: {{ {code}: ASC }} }}]) {{ nodes {{ id }} }} }}"
        )
        assert set(answer.codes) == {"GRAPHQL_VALIDATION_FAILED"}
