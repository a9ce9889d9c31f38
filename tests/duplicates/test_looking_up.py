"""Duplicates: found by phone, e-mail, name and title, ranked, and kept true by every write."""

from typing import Any

import pytest

from tests.client import Client
from tests.duplicates.conftest import found, make, points
from tests.people import Cast

PHONE = "+1 (202) 555-0123"
STORED = "+12025550123"


@pytest.fixture
async def irina(people: Cast) -> str:
    """Make a contact of anna's."""
    return await make(
        people.anna, "contact", firstName="Irina", lastName="Smirnova", phones=points(PHONE),
        emails=points("Irina@Example.com"),
    )  # fmt: skip


async def test_records_of_all_types_are_found_the_likeliest_first(people: Cast, irina: str) -> None:
    anna = people.anna
    lead = await make(anna, "lead", title="Call", firstName="smirnova", lastName="IRINA.",
                      companyTitle="ООО «Волга»")  # fmt: skip
    company = await make(anna, "company", title="Волга", phones=points(STORED + ";ext=5"))
    await make(anna, "contact", firstName="Irina", lastName="Orlova", phones=points("+12025550000"))

    by_all = await found(anna, phones=[PHONE], emails=["IRINA@example.com"], name="Irina Smirnova")

    assert by_all == [
        (irina, 115, ["PHONE", "EMAIL", "NAME"]),
        (company, 50, ["PHONE"]),
        (lead, 15, ["NAME"]),
    ]
    assert await found(anna, "LEAD", phones=[PHONE]) == []
    assert await found(anna, "COMPANY", name="волга, ООО") == [(company, 20, ["TITLE"])]
    assert await found(anna, name="ООО Волга") == [(company, 20, ["TITLE"]), (lead, 20, ["TITLE"])]
    assert await found(anna, first=1, phones=[PHONE]) == [(company, 50, ["PHONE"])]
    assert await found(anna, first=0, phones=[PHONE]) == []
    assert await found(people.olga, phones=[PHONE], emails=["irina@example.com"]) == []


async def test_the_duplicates_of_a_record_are_found_by_what_it_has(
    people: Cast, irina: str
) -> None:
    anna = people.anna
    lead = await make(anna, "lead", title="Call", phones=points("+12025550000", PHONE))
    company = await make(anna, "company", title="Irina Smirnova", emails=points("i@example.com"))

    assert await found(anna, id=lead) == [(irina, 50, ["PHONE"])]
    assert await found(anna, id=irina) == [(lead, 50, ["PHONE"])]
    assert await found(anna, id=company) == []
    reasons = "query ($of: DuplicateProbeInput!) { duplicates(of: $of) { reasons { kind value } } }"
    told = await anna.data(reasons, of={"id": lead})
    assert told["duplicates"] == [{"reasons": [{"kind": "PHONE", "value": STORED}]}]
    assert await found(people.olga, id=lead) == []


async def test_keys_follow_what_they_are_made_of(people: Cast, irina: str) -> None:
    anna = people.anna

    async def change(**given: Any) -> None:
        (await anna.mutate("updateContact", {"id": irina, **given}, "")).payload()

    async def is_found(**of: Any) -> bool:
        return [item[0] for item in await found(anna, **of)] == [irina]

    await change(addPhones=points("+12025550777"), jobTitle="Director")
    assert await is_found(phones=["+12025550777"])
    assert await is_found(phones=[PHONE])
    await change(phones=points("+12025550777"))
    assert not await is_found(phones=[PHONE])
    await change(lastName="Petrova", middleName="Olegovna")
    assert not await is_found(name="Irina Smirnova")
    assert await is_found(name="Petrova Irina")
    assert await is_found(name="Petrova Irina Olegovna")
    assert not await is_found(name="Petrova Irina Igorevna")
    assert await is_found(emails=["irina@example.com"])
    await change(firstName=None, emails=[])
    assert not await is_found(name="Petrova Irina")
    assert not await is_found(emails=["irina@example.com"])

    for name, there in (("deleteContact", False), ("restoreContact", True)):
        given, argument = ({"id": irina}, "input") if name[0] == "d" else (irina, "id")
        (await anna.mutate(name, given, "", argument)).payload()
        assert await is_found(phones=["+12025550777"]) is there
    (await anna.mutate("purgeContact", irina, "", "id")).payload()
    assert not await is_found(phones=["+12025550777"])


