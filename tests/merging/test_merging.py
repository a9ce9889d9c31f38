"""What the survivor of a merge holds, field by field."""

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Stored
from tests.merging.conftest import change, choose, make, merge, points, read, timeline
from tests.people import Cast

CONTACT = """id version firstName lastName jobTitle birthDate comments sourceDescription
  phones { value kind } emails { value } responsible { firstName } externalIds { system value }
  company { title } companies { nodes { title } } observers { firstName }"""


@pytest.fixture
async def irina(people: Cast) -> str:
    """Make the contact that survives."""
    acme = await make(people.anna, "company", title="Acme")
    return await make(
        people.anna, "contact", firstName="Irina", lastName="Smirnova", comments="Likes tea.",
        phones=points("+12025550123"), companyId=acme, observerIds=[people.ids["anna"]],
        externalIds=[{"system": "shop", "value": "1"}],
    )  # fmt: skip


@pytest.fixture
async def double(people: Cast) -> str:
    """Make the contact that becomes part of her."""
    bolt = await make(people.boris, "company", title="Bolt")
    return await make(
        people.boris, "contact", firstName="irina", lastName="SMIRNOVA.", jobTitle="Buyer",
        comments="Calls in the morning.", birthDate="1990-05-17", companyId=bolt,
        phones=points("+12025550123", "+12025550199"), emails=points("irina@example.com"),
        observerIds=[people.ids["boris"]],
        externalIds=[{"system": "shop", "value": "2"}, {"system": "mail", "value": "77"}],
    )  # fmt: skip


async def test_what_is_empty_is_filled_and_lists_are_united(
    people: Cast, irina: str, double: str
) -> None:
    done = (await merge(people.anna, irina, double)).payload()
    assert done["record"]["id"] == irina
    assert [item["id"] for item in done["merge"]["merged"]] == [double]
    assert done["conflicts"] == []
    assert await read(people.anna, "contact", irina, CONTACT) == {
        "id": irina,
        "version": 2,
        "firstName": "Irina",
        "lastName": "Smirnova",
        "jobTitle": "Buyer",
        "birthDate": "1990-05-17",
        "comments": "Likes tea.\n\nCalls in the morning.",
        "sourceDescription": None,
        "phones": [
            {"value": "+12025550123", "kind": "WORK"},
            {"value": "+12025550199", "kind": "WORK"},
        ],
        "emails": [{"value": "irina@example.com"}],
        "responsible": None,
        "externalIds": [
            {"system": "mail", "value": "77"},
            {"system": "shop", "value": "1"},
        ],
        "company": {"title": "Acme"},
        "companies": {"nodes": [{"title": "Bolt"}, {"title": "Acme"}]},
        "observers": [{"firstName": "Anna"}, {"firstName": "Boris"}],
    }


async def test_where_records_differ_somebody_chooses(
    people: Cast, stored: Stored, irina: str, double: str
) -> None:
    (await change(people.anna, "contact", irina, jobTitle="Director")).payload()
    before = await stored()
    refused = await merge(people.anna, irina, double)
    assert refused.refusals() == [("CONFLICT", "input.choices")]
    assert refused.data["mergeRecords"]["conflicts"] == [
        {
            "field": "jobTitle",
            "label": "Job title",
            "values": [
                {"record": {"id": irina}, "value": "Director", "display": "Director"},
                {"record": {"id": double}, "value": "Buyer", "display": "Buyer"},
            ],
        }
    ]
    assert await stored() == before
    (await merge(people.anna, irina, double, choices=choose(jobTitle=double))).payload()
    found = await read(people.anna, "contact", irina, "jobTitle lastName")
    assert found == {"jobTitle": "Buyer", "lastName": "Smirnova"}


async def test_any_field_may_be_chosen_a_list_as_a_whole(
    people: Cast, irina: str, double: str
) -> None:
    choices = choose(phones=double, comments=irina, birthDate=irina)
    (await merge(people.anna, irina, double, choices=choices)).payload()
    found = await read(people.anna, "contact", irina, "comments birthDate phones { value }")
    assert found == {
        "comments": "Likes tea.",
        "birthDate": None,
        "phones": [{"value": "+12025550123"}, {"value": "+12025550199"}],
    }


