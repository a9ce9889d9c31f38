"""Any rows, any order, any page size: walks in both directions give the sorted list.

Python sorts the rows by the meaning of the orders that the API documents; the server's whole list
must be sorted like that, and its pages, put together, must be that list.
"""

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.test_paging import deals_document
from tests.api.world import COMPANY, DEAL, World, make_records
from tests.client import Client

_marks = itertools.count(1)
COMPANIES = ("aa", "bb", "cc")

ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "title": st.sampled_from("abc"),
            "probability": st.integers(0, 2),
            "amount": st.sampled_from(["-1", "0", "2.5", "10"]),
            "closeDate": st.sampled_from(["2026-01-01", "2026-02-01"]),
            "company": st.sampled_from(COMPANIES),
            "responsible": st.sampled_from(["anna", "boris"]),
        },
    ),
    max_size=14,
)
KEYS = ("title", "probability", "amount", "closeDate", "company", "responsible")
DIRECTIONS = (
    "ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST", "DESC_NULLS_FIRST", "DESC_NULLS_LAST",
)  # fmt: skip
ORDERS = st.lists(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(DIRECTIONS)),
    max_size=4,
    unique_by=lambda key: key[0],
)


def as_input(row: dict[str, Any], mark: str, ids: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"lossReason": mark}
    for key, value in row.items():
        if key == "amount":
            found["amount"] = {"amount": value}
        elif key in {"company", "responsible"}:
            found[f"{key}Id"] = ids[value]
        else:
            found[key] = value
    return found


def as_order(order: list[tuple[str, str]]) -> list[dict[str, Any]]:
    inner = {"company": "title", "responsible": "firstName"}
    return [
        {key: {inner[key]: direction} if key in inner else direction} for key, direction in order
    ]


def rank(row: dict[str, Any], key: str, direction: str) -> tuple[int, Any]:
    """Give what an order key sorts by, as something that Python sorts ascending."""
    value = row.get(key)
    descending = direction.startswith("DESC")
    nulls_first = direction.endswith("FIRST") or direction == "DESC"
    if value is None:
        return (-1 if nulls_first else 1, 0)
    number = (
        float(value)
        if key in {"amount", "probability"}
        else int("".join(f"{ord(letter):03}" for letter in value))
    )
    return (0, -number if descending else number)


def sorting(order: list[tuple[str, str]]) -> Any:
    return lambda row: tuple(rank(row, key, direction) for key, direction in order)


async def walk(client: Client, base: dict[str, Any], size: int, *, backward: bool) -> list[str]:
    document = deals_document(
        "nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    )
    seen: list[str] = []
    cursor = None
    for _ in range(40):
        window = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        found = (await client.data(document, **base, **window))["deals"]
        ids = [node["id"] for node in found["nodes"]]
        seen = ids + seen if backward else seen + ids
        info = found["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return seen
        cursor = info["startCursor" if backward else "endCursor"]
    raise AssertionError("the walk does not end")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS, order=ORDERS, size=st.integers(1, 6))
async def test_walks_give_the_sorted_list(
    world: World, rows: list[dict[str, Any]], order: list[tuple[str, str]], size: int
) -> None:
    anna = world.people.anna
    if COMPANIES[0] not in world.ids:
        made = await make_records(anna, COMPANY, [{"title": title} for title in COMPANIES])
        world.ids.update(zip(COMPANIES, (item["id"] for item in made), strict=True))
    mark = f"Property {next(_marks)}"
    made = await make_records(anna, DEAL, [as_input(row, mark, world.ids) for row in rows])
    by_id = {item["id"]: row for item, row in zip(made, rows, strict=True)}
    base = {"where": {"lossReason": {"eq": mark}}, "orderBy": as_order(order)}

    whole = await anna.data(deals_document("nodes { id }"), **base, first=200)
    listed = [node["id"] for node in whole["deals"]["nodes"]]

    key = sorting(order)
    assert sorted(listed) == sorted(by_id)
    assert [key(by_id[item]) for item in listed] == sorted(key(row) for row in rows)
    assert await walk(anna, base, size, backward=False) == listed
    assert await walk(anna, base, size, backward=True) == listed
