"""The GraphiQL page and the browser session behind it.

The page is built from the npm package into ``server/static/graphiql``; the recipe is
``server/graphiql``. A browser's session is the caller's token in an HttpOnly cookie. A cookie alone
proves nothing, since browsers send it from any site's page: it counts only beside the header
``X-Voronka-CSRF``, which another site cannot send without a preflight that this server refuses.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from functools import cache
from http import HTTPStatus
from os import PathLike, stat_result
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from typing_extensions import override

Authenticate = Callable[[str], Awaitable[bool]]

COOKIE = "voronka_session"
CSRF_HEADER = "x-voronka-csrf"
SESSION_SECONDS = 14 * 24 * 3600  # the absolute life of a session
BODY_BYTES = 4096  # a token has some fifty characters
NONCE_PLACE = "{{nonce}}"

# The kinds of token this server issues, in characters that a cookie carries unquoted.
TOKEN = re.compile(r"v[sk]_[A-Za-z0-9_-]{8,512}")

FILES = Path(__file__).parent / "static" / "graphiql"

# Everything from this origin alone. Monaco sets style attributes (its layout), which no narrower
# permission covers; writes style elements (its theme), which carry the nonce; and underlines errors
# with pictures in data: addresses.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        f"style-src-elem 'self' 'nonce-{NONCE_PLACE}'",
        "style-src-attr 'unsafe-inline'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
NOT_STORED = {"Cache-Control": "no-store"}
PAGE_HEADERS = NOT_STORED | {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
ASSET_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
ASSET_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def explorer_routes(authenticate: Authenticate, secure_cookies: bool) -> list[BaseRoute]:
    """Build the routes of the page, its files and the browser session.

    ``authenticate`` tells whether a token is valid. ``secure_cookies`` marks the cookie Secure even
    where the request did not come by https (a proxy ends TLS).
    """
    session = BrowserSession(authenticate, secure_cookies)
    return [
        Route("/graphiql", page, methods=["GET"]),
        Mount("/graphiql/assets", HashedFiles(directory=FILES / "assets")),
        Route("/session", session.open, methods=["POST"]),
        Route("/session", session.close, methods=["DELETE"]),
    ]


async def page(request: Request) -> Response:
    """Answer with the GraphiQL page, whoever asks: it shows the sign-in form by itself."""
    nonce = secrets.token_urlsafe(18)
    policy = CONTENT_SECURITY_POLICY.replace(NONCE_PLACE, nonce)
    return HTMLResponse(
        page_template().replace(NONCE_PLACE, nonce),
        headers=PAGE_HEADERS | {"Content-Security-Policy": policy},
    )


@cache
def page_template() -> str:
    """Read the built page, once per process."""
    return (FILES / "index.html").read_text(encoding="utf-8")


def session_token(request: Request) -> str | None:
    """Return the browser session's token, or None without the header that makes a cookie count."""
    if CSRF_HEADER not in request.headers:
        return None
    return request.cookies.get(COOKIE) or None


class BrowserSession:
    """Open and close the browser's session: put a valid token into the cookie, take it out."""

    def __init__(self, authenticate: Authenticate, secure_cookies: bool) -> None:
        self.authenticate = authenticate
        self.secure_cookies = secure_cookies

    async def open(self, request: Request) -> Response:
        """Set the cookie: 204; 401 for a token that is not valid, other 4xx for a bad request."""
        if CSRF_HEADER not in request.headers:
            return no_csrf_header()
        token = await posted_token(request)
        if isinstance(token, Response):
            return token
        if not TOKEN.fullmatch(token) or not await self.authenticate(token):
            return refusal(HTTPStatus.UNAUTHORIZED, "UNAUTHENTICATED", "The token is not valid.")
        return self.with_cookie(request, token, SESSION_SECONDS)

    async def close(self, request: Request) -> Response:
        """Clear the cookie: 204, also where there was none."""
        if CSRF_HEADER not in request.headers:
            return no_csrf_header()
        return self.with_cookie(request, "", 0)

    def with_cookie(self, request: Request, token: str, seconds: int) -> Response:
        """Answer 204 with the session's cookie, whose life is ``seconds`` (0 removes it)."""
        response = Response(
            status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"}
        )
        response.set_cookie(
            COOKIE,
            token,
            max_age=seconds,
            path="/",
            secure=self.secure_cookies or request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response


async def posted_token(request: Request) -> str | Response:
    """Read ``{"token": "…"}`` from a small JSON body, or answer with a 4xx that says why not."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        return bad_input(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return bad_input(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return bad_input(HTTPStatus.BAD_REQUEST, "The body is not JSON.")
    token = document.get("token") if isinstance(document, dict) else None
    if not isinstance(token, str):
        return bad_input(HTTPStatus.BAD_REQUEST, 'Send {"token": "…"}.')
    return token


def no_csrf_header() -> Response:
    """Refuse a request that a page of another site could have sent."""
    return refusal(HTTPStatus.FORBIDDEN, "FORBIDDEN", "The header X-Voronka-CSRF is missing.")


def bad_input(status: HTTPStatus, message: str) -> Response:
    """Refuse a body that cannot be read."""
    return refusal(status, "BAD_USER_INPUT", message)


def refusal(status: HTTPStatus, code: str, message: str) -> Response:
    """Answer with an error in the form of GraphQL's own."""
    error = {"message": message, "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status, headers=NOT_STORED)


class HashedFiles(StaticFiles):
    """Serve files whose names change with their contents: every cache may keep them for ever."""

    @override
    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer a file with its type and life; the types do not hang on the machine's own list."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(ASSET_HEADERS)
        response.headers["Content-Type"] = ASSET_TYPES[Path(full_path).suffix]
        return response