async def test_a_key_of_many_records_gives_the_newest_hundred(people: Cast) -> None:
    given = [{"lastName": "Ivanov", "firstName": "Ivan"} for _ in range(120)]
    document = """mutation ($given: [CreateContactInput!]!) {
      createContacts(input: $given) { results { contact { id } } userErrors { code } } }"""
    made = (await people.anna.run(document, {"given": given})).payload()["results"]
    ids = [item["contact"]["id"] for item in made]

    namesakes = await found(people.anna, first=100, name="Ivan Ivanov")

    assert [item[0] for item in namesakes] == ids[:-101:-1]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"of": {}}, ["of"]),
        ({"of": {"id": "contact_x"}}, ["of", "id"]),
        ({"of": {"phones": ["12"]}}, ["of", "phones", "0"]),
        ({"of": {"emails": ["a@b.example", "no"]}}, ["of", "emails", "1"]),
        ({"of": {"phones": ["+12025550123"] * 21}}, ["of", "phones"]),
        ({"of": {"name": "x" * 256}}, ["of", "name"]),
        ({"of": {"name": "Ivan"}, "first": 101}, ["first"]),
        ({"of": {"name": "Ivan"}, "entity": "DEAL"}, ["entity"]),
    ],
)
async def test_a_look_up_that_makes_no_sense_says_where(
    people: Cast, given: dict[str, Any], path: list[str]
) -> None:
    document = """query ($of: DuplicateProbeInput!, $entity: RecordType, $first: Int! = 20) {
      duplicates(of: $of, entity: $entity, first: $first) { score } }"""
    answer = await people.anna.run(document, given)

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["path"] == path


async def test_an_id_stands_alone_and_is_one_of_a_client(people: Cast, irina: str) -> None:
    deal = (await people.anna.mutate("createDeal", {"title": "Tea"}, "deal { id }")).payload()
    document = "query ($of: DuplicateProbeInput!) { duplicates(of: $of) { score } }"
    for of, path in (
        ({"id": irina, "name": "Irina Smirnova"}, ["of"]),
        ({"id": deal["deal"]["id"]}, ["of", "id"]),
    ):
        answer = await people.anna.run(document, {"of": of})
        assert answer.codes == ["BAD_USER_INPUT"]
        assert answer.errors[0]["extensions"]["path"] == path


DUPLICATES = "duplicates { record { id } score }"


async def test_what_was_just_made_comes_with_its_duplicates(people: Cast, irina: str) -> None:
    given = {"title": "Call", "phones": points(PHONE)}
    made = (await people.anna.mutate("createLead", given, f"lead {{ id }} {DUPLICATES}")).payload()

    assert made["duplicates"] == [{"record": {"id": irina}, "score": 50}]
    firm = await people.anna.mutate("createCompany", {"title": "Volga"}, DUPLICATES)
    assert firm.payload()["duplicates"] == []


async def test_many_at_once_are_duplicates_of_each_other_too(people: Cast, irina: str) -> None:
    given = [
        {"lastName": "One", "phones": points("+12025550777")},
        {"lastName": "Two", "phones": points("+12025550777", PHONE)},
        {"lastName": "Three"},
    ]
    document = f"""mutation ($given: [CreateContactInput!]!) {{ createContacts(input: $given) {{
      results {{ contact {{ id }} {DUPLICATES} }} userErrors {{ code }} }} }}"""
    made = (await people.anna.run(document, {"given": given})).payload()["results"]

    one, two, _ = (item["contact"]["id"] for item in made)
    assert [[found["record"]["id"] for found in item["duplicates"]] for item in made] == [
        [two], [one, irina], [],
    ]  # fmt: skip


async def test_names_are_compared_by_each_client_alone(people: Cast) -> None:
    anna: Client = people.anna
    one = await make(anna, "contact", firstName="Ivan", lastName="Orlov", middleName="Petrovich")
    other = await make(anna, "contact", firstName="Ivan", lastName="Orlov", middleName="Igorevich")
    plain = await make(anna, "contact", firstName="Ivan", lastName="Orlov")

    assert [item[0] for item in await found(anna, id=one)] == [plain]
    assert [item[0] for item in await found(anna, id=plain)] == [other, one]
