"""Ids of records in other systems: one a system, unique in a type of records."""

import itertools
from typing import Any

from tests.api.calling import mutate
from tests.api.conftest import Stored
from tests.api.world import COMPANY, CONTACT, World, make_record, make_records

_numbers = itertools.count(1)


def key(system: str = "erp") -> dict[str, str]:
    """Give an external id that no other test uses."""
    return {"system": system, "value": f"K-{next(_numbers)}"}


def acme(*keys: dict[str, str]) -> dict[str, Any]:
    return {"title": "Acme", "externalIds": list(keys)}


async def test_a_taken_id_is_refused_and_another_type_may_have_it(
    world: World, stored: Stored
) -> None:
    anna = world.people.anna
    taken = key()
    await make_record(anna, COMPANY, acme(taken))
    other = await make_record(anna, COMPANY, acme(key("site")))
    before = await stored()

    made = await mutate(anna, "createCompany", input=acme(key("site"), taken))
    changed = await mutate(anna, "updateCompany", input={"id": other["id"], "externalIds": [taken]})

    assert made.refusals() == [("DUPLICATE", "input.externalIds.1")]
    assert changed.refusals() == [("DUPLICATE", "input.externalIds.0")]
    assert await stored() == before
    await make_record(anna, CONTACT, {"lastName": "Petrov", "externalIds": [taken]})


async def test_two_of_one_call_do_not_share_an_id(world: World, stored: Stored) -> None:
    anna = world.people.anna
    shared = key()
    before = await stored()

    answer = await mutate(
        anna, "createCompanies", "results { userErrors { code path } }",
        input=[acme(shared), acme(shared)],
    )  # fmt: skip

    results = answer.data["createCompanies"]["results"]
    assert [result["userErrors"] for result in results] == [
        [], [{"code": "DUPLICATE", "path": ["input", "1", "externalIds", "0"]}],
    ]  # fmt: skip
    assert await stored() == before


async def test_an_id_moves_when_its_owner_lets_it_go(world: World) -> None:
    anna = world.people.anna
    moving = key()
    one = await make_record(anna, COMPANY, acme(moving))
    two = await make_record(anna, COMPANY, acme())
    await mutate(anna, "updateCompany", input={"id": one["id"], "externalIds": None})

    answer = await mutate(
        anna, "updateCompany", "company { externalIds { system value } }",
        input={"id": two["id"], "externalIds": [moving]},
    )  # fmt: skip

    assert answer.payload()["company"] == {"externalIds": [moving]}


async def test_the_bin_keeps_ids_and_purging_frees_them(world: World, stored: Stored) -> None:
    anna = world.people.anna
    kept = key()
    made = await make_record(anna, COMPANY, acme(kept))
    await mutate(anna, "deleteCompany", input={"id": made["id"]})
    before = await stored()

    refused = await mutate(anna, "createCompany", input=acme(kept))
    after = await stored()
    await mutate(anna, "purgeCompany", id=made["id"])
    again = await mutate(anna, "createCompany", input=acme(kept))

    assert refused.refusals() == [("DUPLICATE", "input.externalIds.0")]
    assert after == before
    assert again.payload() == {"userErrors": []}


async def test_records_are_found_by_their_ids(world: World) -> None:
    people = world.people
    wanted = key("shop")
    one, two = await make_records(people.anna, COMPANY, [acme(wanted), acme(key("shop"))])
    document = "query ($w: CompanyFilter) { companies(where: $w) { nodes { id } } }"
    by_both = {
        "externalIds": {"some": {"system": {"eq": "shop"}, "value": {"eq": wanted["value"]}}}
    }
    by_system = {"externalIds": {"some": {"system": {"eq": "shop"}}}}

    both = await people.reader.data(document, w=by_both)
    system = await people.reader.data(document, w=by_system)
    theirs = await people.olga.data(document, w=by_system)

    assert both["companies"]["nodes"] == [{"id": one["id"]}]
    assert system["companies"]["nodes"] == [{"id": two["id"]}, {"id": one["id"]}]
    assert theirs["companies"]["nodes"] == []


