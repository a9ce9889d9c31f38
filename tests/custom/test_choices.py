"""Values that are chosen or held: files, sections and elements, options and people in order."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from resolvers import custom_pivot
from tests.client import Client, Upload
from tests.custom.fields import find, make_deal, make_field
from tests.people import Cast

ORDERED = "query ($by: [DealOrder!]) { deals(orderBy: $by) { nodes { title } } }"
Work = Callable[..., Awaitable[None]]


async def add(client: Client, thing: str, **given: Any) -> str:
    """Make an entry or an element; gives its id."""
    name = thing[0].lower() + thing[1:]
    made = await client.mutate(f"create{thing}", given, f"{name} {{ id }}")
    return str(made.payload()[name]["id"])


async def upload(client: Client, name: str, content: bytes) -> str:
    """Upload a file; gives its id."""
    answer = await client.mutate("uploadFile", {"file": Upload(name, content)}, "file { id }")
    return str(answer.payload()["file"]["id"])


async def titles(client: Client, **by: str) -> list[str]:
    """Give the titles of all deals in the order of a custom field."""
    found = await client.data(ORDERED, by=[{"custom": by}])
    return [node["title"] for node in found["deals"]["nodes"]]


async def change(client: Client, deal: str, code: str, value: Any) -> list[tuple[str, str]]:
    """Give a deal another value; gives why that was refused."""
    given = {"id": deal, "customValues": [{"code": code, "value": value}]}
    return (await client.mutate("updateDeal", given, "deal { id }")).refusals()


async def test_a_file_is_a_value_of_one_record(people: Cast) -> None:
    await make_field(people.root, "Contract", "FILE", settings={"extensions": ["txt"]})
    file = await upload(people.anna, "contract.txt", b"Signed.")
    deal = await make_deal(people.anna, ("contract", file), title="With")
    other = await make_deal(people.anna, title="Without")

    read = """query ($id: ID!) { deal(id: $id) { custom { contract { name size url } }
      customFieldValues { displayValue ... on FileFieldValue { files { id } } } } }"""
    found = (await people.boris.data(read, id=deal))["deal"]
    assert found["custom"]["contract"] == {
        "name": "contract.txt", "size": 7, "url": f"/files/{file}"
    }  # fmt: skip
    assert found["customFieldValues"] == [
        {"displayValue": "contract.txt", "files": [{"id": file}]}
    ]  # fmt: skip
    assert await find(people.anna, "contract", "isNull", False) == ["With"]
    taken = [("NOT_FOUND", "input.customValues.0.value")]
    assert await change(people.anna, other, "contract", file) == taken
    assert await change(people.anna, deal, "contract", file) == []
    assert await change(people.anna, deal, "contract", None) == []
    assert await find(people.anna, "contract", "isNull", False) == []


async def test_a_file_of_another_kind_or_another_person_is_refused(people: Cast) -> None:
    settings = {"extensions": ["txt"], "maxSize": 10}
    await make_field(people.root, "Contract", "FILE", settings=settings)
    deal = await make_deal(people.anna)
    page = await upload(people.anna, "page.html", b"<p>")
    long = await upload(people.anna, "long.txt", b"x" * 11)
    foreign = await upload(people.boris, "fine.txt", b"fine")
    place = "input.customValues.0.value"

    assert await change(people.anna, deal, "contract", page) == [("INVALID", place)]
    assert await change(people.anna, deal, "contract", long) == [("LIMIT", place)]
    assert await change(people.anna, deal, "contract", foreign) == [("NOT_FOUND", place)]
    assert await find(people.anna, "contract", "isNull", True) == ["Deal"]


@pytest.fixture
async def cars(people: Cast) -> dict[str, str]:
    """Fill a catalogue: vans, large vans below them, and one element in each."""
    catalog = await add(people.root, "Catalog", name="Cars")
    vans = await add(people.root, "CatalogSection", catalogId=catalog, name="Vans")
    large = await add(people.root, "CatalogSection", catalogId=catalog, name="Large", parentId=vans)
    found = {"catalog": catalog, "vans": vans, "large": large}
    for name, section in (("Caddy", vans), ("Sprinter", large)):
        given = {"catalogId": catalog, "sectionId": section, "name": name}
        found[name] = await add(people.anna, "CatalogElement", **given)
    return found


async def test_sections_and_elements_are_chosen_found_and_ordered(
    people: Cast, cars: dict[str, str]
) -> None:
    settings = {"catalog": cars["catalog"]}
    await make_field(people.root, "Car", "CATALOG_ELEMENT", settings=settings)
    await make_field(people.root, "Class", "CATALOG_SECTION", settings=settings)
    for title, car, section in (("a", "Sprinter", "large"), ("b", "Caddy", "vans")):
        values = (("car", cars[car]), ("class", cars[section]))
        await make_deal(people.anna, *values, title=title)

    assert await find(people.anna, "car", "eq", cars["Caddy"]) == ["b"]
    assert await find(people.anna, "car", "inTree", [cars["large"]]) == ["a"]
    assert await find(people.anna, "car", "inTree", [cars["vans"]]) == ["a", "b"]
    assert await find(people.anna, "class", "inTree", [cars["vans"]]) == ["a", "b"]
    assert await find(people.anna, "class", "eq", cars["vans"]) == ["b"]
    assert await titles(people.anna, car="ASC") == ["b", "a"]
    assert await titles(people.anna, **{"class": "DESC"}) == ["b", "a"]
    renamed = {"id": cars["Sprinter"], "name": "A-Sprinter"}
    (await people.anna.mutate("updateCatalogElement", renamed, "catalogElement { id }")).payload()
    assert await titles(people.anna, car="ASC") == ["a", "b"]


async def test_what_is_of_another_catalogue_is_refused(people: Cast, cars: dict[str, str]) -> None:
    houses = await add(people.root, "Catalog", name="Houses")
    await make_field(people.root, "House", "CATALOG_ELEMENT", settings={"catalog": houses})
    deal = await make_deal(people.anna)

    place = "input.customValues.0.value"
    assert await change(people.anna, deal, "house", cars["Caddy"]) == [("NOT_FOUND", place)]
    assert await change(people.anna, deal, "house", cars["vans"]) == [("INVALID", place)]
    assert await find(people.anna, "house", "isNull", False) == []


async def test_a_field_with_values_stays_with_its_catalogue(
    people: Cast, cars: dict[str, str]
) -> None:
    houses = await add(people.root, "Catalog", name="Houses")
    now, then = {"catalog": cars["catalog"]}, {"catalog": houses}
    for name, kind, value in (("Car", "ELEMENT", "Caddy"), ("Class", "SECTION", "vans")):
        field = await make_field(people.root, name, f"CATALOG_{kind}", settings=now)
        code = field["code"]
        deal = await make_deal(people.anna, (code, cars[value]), title=name)
        moved = {"id": field["id"], "settings": then}

        refused = await people.root.mutate("updateCustomField", moved, "customField { id }")

        assert refused.refusals() == [("IN_USE", "input.settings.catalog")]
        assert await find(people.anna, code, "eq", cars[value]) == [name]
        again = {"id": field["id"], "name": f"{name} of ours", "settings": now}
        (await people.root.mutate("updateCustomField", again, "customField { id }")).payload()
        assert await change(people.anna, deal, code, None) == []
        done = await people.root.mutate("updateCustomField", moved, "customField { settings }")
        assert done.payload()["customField"]["settings"] == then
        assert await change(people.anna, deal, code, cars[value]) == [
            ("NOT_FOUND", "input.customValues.0.value")
        ]


async def test_a_field_with_values_stays_with_its_dictionary(people: Cast) -> None:
    made = await people.root.mutate(
        "createDictionary", {"code": "SIZES", "name": "Sizes"}, "dictionary { id }"
    )
    sizes = made.payload()["dictionary"]["id"]
    given = {"dictionaryId": sizes, "name": "Small"}
    small = await add(people.root, "DictionaryItem", **given)
    field = await make_field(people.root, "Size", "DICTIONARY", settings={"dictionary": "SIZES"})
    await make_deal(people.anna, ("size", small))
    moved = {"id": field["id"], "settings": {"dictionary": "SOURCE"}}

    refused = await people.root.mutate("updateCustomField", moved, "customField { id }")

    assert refused.refusals() == [("IN_USE", "input.settings.dictionary")]
    assert await find(people.anna, "size", "eq", small) == ["Deal"]


async def test_elements_have_fields_of_their_catalogue(people: Cast, cars: dict[str, str]) -> None:
    given = {"entity": "CATALOG_ELEMENT", "catalogIds": [cars["catalog"]]}
    await make_field(people.root, "Seats", "INTEGER", **given)
    houses = await add(people.root, "Catalog", name="Houses")

    seats = {"id": cars["Caddy"], "custom": {"seats": 5}}
    (await people.anna.mutate("updateCatalogElement", seats, "catalogElement { id }")).payload()
    house = {"catalogId": houses, "name": "Hut", "custom": {"seats": 5}}
    refused = await people.anna.mutate("createCatalogElement", house, "catalogElement { id }")

    assert refused.refusals() == [("INVALID", "input.custom.seats")]
    found = await people.anna.data(
        "{ catalogElements(where: {custom: {seats: {eq: 5}}}) { nodes { name custom { seats } } } }"
    )
    assert found["catalogElements"]["nodes"] == [{"name": "Caddy", "custom": {"seats": 5}}]


async def test_options_order_by_their_place_and_people_by_name(people: Cast) -> None:
    options = [{"value": "Low"}, {"value": "High"}]
    field = await make_field(people.root, "Grade", "LIST", options=options)
    low, high = (option["id"] for option in field["options"])
    await make_field(people.root, "Guide", "USER")
    for title, grade, guide in (("x", high, "anna"), ("y", low, "boris")):
        values = (("grade", grade), ("guide", people.ids[guide]))
        await make_deal(people.anna, *values, title=title)
    await make_deal(people.anna, title="none")

    assert await titles(people.anna, grade="ASC") == ["y", "x", "none"]
    assert await titles(people.anna, guide="ASC_NULLS_FIRST") == ["none", "x", "y"]
    moved = {"id": field["id"], "options": [{"id": low, "sort": 900}]}
    (await people.root.mutate("updateCustomField", moved, "customField { id }")).payload()
    assert await titles(people.anna, grade="ASC") == ["x", "y", "none"]


async def test_many_options_move_in_a_few_statements(people: Cast, watch: Any) -> None:
    options = [{"value": str(number)} for number in range(20)]
    field = await make_field(people.root, "Grade", "LIST", options=options)
    ids = [option["id"] for option in field["options"]]
    for number in (3, 17):
        await make_deal(people.anna, ("grade", ids[number]), title=str(number))
    moved = [{"id": key, "sort": 1000 - number} for number, key in enumerate(ids)]

    with watch() as seen:
        given = {"id": field["id"], "options": moved}
        (await people.root.mutate("updateCustomField", given, "customField { id }")).payload()

    assert len([text for text in seen.texts if text.startswith("UPDATE custom_values")]) == 1
    assert await titles(people.anna, grade="ASC") == ["17", "3"]


async def test_numbers_and_search_know_custom_fields(people: Cast) -> None:
    await make_field(people.root, "Score", "INTEGER")
    await make_field(people.root, "Until", "DATE")
    await make_field(people.root, "Note", "TEXT")
    values = (("score", 2), ("until", "2026-01-31"), ("note", "A red roof"))
    await make_deal(people.anna, *values, title="one")
    await make_deal(people.anna, ("score", 5), title="two")

    found = await people.anna.data(
        """{ deals { aggregate { custom { score { sum avg min max } until { min max } }
          customAggregates(codes: ["score", "until"]) { field { code } count sum min max } } }
          searched: deals(search: "red one") { nodes { title } }
          search(text: "roof") { nodes { ... on Deal { title } } } }"""
    )

    numbers = found["deals"]["aggregate"]
    assert numbers["custom"]["score"] == {"sum": "7", "avg": "3.5", "min": 2, "max": 5}
    assert numbers["custom"]["until"] == {"min": "2026-01-31", "max": "2026-01-31"}
    assert numbers["customAggregates"] == [
        {"field": {"code": "score"}, "count": 2, "sum": "7", "min": 2, "max": 5},
        {"field": {"code": "until"}, "count": 1, "sum": None, "min": "2026-01-31",
         "max": "2026-01-31"},
    ]  # fmt: skip
    assert found["searched"]["nodes"] == [{"title": "one"}]
    assert found["search"]["nodes"] == [{"title": "one"}]


async def test_a_large_field_is_made_ready_in_the_background(
    people: Cast, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_pivot, "PORTION", 2)
    field = await make_field(people.root, "Score", "INTEGER", isFilterable=False)
    for number in range(5):
        await make_deal(people.anna, ("score", number), title=str(number))
    given = {"id": field["id"], "isFilterable": True}

    made = await people.root.mutate("updateCustomField", given, "customField { isReady }")
    assert made.payload()["customField"] == {"isReady": False}
    where = {"where": [{"code": "score", "op": "gt", "value": 1}]}
    read = "query ($where: [CustomFilter!]) { deals(customWhere: $where) { totalCount } }"
    assert (await people.anna.run(read, where)).codes == ["BAD_USER_INPUT"]
    off = {"id": field["id"], "isFilterable": False}
    early = await people.root.mutate("updateCustomField", off, "customField { id }")
    assert early.refusals() == [("CONFLICT", "input.isFilterable")]
    await work()
    assert await find(people.anna, "score", "gt", 1) == ["2", "3", "4"]
    assert await titles(people.anna, score="DESC") == ["4", "3", "2", "1", "0"]
