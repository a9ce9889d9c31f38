"""Many records in one call, for every type: in order, all or nothing, or each on its own."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.conftest import Stored
from tests.api.samples import Sample, changes, reads, samples, shown, written
from tests.api.world import TYPES, Names, World, make_record, make_records
from tests.client import Answer

pytestmark = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)

ERRORS = "userErrors { code path }"


@pytest.fixture
def fields(names: Names, world: World) -> list[Sample]:
    """Give the samples of the type, with ids of this test's world."""
    return samples(names, world)


def named(world: World, names: Names, *titles: str) -> list[dict[str, Any]]:
    """Give inputs with nothing but a name."""
    return [world.named(names, title) for title in titles]


def results_of(answer: Answer) -> list[dict[str, Any]]:
    """Give the results of the only mutation, which as a whole must not be refused."""
    (payload,) = answer.data.values()
    results: list[dict[str, Any]] = payload["results"]
    return results


def selection(names: Names, read: str = "id version") -> str:
    return f"results {{ index {names.one} {{ {read} }} {ERRORS} }}"


# --- creating -----------------------------------------------------------------------------------


async def test_results_come_in_the_order_of_the_input(
    names: Names, world: World, fields: list[Sample]
) -> None:
    anna = world.people.anna
    given = [*named(world, names, "One"), written(fields, 0), *named(world, names, "Three")]
    read = f"version {names.label} {reads(fields)}"

    answer = await mutate(
        anna, f"create{names.types}", selection(names, read), input=given
    )  # fmt: skip
    results = answer.payload()["results"]

    assert [result["index"] for result in results] == [0, 1, 2]
    assert [result["userErrors"] for result in results] == [[], [], []]
    assert [result[names.one][names.label] for result in results][::2] == ["One", "Three"]
    assert results[1][names.one] == {**shown(fields, 0), "version": 1}


async def test_one_refused_record_refuses_all(names: Names, world: World, stored: Stored) -> None:
    anna = world.people.anna
    before = await stored()
    given = named(world, names, "One", "Two", "Three")
    given[1]["isShared"] = None

    answer = await mutate(anna, f"create{names.types}", selection(names), input=given)
    results = results_of(answer)

    assert [result[names.one] for result in results] == [None, None, None]
    assert [result["userErrors"] for result in results] == [
        [],
        [{"code": "REQUIRED", "path": ["input", "1", "isShared"]}],
        [],
    ]
    assert await stored() == before


async def test_without_atomic_the_others_are_written(names: Names, world: World) -> None:
    anna = world.people.anna
    given = named(world, names, "One", "Two", "Three")
    given[1]["isShared"] = None

    answer = await mutate(
        anna, f"create{names.types}", selection(names, f"id {names.label}"), input=given,
        atomic=False,
    )  # fmt: skip
    results = results_of(answer)
    made = [result[names.one] for result in results]

    assert made[1] is None
    assert [made[0][names.label], made[2][names.label]] == ["One", "Three"]
    assert results[1]["userErrors"] == [{"code": "REQUIRED", "path": ["input", "1", "isShared"]}]
    found = await anna.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                            ids=[made[0]["id"], made[2]["id"]])  # fmt: skip
    assert found["nodes"] == [{"id": made[0]["id"]}, {"id": made[2]["id"]}]


async def test_nothing_is_made_of_nothing(names: Names, world: World, stored: Stored) -> None:
    before = await stored()

    for verb in ("create", "update", "upsert"):
        answer = await mutate(world.people.anna, f"{verb}{names.types}", selection(names), input=[])
        assert answer.payload()["results"] == []
    deleted = await mutate(world.people.anna, f"delete{names.types}", selection(names), ids=[])

    assert deleted.payload()["results"] == []
    assert await stored() == before


async def test_more_than_500_are_refused(names: Names, world: World, stored: Stored) -> None:
    before = await stored()
    given = named(world, names, *(str(number) for number in range(501)))

    answer = await mutate(world.people.anna, f"create{names.types}", selection(names), input=given)

    assert answer.codes == ["QUERY_TOO_EXPENSIVE"]
    assert "500" in answer.errors[0]["message"]
    assert await stored() == before


# --- changing -----------------------------------------------------------------------------------


