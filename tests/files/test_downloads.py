"""`GET /files/{id}`: who gets a content, and in which form a browser does."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from db.file_store import FileStore, file_key
from domain.ids import decode_id, encode_id
from resolvers.attachments import release
from tests.client import Client
from tests.conftest import Server
from tests.files.conftest import Serve
from tests.files.shelf import (
    acting,
    attach_to,
    get,
    keep,
    make_deal,
    make_file_field,
    nobodys_id,
    send,
    workspace_of,
)
from tests.people import Cast, ready_role

TEXT = b"0123456789" * 100
NODE = "query ($id: ID!) { node(id: $id) { id ... on File { name } } }"
STRANGE = ["x", "file_", "deal_01jd", "..", "%2e%2e", "file_01%00", "x" * 300, "файл"]


async def reads(client: Client, file: dict[str, Any]) -> bool:
    """Tell whether a person gets a file; `node` and the content always agree."""
    answer = await get(client, file["url"])
    found = (await client.data(NODE, id=file["id"]))["node"]
    assert (answer.status_code, found is not None) in {(200, True), (404, False)}
    return answer.status_code == 200


async def readers(people: Cast, file: dict[str, Any]) -> set[str]:
    """Name the people who get a file."""
    cast = {"root": people.root, "anna": people.anna, "boris": people.boris,
            "olga": people.olga, "reader": people.reader}  # fmt: skip
    return {name for name, person in cast.items() if await reads(person, file)}


async def test_a_file_that_no_record_holds_is_its_uploaders_alone(people: Cast) -> None:
    file = await keep(people.anna, TEXT)

    # The reader's key is Anna's own.
    assert await readers(people, file) == {"anna", "reader"}
    refused = await get(people.nobody, file["url"])
    assert (refused.status_code, refused.headers["www-authenticate"]) == (
        401, 'Bearer realm="voronka"',
    )  # fmt: skip
    assert TEXT not in refused.content


async def test_whoever_views_as_somebody_gets_the_files_of_the_records_that_those_see(
    people: Cast, server: Server
) -> None:
    """Files that no record holds stay apart: an administrator is shown nobody's own ones."""
    file, deal = await keep(people.anna, TEXT), await make_deal(people.anna)
    role = await people.root.mutate("createRole", {"name": "Nothing"}, "role { id }")
    whole = {"X-View-As": await ready_role(people.root, "ADMINISTRATOR")}
    nothing = {"X-View-As": role.payload()["role"]["id"]}
    anna = {"X-View-As": people.ids["anna"]}

    assert (await get(people.root, file["url"], **anna)).status_code == 404
    found = await people.root.run(NODE, {"id": file["id"]}, anna)
    assert found.data["node"] is None

    await attach_to(server, people.anna, file, deal)
    assert (await get(people.root, file["url"], **whole)).status_code == 200
    assert (await get(people.root, file["url"], **nothing)).status_code == 404
    assert (await get(people.boris, file["url"], **anna)).status_code == 403


async def test_who_reads_a_record_reads_its_files(people: Cast, server: Server) -> None:
    file, deal = await keep(people.anna, TEXT), await make_deal(people.anna)

    await attach_to(server, people.anna, file, deal, await make_file_field(people.root))

    assert await readers(people, file) == {"root", "anna", "boris", "reader"}


async def test_files_in_the_recycle_bin_stay_readable_until_it_is_emptied(
    people: Cast, server: Server
) -> None:
    file, deal = await keep(people.anna, TEXT), await make_deal(people.anna)
    await attach_to(server, people.anna, file, deal, await make_file_field(people.root))

    (await people.boris.mutate("deleteDeal", {"id": deal}, "deal { id }")).payload()
    assert await readers(people, file) == {"root", "anna", "boris", "reader"}

    (await people.boris.mutate("purgeDeal", deal, "deal { id }", "id")).payload()
    assert await readers(people, file) == {"anna", "reader"}


async def test_a_file_that_was_let_go_is_its_uploaders_again(people: Cast, server: Server) -> None:
    file, deal = await keep(people.anna, TEXT), await make_deal(people.boris)
    await attach_to(server, people.anna, file, deal)

    async with acting(server, people.boris) as op:
        await release(op, [decode_id(file["id"])[1]])

    assert await readers(people, file) == {"anna", "reader"}


