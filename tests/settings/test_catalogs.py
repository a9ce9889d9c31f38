"""Catalogues and their trees of sections: made, ordered, moved, and deleted where nobody uses them.

What stands in them is in `test_elements.py`.
"""

import asyncio
from typing import Any

import pytest

from tests.api.calling import mutate
from tests.settings.catalogs import (
    make_catalog,
    make_element,
    make_field,
    make_section,
    section_of,
    tree,
)
from tests.settings.office import Office, change, look, refused

CATALOG = "catalog { id name description sort sections { id } elements { nodes { id } } }"
DRY = {"X-Dry-Run": "1"}
LEVELS = 12


async def test_a_catalogue_is_made_renamed_and_deleted(office: Office) -> None:
    given = {"name": "Cars", "description": "All that we sell.", "sort": 7}

    made = await change(office.keeper, "createCatalog", CATALOG, input=given)
    changed = await change(
        office.keeper, "updateCatalog", CATALOG,
        input={"id": made["id"], "name": "Our cars", "description": None},
    )  # fmt: skip
    shown = await look(office.seller, made["id"], "id name description sort")
    gone = await change(
        office.keeper, "deleteCatalog", "catalog { name }", input={"id": made["id"]}
    )

    assert made == {**given, "id": made["id"], "sections": [], "elements": {"nodes": []}}
    assert changed == {**made, "name": "Our cars", "description": None}
    assert shown == {"id": made["id"], "name": "Our cars", "description": None, "sort": 7}
    assert gone == {"name": "Our cars"}
    assert await look(office.seller, made["id"], "id") is None
    assert await office.log(made["id"]) == [
        ("CREATED", {
            "name": {"from": None, "to": "Cars"}, "sort": {"from": None, "to": 7},
            "description": {"from": None, "to": "All that we sell."},
        }),
        ("UPDATED", {
            "name": {"from": "Cars", "to": "Our cars"},
            "description": {"from": "All that we sell.", "to": None},
        }),
        ("PURGED", {}),
    ]  # fmt: skip


async def test_catalogues_come_last_unless_placed(office: Office) -> None:
    one, two = [await make_catalog(office) for _ in range(2)]
    first = await make_catalog(office, sort=-1)
    listed = "{ catalogs { id sort } }"
    found = (await office.seller.data(listed))["catalogs"]
    order = [item["id"] for item in found if item["id"] in {one, two, first}]
    moved = {"id": two, "sort": -2}
    await change(office.keeper, "updateCatalog", "catalog { id }", input=moved)
    later = (await office.seller.data(listed))["catalogs"]

    assert order == [first, one, two]
    assert [item["sort"] for item in found] == sorted(item["sort"] for item in found)
    assert [item["id"] for item in later if item["id"] in {one, two, first}] == [two, first, one]
    for catalog in (first, two):  # the next of other tests come last again
        await change(office.keeper, "deleteCatalog", "catalog { id }", input={"id": catalog})


async def test_catalogues_and_sections_added_at_once_do_not_share_a_place(office: Office) -> None:
    catalogs = await asyncio.gather(*(make_catalog(office) for _ in range(4)))
    places = [(await look(office.seller, key, "sort"))["sort"] for key in catalogs]
    sections = await asyncio.gather(*(make_section(office, catalogs[0]) for _ in range(4)))
    found = [(await section_of(office, key, "sort"))["sort"] for key in sections]

    assert len(set(places)) == 4
    assert sorted(found) == [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": None}, ("REQUIRED", "input.name")),
        ({"name": "  "}, ("REQUIRED", "input.name")),
        ({"name": "x" * 256}, ("LIMIT", "input.name")),
        ({"name": "two\nlines"}, ("INVALID", "input.name")),
        ({"description": "x" * 5_001}, ("LIMIT", "input.description")),
        ({"sort": None}, ("REQUIRED", "input.sort")),
    ],
)
async def test_what_makes_no_catalogue(
    office: Office, given: dict[str, Any], reason: tuple[str, str]
) -> None:
    valid = {"name": "x" * 255, "description": "x" * 5_000, "sort": 1}
    catalog = await make_catalog(office)
    before = await office.stored()

    assert await refused(office.keeper, "createCatalog", input={**valid, **given}) == [reason]
    changed = {"id": catalog, **given}
    assert await refused(office.keeper, "updateCatalog", input=changed) == [reason]
    assert await office.stored() == before
    await change(office.keeper, "createCatalog", "catalog { id }", input=valid)


# --- sections -----------------------------------------------------------------------------------


