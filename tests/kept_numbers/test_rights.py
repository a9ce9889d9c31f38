"""Everyone is told the numbers of what they see, out of kept ones where their rights let them."""

from typing import Any

import pytest

from tests.client import Client
from tests.kept_numbers.firm import ELSEWHERE, Firm, compare
from tests.settings.office import change, make_deal

KEPT = ("root", "dora", "owen", "sam", "mia", "pat")
BOARD = """query ($id: ID!, $where: DealFilter) { pipeline(id: $id) {
  board(where: $where) { count sum { amount } } } }"""


def usd(amount: str) -> dict[str, str]:
    """Give an amount in the base currency."""
    return {"amount": amount, "currency": "USD"}


async def fill(firm: Firm) -> None:
    """Make deals that differ in all that matters, five on a stage."""
    for number, stage in enumerate(firm.stages):
        for name, shared, observers, amount in (
            ("owen", False, ["mia"], usd("100.5")),
            ("dora", True, [], usd("20")),
            ("sam", False, ["pat", "mia"], usd("0.0001")),
            ("root", False, ["sam", "pat"], usd(str(1000 + number))),
            ("root", True, ["sam"], None),
        ):
            await make_deal(
                firm.root, stage, responsibleId=firm.id_of(name), isShared=shared, amount=amount,
                observerIds=[firm.id_of(each) for each in observers],
            )  # fmt: skip


def person_of(firm: Firm, name: str) -> Client:
    return firm.root if name == "root" else firm.staff[name]


async def test_everyone_is_told_what_counting_tells(firm: Firm) -> None:
    await fill(firm)
    # The third stage of the first pipeline copies its five into the second.
    found = {name: await compare(firm, person_of(firm, name)) for name in (*KEPT, "wes")}
    assert {name: numbers["deals"]["totalCount"] for name, numbers in found.items()} == {
        "root": 35, "dora": 14, "owen": 7, "sam": 28, "mia": 35, "pat": 17, "wes": 35,
    }  # fmt: skip
    assert await firm.differences() == []
    await firm.fold()
    again = {name: await compare(firm, person_of(firm, name)) for name in (*KEPT, "wes")}
    assert again == found


@pytest.mark.parametrize("name", KEPT)
async def test_numbers_are_read_and_not_counted(firm: Firm, watch: Any, name: str) -> None:
    person = person_of(firm, name)
    for asked in (
        "{ deals { totalCount aggregate { count amount { sum avg } } } }",
        "{ deals { totalCount } }",
        "{ deals(where: {isShared: {eq: true}}) { totalCount } }",
    ):
        with watch() as seen:
            await person.data(asked)
        assert any("kept_numbers" in text for text in seen.records)
        assert [text for text in seen.records if "count(*) AS count " in text] == []
    with watch() as seen:
        await person.data(BOARD, id=firm.first.id)
    assert any("kept_numbers" in text for text in seen.records)


async def test_what_is_not_kept_is_counted(firm: Firm, watch: Any) -> None:
    for person, asked, given in (
        (firm.staff["wes"], "{ deals { totalCount } }", {}),
        (firm.staff["wes"], BOARD, {"id": firm.first.id}),
        (firm.root, BOARD, {"id": firm.first.id, "where": ELSEWHERE}),
        (firm.root, '{ deals(search: "a") { totalCount } }', {}),
        (firm.root, "{ deals { aggregate { amount { sum max } } } }", {}),
        (firm.root, "{ deals { aggregate { tax { sum } } } }", {}),
        (firm.root, "{ deals { aggregate { createdAt { min } } } }", {}),
        (firm.root, "{ deals(where: {deletedAt: {isNull: false}}) { totalCount } }", {}),
        (firm.root, "{ deals(where: {stage: {deals: {some: {}}}}) { totalCount } }", {}),
        (firm.root, "{ deals(where: {createdById: {isNull: false}}) { totalCount } }", {}),
    ):
        with watch() as seen:
            answer = await person.run(asked, given)
        if answer.errors:  # some filter that there is not: nothing to tell apart
            assert answer.codes == ["GRAPHQL_VALIDATION_FAILED"], answer.errors
            continue
        assert not any("kept_numbers" in text for text in seen.records), asked


async def test_nothing_is_no_sum_and_a_zero_is_one(firm: Firm) -> None:
    asked = "{ deals { aggregate { count amount { sum avg } } } }"
    empty = {"deals": {"aggregate": {"count": 0, "amount": {"sum": None, "avg": None}}}}
    assert await firm.root.data(asked) == empty
    deal = await make_deal(firm.root, firm.stages[0])
    empty["deals"]["aggregate"]["count"] = 1
    assert await firm.root.data(asked) == empty
    given = {"id": deal["id"], "amount": usd("0")}
    await change(firm.root, "updateDeal", "deal { id }", input=given)
    found = (await firm.root.data(asked))["deals"]["aggregate"]["amount"]
    assert found == {"sum": "0", "avg": "0"}


async def test_an_amount_without_a_rate_counts_once_there_is_one(firm: Firm, work: Any) -> None:
    await make_deal(firm.root, firm.stages[0], amount={"amount": "10", "currency": "GBP"})
    asked = "{ deals { totalCount aggregate { amount { sum } } } }"
    found = (await firm.root.data(asked))["deals"]
    assert found == {"totalCount": 1, "aggregate": {"amount": {"sum": None}}}
    rate = {"currency": "GBP", "rate": "1.25"}
    await change(firm.root, "setExchangeRate", "exchangeRate { rate }", input=rate)
    begun = "mutation { recomputeBaseAmounts { userErrors { code } } }"
    (await firm.root.run(begun)).payload()
    await work()
    found = (await firm.root.data(asked))["deals"]
    assert found == {"totalCount": 1, "aggregate": {"amount": {"sum": "12.5"}}}
    assert await firm.differences() == []


async def test_another_workspace_has_numbers_of_its_own(firm: Firm) -> None:
    await make_deal(firm.root, firm.stages[0], amount=usd("7"))
    asked = "{ deals { totalCount aggregate { amount { sum } } } }"
    theirs = (await firm.people.olga.data(asked))["deals"]
    assert theirs == {"totalCount": 0, "aggregate": {"amount": {"sum": None}}}