async def test_a_dry_run_tells_and_writes_nothing(
    people: Cast, stored: Stored, irina: str, double: str
) -> None:
    before = await stored()
    document = """mutation ($given: MergeRecordsInput!) { mergeRecords(input: $given) {
      record { ... on Contact { jobTitle } } userErrors { code } } }"""
    given = {"targetId": irina, "sourceIds": [double]}
    tried = await people.anna.run(document, {"given": given}, {"X-Dry-Run": "1"})
    assert tried.payload()["record"] == {"jobTitle": "Buyer"}
    assert await stored() == before


async def test_several_records_become_one(people: Cast, irina: str, double: str) -> None:
    third = await make(people.anna, "contact", lastName="Smirnova", jobTitle="buyer",
                       phones=points("+12025550177"))  # fmt: skip
    (await merge(people.anna, irina, double, third)).payload()
    found = await read(people.anna, "contact", irina, "jobTitle phones { value }")
    assert found["jobTitle"] == "Buyer"
    assert [phone["value"][-3:] for phone in found["phones"]] == ["123", "199", "177"]


async def test_ids_of_merged_records_lead_to_who_survived(
    people: Cast, irina: str, double: str
) -> None:
    (await merge(people.anna, irina, double)).payload()
    for document in (
        "query ($id: ID!) { found: contact(id: $id) { id } }",
        "query ($id: ID!) { found: node(id: $id) { id } }",
    ):
        assert (await people.anna.data(document, id=double))["found"] == {"id": irina}
    both = await people.anna.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[double, irina]
    )
    assert both["nodes"] == [{"id": irina}, {"id": irina}]
    (await change(people.anna, "contact", double, jobTitle="Chief")).payload()
    deal = await make(people.anna, "deal", title="Pumps", contactId=double)
    found = await read(people.anna, "deal", deal, "contact { id jobTitle } contacts { totalCount }")
    assert found == {"contact": {"id": irina, "jobTitle": "Chief"}, "contacts": {"totalCount": 1}}


async def test_ids_lead_on_through_a_chain_of_merges(people: Cast, irina: str, double: str) -> None:
    (await merge(people.anna, irina, double)).payload()
    last = await make(people.anna, "contact", lastName="Smirnova")
    (await merge(people.anna, last, irina)).payload()
    for key in (irina, double):
        assert await read(people.anna, "contact", key, "id") == {"id": last}


async def test_to_others_merged_ids_lead_nowhere(people: Cast, irina: str, double: str) -> None:
    (await merge(people.anna, irina, double)).payload()
    assert await read(people.olga, "contact", double, "id") is None


async def test_ids_in_other_systems_lead_to_who_survived(
    people: Cast, irina: str, double: str
) -> None:
    (await merge(people.anna, irina, double)).payload()
    for system, value, title in (("mail", "77", "Chief"), ("shop", "2", "Owner")):
        item = {"externalId": {"system": system, "value": value}, "jobTitle": title}
        given = {"given": [item]}
        done = await people.anna.run(
            "mutation ($given: [UpsertContactInput!]!) { upsertContacts(input: $given) {"
            " results { contact { id jobTitle } userErrors { code } } userErrors { code } } }",
            given,
        )
        (result,) = done.payload()["results"]
        assert result == {"contact": {"id": irina, "jobTitle": title}, "userErrors": []}


async def test_a_merged_record_is_neither_restored_nor_deleted_by_its_id(
    people: Cast, stored: Stored, irina: str, double: str
) -> None:
    (await merge(people.anna, irina, double)).payload()
    before = await stored()
    back = await people.anna.mutate("restoreContact", double, "contact { id }", argument="id")
    assert back.refusals() == [("CONFLICT", "id")]
    gone = await people.anna.mutate("deleteContact", {"id": double}, "contact { id }")
    assert gone.refusals() == [("NOT_FOUND", "input.id")]
    assert await stored() == before


