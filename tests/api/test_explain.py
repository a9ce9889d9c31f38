"""X-Explain: an administrator is told what an operation cost; nobody else is told anything."""

from tests.people import Cast

DOCUMENT = "{ deals(first: 5) { totalCount nodes { title company { title } } } }"
EXPLAIN = {"X-Explain": "1"}


async def test_root_is_told_statements_rows_and_times(people: Cast) -> None:
    await people.root.mutate("createDeal", {"title": "One"}, "deal { id }")

    told = (await people.root.run(DOCUMENT, headers=EXPLAIN)).extensions["execution"]

    # The transaction, its policies, the page with a look at the token, the count; no deal has a
    # company.
    assert told["sql"] == 4
    assert told["rows"] == 3
    assert 0 < told["dbMs"] <= told["totalMs"]


async def test_a_mutation_is_explained_as_well(people: Cast) -> None:
    document = 'mutation { createDeal(input: { title: "Two" }) { deal { id } } }'

    told = (await people.root.run(document, headers=EXPLAIN)).extensions["execution"]

    assert told["sql"] >= 3
    assert 0 < told["dbMs"] <= told["totalMs"]


async def test_others_and_those_who_do_not_ask_are_told_nothing(people: Cast) -> None:
    by_anna = await people.anna.run(DOCUMENT, headers=EXPLAIN)
    unasked = await people.root.run(DOCUMENT)

    assert "execution" not in by_anna.extensions
    assert "execution" not in unasked.extensions
