"""A merge that is undone leaves everything as it was, but for what was changed since."""

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.ids import decode_id
from tests.client import Client
from tests.conftest import Stored
from tests.merging.conftest import change, choose, make, merge, points, read, timeline, unmerge
from tests.people import Cast

CONTACT = """id firstName lastName jobTitle birthDate comments phones { id value kind }
  emails { id value } externalIds { system value } company { id } companies { nodes { id } }
  observers { id } responsible { id } source { id } type { id } utm { source } deletedAt"""


@pytest.fixture
async def irina(people: Cast) -> str:
    """Make the contact that survives."""
    return await make(
        people.anna, "contact", lastName="Smirnova", jobTitle="Buyer", comments="Likes tea.",
        phones=points("+12025550123"), responsibleId=people.ids["anna"],
    )  # fmt: skip


@pytest.fixture
async def double(people: Cast) -> str:
    """Make the contact that becomes part of her."""
    bolt = await make(people.boris, "company", title="Bolt")
    return await make(
        people.boris, "contact", firstName="Irina", lastName="smirnova", jobTitle="Director",
        comments="Calls in the morning.", birthDate="1990-05-17", companyId=bolt,
        phones=points("+12025550123", "+12025550199"), emails=points("irina@example.com"),
        observerIds=[people.ids["boris"]], utm={"source": "fair"},
        externalIds=[{"system": "mail", "value": "77"}],
    )  # fmt: skip


@pytest.fixture
async def merged(people: Cast, irina: str, double: str) -> str:
    """Merge them and give the merge."""
    done = (await merge(people.anna, irina, double, choices=choose(jobTitle=double))).payload()
    return str(done["merge"]["id"])


async def both(person: Client, irina: str, double: str) -> list[Any]:
    """Read both contacts."""
    return [await read(person, "contact", key, CONTACT) for key in (irina, double)]


async def test_everything_is_as_it_was(people: Cast, irina: str, double: str) -> None:
    before = await both(people.anna, irina, double)
    done = (await merge(people.anna, irina, double, choices=choose(jobTitle=double))).payload()
    back = (await unmerge(people.anna, done["merge"]["id"])).payload()
    assert back["record"] == {"id": irina}
    assert back["restored"] == [{"id": double}]
    assert back["kept"] == []
    assert back["merge"]["undoneAt"] is not None
    assert await both(people.anna, irina, double) == before
    told = await timeline(people.anna, irina)
    assert [entry["kind"] for entry in told] == ["UNMERGED", "MERGED", "CREATED"]
    assert [entry["merged"] for entry in told[:2]] == [[{"id": double}]] * 2
    told = await timeline(people.anna, double)
    assert [entry["kind"] for entry in told] == ["RESTORED", "DELETED", "CREATED"]


async def test_the_double_is_found_again_by_its_ids_and_as_a_duplicate(
    people: Cast, irina: str, double: str, merged: str
) -> None:
    look = "query ($of: DuplicateProbeInput!) { duplicates(of: $of) { record { id } } }"
    of = {"emails": ["irina@example.com"]}

    async def found() -> set[str]:
        answer = await people.anna.data(look, of=of)
        return {item["record"]["id"] for item in answer["duplicates"]}

    assert await found() == {irina}
    (await unmerge(people.anna, merged)).payload()
    assert await found() == {double}
    where = {"externalIds": {"some": {"system": {"eq": "mail"}, "value": {"eq": "77"}}}}
    listed = await people.anna.data(
        "query ($where: ContactFilter) { contacts(where: $where) { nodes { id } } }", where=where
    )
    assert listed["contacts"]["nodes"] == [{"id": double}]


async def test_what_was_changed_since_stays(
    people: Cast, irina: str, double: str, merged: str
) -> None:
    given = {"jobTitle": "Owner", "addPhones": points("+12025550155"), "birthDate": None}
    (await change(people.anna, "contact", irina, **given)).payload()
    back = (await unmerge(people.anna, merged)).payload()
    assert sorted(back["kept"]) == ["birthDate", "jobTitle"]
    found = await read(people.anna, "contact", irina, "jobTitle birthDate phones { value }")
    assert found == {
        "jobTitle": "Owner",
        "birthDate": None,
        "phones": [{"value": "+12025550123"}, {"value": "+12025550155"}],
    }
    found = await read(people.anna, "contact", double, "jobTitle birthDate")
    assert found == {"jobTitle": "Director", "birthDate": "1990-05-17"}