async def test_many_are_changed_at_once(names: Names, world: World, fields: list[Sample]) -> None:
    anna = world.people.anna
    one, two, three = await make_records(
        anna, names, [written(fields, 0), *named(world, names, "Two", "Three")]
    )
    given = [
        {"id": three["id"], names.note: "Third", "ifVersion": 1},
        {"id": one["id"], **changes(fields, 1)},
        {"id": two["id"], names.label: "Two"},
    ]

    answer = await mutate(
        anna, f"update{names.types}", selection(names, f"id version {reads(fields)}"), input=given
    )  # fmt: skip
    results = [result[names.one] for result in answer.payload()["results"]]

    assert [item["id"] for item in results] == [three["id"], one["id"], two["id"]]
    assert [item["version"] for item in results] == [2, 2, 1]
    assert results[0][names.note] == "Third"
    assert results[1] == {**shown(fields, 1), "id": one["id"], "version": 2}


async def test_changes_are_all_or_nothing_or_each_on_its_own(
    names: Names, world: World, stored: Stored
) -> None:
    anna = world.people.anna
    one, two, three, four = await make_records(
        anna, names, named(world, names, "One", "Two", "Three", "Four")
    )
    await mutate(anna, f"delete{names.type}", input={"id": three["id"]})
    given = [
        {"id": one["id"], names.note: "1"},
        {"id": two["id"], names.note: "2", "ifVersion": 7},
        {"id": three["id"], names.note: "3"},
        {"id": four["id"], names.note: "4"},
        {"id": four["id"], names.note: "5"},
    ]
    refused = [
        [],
        [{"code": "CONFLICT", "path": ["input", "1", "ifVersion"]}],
        [{"code": "NOT_FOUND", "path": ["input", "2", "id"]}],
        [],
        [{"code": "DUPLICATE", "path": ["input", "4", "id"]}],
    ]
    before = await stored()

    whole = results_of(await mutate(anna, f"update{names.types}", selection(names), input=given))
    after = await stored()
    each = results_of(
        await mutate(anna, f"update{names.types}", selection(names), input=given, atomic=False)
    )

    assert [result["userErrors"] for result in whole] == refused
    assert [result[names.one] for result in whole] == [None] * 5
    assert after == before
    assert [result["userErrors"] for result in each] == refused
    assert [result[names.one] for result in each] == [
        {"id": one["id"], "version": 2}, None, None, {"id": four["id"], "version": 2}, None,
    ]  # fmt: skip


# --- by external id -----------------------------------------------------------------------------


