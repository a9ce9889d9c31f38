"""Unique values that go from record to record within one call, and those that cannot."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.client import Client
from tests.custom.fields import find, make_field
from tests.people import Cast

RESULTS = "results { deal { title } userErrors { code path } }"


@dataclass(slots=True)
class Contracts:
    """Deals by their titles, each with the contract number of the same name."""

    anna: Client
    ids: dict[str, str]

    async def give(
        self, *numbers: tuple[str, Any], atomic: bool = True, more: Any = None
    ) -> list[list[str]]:
        """Give deals numbers in one call; tells what was refused of each."""
        given = [
            {"id": self.ids[title], "custom": {"number": number}, **(more or {}).get(title, {})}
            for title, number in numbers
        ]
        answer = await mutate(self.anna, "updateDeals", RESULTS, input=given, atomic=atomic)
        return refusals(answer.data["updateDeals"])

    async def numbers(self) -> dict[str, str | None]:
        """Tell the numbers of all deals, and that each is found by its own."""
        found = await self.anna.data("{ deals { nodes { title custom { number } } } }")
        held = {node["title"]: node["custom"]["number"] for node in found["deals"]["nodes"]}
        for title, number in held.items():
            if number is not None:
                assert await find(self.anna, "number", "eq", number) == [title]
        return {title: held[title] for title in sorted(held)}


def refusals(payload: Any) -> list[list[str]]:
    assert payload["userErrors"] == []
    return [
        [f"{error['code']} {'.'.join(error['path'])}" for error in result["userErrors"]]
        for result in payload["results"]
    ]


@pytest.fixture
async def contracts(people: Cast) -> Contracts:
    """Make deals 1, 2 and 3."""
    await make_field(people.root, "Number", "STRING", isUnique=True)
    given = [{"title": title, "custom": {"number": title}} for title in "123"]
    made = await mutate(people.anna, "createDeals", "results { deal { id } }", input=given)
    ids = [result["deal"]["id"] for result in made.payload()["results"]]
    return Contracts(people.anna, dict(zip("123", ids, strict=True)))


UNTOUCHED = {"1": "1", "2": "2", "3": "3"}


@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize(
    ("numbers", "after"),
    [
        ([("1", "2"), ("2", "3"), ("3", "4")], {"1": "2", "2": "3", "3": "4"}),
        ([("3", "4"), ("2", "3"), ("1", "2")], {"1": "2", "2": "3", "3": "4"}),
        ([("1", "2"), ("2", "1")], {"1": "2", "2": "1", "3": "3"}),
        ([("1", "2"), ("2", "3"), ("3", "1")], {"1": "2", "2": "3", "3": "1"}),
        ([("1", "2"), ("2", None)], {"1": "2", "2": None, "3": "3"}),
    ],
)
async def test_what_one_deal_gives_up_another_takes(
    contracts: Contracts, numbers: Any, after: Any, atomic: bool
) -> None:
    refused = await contracts.give(*numbers, atomic=atomic)

    assert refused == [[]] * len(numbers)
    assert await contracts.numbers() == after


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_value_that_its_deal_keeps_is_refused(contracts: Contracts, atomic: bool) -> None:
    taken = "DUPLICATE input.0.custom.number"

    assert await contracts.give(("1", "2"), atomic=atomic) == [[taken]]
    assert await contracts.give(("1", "2"), ("2", "2"), atomic=atomic) == [[taken], []]
    titled = await mutate(
        contracts.anna, "updateDeals", RESULTS, atomic=atomic,
        input=[{"id": contracts.ids["1"], "custom": {"number": "2"}},
               {"id": contracts.ids["2"], "title": "2"}],
    )  # fmt: skip

    assert refusals(titled.data["updateDeals"]) == [[taken], []]
    assert await contracts.numbers() == UNTOUCHED


@pytest.mark.parametrize(
    ("atomic", "after"), [(True, UNTOUCHED), (False, {"1": "9", "2": "2", "3": "3"})]
)
async def test_of_two_that_end_up_equal_the_later_is_refused(
    contracts: Contracts, atomic: bool, after: Any
) -> None:
    refused = await contracts.give(("1", "9"), ("2", "9"), atomic=atomic)

    assert refused == [[], ["DUPLICATE input.1.custom.number"]]
    assert await contracts.numbers() == after


async def test_a_value_is_free_only_if_its_deal_is_really_changed(contracts: Contracts) -> None:
    stage = {"3": {"stageId": "stage_00000000000000000000000000"}}
    numbers = [("1", "2"), ("2", "3"), ("3", "4")]

    refused = await contracts.give(*numbers, atomic=False, more=stage)

    # 3 stays, so 2 cannot have its number; 2 stays, so 1 cannot.
    assert refused == [
        ["DUPLICATE input.0.custom.number"],
        ["DUPLICATE input.1.custom.number"],
        ["NOT_FOUND input.2.stageId"],
    ]
    assert await contracts.numbers() == UNTOUCHED

    # Nothing is written of an atomic call: its errors are those that have to be mended.
    assert await contracts.give(*numbers, more=stage) == [[], [], ["NOT_FOUND input.2.stageId"]]
    assert await contracts.numbers() == UNTOUCHED


async def test_a_refused_deal_claims_nothing(contracts: Contracts) -> None:
    stage = {"1": {"stageId": "stage_00000000000000000000000000"}}

    refused = await contracts.give(("1", "9"), ("2", "9"), atomic=False, more=stage)

    assert refused == [["NOT_FOUND input.0.stageId"], []]
    assert await contracts.numbers() == {"1": "1", "2": "9", "3": "3"}


async def test_a_deal_given_twice_is_judged_by_its_first_place(contracts: Contracts) -> None:
    refused = await contracts.give(("1", "2"), ("1", "9"), ("3", "9"), atomic=False)

    assert refused == [["DUPLICATE input.0.custom.number"], ["DUPLICATE input.1.id"], []]
    assert await contracts.numbers() == {"1": "1", "2": "2", "3": "9"}


async def test_a_new_deal_takes_what_a_known_one_gives_up(people: Cast) -> None:
    await make_field(people.root, "Codes", "INTEGER", isUnique=True, isMultiple=True)

    async def upsert(**codes: list[int]) -> list[list[str]]:
        given = [
            {"externalId": {"system": "erp", "value": title}, "title": title,
             "custom": {"codes": values}}
            for title, values in codes.items()
        ]  # fmt: skip
        answer = await mutate(people.anna, "upsertDeals", RESULTS, input=given)
        return refusals(answer.data["upsertDeals"])

    assert await upsert(old=[1, 2]) == [[]]
    assert await upsert(new=[2], old=[1, 2]) == [["DUPLICATE input.0.custom.codes"], []]
    assert await find(people.anna, "codes", "eq", 2) == ["old"]

    assert await upsert(new=[2, 2], old=[1, 3]) == [[], []]
    assert await find(people.anna, "codes", "eq", 2) == ["new"]
    assert await find(people.anna, "codes", "in", [1, 3]) == ["old"]
