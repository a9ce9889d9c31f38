"""The life of one record, for every type: made, read, changed, cleared, deleted, restored, purged.

Beside each thing that anna may do stands what reader, nobody and olga may not do with the same
set-up.
"""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.conftest import EventLog, Stored
from tests.api.samples import REFUSED, Sample, changes, reads, samples, shown, written
from tests.api.world import TYPES, Names, World, make_record, make_records
from tests.client import Answer, Client

pytestmark = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)

STAMPS = "id version isShared deletedAt createdAt updatedAt createdBy { id } updatedBy { id }"


@pytest.fixture
def fields(names: Names, world: World) -> list[Sample]:
    """Give the samples of the type, with ids of this test's world."""
    return samples(names, world)


async def read(client: Client, names: Names, record: str, selection: str) -> Any:
    document = f"query ($id: ID!) {{ {names.one}(id: $id) {{ {selection} }} }}"
    return (await client.data(document, id=record))[names.one]


async def listed(client: Client, names: Names, where: dict[str, Any]) -> list[str]:
    document = (
        f"query ($where: {names.type}Filter) {{ {names.many}(where: $where) {{ nodes {{ id }} }} }}"
    )
    found = await client.data(document, where=where)
    return [node["id"] for node in found[names.many]["nodes"]]


def assert_not_there(answer: Answer, *path: str) -> None:
    assert [error["extensions"]["code"] for error in answer.errors] == []
    assert answer.refusals() == [("NOT_FOUND", ".".join(path))]


# --- making and reading -------------------------------------------------------------------------


async def test_anna_makes_a_record_with_every_field_and_boris_reads_it(
    names: Names, world: World, fields: list[Sample]
) -> None:
    people = world.people
    selection = f"{STAMPS} {reads(fields)}"

    made = await make_record(people.anna, names, written(fields, 0), selection)
    found = await read(people.boris, names, made["id"], selection)

    assert made == {
        **shown(fields, 0),
        "id": made["id"],
        "version": 1,
        "isShared": True,
        "deletedAt": None,
        "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
        "createdBy": {"id": world["anna"]},
        "updatedBy": {"id": world["anna"]},
    }
    assert found == made
    assert made["id"].startswith(f"{names.entity.name}_")
    assert made["createdAt"].endswith("Z")


async def test_a_name_is_enough_and_the_rest_is_empty(
    names: Names, world: World, fields: list[Sample]
) -> None:
    made = await make_record(world.people.anna, names, world.named(names), reads(fields))
    defaults: dict[str, Any] = {"isShared": False, "isMine": False, "isExportable": True}
    defaults["catalog"] = {"id": world["cars"]}
    defaults |= {"currency": None, "isActive": True, "isTaxIncluded": True, "isAmountManual": True}
    defaults |= {"unit": {"id": world["unit:C62"]}, "taxRate": {"id": world["no tax"]}}
    if names.one == "deal":
        defaults |= {"pipeline": {"id": world["sales"]}, "stage": {"id": world["sales:NEW"]}}
    if names.one == "lead":
        defaults |= {"stage": {"id": world["lead stage:NEW"]}}

    assert made == {
        field.key: defaults.get(
            field.key, "Only a name" if field.name == names.label else field.empty
        )
        for field in fields
    }