async def test_upserting_twice_makes_once_and_then_changes_nothing(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    given = written(fields, 0)
    (key,) = given.pop("externalIds")
    read = f"id version {reads(fields)}"
    items = [{"externalId": key, **given}]

    first = await mutate(anna, f"upsert{names.types}", selection(names, read), input=items)
    before = await stored()
    second = await mutate(anna, f"upsert{names.types}", selection(names, read), input=items)

    (made,) = first.payload()["results"]
    assert made[names.one] == {**shown(fields, 0), "id": made[names.one]["id"], "version": 1}
    assert second.payload()["results"] == [made]
    assert await stored() == before


async def test_upserting_changes_what_is_given_and_keeps_the_rest(
    names: Names, world: World, fields: list[Sample]
) -> None:
    anna = world.people.anna
    given = written(fields, 0)
    (key,) = given["externalIds"]
    known = await make_record(anna, names, given)
    fresh = {"system": key["system"], "value": f"{key['value']} more"}
    items = [
        {"externalId": fresh, **named(world, names, "New")[0]},
        {"externalId": key, names.note: "By upsert"},
    ]
    read = f"id version externalIds {{ system value }} {reads(fields)}"

    answer = await mutate(anna, f"upsert{names.types}", selection(names, read), input=items)
    new, old = (result[names.one] for result in answer.payload()["results"])

    assert (new["version"], new["externalIds"]) == (1, [fresh])
    assert old == {**shown(fields, 0), "id": known["id"], "version": 2, names.note: "By upsert"}


async def test_an_external_id_is_upserted_once_a_call_and_not_from_the_bin(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    (key,) = written(fields, 0)["externalIds"]
    binned = await make_record(
        anna, names, {**named(world, names, "Binned")[0], "externalIds": [key]}
    )
    await mutate(anna, f"delete{names.type}", input={"id": binned["id"]})
    twice = {"system": "twice", "value": key["value"]}
    items = [
        {"externalId": twice, **named(world, names, "One")[0]},
        {"externalId": twice, **named(world, names, "Two")[0]},
        {"externalId": key, **named(world, names, "Three")[0]},
    ]
    before = await stored()

    answer = await mutate(anna, f"upsert{names.types}", selection(names), input=items)

    assert [result["userErrors"] for result in results_of(answer)] == [
        [],
        [{"code": "DUPLICATE", "path": ["input", "1", "externalId"]}],
        [{"code": "CONFLICT", "path": ["input", "2", "externalId"]}],
    ]
    assert await stored() == before


async def test_the_same_external_id_in_another_workspace_is_another_record(
    names: Names, world: World, fields: list[Sample]
) -> None:
    people = world.people
    (key,) = written(fields, 0)["externalIds"]

    ours, theirs = [
        await mutate(
            person, f"upsert{names.types}", selection(names),
            input=[{"externalId": key, **world.named(names, "Ours", owner)}],
        )
        for person, owner in ((people.anna, ""), (people.olga, "olga"))
    ]  # fmt: skip

    (our,), (their,) = ours.payload()["results"], theirs.payload()["results"]
    assert our[names.one]["version"] == their[names.one]["version"] == 1
    assert our[names.one]["id"] != their[names.one]["id"]


# --- deleting -----------------------------------------------------------------------------------


async def test_many_are_deleted_at_once(names: Names, world: World) -> None:
    anna = world.people.anna
    one, two = await make_records(anna, names, named(world, names, "One", "Two"))

    answer = await mutate(
        anna, f"delete{names.types}", selection(names, "id version deletedAt"),
        ids=[two["id"], one["id"]],
    )  # fmt: skip
    gone = [result[names.one] for result in answer.payload()["results"]]

    assert [(item["id"], item["version"]) for item in gone] == [(two["id"], 2), (one["id"], 2)]
    assert None not in [item["deletedAt"] for item in gone]


async def test_deletions_are_all_or_nothing_or_each_on_its_own(
    names: Names, world: World, stored: Stored
) -> None:
    anna = world.people.anna
    one, two = await make_records(anna, names, named(world, names, "One", "Two"))
    await mutate(anna, f"delete{names.type}", input={"id": two["id"]})
    ids = [one["id"], two["id"], "nonsense", one["id"]]
    refused = [
        [],
        [{"code": "NOT_FOUND", "path": ["ids", "1"]}],
        [{"code": "INVALID", "path": ["ids", "2"]}],
        [{"code": "DUPLICATE", "path": ["ids", "3"]}],
    ]
    before = await stored()

    whole = results_of(await mutate(anna, f"delete{names.types}", selection(names), ids=ids))
    after = await stored()
    each = results_of(
        await mutate(anna, f"delete{names.types}", selection(names), ids=ids, atomic=False)
    )

    assert [result["userErrors"] for result in whole] == refused
    assert [result[names.one] for result in whole] == [None] * 4
    assert after == before
    assert [result["userErrors"] for result in each] == refused
    assert [result[names.one] for result in each] == [
        {"id": one["id"], "version": 2}, None, None, None,
    ]  # fmt: skip


# --- those who may not --------------------------------------------------------------------------


async def test_reader_nobody_and_olga_do_nothing_in_bulk(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    people = world.people
    given = written(fields, 0)
    (key,) = given["externalIds"]
    record = (await make_record(people.anna, names, given))["id"]
    theirs = world.named(names, "Not theirs", "olga") | {"responsibleId": world["anna"]}
    before = await stored()

    for verb, arguments in (
        ("create", {"input": [theirs]}),
        ("update", {"input": [{"id": record, names.note: "Mine now"}]}),
        ("upsert", {"input": [{"externalId": key, **theirs}]}),
        ("delete", {"ids": [record]}),
    ):
        name = f"{verb}{names.types}"
        by_reader = await mutate(people.reader, name, **arguments)
        by_nobody = await mutate(people.nobody, name, **arguments)
        by_olga = await mutate(people.olga, name, selection(names), **arguments, atomic=False)

        assert (by_reader.codes, by_reader.body["data"]) == (["FORBIDDEN"], None)
        assert (by_nobody.status, by_nobody.codes) == (401, ["UNAUTHENTICATED"])
        ((result),) = results_of(by_olga)
        assert result[names.one] is None
        assert [error["code"] for error in result["userErrors"]] == ["NOT_FOUND"]
    assert await stored() == before
