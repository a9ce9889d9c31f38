"""What goes wrong between the store and the database: never a row without its content."""

import asyncio
from collections.abc import Sequence
from typing import IO

from obstore.store import MemoryStore
from typing_extensions import override

from db.file_store import FileStore, FileStoreError
from domain.errors import RaceLostError
from domain.ids import decode_id
from tests.conftest import Server
from tests.files.conftest import Serve
from tests.files.shelf import contents, get, rows, send
from tests.people import Cast


class LosingStore(FileStore):
    """A store during whose first upload another transaction is faster."""

    tries = 0

    @override
    async def put(self, key: str, content: IO[bytes]) -> None:
        await super().put(key, content)
        self.tries += 1
        if self.tries == 1:
            content.read()
            raise RaceLostError


class SlowStore(FileStore):
    """A store that has a content before it says so."""

    @override
    async def put(self, key: str, content: IO[bytes]) -> None:
        await super().put(key, content)
        await asyncio.sleep(30)


class KeepingStore(FileStore):
    """A store that deletes nothing."""

    @override
    async def delete(self, keys: Sequence[str]) -> None:
        raise FileStoreError("refused")


async def test_an_upload_that_lost_a_race_is_read_again_from_its_start(
    people: Cast, server: Server, serve: Serve
) -> None:
    store = LosingStore(opened=MemoryStore())
    anna = await serve(people.anna, store)

    file = (await send(anna, b"The whole text.")).payload()["file"]

    assert store.tries == 2
    assert (await get(anna, file["url"])).content == b"The whole text."
    key = decode_id(file["id"])[1]
    # The content of the first try is gone.
    assert await contents(store, people.anna) == await rows(server, people.anna) == {key}


async def test_an_upload_past_its_deadline_leaves_nothing(
    people: Cast, server: Server, serve: Serve
) -> None:
    store = SlowStore(opened=MemoryStore())
    anna = await serve(people.anna, store, operation_deadline=0.5)

    late = await send(anna, b"A text.")

    assert (late.status, late.codes) == (504, ["TIMEOUT"])
    assert await contents(store, people.anna) == await rows(server, people.anna) == set()


async def test_a_content_that_cannot_be_deleted_does_not_spoil_the_answer(
    people: Cast, server: Server, serve: Serve
) -> None:
    store = KeepingStore(opened=MemoryStore())
    anna = await serve(people.anna, store)

    done = await send(anna, b"A text.", headers={"X-Dry-Run": "1"})

    assert done.payload()["file"]["size"] == 7
    assert await rows(server, people.anna) == set()
    assert len(await contents(store, people.anna)) == 1  # the sweep finds it in a day


async def test_two_uploads_at_a_time_do_not_share_the_last_room(
    people: Cast, server: Server, serve: Serve
) -> None:
    store = FileStore(opened=MemoryStore())
    anna = await serve(people.anna, store, max_file_bytes_per_workspace=100)

    answers = await asyncio.gather(*(send(anna, b"x" * 60) for _ in range(3)))

    refusals = sorted(answer.refusals() for answer in answers)
    assert refusals == [[], [("LIMIT", "input.file")], [("LIMIT", "input.file")]]
    assert await contents(store, people.anna) == await rows(server, people.anna)
    assert len(await rows(server, people.anna)) == 1
