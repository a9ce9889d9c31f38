"""Dictionaries and their values: own ones come and go, used ones are replaced, system ones stay."""

import asyncio
from typing import Any

import pytest

from domain.entities import RECORDS
from domain.fields import Entity, Field, Kind, camel
from tests.api.calling import mutate
from tests.settings import expected
from tests.settings.catalogs import make_field
from tests.settings.office import Office, change, refused

ITEM = "dictionaryItem { id code name color sort isSystem dictionary { id } }"
USERS = [
    pytest.param(record, declared, id=f"{record.name}-{declared.name}")
    for record in RECORDS
    for declared in record.fields
    if declared.kind is Kind.REFERENCE and declared.target == "dictionary_item"
]
"""The fields of records that hold a value of a dictionary."""


async def make_dictionary(office: Office, code: str, *items: str) -> tuple[str, list[str]]:
    """Make a dictionary with values; gives its id and theirs."""
    made = await change(
        office.keeper, "createDictionary", "dictionary { id }", input={"code": code, "name": code}
    )
    return made["id"], [(await add(office, made["id"], code=item))["id"] for item in items]


async def add(office: Office, dictionary: str, name: str = "More", **given: Any) -> Any:
    """Add a value to a dictionary and give it."""
    item = {"dictionaryId": dictionary, "name": name, **given}
    return await change(office.keeper, "createDictionaryItem", ITEM, input=item)


async def system_dictionary(office: Office, code: str) -> dict[str, Any]:
    """Give a dictionary by its code."""
    found = await office.seller.data(
        "query ($code: String!) { dictionary(code: $code)"
        " { id name isSystem items { id code name sort isSystem } } }",
        code=code,
    )
    dictionary: dict[str, Any] = found["dictionary"]
    return dictionary


async def test_a_dictionary_of_ones_own(office: Office) -> None:
    read = "dictionary { id code name isSystem items { id } }"
    given = {"code": "SIZES", "name": "Sizes"}

    made = await change(office.keeper, "createDictionary", read, input=given)

    assert made == {**given, "id": made["id"], "isSystem": False, "items": []}
    assert (await system_dictionary(office, "SIZES"))["id"] == made["id"]
    again = await refused(office.keeper, "createDictionary", input=given)
    assert again == [("DUPLICATE", "input.code")]

    renamed = {"id": made["id"], "name": "Dress sizes"}
    await change(office.keeper, "updateDictionary", "dictionary { id }", input=renamed)
    small = await add(office, made["id"])
    gone = await change(
        office.keeper, "deleteDictionary", "dictionary { name }", input={"id": made["id"]}
    )

    assert gone == {"name": "Dress sizes"}
    left = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    found = await office.seller.data(left, ids=[made["id"], small["id"]])
    assert found["nodes"] == [None, None]
    assert await office.log(made["id"]) == [
        ("CREATED", {
            "code": {"from": None, "to": "SIZES"}, "name": {"from": None, "to": "Sizes"},
        }),
        ("UPDATED", {"name": {"from": "Sizes", "to": "Dress sizes"}}),
        ("PURGED", {}),
    ]  # fmt: skip
    assert (await office.log(small["id"]))[-1] == ("PURGED", {})


