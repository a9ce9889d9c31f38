"""The kanban board: its columns, and the order of cards after any number of moves."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calling import mutate
from tests.client import Client
from tests.settings.office import (
    Office,
    Pipeline,
    change,
    look,
    make_deal,
    make_pipeline,
    refused,
)

BOARD = """query ($id: ID!, $first: Int, $where: DealFilter) { pipeline(id: $id) {
  board(first: $first, where: $where) { stage { code } count sum { amount currency }
    deals { nodes { title } pageInfo { hasNextPage } } } } }"""


async def make_cards(client: Client, stage: str, *titles: str) -> dict[str, str]:
    """Make deals on a stage, the last one on top; gives their ids by title."""
    return {title: (await make_deal(client, stage, title=title))["id"] for title in titles}


async def columns(client: Client, pipeline: Pipeline, **given: Any) -> dict[str, list[str]]:
    """Give the titles of the cards in each column that has any, top to bottom."""
    found = await client.data(BOARD, id=pipeline.id, **given)
    return {
        column["stage"]["code"]: [node["title"] for node in column["deals"]["nodes"]]
        for column in found["pipeline"]["board"]
        if column["count"]
    }


async def move(client: Client, **given: Any) -> Any:
    """Move a card."""
    return await change(client, "moveDeal", "deal { id version }", input=given)


async def test_the_board_has_a_column_for_each_stage(office: Office, pipeline: Pipeline) -> None:
    seller = office.seller
    for title, code, amount in (("a", "NEW", "10.5"), ("b", "NEW", "20"), ("c", "WON", "0.01")):
        worth = {"amount": amount, "currency": "USD"}
        await make_deal(seller, pipeline[code], title=title, amount=worth)
    await make_deal(seller, pipeline["NEW"], title="without an amount")
    gone = await make_deal(seller, pipeline["LOSE"], title="deleted")
    await change(seller, "deleteDeal", "deal { id }", input={"id": gone["id"]})

    board = (await seller.data(BOARD, id=pipeline.id, first=2))["pipeline"]["board"]

    assert [column["stage"]["code"] for column in board] == list(pipeline.stages)
    assert {
        column["stage"]["code"]: (
            column["count"], column["sum"]["amount"], column["sum"]["currency"],
            [node["title"] for node in column["deals"]["nodes"]],
            column["deals"]["pageInfo"]["hasNextPage"],
        )
        for column in board
    } == {code: (0, "0", "USD", [], False) for code in pipeline.stages} | {
        "NEW": (3, "30.5", "USD", ["without an amount", "b"], True),
        "WON": (1, "0.01", "USD", ["c"], False),
    }  # fmt: skip
    assert await columns(seller, pipeline, where={"amount": {"gt": "10"}}) == {"NEW": ["b", "a"]}


async def test_another_pipeline_is_another_board(office: Office, pipeline: Pipeline) -> None:
    other = await make_pipeline(office.keeper, name="Other", template="SALES")
    await make_cards(office.seller, pipeline["NEW"], "a")
    await make_cards(office.seller, other["TERMS"], "b")

    assert await columns(office.seller, pipeline) == {"NEW": ["a"]}
    assert await columns(office.seller, other) == {"TERMS": ["b"]}


async def test_cards_come_on_top_and_go_beside_others(office: Office, pipeline: Pipeline) -> None:
    seller = office.seller
    cards = await make_cards(seller, pipeline["NEW"], "a", "b", "c", "d")
    assert await columns(seller, pipeline) == {"NEW": ["d", "c", "b", "a"]}

    await move(seller, id=cards["a"], before=cards["c"])
    assert await columns(seller, pipeline) == {"NEW": ["d", "a", "c", "b"]}
    await move(seller, id=cards["d"], after=cards["b"])
    assert await columns(seller, pipeline) == {"NEW": ["a", "c", "b", "d"]}
    await move(seller, id=cards["d"], before=cards["a"])
    assert await columns(seller, pipeline) == {"NEW": ["d", "a", "c", "b"]}
    await move(seller, id=cards["b"], after=cards["d"])
    assert await columns(seller, pipeline) == {"NEW": ["d", "b", "a", "c"]}

    there = {"stageId": pipeline["EXECUTING"]}
    await move(seller, id=cards["a"], **there)
    await move(seller, id=cards["b"], **there)
    await move(seller, id=cards["c"], **there, after=cards["b"])
    assert await columns(seller, pipeline) == {"NEW": ["d"], "EXECUTING": ["b", "c", "a"]}
    await move(seller, id=cards["c"], stageId=pipeline["NEW"])
    assert await columns(seller, pipeline) == {"NEW": ["c", "d"], "EXECUTING": ["b", "a"]}


async def test_a_place_in_the_column_is_no_change_of_the_deal(
    office: Office, pipeline: Pipeline
) -> None:
    seller = office.seller
    cards = await make_cards(seller, pipeline["NEW"], "a", "b")
    read = "version updatedAt movedAt movedBy { id }"
    was = await look(seller, cards["a"], read)

    placed = await change(
        office.people.boris, "moveDeal", f"deal {{ {read} boardPosition }}",
        input={"id": cards["a"], "before": cards["b"]},
    )  # fmt: skip

    below = (await look(seller, cards["b"], "boardPosition"))["boardPosition"]
    assert int(placed.pop("boardPosition")) < int(below)
    assert placed == was
    assert len(await office.log(cards["a"])) == 1


async def test_a_neighbour_stands_in_the_same_column(office: Office, pipeline: Pipeline) -> None:
    seller = office.seller
    cards = await make_cards(seller, pipeline["NEW"], "a", "b", "c")
    away = (await make_cards(seller, pipeline["WON"], "away"))["away"]
    theirs = await change(office.stranger, "createDeal", "deal { id }", input={"title": "Theirs"})
    gone = (await make_cards(seller, pipeline["NEW"], "gone"))["gone"]
    await change(seller, "deleteDeal", "deal { id }", input={"id": gone})
    before = await office.stored()

    for side in ("before", "after"):
        for neighbour, code in (
            (away, "INVALID"),
            (cards["a"], "INVALID"),
            (gone, "NOT_FOUND"),
            (theirs["id"], "NOT_FOUND"),
            (pipeline["NEW"], "INVALID"),
            ("b", "INVALID"),
        ):
            asked = {"id": cards["a"], side: neighbour}
            reasons = await refused(seller, "moveDeal", "deal { id }", input=asked)
            assert reasons == [(code, f"input.{side}")]
        # The column that it comes to counts, and the whole move is refused.
        asked = {"id": cards["a"], "stageId": pipeline["WON"], side: cards["b"]}
        reasons = await refused(seller, "moveDeal", "deal { id }", input=asked)
        assert reasons == [("INVALID", f"input.{side}")]
    both = {"id": cards["a"], "before": cards["b"], "after": cards["c"]}
    reasons = await refused(seller, "moveDeal", "deal { id }", input=both)
    assert reasons == [("INVALID", "input.after")]
    assert await office.stored() == before


@pytest.mark.parametrize("side", ["before", "after"])
async def test_there_is_always_room_between_two_cards(
    office: Office, pipeline: Pipeline, side: str
) -> None:
    """Cards made in one call have neighbouring ranks: the column is spread when it is full."""
    seller = office.seller
    titles = [f"{number:02}" for number in range(12)]
    results = await change(
        seller, "createDeals", "results { deal { id } userErrors { code } }",
        input=[{"title": title, "stageId": pipeline["NEW"]} for title in titles],
    )  # fmt: skip
    cards = {title: result["deal"]["id"] for title, result in zip(titles, results, strict=True)}
    order = (await columns(seller, pipeline))["NEW"]
    assert order == titles

    # Always next to the same card: the gap is halved until there is none, again and again.
    for round_ in range(30):
        title = order[-1] if round_ % 2 else order[0]
        if title == "05":
            continue
        await move(seller, id=cards[title], **{side: cards["05"]})
        order.remove(title)
        order.insert(order.index("05") + (side == "after"), title)
    assert (await columns(seller, pipeline))["NEW"] == order
    fresh = await make_cards(seller, pipeline["NEW"], "fresh")
    assert (await columns(seller, pipeline))["NEW"] == [*fresh, *order]


CARDS = "abcdef"
MOVES = st.lists(
    st.tuples(
        st.sampled_from(CARDS),
        st.sampled_from(["NEW", "EXECUTING", "WON", None]),
        st.sampled_from(["before", "after", None]),
        st.sampled_from(CARDS),
    ),
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=MOVES)
async def test_any_moves_leave_the_order_of_a_list(
    office: Office, moves: list[tuple[str, str | None, str | None, str]]
) -> None:
    """Python lists are the oracle: each move takes a card out and puts it in."""
    seller = office.seller
    pipeline = await make_pipeline(office.keeper)
    cards = await make_cards(seller, pipeline["NEW"], *CARDS)
    model: dict[str, list[str]] = {"NEW": list(reversed(CARDS)), "EXECUTING": [], "WON": []}

    for card, stage, side, neighbour in moves:
        here = next(code for code, column in model.items() if card in column)
        goal = stage or here
        asked = {"id": cards[card]} | ({} if stage is None else {"stageId": pipeline[stage]})
        if side is not None:
            asked[side] = cards[neighbour]
        answer = await mutate(seller, "moveDeal", "deal { stage { code } }", input=asked)
        if side is not None and (neighbour == card or neighbour not in model[goal]):
            assert answer.refusals() == [("INVALID", f"input.{side}")]
            continue
        assert answer.payload()["deal"] == {"stage": {"code": goal}}
        if side is None and goal == here:
            continue
        model[here].remove(card)
        column = model[goal]
        place = 0 if side is None else column.index(neighbour) + (side == "after")
        column.insert(place, card)

    assert await columns(seller, pipeline) == {
        code: column for code, column in model.items() if column
    }
