"""Lists found by custom values, newest first: every page of them, however many values match."""

from typing import Any

import pytest

from loaders import by_custom
from tests.client import Client
from tests.custom.fields import make_deal, make_field
from tests.people import Cast

PAGE = """
query ($where: DealFilter, $after: String, $before: String, $first: Int, $last: Int) {
  deals(where: $where, after: $after, before: $before, first: $first, last: $last) { totalCount
    nodes { title } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }
"""
CONDITIONS: list[tuple[dict[str, Any], list[int]]] = [
    ({"score": {"eq": 2}}, [7, 4, 2]),
    ({"score": {"gte": 2}}, [8, 7, 5, 4, 2]),
    ({"score": {"between": [1, 2]}}, [7, 6, 4, 2, 1]),
    ({"score": {"in": [1, 3]}}, [8, 6, 5, 1]),
    ({"score": {"isNull": False}}, [8, 7, 6, 5, 4, 2, 1]),
    ({"score": {"ne": 2}}, [8, 6, 5, 3, 1]),
    ({"name": {"eq": "b" * 250}}, [8, 5, 2]),
    ({"name": {"in": ["a", "b" * 250]}}, [8, 7, 5, 4, 2, 1]),
    ({"name": {"startsWith": "B"}}, [8, 6, 5, 3, 2]),
    ({"score": {"gte": 2}, "name": {"eq": "b" * 250}}, [8, 5, 2]),
    ({"score": {"eq": 2}, "name": {"eq": "a"}}, [7, 4]),
    ({"tags": {"some": {"gte": 1}}}, [2, 1]),
    ({"tags": {"none": {"eq": 1}}}, [8, 7, 6, 5, 4, 3, 2]),
]
DEALS: list[tuple[int | None, str, list[int] | None]] = [
    (1, "a", [1, 2]),
    (2, "b" * 250, [2, 3]),
    (None, "b" * 249 + "c", None),
    (2, "a", None),
    (3, "b" * 250, None),
    (1, "b" * 251, None),
    (2, "a", None),
    (3, "b" * 250, None),
]


async def walk(client: Client, where: Any, *, backward: bool) -> list[int]:
    """Give the numbers of the deals that match, page by page of two."""
    titles: list[str] = []
    cursor = None
    while True:
        window = {"last": 2, "before": cursor} if backward else {"first": 2, "after": cursor}
        found = (await client.data(PAGE, where=where, **window))["deals"]
        page = [node["title"] for node in found["nodes"]]
        titles = [*page, *titles] if backward else [*titles, *page]
        info = found["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            assert found["totalCount"] == len(titles)
            return [int(title) for title in titles]
        cursor = info["startCursor" if backward else "endCursor"]


@pytest.mark.parametrize("few", [0, 3, 2_000], ids=["none is few", "three are few", "all are few"])
@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
async def test_every_page_in_both_directions(
    people: Cast, monkeypatch: pytest.MonkeyPatch, few: int, backward: bool
) -> None:
    monkeypatch.setattr(by_custom, "_FEW", few)
    await make_field(people.root, "Score", "INTEGER")
    await make_field(people.root, "Name", "STRING")
    await make_field(people.root, "Tags", "INTEGER", isMultiple=True)
    for number, (score, name, tags) in enumerate(DEALS, 1):
        values = [("score", score), ("name", name), ("tags", tags)]
        await make_deal(people.anna, *values, title=str(number))
    gone = await make_deal(people.anna, ("score", 2), ("name", "b" * 250), title="9")
    deleted = {"id": gone}
    (await people.anna.mutate("deleteDeal", deleted, "deal { id }")).payload()

    for custom, numbers in CONDITIONS:
        found = await walk(people.anna, {"custom": custom}, backward=backward)
        assert found == numbers, custom

    beside = {"custom": {"score": {"gte": 2}}, "title": {"in": ["2", "3", "8", "9"]}}
    assert await walk(people.anna, beside, backward=backward) == [8, 2]
    assert await walk(people.olga, {}, backward=backward) == []


async def test_values_of_another_pipeline_are_not_found(people: Cast) -> None:
    made = await people.root.mutate("createPipeline", {"name": "Auction"}, "pipeline { id }")
    auction = made.payload()["pipeline"]["id"]
    usual = (await people.anna.data("{ pipelines { id } }"))["pipelines"][0]["id"]
    await make_field(people.root, "Lot", "INTEGER", pipelineIds=[auction])
    ids = []
    for title, lot in (("1", 5), ("2", 6)):
        wanted = {"title": title, "pipelineId": auction, "custom": {"lot": lot}}
        made = await people.anna.mutate("createDeal", wanted, "deal { id }")
        ids.append(made.payload()["deal"]["id"])
    for custom in ({"lot": {"eq": 6}}, {"lot": {"gte": 6}}):
        assert await walk(people.anna, {"custom": custom}, backward=False) == [2]

    moved = {"id": ids[-1], "pipelineId": usual}
    (await people.anna.mutate("updateDeal", moved, "deal { id }")).payload()

    for custom in ({"lot": {"eq": 6}}, {"lot": {"gte": 6}}):
        assert await walk(people.anna, {"custom": custom}, backward=False) == []