async def test_an_upsert_gives_the_id_and_may_give_others(world: World) -> None:
    anna = world.people.anna
    main, more = key(), key("site")
    given = {"externalId": main, "title": "Acme", "externalIds": [more]}
    read = "results { company { id version externalIds { system value } } }"

    first = await mutate(anna, "upsertCompanies", read, input=[given])
    second = await mutate(anna, "upsertCompanies", read, input=[given])

    (made,), (again,) = first.payload()["results"], second.payload()["results"]
    assert sorted(item["system"] for item in made["company"]["externalIds"]) == ["erp", "site"]
    assert again == made


async def test_the_order_of_external_ids_does_not_count(world: World, stored: Stored) -> None:
    anna = world.people.anna
    main, more = key("site"), key("erp")
    given = {"externalId": main, "title": "Acme", "externalIds": [more]}
    read = "results { company { id version externalIds { system value } } }"
    first = await mutate(anna, "upsertCompanies", read, input=[given])
    (made,) = first.payload()["results"]
    before = await stored()

    again = await mutate(anna, "upsertCompanies", read, input=[given])
    turned = await mutate(
        anna, "updateCompany", "company { version }",
        input={"id": made["company"]["id"], "externalIds": [main, more]},
    )  # fmt: skip

    assert again.payload()["results"] == [made]
    assert turned.payload()["company"] == {"version": 1}
    assert await stored() == before


async def test_an_upsert_gives_no_second_id_of_its_own_system(world: World, stored: Stored) -> None:
    main, rival = key(), key()
    before = await stored()

    answer = await mutate(
        world.people.anna, "upsertCompanies", "results { userErrors { code path } }",
        input=[{"externalId": main, "title": "Acme", "externalIds": [rival]}],
    )  # fmt: skip

    ((result),) = answer.data["upsertCompanies"]["results"]
    path = ["input", "0", "externalIds", "0", "system"]
    assert result["userErrors"] == [{"code": "INVALID", "path": path}]
    assert await stored() == before


async def test_spaces_around_an_id_do_not_count(world: World) -> None:
    anna = world.people.anna
    plain = key()
    spaced = {name: f"  {value} " for name, value in plain.items()}
    read = "results { company { id version } }"

    first = await mutate(anna, "upsertCompanies", read, input=[{"externalId": plain, "title": "A"}])
    second = await mutate(
        anna, "upsertCompanies", read, input=[{"externalId": spaced, "title": "A"}]
    )

    assert second.payload()["results"] == first.payload()["results"]


async def test_an_upsert_of_a_new_record_needs_what_a_record_needs(
    world: World, stored: Stored
) -> None:
    before = await stored()

    answer = await mutate(
        world.people.anna, "upsertCompanies", "results { userErrors { code path } }",
        input=[{"externalId": key(), "comments": "No title"}],
    )  # fmt: skip

    ((result),) = answer.data["upsertCompanies"]["results"]
    assert result["userErrors"] == [{"code": "REQUIRED", "path": ["input", "0", "title"]}]
    assert await stored() == before


async def test_a_bad_external_id_is_refused(world: World, stored: Stored) -> None:
    before = await stored()
    bad = [{"system": "", "value": "1"}, {"system": "erp", "value": "x" * 256}]

    answer = await mutate(
        world.people.anna, "upsertCompanies", "results { userErrors { code path } }",
        input=[{"externalId": item, "title": "Acme"} for item in bad], atomic=False,
    )  # fmt: skip

    found = [result["userErrors"] for result in answer.data["upsertCompanies"]["results"]]
    assert [[(error["code"], error["path"][:3]) for error in errors] for errors in found] == [
        [("REQUIRED", ["input", "0", "externalId"])],
        [("LIMIT", ["input", "1", "externalId"])],
    ]
    assert await stored() == before