async def test_sections_form_a_tree_in_their_order(office: Office) -> None:
    cars = await make_catalog(office)
    sedans, vans = [await make_section(office, cars, name) for name in ("Sedans", "Vans")]
    small = await make_section(office, cars, "Small", parentId=vans)
    first = await make_section(office, cars, "First", parentId=vans, sort=1)

    assert await tree(office, cars) == {
        sedans: (None, 10), vans: (None, 20), small: (vans, 10), first: (vans, 1),
    }  # fmt: skip
    shown = await section_of(office, vans, "catalog { id } children { id } parent { id }")
    assert shown == {
        "catalog": {"id": cars}, "children": [{"id": first}, {"id": small}], "parent": None,
    }  # fmt: skip
    moved = {"id": small, "parentId": sedans, "name": "Compact", "sort": 5}
    await change(office.keeper, "updateCatalogSection", "catalogSection { id }", input=moved)
    up = {"id": first, "parentId": None}
    await change(office.keeper, "updateCatalogSection", "catalogSection { id }", input=up)

    assert await tree(office, cars) == {
        sedans: (None, 10), vans: (None, 20), small: (sedans, 5), first: (None, 1),
    }  # fmt: skip
    assert (await office.log(small))[-1] == ("UPDATED", {
        "parent": {"from": vans, "to": sedans}, "name": {"from": "Small", "to": "Compact"},
        "sort": {"from": 10, "to": 5},
    })  # fmt: skip


async def test_no_section_stands_below_itself(office: Office) -> None:
    cars = await make_catalog(office)
    top = await make_section(office, cars)
    middle = await make_section(office, cars, parentId=top)
    low = await make_section(office, cars, parentId=middle)
    before = await office.stored()

    for parent in (top, middle, low):
        circle = {"id": top, "parentId": parent}
        reasons = await refused(office.keeper, "updateCatalogSection", input=circle)
        assert reasons == [("INVALID", "input.parentId")]
    assert await office.stored() == before
    fine = {"id": low, "parentId": top}
    await change(office.keeper, "updateCatalogSection", "catalogSection { id }", input=fine)


async def test_two_moves_at_once_close_no_circle(office: Office) -> None:
    cars = await make_catalog(office)
    one, two = [await make_section(office, cars) for _ in range(2)]

    answers = await asyncio.gather(*(
        mutate(office.keeper, "updateCatalogSection", input={"id": key, "parentId": parent})
        for key, parent in ((one, two), (two, one))
    ))  # fmt: skip

    refusals = [answer.refusals() for answer in answers]
    assert sorted(refusals) == [[], [("INVALID", "input.parentId")]]
    assert sorted(parent is None for parent, _ in (await tree(office, cars)).values()) == [
        False, True,
    ]  # fmt: skip


async def test_a_section_stays_in_its_catalogue(office: Office) -> None:
    cars, branches = [await make_catalog(office) for _ in range(2)]
    section, foreign = await make_section(office, cars), await make_section(office, branches)
    theirs = await change(
        office.stranger, "createCatalog", "catalog { id }", input={"name": "Theirs"}
    )
    strange = {"catalogId": theirs["id"], "name": "Theirs"}
    stranger = await change(
        office.stranger, "createCatalogSection", "catalogSection { id }", input=strange
    )
    before = await office.stored()

    for parent, code in (
        (foreign, "INVALID"), (stranger["id"], "NOT_FOUND"), (cars, "INVALID"), ("", "INVALID"),
    ):  # fmt: skip
        made = {"catalogId": cars, "name": "More", "parentId": parent}
        reasons = await refused(office.keeper, "createCatalogSection", input=made)
        assert reasons == [(code, "input.parentId")]
        moved = {"id": section, "parentId": parent}
        reasons = await refused(office.keeper, "updateCatalogSection", input=moved)
        assert reasons == [(code, "input.parentId")]
    strange = {"catalogId": theirs["id"], "name": "More"}
    reasons = await refused(office.keeper, "createCatalogSection", input=strange)
    assert reasons == [("NOT_FOUND", "input.catalogId")]
    # To another catalogue it cannot even be asked to go.
    elsewhere = {"id": section, "catalogId": branches}
    answer = await mutate(office.keeper, "updateCatalogSection", input=elsewhere)
    assert answer.codes == ["BAD_USER_INPUT"]
    assert await office.stored() == before


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": None}, ("REQUIRED", "input.name")),
        ({"name": "x" * 256}, ("LIMIT", "input.name")),
        ({"sort": None}, ("REQUIRED", "input.sort")),
    ],
)
async def test_what_makes_no_section(
    office: Office, given: dict[str, Any], reason: tuple[str, str]
) -> None:
    cars = await make_catalog(office)
    section = await make_section(office, cars)
    valid = {"catalogId": cars, "name": "x" * 255}
    before = await office.stored()

    made = {**valid, **given}
    assert await refused(office.keeper, "createCatalogSection", input=made) == [reason]
    changed = {"id": section, **given}
    assert await refused(office.keeper, "updateCatalogSection", input=changed) == [reason]
    assert await office.stored() == before
    await change(office.keeper, "createCatalogSection", "catalogSection { id }", input=valid)


