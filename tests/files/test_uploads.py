"""Uploading: what is kept of a file, what is refused, and that a failure leaves nothing behind."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest

from db.file_store import FileStore
from domain.ids import decode_id
from tests.client import Client, Upload
from tests.conftest import Server
from tests.files.conftest import Serve
from tests.files.shelf import contents, get, keep, rows, send
from tests.people import Cast

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(30)
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"


def zipped(*names: str, mimetype: str = "") -> bytes:
    """Make a zip of small entries; `mimetype` is an OpenDocument file's first one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        if mimetype:
            made.writestr("mimetype", mimetype)
        for name in names:
            made.writestr(name, "text")
    return file.getvalue()


KINDS = [
    pytest.param("photo.png", PNG, "image/png", id="png"),
    pytest.param("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(30), "image/jpeg",
                 id="jpeg"),
    pytest.param("a.gif", b"GIF89a\x01\x00\x01\x00" + bytes(20), "image/gif", id="gif"),
    pytest.param("a.webp", b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(30), "image/webp", id="webp"),
    pytest.param("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"x" * 90, "application/pdf",
                 id="pdf"),
    pytest.param("a.txt", "Договор №5\r\n\tтекст".encode(), "text/plain", id="text"),
    pytest.param("a.CSV", b"name;sum\nAcme;5\n", "text/csv", id="csv"),
    pytest.param("a.docx", zipped("[Content_Types].xml", "word/document.xml"),
                 f"{OFFICE}.wordprocessingml.document", id="docx"),
    pytest.param("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.xml"),
                 f"{OFFICE}.spreadsheetml.sheet", id="xlsx"),
    pytest.param("a.pptx", zipped("[Content_Types].xml", "ppt/presentation.xml"),
                 f"{OFFICE}.presentationml.presentation", id="pptx"),
    pytest.param("a.odt", zipped("content.xml", mimetype=f"{OPEN}.text"), f"{OPEN}.text", id="odt"),
    pytest.param("a.ods", zipped("content.xml", mimetype=f"{OPEN}.spreadsheet"),
                 f"{OPEN}.spreadsheet", id="ods"),
    pytest.param("a.zip", zipped("a.txt"), "application/zip", id="zip"),
    pytest.param("a.mp4", b"\x00\x00\x00\x20ftypisom" + bytes(50), "video/mp4", id="mp4"),
    pytest.param("a.bin", bytes(range(256)), "application/octet-stream", id="anything"),
]  # fmt: skip

