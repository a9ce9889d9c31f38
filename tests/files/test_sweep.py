"""The sweep: what no record has held for a day goes, with its content, and nothing else does."""

import io
from datetime import timedelta
from typing import Any

import pytest

from db.base import new_id
from db.file_store import FileStore, file_key
from domain.ids import decode_id
from resolvers import files
from resolvers.attachments import release
from tests.client import Client
from tests.conftest import Server
from tests.files.shelf import (
    acting,
    age,
    attach_to,
    contents,
    keep,
    make_deal,
    rows,
    workspace_of,
)
from tests.people import Cast


async def sweep(server: Server, person: Client, days: int = 0) -> int:
    """Sweep a person's workspace as it will be in some days."""
    async with acting(server, person) as op:
        op.now += timedelta(days=days)
        return await files.sweep(op, {})


def keys(*some: dict[str, Any]) -> set[Any]:
    return {decode_id(file["id"])[1] for file in some}


async def test_a_file_that_nobody_attached_goes_after_a_day(
    people: Cast, server: Server, store: FileStore
) -> None:
    old, fresh, theirs = [
        await keep(person, b"A") for person in (people.anna, people.boris, people.olga)
    ]
    await age(server, old["id"], "created_at", hours=25)
    await age(server, theirs["id"], "created_at", hours=25)
    await age(server, fresh["id"], "created_at", hours=23)

    assert await sweep(server, people.root) == 1

    assert await rows(server, people.root) == await contents(store, people.root) == keys(fresh)
    assert await rows(server, people.olga) == await contents(store, people.olga) == keys(theirs)


async def test_a_file_that_was_let_go_goes_after_a_day(
    people: Cast, server: Server, store: FileStore
) -> None:
    held, gone, recent = [await keep(people.anna, b"A") for _ in range(3)]
    deal = await make_deal(people.anna)
    for file in (held, gone, recent):
        await attach_to(server, people.anna, file, deal)
        await age(server, file["id"], "created_at", hours=1_000)
    async with acting(server, people.anna) as op:
        await release(op, [decode_id(file["id"])[1] for file in (gone, recent)])
    await age(server, gone["id"], "released_at", hours=25)

    assert await sweep(server, people.root) == 1

    both = keys(held, recent)
    assert await rows(server, people.root) == await contents(store, people.root) == both


async def test_contents_without_a_row_go_when_they_are_a_day_old(
    people: Cast, server: Server, store: FileStore
) -> None:
    file, deal = await keep(people.anna, b"A"), await make_deal(people.anna)
    await attach_to(server, people.anna, file, deal)
    orphan = new_id()
    await store.put(file_key(await workspace_of(people.anna), orphan), io.BytesIO(b"lost"))

    assert await sweep(server, people.root) == 0
    assert await contents(store, people.root) == keys(file) | {orphan}

    assert await sweep(server, people.root, days=2) == 0
    assert await rows(server, people.root) == await contents(store, people.root) == keys(file)


async def test_a_sweep_that_is_not_committed_deletes_nothing(
    people: Cast, server: Server, store: FileStore
) -> None:
    file = await keep(people.anna, b"A")
    await age(server, file["id"], "created_at", hours=25)

    async def fail_after_sweeping() -> None:
        async with acting(server, people.root) as op:
            assert await files.sweep(op, {}) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_sweeping()

    assert await rows(server, people.root) == await contents(store, people.root) == keys(file)


async def test_a_sweep_goes_on_over_portions(
    people: Cast, server: Server, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_PORTION", 2)
    some = [await keep(people.anna, b"A") for _ in range(5)]
    for file in some:
        await age(server, file["id"], "created_at", hours=25)

    assert await sweep(server, people.root) == 5
    assert await rows(server, people.root) == await contents(store, people.root) == set()
    assert await sweep(server, people.root) == 0
