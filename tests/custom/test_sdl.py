"""`GET /schema.graphql`: a workspace's own schema as a file, for generators of clients."""

import httpx
from graphql import build_schema

from tests.client import Client
from tests.custom.fields import make_field
from tests.people import Cast


async def fetch(client: Client, **headers: str) -> httpx.Response:
    """Fetch the schema as a client."""
    sent = {"Authorization": f"Bearer {client.token}", **headers}
    return await client.http.get("/schema.graphql", headers=sent)


async def test_each_workspace_has_its_own_file(people: Cast) -> None:
    before = await fetch(people.root)
    await make_field(people.root, "Contract number", "STRING")

    ours, theirs = await fetch(people.anna), await fetch(people.olga)

    assert ours.headers["content-type"] == "application/graphql; charset=utf-8"
    shown = build_schema(ours.text)
    assert list(shown.type_map["DealCustomFields"].fields) == ["contractNumber"]  # type: ignore[attr-defined]  # an object type
    assert "DealCustomFields" not in build_schema(theirs.text).type_map
    assert theirs.text == before.text
    assert (await fetch(people.anna)).text == ours.text


async def test_a_file_that_is_known_is_not_sent_again(people: Cast) -> None:
    first = await fetch(people.anna)
    tag = first.headers["etag"]

    again = await fetch(people.anna, **{"If-None-Match": tag})
    await make_field(people.root, "Contract number", "STRING")
    changed = await fetch(people.anna, **{"If-None-Match": tag})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == tag
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_nobody_gets_none(people: Cast) -> None:
    refused = await people.anna.http.get("/schema.graphql")
    wrong = await fetch(Client(people.anna.http, "vk_wrong"))

    assert [refused.status_code, wrong.status_code] == [401, 401]
    assert "type Query" not in refused.text


async def test_large_answers_are_compressed_for_who_reads_that(people: Cast) -> None:
    packed = await fetch(people.anna, **{"Accept-Encoding": "gzip"})
    plain = await fetch(people.anna, **{"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) * 4 < int(plain.headers["content-length"])
    assert packed.text == plain.text
    small = await people.anna.http.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers
