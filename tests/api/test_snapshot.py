"""Settings and people are held between requests, and every change is seen by the next, anywhere."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from db.base import new_id
from db.snapshot import Snapshot, Snapshots
from tests.api.calling import mutate
from tests.client import Client
from tests.people import Cast

STAGES = "{ pipelines { name stages { id name color } } }"


async def stage_names(client: Client) -> list[str]:
    found = await client.data(STAGES)
    return [stage["name"] for pipeline in found["pipelines"] for stage in pipeline["stages"]]


async def test_settings_are_read_once(people: Cast, watch: Any) -> None:
    await people.anna.data(STAGES)

    with watch() as seen:
        await people.anna.data(STAGES)
        await people.boris.data("{ viewer { user { departments { name } } } }")

    assert seen.records == []


async def test_a_change_is_seen_by_the_next_request_of_every_server(
    people: Cast, replica: httpx.AsyncClient
) -> None:
    root, elsewhere = people.root, Client(replica, people.anna.token)
    first = (await root.data(STAGES))["pipelines"][0]["stages"][0]
    assert await stage_names(elsewhere) == await stage_names(people.anna)

    for name in ("Met", "Greeted"):
        given = {"id": first["id"], "name": name}
        (await mutate(root, "updateStage", "stage { name }", input=given)).payload()

        assert (await stage_names(elsewhere))[0] == name
        assert (await stage_names(people.anna))[0] == name


async def test_a_change_of_people_is_seen_too(people: Cast, replica: httpx.AsyncClient) -> None:
    elsewhere = Client(replica, people.anna.token)
    document = "{ viewer { user { lastName departments { name } } } }"
    assert (await elsewhere.data(document))["viewer"]["user"]["departments"] == []

    made = await mutate(
        people.root, "createDepartment", "department { id }", input={"name": "East"}
    )
    joined = {"id": people.ids["anna"], "lastName": "East",
              "departmentIds": [made.payload()["department"]["id"]]}  # fmt: skip
    (await mutate(people.root, "updateUser", "user { id }", input=joined)).payload()

    assert (await elsewhere.data(document))["viewer"]["user"] == {
        "lastName": "East",
        "departments": [{"name": "East"}],
    }


async def test_what_was_refused_or_only_tried_leaves_everything_held(
    people: Cast, watch: Any
) -> None:
    first = (await people.root.data(STAGES))["pipelines"][0]["stages"][0]
    given = {"id": first["id"], "name": "Tried"}
    (await mutate(people.root, "updateStage", "", {"X-Dry-Run": "1"}, input=given)).payload()
    refused = await mutate(people.anna, "updateStage", "", input=given)

    with watch() as seen:
        names = await stage_names(people.anna)

    assert refused.codes == ["FORBIDDEN"]
    assert names[0] == first["name"]
    assert seen.records == []


async def test_the_other_workspace_has_a_snapshot_of_its_own(people: Cast) -> None:
    ours = {stage["id"] for line in (await people.anna.data(STAGES))["pipelines"]
            for stage in line["stages"]}  # fmt: skip
    theirs = {stage["id"] for line in (await people.olga.data(STAGES))["pipelines"]
              for stage in line["stages"]}  # fmt: skip

    assert ours
    assert theirs
    assert ours & theirs == set()


async def test_many_ask_at_once_after_a_change(people: Cast) -> None:
    (await mutate(people.root, "createGroup", "", input={"name": "Everyone"})).payload()

    found = await asyncio.gather(*(people.anna.data("{ groups { name } }") for _ in range(10)))

    assert found == [{"groups": [{"name": "Everyone"}]}] * 10


async def test_a_workspace_with_too_many_rows_reads_from_the_database(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = (
        "{ viewer { user { email departments { name } } } departments { name members { email } }"
        " dictionaries { code items { code } } pipelines { name stages { name } } }"
    )
    await mutate(people.root, "createDepartment", "", input={"name": "East"})
    held = await people.anna.data(document)

    monkeypatch.setattr("loaders.held.MAX_ROWS", 3)
    await mutate(people.root, "createGroup", "", input={"name": "A new version"})

    assert await people.anna.data(document) == held
    assert await people.anna.data(document) == held


def snapshot(version: int, rows: int = 0) -> Snapshot:
    return Snapshot(version, {"user": {new_id(): None for _ in range(rows)}}, {})


def test_memory_is_bounded_by_rows() -> None:
    held = Snapshots(most_rows=25)
    first, second, third = (new_id() for _ in range(3))
    for workspace in (first, second):
        held.put(workspace, snapshot(1, 10))
    assert held.get(first, 1) is not None
    held.put(first, snapshot(2, 10))
    held.put(third, snapshot(1, 10))

    there: list[UUID] = [key for key in (first, second, third) if held.get(key, 1)]
    assert there == [first, third]


def test_an_older_snapshot_neither_serves_nor_replaces_a_newer_one() -> None:
    held = Snapshots()
    workspace = new_id()
    held.put(workspace, snapshot(3))
    held.put(workspace, snapshot(2))

    assert held.get(workspace, 4) is None
    found = held.get(workspace, 2)
    assert found is not None
    assert found.version == 3
