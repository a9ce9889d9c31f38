"""Leads from somebody who is known: by the client that is named, by a phone or an e-mail."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_role
from tests.client import Client
from tests.people import Cast
from tests.process.leads import convert, look, make_lead

PHONE = [{"value": "+1 (202) 555-0123"}]
EMAIL = [{"value": "Irina@Example.com"}]


@pytest.fixture
async def clients(people: Cast) -> None:
    """Let anna know a person by a phone and a company by an e-mail."""
    person = {"lastName": "Smirnova", "phones": [{"value": "+12025550123"}]}
    (await people.anna.mutate("createContact", person, "")).payload()
    firm = {"title": "Volga Foods", "emails": [{"value": "irina@example.com"}]}
    (await people.anna.mutate("createCompany", firm, "")).payload()


async def is_returning(person: Client, **given: Any) -> bool:
    """Let somebody make a lead, and tell whether it is from a known client."""
    lead = await make_lead(person, **given)
    return bool((await look(person, "lead", lead, "isReturning"))["isReturning"])


@pytest.mark.usefixtures("clients")
async def test_a_known_phone_or_e_mail_makes_a_lead_a_returning_one(people: Cast) -> None:
    assert await is_returning(people.boris, phones=PHONE)
    assert await is_returning(people.boris, emails=EMAIL)
    others = [{"value": "+12025550999"}]
    assert await is_returning(people.boris, phones=[*others, *PHONE])
    assert not await is_returning(people.boris, phones=others)
    assert not await is_returning(people.boris)
    assert not await is_returning(people.olga, phones=PHONE, emails=EMAIL)


@pytest.mark.usefixtures("clients")
async def test_each_of_many_leads_is_told_apart(people: Cast) -> None:
    given = [{"phones": PHONE}, {"phones": [{"value": "+12025550999"}]}, {"emails": EMAIL}]
    made = await people.anna.run(
        "mutation ($g: [CreateLeadInput!]!) { createLeads(input: $g) {"
        " results { lead { isReturning } } userErrors { code } } }",
        {"g": given},
    )

    results = made.payload()["results"]
    assert [item["lead"]["isReturning"] for item in results] == [True, False, True]


@pytest.mark.usefixtures("clients")
async def test_a_phone_tells_nothing_of_clients_whom_one_does_not_see(
    people: Cast, join: Join
) -> None:
    leads = [grant("LEAD", action, "ALL") for action in ("READ", "CREATE")]
    near = [grant(name, "READ", "OWN") for name in ("CONTACT", "COMPANY")]
    kate = await join("kate", await make_role(people.root, "Near", *leads, *near))
    far = [grant(name, "READ", "ALL") for name in ("CONTACT", "COMPANY")]
    hidden = [{"entity": "CONTACT", "field": "phones", "access": "HIDDEN"}]
    lena = await join("lena", await make_role(people.root, "Far", *leads, *far, fields=hidden))

    assert not await is_returning(kate, phones=PHONE, emails=EMAIL)
    assert not await is_returning(lena, phones=PHONE)
    assert await is_returning(lena, emails=EMAIL)
    own = {"lastName": "Orlova", "phones": [{"value": "+12025550777"}],
           "responsibleId": people.ids["kate"]}  # fmt: skip
    (await people.anna.mutate("createContact", own, "")).payload()
    assert await is_returning(kate, phones=[{"value": "+12025550777"}])


@pytest.mark.usefixtures("clients")
async def test_clients_in_the_recycle_bin_are_known_no_more(people: Cast) -> None:
    found = await people.anna.data("{ contacts { nodes { id } } }")
    (contact,) = found["contacts"]["nodes"]
    (await people.anna.mutate("deleteContact", {"id": contact["id"]}, "")).payload()

    assert not await is_returning(people.anna, phones=PHONE)


async def test_a_deal_of_a_client_who_has_won_one_is_a_returning_one(people: Cast) -> None:
    lead = await make_lead(people.anna, lastName="Orlova")
    all_of = {"contact": {"create": True}, "deal": {"create": True}}
    first = await convert(people.anna, lead, "deal { id isReturning }", **all_of)
    deal = first.payload()["deal"]
    found = await people.anna.data("{ pipelines { stages { id semantics } } }")
    stages = found["pipelines"][0]["stages"]
    won = next(stage["id"] for stage in stages if stage["semantics"] == "WON")
    (await people.anna.mutate("moveDeal", {"id": deal["id"], "stageId": won}, "")).payload()

    second = await convert(people.anna, lead, "deal { isReturning }", deal={"create": True})

    assert deal["isReturning"] is False
    assert second.payload()["deal"] == {"isReturning": True}