async def test_reader_nobody_and_olga_make_nothing_of_annas(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    people = world.people
    before = await stored()
    given = written(fields, 0)

    by_reader = await mutate(people.reader, f"create{names.type}", input=given)
    by_nobody = await mutate(people.nobody, f"create{names.type}", input=given)
    by_olga = await mutate(people.olga, f"create{names.type}", input=given)

    assert (by_reader.codes, by_reader.body["data"]) == (["FORBIDDEN"], None)
    assert (by_nobody.status, by_nobody.codes) == (401, ["UNAUTHENTICATED"])
    assert "data" not in by_nobody.body
    assert {code for code, _ in by_olga.refusals()} == {"NOT_FOUND"}
    assert await stored() == before


async def test_only_her_workspace_reads_a_record(names: Names, world: World) -> None:
    people = world.people
    made = await make_record(people.anna, names, world.named(names, "Secret"))
    document = f"query ($id: ID!) {{ {names.one}(id: $id) {{ id }} node(id: $id) {{ id }} }}"

    by_reader = await people.reader.data(document, id=made["id"])
    by_olga = await people.olga.data(document, id=made["id"])
    by_nobody = await people.nobody.run(document, {"id": made["id"]})

    assert by_reader == {names.one: made, "node": made}
    assert by_olga == {names.one: None, "node": None}
    assert (by_nobody.status, by_nobody.codes) == (401, ["UNAUTHENTICATED"])
    assert await listed(people.olga, names, {"id": {"eq": made["id"]}}) == []
    assert await listed(people.reader, names, {"id": {"eq": made["id"]}}) == [made["id"]]


# --- changing -----------------------------------------------------------------------------------


async def test_boris_changes_every_field(names: Names, world: World, fields: list[Sample]) -> None:
    people = world.people
    selection = f"{STAMPS} {reads(fields)}"
    made = await make_record(people.anna, names, written(fields, 0), selection)

    answer = await mutate(
        people.boris, f"update{names.type}", f"{names.one} {{ {selection} }}",
        input={"id": made["id"], "ifVersion": 1, **changes(fields, 1)},
    )  # fmt: skip
    changed = answer.payload()[names.one]

    assert changed == {
        **shown(fields, 1),
        "id": made["id"],
        "version": 2,
        "isShared": False,
        "deletedAt": None,
        "createdAt": made["createdAt"],
        "updatedAt": changed["updatedAt"],
        "createdBy": {"id": world["anna"]},
        "updatedBy": {"id": world["boris"]},
    }
    assert changed["updatedAt"] > made["updatedAt"]
    assert await read(people.anna, names, made["id"], selection) == changed


async def test_omitted_fields_stay(names: Names, world: World, fields: list[Sample]) -> None:
    anna = world.people.anna
    made = await make_record(anna, names, written(fields, 0))

    answer = await mutate(
        anna, f"update{names.type}", f"{names.one} {{ version {reads(fields)} }}",
        input={"id": made["id"], names.note: "Only this."},
    )  # fmt: skip

    expected = {**shown(fields, 0), names.note: "Only this.", "version": 2}
    assert answer.payload()[names.one] == expected


async def test_writing_what_is_there_already_changes_nothing(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    people = world.people
    made = await make_record(people.anna, names, written(fields, 0), f"id {STAMPS}")
    before = await stored()

    answer = await mutate(
        people.boris, f"update{names.type}", f"{names.one} {{ {STAMPS} }}",
        input={"id": made["id"], **changes(fields, 0)},
    )  # fmt: skip

    assert answer.payload()[names.one] == made
    assert await stored() == before


async def test_null_clears_a_field_or_is_refused(
    names: Names, world: World, fields: list[Sample]
) -> None:
    """One copy of the record for each field, and all of them changed in one call."""
    anna = world.people.anna
    given = written(fields, 0)
    fields = [field for field in fields if not field.fixed]
    alone = {key: value for key, value in given.items() if key != "externalIds"}
    copies = [given if field.name == "externalIds" else alone for field in fields]
    made = await make_records(anna, names, copies)

    answer = await mutate(
        anna,
        f"update{names.types}",
        f"results {{ {names.one} {{ {reads(fields)} }} userErrors {{ code path }} }}",
        input=[
            {"id": copy["id"], field.name: None} for copy, field in zip(made, fields, strict=True)
        ],
        atomic=False,
    )
    results = answer.data[f"update{names.types}"]["results"]

    for index, (field, result) in enumerate(zip(fields, results, strict=True)):
        if field.empty is REFUSED:
            refusal = {"code": "REQUIRED", "path": ["input", str(index), field.name]}
            assert (result[names.one], result["userErrors"]) == (None, [refusal]), field.name
        else:
            assert result["userErrors"] == [], field.name
            assert result[names.one][field.key] == field.empty, field.name


async def test_a_refused_null_writes_nothing(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    made = await make_record(anna, names, written(fields, 0))
    before = await stored()
    strict = [field.name for field in fields if field.empty is REFUSED]

    answer = await mutate(
        anna, f"update{names.type}", f"{names.one} {{ id }}",
        input={"id": made["id"], names.note: "Changed", **dict.fromkeys(strict)},
    )  # fmt: skip

    assert answer.data[f"update{names.type}"][names.one] is None
    refused = {path for code, path in answer.refusals() if code == "REQUIRED"}
    assert "input.isShared" in refused
    assert refused <= {f"input.{name}" for name in strict}
    assert await stored() == before


async def test_reader_nobody_and_olga_change_nothing(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    people = world.people
    made = await make_record(people.anna, names, written(fields, 0))
    before = await stored()
    given = {"id": made["id"], names.note: "Mine now"}

    by_reader = await mutate(people.reader, f"update{names.type}", input=given)
    by_nobody = await mutate(people.nobody, f"update{names.type}", input=given)
    by_olga = await mutate(people.olga, f"update{names.type}", input=given)

    assert (by_reader.codes, by_reader.body["data"]) == (["FORBIDDEN"], None)
    assert (by_nobody.status, by_nobody.codes) == (401, ["UNAUTHENTICATED"])
    assert_not_there(by_olga, "input", "id")
    assert await stored() == before


# --- versions -----------------------------------------------------------------------------------


async def test_a_change_of_an_older_version_is_refused_and_says_who_changed_what(
    names: Names, world: World, fields: list[Sample], stored: Stored, log: EventLog
) -> None:
    people = world.people
    made = await make_record(people.anna, names, written(fields, 0))
    for given in ({names.note: "First"}, {names.note: "Second", "isShared": False}):
        changed = await mutate(
            people.boris, f"update{names.type}", input={"id": made["id"], **given}
        )
        assert changed.payload() == {"userErrors": []}
    before = await stored()

    answer = await mutate(
        people.anna, f"update{names.type}", f"{names.one} {{ id }}",
        input={"id": made["id"], "ifVersion": 1, names.note: "Mine"},
    )  # fmt: skip

    payload = answer.data[f"update{names.type}"]
    ((error),) = payload["userErrors"]
    times = [
        event["at"].isoformat().replace("+00:00", "Z") for event in await log(world, made["id"])
    ]
    assert payload[names.one] is None
    assert (error["code"], error["path"]) == ("CONFLICT", ["input", "ifVersion"])
    assert error["message"] == "The record has changed; its version is 3 now."
    assert sorted(error["conflicts"], key=lambda item: item["field"]) == [
        {"field": names.note, "at": times[2], "by": {"id": world["boris"]}},
        {"field": "isShared", "at": times[2], "by": {"id": world["boris"]}},
    ]
    assert await stored() == before


async def test_ahead_of_the_version_is_a_conflict_too(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    made = await make_record(anna, names, written(fields, 0))
    before = await stored()

    answer = await mutate(
        anna, f"update{names.type}",
        input={"id": made["id"], "ifVersion": 2, names.note: "Mine"},
    )  # fmt: skip

    assert answer.refusals() == [("CONFLICT", "input.ifVersion")]
    assert await stored() == before


async def test_deleting_an_older_version_is_refused(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    people = world.people
    made = await make_record(people.anna, names, written(fields, 0))
    await mutate(people.boris, f"update{names.type}", input={"id": made["id"], names.note: "New"})
    before = await stored()

    late = await mutate(
        people.anna, f"delete{names.type}", input={"id": made["id"], "ifVersion": 1}
    )

    assert late.refusals() == [("CONFLICT", "input.ifVersion")]
    (conflict,) = late.data[f"delete{names.type}"]["userErrors"][0]["conflicts"]
    assert (conflict["field"], conflict["by"]) == (names.note, {"id": world["boris"]})
    assert await stored() == before
    in_time = await mutate(
        people.anna, f"delete{names.type}", input={"id": made["id"], "ifVersion": 2}
    )
    assert in_time.payload() == {"userErrors": []}


# --- the recycle bin ----------------------------------------------------------------------------


async def test_deleted_means_in_the_recycle_bin_and_comes_back_whole(
    names: Names, world: World, fields: list[Sample]
) -> None:
    people = world.people
    selection = f"version deletedAt {reads(fields)}"
    made = await make_record(people.anna, names, written(fields, 0), f"id {selection}")
    record = made.pop("id")

    deleted = await mutate(
        people.boris, f"delete{names.type}", f"{names.one} {{ id version deletedAt }}",
        input={"id": record},
    )  # fmt: skip
    gone = deleted.payload()[names.one]
    lone = await read(people.anna, names, record, "id")
    plainly = await listed(people.anna, names, {"id": {"eq": record}})
    binned = {"id": {"eq": record}, "deletedAt": {"isNull": False}}
    in_bin = await listed(people.anna, names, binned)
    restored = await mutate(
        people.boris, f"restore{names.type}", f"{names.one} {{ {selection} }}", id=record
    )

    assert (gone["id"], gone["version"]) == (record, 2)
    assert gone["deletedAt"] is not None
    assert (lone, plainly, in_bin) == (None, [], [record])
    assert restored.payload()[names.one] == {**made, "version": 3}
    assert await read(people.anna, names, record, selection) == {**made, "version": 3}
    assert await listed(people.anna, names, binned) == []


async def test_what_is_in_the_bin_is_not_changed_or_deleted_again(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    made = await make_record(anna, names, written(fields, 0))
    await mutate(anna, f"delete{names.type}", input={"id": made["id"]})
    before = await stored()

    again = await mutate(anna, f"delete{names.type}", input={"id": made["id"]})
    changed = await mutate(
        anna, f"update{names.type}", input={"id": made["id"], names.note: "From the bin"}
    )

    assert_not_there(again, "input", "id")
    assert_not_there(changed, "input", "id")
    assert await stored() == before


async def test_only_what_is_in_the_bin_is_restored(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    made = await make_record(anna, names, written(fields, 0))
    before = await stored()

    answer = await mutate(anna, f"restore{names.type}", f"{names.one} {{ id }}", id=made["id"])

    assert answer.refusals() == [("CONFLICT", "id")]
    assert await stored() == before


async def test_purged_is_gone_for_good(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    before = await stored()
    made = await make_record(anna, names, written(fields, 0))
    await mutate(anna, f"delete{names.type}", input={"id": made["id"]})

    purged = await mutate(anna, f"purge{names.type}", f"{names.one} {{ id }}", id=made["id"])
    after = await stored()
    restored = await mutate(anna, f"restore{names.type}", f"{names.one} {{ id }}", id=made["id"])
    again = await mutate(anna, f"purge{names.type}", f"{names.one} {{ id }}", id=made["id"])

    assert purged.payload()[names.one] == {"id": made["id"]}
    assert_not_there(restored, "id")
    assert_not_there(again, "id")
    # Of the record nothing is left but its history, and that it was counted once and no longer is.
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"events", "kept_numbers"}
    assert (
        await listed(anna, names, {"id": {"eq": made["id"]}, "deletedAt": {"isNull": False}}) == []
    )


async def test_reader_nobody_and_olga_delete_restore_and_purge_nothing(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    people = world.people
    alive = await make_record(people.anna, names, written(fields, 0))
    binned = await make_record(people.anna, names, written(fields, 1))
    await mutate(people.anna, f"delete{names.type}", input={"id": binned["id"]})
    before = await stored()

    for verb, arguments, path in (
        ("delete", {"input": {"id": alive["id"]}}, ("input", "id")),
        ("restore", {"id": binned["id"]}, ("id",)),
        ("purge", {"id": binned["id"]}, ("id",)),
    ):
        name = f"{verb}{names.type}"
        by_reader = await mutate(people.reader, name, **arguments)
        by_nobody = await mutate(people.nobody, name, **arguments)
        by_olga = await mutate(people.olga, name, **arguments)

        assert (by_reader.codes, by_reader.body["data"]) == (["FORBIDDEN"], None)
        assert (by_nobody.status, by_nobody.codes) == (401, ["UNAUTHENTICATED"])
        assert_not_there(by_olga, *path)
    assert await stored() == before