async def test_the_last_of_several_merges_is_undone_first(
    people: Cast, stored: Stored, irina: str, merged: str
) -> None:
    third = await make(people.anna, "contact", lastName="Smirnova")
    second = (await merge(people.anna, third, irina)).payload()["merge"]["id"]
    before = await stored()
    assert (await unmerge(people.anna, merged)).refusals() == [("CONFLICT", "input.id")]
    assert await stored() == before
    for each in (second, merged):
        (await unmerge(people.anna, each)).payload()
    found = await people.anna.data("{ contacts { totalCount } }")
    assert found["contacts"]["totalCount"] == 3


async def test_undone_twice_at_once_it_is_undone_once(people: Cast, merged: str) -> None:
    done = await asyncio.gather(unmerge(people.anna, merged), unmerge(people.boris, merged))
    refusals = sorted(map(tuple, (answer.refusals() for answer in done)))
    assert refusals == [(), (("CONFLICT", "input.id"),)]


async def test_after_thirty_days_it_stays(
    people: Cast, stored: Stored, database_url: str, merged: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "UPDATE merges SET at = at - interval '30 days 1 minute' WHERE id = $1",
            decode_id(merged)[1],
        )
    finally:
        await connection.close()
    before = await stored()
    assert (await unmerge(people.anna, merged)).refusals() == [("CONFLICT", "input.id")]
    assert await stored() == before


async def test_who_is_gone_for_good_does_not_come_back(
    people: Cast, stored: Stored, double: str, merged: str
) -> None:
    (await people.anna.mutate("purgeContact", double, "contact { id }", "id")).payload()
    before = await stored()
    assert (await unmerge(people.anna, merged)).refusals() == [("CONFLICT", "input.id")]
    assert await stored() == before


async def test_a_survivor_in_the_recycle_bin_comes_out_of_it_first(
    people: Cast, irina: str, merged: str
) -> None:
    (await people.anna.mutate("deleteContact", {"id": irina}, "")).payload()
    assert (await unmerge(people.anna, merged)).refusals() == [("CONFLICT", "input.id")]
    (await people.anna.mutate("restoreContact", irina, "contact { id }", "id")).payload()
    (await unmerge(people.anna, merged)).payload()


@pytest.mark.parametrize("given", ["merge_1", "contact_00000000000000000000000000",
                                   "merge_00000000000000000000000000"])  # fmt: skip
async def test_only_merges_are_undone(people: Cast, given: str) -> None:
    expected = "NOT_FOUND" if given.startswith("merge_0") else "INVALID"
    assert (await unmerge(people.anna, given)).refusals() == [(expected, "input.id")]


async def test_a_dry_run_undoes_nothing(people: Cast, stored: Stored, merged: str) -> None:
    before = await stored()
    document = """mutation ($given: UnmergeInput!) { unmerge(input: $given) {
      restored { id } userErrors { code } } }"""
    tried = await people.anna.run(document, {"given": {"id": merged}}, {"X-Dry-Run": "1"})
    assert len(tried.payload()["restored"]) == 1
    assert await stored() == before


async def test_what_was_changed_in_the_same_request_is_no_part_of_the_merge(people: Cast) -> None:
    one, two = [await make(people.anna, "contact", lastName="Smirnova") for _ in range(2)]
    document = """mutation ($change: UpdateContactInput!, $given: MergeRecordsInput!) {
      updateContact(input: $change) { userErrors { code } }
      mergeRecords(input: $given) { merge { id } userErrors { code } } }"""
    done = await people.anna.data(
        document,
        change={"id": one, "jobTitle": "Buyer"},
        given={"targetId": one, "sourceIds": [two]},
    )
    told = await timeline(people.anna, one)
    assert [entry["kind"] for entry in told[:2]] == ["MERGED", "UPDATED"]
    (await unmerge(people.anna, done["mergeRecords"]["merge"]["id"])).payload()
    assert await read(people.anna, "contact", one, "jobTitle") == {"jobTitle": "Buyer"}
