"""Requisites of companies and contacts: made, changed one by one, refused, told of, and gone."""

from typing import Any, Final

import pytest
from sqlalchemy import text

from domain.ids import decode_id
from tests.client import Answer
from tests.conftest import Server, Stored
from tests.people import Cast
from tests.requisites.clients import (
    ORGANIZATION,
    PERSON,
    PROPRIETOR,
    REQUISITES,
    change,
    make,
    read,
    shown,
    try_making,
    without_ids,
)

UNKNOWN: Final = "requisite_00000000000000000000000001"


async def test_a_company_keeps_the_requisites_of_each_kind(people: Cast) -> None:
    spaced = {**ORGANIZATION, "inn": " 77 0708 3893", "ogrn": "1 02 77 00 13219 5"}

    company = await make(people.anna, spaced, PROPRIETOR, PERSON)

    assert without_ids(company["requisites"]) == shown(ORGANIZATION, PROPRIETOR, PERSON)
    assert await read(people.boris, company["id"]) == company["requisites"]
    first = company["requisites"][0]["id"]
    document = "query ($id: ID!) { node(id: $id) { id ... on Requisite { kind inn } } }"
    assert (await people.boris.data(document, id=first))["node"] == {
        "id": first, "kind": "ORGANIZATION", "inn": "7707083893",
    }  # fmt: skip
    assert (await people.olga.data(document, id=first))["node"] is None


async def test_a_contact_has_requisites_as_well(people: Cast) -> None:
    given = {"lastName": "Smirnova", "requisites": [PERSON]}

    made = await people.anna.mutate("createContact", given, f"contact {{ {REQUISITES} }}")

    assert without_ids(made.payload()["contact"]["requisites"]) == shown(PERSON)


async def test_who_may_not_write_companies_gives_them_no_requisites(
    people: Cast, stored: Stored
) -> None:
    company = (await make(people.anna, ORGANIZATION))["id"]
    before = await stored()

    by_reader = await change(people.reader, company, requisites=[])
    by_olga = await change(people.olga, company, requisites=[])
    by_nobody = await change(people.nobody, company, requisites=[])

    assert (by_reader.codes, by_nobody.codes) == (["FORBIDDEN"], ["UNAUTHENTICATED"])
    assert by_olga.refusals() == [("NOT_FOUND", "input.id")]
    assert await stored() == before


async def test_requisites_that_are_named_stay_the_same_and_keep_what_is_not_said(
    people: Cast,
) -> None:
    company = await make(people.anna, ORGANIZATION, PERSON)
    first, second = (item["id"] for item in company["requisites"])

    given = [{"id": second, "title": "At home"}, {"id": first, "kpp": None}, PROPRIETOR]
    changed = (await change(people.anna, company["id"], requisites=given)).payload()["company"]

    assert [item["id"] for item in changed["requisites"][:2]] == [second, first]
    assert without_ids(changed["requisites"]) == shown(
        {**PERSON, "title": "At home"}, {**ORGANIZATION, "kpp": None}, PROPRIETOR
    )
    again = [{"id": item["id"]} for item in changed["requisites"]]
    same = (await change(people.anna, company["id"], requisites=again)).payload()["company"]
    assert same == changed
    none = (await change(people.anna, company["id"], requisites=None)).payload()["company"]
    assert none["requisites"] == []


async def test_requisites_are_added_changed_and_removed_one_by_one(people: Cast) -> None:
    company = await make(people.anna, ORGANIZATION, PERSON)
    first, second = (item["id"] for item in company["requisites"])

    added = [{"id": first, "director": "Орлов Пётр Ильич"}, PROPRIETOR]
    changed = await change(
        people.anna, company["id"], addRequisites=added, removeRequisiteIds=[second]
    )

    found = changed.payload()["company"]["requisites"]
    assert found[0]["id"] == first
    assert without_ids(found) == shown({**ORGANIZATION, "director": "Орлов Пётр Ильич"}, PROPRIETOR)


