"""Orders over a reference, without a filter: read target by target, and still the sorted list.

With a filter the server joins and sorts, without one it walks the targets by index. Both must give
the same list, and the pages of the walk, put together in either direction, must be that list.
"""

from typing import Any

import pytest

from tests.api.test_paging import deals_document
from tests.api.test_paging_property import DIRECTIONS, walk
from tests.api.world import COMPANY, DEAL, make_records
from tests.people import Cast

COMPANIES = (
    {"title": "Alpha", "revenue": {"amount": "10"}},
    {"title": "Alpha", "revenue": {"amount": "5"}},
    {"title": "Beta"},
    {"title": "Gamma", "revenue": {"amount": "10"}},
    {"title": "Delta"},
    {"title": "In the bin", "revenue": {"amount": "7"}},
)
# By index of the company; None: without one. Interleaved, so that no order is that of the ids.
DEALS = (0, None, 3, 2, 5, 1, 4, 0, None, 2, 5, 3, 1, 4, 0, None)


@pytest.fixture
async def deals(people: Cast) -> list[str]:
    """Make companies that share names and revenues or lack them, one in the bin, and deals."""
    companies = await make_records(people.anna, COMPANY, list(COMPANIES))
    ids = [company["id"] for company in companies]
    made = await make_records(
        people.anna,
        DEAL,
        [
            {"title": f"Deal {index}"} | ({} if at is None else {"companyId": ids[at]})
            for index, at in enumerate(DEALS)
        ],
    )
    (await people.anna.mutate("deleteCompany", {"id": ids[-1]}, "company { id }")).payload()
    return [deal["id"] for deal in made]


@pytest.mark.parametrize("field", ["title", "revenue"])
async def test_the_walk_gives_the_list_that_sorting_gives(
    people: Cast, deals: list[str], field: str
) -> None:
    document = deals_document("nodes { id }")
    everything = {"where": {"id": {"in": deals}}}
    for direction in DIRECTIONS:
        base: dict[str, Any] = {"orderBy": [{"company": {field: direction}}]}
        found = (await people.anna.data(document, **base, **everything, first=200))["deals"]
        expected = [deal["id"] for deal in found["nodes"]]

        assert sorted(expected) == sorted(deals)
        for size in (1, 3):
            assert await walk(people.anna, base, size, backward=False) == expected
            assert await walk(people.anna, base, size, backward=True) == expected
