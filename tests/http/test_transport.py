"""Methods, media types, statuses and headers: by the official draft, and so as to be safe."""

import httpx
import pytest
from strawberry.types import ExecutionResult

from server.explorer import CSRF_HEADER
from server.graphql_http import Reply
from server.negotiation import language, response_type
from tests.http.small_server import Server, build

PLAIN = "application/json"
NEWER = "application/graphql-response+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HELLO = {"data": {"hello": "Hello, world"}}


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, PLAIN),
        ("", PLAIN),
        ("*/*", PLAIN),
        ("application/*", PLAIN),
        (PLAIN, PLAIN),
        (NEWER, NEWER),
        (f"{NEWER}, {PLAIN};q=0.9", NEWER),
        (f"{PLAIN}, {NEWER};q=0.9", PLAIN),
        (f"{PLAIN};q=0.2, {NEWER};q=0.3, */*;q=0.1", NEWER),
        (f"*/*, {NEWER}", NEWER),
        (f"{NEWER};charset=utf-8", NEWER),
        (f"{NEWER.upper()}; Q=1", NEWER),
        (BROWSER, PLAIN),
        ("text/html", None),
        ("text/event-stream", None),
        (f"{PLAIN};charset=latin-1", None),
        (f"{PLAIN};q=0", None),
        (f"{PLAIN};q=0, */*", None),
        (f"{PLAIN};q=nonsense", None),
        (",;,", None),
    ],
)
def test_the_accept_header_chooses_the_media_type(accept: str | None, chosen: str | None) -> None:
    assert response_type(accept) == chosen


@pytest.mark.parametrize(
    ("accept_language", "chosen"),
    [
        (None, "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, en;q=0.7, ru;q=0.9", "ru"),
        ("de", "en"),
        ("ru;q=0, en", "en"),
        ("*", "en"),
        (";;,q=", "en"),
    ],
)
def test_the_accept_language_header_chooses_the_language(
    accept_language: str | None, chosen: str
) -> None:
    assert language(accept_language) == chosen


async def test_nothing_acceptable_is_a_406(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/graphql", json={"query": "{ hello }"}, headers={"accept": "text/csv"}
    )

    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "TRACE"])
async def test_other_methods_are_a_405(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql?query={hello}")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_a_get_runs_a_query_with_variables(client: httpx.AsyncClient) -> None:
    response = await client.get(
        "/graphql",
        params={
            "query": "query A { hello } query B($n: Int!) { double(number: $n) }",
            "operationName": "B",
            "variables": '{"n": 21}',
        },
    )

    assert response.json() == {"data": {"double": 42}}


async def test_empty_parameters_of_a_get_count_as_left_out(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql?query={hello}&operationName=&variables=&extensions=")

    assert response.json() == HELLO


async def test_a_get_never_runs_a_mutation(client: httpx.AsyncClient) -> None:
    document = 'mutation { createDeal(input: { title: "x" }) }'

    by_get = await client.get("/graphql", params={"query": document})
    hidden = await client.get(
        "/graphql",
        params={"query": "query A { hello } mutation B { __typename }", "operationName": "B"},
    )
    by_post = await client.post("/graphql", json={"query": document})

    assert (by_get.status_code, hidden.status_code) == (405, 405)
    assert by_get.headers["allow"] == "POST"
    assert by_get.json() == {
        "errors": [
            {
                "message": "No operation of this kind can be run by GET.",
                "extensions": {"code": "BAD_USER_INPUT"},
            }
        ]
    }
    assert by_post.json() == {"data": {"createDeal": "x"}}


async def test_a_browser_gets_the_explorer_and_a_query_its_answer(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/graphql", headers={"accept": BROWSER})
    answer = await client.get("/graphql?query={hello}", headers={"accept": BROWSER})
    no_browser = await client.get("/graphql")

    assert page.text == "<title>explorer</title>"
    assert answer.json() == HELLO
    assert no_browser.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "session=1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"cookie": "session=1", "sec-fetch-site": "same-origin"},
    ],
)
async def test_a_get_that_another_site_could_send_is_refused(
    server: Server, headers: dict[str, str]
) -> None:
    async with server.client() as client:
        del client.headers["authorization"]
        response = await client.get("/graphql?query={hello}", headers=headers)

    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert server.requests == []


@pytest.mark.parametrize("headers", [{}, {"cookie": "session=1", CSRF_HEADER: "1"}])
async def test_other_gets_come_as_far_as_authentication(
    server: Server, headers: dict[str, str]
) -> None:
    async with server.client() as client:
        del client.headers["authorization"]
        response = await client.get("/graphql?query={hello}", headers=headers)

    assert response.status_code == 401


async def test_a_reply_brings_extensions_headers_and_a_status() -> None:
    async def run(*_: object) -> Reply:
        result = ExecutionResult({"hello": "x"}, None, {"cost": 1})
        return Reply(result, {"warnings": []}, {"X-Replayed": "1"}, 409)

    async with build(run=run).client() as client:
        response = await client.post("/graphql", json={"query": "{ hello }"})

    assert response.status_code == 409
    assert response.headers["x-replayed"] == "1"
    assert response.json() == {
        "data": {"hello": "x"},
        "extensions": {"cost": 1, "warnings": []},
    }


async def test_answers_are_not_cached(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ hello }"})

    assert response.headers["cache-control"] == "no-store"
    assert "Accept" in response.headers["vary"]


async def test_numbers_that_json_does_not_know_become_null(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ ratio }"})

    assert response.text == '{"data":{"ratio":{"ratio":null}}}'


async def test_websockets_are_refused(server: Server) -> None:
    sent: list[dict[str, object]] = []
    scope = {"type": "websocket", "path": "/graphql", "headers": [], "query_string": b""}

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    await server.view(scope, receive, send)

    assert [message["type"] for message in sent] == ["websocket.close"]
