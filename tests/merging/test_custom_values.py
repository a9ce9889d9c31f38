"""Custom values when records are merged: their own, and those that point to them."""

from typing import Any

import pytest

from tests.client import Client, Upload
from tests.custom.fields import make_field
from tests.merging.conftest import change, choose, make, merge, read, unmerge
from tests.people import Cast

VALUES = """customFieldValues { field { code } displayValue
  ... on RecordFieldValue { records { id } } ... on FileFieldValue { files { id name } } }"""


async def values(person: Client, entity: str, key: str) -> dict[str, Any]:
    """Give the custom values of a record as people read them, by code."""
    found = (await read(person, entity, key, VALUES))["customFieldValues"]
    return {item["field"]["code"]: item["displayValue"] for item in found
            if item["displayValue"] not in (None, "")}  # fmt: skip


async def made(person: Client, **custom: Any) -> str:
    """Make a deal with custom values."""
    given = [{"code": code, "value": value} for code, value in custom.items()]
    return await make(person, "deal", title="Pumps", customValues=given)


async def upload(person: Client, name: str) -> str:
    """Upload a file and give its id."""
    content = Upload(name, b"%PDF-1.4", "application/pdf")
    done = await person.mutate("uploadFile", {"file": content}, "file { id }")
    return str(done.payload()["file"]["id"])


@pytest.fixture
async def fields(people: Cast) -> None:
    """Let deals have fields of several types."""
    for code, kind, given in (
        ("color", "STRING", {}),
        ("notes", "TEXT", {}),
        ("tags", "STRING", {"isMultiple": True}),
        ("number", "STRING", {"isUnique": True}),
        ("price", "MONEY", {}),
        ("contract", "FILE", {}),
        ("client", "RECORD", {"settings": {"types": ["CONTACT"]}, "isFilterable": True}),
        ("partners", "RECORD", {"settings": {"types": ["CONTACT", "COMPANY"]},
                                "isMultiple": True, "isFilterable": False}),
    ):  # fmt: skip
        await make_field(people.root, code.capitalize(), kind, code=code, **given)


@pytest.mark.usefixtures("fields")
async def test_custom_values_are_filled_united_and_chosen_like_others(people: Cast) -> None:
    anna = people.anna
    survivor = await made(anna, color="Red", notes="One.", tags=["a", "b"])
    double = await made(anna, color="green", notes="Two.", tags=["b", "c"], number="N1",
                        price={"amount": "5", "currency": "USD"})  # fmt: skip
    refused = await merge(anna, survivor, double)
    (conflict,) = refused.data["mergeRecords"]["conflicts"]
    assert (conflict["field"], conflict["label"]) == ("custom.color", "Color")
    assert [item["value"] for item in conflict["values"]] == ["Red", "green"]
    before = [await values(anna, "deal", key) for key in (survivor, double)]
    choices = choose(**{"custom.color": double})
    done = (await merge(anna, survivor, double, choices=choices)).payload()
    found = await values(anna, "deal", survivor)
    assert found["color"] == "green"
    assert found["notes"] == "One.\n\nTwo."
    assert found["tags"] == "a, b, c"
    assert found["number"] == "N1"
    assert found["price"] == before[1]["price"]
    (await unmerge(anna, done["merge"]["id"])).payload()
    assert [await values(anna, "deal", key) for key in (survivor, double)] == before


@pytest.mark.usefixtures("fields")
async def test_files_go_with_the_value_and_come_back(people: Cast) -> None:
    anna = people.anna
    mine, theirs = await upload(anna, "mine.pdf"), await upload(anna, "theirs.pdf")
    survivor, double = await made(anna, contract=mine), await made(anna, contract=theirs)
    choices = choose(**{"custom.contract": double})
    done = (await merge(anna, survivor, double, choices=choices)).payload()
    assert (await values(anna, "deal", survivor))["contract"] == "theirs.pdf"
    (await unmerge(anna, done["merge"]["id"])).payload()
    assert (await values(anna, "deal", survivor))["contract"] == "mine.pdf"
    assert (await values(anna, "deal", double))["contract"] == "theirs.pdf"
    for key in (mine, theirs):
        got = await anna.http.get(
            f"/files/{key}", headers={"Authorization": f"Bearer {anna.token}"}
        )
        assert got.status_code == 200


