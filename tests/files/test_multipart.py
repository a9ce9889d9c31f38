"""The GraphQL multipart request specification: what is taken, and that nothing else harms."""

import json
import random
from typing import Any, Final

import httpx
import pytest

from db.file_store import FileStore
from tests.conftest import Server
from tests.files.conftest import Serve
from tests.files.shelf import contents, keep, rows
from tests.people import Cast

BOUNDARY: Final = "frontier"
TYPE: Final = f"multipart/form-data; boundary={BOUNDARY}"
PREFLIGHT: Final = {"GraphQL-Require-Preflight": "1"}
ONE: Final = (
    "mutation ($file: Upload!) { uploadFile(input: { file: $file }) { file { id } userErrors {"
    " code } } }"
)
OPERATIONS: Final = json.dumps({"query": ONE, "variables": {"file": None}})
MAP: Final = '{"0": ["variables.file"]}'


def part(name: str, content: str | bytes, filename: str | None = None) -> bytes:
    """Write one part of a body."""
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: text/plain'
    data = content.encode() if isinstance(content, str) else content
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"


END: Final = f"--{BOUNDARY}--\r\n".encode()
FILE: Final = part("0", "A text.", "a.txt")


def body(operations: Any = OPERATIONS, places: Any = MAP, *parts: bytes) -> bytes:
    """Write a body; by default with one file."""
    texts = [
        part(name, text if isinstance(text, str) else json.dumps(text))
        for name, text in (("operations", operations), ("map", places))
        if text is not None
    ]
    return b"".join([*texts, *(parts or (FILE,)), END])


def asking(variables: Any, query: str = ONE) -> dict[str, Any]:
    """Write operations."""
    return {"query": query, "variables": variables}