# --- deleting sections --------------------------------------------------------------------------


async def test_an_empty_section_is_deleted(office: Office) -> None:
    cars = await make_catalog(office)
    kept, going = [await make_section(office, cars) for _ in range(2)]

    gone = await change(
        office.keeper, "deleteCatalogSection", "catalogSection { id }", input={"id": going}
    )

    assert gone == {"id": going}
    assert list(await tree(office, cars)) == [kept]
    assert [kind for kind, _ in await office.log(going)] == ["CREATED", "PURGED"]


async def test_what_stands_in_a_section_goes_to_another_one(office: Office) -> None:
    cars = await make_catalog(office)
    going, target = [await make_section(office, cars) for _ in range(2)]
    below = await make_section(office, cars, parentId=going)
    lower = await make_section(office, cars, parentId=below)
    kept, binned, deep = [
        await make_element(office, cars, sectionId=section) for section in (going, going, lower)
    ]
    binning = {"id": binned}
    await change(office.seller, "deleteCatalogElement", "catalogElement { id }", input=binning)
    before = await office.stored()

    assert await refused(office.keeper, "deleteCatalogSection", input={"id": going}) == [
        ("IN_USE", "input.id")
    ]
    assert await office.stored() == before
    moving = {"id": going, "moveTo": target}
    read = "catalogSection { id }"
    tried = await mutate(office.keeper, "deleteCatalogSection", read, DRY, input=moving)
    assert await office.stored() == before
    assert tried.payload()["catalogSection"] == {"id": going}
    kinds = [event["kind"] for event in tried.extensions["dryRun"]["events"]]
    assert sorted(kinds) == ["PURGED", "UPDATED", "UPDATED", "UPDATED"]
    await change(office.keeper, "deleteCatalogSection", read, input=moving)

    assert await tree(office, cars) == {
        target: (None, 20), below: (target, 10), lower: (below, 10),
    }  # fmt: skip
    await change(office.seller, "restoreCatalogElement", "catalogElement { id }", id=binned)
    for element, section in ((kept, target), (binned, target), (deep, lower)):
        shown = await look(office.seller, element, "section { id }")
        assert shown == {"section": {"id": section}}
    assert (await office.log(kept))[-1] == (
        "UPDATED", {"section": {"from": going, "to": target}},
    )  # fmt: skip


@pytest.mark.parametrize("holds", ["a section", "an element", "an element in the bin"])
async def test_a_section_in_use_stays(office: Office, holds: str) -> None:
    cars = await make_catalog(office)
    going = await make_section(office, cars)
    if holds == "a section":
        await make_section(office, cars, parentId=going)
    else:
        element = await make_element(office, cars, sectionId=going)
        if holds == "an element in the bin":
            given = {"id": element}
            await change(
                office.seller, "deleteCatalogElement", "catalogElement { id }", input=given
            )
    before = await office.stored()

    reasons = await refused(office.keeper, "deleteCatalogSection", input={"id": going})

    assert reasons == [("IN_USE", "input.id")]
    assert await office.stored() == before


async def test_what_is_no_target_takes_nothing(office: Office) -> None:
    cars, branches = [await make_catalog(office) for _ in range(2)]
    going, foreign = await make_section(office, cars), await make_section(office, branches)
    below = await make_section(office, cars, parentId=going)
    lower = await make_section(office, cars, parentId=below)
    await make_element(office, cars, sectionId=going)
    before = await office.stored()

    for target, code in (
        (going, "INVALID"),
        (below, "INVALID"),
        (lower, "INVALID"),
        (foreign, "INVALID"),
        (cars, "INVALID"),
        ("nonsense", "INVALID"),
        ("catalog_section_01jd0000000000000000000000", "NOT_FOUND"),
    ):
        asked = {"id": going, "moveTo": target}
        reasons = await refused(office.keeper, "deleteCatalogSection", input=asked)
        assert reasons == [(code, "input.moveTo")], target
    assert await office.stored() == before


async def test_a_section_that_is_a_value_of_a_record_stays(office: Office) -> None:
    cars = await make_catalog(office)
    chosen, beside = [await make_section(office, cars) for _ in range(2)]
    field = await make_field(office, "CATALOG_SECTION", {"catalog": cars})
    values = [{"code": field["code"], "value": chosen}]
    deal = {"title": "Wants one", "customValues": values}
    made = await change(office.seller, "createDeal", "deal { id }", input=deal)
    before = await office.stored()

    for given in ({}, {"moveTo": beside}):
        asked = {"id": chosen, **given}
        reasons = await refused(office.keeper, "deleteCatalogSection", input=asked)
        assert reasons == [("IN_USE", "input.id")]
    assert await office.stored() == before
    cleared = {"id": made["id"], "customValues": [{"code": field["code"], "value": None}]}
    await change(office.seller, "updateDeal", "deal { id }", input=cleared)
    await change(
        office.keeper, "deleteCatalogSection", "catalogSection { id }", input={"id": chosen}
    )
    assert list(await tree(office, cars)) == [beside]


