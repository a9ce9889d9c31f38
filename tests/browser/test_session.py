"""The browser session's endpoints and the page's headers, without a browser."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.explorer import explorer_routes, session_token

TOKEN = "vs_" + "a" * 43
CSRF = {"X-Voronka-CSRF": "1"}


async def authenticate(token: str) -> bool:
    return token == TOKEN


async def whoami(request: Request) -> Response:
    return PlainTextResponse(session_token(request) or "nobody")


def client_of(base_url: str, secure_cookies: bool = False) -> httpx.AsyncClient:
    routes = [Route("/whoami", whoami), *explorer_routes(authenticate, secure_cookies)]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    return httpx.AsyncClient(transport=transport, base_url=base_url)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of("http://voronka.test") as client:
        yield client


async def test_a_valid_token_becomes_a_cookie_that_counts_only_with_the_header(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/session", json={"token": TOKEN}, headers=CSRF)

    assert answer.status_code == 204
    assert answer.headers["set-cookie"] == (
        f"voronka_session={TOKEN}; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax"
    )
    assert (await client.get("/whoami", headers=CSRF)).text == TOKEN
    assert (await client.get("/whoami")).text == "nobody"


async def test_closing_the_session_clears_the_cookie(client: httpx.AsyncClient) -> None:
    await client.post("/session", json={"token": TOKEN}, headers=CSRF)

    answer = await client.delete("/session", headers=CSRF)

    assert answer.status_code == 204
    assert "voronka_session" not in client.cookies
    assert (await client.get("/whoami", headers=CSRF)).text == "nobody"


@pytest.mark.parametrize(
    ("base_url", "secure_cookies"), [("https://voronka.test", False), ("http://voronka.test", True)]
)
async def test_the_cookie_is_secure_over_https_and_where_the_setting_says_so(
    base_url: str, secure_cookies: bool
) -> None:
    async with client_of(base_url, secure_cookies) as client:
        answer = await client.post("/session", json={"token": TOKEN}, headers=CSRF)

    assert answer.headers["set-cookie"].endswith("; SameSite=lax; Secure")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_without_the_header_the_session_is_left_alone(
    client: httpx.AsyncClient, method: str
) -> None:
    answer = await client.request(method, "/session", json={"token": TOKEN})

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "token",
    [
        "vs_" + "b" * 43,
        "",
        "vs_",
        "eyJhbGciOi.J9",
        TOKEN + "; Domain=example.com",
        TOKEN + "\r\nX-Header: 1",
        TOKEN + "\n",
        "vs_токен-токен",
    ],
)
async def test_a_token_that_is_not_valid_is_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.post("/session", json={"token": token}, headers=CSRF)

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b'{"token": "x"}', 415),
        ("application/x-www-form-urlencoded", b"token=x", 415),
        ("", b'{"token": "x"}', 415),
        ("application/json", b"", 400),
        ("application/json", b'{"token": ', 400),
        ("application/json", b'{"token": NaN}', 400),
        ("application/json", b'"\xff\xfe"', 400),
        ("application/json", b'{"token": "\\ud800"}', 400),
        ("application/json", b"[" * 2000, 400),
        ("application/json", b"[]", 400),
        ("application/json", b"null", 400),
        ("application/json", b"{}", 400),
        ("application/json", b'{"token": null}', 400),
        ("application/json", b'{"token": ["vs_"]}', 400),
        ("application/json", b'{"token": "' + b"a" * 5000 + b'"}', 413),
    ],
)
async def test_a_bad_body_is_answered_with_a_clear_4xx(
    client: httpx.AsyncClient, content_type: str, body: bytes, status: int
) -> None:
    headers = CSRF | {"Content-Type": content_type}
    answer = await client.post("/session", content=body, headers=headers)

    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_pages_policy_allows_no_inline_script_and_no_frame(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/graphiql")

    policy = answer.headers["content-security-policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in policy
    assert [name for name, value in directives.items() if "unsafe-inline" in value] == [
        "style-src-attr"
    ]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


async def test_each_answer_has_a_nonce_of_its_own(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/graphiql") for _ in range(2)]

    nonces = [re.findall(r'nonce="([\w-]{24})"', answer.text) for answer in answers]
    assert [len(found) for found in nonces] == [1, 1]
    assert nonces[0] != nonces[1]
    for answer, [nonce] in zip(answers, nonces, strict=True):
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]


async def test_the_pages_files_are_served_for_ever(client: httpx.AsyncClient) -> None:
    page = (await client.get("/graphiql")).text
    urls = re.findall(r'"(graphiql/assets/[^"]+)"', page)

    assert len(urls) == 6
    for url in urls:
        answer = await client.get(f"/{url}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        expected = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
        assert answer.headers["content-type"].startswith(expected[url.rpartition(".")[2]])


@pytest.mark.parametrize("path", ["", "none.js", "..%2findex.html", "..%2f..%2f..%2fexplorer.py"])
async def test_nothing_but_the_pages_files_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/graphiql/assets/{path}")).status_code == 404
