"""A board that fifty people move cards on at one moment: no card is lost, doubled or misplaced."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pytest

from tests.api.calling import mutate
from tests.client import Answer, Client
from tests.settings.office import Office, Pipeline, change

MOVERS: Final = 50
ROUNDS: Final = 4
STAGES: Final = ("NEW", "EXECUTING")
BOARD: Final = """query ($id: ID!) { pipeline(id: $id) { board(first: 200) { stage { code }
  count sum { amount } deals { nodes { id amount { amount } boardPosition } } } } }"""

Columns = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Move:
    """Where a card is to go: to a column, right above or below another card."""

    card: str
    stage: str
    side: str
    neighbour: str


async def make_cards(client: Client, pipeline: Pipeline, stage: str, number: int) -> list[str]:
    """Make cards in one call, with ranks that have no room between them; from top to bottom."""
    read = "results { deal { id } userErrors { code } }"
    deals = [
        {
            "title": f"{stage} {n}",
            "stageId": pipeline[stage],
            "amount": {"amount": str(n + 1), "currency": "USD"},
        }
        for n in range(number)
    ]
    results = await change(client, "createDeals", read, input=deals)
    return [result["deal"]["id"] for result in results]


async def columns(client: Client, pipeline: Pipeline) -> Columns:
    """Give the cards of each column from top to bottom; what the columns tell of them is true."""
    board = (await client.data(BOARD, id=pipeline.id))["pipeline"]["board"]
    found: Columns = {}
    for column in board:
        cards = column["deals"]["nodes"]
        assert column["count"] == len(cards)
        amounts = [Decimal(card["amount"]["amount"]) for card in cards]
        assert Decimal(column["sum"]["amount"]) == sum(amounts)
        ranks = [int(card["boardPosition"]) for card in cards]
        assert ranks == sorted(ranks)
        found[column["stage"]["code"]] = [card["id"] for card in cards]
    return found


async def all_at_once(
    office: Office, pipeline: Pipeline, moves: Sequence[Move]
) -> Mapping[Move, Answer]:
    """Let anna and boris make all moves at one moment; gives the answers."""
    people = (office.people.anna, office.people.boris)
    answers = await asyncio.gather(
        *(
            mutate(
                people[number % 2], "moveDeal", "deal { id stage { code } }",
                input={
                    "id": move.card, "stageId": pipeline[move.stage], move.side: move.neighbour,
                },
            )
            for number, move in enumerate(moves)
        )
    )  # fmt: skip
    return dict(zip(moves, answers, strict=True))


def stretch(column: Sequence[str], standing: Sequence[str], card: str) -> tuple[Any, Any]:
    """Tell between which two of the cards that stand still a card is; None at an end."""
    place = column.index(card)
    above = [other for other in column[:place] if other in standing]
    below = [other for other in column[place:] if other in standing]
    return (above[-1] if above else None, below[0] if below else None)


@pytest.mark.parametrize("seed", range(2))
async def test_fifty_movers_put_their_cards_where_they_want_them(
    office: Office, pipeline: Pipeline, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    standing = {stage: await make_cards(office.seller, pipeline, stage, 4) for stage in STAGES}
    cards = [
        card
        for stage in STAGES
        for card in await make_cards(office.seller, pipeline, stage, MOVERS // 2)
    ]

    for _ in range(ROUNDS):
        moves = [
            Move(card, stage, chance.choice(["before", "after"]), chance.choice(standing[stage]))
            for card in chance.sample(cards, MOVERS)
            for stage in (chance.choice(STAGES),)
        ]
        answers = await all_at_once(office, pipeline, moves)

        for move, answer in answers.items():
            moved = answer.payload()["deal"]
            assert moved == {"id": move.card, "stage": {"code": move.stage}}
        found = await columns(office.seller, pipeline)
        everything = [*standing["NEW"], *standing["EXECUTING"], *cards]
        assert sorted(card for column in found.values() for card in column) == sorted(everything)
        for stage in STAGES:
            still = [card for card in found[stage] if card in standing[stage]]
            assert still == standing[stage]
        for move in moves:
            ends: list[Any] = [None, *standing[move.stage], None]
            place = ends.index(move.neighbour) - (move.side == "before")
            here = stretch(found[move.stage], standing[move.stage], move.card)
            assert here == (ends[place], ends[place + 1])


@pytest.mark.parametrize("seed", range(2))
async def test_of_fifty_movers_each_is_told_whether_the_other_card_is_there(
    office: Office, pipeline: Pipeline, seed: int
) -> None:
    """The other cards move as well: who comes too late is refused, and their card stays."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    cards = [
        card
        for stage in STAGES
        for card in await make_cards(office.seller, pipeline, stage, MOVERS // 2)
    ]

    for _ in range(ROUNDS):
        before = await columns(office.seller, pipeline)
        moves = [
            Move(card, stage, chance.choice(["before", "after"]), other)
            for card in cards
            for stage in (chance.choice(STAGES),)
            for other in (chance.choice([each for each in before[stage] if each != card]),)
        ]
        answers = await all_at_once(office, pipeline, moves)

        found = await columns(office.seller, pipeline)
        assert sorted(card for column in found.values() for card in column) == sorted(cards)
        for move, answer in answers.items():
            if answer.refusals():
                assert answer.refusals() == [("INVALID", f"input.{move.side}")]
                (stage,) = (code for code, column in before.items() if move.card in column)
                assert move.card in found[stage]
            else:
                assert move.card in found[move.stage]
