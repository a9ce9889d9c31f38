"""Phones, e-mails, websites and messengers: one form for each, and lists that keep identities."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.conftest import EventLog, Stored
from tests.api.world import COMPANY, CONTACT, World, make_record
from tests.client import Client

NOBODYS = "phone_01" + "0" * 24


async def company_with(client: Client, points: str, *values: str, kind: str | None = None) -> Any:
    """Make a company with points of one sort, and give it with their ids."""
    items = [{"value": value} | ({"kind": kind} if kind else {}) for value in values]
    return await make_record(
        client, COMPANY, {"title": "Acme", points: items}, f"id {points} {{ id value kind }}"
    )


async def updated(
    client: Client, read: str = "version phones { id value kind }", **given: Any
) -> Any:
    answer = await mutate(client, "updateCompany", f"company {{ {read} }}", input=given)
    return answer.payload()["company"]


# --- one form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "given", "kept"),
    [
        ("phones", "+1 (202) 555-01-23", "+12025550123"),
        ("phones", "202 555 0123", "+12025550123"),
        ("phones", "  +44 20 7946 0958 ", "+442079460958"),
        ("phones", "+7 (495) 123-45-67", "+74951234567"),
        ("phones", "+7 495 123 45 67 ext. 12", "+74951234567;ext=12"),
        ("emails", "Sales@Example.COM", "sales@example.com"),
        ("emails", " info@example.org ", "info@example.org"),
        ("emails", "почта@пример.рф", "почта@пример.рф"),
        ("websites", "example.com", "https://example.com"),
        ("websites", "HTTP://Example.COM/Path?q=A", "http://example.com/Path?q=A"),
        ("messengers", " @Acme_Sales ", "@Acme_Sales"),
    ],
)
async def test_a_value_is_kept_in_one_form(
    world: World, points: str, given: str, kept: str
) -> None:
    made = await company_with(world.people.anna, points, given)

    assert [point["value"] for point in made[points]] == [kept]


async def test_kinds_have_a_default_and_may_be_given(world: World) -> None:
    anna = world.people.anna
    made = await make_record(
        anna, CONTACT,
        {
            "lastName": "Petrov",
            "phones": [{"value": "+12025550123"}, {"value": "+12025550124", "kind": "FAX"}],
            "emails": [{"value": "a@example.com"}],
            "websites": [{"value": "https://example.com"}],
            "messengers": [{"value": "petrov"}, {"value": "petrov", "kind": None}],
        },
        "phones { kind } emails { kind } websites { kind } messengers { kind }",
    )  # fmt: skip

    assert made == {
        "phones": [{"kind": "WORK"}, {"kind": "FAX"}],
        "emails": [{"kind": "WORK"}],
        "websites": [{"kind": "WORK"}],
        "messengers": [{"kind": "OTHER"}],
    }


async def test_the_same_number_twice_is_one_number(world: World) -> None:
    made = await company_with(world.people.anna, "phones", "+12025550123", "(202) 555-0123")

    assert [phone["value"] for phone in made["phones"]] == ["+12025550123"]


async def test_a_russian_workspace_reads_numbers_as_russian_ones(world: World) -> None:
    people = world.people
    await mutate(people.olga, "updateWorkspace", input={"locale": "ru"})
    try:
        made = await company_with(people.olga, "phones", "8 (495) 123-45-67")
    finally:
        await mutate(people.olga, "updateWorkspace", input={"locale": "en"})

    assert [phone["value"] for phone in made["phones"]] == ["+74951234567"]


async def test_phones_are_found_in_the_form_in_which_they_are_kept(world: World) -> None:
    people = world.people
    made = await company_with(people.anna, "phones", "+1 (202) 555-7788")
    document = "query ($where: CompanyFilter) { companies(where: $where) { nodes { id } } }"
    where = {"phones": {"some": {"value": {"eq": "+12025557788"}}}}

    found = await people.reader.data(document, where=where)
    theirs = await people.olga.data(document, where=where)

    assert found["companies"]["nodes"] == [{"id": made["id"]}]
    assert theirs["companies"]["nodes"] == []


# --- the whole list -----------------------------------------------------------------------------


async def test_a_given_list_replaces_the_whole_list(world: World) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101", "+12025550102")

    after = await updated(anna, id=made["id"], phones=[{"value": "+12025550103"}])

    assert [phone["value"] for phone in after["phones"]] == ["+12025550103"]
    assert after["phones"][0]["id"] not in [phone["id"] for phone in made["phones"]]


async def test_items_with_an_id_keep_their_identity_whatever_changes(world: World) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101", "+12025550102", "+12025550103")
    first, second, third = made["phones"]

    after = await updated(
        anna, id=made["id"],
        phones=[
            {"id": third["id"], "value": "+12025550103"},
            {"id": first["id"], "value": "+12025550199", "kind": "HOME"},
            {"value": "+12025550104"},
        ],
    )  # fmt: skip
    gone = await anna.data("query ($id: ID!) { node(id: $id) { id } }", id=second["id"])

    assert after["phones"] == [
        {"id": third["id"], "value": "+12025550103", "kind": "WORK"},
        {"id": first["id"], "value": "+12025550199", "kind": "HOME"},
        {"id": after["phones"][2]["id"], "value": "+12025550104", "kind": "WORK"},
    ]
    assert gone == {"node": None}


async def test_an_empty_list_clears_and_an_omitted_one_stays(world: World) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101")

    stays = await updated(anna, id=made["id"], comments="Nothing about phones")
    cleared = await updated(anna, id=made["id"], phones=[])

    assert stays["phones"] == made["phones"]
    assert cleared["phones"] == []


async def test_order_alone_is_a_change(world: World, log: EventLog) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101", "+12025550102")
    backwards = [{"id": phone["id"], "value": phone["value"]} for phone in made["phones"][::-1]]

    after = await updated(anna, id=made["id"], phones=backwards)

    assert (after["version"], after["phones"]) == (2, made["phones"][::-1])
    (_, event) = await log(world, made["id"])
    assert list(event["changes"]) == ["phones"]


# --- single items -------------------------------------------------------------------------------


async def test_single_items_are_added_and_removed(world: World) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101", "+12025550102")
    first, second = made["phones"]

    after = await updated(
        anna, id=made["id"], addPhones=[{"value": "+12025550103", "kind": "FAX"}],
        removePhoneIds=[first["id"]],
    )  # fmt: skip

    assert after["version"] == 2
    assert [phone["value"] for phone in after["phones"]] == ["+12025550102", "+12025550103"]
    assert after["phones"][0] == second


async def test_adding_what_is_there_already_changes_nothing(world: World, stored: Stored) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101")
    before = await stored()

    after = await updated(anna, id=made["id"], addPhones=[{"value": "(202) 555-0101"}])

    assert (after["version"], after["phones"]) == (1, made["phones"])
    assert await stored() == before


async def test_adding_a_known_number_leaves_its_kind_and_naming_its_id_changes_it(
    world: World,
) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101", kind="MOBILE")
    item = made["phones"][0]["id"]

    same = await updated(anna, id=made["id"], addPhones=[{"value": "+12025550101"}])
    other = await updated(
        anna, id=made["id"], addPhones=[{"id": item, "value": "+12025550102", "kind": "FAX"}]
    )

    assert same["phones"] == [{"id": item, "value": "+12025550101", "kind": "MOBILE"}]
    assert other["phones"] == [{"id": item, "value": "+12025550102", "kind": "FAX"}]


async def test_a_list_is_not_replaced_and_edited_at_once(world: World, stored: Stored) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101")
    before = await stored()

    answer = await mutate(
        anna, "updateCompany",
        input={"id": made["id"], "phones": [], "addPhones": [{"value": "+12025550102"}]},
    )  # fmt: skip

    assert answer.refusals() == [("INVALID", "input.addPhones")]
    assert await stored() == before


async def test_only_the_records_own_items_are_named(world: World, stored: Stored) -> None:
    """Ids of another record's phones, of another workspace's, of nothing."""
    people = world.people
    mine = await company_with(people.anna, "phones", "+12025550101")
    beside = await company_with(people.anna, "phones", "+12025550102")
    theirs = await company_with(people.olga, "phones", "+12025550103")
    before = await stored()

    for stranger in (beside["phones"][0]["id"], theirs["phones"][0]["id"], NOBODYS):
        removed = await mutate(
            people.anna, "updateCompany", input={"id": mine["id"], "removePhoneIds": [stranger]}
        )
        replaced = await mutate(
            people.anna, "updateCompany",
            input={"id": mine["id"], "phones": [{"id": stranger, "value": "+12025550109"}]},
        )  # fmt: skip
        added = await mutate(
            people.anna, "updateCompany",
            input={"id": mine["id"], "addPhones": [{"id": stranger, "value": "+12025550109"}]},
        )  # fmt: skip
        assert [code for code, _ in removed.refusals()] == ["NOT_FOUND"]
        assert removed.refusals()[0][1].startswith("input.removePhoneIds")
        assert replaced.refusals() == [("NOT_FOUND", "input.phones.0.id")]
        assert added.refusals() == [("NOT_FOUND", "input.addPhones.0.id")]
    assert await stored() == before
    kept = await people.olga.data("query ($id: ID!) { company(id: $id) { phones { id } } }",
                                  id=theirs["id"])  # fmt: skip
    assert kept["company"]["phones"] == [{"id": theirs["phones"][0]["id"]}]


async def test_the_same_id_names_one_item_only(world: World, stored: Stored) -> None:
    anna = world.people.anna
    made = await company_with(anna, "phones", "+12025550101")
    item = made["phones"][0]["id"]
    before = await stored()

    answer = await mutate(
        anna, "updateCompany",
        input={
            "id": made["id"],
            "phones": [{"id": item, "value": f"+1202555010{digit}"} for digit in "23"],
        },
    )  # fmt: skip

    assert [path for _, path in answer.refusals()] == ["input.phones.1.id"]
    assert await stored() == before


async def test_reader_and_olga_edit_no_items(world: World, stored: Stored) -> None:
    people = world.people
    made = await company_with(people.anna, "phones", "+12025550101")
    given = {"id": made["id"], "removePhoneIds": [made["phones"][0]["id"]]}
    before = await stored()

    by_reader = await mutate(people.reader, "updateCompany", input=given)
    by_olga = await mutate(people.olga, "updateCompany", input=given)

    assert by_reader.codes == ["FORBIDDEN"]
    assert by_olga.refusals() == [("NOT_FOUND", "input.id")]
    assert await stored() == before