# --- deleting catalogues ------------------------------------------------------------------------


async def test_a_catalogue_goes_with_its_sections_and_not_with_its_elements(
    office: Office,
) -> None:
    cars = await make_catalog(office)
    top = await make_section(office, cars)
    low = await make_section(office, cars, parentId=top)
    element = await make_element(office, cars)

    for arguments in ({"input": {"id": element}}, {"id": element}):
        before = await office.stored()
        reasons = await refused(office.keeper, "deleteCatalog", input={"id": cars})
        assert reasons == [("IN_USE", "input.id")]
        assert await office.stored() == before
        # First the bin, where it is an element still, then away.
        verb = "purge" if "id" in arguments else "delete"
        await change(office.seller, f"{verb}CatalogElement", "catalogElement { id }", **arguments)
    read = "catalog { id }"
    dry = await mutate(office.keeper, "deleteCatalog", read, DRY, input={"id": cars})
    await change(office.keeper, "deleteCatalog", read, input={"id": cars})

    events = dry.extensions["dryRun"]["events"]
    assert sorted((event["kind"], event["id"]) for event in events) == sorted(
        ("PURGED", key) for key in (cars, top, low)
    )
    found = await office.seller.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[cars, top, low]
    )
    assert found["nodes"] == [None, None, None]


@pytest.mark.parametrize("kind", ["CATALOG_SECTION", "CATALOG_ELEMENT", "bound"])
async def test_a_catalogue_that_a_field_is_about_stays(office: Office, kind: str) -> None:
    cars = await make_catalog(office)
    if kind == "bound":
        field = await make_field(office, "STRING", {}, entity="CATALOG_ELEMENT", catalogIds=[cars])
    else:
        field = await make_field(office, kind, {"catalog": cars})
    before = await office.stored()

    answer = await mutate(office.keeper, "deleteCatalog", "catalog { id }", input={"id": cars})

    assert answer.refusals() == [("IN_USE", "input.id")]
    (error,) = answer.data["deleteCatalog"]["userErrors"]
    assert error["message"] == f"Custom fields use it: {field['code']}."
    assert await office.stored() == before
    asked = {"id": field["id"], "confirm": True}
    await change(office.keeper, "deleteCustomField", "customField { id }", input=asked)
    await change(office.keeper, "deleteCatalog", "catalog { id }", input={"id": cars})


# --- those who may not --------------------------------------------------------------------------


async def test_a_member_and_another_workspace_set_up_no_catalogues(office: Office) -> None:
    cars = await make_catalog(office)
    section, beside = [await make_section(office, cars) for _ in range(2)]
    before = await office.stored()
    cases: dict[str, dict[str, Any]] = {
        "createCatalog": {"name": "More"},
        "updateCatalog": {"id": cars, "name": "Mine"},
        "deleteCatalog": {"id": cars},
        "createCatalogSection": {"catalogId": cars, "name": "More"},
        "updateCatalogSection": {"id": section, "parentId": beside},
        "deleteCatalogSection": {"id": section},
    }

    for name, given in cases.items():
        by_seller = await mutate(office.seller, name, input=given)
        dry = await mutate(office.seller, name, headers=DRY, input=given)
        assert (by_seller.codes, dry.codes) == (["FORBIDDEN"], ["FORBIDDEN"]), name
        if name != "createCatalog":
            place = "input.catalogId" if "catalogId" in given else "input.id"
            reasons = await refused(office.stranger, name, input=given)
            assert reasons == [("NOT_FOUND", place)], name
    assert await office.stored() == before
    seen = await office.stranger.data("{ catalogs { id } }")
    assert cars not in {item["id"] for item in seen["catalogs"]}


async def test_a_tree_may_be_deep(office: Office) -> None:
    cars = await make_catalog(office)
    path = [await make_section(office, cars)]
    for _ in range(LEVELS - 1):
        path.append(await make_section(office, cars, parentId=path[-1]))
    lowest = await make_element(office, cars, sectionId=path[-1])

    found = await office.seller.data(
        "query ($where: CatalogElementFilter) { catalogElements(where: $where) { nodes { id } } }",
        where={"section": {"inTree": [path[0]]}},
    )

    assert found["catalogElements"]["nodes"] == [{"id": lowest}]