# The name, what the caller says of the type, the content, and what it is.
LIES = [
    ("page.png", "image/png", b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
    ("page.png", "image/png", b" <script>alert(1)</script>", "text/plain"),
    ("a.png", "image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    ("a.txt", "text/plain", PNG, "image/png"),
    ("a.csv", "text/csv", PNG, "image/png"),
    ("a.csv", "text/csv", b"a;b\x00", "application/octet-stream"),
    ("a.html", "text/html", b"Just a text", "text/plain"),
    ("a.pdf", "application/pdf", "Текст".encode("cp1251"), "application/octet-stream"),
    ("a.docx", "application/msword", zipped("word/other.xml"), "application/zip"),
    ("BM.bmp", "image/bmp", b"BM is the beginning of a text", "text/plain"),
    ("cut.txt", "text/plain", "Ж".encode()[:1], "application/octet-stream"),
]

NAMES = [
    ("договор №5.pdf", "договор №5.pdf"),
    ("Überweisung – größer.pdf", "Überweisung – größer.pdf"),
    ("../../etc/passwd", "passwd"),
    ("C:\\Users\\anna\\offer.pdf", "offer.pdf"),
    ("a/b\\c.txt", "c.txt"),
    ("photo\u202egpj.exe", "photogpj.exe"),
    ("\u200e\u2066offer\u2069.pdf\u061c", "offer.pdf"),
    ("new\r\nline\t.txt", "newline.txt"),
    ("nul\x00.txt", "nul.txt"),
    ("  spaces .txt  ", "spaces .txt"),
    ("quo\"te's.txt", "quo\"te's.txt"),
    ("<script>.txt", "<script>.txt"),
    ("e\u0301.txt", "\u00e9.txt"),
    ("👩\u200d💻.txt", "👩\u200d💻.txt"),
    ("CON", "CON"),
    (".htaccess", ".htaccess"),
    ("a" * 255, "a" * 255),
]


@pytest.mark.parametrize(("name", "content", "kind"), KINDS)
async def test_a_file_is_kept_with_its_size_and_the_type_of_its_content(
    people: Cast, name: str, content: bytes, kind: str
) -> None:
    before = datetime.now(UTC)

    file = await keep(people.anna, content, name)

    key = file.pop("id")
    assert before <= datetime.fromisoformat(file.pop("createdAt")) <= datetime.now(UTC)
    assert file == {
        "name": name, "size": len(content), "contentType": kind, "url": f"/files/{key}",
        "createdBy": {"id": people.ids["anna"]},
    }  # fmt: skip
    assert (await get(people.anna, file["url"])).content == content
    assert (await people.anna.data("query ($id: ID!) { node(id: $id) { id } }", id=key)) == {
        "node": {"id": key}
    }


@pytest.mark.parametrize(("name", "said", "content", "kind"), LIES)
async def test_neither_the_name_nor_the_caller_tells_the_type(
    people: Cast, name: str, said: str, content: bytes, kind: str
) -> None:
    file = (await send(people.anna, content, name, kind=said)).payload()["file"]

    assert file["contentType"] == kind


@pytest.mark.parametrize(("given", "kept"), NAMES)
async def test_a_name_loses_folders_and_what_deceives(people: Cast, given: str, kept: str) -> None:
    made = (await send(people.anna, b"A text.", "other.bin", name=given)).payload()["file"]

    assert made["name"] == kept


async def test_the_part_names_the_file_where_no_name_is_given(people: Cast) -> None:
    assert (await keep(people.anna, b"A text.", "договор.txt"))["name"] == "договор.txt"
    assert (await keep(people.anna, b"A text.", "../up.txt"))["name"] == "up.txt"
    given = await send(people.anna, b"A text.", "part.txt", name=None)
    assert given.payload()["file"]["name"] == "part.txt"


@pytest.mark.parametrize(
    ("content", "name", "refusals"),
    [
        (b"", "a.txt", [("INVALID", "input.file")]),
        (b"x", "", [("REQUIRED", "input.name")]),
        (b"x", "..", [("REQUIRED", "input.name")]),
        (b"x", "folder/", [("REQUIRED", "input.name")]),
        (b"x", "\u202e\x00", [("REQUIRED", "input.name")]),
        (b"x", "a" * 256, [("LIMIT", "input.name")]),
        (b"", "", [("INVALID", "input.file"), ("REQUIRED", "input.name")]),
    ],
)
async def test_an_empty_file_and_a_useless_name_are_refused(
    people: Cast,
    server: Server,
    store: FileStore,
    content: bytes,
    name: str,
    refusals: list[tuple[str, str]],
) -> None:
    refused = await send(people.anna, content, name=name)

    assert refused.data["uploadFile"]["file"] is None
    assert refused.refusals() == refusals
    assert (await rows(server, people.anna), await contents(store, people.anna)) == (set(), set())


async def test_a_file_may_be_as_large_as_the_limit(people: Cast, serve: Serve) -> None:
    anna = await serve(people.anna, max_upload_bytes=2_000_000)

    assert (await keep(anna, b"x" * 2_000_000))["size"] == 2_000_000
    refused = await send(anna, b"x" * 2_000_001)

    assert refused.refusals() == [("LIMIT", "input.file")]
    (error,) = refused.data["uploadFile"]["userErrors"]
    assert error["message"] == "The file is larger than 2000000 bytes."


async def test_a_body_that_is_far_too_large_is_not_read(people: Cast, serve: Serve) -> None:
    anna = await serve(people.anna, max_upload_bytes=1_000, max_body_bytes=2_000)

    refused = await send(anna, b"x" * 10_000)

    assert (refused.status, refused.codes) == (413, ["QUERY_TOO_EXPENSIVE"])
    assert refused.errors[0]["extensions"]["allowed"] == 3_000


async def test_all_files_of_a_workspace_have_a_limit_together(
    people: Cast, server: Server, serve: Serve
) -> None:
    anna = await serve(people.anna, max_file_bytes_per_workspace=100)
    boris = await serve(people.boris, max_file_bytes_per_workspace=100)
    olga = await serve(people.olga, max_file_bytes_per_workspace=100)
    first = await keep(anna, b"x" * 60)

    refused = await send(boris, b"x" * 41)

    assert refused.refusals() == [("LIMIT", "input.file")]
    assert await rows(server, people.anna) == {decode_id(first["id"])[1]}
    await keep(boris, b"x" * 40)
    await keep(olga, b"x" * 100)  # another workspace has room of its own


async def test_a_dry_run_leaves_neither_a_row_nor_a_content(
    people: Cast, server: Server, store: FileStore
) -> None:
    done = await send(people.anna, b"A text.", headers={"X-Dry-Run": "1"})

    assert done.payload()["file"]["name"] == "offer.txt"
    assert [event["type"] for event in done.extensions["dryRun"]["events"]] == ["FILE"]
    assert (await rows(server, people.anna), await contents(store, people.anna)) == (set(), set())

    kept = await keep(people.anna, b"A text.")  # the same upload in earnest

    key = decode_id(kept["id"])[1]
    assert (await rows(server, people.anna), await contents(store, people.anna)) == ({key}, {key})


UPLOAD_AND = """mutation ($file: UploadFileInput!, $deal: CreateDealInput!) {
  uploadFile(input: $file) { file { id } userErrors { code } }
  createDeal(input: $deal) { deal { id } userErrors { code } } }"""


async def test_a_refusal_elsewhere_in_the_request_leaves_nothing(
    people: Cast, server: Server, store: FileStore
) -> None:
    given: dict[str, Any] = {"file": {"file": Upload("a.txt", b"A text.")}}

    refused = await people.anna.run(UPLOAD_AND, {**given, "deal": {"title": "x" * 300}})

    assert refused.data["createDeal"]["userErrors"] == [{"code": "LIMIT"}]
    assert (await rows(server, people.anna), await contents(store, people.anna)) == (set(), set())

    done = (await people.anna.run(UPLOAD_AND, {**given, "deal": {"title": "Licence"}})).data
    key = decode_id(done["uploadFile"]["file"]["id"])[1]
    assert (await rows(server, people.anna), await contents(store, people.anna)) == ({key}, {key})


async def test_an_error_elsewhere_in_the_request_leaves_nothing(
    people: Cast, server: Server, store: FileStore
) -> None:
    document = """mutation ($file: UploadFileInput!) {
      uploadFile(input: $file) { file { id } }
      createPipeline(input: { name: "Mine" }) { pipeline { id } } }"""

    refused = await people.anna.run(document, {"file": {"file": Upload("a.txt", b"A text.")}})

    assert refused.codes == ["FORBIDDEN"]
    assert (await rows(server, people.anna), await contents(store, people.anna)) == (set(), set())


async def test_several_files_come_in_one_request(people: Cast) -> None:
    document = """mutation ($a: UploadFileInput!, $b: Upload!) {
      a: uploadFile(input: $a) { file { name size } userErrors { code } }
      b: uploadFile(input: { file: $b, name: "b.txt" }) { file { name size } userErrors { code } } }
    """
    given = {"a": {"file": Upload("a.txt", b"aa")}, "b": Upload("other.txt", b"bbb")}

    found = (await people.anna.run(document, given)).data

    assert found["a"] == {"file": {"name": "a.txt", "size": 2}, "userErrors": []}
    assert found["b"] == {"file": {"name": "b.txt", "size": 3}, "userErrors": []}


@pytest.mark.parametrize("value", ["offer.txt", 1, {"name": "a"}, ["a"], True])
async def test_a_file_never_comes_as_json(people: Cast, server: Server, value: Any) -> None:
    document = "mutation ($file: Upload!) { uploadFile(input: { file: $file }) { file { id } } }"

    refused = await people.anna.run(document, {"file": value})

    assert refused.codes == ["BAD_USER_INPUT"]
    assert "multipart" in refused.errors[0]["message"]
    assert await rows(server, people.anna) == set()


async def test_a_file_never_stands_in_the_document(people: Cast, server: Server) -> None:
    document = 'mutation { uploadFile(input: { file: "a.txt" }) { file { id } } }'

    refused = await people.anna.run(document)

    assert refused.status == 200
    assert refused.codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert await rows(server, people.anna) == set()


async def test_who_only_reads_uploads_nothing(
    people: Cast, server: Server, store: FileStore
) -> None:
    assert (await send(people.reader, b"A text.")).codes == ["FORBIDDEN"]
    assert (await send(people.nobody, b"A text.")).status == 401
    assert (await rows(server, people.anna), await contents(store, people.anna)) == (set(), set())


async def test_refusals_are_said_in_russian(people: Cast) -> None:
    russian = Client(people.anna.http, people.anna.token, "ru")

    (error,) = (await send(russian, b"")).data["uploadFile"]["userErrors"]

    assert error == {"code": "INVALID", "message": "Файл пустой.", "path": ["input", "file"]}


@pytest.mark.parametrize("folder", ["/proc/nowhere", "/dev/null/files"])
async def test_a_store_out_of_order_is_told_as_such_and_leaves_no_row(
    people: Cast, server: Server, serve: Serve, folder: str
) -> None:
    anna = await serve(people.anna, FileStore(f"file://{folder}"))

    refused = await send(anna, b"A text.")

    assert refused.codes == ["UNAVAILABLE"]
    assert await rows(server, people.anna) == set()