@pytest.mark.parametrize("code", expected.DICTIONARIES)
async def test_a_system_dictionary_is_renamed_and_stays(office: Office, code: str) -> None:
    was = await system_dictionary(office, code)

    renamed = {"id": was["id"], "name": f"Our {was['name']}"}
    await change(office.keeper, "updateDictionary", "dictionary { id }", input=renamed)
    before = await office.stored()
    kept = await refused(office.keeper, "deleteDictionary", input={"id": was["id"]})

    assert kept == [("SYSTEM", "input.id")]
    assert await office.stored() == before
    assert await system_dictionary(office, code) == {**was, "name": renamed["name"]}
    back = {"id": was["id"], "name": was["name"]}
    await change(office.keeper, "updateDictionary", "dictionary { id }", input=back)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"code": None}, ("REQUIRED", "input.code")),
        ({"code": " "}, ("REQUIRED", "input.code")),
        ({"code": "two words"}, ("INVALID", "input.code")),
        ({"code": "РАЗМЕР"}, ("INVALID", "input.code")),
        ({"code": "x" * 51}, ("LIMIT", "input.code")),
        ({"code": "SOURCE"}, ("DUPLICATE", "input.code")),
        ({"name": None}, ("REQUIRED", "input.name")),
        ({"name": "x" * 101}, ("LIMIT", "input.name")),
    ],
)
async def test_what_makes_no_dictionary(
    office: Office, given: dict[str, Any], reason: tuple[str, str]
) -> None:
    valid = {"code": "x" * 50, "name": "x" * 100}
    before = await office.stored()

    wrong = {**valid, **given}
    assert await refused(office.keeper, "createDictionary", input=wrong) == [reason]
    assert await office.stored() == before

    made = await change(office.keeper, "createDictionary", "dictionary { id }", input=valid)
    await change(office.keeper, "deleteDictionary", "dictionary { id }", input={"id": made["id"]})


async def test_values_come_last_in_the_order_given(office: Office) -> None:
    dictionary, _ = await make_dictionary(office, "COLOURS")

    red = await add(office, dictionary, "Red", code="RED", color="#ff0000")
    green = await add(office, dictionary, "Green")

    assert red == {
        "id": red["id"], "code": "RED", "name": "Red", "color": "#FF0000", "sort": 10,
        "isSystem": False, "dictionary": {"id": dictionary},
    }  # fmt: skip
    assert (green["sort"], green["color"]) == (20, None)
    assert green["code"].startswith("UC_")
    await change(office.keeper, "deleteDictionaryItem", ITEM, input={"id": red["id"]})
    assert (await add(office, dictionary, "Blue"))["sort"] == 30
    shown = await system_dictionary(office, "COLOURS")
    assert [item["name"] for item in shown["items"]] == ["Green", "Blue"]


async def test_values_are_added_to_system_dictionaries_as_well(office: Office) -> None:
    source = await system_dictionary(office, "SOURCE")

    made = await add(office, source["id"], "Podcast", code="PODCAST")

    assert (made["sort"], made["isSystem"]) == (source["items"][-1]["sort"] + 10, False)
    await change(office.keeper, "deleteDictionaryItem", ITEM, input={"id": made["id"]})
    assert await system_dictionary(office, "SOURCE") == source


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": None}, ("REQUIRED", "input.name")),
        ({"name": "x" * 101}, ("LIMIT", "input.name")),
        ({"code": "TAKEN"}, ("DUPLICATE", "input.code")),
        ({"code": "no!"}, ("INVALID", "input.code")),
        ({"code": "x" * 51}, ("LIMIT", "input.code")),
        ({"color": "blue"}, ("INVALID", "input.color")),
        ({"dictionaryId": "SOURCE"}, ("INVALID", "input.dictionaryId")),
        (
            {"dictionaryId": "dictionary_01jd0000000000000000000000"},
            ("NOT_FOUND", "input.dictionaryId"),
        ),
    ],
)
async def test_what_makes_no_value(
    office: Office, given: dict[str, Any], reason: tuple[str, str]
) -> None:
    dictionary, _ = await make_dictionary(office, "CHECKED", "TAKEN")
    valid = {"dictionaryId": dictionary, "name": "x" * 100, "code": "FREE", "color": "#0000ff"}
    before = await office.stored()

    wrong = {**valid, **given}
    assert await refused(office.keeper, "createDictionaryItem", input=wrong) == [reason]
    assert await office.stored() == before

    await change(office.keeper, "createDictionaryItem", ITEM, input=valid)
    await change(office.keeper, "deleteDictionary", "dictionary { id }", input={"id": dictionary})


