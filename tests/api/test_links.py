"""Records that point to records: main ones and lists, both ends, the bin, trees."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.conftest import EventLog, Stored
from tests.api.samples import reads, samples, shown, written
from tests.api.world import (
    COMPANY,
    CONTACT,
    DEAL,
    LEAD,
    SALES,
    Names,
    World,
    make_record,
    make_records,
)

CLIENT = "version contact { id } contacts(orderBy: [{ createdAt: ASC }]) { nodes { id } }"


async def three_contacts(world: World) -> tuple[str, str, str]:
    made = await make_records(
        world.people.anna, CONTACT, [{"firstName": name} for name in ("Ivan", "Maria", "Petr")]
    )
    ivan, maria, petr = (item["id"] for item in made)
    return ivan, maria, petr


def client(main: str | None, *all_of_them: str, version: int = 1) -> dict[str, Any]:
    return {
        "version": version,
        "contact": None if main is None else {"id": main},
        "contacts": {"nodes": [{"id": item} for item in sorted(all_of_them)]},
    }


async def changed(world: World, names: Names, read: str = CLIENT, **given: Any) -> Any:
    answer = await mutate(
        world.people.anna, f"update{names.type}", f"{names.one} {{ {read} }}", input=given
    )
    found = answer.payload()[names.one]
    if "contacts" in found:
        found["contacts"]["nodes"].sort(key=lambda node: node["id"])
    return found


# --- main and all -------------------------------------------------------------------------------

both = pytest.mark.parametrize("names", [DEAL, LEAD], ids=lambda names: names.one)


@both
async def test_the_main_contact_is_one_of_the_contacts(world: World, names: Names) -> None:
    anna = world.people.anna
    ivan, maria, petr = await three_contacts(world)
    title = {"title": "Licence"}

    main_only = await make_record(anna, names, {**title, "contactId": ivan}, CLIENT)
    list_only = await make_record(anna, names, {**title, "contactIds": [maria, ivan]}, CLIENT)
    apart = await make_record(
        anna, names, {**title, "contactId": petr, "contactIds": [ivan, maria]}, CLIENT
    )
    none = await make_record(anna, names, title, CLIENT)

    assert main_only == client(ivan, ivan)
    assert list_only["contact"] == {"id": maria}
    assert sorted(node["id"] for node in list_only["contacts"]["nodes"]) == [ivan, maria]
    assert apart["contact"] == {"id": petr}
    assert sorted(node["id"] for node in apart["contacts"]["nodes"]) == [ivan, maria, petr]
    assert none == client(None)


@both
async def test_it_stays_one_of_them_whatever_changes(world: World, names: Names) -> None:
    anna = world.people.anna
    ivan, maria, petr = await three_contacts(world)
    made = await make_record(anna, names, {"title": "Licence", "contactIds": [ivan, maria]})
    record = made["id"]

    assert await changed(world, names, id=record, contactId=petr) == client(
        petr, ivan, maria, petr, version=2
    )
    assert await changed(world, names, id=record, removeContactIds=[petr]) == client(
        ivan, ivan, maria, version=3
    )
    assert await changed(world, names, id=record, contactIds=[maria]) == client(
        maria, maria, version=4
    )
    assert await changed(world, names, id=record, addContactIds=[ivan]) == client(
        maria, ivan, maria, version=5
    )
    assert await changed(world, names, id=record, contactId=None) == client(
        None, ivan, maria, version=6
    )
    assert await changed(world, names, id=record, contactIds=None) == client(None, version=7)


async def test_the_main_company_of_a_contact_is_one_of_its_companies(world: World) -> None:
    anna = world.people.anna
    read = "company { id } companies { nodes { id } }"

    made = await make_record(anna, CONTACT, {"firstName": "Ivan", "companyId": world["acme"]}, read)
    moved = await make_record(
        anna, CONTACT, {"firstName": "Ivan", "companyIds": [world["globex"], world["acme"]]}, read
    )

    acme, globex = {"id": world["acme"]}, {"id": world["globex"]}
    assert made == {"company": acme, "companies": {"nodes": [acme]}}
    assert moved == {"company": globex, "companies": {"nodes": [globex, acme]}}


async def test_what_is_not_in_a_list_is_not_removed_from_it(world: World, stored: Stored) -> None:
    people = world.people
    ivan, maria, _ = await three_contacts(world)
    theirs = await make_record(people.olga, CONTACT, {"firstName": "Olga's"})
    made = await make_record(people.anna, DEAL, {"title": "Licence", "contactIds": [ivan]})
    before = await stored()

    for stranger in (maria, theirs["id"]):
        answer = await mutate(
            people.anna, "updateDeal", input={"id": made["id"], "removeContactIds": [stranger]}
        )
        ((code, path),) = answer.refusals()
        assert (code, path.split(".")[1]) == ("NOT_FOUND", "removeContactIds")
    added = await mutate(
        people.anna, "updateDeal", input={"id": made["id"], "addContactIds": [theirs["id"]]}
    )

    assert added.refusals() == [("NOT_FOUND", "input.addContactIds.0")]
    assert await stored() == before


async def test_adding_a_member_again_changes_nothing(world: World, stored: Stored) -> None:
    ivan, maria, _ = await three_contacts(world)
    given = {"title": "Licence", "contactIds": [ivan, maria], "observerIds": [world["anna"]]}
    made = await make_record(world.people.anna, DEAL, given)
    before = await stored()

    same = await changed(
        world, DEAL, id=made["id"], addContactIds=[maria], addObserverIds=[world["anna"]],
        contactId=ivan,
    )  # fmt: skip

    assert same == client(ivan, ivan, maria)
    assert await stored() == before


async def test_a_change_of_contacts_is_told_in_the_event(world: World, log: EventLog) -> None:
    ivan, maria, _ = await three_contacts(world)
    made = await make_record(world.people.anna, DEAL, {"title": "Licence", "contactIds": [ivan]})

    await changed(world, DEAL, id=made["id"], contactId=maria)

    (_, event) = await log(world, made["id"])
    assert event["changes"]["contact"] == {"from": ivan, "to": maria}
    assert event["changes"]["contacts"]["from"] == [ivan]
    assert sorted(event["changes"]["contacts"]["to"]) == [ivan, maria]


# --- the other end ------------------------------------------------------------------------------


async def test_a_company_lists_what_points_to_it(world: World) -> None:
    people = world.people
    acme, other = await make_records(people.anna, COMPANY, [{"title": "Acme"}, {"title": "Other"}])
    at = {"companyId": acme["id"]}
    contact = await make_record(people.anna, CONTACT, {"firstName": "Ivan", **at})
    deal = await make_record(people.anna, DEAL, {"title": "Licence", **at})
    lead = await make_record(people.anna, LEAD, {"title": "Call", **at})
    child = await make_record(people.anna, COMPANY, {"title": "Child", "parentId": acme["id"]})
    document = (
        "query ($id: ID!) { company(id: $id) { contacts { nodes { id } } deals { nodes { id } }"
        " leads { nodes { id } } subsidiaries { nodes { id parent { id } } } } }"
    )

    of_acme = await people.reader.data(document, id=acme["id"])
    of_other = await people.reader.data(document, id=other["id"])
    of_theirs = await people.olga.data(document, id=acme["id"])

    assert of_acme["company"] == {
        "contacts": {"nodes": [contact]},
        "deals": {"nodes": [deal]},
        "leads": {"nodes": [lead]},
        "subsidiaries": {"nodes": [{**child, "parent": {"id": acme["id"]}}]},
    }
    assert set(map(str, of_other["company"].values())) == {"{'nodes': []}"}
    assert of_theirs == {"company": None}


async def test_a_contact_lists_the_deals_and_leads_in_which_it_is_the_main_one(
    world: World,
) -> None:
    anna = world.people.anna
    ivan, maria, _ = await three_contacts(world)
    deal = await make_record(anna, DEAL, {"title": "Licence", "contactIds": [ivan, maria]})
    lead = await make_record(anna, LEAD, {"title": "Call", "contactId": ivan})
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { deals { nodes { id } } leads { nodes { id } } } } }"  # noqa: E501 - one document

    found = await anna.data(document, ids=[ivan, maria])

    assert found["nodes"] == [
        {"deals": {"nodes": [deal]}, "leads": {"nodes": [lead]}},
        {"deals": {"nodes": []}, "leads": {"nodes": []}},
    ]


# --- the bin ------------------------------------------------------------------------------------


async def test_what_is_in_the_bin_is_pointed_to_by_nobody_until_it_is_back(world: World) -> None:
    people = world.people
    ivan, maria, petr = await three_contacts(world)
    made = await make_record(
        people.anna, DEAL, {"title": "Licence", "contactIds": [ivan, maria], "observerIds": []}
    )
    document = f"query ($id: ID!) {{ deal(id: $id) {{ {CLIENT} }} }}"
    await mutate(people.anna, "deleteContact", input={"id": ivan})

    without = await people.boris.data(document, id=made["id"])
    added = await changed(world, DEAL, id=made["id"], addContactIds=[petr])
    await mutate(people.anna, "restoreContact", id=ivan)
    back = await people.boris.data(document, id=made["id"])

    assert without["deal"] == client(None, maria)
    assert added["contacts"] == client(None, maria, petr)["contacts"]
    nodes = sorted(node["id"] for node in back["deal"]["contacts"]["nodes"])
    assert nodes == [ivan, maria, petr]
    assert back["deal"]["contact"] == {"id": ivan}


async def test_nothing_new_points_into_the_bin(world: World, stored: Stored) -> None:
    anna = world.people.anna
    ivan, *_ = await three_contacts(world)
    await mutate(anna, "deleteContact", input={"id": ivan})
    before = await stored()

    answer = await mutate(
        anna, "createDeal", input={"title": "Licence", "contactId": ivan, "contactIds": [ivan]}
    )

    assert answer.refusals() == [
        ("NOT_FOUND", "input.contactId"), ("NOT_FOUND", "input.contactIds.0"),
    ]  # fmt: skip
    assert await stored() == before


async def test_a_purged_company_leaves_empty_links(world: World) -> None:
    people = world.people
    acme = (await make_record(people.anna, COMPANY, {"title": "Acme"}))["id"]
    given = {"title": "Licence", "companyId": acme}
    deal = (await make_record(people.anna, DEAL, given))["id"]
    contact = (await make_record(people.anna, CONTACT, {"firstName": "A", "companyId": acme}))["id"]
    child = (await make_record(people.anna, COMPANY, {"title": "Child", "parentId": acme}))["id"]

    await mutate(people.anna, "deleteCompany", input={"id": acme})
    purged = await mutate(people.anna, "purgeCompany", "company { id }", id=acme)
    found = await people.boris.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Deal { company { id } }"
        " ... on Contact { company { id } companies { nodes { id } } }"
        " ... on Company { parent { id } } } }",
        ids=[deal, contact, child],
    )

    assert purged.payload()["company"] == {"id": acme}
    assert found["nodes"] == [
        {"id": deal, "company": None},
        {"id": contact, "company": None, "companies": {"nodes": []}},
        {"id": child, "parent": None},
    ]


# --- trees --------------------------------------------------------------------------------------


async def test_a_company_stands_above_itself_by_no_way(world: World, stored: Stored) -> None:
    anna = world.people.anna
    top, middle, low = (
        item["id"] for item in await make_records(anna, COMPANY, [{"title": t} for t in "ABC"])
    )
    for child, parent in ((middle, top), (low, middle)):
        await mutate(anna, "updateCompany", input={"id": child, "parentId": parent})
    before = await stored()

    for parent in (top, middle, low):
        answer = await mutate(anna, "updateCompany", input={"id": top, "parentId": parent})
        assert answer.refusals() == [("INVALID", "input.parentId")]
    assert await stored() == before
    turned = await mutate(
        anna, "updateCompanies", "results { company { id parent { id } } }",
        input=[{"id": middle, "parentId": None}, {"id": top, "parentId": low}],
    )  # fmt: skip
    assert turned.payload()["results"] == [
        {"company": {"id": middle, "parent": None}},
        {"company": {"id": top, "parent": {"id": low}}},
    ]


async def test_two_of_one_call_do_not_stand_above_each_other(world: World, stored: Stored) -> None:
    anna = world.people.anna
    one, two = (
        item["id"] for item in await make_records(anna, COMPANY, [{"title": "A"}, {"title": "B"}])
    )
    before = await stored()

    answer = await mutate(
        anna, "updateCompanies", "results { userErrors { code path } }",
        input=[{"id": one, "parentId": two}, {"id": two, "parentId": one}],
    )  # fmt: skip

    errors = [
        error
        for result in answer.data["updateCompanies"]["results"]
        for error in result["userErrors"]
    ]
    assert errors
    assert {error["code"] for error in errors} == {"INVALID"}
    assert await stored() == before


# --- single items -------------------------------------------------------------------------------


@pytest.mark.parametrize("names", SALES, ids=lambda names: names.one)
async def test_lists_change_by_single_items(world: World, names: Names) -> None:
    anna, fields = world.people.anna, samples(names, world)
    lists = [field for field in fields if field.more is not None]
    made = await make_record(anna, names, written(fields, 0))
    added = await mutate(
        anna, f"update{names.type}", f"{names.one} {{ {reads(lists)} }}",
        input={"id": made["id"], **{f.more.add: [f.more.written] for f in lists if f.more}},
    )  # fmt: skip
    ids = " ".join(
        f"{field.key} {{ {'nodes { id }' if 'nodes' in field.reads else 'id'} }}" for field in lists
    )
    document = f"query ($id: ID!) {{ {names.one}(id: $id) {{ {ids} }} }}"
    members = (await anna.data(document, id=made["id"]))[names.one]
    # Connections come newest first and plain lists as given: what was added is at that end.
    last = {
        field.key: (found["nodes"][0] if isinstance(found, dict) else found[-1])["id"]
        for field in lists
        for found in [members[field.key]]
    }

    removed = await mutate(
        anna, f"update{names.type}", f"{names.one} {{ version {reads(fields)} }}",
        input={"id": made["id"], **{f.more.remove: [last[f.key]] for f in lists if f.more}},
    )  # fmt: skip

    assert lists != []
    assert added.payload()[names.one] == {f.key: f.more.shown for f in lists if f.more}
    assert removed.payload()[names.one] == {**shown(fields, 0), "version": 3}