@pytest.mark.parametrize("text", STRANGE)
async def test_what_is_no_id_of_a_file_is_not_there(people: Cast, text: str) -> None:
    answer = await get(people.anna, f"/files/{text}")

    assert answer.status_code == 404
    assert (await get(people.nobody, f"/files/{text}")).status_code in {401, 404}


async def test_all_files_that_one_may_not_have_look_alike(people: Cast) -> None:
    theirs = await keep(people.olga, TEXT)
    deal = await make_deal(people.anna)
    missing = [theirs["url"], f"/files/{encode_id('file', nobodys_id())}", f"/files/{deal}"]

    answers = [await get(people.anna, url) for url in missing]

    assert {(answer.status_code, answer.text) for answer in answers} == {
        (404, "There is no such file.\n")
    }
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 3


async def test_the_cookie_counts_beside_its_header_only(people: Cast, server: Server) -> None:
    file = await keep(people.anna, TEXT)
    csrf = {"X-Voronka-CSRF": "1"}
    async with httpx.AsyncClient(base_url=server.url) as browser:
        opened = await browser.post("/session", json={"token": people.anna.token}, headers=csrf)
        assert opened.status_code == 204

        assert (await browser.get(file["url"], headers=csrf)).content == TEXT
        assert (await browser.get(file["url"])).status_code == 401


async def test_a_file_comes_as_something_to_save_and_never_to_run(people: Cast) -> None:
    file = await keep(people.anna, TEXT, "offer.txt")

    answer = await get(people.anna, file["url"], accept_encoding="gzip")

    assert answer.content == TEXT
    shown = {name: answer.headers.get(name) for name in (
        "content-type", "content-length", "content-encoding", "content-disposition",
        "content-security-policy", "x-content-type-options", "cache-control", "vary",
        "accept-ranges", "cross-origin-resource-policy",
    )}  # fmt: skip
    assert shown == {
        "content-type": "text/plain; charset=utf-8",
        "content-length": "1000",
        "content-encoding": None,
        "content-disposition": "attachment; filename=\"offer.txt\"; filename*=UTF-8''offer.txt",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-cache",
        "vary": "Authorization, Cookie",
        "accept-ranges": "bytes",
        "cross-origin-resource-policy": "same-origin",
    }


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.html", "application/octet-stream"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.png", "application/octet-stream"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "application/octet-stream"),
        (b"<script>alert(1)</script>", "a.js", "text/plain; charset=utf-8"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(50), "a.mp4", "application/octet-stream"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "a.pdf", "application/pdf"),
        (b"GIF89a\x01\x00\x01\x00" + bytes(20), "a.gif", "image/gif"),
        (b"a;b\n", "a.csv", "text/csv; charset=utf-8"),
    ],
)
async def test_only_harmless_types_are_named_to_a_browser(
    people: Cast, content: bytes, name: str, kind: str
) -> None:
    answer = await get(people.anna, (await keep(people.anna, content, name))["url"])

    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("договор.pdf", "filename=\"_______.pdf\"; filename*=UTF-8''"
         "%D0%B4%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80.pdf"),
        ('a"b\'c;d%e.txt', "filename=\"a_b'c;d_e.txt\"; filename*=UTF-8''a%22b%27c%3Bd%25e.txt"),
        ("größer €.txt", "filename=\"gr__er _.txt\"; filename*=UTF-8''"
         "gr%C3%B6%C3%9Fer%20%E2%82%AC.txt"),
        ("a\r\nSet-Cookie: x.txt", "filename=\"aSet-Cookie_ x.txt\"; filename*=UTF-8''"
         "aSet-Cookie%3A%20x.txt"),
    ],
)  # fmt: skip
async def test_a_name_is_given_whole_and_in_ascii(
    people: Cast, name: str, disposition: str
) -> None:
    file = (await send(people.anna, TEXT, name=name)).payload()["file"]

    answer = await get(people.anna, file["url"])

    assert answer.headers["content-disposition"] == f"attachment; {disposition}"
    assert "set-cookie" not in answer.headers