async def test_another_kind_drops_the_fields_that_it_does_not_have(people: Cast) -> None:
    company = await make(people.anna, {**ORGANIZATION, "inn": None})
    (key,) = (item["id"] for item in company["requisites"])

    given = [{"id": key, "kind": "SOLE_PROPRIETOR", "inn": "500100732259"}]
    changed = (await change(people.anna, company["id"], requisites=given)).payload()["company"]

    kept = {name: ORGANIZATION[name] for name in ("title", "shortName", "fullName", "okpo")}
    assert without_ids(changed["requisites"]) == shown(
        {"kind": "SOLE_PROPRIETOR", "inn": "500100732259", **kept}
    )


@pytest.mark.parametrize(
    ("given", "code", "place"),
    [
        ({"kind": None}, "REQUIRED", "kind"),
        ({"inn": "7707083894"}, "INVALID", "inn"),
        ({"inn": "500100732259"}, "INVALID", "inn"),
        ({"inn": "0000000000"}, "INVALID", "inn"),
        ({"kind": "PERSON", "inn": "7707083893"}, "INVALID", "inn"),
        ({"kind": "PERSON", "inn": "770708389З12"}, "INVALID", "inn"),
        ({"kpp": "77360100"}, "INVALID", "kpp"),
        ({"ogrn": "1027700132196"}, "INVALID", "ogrn"),
        ({"kind": "SOLE_PROPRIETOR", "ogrnip": "304500116000158"}, "INVALID", "ogrnip"),
        ({"ogrnip": "304500116000157"}, "INVALID", "ogrnip"),
        ({"lastName": "Smirnova"}, "INVALID", "lastName"),
        ({"kind": "PERSON", "shortName": "Volga"}, "INVALID", "shortName"),
        ({"kind": "PERSON", "registrationDate": "2002-08-16"}, "INVALID", "registrationDate"),
        ({"shortName": "x" * 256}, "LIMIT", "shortName"),
        ({"inn": "1" * 13}, "LIMIT", "inn"),
        ({"director": "a\nb"}, "INVALID", "director"),
        ({"id": UNKNOWN}, "NOT_FOUND", "id"),
        ({"id": "company_00000000000000000000000001"}, "INVALID", "id"),
    ],
)
async def test_what_makes_no_sense_is_refused_where_it_stands(
    people: Cast, stored: Stored, given: dict[str, Any], code: str, place: str
) -> None:
    company = await make(people.anna, PERSON)
    before = await stored()
    item = {"kind": "ORGANIZATION", **given}

    replaced = await change(people.anna, company["id"], requisites=[PROPRIETOR, item])
    added = await change(people.anna, company["id"], addRequisites=[item])

    assert replaced.refusals() == [(code, f"input.requisites.1.{place}")]
    assert added.refusals() == [(code, f"input.addRequisites.0.{place}")]
    assert await stored() == before


async def test_a_refusal_says_what_is_wrong_in_the_language_of_the_caller(people: Cast) -> None:
    wrong = [{**ORGANIZATION, "inn": "7707083894"}, {"kind": "PERSON", "kpp": "773601001"}]
    people.boris.language = "ru"

    english = await try_making(people.anna, *wrong)
    russian = await try_making(people.boris, *wrong)

    def messages(answer: Any) -> list[str]:
        return [item["message"] for item in answer.data["createCompany"]["userErrors"]]

    assert messages(english) == [
        "The check digits do not fit; a digit may be wrong.",
        "Requisites of the kind PERSON have no such field; known: title, firstName, middleName, "
        "lastName, inn.",
    ]
    assert messages(russian) == [
        "Контрольные цифры не сходятся; проверьте, нет ли опечатки.",
        "У реквизитов вида PERSON нет такого поля; есть: title, firstName, middleName, lastName, "
        "inn.",
    ]


async def test_a_record_has_twenty_requisites_at_most(people: Cast, stored: Stored) -> None:
    company = await make(people.anna, *[PERSON] * 20)
    before = await stored()

    whole = await change(people.anna, company["id"], requisites=[PERSON] * 21)
    one_more = await change(people.anna, company["id"], addRequisites=[PERSON])

    assert whole.refusals() == [("LIMIT", "input.requisites")]
    assert one_more.refusals() == [("LIMIT", "input.addRequisites")]
    assert await stored() == before
    first = company["requisites"][0]["id"]
    swapped = await change(
        people.anna, company["id"], addRequisites=[PROPRIETOR], removeRequisiteIds=[first]
    )
    assert len(swapped.payload()["company"]["requisites"]) == 20


