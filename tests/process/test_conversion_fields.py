"""Custom fields of a lead find theirs in what is made of it, and a preview names what is lost."""

from typing import Any

import pytest

from tests.conftest import Stored
from tests.people import Cast
from tests.process.leads import ALL, FULL, convert, look, make_field, make_lead, preview

VALUES = "customFieldValues { field { code } displayValue }"


async def values_of(people: Cast, kind: str, thing: str) -> dict[str, str]:
    """Give the custom values of a record, by the codes of their fields, as people read them."""
    found = await look(people.root, kind, thing, VALUES)
    return {
        item["field"]["code"]: item["displayValue"]
        for item in found["customFieldValues"]
        if item["displayValue"] is not None
    }


@pytest.fixture
async def fields(people: Cast) -> None:
    """Make fields of leads, and some like them of contacts and deals."""
    root = people.root
    await make_field(root, "LEAD", "Floor area", "NUMBER", code="area")
    await make_field(root, "DEAL", "Square metres", "NUMBER", code="area")
    await make_field(root, "LEAD", "Diet", "STRING", code="diet")
    await make_field(root, "CONTACT", "Diet", "STRING", code="meals")
    await make_field(root, "LEAD", "Sites", "STRING", code="sites", isMultiple=True)
    await make_field(root, "DEAL", "Sites", "STRING", code="sites")
    options = [{"code": "S", "value": "Small"}, {"code": "L", "value": "Large"},
               {"code": "X", "value": "Huge"}]  # fmt: skip
    await make_field(root, "LEAD", "Size", "LIST", code="size", isMultiple=True, options=options)
    fewer = [{"code": "S", "value": "Little"}, {"code": "BIG", "value": "Large"}]
    await make_field(root, "DEAL", "Size", "LIST", code="size", isMultiple=True, options=fewer)
    await make_field(root, "LEAD", "Budget", "MONEY", code="budget")
    await make_field(root, "COMPANY", "Wallet", "MONEY", code="wallet")


async def full_lead(people: Cast) -> str:
    """Let anna make a lead with all of them."""
    found = await people.root.data("{ customFields(entity: LEAD) { code options { id } } }")
    sizes = next(item["options"] for item in found["customFields"] if item["code"] == "size")
    values: dict[str, Any] = {
        "area": "120.5",
        "diet": "Vegan",
        "sites": ["Samara", "Tver"],
        "size": [option["id"] for option in sizes],
        "budget": {"amount": "500", "currency": "USD"},
    }
    return await make_lead(
        people.anna,
        lastName="Orlova",
        customValues=[{"code": code, "value": value} for code, value in values.items()],
    )


@pytest.mark.usefixtures("fields")
async def test_fields_go_by_code_and_by_name_of_the_same_type(people: Cast) -> None:
    lead = await full_lead(people)

    seen = await preview(people.anna, lead, **ALL)
    made = (await convert(people.anna, lead, **ALL)).payload()

    assert await values_of(people, "deal", made["deal"]["id"]) == {
        "area": "120.5", "size": "Little, Large",
    }  # fmt: skip
    assert await values_of(people, "contact", made["contact"]["id"]) == {"meals": "Vegan"}
    assert await values_of(people, "company", made["company"]["id"]) == {}
    assert [item for item in seen["kept"] if item["field"].startswith("custom.")] == [
        {"field": "custom.area", "entity": "DEAL", "target": "custom.area"},
        {"field": "custom.size", "entity": "DEAL", "target": "custom.size"},
        {"field": "custom.diet", "entity": "CONTACT", "target": "custom.meals"},
    ]
    assert seen["lost"] == [
        {"field": "custom.size", "reason": "NOT_AVAILABLE"},
        {"field": "custom.sites", "reason": "NO_FIELD"},
        {"field": "custom.budget", "reason": "NO_FIELD"},
    ]
    assert await values_of(people, "lead", lead) == {
        "area": "120.5", "diet": "Vegan", "sites": "Samara, Tver", "size": "Small, Large, Huge",
        "budget": "500 USD",
    }  # fmt: skip


@pytest.mark.usefixtures("fields")
async def test_the_caller_says_where_fields_go(people: Cast) -> None:
    lead = await full_lead(people)
    places = [
        {"from": "budget", "entity": "COMPANY", "to": "wallet"},
        {"from": "area", "entity": "DEAL", "to": None},
    ]

    seen = await preview(people.anna, lead, **ALL, fieldMap=places)
    made = (await convert(people.anna, lead, **ALL, fieldMap=places)).payload()

    assert await values_of(people, "company", made["company"]["id"]) == {"wallet": "500 USD"}
    assert await values_of(people, "deal", made["deal"]["id"]) == {"size": "Little, Large"}
    assert {"field": "custom.area", "reason": "NO_FIELD"} in seen["lost"]


@pytest.mark.usefixtures("fields")
@pytest.mark.parametrize(
    ("place", "error"),
    [
        ({"from": "budget", "entity": "COMPANY", "to": "none"}, ("NOT_FOUND", "0.to")),
        ({"from": "none", "entity": "COMPANY", "to": "wallet"}, ("NOT_FOUND", "0.from")),
        ({"from": "diet", "entity": "COMPANY", "to": "wallet"}, ("INVALID", "0.to")),
        ({"from": "sites", "entity": "DEAL", "to": "sites"}, ("INVALID", "0.to")),
        ({"from": "diet", "entity": "CATALOG_ELEMENT"}, ("INVALID", "0.entity")),
    ],
)
async def test_places_that_do_not_fit_are_refused(
    people: Cast, stored: Stored, place: dict[str, Any], error: tuple[str, str]
) -> None:
    lead = await full_lead(people)
    before = await stored()
    expected = [(error[0], f"input.fieldMap.{error[1]}")]

    refused = await convert(people.anna, lead, **ALL, fieldMap=[place])
    seen = await preview(people.anna, lead, **ALL, fieldMap=[place])

    assert refused.refusals() == expected
    assert [(item["code"], ".".join(item["path"])) for item in seen["userErrors"]] == expected
    assert await stored() == before


async def test_a_field_that_is_asked_for_there_refuses_all(people: Cast, stored: Stored) -> None:
    await make_field(people.root, "DEAL", "Contract", "STRING", code="contract", isRequired=True)
    lead = await make_lead(people.anna, lastName="Orlova")
    before = await stored()

    refused = await convert(people.anna, lead, **ALL)

    assert refused.refusals() == [("REQUIRED", "input.deal.create")]
    (payload,) = refused.data.values()
    assert payload["userErrors"][0]["message"] == "contract: A value is required."
    assert await stored() == before


async def test_a_preview_names_the_fields_that_nothing_has(people: Cast) -> None:
    lead = await make_lead(people.anna, **FULL)

    whole = await preview(people.anna, lead, **ALL)
    sale = await preview(people.anna, lead, deal={"create": True})

    assert (whole["unreadable"], whole["userErrors"]) == ([], [])
    assert whole["lost"] == [{"field": "address", "reason": "NO_FIELD"}]
    assert [item["field"] for item in sale["lost"]] == [
        "firstName", "middleName", "lastName", "birthDate", "jobTitle", "companyTitle", "phones",
        "emails", "websites", "messengers", "address",
    ]  # fmt: skip
    missing = await preview(people.olga, lead, **ALL)
    assert [(error["code"], error["path"]) for error in missing["userErrors"]] == [
        ("NOT_FOUND", ["input", "id"])
    ]
