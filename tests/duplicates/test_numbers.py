"""Clients are recognised by the numbers in their requisites, as far as one may read these."""

from typing import Any

import pytest

from tests.access.staff import Join, grant, make_role
from tests.client import Client
from tests.conftest import Stored
from tests.duplicates.conftest import LOOK, found, make
from tests.people import Cast
from tests.requisites.clients import ORGANIZATION, PERSON, PROPRIETOR

INN, OGRN, OGRNIP = ORGANIZATION["inn"], ORGANIZATION["ogrn"], PROPRIETOR["ogrnip"]
OF_PERSON = PERSON["inn"]


@pytest.fixture
async def volga(people: Cast) -> str:
    """Make a company of anna's."""
    return await make(people.anna, "company", title="Volga", requisites=[ORGANIZATION])


async def test_clients_are_found_by_their_tax_number(people: Cast, volga: str) -> None:
    anna = people.anna
    orlov = await make(anna, "company", title="Orlov", requisites=[PERSON, PROPRIETOR])
    irina = await make(anna, "contact", lastName="Smirnova", requisites=[PERSON])

    assert await found(anna, inn="77 07 083 893") == [(volga, 50, ["INN"])]
    assert await found(anna, inn=OF_PERSON) == [(irina, 50, ["INN"]), (orlov, 50, ["INN"])]
    assert await found(anna, "CONTACT", inn=OF_PERSON) == [(irina, 50, ["INN"])]
    assert await found(anna, "LEAD", inn=OF_PERSON) == []
    assert await found(anna, ogrn=OGRN) == [(volga, 50, ["OGRN"])]
    assert await found(anna, ogrn=OGRNIP) == [(orlov, 50, ["OGRN"])]
    assert await found(anna, inn=INN, ogrn=OGRN, name="volga") == [
        (volga, 120, ["INN", "OGRN", "TITLE"])
    ]
    assert await found(people.olga, inn=INN, ogrn=OGRN) == []


async def test_the_duplicates_of_a_record_are_found_by_its_numbers(
    people: Cast, volga: str
) -> None:
    anna = people.anna
    bare = {"kind": "ORGANIZATION", "inn": INN}
    twin = await make(anna, "company", title="Oka", requisites=[PERSON, bare])
    await make(anna, "company", title="Kama", requisites=[{"kind": "ORGANIZATION"}])

    assert await found(anna, id=volga) == [(twin, 50, ["INN"])]
    assert await found(anna, id=twin) == [(volga, 50, ["INN"])]
    reasons = "query ($of: DuplicateProbeInput!) { duplicates(of: $of) { reasons { kind value } } }"
    told = await anna.data(reasons, of={"id": twin})
    assert told["duplicates"] == [{"reasons": [{"kind": "INN", "value": INN}]}]


async def test_keys_follow_requisites(people: Cast, volga: str) -> None:
    anna = people.anna

    async def change(**given: Any) -> None:
        (await anna.mutate("updateCompany", {"id": volga, **given}, "")).payload()

    async def by_number() -> tuple[bool, bool]:
        return bool(await found(anna, inn=INN)), bool(await found(anna, inn=OF_PERSON))

    await change(addRequisites=[PERSON])
    assert await by_number() == (True, True)
    await change(requisites=[PERSON])
    assert await by_number() == (False, True)
    (await anna.mutate("deleteCompany", {"id": volga}, "")).payload()
    assert await by_number() == (False, False)
    (await anna.mutate("restoreCompany", volga, "", "id")).payload()
    assert await by_number() == (False, True)
    await change(requisites=[])
    assert await by_number() == (False, False)


@pytest.mark.parametrize(
    ("of", "path"),
    [
        ({"inn": "7707083894"}, ["of", "inn"]),
        ({"inn": ""}, ["of", "inn"]),
        ({"ogrn": "1027700132196"}, ["of", "ogrn"]),
        ({"ogrn": "7707083893"}, ["of", "ogrn"]),
    ],
)
async def test_what_is_no_number_is_not_looked_for(
    people: Cast, of: dict[str, str], path: list[str]
) -> None:
    answer = await people.anna.run(LOOK, {"of": of})

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["extensions"]["path"] == path


async def blind(people: Cast, join: Join) -> Client:
    """Add a person to whom requisites of companies are hidden, and all else is shown."""
    grants = [
        grant(entity, action, "ALL")
        for entity in ("COMPANY", "CONTACT")
        for action in ("READ", "CREATE", "UPDATE")
    ]
    hidden = [{"entity": "COMPANY", "field": "requisites", "access": "HIDDEN"}]
    return await join("kate", await make_role(people.root, "Blind", *grants, fields=hidden))


async def test_hidden_requisites_are_neither_looked_by_nor_told_of(
    people: Cast, join: Join, volga: str
) -> None:
    kate = await blind(people, join)
    irina = await make(people.anna, "contact", lastName="Smirnova",
                       requisites=[PERSON])  # fmt: skip
    twin = await make(people.anna, "company", title="VOLGA", requisites=[ORGANIZATION, PERSON])

    for of in ({"inn": INN}, {"ogrn": OGRN}):
        answer = await kate.run(LOOK, {"of": of, "entity": "COMPANY"})
        assert answer.codes == ["FORBIDDEN"]
    # Of contacts the number may be read, so it is no secret that a contact has it.
    assert await found(kate, inn=OF_PERSON) == [(irina, 50, ["INN"])]
    assert await found(kate, inn=INN) == []
    assert await found(kate, id=irina) == []
    assert await found(kate, id=volga) == [(twin, 20, ["TITLE"])]
    assert await found(people.boris, id=volga) == [(twin, 120, ["INN", "OGRN", "TITLE"])]


async def test_a_new_client_is_told_to_be_known_by_who_may_read_that(
    people: Cast, join: Join, volga: str
) -> None:
    kate = await blind(people, join)
    known = {"kind": "ORGANIZATION", "inn": INN}
    given = {"lastName": "Smirnova", "requisites": [known]}
    duplicates = "duplicates { record { id } reasons { kind } }"

    seen = await people.boris.mutate("createContact", given, duplicates)
    unseen = await kate.mutate("createContact", given, duplicates)

    first = {"record": {"id": volga}, "reasons": [{"kind": "INN"}]}
    assert seen.payload()["duplicates"] == [first]
    assert first not in unseen.payload()["duplicates"]


async def test_a_known_tax_number_is_refused_where_it_stands(
    people: Cast, join: Join, volga: str, stored: Stored
) -> None:
    kate = await blind(people, join)
    modes = {"duplicateControl": {"company": "REFUSE"}}
    (await people.root.mutate("updateWorkspace", modes, "workspace { id }")).payload()
    before = await stored()
    given = {"title": "Oka", "requisites": [PERSON, {"kind": "ORGANIZATION", "inn": INN}]}

    refused = await people.boris.mutate("createCompany", given, "company { id }")

    assert refused.refusals() == [("DUPLICATE", "input.requisites.1.inn")]
    assert await stored() == before
    # Whoever may not read requisites learns nothing by a refusal, and cannot write them either.
    plain = await kate.mutate("createCompany", {"title": "Oka"}, "company { title }")
    assert plain.payload()["company"] == {"title": "Oka"}
    own = {"id": volga, "requisites": [{"kind": "ORGANIZATION", "inn": INN}]}
    assert (await people.boris.mutate("updateCompany", own, "company { id }")).payload()
