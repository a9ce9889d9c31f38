"""What surrounds every route: request ids, the log, CORS, headers, and bugs outside GraphQL."""

import re
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schema.limits import Limits
from server.logging import log
from server.middleware import BodyLimit, middleware
from tests.http.small_server import SECRET_TEXT, TOKEN, LogLines, Server

ORIGIN = "https://app.example.com"


@pytest.mark.parametrize("sent", ["a", "trace-1", "0af7651916cd43dd8448eb211c80319c", "x" * 128])
async def test_a_sane_request_id_is_kept(client: httpx.AsyncClient, sent: str) -> None:
    response = await client.get("/graphql?query={hello}", headers={"x-request-id": sent})

    assert response.headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "a\tb", '{"a":1}', "<script>", "a;b"])
async def test_any_other_request_id_is_replaced(client: httpx.AsyncClient, sent: str) -> None:
    first = await client.get("/graphql?query={hello}", headers={"x-request-id": sent})
    second = await client.get("/graphql?query={hello}", headers={"x-request-id": sent})

    assert re.fullmatch("[0-9a-f]{32}", first.headers["x-request-id"])
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_an_allowed_origin_may_ask(client: httpx.AsyncClient) -> None:
    wanted = (
        "authorization,content-type,idempotency-key,x-dry-run,x-on-denied,x-explain,"
        "x-request-id,x-view-as,accept-language"
    )

    preflight = await client.options(
        "/graphql",
        headers={
            "origin": ORIGIN,
            "access-control-request-method": "POST",
            "access-control-request-headers": wanted,
        },
    )
    answer = await client.post("/graphql", json={"query": "{ hello }"}, headers={"origin": ORIGIN})

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert preflight.headers["access-control-allow-methods"] == "GET, POST"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com", "access-control-request-method": "POST"},
        {"origin": ORIGIN, "access-control-request-method": "DELETE"},
        {
            "origin": ORIGIN,
            "access-control-request-method": "POST",
            "access-control-request-headers": "x-voronka-csrf",
        },
    ],
    ids=["another origin", "another method", "the header that lets a cookie count"],
)
async def test_other_preflights_are_refused(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    response = await client.options("/graphql", headers=headers)

    assert response.status_code == 400


async def test_refused_bodies_can_be_read_across_origins(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", content=b"x" * 1_000_001, headers={"origin": ORIGIN})

    assert response.status_code == 413
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_answers_carry_security_headers(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ hello }"})

    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


def application(endpoint: Any) -> httpx.AsyncClient:
    app = Starlette(
        routes=[Route("/", endpoint, methods=["GET", "POST"])], middleware=middleware(Limits(), ())
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://voronka.test")


async def test_a_page_may_set_its_own_policy() -> None:
    async def page(_request: Request) -> Response:
        return PlainTextResponse("x", headers={"content-security-policy": "default-src 'self'"})

    async with application(page) as client:
        response = await client.get("/")

    assert response.headers["content-security-policy"] == "default-src 'self'"


async def test_without_origins_no_other_origin_may_ask() -> None:
    async def page(_request: Request) -> Response:
        return PlainTextResponse("x")

    async with application(page) as client:
        response = await client.get("/", headers={"origin": ORIGIN})

    assert "access-control-allow-origin" not in response.headers


async def test_a_bug_in_any_route_is_masked_and_logged(log_lines: LogLines) -> None:
    async def broken(_request: Request) -> Response:
        raise ValueError(SECRET_TEXT)

    async with application(broken) as client:
        response = await client.get("/?email=canary", headers={"x-request-id": "trace-7"})

    assert response.status_code == 500
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.json() == {
        "errors": [
            {
                "message": "Internal server error.",
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "trace-7"},
            }
        ]
    }
    exception = log_lines.of("unexpected")[0]["exception"][0]
    assert exception["type"] == "builtins.ValueError"
    assert re.search(r"test_middleware\.py:\d+ broken$", exception["frames"][-1])
    assert "canary" not in log_lines.text


async def test_each_request_is_one_line(server: Server, log_lines: LogLines) -> None:
    query = 'query Find { hello(name: "canary-literal") bug }'
    async with server.client() as client:
        response = await client.post(
            "/graphql",
            json={"query": query, "variables": {"a": "canary-variable"}},
            headers={"x-request-id": "trace-9", "cookie": "session=canary-cookie"},
        )

    assert response.status_code == 200
    [line] = log_lines.of("request")
    assert isinstance(line.pop("ms"), float)
    assert line.pop("time")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "trace-9",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "kind": "query",
        "operation": "Find",
        "codes": ["INTERNAL_SERVER_ERROR"],
    }
    assert "canary" not in log_lines.text
    assert TOKEN not in log_lines.text


async def test_the_address_of_a_calendar_is_left_out(
    client: httpx.AsyncClient, log_lines: LogLines
) -> None:
    await client.get("/calendar/vc_canary.ics")

    [line] = log_lines.of("request")
    assert (line["path"], line["status"]) == ("/calendar/…", 404)
    assert "canary" not in log_lines.text


@pytest.mark.parametrize(
    ("query", "operation_name", "kind", "logged"),
    [
        ("{ hello }", None, "query", None),
        ("  query Find($a: Int) { hello }", None, "query", "Find"),
        ("mutation { createDeal }", None, "mutation", None),
        ("query A { hello } query B { hello }", "B", "query", "B"),
        ("query A { hello }", "anna@example.com", "query", None),
        ("anna@example.com", None, None, None),
    ],
)
async def test_the_line_names_the_operation_and_nothing_else(
    client: httpx.AsyncClient,
    log_lines: LogLines,
    query: str,
    operation_name: str | None,
    kind: str | None,
    logged: str | None,
) -> None:
    await client.post("/graphql", json={"query": query, "operationName": operation_name})

    [line] = log_lines.of("request")
    assert (line["kind"], line["operation"]) == (kind, logged)
    assert "anna" not in log_lines.text


def test_secrets_are_blanked_by_name(log_lines: LogLines) -> None:
    log.info("something", Authorization="Bearer canary", variables={"a": "canary"}, count=3)

    [line] = log_lines.of("something")
    assert (line["Authorization"], line["variables"], line["count"]) == (
        "[removed]",
        "[removed]",
        3,
    )


def body_scope(size: int, **headers: str) -> dict[str, Any]:
    fields = {"content-length": str(size)} | headers
    return {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
    }


class Connection:
    """A client that sends pieces of a body and remembers what it got."""

    def __init__(self, pieces: int, size: int) -> None:
        self.left = pieces
        self.size = size
        self.sent: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        self.left -= 1
        return {"type": "http.request", "body": b"x" * self.size, "more_body": self.left > 0}

    async def send(self, message: Any) -> None:
        self.sent.append(message)


async def refuse_everything(*_: Any) -> None:
    raise AssertionError("a refused body reaches no route")


async def test_a_refused_body_is_read_to_its_end() -> None:
    connection = Connection(pieces=5, size=100)
    limited = BodyLimit(refuse_everything, max_bytes=10, seconds=1)

    await limited(body_scope(500), connection.receive, connection.send)

    assert connection.left == 0
    assert connection.sent[0]["status"] == 413


async def test_a_refused_body_is_not_read_for_ever() -> None:
    connection = Connection(pieces=1_000, size=100)
    limited = BodyLimit(refuse_everything, max_bytes=10, seconds=1, drain_bytes=1_000)

    await limited(body_scope(100_000), connection.receive, connection.send)

    assert connection.left == 990
    assert connection.sent[0]["status"] == 413


async def test_a_client_that_asked_first_is_told_at_once() -> None:
    connection = Connection(pieces=5, size=100)
    limited = BodyLimit(refuse_everything, max_bytes=10, seconds=1)

    await limited(body_scope(500, expect="100-continue"), connection.receive, connection.send)

    assert connection.left == 5
    assert orjson.loads(connection.sent[1]["body"])["errors"][0]["extensions"]["allowed"] == 10
