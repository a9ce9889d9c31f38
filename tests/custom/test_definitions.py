"""Definitions of custom fields: made quickly or in full, changed, ordered, deleted."""

from typing import Any

import pytest

from tests.custom.fields import FIELD, find, make_deal, make_field, read_values, refuse_field
from tests.people import Cast

TYPES = (
    "STRING", "TEXT", "INTEGER", "NUMBER", "BOOLEAN", "DATE", "DATETIME", "MONEY", "URL",
    "ADDRESS", "LIST", "USER", "RECORD", "DICTIONARY",
)  # fmt: skip
NEEDED = {"RECORD": {"types": ["COMPANY"]}, "DICTIONARY": {"dictionary": "SOURCE"}}


@pytest.mark.parametrize("kind", TYPES)
async def test_type_name_and_required_suffice(people: Cast, kind: str) -> None:
    settings = {"settings": NEEDED[kind]} if kind in NEEDED else {}

    made = await make_field(people.root, "Passport data", kind, isRequired=True, **settings)

    assert made["code"] == "passportData"
    assert (made["entity"], made["type"], made["isRequired"]) == ("DEAL", kind, True)
    assert (made["isMultiple"], made["isUnique"], made["isFilterable"]) == (False, False, True)
    assert made["settings"] == NEEDED.get(kind, {})
    listed = await people.anna.data("{ customFields(entity: DEAL) { id code type } }")
    assert listed["customFields"] == [{"id": made["id"], "code": "passportData", "type": kind}]
    assert (await people.anna.data("{ customFields(entity: LEAD) { id } }"))["customFields"] == []


async def test_a_member_makes_none(people: Cast) -> None:
    wanted = {"entity": "DEAL", "name": "Secret", "type": "STRING"}

    answer = await people.anna.mutate("createCustomField", wanted, "customField { id }")

    assert answer.codes == ["FORBIDDEN"]
    assert (await people.root.data("{ customFields(entity: DEAL) { id } }"))["customFields"] == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Паспортные данные", "pasportnyeDannye"),
        ("Contract №5", "contractNo5"),
        ("2nd phone", "field2ndPhone"),
        ("and", "fieldAnd"),
        ("契約", "qiYue"),
    ],
)
async def test_codes_are_made_of_names(people: Cast, name: str, code: str) -> None:
    assert (await make_field(people.root, name, "STRING"))["code"] == code
    assert (await make_field(people.root, name, "STRING"))["code"] == f"{code}2"