async def test_a_head_is_an_answer_without_its_content(people: Cast) -> None:
    file = await keep(people.anna, TEXT)
    whole = await get(people.anna, file["url"])

    head = await get(people.anna, file["url"], "HEAD")

    changing = ("date", "x-request-id")
    assert head.content == b""
    assert [(name, value) for name, value in head.headers.items() if name not in changing] == [
        (name, value) for name, value in whole.headers.items() if name not in changing
    ]
    assert (await get(people.boris, file["url"], "HEAD")).status_code == 404


@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"x", {tag}', "*"])
async def test_who_has_the_content_gets_no_second_one(people: Cast, sent: str) -> None:
    file = await keep(people.anna, TEXT)
    tag = (await get(people.anna, file["url"])).headers["etag"]
    asked = sent.format(tag=tag)

    known = await get(people.anna, file["url"], if_none_match=asked)
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)

    assert (await get(people.anna, file["url"], if_none_match='"other"')).status_code == 200
    assert (await get(people.boris, file["url"], if_none_match=asked)).status_code == 404


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=5-5", 5, 6),
        ("bytes=990-", 990, 1000),
        ("bytes=-10", 990, 1000),
        ("bytes=995-5000", 995, 1000),
        ("bytes=1-999", 1, 1000),
    ],
)
async def test_a_range_of_bytes_is_served(people: Cast, asked: str, start: int, stop: int) -> None:
    file = await keep(people.anna, TEXT)

    part = await get(people.anna, file["url"], range=asked)

    assert (part.status_code, part.content) == (206, TEXT[start:stop])
    assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/1000"
    assert part.headers["content-length"] == str(stop - start)
    tag = part.headers["etag"]
    assert (await get(people.anna, file["url"], range=asked, if_range=tag)).status_code == 206
    stale = await get(people.anna, file["url"], range=asked, if_range='"old"')
    assert (stale.status_code, stale.content) == (200, TEXT)


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-", "bytes=-5000", "bytes=0-1,5-6", "bytes=9-5", "bytes=-", "lines=1-2", "bytes=a-b",
     "bytes=" + "9" * 30 + "-"],
)  # fmt: skip
async def test_other_ranges_get_the_whole_file(people: Cast, asked: str) -> None:
    file = await keep(people.anna, TEXT)

    answer = await get(people.anna, file["url"], range=asked)

    assert (answer.status_code, answer.content) == (200, TEXT)


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
async def test_a_range_behind_the_end_is_refused(people: Cast, asked: str) -> None:
    file = await keep(people.anna, TEXT)

    answer = await get(people.anna, file["url"], range=asked)

    assert (answer.status_code, answer.content) == (416, b"")
    assert answer.headers["content-range"] == "bytes */1000"


async def test_nothing_but_reading_is_done_here(people: Cast) -> None:
    file = await keep(people.anna, TEXT)

    for method in ("POST", "PUT", "DELETE"):
        assert (await get(people.anna, file["url"], method)).status_code == 405


async def test_no_connection_to_the_database_waits_for_a_slow_reader(
    people: Cast, server: Server
) -> None:
    large = await keep(people.anna, b"x" * 20_000_000)
    token = {"Authorization": f"Bearer {people.anna.token}"}

    async with (
        httpx.AsyncClient(base_url=server.url) as reader,
        reader.stream("GET", large["url"], headers=token) as answer,
    ):
        pieces = answer.aiter_raw()
        got = len(await anext(pieces))
        assert got < 20_000_000
        assert server.database.in_use == 0
        async for piece in pieces:
            got += len(piece)
    assert got == 20_000_000


async def test_a_row_whose_content_is_gone_is_not_there(people: Cast, store: FileStore) -> None:
    file = await keep(people.anna, TEXT)
    key = file_key(await workspace_of(people.anna), decode_id(file["id"])[1])

    await store.delete([key])

    assert (await get(people.anna, file["url"])).status_code == 404


async def test_a_store_out_of_order_is_told_as_such(
    people: Cast, serve: Serve, tmp_path: Path
) -> None:
    file = await keep(people.anna, TEXT)
    (tmp_path / "files").write_text("a file where the folder should be")
    elsewhere = await serve(people.anna, FileStore((tmp_path / "files").as_uri()))

    answer = await get(elsewhere, file["url"])

    assert answer.status_code == 503
    assert answer.text == "The service is unavailable for the moment. Try again shortly.\n"
