"""What the tests of files do to files: upload and read them, and look into the store."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy import text

from auth.tokens import authenticate
from db.base import new_id
from db.file_store import FileStore
from domain.files import Place
from domain.ids import decode_id
from resolvers.attachments import attach
from resolvers.changes import flush_events
from resolvers.operation import Operation
from tests.client import Answer, Client, Upload
from tests.conftest import Server

FILE: Final = "file { id name size contentType url createdAt createdBy { id } }"
FIELD: Final = UUID("01890000-0000-7000-8000-000000000001")
"""The field of a record that holds files in these tests."""
TOMORROW: Final = timedelta(days=1)


async def send(
    client: Client,
    content: bytes,
    called: str = "offer.txt",
    headers: Mapping[str, str] | None = None,
    kind: str = "application/octet-stream",
    **given: Any,
) -> Answer:
    """Upload a file; `called` is the name that the request gives to it."""
    document = (
        f"mutation ($given: UploadFileInput!) {{ uploadFile(input: $given) {{ {FILE} "
        "userErrors { code message path } } }"
    )
    upload = {"file": Upload(called, content, kind), **given}
    return await client.run(document, {"given": upload}, headers)


async def keep(client: Client, content: bytes, called: str = "offer.txt") -> dict[str, Any]:
    """Upload a file that is taken; gives it as the API shows it."""
    file: dict[str, Any] = (await send(client, content, called)).payload()["file"]
    return file


async def get(client: Client, url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Ask for the content of a file."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if client.token is not None:
        sent["Authorization"] = f"Bearer {client.token}"
    return await client.http.request(method, url, headers=sent)


async def workspace_of(client: Client) -> UUID:
    """Give the id of a person's workspace."""
    found = await client.data("{ viewer { workspace { id } } }")
    return decode_id(found["viewer"]["workspace"]["id"])[1]


async def contents(store: FileStore, client: Client) -> set[UUID]:
    """Give the ids of all files whose contents are in the store, of a person's workspace."""
    tomorrow = datetime.now(UTC) + TOMORROW
    portions = store.older_than(await workspace_of(client), tomorrow)
    return {key async for portion in portions for key in portion}


async def rows(server: Server, client: Client) -> set[UUID]:
    """Give the ids of the files of a person's workspace."""
    statement = text("SELECT id FROM files WHERE workspace_id = :workspace")
    async with server.database.engine.connect() as connection:
        found = await connection.execute(statement, {"workspace": await workspace_of(client)})
        return {row.id for row in found}


async def age(server: Server, file_id: str, column: str, hours: int) -> None:
    """Make a file older: `created_at` or `released_at` is so many hours ago."""
    key = decode_id(file_id)[1]
    moment = datetime.now(UTC) - timedelta(hours=hours)
    statement = {
        "created_at": text("UPDATE files SET created_at = :moment WHERE id = :key"),
        "released_at": text("UPDATE files SET released_at = :moment WHERE id = :key"),
    }[column]
    async with server.database.engine.begin() as connection:
        await connection.execute(statement, {"moment": moment, "key": key})


@asynccontextmanager
async def acting(server: Server, client: Client) -> AsyncIterator[Operation]:
    """Give an operation on behalf of a person, which is committed at the end as a job's is."""
    token = client.token
    assert token is not None
    async with server.database.session(write=True) as session:
        actor = await authenticate(session, token)
        assert actor is not None
        await server.database.enter(session, actor.workspace_id, write=True)
        op = Operation.begin(session, actor)
        op.files = server.app.state.files
        yield op
        await flush_events(op, already=0)
    assert await op.conclude(committed=True) == []


async def make_deal(client: Client) -> str:
    """Make a deal."""
    made = await client.mutate("createDeal", {"title": "Annual licence"}, "deal { id }")
    deal: str = made.payload()["deal"]["id"]
    return deal


def place_in(deal: str) -> Place:
    """Name the place in a deal that holds a file."""
    return Place("deal", decode_id(deal)[1], FIELD)


async def attach_to(
    server: Server, client: Client, file: Mapping[str, Any], deal: str, field: str | None = None
) -> None:
    """Let a deal hold a file, in a custom field of an id or in one that nobody knows of."""
    place = place_in(deal)
    if field is not None:
        place = replace(place, field_id=decode_id(field)[1])
    async with acting(server, client) as op:
        await attach(op, [(decode_id(file["id"])[1], place)])


async def make_file_field(root: Client) -> str:
    """Make a custom field of deals for a file; gives its id."""
    given = {"entity": "DEAL", "name": "Papers", "type": "FILE"}
    made = await root.mutate("createCustomField", given, "customField { id }")
    return str(made.payload()["customField"]["id"])


def nobodys_id() -> UUID:
    """Give an id that nothing has."""
    return new_id()
