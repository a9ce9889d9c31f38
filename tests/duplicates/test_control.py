"""What a workspace does about new records that are known already: warn, refuse, or nothing."""

import asyncio
from typing import Any

import pytest

from tests.access.staff import Join, grant, make_role
from tests.conftest import Stored
from tests.duplicates.conftest import found, make, points
from tests.people import Cast

PHONE = "+12025550123"
CONTROL = "workspace { duplicateControl { lead contact company } }"


async def control(people: Cast, **modes: str) -> Any:
    """Let root set what happens, and give what holds now."""
    done = await people.root.mutate("updateWorkspace", {"duplicateControl": modes}, CONTROL)
    return done.payload()["workspace"]["duplicateControl"]


@pytest.fixture
async def irina(people: Cast) -> str:
    """Make a contact of anna's."""
    return await make(people.anna, "contact", lastName="Smirnova", phones=points(PHONE),
                      emails=points("irina@example.com"))  # fmt: skip


async def test_each_type_has_its_own_mode_and_warns_at_first(people: Cast) -> None:
    shown = await people.anna.data(f"{{ viewer {{ {CONTROL} }} }}")
    assert set(shown["viewer"]["workspace"]["duplicateControl"].values()) == {"WARN"}
    assert await control(people, contact="REFUSE") == {
        "lead": "WARN", "contact": "REFUSE", "company": "WARN",
    }  # fmt: skip
    assert await control(people, lead="OFF") == {
        "lead": "OFF", "contact": "REFUSE", "company": "WARN",
    }  # fmt: skip


async def test_only_who_sets_up_the_crm_sets_the_mode(people: Cast, stored: Stored) -> None:
    before = await stored()
    given = {"duplicateControl": {"contact": "REFUSE"}}
    refused = await people.anna.mutate("updateWorkspace", given, CONTROL)
    assert refused.codes == ["FORBIDDEN"]
    assert await stored() == before


@pytest.mark.usefixtures("irina")
async def test_a_known_phone_or_e_mail_is_refused_where_it_stands(
    people: Cast, stored: Stored
) -> None:
    await control(people, contact="REFUSE")
    before = await stored()
    given = {
        "lastName": "Smirnova",
        "phones": points("+12025550000", "(202) 555-0123"),
        "emails": points("IRINA@example.com"),
    }
    refused = await people.anna.mutate("createContact", given, "duplicates { score }")

    assert refused.refusals() == [
        ("DUPLICATE", "input.phones.1"), ("DUPLICATE", "input.emails.0"),
    ]  # fmt: skip
    assert await stored() == before
    # Names are many people's, other types have a mode of their own, and changes are made.
    await make(people.anna, "contact", lastName="Smirnova")
    await make(people.anna, "lead", title="Call", phones=points(PHONE))
    other = await make(people.anna, "contact", lastName="Orlova")
    change = {"id": other, "phones": points(PHONE)}
    (await people.anna.mutate("updateContact", change, "")).payload()


async def test_of_many_only_those_that_are_known_are_refused(people: Cast, irina: str) -> None:
    await control(people, contact="REFUSE")
    given = [
        {"lastName": "One", "phones": points("+12025550777")},
        {"lastName": "Two", "phones": points("+12025550777")},
        {"lastName": "Three", "phones": points(PHONE)},
        {"lastName": "Four"},
    ]
    document = """mutation ($given: [CreateContactInput!]!, $atomic: Boolean!) {
      createContacts(input: $given, atomic: $atomic) {
        results { contact { lastName } userErrors { code path } } userErrors { code } } }"""
    for atomic, made in ((True, []), (False, ["One", "Four"])):
        answer = await people.anna.run(document, {"given": given, "atomic": atomic})
        results = answer.payload()["results"]
        assert [item["contact"]["lastName"] for item in results if item["contact"]] == made
        errors = [error for item in results for error in item["userErrors"]]
        assert errors == [
            {"code": "DUPLICATE", "path": ["input", "1", "phones", "0"]},
            {"code": "DUPLICATE", "path": ["input", "2", "phones", "0"]},
        ]
    assert [item[0] for item in await found(people.anna, phones=[PHONE])] == [irina]


async def test_of_records_that_one_may_not_see_nothing_is_told_by_a_refusal(
    people: Cast, join: Join, irina: str
) -> None:
    await control(people, contact="REFUSE")
    grants = [grant("CONTACT", action, "OWN") for action in ("READ", "CREATE")]
    kate = await join("kate", await make_role(people.root, "Near", *grants))

    made = await make(kate, "contact", lastName="Smirnova", phones=points(PHONE))

    assert {item[0] for item in await found(people.anna, phones=[PHONE])} == {irina, made}
    again = {"lastName": "Smirnova", "phones": points(PHONE)}
    refused = await kate.mutate("createContact", again, "contact { id }")
    assert refused.refusals() == [("DUPLICATE", "input.phones.0")]


async def test_of_two_at_once_one_is_refused(people: Cast) -> None:
    await control(people, contact="REFUSE")
    given = {"lastName": "Smirnova", "phones": points(PHONE)}
    answers = await asyncio.gather(
        *(people.anna.mutate("createContact", given, "contact { id }") for _ in range(4))
    )

    refusals = sorted(answer.refusals() for answer in answers)
    assert refusals == [[], *[[("DUPLICATE", "input.phones.0")]] * 3]


@pytest.mark.usefixtures("irina")
async def test_where_it_is_off_nothing_is_told(people: Cast) -> None:
    await control(people, contact="OFF")
    given = {"lastName": "Smirnova", "phones": points(PHONE)}
    made = await people.anna.mutate("createContact", given, "contact { id } duplicates { score }")

    assert made.payload()["duplicates"] == []
    assert len(await found(people.anna, phones=[PHONE])) == 2
