"""A dry run of every mutation: the same answer, what would change is told, nothing is written."""

from typing import Any

import pytest

from tests.api.calling import mutate
from tests.api.conftest import Stored
from tests.api.samples import Sample, reads, samples, shown, written
from tests.api.world import TYPES, Names, World, make_record
from tests.client import Answer

pytestmark = pytest.mark.parametrize("names", TYPES, ids=lambda names: names.one)

DRY = {"X-Dry-Run": "1"}


@pytest.fixture
def fields(names: Names, world: World) -> list[Sample]:
    """Give the samples of the type, with ids of this test's world."""
    return samples(names, world)


def told(answer: Answer) -> tuple[list[tuple[str, int]], dict[str, Any]]:
    """Give the kinds and versions of the events, and the changes by field."""
    dry = answer.extensions["dryRun"]
    assert set(dry) == {"changes", "events"}
    events = [(event["kind"], event["version"]) for event in dry["events"]]
    return events, {change["field"]: (change["from"], change["to"]) for change in dry["changes"]}


async def test_making_a_record(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    before = await stored()

    answer = await mutate(
        anna, f"create{names.type}", f"{names.one} {{ id version {reads(fields)} }}", DRY,
        input=written(fields, 0),
    )  # fmt: skip
    made = answer.payload()[names.one]
    events, changes = told(answer)

    assert made == {**shown(fields, 0), "id": made["id"], "version": 1}
    assert events == [("CREATED", 1)]
    assert changes[names.note] == (None, "Likes tea.\nCalls on Mondays.")
    assert answer.extensions["dryRun"]["events"][0]["id"] == made["id"]
    assert await stored() == before
    found = await anna.data("query ($id: ID!) { node(id: $id) { id } }", id=made["id"])
    assert found == {"node": None}


async def test_changing_deleting_restoring_and_purging_a_record(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    record = (await make_record(anna, names, written(fields, 0)))["id"]
    binned = (await make_record(anna, names, {**written(fields, 1), names.note: None}))["id"]
    await mutate(anna, f"delete{names.type}", input={"id": binned})
    before = await stored()
    read = f"{names.one} {{ id }}"

    changed = await mutate(
        anna, f"update{names.type}", f"{names.one} {{ version {names.note} }}", DRY,
        input={"id": record, names.note: "Tried"},
    )  # fmt: skip
    deleted = await mutate(anna, f"delete{names.type}", read, DRY, input={"id": record})
    restored = await mutate(anna, f"restore{names.type}", read, DRY, id=binned)
    purged = await mutate(anna, f"purge{names.type}", read, DRY, id=binned)

    assert changed.payload()[names.one] == {"version": 2, names.note: "Tried"}
    assert told(changed) == (
        [("UPDATED", 2)], {names.note: ("Likes tea.\nCalls on Mondays.", "Tried")},
    )  # fmt: skip
    assert deleted.payload()[names.one] == {"id": record}
    assert told(deleted)[0] == [("DELETED", 2)]
    assert restored.payload()[names.one] == {"id": binned}
    assert told(restored)[0] == [("RESTORED", 3)]
    assert purged.payload()[names.one] == {"id": binned}
    assert [kind for kind, _ in told(purged)[0]] == ["PURGED"]
    assert await stored() == before


async def test_many_at_once(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    given = written(fields, 0)
    (key,) = given["externalIds"]
    record = (await make_record(anna, names, given))["id"]
    before = await stored()
    read = f"results {{ {names.one} {{ version }} userErrors {{ code }} }}"

    created = await mutate(
        anna,
        f"create{names.types}",
        read,
        DRY,
        input=[world.named(names, "One"), world.named(names, "Two")],
    )
    changed = await mutate(
        anna, f"update{names.types}", read, DRY, input=[{"id": record, names.note: "Tried"}]
    )
    upserted = await mutate(
        anna, f"upsert{names.types}", read, DRY,
        input=[
            {"externalId": key, names.note: "Tried"},
            {"externalId": {"system": "dry", "value": "run"}, **world.named(names, "New")},
        ],
    )  # fmt: skip
    deleted = await mutate(anna, f"delete{names.types}", read, DRY, ids=[record])

    assert [told(answer)[0] for answer in (created, changed, deleted)] == [
        [("CREATED", 1), ("CREATED", 1)], [("UPDATED", 2)], [("DELETED", 2)],
    ]  # fmt: skip
    assert sorted(told(upserted)[0]) == [("CREATED", 1), ("UPDATED", 2)]
    assert await stored() == before


async def test_a_refusal_tells_of_nothing_done(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    anna = world.people.anna
    before = await stored()

    answer = await mutate(
        anna, f"create{names.type}", f"{names.one} {{ id }}", DRY,
        input={**written(fields, 0), "isShared": None},
    )  # fmt: skip

    assert answer.refusals() == [("REQUIRED", "input.isShared")]
    assert answer.extensions["dryRun"] == {"changes": [], "events": []}
    assert await stored() == before


async def test_reader_and_nobody_may_not_even_try(
    names: Names, world: World, fields: list[Sample], stored: Stored
) -> None:
    people = world.people
    before = await stored()

    by_reader = await mutate(
        people.reader, f"create{names.type}", "", DRY, input=written(fields, 0)
    )
    by_nobody = await mutate(
        people.nobody, f"create{names.type}", "", DRY, input=written(fields, 0)
    )

    assert (by_reader.codes, by_reader.body["data"]) == (["FORBIDDEN"], None)
    assert (by_nobody.status, by_nobody.codes) == (401, ["UNAUTHENTICATED"])
    assert await stored() == before


async def test_without_the_header_or_with_0_it_is_done(names: Names, world: World) -> None:
    anna = world.people.anna

    answer = await mutate(
        anna, f"create{names.type}", f"{names.one} {{ id }}", {"X-Dry-Run": "0"},
        input=world.named(names, "Real"),
    )  # fmt: skip
    made = answer.payload()[names.one]

    assert "dryRun" not in answer.extensions
    found = await anna.data("query ($id: ID!) { node(id: $id) { id } }", id=made["id"])
    assert found == {"node": made}