@pytest.mark.usefixtures("fields")
async def test_values_that_point_to_a_merged_record_point_to_who_survived(people: Cast) -> None:
    anna = people.anna
    survivor, double, other = [
        await make(anna, "contact", lastName="Smirnova") for _ in range(3)
    ]  # fmt: skip
    deal = await made(anna, client=double, partners=[double, other, survivor])
    done = (await merge(anna, survivor, double)).payload()

    async def pointing() -> dict[str, list[str]]:
        found = (await read(anna, "deal", deal, VALUES))["customFieldValues"]
        return {item["field"]["code"]: [record["id"] for record in item["records"]]
                for item in found if item.get("records")}  # fmt: skip

    async def found_by(key: str) -> list[Any]:
        where = [{"code": "client", "op": "eq", "value": key}]
        listed = await anna.data(
            "query ($where: [CustomFilter!]) { deals(customWhere: $where) { nodes { id } } }",
            where=where,
        )
        return list(listed["deals"]["nodes"])

    assert await pointing() == {"client": [survivor], "partners": [survivor, other]}
    assert await found_by(survivor) == [{"id": deal}]
    assert await read(anna, "deal", deal, "version") == {"version": 1}
    (await unmerge(anna, done["merge"]["id"])).payload()
    assert await pointing() == {"client": [double], "partners": [double, other, survivor]}
    assert await found_by(survivor) == []


@pytest.mark.usefixtures("fields")
async def test_a_value_that_was_changed_since_stays(people: Cast) -> None:
    anna = people.anna
    survivor, double, other = [await make(anna, "contact", lastName="Smirnova") for _ in range(3)]
    deal = await made(anna, client=double)
    done = (await merge(anna, survivor, double)).payload()
    given = [{"code": "client", "value": other}]
    (await change(anna, "deal", deal, customValues=given)).payload()
    (await unmerge(anna, done["merge"]["id"])).payload()
    (value,) = (await read(anna, "deal", deal, VALUES))["customFieldValues"][-2:-1] or [{}]
    assert [record["id"] for record in value["records"]] == [other]


async def test_time_that_is_booked_goes_to_who_survives_and_back(people: Cast) -> None:
    room = await people.root.mutate("createResource", {"name": "Room"}, "resource { id }")
    key = room.payload()["resource"]["id"]
    settings = {"resources": [key]}
    await make_field(people.root, "Meeting", "BOOKING", code="meeting", settings=settings)
    hour = {"from": "2027-06-01T09:00:00Z", "to": "2027-06-01T10:00:00Z", "resourceIds": [key]}
    anna = people.anna
    survivor, double = await made(anna), await made(anna, meeting=hour)
    done = (await merge(anna, survivor, double)).payload()
    assert "meeting" in await values(anna, "deal", survivor)
    given = {"title": "Late", "customValues": [{"code": "meeting", "value": hour}]}
    late = await anna.mutate("createDeal", given, "deal { id }")
    assert [code for code, _ in late.refusals()] == ["CONFLICT"]
    (await unmerge(anna, done["merge"]["id"])).payload()
    assert "meeting" not in await values(anna, "deal", survivor)
    assert "meeting" in await values(anna, "deal", double)


async def test_a_field_that_was_made_since_keeps_its_values(people: Cast) -> None:
    root = people.root
    field = await make_field(root, "Color", "STRING", code="color")
    survivor, double = await made(root), await made(root, color="Red")
    done = (await merge(root, survivor, double)).payload()
    gone = {"id": field["id"], "confirm": True}
    (await root.mutate("deleteCustomField", gone, "")).payload()
    await make_field(root, "Shade", "STRING", code="color")
    given = [{"code": "color", "value": "Red"}]
    (await change(root, "deal", survivor, customValues=given)).payload()
    (await unmerge(root, done["merge"]["id"])).payload()
    assert await values(root, "deal", survivor) == {"color": "Red"}