async def test_the_timeline_goes_on_with_what_happened_to_both(
    people: Cast, irina: str, double: str
) -> None:
    comment = {"recordId": double, "text": "She called."}
    (await people.boris.mutate("addComment", comment, "comment { id }")).payload()
    (await merge(people.anna, irina, double)).payload()
    told = await timeline(people.anna, irina)
    assert [(entry["kind"], entry["record"]["id"]) for entry in told] == [
        ("MERGED", irina),
        ("COMMENTED", double),
        ("CREATED", double),
        ("CREATED", irina),
    ]
    assert told[0]["by"] == {"firstName": "Anna"}
    assert told[0]["merged"] == [{"id": double}]
    expected = {"jobTitle", "birthDate", "comments", "phones", "emails", "companies", "observers",
                "externalIds"}  # fmt: skip
    assert {item["field"] for item in told[0]["changes"]} == expected
    told = await timeline(people.root, irina)
    assert {item["field"] for item in told[0]["changes"]} == expected
    assert told[1]["comment"] == {"text": "She called."}


WRONG: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("nothing", {"sourceIds": []}, [("REQUIRED", "input.sourceIds")]),
    ("itself", {"sourceIds": ["irina"]}, [("DUPLICATE", "input.sourceIds.0")]),
    ("twice", {"sourceIds": ["double", "double"]}, [("DUPLICATE", "input.sourceIds.1")]),
    ("another type", {"sourceIds": ["deal"]}, [("INVALID", "input.sourceIds.0")]),
    ("a setting", {"targetId": "anna", "sourceIds": ["double"]},
     [("INVALID", "input.targetId"), ("INVALID", "input.sourceIds.0")]),
    ("no id", {"sourceIds": ["contact_1"]}, [("INVALID", "input.sourceIds.0")]),
    ("nobody", {"sourceIds": ["contact_00000000000000000000000000"]},
     [("NOT_FOUND", "input.sourceIds.0")]),
    ("somebody else's", {"sourceIds": ["foreign"]}, [("NOT_FOUND", "input.sourceIds.0")]),
    ("too many", {"sourceIds": ["double"] * 21}, [("LIMIT", "input.sourceIds")]),
    ("an old version", {"sourceIds": ["double"], "ifVersion": 7},
     [("CONFLICT", "input.ifVersion")]),
    ("no field", {"sourceIds": ["double"], "choices": [{"field": "id", "recordId": "irina"}]},
     [("NOT_FOUND", "input.choices.0.field")]),
    ("no record", {"sourceIds": ["double"], "choices": [{"field": "phones", "recordId": "deal"}]},
     [("NOT_FOUND", "input.choices.0.recordId")]),
    ("two choices", {"sourceIds": ["double"],
                     "choices": [{"field": "phones", "recordId": "irina"}] * 2},
     [("DUPLICATE", "input.choices.1.field")]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "given", "expected"), WRONG, ids=[case[0] for case in WRONG])
async def test_what_makes_no_sense_is_refused_where_it_stands(
    people: Cast, stored: Stored, irina: str, double: str, what: str, given: Any, expected: Any
) -> None:
    ids = {
        "irina": irina,
        "double": double,
        "anna": people.ids["anna"],
        "deal": await make(people.anna, "deal", title="Pumps"),
        "foreign": await make(people.olga, "contact", lastName="Smirnova"),
    }
    before = await stored()
    wanted = _named({"targetId": "irina", **given}, ids)
    refused = await people.anna.mutate("mergeRecords", wanted, "record { id }")
    assert refused.refusals() == expected, what
    assert await stored() == before


def _named(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _named(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [_named(item, ids) for item in value]
    return ids.get(value, value) if isinstance(value, str) else value


async def test_of_two_merges_at_once_one_is_refused(people: Cast, irina: str, double: str) -> None:
    other = await make(people.anna, "contact", lastName="Smirnova")

    async def into(person: Client, target: str) -> Any:
        answer = await merge(person, target, double)
        return answer.refusals()

    done = await asyncio.gather(into(people.anna, irina), into(people.boris, other))
    assert sorted(map(tuple, done)) == [(), (("CONFLICT", "input.sourceIds.0"),)]
    winner = irina if done[0] == [] else other
    assert await read(people.anna, "contact", double, "id") == {"id": winner}
