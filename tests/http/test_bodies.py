"""Requests that are wrong before GraphQL comes into it: a clear answer with a code, never a 500."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from schema.limits import Limits
from tests.http.small_server import Server, build

JSON = {"content-type": "application/json"}
LIMITS = Limits()

MALFORMED = [
    pytest.param(b"", "body is not valid JSON in UTF-8.", id="nothing"),
    pytest.param(b"{", "body is not valid JSON in UTF-8.", id="cut off"),
    pytest.param(b'{"query":"{ hello }"} x', "body is not valid JSON in UTF-8.", id="a rest"),
    pytest.param(b'{"query":"{ hello }",}', "body is not valid JSON in UTF-8.", id="a comma"),
    pytest.param(b'{"query":"\xff"}', "body is not valid JSON in UTF-8.", id="not UTF-8"),
    pytest.param(b'\xef\xbb\xbf{"query":"x"}', "body is not valid JSON in UTF-8.", id="a BOM"),
    pytest.param(b'{"query":"\\ud800"}', "body is not valid JSON in UTF-8.", id="a lone surrogate"),
    pytest.param(
        b'{"query":"{ hello }","variables":{"n":NaN}}',
        "body is not valid JSON in UTF-8.",
        id="NaN",
    ),
    pytest.param(
        gzip.compress(b'{"query":"{ hello }"}'), "body is not valid JSON in UTF-8.", id="gzip"
    ),
    pytest.param(
        b"[" * 100_000 + b"]" * 100_000, "body is not valid JSON in UTF-8.", id="100,000 brackets"
    ),
    pytest.param(
        b'{"query":"{ hello }","variables":{"n":' + b"9" * 5_000 + b"}}",
        "body is not valid JSON in UTF-8.",
        id="a number of 5,000 digits",
    ),
    pytest.param(b"null", "The request body must be a JSON object.", id="null"),
    pytest.param(b"1", "The request body must be a JSON object.", id="a number"),
    pytest.param(b'"x"', "The request body must be a JSON object.", id="a string"),
    pytest.param(b"true", "The request body must be a JSON object.", id="a boolean"),
    pytest.param(
        b'[{"query":"{ hello }"}]',
        "Batches are not accepted: send one operation per request.",
        id="a batch",
    ),
    pytest.param(
        b"[]", "Batches are not accepted: send one operation per request.", id="an empty batch"
    ),
    pytest.param(b"{}", "`query` is missing.", id="no query"),
    pytest.param(b'{"query":null}', "`query` is missing.", id="query null"),
    pytest.param(b'{"query":""}', "`query` is missing.", id="query empty"),
    pytest.param(b'{"query":1}', "`query` must be a string.", id="query a number"),
    pytest.param(b'{"query":["{ hello }"]}', "`query` must be a string.", id="query a list"),
    pytest.param(
        b'{"query":"{ hello }","operationName":1}',
        "`operationName` must be a string.",
        id="operationName a number",
    ),
    pytest.param(
        b'{"query":"{ hello }","variables":[]}', "`variables` must be an object.", id="variables"
    ),
    pytest.param(
        b'{"query":"{ hello }","variables":"{}"}',
        "`variables` must be an object.",
        id="variables a string",
    ),
    pytest.param(
        b'{"query":"{ hello }","extensions":7}', "`extensions` must be an object.", id="extensions"
    ),
    pytest.param(
        b'{"query":"query A { hello }","operationName":"B"}',
        "The document has no operation of the name given.",
        id="an unknown operation",
    ),
    pytest.param(
        b'{"query":"fragment F on Query { hello }"}',
        "The document has no operation of the name given.",
        id="no operation",
    ),
]


@pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize(("body", "message"), MALFORMED)
async def test_a_malformed_body_is_a_400(
    server: Server, client: httpx.AsyncClient, media: str, body: bytes, message: str
) -> None:
    response = await client.post("/graphql", content=body, headers=JSON | {"accept": media})

    assert response.status_code == 400
    assert response.headers["content-type"] == f"{media}; charset=utf-8"
    assert response.json() == {
        "errors": [{"message": message, "extensions": {"code": "BAD_USER_INPUT"}}]
    }
    assert (await client.post("/graphql", json={"query": "{ hello }"})).status_code == 200


async def test_several_operations_need_a_name(client: httpx.AsyncClient) -> None:
    document = "query A { hello } query B { double(number: 2) }"

    nameless = await client.post(
        "/graphql",
        json={"query": document},
        headers={"accept": "application/graphql-response+json"},
    )
    named = await client.post("/graphql", json={"query": document, "operationName": "B"})

    assert nameless.status_code == 400
    assert nameless.json()["errors"] == [
        {
            "message": "The document has several operations: say which one to run.",
            "extensions": {"code": "BAD_USER_INPUT"},
        }
    ]
    assert named.json() == {"data": {"double": 4}}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        ";",
        "text/plain",
        'text/plain;x="application/json"',
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=x",
        "application/jsonx",
        "application/json; charset=utf-16",
        "application/graphql",
    ],
)
async def test_only_json_is_taken(client: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}

    response = await client.post("/graphql", content=b'{"query":"{ hello }"}', headers=headers)

    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_compressed_bodies_are_refused(client: httpx.AsyncClient) -> None:
    body = gzip.compress(b'{"query":"{ hello }"}')

    response = await client.post(
        "/graphql", content=body, headers=JSON | {"content-encoding": "gzip"}
    )

    assert response.status_code == 415
    assert response.json()["errors"][0]["message"] == "Compressed request bodies are not accepted."


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=UTF-8", "Application/JSON"]
)
async def test_json_is_json_however_it_is_spelt(
    client: httpx.AsyncClient, content_type: str
) -> None:
    body = '{"query":"{ hello(name: \\"Анна\\") }"}'.encode()

    response = await client.post("/graphql", content=body, headers={"content-type": content_type})

    assert response.json() == {"data": {"hello": "Hello, Анна"}}


def padded(size: int) -> bytes:
    return b'{"query":"{ hello }"}'.ljust(size)


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


async def test_a_body_may_be_as_large_as_the_limit(client: httpx.AsyncClient) -> None:
    whole = await client.post("/graphql", content=padded(LIMITS.body_bytes), headers=JSON)
    chunked = await client.post(
        "/graphql", content=in_pieces(padded(LIMITS.body_bytes)), headers=JSON
    )

    assert whole.json() == chunked.json() == {"data": {"hello": "Hello, world"}}


@pytest.mark.parametrize("size", [LIMITS.body_bytes + 1, 5_000_000])
@pytest.mark.parametrize("declared", [True, False])
async def test_a_larger_body_is_a_413(
    server: Server, client: httpx.AsyncClient, size: int, declared: bool
) -> None:
    content: Any = padded(size) if declared else in_pieces(padded(size))

    response = await client.post("/graphql", content=content, headers=JSON)

    assert response.status_code == 413
    assert response.headers["connection"] == "close"
    assert response.json() == {
        "errors": [
            {
                "message": "The request body is larger than 1000000 bytes.",
                "extensions": {
                    "code": "QUERY_TOO_EXPENSIVE",
                    "limit": "bodyBytes",
                    "allowed": 1_000_000,
                },
            }
        ]
    }
    assert server.requests == []


@pytest.mark.parametrize("name", ["variables", "extensions"])
@pytest.mark.parametrize("value", ["{", "nope", "[" * 5_000])
async def test_a_get_with_broken_json_is_a_400(
    client: httpx.AsyncClient, name: str, value: str
) -> None:
    response = await client.get("/graphql", params={"query": "{ hello }", name: value})

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == f"{name} is not valid JSON in UTF-8."


@pytest.mark.parametrize("name", ["variables", "extensions"])
async def test_a_get_with_a_list_for_an_object_is_a_400(
    client: httpx.AsyncClient, name: str
) -> None:
    response = await client.get("/graphql", params={"query": "{ hello }", name: "[1]"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == f"`{name}` must be an object."


async def test_a_message_comes_in_russian(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/graphql", content=b"[]", headers=JSON | {"accept-language": "ru"}
    )

    assert response.json()["errors"][0]["message"] == (
        "Пакеты запросов не принимаются: отправляйте по одной операции."
    )


async def test_a_slow_body_is_given_up() -> None:
    server = build(Limits(body_seconds=0.05))
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"9")],
    }

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await server.app(scope, receive, send)

    assert sent[0]["status"] == 408
    assert orjson.loads(sent[1]["body"])["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("framing", ["Content-Length: 5000000", "Transfer-Encoding: chunked"])
async def test_a_client_that_sends_5_mb_can_read_the_answer(
    address: tuple[str, int], framing: str
) -> None:
    """Over a real socket: one closed too early is reset, and the answer lost."""
    reader, writer = await asyncio.open_connection(*address)
    head = f"POST /graphql HTTP/1.1\r\nHost: voronka\r\nContent-Type: application/json\r\n{framing}"
    chunk = b"x" * 100_000
    piece = chunk if "Length" in framing else b"186a0\r\n" + chunk + b"\r\n"

    writer.write(head.encode() + b"\r\n\r\n")
    for _ in range(50):
        writer.write(piece)
        await writer.drain()
    if "Length" not in framing:
        writer.write(b"0\r\n\r\n")
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"limit":"bodyBytes"' in answer
