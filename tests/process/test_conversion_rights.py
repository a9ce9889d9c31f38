"""What people with different rights can make of a lead, and what stays out of their reach."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_role
from tests.client import Client
from tests.conftest import Stored
from tests.people import Cast
from tests.process.leads import ALL, FULL, convert, look, make_lead, preview

READS = [grant(name, "READ", "ALL") for name in ("LEAD", "CONTACT", "COMPANY", "DEAL")]
UPDATES_LEADS = grant("LEAD", "UPDATE", "ALL")
MAKES = [grant(name, "CREATE", "ALL") for name in ("CONTACT", "COMPANY", "DEAL")]


async def new_person(people: Cast, join: Join, *grants: dict[str, Any], **more: Any) -> Client:
    """Let kate have one role with these grants."""
    return await join("kate", await make_role(people.root, "Kate's", *grants, **more))


async def test_kate_converts_with_the_rights_that_it_takes(people: Cast, join: Join) -> None:
    kate = await new_person(people, join, *READS, UPDATES_LEADS, *MAKES)
    lead = await make_lead(people.anna, **FULL)

    made = (await convert(kate, lead, **ALL)).payload()

    assert made["lead"]["conversion"]["by"] == {"id": people.ids["kate"]}


@pytest.mark.parametrize("name", ["contact", "company", "deal"])
async def test_without_the_right_to_make_it_nothing_is_made(
    people: Cast, join: Join, stored: Stored, name: str
) -> None:
    makes = [item for item in MAKES if item["entity"] != name.upper()]
    kate = await new_person(people, join, *READS, UPDATES_LEADS, *makes)
    lead = await make_lead(people.anna, **FULL)
    before = await stored()

    refused = await convert(kate, lead, **ALL)

    assert refused.refusals() == [("FORBIDDEN", f"input.{name}.create")]
    assert await stored() == before


async def test_without_the_right_to_change_leads_nothing_is_made(
    people: Cast, join: Join, stored: Stored
) -> None:
    kate = await new_person(people, join, *READS, *MAKES)
    lead = await make_lead(people.anna, **FULL)
    before = await stored()

    assert (await convert(kate, lead, **ALL)).codes == ["FORBIDDEN"]
    assert (await preview(kate, lead, **ALL))["userErrors"] == []
    assert await stored() == before


async def test_a_lead_of_others_that_kate_may_only_read(
    people: Cast, join: Join, stored: Stored
) -> None:
    kate = await new_person(people, join, *READS, grant("LEAD", "UPDATE", "OWN"), *MAKES)
    theirs = await make_lead(people.anna, **FULL, responsibleId=people.ids["anna"])
    own = await make_lead(people.anna, **FULL, responsibleId=people.ids["kate"])
    before = await stored()

    refused = await convert(kate, theirs, **ALL)

    assert refused.refusals() == [("FORBIDDEN", "input.id")]
    assert await stored() == before
    (await convert(kate, own, **ALL)).payload()


async def test_a_lead_and_clients_that_kate_does_not_see_are_not_there(
    people: Cast, join: Join, stored: Stored
) -> None:
    reads = [grant(name, "READ", "OWN") for name in ("LEAD", "CONTACT", "COMPANY", "DEAL")]
    kate = await new_person(people, join, *reads, UPDATES_LEADS, *MAKES)
    theirs = await make_lead(people.anna, lastName="Orlova")
    own = await make_lead(people.anna, lastName="Orlova", responsibleId=people.ids["kate"])
    ids = {}
    for name, given in (("contact", {"lastName": "Orlova"}), ("company", {"title": "Acme"}),
                        ("deal", {"title": "Big"})):  # fmt: skip
        verb = f"create{name.capitalize()}"
        made = await people.anna.mutate(verb, given, f"{name} {{ id }}")
        ids[name] = made.payload()[name]["id"]
    before = await stored()

    assert (await convert(kate, theirs, **ALL)).refusals() == [("NOT_FOUND", "input.id")]
    for name, thing in ids.items():
        parts: dict[str, Any] = {name: {"linkId": thing}}
        refused = await convert(kate, own, **parts)
        assert refused.refusals() == [("NOT_FOUND", f"input.{name}.linkId")]
    assert await stored() == before


async def test_who_may_make_only_their_own_makes_none_for_others(
    people: Cast, join: Join, stored: Stored
) -> None:
    makes = [grant("DEAL", "CREATE", "OWN"), *MAKES[:2]]
    kate = await new_person(people, join, *READS, UPDATES_LEADS, *makes)
    theirs = await make_lead(people.anna, responsibleId=people.ids["anna"])
    nobodys = await make_lead(people.anna)
    before = await stored()

    refused = await convert(kate, theirs, deal={"create": True})

    assert refused.refusals() == [("FORBIDDEN", "input.deal.create")]
    assert await stored() == before
    done = await convert(kate, nobodys, "deal { responsible { id } }", deal={"create": True})
    assert done.payload()["deal"] == {"responsible": {"id": people.ids["kate"]}}


async def test_what_kate_may_not_read_of_a_lead_goes_nowhere(people: Cast, join: Join) -> None:
    hidden = [
        {"entity": "LEAD", "field": name, "access": "HIDDEN"}
        for name in ("phones", "comments", "amount")
    ]
    kate = await new_person(people, join, *READS, UPDATES_LEADS, *MAKES, fields=hidden)
    lead = await make_lead(people.anna, **FULL)

    seen = await preview(kate, lead, **ALL)
    made = (await convert(kate, lead, **ALL)).payload()

    assert seen["unreadable"] == ["phones", "amount", "comments"]
    assert {item["field"] for item in seen["kept"]}.isdisjoint(seen["unreadable"])
    assert {item["field"] for item in seen["lost"]} == {"address"}
    person = await look(
        people.root, "contact", made["contact"]["id"], "phones { value } emails { value } comments"
    )
    assert person == {"phones": [], "emails": [{"value": "irina@example.com"}], "comments": None}
    sale = await look(people.root, "deal", made["deal"]["id"], "amount { amount } comments")
    assert sale == {"amount": None, "comments": None}


async def test_what_kate_may_not_write_stays_empty_and_is_told(people: Cast, join: Join) -> None:
    fixed = [{"entity": "DEAL", "field": "amount", "access": "READ"}]
    kate = await new_person(people, join, *READS, UPDATES_LEADS, *MAKES, fields=fixed)
    lead = await make_lead(people.anna, **FULL)

    seen = await preview(kate, lead, deal={"create": True})
    made = (await convert(kate, lead, deal={"create": True})).payload()

    assert {"field": "amount", "reason": "NOT_WRITABLE"} in seen["lost"]
    sale = await look(people.root, "deal", made["deal"]["id"], "title amount { amount }")
    assert sale == {"title": FULL["title"], "amount": None}


@pytest.mark.parametrize(
    ("entity", "field", "place"),
    [("DEAL", "lead", "deal.create"), ("DEAL", "contact", "deal.create"),
     ("CONTACT", "company", "contact.create"), ("LEAD", "stage", "id"), ("LEAD", "contact", "id")],
)  # fmt: skip
async def test_links_that_kate_may_not_write_refuse_all(
    people: Cast, join: Join, stored: Stored, entity: str, field: str, place: str
) -> None:
    fixed = [{"entity": entity, "field": field, "access": "READ"}]
    kate = await new_person(people, join, *READS, UPDATES_LEADS, *MAKES, fields=fixed)
    lead = await make_lead(people.anna, **FULL)
    before = await stored()

    refused = await convert(kate, lead, **ALL)

    assert refused.refusals() == [("FORBIDDEN", f"input.{place}")]
    assert await stored() == before


async def test_what_a_lead_has_become_is_read_by_who_may_read_it(people: Cast, join: Join) -> None:
    reads = [grant("LEAD", "READ", "ALL"), grant("DEAL", "READ", "OWN"),
             grant("CONTACT", "READ", "ALL")]  # fmt: skip
    kate = await new_person(people, join, *reads)
    lead = await make_lead(people.anna, **FULL)
    made = (await convert(people.anna, lead, **ALL)).payload()
    read = "conversion { contact { id } company { id } deals { totalCount nodes { id } } }"

    seen = await look(kate, "lead", lead, read)

    assert seen["conversion"] == {
        "contact": made["contact"], "company": None, "deals": {"totalCount": 0, "nodes": []},
    }  # fmt: skip
    whole = await look(people.boris, "lead", lead, read)
    assert whole["conversion"]["deals"]["nodes"] == [made["deal"]]


@pytest.mark.parametrize("field", ["conversion", "contact", "company"])
async def test_a_hidden_conversion_is_not_told(people: Cast, join: Join, field: str) -> None:
    hidden = [{"entity": "LEAD", "field": field, "access": "HIDDEN"}]
    kate = await new_person(people, join, *READS, fields=hidden)
    lead = await make_lead(people.anna, **FULL)
    (await convert(people.anna, lead, **ALL)).payload()

    answer = await kate.run("{ leads { nodes { id conversion { at } } } }")

    assert answer.body["data"]["leads"]["nodes"] == [{"id": lead, "conversion": None}]
    assert answer.codes == ["FORBIDDEN"]


async def test_a_key_that_only_reads_converts_nothing(people: Cast, stored: Stored) -> None:
    lead = await make_lead(people.anna, **FULL)
    before = await stored()

    assert (await convert(people.reader, lead, **ALL)).codes == ["FORBIDDEN"]
    assert await stored() == before