async def test_a_value_is_renamed_and_recoloured_the_systems_too(office: Office) -> None:
    source = await system_dictionary(office, "SOURCE")
    call = source["items"][0]
    lead = await change(
        office.seller, "createLead", "lead { id }", input={"title": "A", "sourceId": call["id"]}
    )
    assert call["isSystem"]

    given = {"id": call["id"], "name": "Telephone", "color": "#abcdef"}
    now = await change(office.keeper, "updateDictionaryItem", ITEM, input=given)

    assert (now["code"], now["name"], now["color"]) == ("CALL", "Telephone", "#ABCDEF")
    shown = await office.seller.data(
        "query ($id: ID!) { lead(id: $id) { version source { name } } }", id=lead["id"]
    )
    assert shown["lead"] == {"version": 1, "source": {"name": "Telephone"}}
    back = {"id": call["id"], "name": call["name"], "color": None}
    now = await change(office.keeper, "updateDictionaryItem", ITEM, input=back)
    assert (now["name"], now["color"]) == ("Call", None)


async def test_values_are_put_into_any_order(office: Office) -> None:
    dictionary, (one, two, three) = await make_dictionary(office, "ORDERED", "ONE", "TWO", "THREE")
    _, (foreign,) = await make_dictionary(office, "BESIDE", "OTHER")
    read = "dictionaryItems { code sort }"

    ordered = await change(office.keeper, "reorderDictionaryItems", read, ids=[three, one, two])

    assert ordered == [
        {"code": "THREE", "sort": 10}, {"code": "ONE", "sort": 20}, {"code": "TWO", "sort": 30},
    ]  # fmt: skip
    before = await office.stored()
    for wrong, reason in (
        ([], ("REQUIRED", "ids")),
        ([one, two], ("INVALID", "ids")),
        ([one, two, three, foreign], ("INVALID", "ids")),
        ([one, two, three, one], ("DUPLICATE", "ids.3")),
        ([one, two, dictionary], ("INVALID", "ids.2")),
    ):
        assert await refused(office.keeper, "reorderDictionaryItems", ids=wrong) == [reason]
    theirs = await refused(office.stranger, "reorderDictionaryItems", ids=[one, two, three])
    assert theirs == [("NOT_FOUND", "ids.0")]
    assert await office.stored() == before


@pytest.mark.parametrize(
    ("code", "item"),
    [(code, item[0]) for code, (*_, items) in expected.DICTIONARIES.items() for item in items
     if item[2]],
)  # fmt: skip
async def test_a_value_of_the_system_stays(office: Office, code: str, item: str) -> None:
    items = (await system_dictionary(office, code))["items"]
    (kept,) = (entry["id"] for entry in items if entry["code"] == item)
    beside = next(entry["id"] for entry in items if entry["code"] != item)

    for given in ({}, {"replaceWith": beside}):
        asked = {"id": kept, **given}
        reasons = await refused(office.keeper, "deleteDictionaryItem", input=asked)
        assert reasons == [("SYSTEM", "input.id")]
    assert (await system_dictionary(office, code))["items"] == items


@pytest.mark.parametrize(("record", "declared"), USERS)
async def test_a_value_in_use_goes_only_for_another(
    office: Office, record: Entity, declared: Field
) -> None:
    one, thing = record.name, record.type_name
    field = camel(declared.name)
    dictionary = (await system_dictionary(office, declared.dictionary))["id"]
    old, new = [(await add(office, dictionary))["id"] for _ in range(2)]
    label = {"lastName" if one == "contact" else "title": "Uses it", f"{field}Id": old}
    kept, binned = [
        (await change(office.seller, f"create{thing}", f"{one} {{ id }}", input=label))["id"]
        for _ in range(2)
    ]
    await change(office.seller, f"delete{thing}", f"{one} {{ id }}", input={"id": binned})
    before = await office.stored()

    reasons = await refused(office.keeper, "deleteDictionaryItem", input={"id": old})
    assert reasons == [("IN_USE", "input.id")]
    assert await office.stored() == before

    replaced = {"id": old, "replaceWith": new}
    await change(office.keeper, "deleteDictionaryItem", ITEM, input=replaced)

    await change(office.seller, f"restore{thing}", f"{one} {{ id }}", id=binned)
    for key, version in ((kept, 2), (binned, 4)):
        shown = await office.seller.data(
            f"query ($id: ID!) {{ {one}(id: $id) {{ version {field} {{ id }} }} }}", id=key
        )
        assert shown[one] == {"version": version, field: {"id": new}}
        changes = [changed for kind, changed in await office.log(key) if kind == "UPDATED"]
        assert changes == [{field: {"from": old, "to": new}}]
    assert [kind for kind, _ in await office.log(old)] == ["CREATED", "PURGED"]


