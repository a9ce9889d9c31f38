"""Elements of catalogues: records of members, each in its catalogue for good, found by its tree."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.settings.catalogs import make_catalog, make_element, make_section
from tests.settings.office import Office, change, look, refused

ELEMENT = "catalogElement { id }"
READ = "catalog { id } section { id } name code sort version"


async def found(office: Office, **arguments: Any) -> list[str]:
    """Give the ids of the elements that are found, as many as are counted."""
    declared = {"where": "CatalogElementFilter", "search": "String",
                "orderBy": "[CatalogElementOrder!]"}  # fmt: skip
    head = ", ".join(f"${name}: {declared[name]}" for name in arguments)
    passed = ", ".join(f"{name}: ${name}" for name in arguments)
    answer = await office.seller.data(
        f"query ({head}) {{ catalogElements({passed}) {{ nodes {{ id }} totalCount }} }}",
        **arguments,
    )
    elements = answer["catalogElements"]
    assert elements["totalCount"] == len(elements["nodes"])
    return [node["id"] for node in elements["nodes"]]


async def test_a_seller_makes_elements_and_moves_them_between_sections(office: Office) -> None:
    cars = await make_catalog(office)
    sedans, vans = [await make_section(office, cars) for _ in range(2)]

    key = await make_element(office, cars, code="T-1", sort=3, sectionId=sedans)
    made = await look(office.seller, key, READ)
    moved = await change(
        office.seller, "updateCatalogElement", f"catalogElement {{ {READ} }}",
        input={"id": key, "sectionId": vans},
    )  # fmt: skip
    freed = await change(
        office.seller, "updateCatalogElement", f"catalogElement {{ {READ} }}",
        input={"id": key, "sectionId": None},
    )  # fmt: skip

    assert made == {
        "catalog": {"id": cars}, "section": {"id": sedans}, "name": "Model T", "code": "T-1",
        "sort": 3, "version": 1,
    }  # fmt: skip
    assert moved == {**made, "section": {"id": vans}, "version": 2}
    assert freed == {**made, "section": None, "version": 3}


async def test_a_section_of_another_catalogue_is_refused(office: Office) -> None:
    cars, branches = [await make_catalog(office) for _ in range(2)]
    foreign = await make_section(office, branches)
    key = await make_element(office, cars)
    before = await office.stored()

    made = {"catalogId": cars, "name": "Model A", "sectionId": foreign}
    by_making = await refused(office.seller, "createCatalogElement", input=made)
    moved = {"id": key, "sectionId": foreign}
    by_moving = await refused(office.seller, "updateCatalogElement", input=moved)

    assert by_making == by_moving == [("INVALID", "input.sectionId")]
    assert await office.stored() == before


async def test_an_element_stays_in_its_catalogue(office: Office) -> None:
    cars, branches = [await make_catalog(office) for _ in range(2)]
    own = {"system": "erp", "value": f"stays {cars}"}
    key = await make_element(office, cars, externalIds=[own])
    before = await office.stored()

    asked = {"id": key, "catalogId": branches}
    by_updating = await mutate(office.seller, "updateCatalogElement", input=asked)
    read = "results { catalogElement { id } userErrors { code path } }"
    by_upserting = await mutate(
        office.seller, "upsertCatalogElements", read,
        input=[{"externalId": own, "catalogId": branches, "name": "Moved"}],
    )  # fmt: skip

    assert by_updating.codes == ["BAD_USER_INPUT"]
    assert by_upserting.data["upsertCatalogElements"]["results"] == [
        {
            "catalogElement": None,
            "userErrors": [{"code": "IMMUTABLE", "path": ["input", "0", "catalogId"]}],
        }
    ]
    assert await office.stored() == before


async def test_elements_come_and_change_by_their_ids_in_another_system(office: Office) -> None:
    cars = await make_catalog(office)
    own = {"system": "erp", "value": f"upserted {cars}"}
    read = "results { catalogElement { id name code version } userErrors { code path } }"
    answers = [
        await mutate(office.seller, "upsertCatalogElements", read, input=[given])
        for given in (
            {"externalId": own, "catalogId": cars, "name": "Model T"},
            {"externalId": own, "catalogId": cars, "code": "T-1"},
            {"externalId": own, "code": "T-1"},
        )
    ]
    made, changed, same = (answer.payload()["results"][0]["catalogElement"] for answer in answers)

    assert made == {"id": made["id"], "name": "Model T", "code": None, "version": 1}
    assert changed == same == {**made, "code": "T-1", "version": 2}
    before = await office.stored()
    nowhere = {"externalId": {"system": "erp", "value": f"new {cars}"}, "name": "Nowhere"}
    lost = await mutate(office.seller, "upsertCatalogElements", read, input=[nowhere])
    assert lost.data["upsertCatalogElements"]["results"] == [
        {
            "catalogElement": None,
            "userErrors": [{"code": "REQUIRED", "path": ["input", "0", "catalogId"]}],
        }
    ]
    assert await office.stored() == before


@pytest.mark.parametrize("form", ["section", "sectionId", "section id"])
async def test_elements_are_found_by_the_tree_above_them(office: Office, form: str) -> None:
    cars = await make_catalog(office)
    vans, sedans = [await make_section(office, cars) for _ in range(2)]
    small = await make_section(office, cars, parentId=vans)
    in_vans, in_small, in_sedans, _ = [
        await make_element(office, cars, sectionId=section)
        for section in (vans, small, sedans, None)
    ]

    def below(*sections: str) -> dict[str, Any]:
        wanted: dict[str, Any] = {"inTree": list(sections)}
        return {
            "section": {"section": wanted},
            "sectionId": {"sectionId": wanted},
            "section id": {"section": {"id": wanted}},
        }[form]

    assert await found(office, where=below(vans)) == [in_small, in_vans]
    assert await found(office, where=below(small)) == [in_small]
    assert await found(office, where=below(small, sedans)) == [in_sedans, in_small]
    assert await found(office, where=below(vans, small)) == [in_small, in_vans]
    assert await found(office, where=below()) == []
    moved = {"id": small, "parentId": sedans}
    await change(office.keeper, "updateCatalogSection", "catalogSection { id }", input=moved)
    assert await found(office, where=below(vans)) == [in_vans]
    theirs = (
        "query ($where: CatalogElementFilter) { catalogElements(where: $where) { totalCount } }"
    )
    seen = await office.stranger.data(theirs, where=below(vans))
    assert seen["catalogElements"] == {"totalCount": 0}


async def test_elements_of_a_catalogue_and_of_a_section_are_listed(office: Office) -> None:
    cars, branches = [await make_catalog(office) for _ in range(2)]
    vans = await make_section(office, cars)
    small = await make_section(office, cars, parentId=vans)
    places = [(3, None), (1, vans), (2, small)]
    third, first, second = [
        await make_element(office, cars, sort=sort, sectionId=section) for sort, section in places
    ]
    await make_element(office, branches)

    shown = await office.seller.data(
        "query ($id: ID!) { catalog(id: $id) { elements(orderBy: [{ sort: ASC }])"
        " { nodes { id } totalCount } sections { elements { nodes { id } } } } }",
        id=cars,
    )

    assert shown["catalog"] == {
        "elements": {
            "nodes": [{"id": first}, {"id": second}, {"id": third}], "totalCount": 3,
        },
        "sections": [
            {"elements": {"nodes": [{"id": first}]}}, {"elements": {"nodes": [{"id": second}]}},
        ],
    }  # fmt: skip
    of_cars = {"catalogId": {"eq": cars}}
    by_code = [{"section": {"sort": "DESC_NULLS_LAST"}}, {"sort": "ASC"}]
    assert set(await found(office, where=of_cars)) == {first, second, third}
    assert (await found(office, where=of_cars, orderBy=by_code))[-1] == third


async def test_elements_are_searched_by_name_and_code(office: Office) -> None:
    cars = await make_catalog(office)
    one = await make_element(office, cars, "Quokka wagon", code="XQ-77")
    two = await make_element(office, cars, "Wagon of quokkas", description="xq-77")

    assert await found(office, search="quokka") == [two, one]
    assert await found(office, search="xq-77") == [one]
    assert await found(office, search="wagon XQ") == [one]
    everywhere = "query ($text: String!) { search(text: $text) { nodes { __typename id } } }"
    seen = (await office.seller.data(everywhere, text="QUOKKA"))["search"]["nodes"]
    assert seen == [{"__typename": "CatalogElement", "id": key} for key in (two, one)]
    theirs = (await office.stranger.data(everywhere, text="quokka"))["search"]["nodes"]
    assert theirs == []


async def test_an_element_goes_to_the_bin_and_comes_back(office: Office) -> None:
    cars = await make_catalog(office)
    key = await make_element(office, cars, "Zebra van")
    was = await look(office.seller, key, READ)
    in_bin: dict[str, Any] = {"id": {"eq": key}, "deletedAt": {"isNull": False}}

    await change(office.seller, "deleteCatalogElement", ELEMENT, input={"id": key})

    assert await look(office.seller, key, "id") is None
    assert await found(office, where={"catalogId": {"eq": cars}}) == []
    assert await found(office, where=in_bin) == [key]
    await change(office.seller, "restoreCatalogElement", ELEMENT, id=key)
    assert await look(office.seller, key, READ) == {**was, "version": 3}


async def test_nobody_else_changes_elements(office: Office) -> None:
    people = office.people
    cars = await make_catalog(office)
    key = await make_element(office, cars)
    before = await office.stored()

    for name, arguments, path in (
        ("createCatalogElement", {"input": {"catalogId": cars, "name": "X"}}, "input.catalogId"),
        ("updateCatalogElement", {"input": {"id": key, "name": "X"}}, "input.id"),
        ("deleteCatalogElement", {"input": {"id": key}}, "input.id"),
        ("purgeCatalogElement", {"id": key}, "id"),
    ):
        assert (await mutate(people.reader, name, **arguments)).codes == ["FORBIDDEN"]
        assert (await mutate(people.nobody, name, **arguments)).codes == ["UNAUTHENTICATED"]
        reasons = await refused(office.stranger, name, **arguments)
        assert reasons == [("NOT_FOUND", path)]
    assert await office.stored() == before