async def test_requisites_of_another_record_are_nobodys_here(people: Cast, stored: Stored) -> None:
    mine, other = await make(people.anna, PERSON), await make(people.anna, PROPRIETOR)
    foreign, own = other["requisites"][0]["id"], mine["requisites"][0]["id"]
    before = await stored()

    kept = await change(people.anna, mine["id"], requisites=[{"id": foreign}])
    removed = await change(people.anna, mine["id"], removeRequisiteIds=[foreign])
    twice = await change(people.anna, mine["id"], requisites=[{"id": own}, {"id": own}])

    assert kept.refusals() == [("NOT_FOUND", "input.requisites.0.id")]
    assert removed.refusals() == [("NOT_FOUND", "input.removeRequisiteIds")]
    assert twice.refusals() == [("DUPLICATE", "input.requisites.1.id")]
    assert await stored() == before


async def test_the_timeline_tells_of_requisites_and_a_record_is_read_as_it_was(
    people: Cast,
) -> None:
    company = await make(people.anna, ORGANIZATION)
    document = """query ($id: ID!) { company(id: $id) { updatedAt timeline { nodes {
      kind ... on ChangeEntry { changes { field label from to fromDisplay toDisplay } } } } } }"""
    before = (await people.boris.data(document, id=company["id"]))["company"]["updatedAt"]
    (await change(people.anna, company["id"], requisites=[PERSON, {"kind": "PERSON"}])).payload()

    found = (await people.boris.data(document, id=company["id"]))["company"]["timeline"]["nodes"]

    assert found[0]["kind"] == "UPDATED"
    assert found[0]["changes"] == [
        {
            "field": "requisites",
            "label": "Requisites",
            "from": [ORGANIZATION],
            "to": [PERSON, {"kind": "PERSON"}],
            "fromDisplay": "ООО «Волга» 7707083893",
            "toDisplay": "Smirnova 500100732259, PERSON",
        }
    ]
    state = await people.boris.data(
        """query ($id: ID!, $at: DateTime!) { record(id: $id, asOf: $at) {
          values(fields: ["requisites"]) { value display } } }""",
        id=company["id"], at=before,
    )  # fmt: skip
    assert state["record"]["values"] == [
        {"value": [ORGANIZATION], "display": "ООО «Волга» 7707083893"}
    ]


async def test_a_dry_run_checks_requisites_and_keeps_none(people: Cast, stored: Stored) -> None:
    company = await make(people.anna, PERSON)
    before = await stored()
    document = """mutation ($input: UpdateCompanyInput!) { updateCompany(input: $input) {
      company { requisites { kind } } userErrors { code path } } }"""

    async def dry_run(**given: Any) -> Answer:
        wanted = {"id": company["id"], "requisites": [{**ORGANIZATION, **given}]}
        return await people.anna.run(document, {"input": wanted}, {"X-Dry-Run": "1"})

    done, refused = await dry_run(), await dry_run(inn="7707083894")

    assert done.payload()["company"] == {"requisites": [{"kind": "ORGANIZATION"}]}
    (told,) = done.extensions["dryRun"]["changes"]
    assert (told["field"], told["from"], told["to"]) == ("requisites", [PERSON], [ORGANIZATION])
    assert refused.refusals() == [("INVALID", "input.requisites.0.inn")]
    assert await stored() == before


async def test_requisites_go_with_their_record_for_good_only(people: Cast, server: Server) -> None:
    company = await make(people.anna, ORGANIZATION)
    key = company["id"]
    (await people.root.mutate("deleteCompany", {"id": key}, "company { id }")).payload()
    (await people.root.mutate("restoreCompany", key, "company { id }", "id")).payload()
    assert await read(people.anna, key) == company["requisites"]

    (await people.root.mutate("purgeCompany", key, "company { id }", "id")).payload()

    async with server.database.engine.connect() as connection:
        left = await connection.execute(
            text("SELECT count(*) FROM requisites WHERE record_id = :company"),
            {"company": decode_id(key)[1]},
        )
        assert left.scalar_one() == 0