async def test_what_is_no_replacement_replaces_nothing(office: Office) -> None:
    source = (await system_dictionary(office, "SOURCE"))["id"]
    industry = (await system_dictionary(office, "INDUSTRY"))["items"][0]["id"]
    old = (await add(office, source))["id"]
    theirs = await office.stranger.data('{ dictionary(code: "SOURCE") { items { id } } }')
    given = {"title": "Uses it", "sourceId": old}
    await change(office.seller, "createDeal", "deal { id }", input=given)
    before = await office.stored()

    for target, code in (
        (old, "INVALID"),
        (industry, "INVALID"),
        (theirs["dictionary"]["items"][0]["id"], "NOT_FOUND"),
        (source, "INVALID"),
        ("WEB", "INVALID"),
    ):
        asked = {"id": old, "replaceWith": target}
        reasons = await refused(office.keeper, "deleteDictionaryItem", input=asked)
        assert reasons == [(code, "input.replaceWith")]
    assert await office.stored() == before


async def test_another_workspace_has_no_such_dictionary(office: Office) -> None:
    dictionary, (item,) = await make_dictionary(office, "OURS", "ITEM")
    before = await office.stored()

    for mutation, given in (
        ("updateDictionary", {"id": dictionary, "name": "x"}),
        ("deleteDictionary", {"id": dictionary}),
        ("updateDictionaryItem", {"id": item, "name": "x"}),
        ("deleteDictionaryItem", {"id": item}),
    ):
        assert await refused(office.stranger, mutation, input=given) == [("NOT_FOUND", "input.id")]
    assert await office.stored() == before


async def test_values_added_at_once_do_not_share_a_place(office: Office) -> None:
    dictionary, _ = await make_dictionary(office, "AT_ONCE")

    made = await asyncio.gather(*(add(office, dictionary) for _ in range(6)))

    assert sorted(item["sort"] for item in made) == [10, 20, 30, 40, 50, 60]


async def test_a_dictionary_that_a_field_offers_stays(office: Office) -> None:
    dictionary, _ = await make_dictionary(office, "OFFERED", "ONE")
    field = await make_field(office, "DICTIONARY", {"dictionary": "OFFERED"})
    before = await office.stored()

    answer = await mutate(office.keeper, "deleteDictionary", input={"id": dictionary})

    assert answer.refusals() == [("IN_USE", "input.id")]
    (error,) = answer.data["deleteDictionary"]["userErrors"]
    assert error["message"] == f"Custom fields use it: {field['code']}."
    assert await office.stored() == before
    asked = {"id": field["id"], "confirm": True}
    await change(office.keeper, "deleteCustomField", "customField { id }", input=asked)
    await change(office.keeper, "deleteDictionary", "dictionary { id }", input={"id": dictionary})


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
async def test_a_value_that_a_field_of_a_record_holds_stays(office: Office, several: bool) -> None:
    code = f"HELD_{several}"
    dictionary, (held, beside) = await make_dictionary(office, code, "HELD", "BESIDE")
    field = await make_field(office, "DICTIONARY", {"dictionary": code}, isMultiple=several)
    value = {"code": field["code"], "value": [beside, held] if several else held}
    deal = {"title": "Holds it", "customValues": [value]}
    made = await change(office.seller, "createDeal", "deal { id }", input=deal)
    await change(office.seller, "deleteDeal", "deal { id }", input={"id": made["id"]})
    before = await office.stored()

    for given in ({}, {"replaceWith": beside}):
        asked = {"id": held, **given}
        reasons = await refused(office.keeper, "deleteDictionaryItem", input=asked)
        assert reasons == [("IN_USE", "input.id")]
    assert await office.stored() == before
    await change(office.seller, "purgeDeal", "deal { id }", id=made["id"])
    await change(office.keeper, "deleteDictionaryItem", ITEM, input={"id": held})
    shown = await system_dictionary(office, code)
    assert (shown["id"], [item["code"] for item in shown["items"]]) == (dictionary, ["BESIDE"])
