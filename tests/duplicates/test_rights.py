"""Duplicates tell nothing of what one may not read: neither of records nor by hidden fields."""

import pytest

from tests.access.staff import Join, grant, make_role
from tests.conftest import Stored
from tests.duplicates.conftest import LOOK, found, make, points
from tests.people import Cast

PHONE = "+12025550123"
CLIENTS = ("LEAD", "CONTACT", "COMPANY")


@pytest.fixture
async def irina(people: Cast) -> str:
    """Make a contact of anna's."""
    return await make(people.anna, "contact", firstName="Irina", lastName="Smirnova",
                      phones=points(PHONE), emails=points("irina@example.com"))  # fmt: skip


async def test_only_records_that_one_may_read_are_found(
    people: Cast, join: Join, irina: str
) -> None:
    near = [grant(name, "READ", "OWN") for name in CLIENTS]
    kate = await join("kate", await make_role(people.root, "Near", *near))

    assert await found(kate, phones=[PHONE], name="Irina Smirnova") == []
    assert await found(kate, id=irina) == []
    assert [item[0] for item in await found(people.boris, phones=[PHONE])] == [irina]
    given = {"id": irina, "responsibleId": people.ids["kate"]}
    (await people.anna.mutate("updateContact", given, "")).payload()
    assert [item[0] for item in await found(kate, phones=[PHONE])] == [irina]


async def test_nothing_is_found_by_a_field_that_is_hidden(
    people: Cast, join: Join, irina: str
) -> None:
    everything = [grant(name, "READ", "ALL") for name in CLIENTS]
    hidden = [{"entity": "CONTACT", "field": "phones", "access": "HIDDEN"},
              {"entity": "CONTACT", "field": "middleName", "access": "HIDDEN"}]  # fmt: skip
    kate = await join("kate", await make_role(people.root, "Blind", *everything, fields=hidden))
    twin = await make(people.anna, "lead", title="Call", phones=points(PHONE),
                      emails=points("irina@example.com"))  # fmt: skip

    # Of leads the phone may be read, so it is no secret that a lead has it.
    assert await found(kate, phones=[PHONE]) == [(twin, 50, ["PHONE"])]
    assert await found(kate, id=twin) == [(irina, 50, ["EMAIL"])]
    assert await found(kate, id=irina) == [(twin, 50, ["EMAIL"])]
    for of in ({"phones": [PHONE]}, {"name": "Irina Smirnova"}):
        answer = await kate.run(LOOK, {"of": of, "entity": "CONTACT"})
        assert answer.codes == ["FORBIDDEN"]
        assert "data" not in answer.body or answer.body["data"] is None
    assert await found(people.boris, "CONTACT", phones=[PHONE]) == [(irina, 50, ["PHONE"])]


async def test_a_field_that_is_readable_on_some_rows_tells_of_those(
    people: Cast, join: Join, irina: str
) -> None:
    far = await make_role(
        people.root, "Far", grant("CONTACT", "READ", "ALL"),
        fields=[{"entity": "CONTACT", "field": "phones", "access": "HIDDEN"}],
    )  # fmt: skip
    near = await make_role(people.root, "Near", grant("CONTACT", "READ", "OWN"))
    kate = await join("kate", far, near)
    own = await make(people.anna, "contact", lastName="Own", phones=points(PHONE),
                     emails=points("irina@example.com"),
                     responsibleId=people.ids["kate"])  # fmt: skip

    assert await found(kate, phones=[PHONE]) == [(own, 50, ["PHONE"])]
    assert await found(kate, id=irina) == [(own, 50, ["EMAIL"])]
    assert await found(kate, id=own) == [(irina, 50, ["EMAIL"])]


async def test_who_reads_no_clients_looks_for_none(people: Cast, join: Join, irina: str) -> None:
    kate = await join("kate", await make_role(people.root, "Deals", grant("DEAL", "READ", "ALL")))
    lena = await join("lena", await make_role(people.root, "Leads", grant("LEAD", "READ", "ALL")))

    for person, entity in ((kate, None), (kate, "CONTACT"), (lena, "CONTACT")):
        answer = await person.run(LOOK, {"of": {"phones": [PHONE]}, "entity": entity})
        assert answer.codes == ["FORBIDDEN"]
    assert (await lena.run(LOOK, {"of": {"id": irina}})).codes == ["FORBIDDEN"]
    assert await found(lena, phones=[PHONE]) == []
    refused = await people.nobody.run(LOOK, {"of": {"phones": [PHONE]}})
    assert refused.codes == ["UNAUTHENTICATED"]


async def test_what_was_just_made_is_told_of_by_the_same_rights(
    people: Cast, join: Join, irina: str, stored: Stored
) -> None:
    grants = [
        grant("CONTACT", "READ", "OWN"),
        *(grant(name, "CREATE", "ALL") for name in ("CONTACT", "COMPANY")),
    ]
    kate = await join("kate", await make_role(people.root, "Maker", *grants))
    given = {"lastName": "Smirnova", "phones": points(PHONE)}

    made = await kate.mutate("createContact", given, "contact { id } duplicates { score }")
    # Whoever may not read what they make learns nothing of it, nor of what is like it.
    firm = {"title": "Volga", "phones": points(PHONE)}
    blind = await kate.mutate("createCompany", firm, "company { id } duplicates { score }")

    assert made.payload()["duplicates"] == []
    assert blind.payload() == {"company": None, "duplicates": [], "userErrors": []}
    before = await stored()
    await found(people.anna, id=irina)
    assert await stored() == before