async def post(people: Cast, content: bytes, kind: str = TYPE, **headers: str) -> httpx.Response:
    """Send a body as Anna, with the header that an upload needs unless another one is given."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()} or PREFLIGHT
    return await people.anna.http.post(
        "/graphql",
        content=content,
        headers={
            "Authorization": f"Bearer {people.anna.token}", "Content-Type": kind, **sent,
        },
    )  # fmt: skip


PATH: Final = "must lead to a variable that is null, each only once."
NO_MAP: Final = "`map` must be an object that gives each file a list of paths."
BROKEN: Final = "The multipart body is broken"
MALFORMED: Final = [
    ("no operations", body(None), "The part `operations` is missing"),
    ("no map", body(OPERATIONS, None), "The part `map` is missing"),
    ("operations cut off", body('{"query":'), "operations is not valid JSON in UTF-8."),
    ("operations a list", body([asking({"file": None})]), "Batches are not accepted"),
    ("operations null", body("null"), "The request body must be a JSON object."),
    ("operations a number", body("1"), "The request body must be a JSON object."),
    ("operations a file", part("operations", OPERATIONS, "o.json") + body(None),
     "The part `operations` is missing, comes twice"),
    ("operations twice", part("operations", OPERATIONS) + body(), "comes twice"),
    ("map cut off", body(OPERATIONS, "{"), "map is not valid JSON in UTF-8."),
    ("map null", body(OPERATIONS, "null"), NO_MAP),
    ("map a list", body(OPERATIONS, [["variables.file"]]), NO_MAP),
    ("map of texts", body(OPERATIONS, {"0": "variables.file"}), NO_MAP),
    ("map of numbers", body(OPERATIONS, {"0": [0]}), NO_MAP),
    ("map of nulls", body(OPERATIONS, {"0": None}), NO_MAP),
    ("map of empty lists", body(OPERATIONS, {"0": []}), NO_MAP),
    ("map of lists of lists", body(OPERATIONS, {"0": [["variables", "file"]]}), NO_MAP),
    ("map empty", body(OPERATIONS, {}), "The part `0` is named nowhere in `map`."),
    ("a path to nothing", body(OPERATIONS, {"0": ["variables.other"]}), PATH),
    ("a path to the variables", body(OPERATIONS, {"0": ["variables"]}), PATH),
    ("an empty path", body(OPERATIONS, {"0": [""]}), PATH),
    ("a path of dots", body(OPERATIONS, {"0": ["variables.."]}), PATH),
    ("a path to the document", body(OPERATIONS, {"0": ["query"]}), PATH),
    ("a path without variables", body({"query": ONE}, MAP), PATH),
    ("variables a list", body(asking([None]), {"0": ["variables.file"]}), PATH),
    ("variables a text", body(asking("file"), {"0": ["variables.0"]}), PATH),
    ("a path to a value", body(asking({"file": "a"}), MAP), PATH),
    ("a path through a value", body(asking({"file": "a"}), {"0": ["variables.file.0"]}), PATH),
    ("a path through null", body(OPERATIONS, {"0": ["variables.file.file"]}), PATH),
    ("a path twice", body(OPERATIONS, {"0": ["variables.file"] * 2}), PATH),
    ("a path for two files", body(OPERATIONS, {"0": ["variables.file"], "1": ["variables.file"]},
                                  FILE, part("1", "B", "b.txt")), PATH),
    ("an index behind the end", body(asking({"file": [None]}), {"0": ["variables.file.1"]}), PATH),
    ("a negative index", body(asking({"file": [None]}), {"0": ["variables.file.-1"]}), PATH),
    ("an index of many digits", body(asking({"file": [None]}),
                                     {"0": ["variables.file." + "9" * 5_000]}), PATH),
    ("an index in other digits", body(asking({"file": [None]}), {"0": ["variables.file.٠"]}), PATH),
    ("python's own names", body(OPERATIONS, {"0": ["variables.__class__"]}), PATH),
    ("a file that is not there", body(OPERATIONS, {"1": ["variables.file"]}, part("x", "y")),
     "named nowhere in `map`"),
    ("no file at all", part("operations", OPERATIONS) + part("map", MAP) + END,
     "There must be one file in the part `0`"),
    ("a text for a file", body(OPERATIONS, MAP, part("0", "A text.")),
     "There must be one file in the part `0`"),
    ("a file twice", body(OPERATIONS, MAP, FILE, FILE), "There must be one file in the part `0`"),
    ("a file that nobody named", body(OPERATIONS, MAP, FILE, part("1", "B", "b.txt")),
     "The part `1` is named nowhere in `map`."),
    ("a text that nobody named", body(OPERATIONS, MAP, FILE, part("extra", "B")),
     "The part `extra` is named nowhere in `map`."),
    ("eleven files", body(OPERATIONS, MAP, *(part(str(n), "A", "a") for n in range(11))), BROKEN),
    ("thirty texts", body(OPERATIONS, MAP, *(part(str(n), "A") for n in range(30))), BROKEN),
    ("five thousand parts", body(OPERATIONS, MAP, *(part(str(n), "A") for n in range(5_000))),
     BROKEN),
    ("a text that is too long", body(OPERATIONS, " " * 1_100_000), BROKEN),
    ("nothing", b"", "The part `operations` is missing"),
    ("the end alone", END, "The part `operations` is missing"),
    ("no boundary anywhere", b"x" * 1000, BROKEN),
    ("a part without a name", f"--{BOUNDARY}\r\nContent-Type: a/b\r\n\r\nx\r\n".encode() + END,
     BROKEN),
    ("a part without a head", f"--{BOUNDARY}\r\n\r\nx\r\n".encode() + END, BROKEN),
    ("a head that is none", f"--{BOUNDARY}\r\n\x00: \xff\r\n\r\nx".encode() + END, BROKEN),
    ("another boundary", body().replace(BOUNDARY.encode(), b"other"), BROKEN),
    ("cut off in the file", body()[: body().index(b"A text.") + 3],
     "There must be one file in the part `0`"),
    ("cut off in the operations", body()[:120], "The part `operations` is missing"),
    ("no query", body({"variables": {"file": None}}), "`query` is missing."),
    ("query a number", body({"query": 1, "variables": {"file": None}}), "`query` must be a string"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED]
)
async def test_what_is_malformed_is_refused_in_plain_words(
    people: Cast, server: Server, store: FileStore, content: bytes, message: str
) -> None:
    refused = await post(people, content)

    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]
    assert (await rows(server, people.anna), await contents(store, people.anna)) == (set(), set())


async def test_the_body_that_all_these_are_spoilt_from_is_taken(
    people: Cast, server: Server
) -> None:
    done = await post(people, body())

    assert (done.status_code, done.json()["data"]["uploadFile"]["userErrors"]) == (200, [])
    assert len(await rows(server, people.anna)) == 1


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; charset=x",
        f"multipart/form-data; boundary={'x' * 5_000}",
        f"multipart/form-data; boundary={BOUNDARY}x",
        f"multipart/form-data; charset=no-such-code; boundary={BOUNDARY}",
    ],
)
async def test_a_useless_boundary_is_the_callers_mistake(people: Cast, kind: str) -> None:
    answer = await post(people, body().replace(MAP.encode(), b"{}"), kind)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("kind", ["multipart/mixed; boundary=x", "text/plain", "multipart/x"])
async def test_other_types_are_not_taken(people: Cast, kind: str) -> None:
    refused = await post(people, body(), kind)

    assert refused.status_code == 415
    assert refused.headers["accept-post"] == "application/json, multipart/form-data"


async def test_a_compressed_body_is_not_taken(people: Cast) -> None:
    refused = await post(people, body(), TYPE, content_encoding="gzip", **PREFLIGHT)

    assert refused.status_code == 415


@pytest.mark.parametrize(
    "header", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Voronka-CSRF"]
)
async def test_an_upload_needs_a_header_that_no_form_sends(
    people: Cast, server: Server, header: str
) -> None:
    for headers in ({"X-Other": "1"}, {header: ""}):
        refused = await post(people, body(), TYPE, **headers)
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await rows(server, people.anna) == set()

    assert (await post(people, body(), TYPE, **{header: "x"})).status_code == 200
    assert len(await rows(server, people.anna)) == 1


async def test_without_the_header_the_body_is_not_even_read(people: Cast) -> None:
    refused = await post(people, b"no multipart at all", TYPE, x_other="1")

    assert refused.status_code == 403


async def test_a_file_goes_to_several_places_and_into_lists(people: Cast, server: Server) -> None:
    query = (
        "mutation ($a: Upload!, $b: [UploadFileInput!]!) {"
        " a: uploadFile(input: { file: $a }) { file { name } }"
        " __typename @include(if: false) b: uploadFile(input: { file: $a, name: \"b\" })"
        " { file { name } } }"
    )  # fmt: skip
    given = body(asking({"a": None, "b": [{"file": None}]}, query),
                 {"0": ["variables.a", "variables.b.0.file"]})  # fmt: skip

    answer = await post(people, given)

    # The second variable is not used, which the document's own rules refuse, not the transport.
    assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    used = body(asking({"a": None}, query.replace(", $b: [UploadFileInput!]!", "")),
                {"0": ["variables.a"]})  # fmt: skip
    assert (await post(people, used)).json()["data"] == {
        "a": {"file": {"name": "a.txt"}}, "b": {"file": {"name": "b"}},
    }  # fmt: skip
    assert len(await rows(server, people.anna)) == 2


async def test_an_operation_without_files_may_come_so_too(people: Cast) -> None:
    given = part("operations", json.dumps({"query": "{ viewer { user { id } } }"}))

    answer = await post(people, given + part("map", "{}") + END)

    assert answer.json()["data"]["viewer"]["user"]["id"] == people.ids["anna"]


async def test_a_file_for_a_variable_of_another_type_is_refused(people: Cast) -> None:
    query = "query ($file: String) { deals(search: $file) { totalCount } }"

    refused = await post(people, body(asking({"file": None}, query)))

    assert refused.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_file_in_json_of_any_shape_is_refused_and_not_stored(people: Cast) -> None:
    query = (
        "mutation ($file: JSON) { createCustomField(input: { entity: DEAL, name: \"F\","
        " type: STRING, settings: $file }) { userErrors { code } } }"
    )  # fmt: skip
    refused = await people.root.http.post(
        "/graphql",
        content=body(asking({"file": None}, query)),
        headers={"Authorization": f"Bearer {people.root.token}", "Content-Type": TYPE, **PREFLIGHT},
    )

    found = refused.json()
    assert refused.status_code == 200
    assert "errors" in found or found["data"]["createCustomField"]["userErrors"]
    assert "INTERNAL_SERVER_ERROR" not in refused.text


async def test_whatever_is_spoilt_never_breaks_the_server(people: Cast) -> None:
    dice = random.Random(5)  # noqa: S311 - the same bodies every time, no secret
    whole = body()
    for _ in range(150):
        spoilt = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            match dice.randrange(3):
                case 0:
                    spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
                case 1:
                    start = dice.randrange(len(spoilt))
                    del spoilt[start : start + dice.randrange(1, 40)]
                case _:
                    del spoilt[dice.randrange(1, len(spoilt)) :]
        answer = await post(people, bytes(spoilt))
        assert answer.status_code in {200, 400}, bytes(spoilt)
        assert "INTERNAL_SERVER_ERROR" not in answer.text, bytes(spoilt)


async def test_a_json_body_keeps_its_own_limit(people: Cast, serve: Serve) -> None:
    anna = await serve(people.anna, max_body_bytes=2_000, max_upload_bytes=50_000)
    await keep(anna, b"x" * 40_000)

    refused = await anna.run("{ __typename }" + " " * 3_000)

    assert (refused.status, refused.codes) == (413, ["QUERY_TOO_EXPENSIVE"])
    assert refused.errors[0]["extensions"]["allowed"] == 2_000