@pytest.mark.parametrize(
    ("kind", "given", "where"),
    [
        ("STRING", {"code": "No Name"}, "code"),
        ("STRING", {"code": "and"}, "code"),
        ("STRING", {"name": ""}, "name"),
        ("BOOLEAN", {"isMultiple": True}, "isMultiple"),
        ("STRING", {"options": [{"value": "a"}]}, "options"),
        ("STRING", {"settings": {"precision": 2}}, "settings.precision"),
        ("STRING", {"settings": {"maxLength": 256}}, "settings.maxLength"),
        ("STRING", {"settings": {"minLength": 5, "maxLength": 4}}, "settings.maxLength"),
        ("STRING", {"settings": {"pattern": "("}}, "settings.pattern"),
        ("STRING", {"settings": {"pattern": "[0-9]+", "default": "x"}}, "settings.default"),
        ("STRING", {"settings": [1]}, "settings"),
        ("INTEGER", {"settings": {"min": "one"}}, "settings.min"),
        ("NUMBER", {"settings": {"min": 5, "max": "4.5"}}, "settings.max"),
        ("DATE", {"settings": {"default": "tomorrow"}}, "settings.default"),
        ("RECORD", {"settings": {"types": ["TASK"]}}, "settings.types"),
        ("DICTIONARY", {}, "settings.dictionary"),
        ("DICTIONARY", {"settings": {"dictionary": []}}, "settings.dictionary"),
        ("DATE", {"settings": {"default": []}}, "settings.default"),
        ("DATETIME", {"settings": {"default": {}}}, "settings.default"),
        ("BOOLEAN", {"isUnique": True}, "isUnique"),
        ("MONEY", {"isUnique": True}, "isUnique"),
        ("STRING", {"labels": 5}, "labels"),
        ("STRING", {"labels": {"en": 5}}, "labels"),
        ("STRING", {"labels": {"en": "x" * 256}}, "labels"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_its_path(
    people: Cast, kind: str, given: dict[str, Any], where: str
) -> None:
    given = {"settings": {}, **given}

    refusals = await refuse_field(people.root, given.pop("name", "Odd"), kind, **given)

    assert [path for _, path in refusals] == [f"input.{where}"]
    assert (await people.root.data("{ customFields(entity: DEAL) { id } }"))["customFields"] == []


async def test_type_multiple_record_type_and_code_never_change(people: Cast) -> None:
    made = await make_field(people.root, "Number", "STRING")
    for name, value in (("type", "TEXT"), ("isMultiple", True), ("entity", "LEAD"), ("code", "n")):
        answer = await people.root.mutate(
            "updateCustomField", {"id": made["id"], name: value}, "customField { id }"
        )
        assert answer.refusals() == [("IMMUTABLE", f"input.{name}")]

    changed = await people.root.mutate(
        "updateCustomField",
        {"id": made["id"], "type": "STRING", "name": "Contract", "labels": {"ru": "Договор"},
         "settings": {"maxLength": 10}},
        FIELD,
    )  # fmt: skip

    assert changed.payload()["customField"] == made | {
        "name": "Contract", "labels": {"ru": "Договор"}, "settings": {"maxLength": 10}
    }  # fmt: skip


async def test_options_are_added_changed_and_deleted(people: Cast) -> None:
    options = [{"value": "North", "code": "N"}, {"value": "South", "color": "#ff0000"}]
    made = await make_field(people.root, "Region", "LIST", options=options)
    north, south = made["options"]
    assert [north["value"], north["code"], south["color"]] == ["North", "N", "#FF0000"]
    await make_deal(people.anna, ("region", south["id"]))

    used = await people.root.mutate(
        "updateCustomField", {"id": made["id"], "deleteOptionIds": [south["id"]]}, FIELD
    )
    changed = await people.root.mutate(
        "updateCustomField",
        {"id": made["id"], "deleteOptionIds": [north["id"]],
         "options": [{"id": south["id"], "value": "Far south"}, {"value": "East"}]},
        FIELD,
    )  # fmt: skip

    assert used.refusals() == [("IN_USE", "input.deleteOptionIds")]
    after = changed.payload()["customField"]["options"]
    assert [option["value"] for option in after] == ["Far south", "East"]
    assert after[0]["id"] == south["id"]


async def test_deleting_first_tells_what_it_affects(people: Cast) -> None:
    made = await make_field(people.root, "Number", "STRING")
    kept = await make_field(people.root, "Note", "STRING")
    deal = await make_deal(people.anna, ("number", "5"), ("note", "n"))
    read = "customField { id } affected { records stages } isDeleted"

    told = await people.root.mutate("deleteCustomField", {"id": made["id"]}, read)
    denied = await people.anna.mutate(
        "deleteCustomField", {"id": made["id"], "confirm": True}, read
    )

    assert told.payload()["affected"] == {"records": 1, "stages": 0}
    assert told.payload()["isDeleted"] is False
    assert denied.codes == ["FORBIDDEN"]
    assert len(await read_values(people.anna, deal, "number")) == 1

    done = await people.root.mutate("deleteCustomField", {"id": made["id"], "confirm": True}, read)

    assert done.payload()["isDeleted"] is True
    assert await read_values(people.anna, deal, "number") == []
    assert (await read_values(people.anna, deal, "note"))[0]["strings"] == ["n"]
    listed = await people.anna.data("{ customFields(entity: DEAL) { id } }")
    assert listed["customFields"] == [{"id": kept["id"]}]
    again = await make_field(people.root, "Number", "STRING")
    assert await find(people.anna, again["code"], "isNull", False) == []


async def test_a_field_becomes_filterable_later_with_the_values_that_are_there(
    people: Cast,
) -> None:
    made = await make_field(people.root, "Number", "INTEGER", isFilterable=False)
    await make_deal(people.anna, ("number", 5), title="Five")
    await make_deal(people.anna, title="None")

    on = {"id": made["id"], "isFilterable": True}
    (await people.root.mutate("updateCustomField", on, FIELD)).payload()
    assert await find(people.anna, "number", "eq", 5) == ["Five"]
    assert await find(people.anna, "number", "isNull", True) == ["None"]

    (await people.root.mutate("updateCustomField", on | {"isFilterable": False}, FIELD)).payload()
    await make_deal(people.anna, ("number", 6), title="Six")
    (await people.root.mutate("updateCustomField", on, FIELD)).payload()
    assert await find(people.anna, "number", "gte", 5) == ["Five", "Six"]


async def test_a_field_becomes_unique_where_no_value_repeats(people: Cast) -> None:
    made = await make_field(people.root, "Number", "INTEGER")
    deal = await make_deal(people.anna, ("number", 5))
    await make_deal(people.anna, ("number", 5))
    on = {"id": made["id"], "isUnique": True}

    refused = await people.root.mutate("updateCustomField", on, FIELD)
    other = {"id": deal, "customValues": [{"code": "number", "value": 6}]}
    (await people.anna.mutate("updateDeal", other, "deal { id }")).payload()
    done = await people.root.mutate("updateCustomField", on, FIELD)

    assert refused.refusals() == [("CONFLICT", "input.isUnique")]
    assert done.payload()["customField"]["isUnique"] is True


async def test_fields_are_put_into_an_order(people: Cast) -> None:
    first = await make_field(people.root, "First", "STRING")
    second = await make_field(people.root, "Second", "STRING")

    ordered = await people.root.run(
        "mutation ($ids: [ID!]!) { reorderCustomFields(ids: $ids)"
        " { customFields { code } userErrors { code path } } }",
        {"ids": [second["id"], first["id"]]},
    )

    assert [row["code"] for row in ordered.payload()["customFields"]] == ["second", "first"]
    listed = await people.anna.data("{ customFields(entity: DEAL) { code } }")
    assert [row["code"] for row in listed["customFields"]] == ["second", "first"]
