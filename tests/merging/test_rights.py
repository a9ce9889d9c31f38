"""Who may merge: who changes the one, deletes the others, and sees all of their fields."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_role
from tests.client import Client
from tests.conftest import Stored
from tests.merging.conftest import make, merge, read, timeline, unmerge
from tests.people import Cast

ALL = [grant("CONTACT", action, "ALL") for action in ("READ", "CREATE", "UPDATE", "DELETE")]


@pytest.fixture
async def irina(people: Cast) -> str:
    """Make the contact that survives."""
    return await make(people.root, "contact", lastName="Smirnova")


@pytest.fixture
async def double(people: Cast) -> str:
    """Make the contact that becomes part of her."""
    return await make(people.root, "contact", lastName="Smirnova", jobTitle="Buyer",
                      responsibleId=people.ids["boris"])  # fmt: skip


async def refused(person: Client, irina: str, double: str) -> list[Any]:
    """Give why a merge is refused, by a user error or as a whole."""
    answer = await merge(person, irina, double)
    return answer.codes or answer.refusals()


async def test_with_all_rights_on_contacts_one_may_merge_them(
    people: Cast, join: Join, irina: str, double: str
) -> None:
    vera = await join("vera", await make_role(people.root, "Merges", *ALL))
    (await merge(vera, irina, double)).payload()


@pytest.mark.parametrize("action", ["UPDATE", "DELETE"])
async def test_without_the_right_to_change_and_delete_one_may_not(
    people: Cast, join: Join, stored: Stored, irina: str, double: str, action: str
) -> None:
    grants = [item for item in ALL if item["action"] != action]
    vera = await join("vera", await make_role(people.root, "Half", *grants))
    before = await stored()
    assert await refused(vera, irina, double) == ["FORBIDDEN"]
    assert await stored() == before


async def test_each_record_has_to_be_ones_own_to_change_or_delete(
    people: Cast, join: Join, stored: Stored, irina: str, double: str
) -> None:
    narrow = [*ALL[:3], grant("CONTACT", "DELETE", "OWN")]
    vera = await join("vera", await make_role(people.root, "Own", *narrow))
    before = await stored()
    assert await refused(vera, irina, double) == [("FORBIDDEN", "input.sourceIds.0")]
    assert await stored() == before
    narrow = [ALL[0], ALL[3], grant("CONTACT", "UPDATE", "OWN")]
    vlad = await join("vlad", await make_role(people.root, "Own too", *narrow))
    before = await stored()
    assert await refused(vlad, irina, double) == [("FORBIDDEN", "input.targetId")]
    assert await stored() == before


async def test_of_records_that_one_does_not_see_nothing_is_told(
    people: Cast, join: Join, stored: Stored, irina: str, double: str
) -> None:
    narrow = [grant("CONTACT", "READ", "OWN"), *ALL[1:]]
    vera = await join("vera", await make_role(people.root, "Sees own", *narrow))
    mine = await make(vera, "contact", lastName="Smirnova", responsibleId=people.ids["vera"])
    before = await stored()
    assert await refused(vera, mine, double) == [("NOT_FOUND", "input.sourceIds.0")]
    assert await stored() == before
    # Not even that it became part of another one.
    (await merge(people.root, irina, double)).payload()
    assert await refused(vera, mine, double) == [("NOT_FOUND", "input.sourceIds.0")]
    assert await read(vera, "contact", double, "id") is None


@pytest.mark.parametrize("access", ["HIDDEN", "READ"])
async def test_who_does_not_see_all_fields_may_not_merge(
    people: Cast, join: Join, stored: Stored, irina: str, double: str, access: str
) -> None:
    rule = {"entity": "CONTACT", "field": "jobTitle", "access": access}
    role = await make_role(people.root, "Partly", *ALL, fields=[rule])
    vera = await join("vera", role)
    before = await stored()
    answer = await merge(vera, irina, double)
    # Where it may be read, it is the value to be written that is refused.
    assert "FORBIDDEN" in {*answer.codes, *(code for code, _ in _refusals(answer))}
    assert await stored() == before
    assert "jobTitle" not in str(answer.body) or access == "READ"


def _refusals(answer: Any) -> list[tuple[str, str]]:
    return [] if answer.errors else answer.refusals()


async def test_what_one_may_not_change_may_be_merged_where_nothing_changes(
    people: Cast, join: Join, irina: str
) -> None:
    rule = {"entity": "CONTACT", "field": "jobTitle", "access": "READ"}
    vera = await join("vera", await make_role(people.root, "Partly", *ALL, fields=[rule]))
    same = await make(people.root, "contact", lastName="smirnova")
    (await merge(vera, irina, same)).payload()


async def test_links_go_along_whatever_one_may_see_of_them(
    people: Cast, join: Join, irina: str, double: str
) -> None:
    deal = await make(people.root, "deal", title="Pumps", contactId=double)
    vera = await join("vera", await make_role(people.root, "Merges", *ALL))
    assert (await vera.data("{ deals { totalCount } }"))["deals"]["totalCount"] == 0
    (await merge(vera, irina, double)).payload()
    assert await read(people.root, "deal", deal, "contact { id }") == {"contact": {"id": irina}}


async def test_only_who_may_change_both_parts_them(
    people: Cast, join: Join, stored: Stored, irina: str, double: str
) -> None:
    done = (await merge(people.root, irina, double)).payload()["merge"]["id"]
    looks = await join("vera", await make_role(people.root, "Looks", ALL[0]))
    own = await join("vlad", await make_role(people.root, "Own", ALL[0],
                                             grant("CONTACT", "UPDATE", "OWN")))  # fmt: skip
    narrow = [grant("CONTACT", "READ", "OWN"), *ALL[1:]]
    blind = await join("zoya", await make_role(people.root, "Sees own", *narrow))
    before = await stored()
    assert (await unmerge(looks, done)).codes == ["FORBIDDEN"]
    assert (await unmerge(own, done)).refusals() == [("FORBIDDEN", "input.id")]
    assert (await unmerge(blind, done)).refusals() == [("NOT_FOUND", "input.id")]
    assert (await unmerge(people.olga, done)).refusals() == [("NOT_FOUND", "input.id")]
    assert await stored() == before
    (await unmerge(people.anna, done)).payload()


async def test_a_merge_is_there_for_who_sees_the_survivor(
    people: Cast, join: Join, irina: str, double: str
) -> None:
    done = (await merge(people.root, irina, double)).payload()["merge"]["id"]
    document = """query ($id: ID!) { node(id: $id) { ... on Merge {
      by { id } record { id } merged { id } undoableUntil undoneAt } } }"""
    found = (await people.anna.data(document, id=done))["node"]
    assert (found["record"], found["merged"]) == ({"id": irina}, [{"id": double}])
    assert found["by"] == {"id": people.ids["root"]}
    assert found["undoneAt"] is None
    narrow = [grant("CONTACT", "READ", "OWN")]
    blind = await join("zoya", await make_role(people.root, "Sees own", *narrow))
    for person in (blind, people.olga):
        assert (await person.data(document, id=done))["node"] is None


async def test_what_happened_to_the_others_is_told_as_the_survivor_may_be_read(
    people: Cast, join: Join, irina: str, double: str
) -> None:
    given = {"id": double, "jobTitle": "Director"}
    (await people.root.mutate("updateContact", given, "contact { id }")).payload()
    (await merge(people.root, irina, double)).payload()
    rule = {"entity": "CONTACT", "field": "jobTitle", "access": "HIDDEN"}
    vera = await join("vera", await make_role(people.root, "Partly", ALL[0], fields=[rule]))
    told = await timeline(vera, irina)
    # The change of a field that one may not read is none.
    assert [entry["kind"] for entry in told] == ["MERGED", "CREATED", "CREATED"]
    assert told[0]["changes"] == [{"field": "responsible"}]
