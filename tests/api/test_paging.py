"""Pages of lists: both directions, ends and flags, empty values, ties, orders over relations."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.world import COMPANY, CONTACT, DEAL, TYPES, Names, World, make_record, make_records
from tests.client import Client

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def deals_document(fields: str) -> str:
    return (
        "query ($where: DealFilter, $orderBy: [DealOrder!], $first: Int, $after: String,"
        " $last: Int, $before: String) { deals(where: $where, orderBy: $orderBy, first: $first,"
        f" after: $after, last: $last, before: $before) {{ {fields} }} }}"
    )


async def page(client: Client, title: str, fields: str = "", **arguments: Any) -> Any:
    """Ask for a page of the deals with a loss reason, which marks those of one test."""
    where = {"lossReason": {"eq": title}}
    document = deals_document(f"nodes {{ title }} {PAGE} {fields}")
    return (await client.data(document, where=where, **arguments))["deals"]


def titles(found: Any) -> list[str]:
    return [node["title"] for node in found["nodes"]]


def flags(found: Any) -> tuple[bool, bool]:
    """Give whether records precede and follow."""
    return found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"]


@pytest.fixture
async def mark(request: pytest.FixtureRequest, world: World) -> str:
    """Make five deals, A to E, that only this test sees; give their mark."""
    name = str(request.node.name)
    items = [{"title": letter, "lossReason": name} for letter in "ABCDE"]
    await make_records(world.people.anna, DEAL, items)
    return name


# --- windows ------------------------------------------------------------------------------------


async def test_newest_come_first(world: World, mark: str) -> None:
    found = await page(world.people.reader, mark)

    assert titles(found) == ["E", "D", "C", "B", "A"]
    assert flags(found) == (False, False)


async def test_pages_go_forward(world: World, mark: str) -> None:
    reader = world.people.reader
    one = await page(reader, mark, first=2)
    two = await page(reader, mark, first=2, after=one["pageInfo"]["endCursor"])
    three = await page(reader, mark, first=2, after=two["pageInfo"]["endCursor"])
    four = await page(reader, mark, first=2, after=three["pageInfo"]["endCursor"])

    assert [titles(one), titles(two), titles(three), titles(four)] == [
        ["E", "D"],
        ["C", "B"],
        ["A"],
        [],
    ]
    assert [flags(one)[1], flags(two)[1], flags(three)[1], flags(four)[1]] == [
        True, True, False, False,
    ]  # fmt: skip
    assert flags(one)[0] is False
    assert four["pageInfo"]["startCursor"] is four["pageInfo"]["endCursor"] is None


async def test_pages_go_backward_and_keep_the_order_of_the_list(world: World, mark: str) -> None:
    reader = world.people.reader
    last = await page(reader, mark, last=2)
    before = await page(reader, mark, last=2, before=last["pageInfo"]["startCursor"])
    first = await page(reader, mark, last=2, before=before["pageInfo"]["startCursor"])

    assert [titles(last), titles(before), titles(first)] == [["B", "A"], ["D", "C"], ["E"]]
    assert [flags(last)[0], flags(before)[0], flags(first)[0]] == [True, True, False]
    assert flags(last)[1] is False


async def test_a_page_exactly_as_long_as_the_list_is_the_last(world: World, mark: str) -> None:
    reader = world.people.reader

    assert flags(await page(reader, mark, first=5)) == (False, False)
    assert flags(await page(reader, mark, last=5)) == (False, False)
    assert flags(await page(reader, mark, first=4)) == (False, True)
    assert flags(await page(reader, mark, last=4)) == (True, False)


async def test_every_edge_has_the_cursor_of_its_node(world: World, mark: str) -> None:
    reader = world.people.reader
    whole = await page(reader, mark, "edges { cursor node { title } }")
    cursors = [edge["cursor"] for edge in whole["edges"]]

    assert [edge["node"]["title"] for edge in whole["edges"]] == ["E", "D", "C", "B", "A"]
    assert (cursors[0], cursors[-1]) == (
        whole["pageInfo"]["startCursor"], whole["pageInfo"]["endCursor"],
    )  # fmt: skip
    for index, cursor in enumerate(cursors):
        after = await page(reader, mark, first=9, after=cursor)
        before = await page(reader, mark, last=9, before=cursor)
        assert titles(after) == ["E", "D", "C", "B", "A"][index + 1 :]
        assert titles(before) == ["E", "D", "C", "B", "A"][:index]


async def test_an_empty_page_is_for_counts_alone(world: World, mark: str) -> None:
    found = await page(world.people.reader, mark, "edges { cursor } totalCount", first=0)

    assert (found["nodes"], found["edges"], found["totalCount"]) == ([], [], 5)
    assert found["pageInfo"]["startCursor"] is found["pageInfo"]["endCursor"] is None


async def test_a_page_has_25_records_unless_said_and_200_at_most(world: World) -> None:
    people = world.people
    items = [{"title": str(number), "lossReason": "200 and more"} for number in range(210)]
    await make_records(people.anna, DEAL, items)

    usual = await page(people.reader, "200 and more")
    most = await page(people.reader, "200 and more", first=200)

    assert (len(usual["nodes"]), len(most["nodes"])) == (25, 200)
    assert flags(most) == (False, True)


@pytest.mark.parametrize(
    "given",
    [{"first": 2, "last": 2}, {"first": 201}, {"last": 201}, {"first": -1}, {"last": -5}],
    ids=str,
)
async def test_a_window_that_makes_no_sense_is_refused(world: World, given: dict[str, int]) -> None:
    answer = await world.people.reader.run(deals_document("nodes { id }"), given)

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.body["data"] is None


async def test_nobody_and_olga_page_through_nothing_of_it(world: World, mark: str) -> None:
    people = world.people
    theirs = await page(people.olga, mark, "totalCount")
    nobodys = await people.nobody.run(deals_document("totalCount"))

    assert (theirs["nodes"], theirs["totalCount"]) == ([], 0)
    assert (nobodys.status, nobodys.codes) == (401, ["UNAUTHENTICATED"])


@pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)
async def test_every_type_pages(world: World, names: Names) -> None:
    people = world.people
    made = await make_records(
        people.anna, names, [world.named(names, f"Page of {n}") for n in "ABC"]
    )
    where = {"id": {"in": [item["id"] for item in made]}}
    document = (
        f"query ($where: {names.type}Filter, $after: String) {{ {names.many}(where: $where,"
        f" first: 2, after: $after) {{ nodes {{ id }} totalCount {PAGE} }} }}"
    )

    one = (await people.reader.data(document, where=where))[names.many]
    two = await people.reader.data(document, where=where, after=one["pageInfo"]["endCursor"])

    assert one["nodes"] == made[:0:-1]
    assert two[names.many]["nodes"] == made[:1]
    assert one["totalCount"] == two[names.many]["totalCount"] == 3


# --- while the list changes ---------------------------------------------------------------------


async def test_records_that_come_and_go_move_no_page(world: World, mark: str) -> None:
    anna = world.people.anna
    whole = await page(anna, mark, "edges { cursor } nodes { id }")
    third = whole["edges"][2]["cursor"]
    await make_record(anna, DEAL, {"title": "F", "lossReason": mark})
    await mutate(anna, "deleteDeal", input={"id": whole["nodes"][2]["id"]})
    await mutate(anna, "deleteDeal", input={"id": whole["nodes"][4]["id"]})

    after = await page(anna, mark, first=5, after=third)
    before = await page(anna, mark, last=5, before=third)

    assert titles(after) == ["B"]
    assert titles(before) == ["F", "E", "D"]


async def test_a_walk_sees_every_record_once_while_others_are_inserted(
    world: World, mark: str
) -> None:
    anna = world.people.anna
    seen: list[str] = []
    after = None
    for _ in range(20):
        found = await page(anna, mark, first=1, after=after, orderBy=[{"title": "ASC"}])
        seen += titles(found)
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
        if len(seen[-1]) == 1:
            # One before the place of the walk, which it never sees, and one right after it.
            beside = [{"title": title, "lossReason": mark} for title in ("0", f"{seen[-1]}1")]
            await make_records(anna, DEAL, beside)

    assert seen == ["A", "A1", "B", "B1", "C", "C1", "D", "D1", "E"]


# --- orders -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("ASC", "12__"),
        ("ASC_NULLS_LAST", "12__"),
        ("ASC_NULLS_FIRST", "__12"),
        ("DESC", "__21"),
        ("DESC_NULLS_FIRST", "__21"),
        ("DESC_NULLS_LAST", "21__"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 9])
async def test_empty_values_stand_where_the_order_says(
    world: World, direction: str, expected: str, size: int
) -> None:
    mark = f"Empty values {direction} {size}"
    await make_records(
        world.people.anna,
        DEAL,
        [
            {"title": str(value or "_"), "lossReason": mark, "probability": value}
            for value in (2, None, 1, None)
        ],
    )
    order = [{"probability": direction}]

    forward = await walk(world.people.reader, mark, order, size)
    backward = await walk(world.people.reader, mark, order, size, backward=True)

    assert "".join(forward) == "".join(backward) == expected


async def walk(
    client: Client, mark: str, order: list[Any], size: int, *, backward: bool = False
) -> list[str]:
    """Give the titles of all pages, in the order of the list."""
    seen: list[str] = []
    cursor = None
    for _ in range(50):
        window: dict[str, Any] = (
            {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        )
        found = await page(client, mark, orderBy=order, **window)
        seen = titles(found) + seen if backward else seen + titles(found)
        if not flags(found)[0 if backward else 1]:
            return seen
        cursor = found["pageInfo"]["startCursor" if backward else "endCursor"]
    raise AssertionError("the walk does not end")


async def test_ties_are_told_apart_by_age(world: World, mark: str) -> None:
    reader = world.people.reader
    for size in (1, 2, 9):
        ascending = await walk(reader, mark, [{"amount": "ASC"}], size)
        descending = await walk(reader, mark, [{"amount": "DESC"}], size)
        assert (ascending, descending) == (list("ABCDE"), list("EDCBA"))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"company": {"title": "ASC"}}, "ab_"),
        ({"company": {"title": "DESC"}}, "_ba"),
        ({"company": {"title": "ASC_NULLS_FIRST"}}, "_ab"),
        ({"company": {"title": "DESC_NULLS_LAST"}}, "ba_"),
        ({"responsible": {"firstName": "ASC"}}, "ba_"),
        ({"source": {"sort": "ASC"}}, "ab_"),
        ({"stage": {"sort": "DESC"}}, "ba_"),
        ({"pipeline": {"name": "DESC"}}, "_ba"),
        ({"contact": {"lastName": "ASC"}}, "ab_"),
    ],
    ids=str,
)
async def test_orders_follow_relations(world: World, order: dict[str, Any], expected: str) -> None:
    anna = world.people.anna
    mark = f"Relations {order}"
    a, b = (
        item["id"] for item in await make_records(anna, COMPANY, [{"title": "aa"}, {"title": "bb"}])
    )
    contact = await make_record(anna, CONTACT, {"lastName": "Aardvark"})
    other = await make_record(anna, CONTACT, {"lastName": "Bee"})
    deals = [
        {"title": "_", "pipelineId": world["support"], "stageId": world["support:first OPEN"]},
        {"title": "b", "companyId": b, "responsibleId": world["anna"],
         "sourceId": world["SOURCE:WEB"], "stageId": world["sales:EXECUTING"],
         "contactId": other["id"]},
        {"title": "a", "companyId": a, "responsibleId": world["boris"],
         "sourceId": world["SOURCE:CALL"], "stageId": world["sales:PREPARATION"],
         "contactId": contact["id"]},
    ]  # fmt: skip
    await make_records(anna, DEAL, [{**deal, "lossReason": mark} for deal in deals])

    for size in (1, 2, 9):
        forward = await walk(world.people.reader, mark, [order, {"title": "DESC"}], size)
        backward = await walk(
            world.people.reader, mark, [order, {"title": "DESC"}], size, backward=True
        )
        assert "".join(forward) == "".join(backward) == expected


async def test_an_order_over_two_references_is_refused(world: World) -> None:
    anna = world.people.anna
    over_one = {"orderBy": [{"company": {"title": "ASC"}}]}
    over_two = {"orderBy": [{"title": "ASC"}, {"company": {"parent": {"title": "ASC"}}}]}

    assert (await anna.run(deals_document("nodes { id }"), over_one)).errors == []
    answer = await anna.run(deals_document("nodes { id }"), over_two)

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["path"] == ["orderBy", "1"]
    assert answer.body["data"] is None


async def test_later_keys_decide_between_equals(world: World) -> None:
    mark = "Several keys"
    values = [("a", 1), ("b", 2), ("c", 1), ("d", None), ("e", 2)]
    await make_records(
        world.people.anna, DEAL,
        [{"title": title, "probability": value, "lossReason": mark} for title, value in values],
    )  # fmt: skip
    order = [{"probability": "DESC_NULLS_LAST"}, {"title": "DESC"}]

    for size in (1, 2, 3):
        assert await walk(world.people.reader, mark, order, size) == list("ebcad")


async def test_people_page_too(world: World) -> None:
    reader = world.people.reader
    document = (
        "query ($first: Int, $after: String) { users(orderBy: [{ email: ASC }], first: $first,"
        f" after: $after) {{ nodes {{ email }} totalCount {PAGE} }} }}"
    )
    whole = (await reader.data(document))["users"]
    one = (await reader.data(document, first=2))["users"]
    two = (await reader.data(document, first=2, after=one["pageInfo"]["endCursor"]))["users"]

    emails = [node["email"] for node in whole["nodes"]]
    assert emails == sorted(emails)
    assert whole["totalCount"] == len(emails) == 3
    assert one["nodes"] + two["nodes"] == whole["nodes"]
