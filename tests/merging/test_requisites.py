"""Requisites of records that become one: all of them, none twice; and each has its own again."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_role
from tests.conftest import Stored
from tests.merging.conftest import change, choose, make, merge, read, unmerge
from tests.people import Cast
from tests.requisites.clients import ORGANIZATION, PERSON, PROPRIETOR, REQUISITES

SHORT = f"title {REQUISITES}"


@pytest.fixture
async def volga(people: Cast) -> str:
    """Make the company that survives."""
    return await make(people.anna, "company", title="Volga", requisites=[PERSON, ORGANIZATION])


@pytest.fixture
async def double(people: Cast) -> str:
    """Make the company that becomes part of it; one of its requisites differs in spelling alone."""
    same = {**ORGANIZATION, "shortName": "ООО «ВОЛГА» "}
    return await make(people.boris, "company", title="volga", requisites=[same, PROPRIETOR])


async def kinds(people: Cast, company: str) -> list[str]:
    """Give the kinds of a company's requisites."""
    found = await read(people.anna, "company", company, REQUISITES)
    return [item["kind"] for item in found["requisites"]]


async def look(people: Cast, inn: Any) -> set[str]:
    """Give the records with a tax number."""
    document = "query ($of: DuplicateProbeInput!) { duplicates(of: $of) { record { id } } }"
    answer = await people.anna.data(document, of={"inn": inn})
    return {item["record"]["id"] for item in answer["duplicates"]}


async def test_requisites_are_united_and_given_back(people: Cast, volga: str, double: str) -> None:
    before = [await read(people.anna, "company", key, SHORT) for key in (volga, double)]

    done = (await merge(people.anna, volga, double)).payload()

    merged = (await read(people.anna, "company", volga, SHORT))["requisites"]
    assert merged[:2] == before[0]["requisites"]
    assert [item["kind"] for item in merged] == ["PERSON", "ORGANIZATION", "SOLE_PROPRIETOR"]
    assert merged[2]["inn"] == PROPRIETOR["inn"]
    assert await look(people, ORGANIZATION["inn"]) == {volga}
    (await unmerge(people.anna, done["merge"]["id"])).payload()
    assert [await read(people.anna, "company", key, SHORT) for key in (volga, double)] == before
    assert await look(people, PROPRIETOR["inn"]) == {volga, double}


async def test_what_was_changed_since_stays(people: Cast, volga: str, double: str) -> None:
    done = (await merge(people.anna, volga, double)).payload()
    merged = (await read(people.anna, "company", volga, SHORT))["requisites"]
    named = [{"id": merged[2]["id"], "title": "Talked to him"}]
    (await change(people.anna, "company", volga, addRequisites=named)).payload()

    (await unmerge(people.anna, done["merge"]["id"])).payload()

    left = (await read(people.anna, "company", volga, SHORT))["requisites"]
    assert [item["title"] for item in left] == [None, "Main", "Talked to him"]
    assert await kinds(people, double) == ["ORGANIZATION", "SOLE_PROPRIETOR"]


async def test_those_of_one_record_may_be_chosen(people: Cast, volga: str, double: str) -> None:
    done = await merge(people.anna, volga, double, choices=choose(requisites=double))

    assert done.payload()["record"]["id"] == volga
    assert await kinds(people, volga) == ["ORGANIZATION", "SOLE_PROPRIETOR"]


async def test_more_than_a_record_may_be_given_come_together(people: Cast) -> None:
    def many(name: str) -> list[dict[str, str]]:
        return [{"kind": "PERSON", "title": f"{name} {number}"} for number in range(15)]

    one = await make(people.anna, "company", title="Oka", requisites=many("one"))
    other = await make(people.anna, "company", title="Oka", requisites=many("other"))

    done = (await merge(people.anna, one, other)).payload()

    assert len(await kinds(people, one)) == 30
    more = await change(people.anna, "company", one, addRequisites=[PERSON])
    assert more.refusals() == [("LIMIT", "input.addRequisites")]
    last = (await read(people.anna, "company", one, REQUISITES))["requisites"][-1]["id"]
    (await change(people.anna, "company", one, removeRequisiteIds=[last])).payload()
    (await unmerge(people.anna, done["merge"]["id"])).payload()
    assert [len(await kinds(people, key)) for key in (one, other)] == [15, 15]


async def test_who_does_not_see_requisites_merges_no_companies(
    people: Cast, join: Join, volga: str, double: str, stored: Stored
) -> None:
    grants = [grant("COMPANY", action, "ALL") for action in ("READ", "UPDATE", "DELETE")]
    hidden = [{"entity": "COMPANY", "field": "requisites", "access": "HIDDEN"}]
    kate = await join("kate", await make_role(people.root, "Blind", *grants, fields=hidden))
    before = await stored()

    refused = await merge(kate, volga, double)

    assert refused.refusals() == [("FORBIDDEN", "input.targetId")]
    assert await stored() == before
