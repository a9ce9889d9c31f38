"""What every request passes before it reaches a route: an id, a log line, headers, a size limit.

Plain ASGI, as Starlette's own base class for middleware copies bodies and breaks cancellation.
"""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipResponder
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.activities import CALENDAR_PATH
from schema.errors import Code, Viewer, masked, problem
from schema.limits import Limits
from server.deadlines import by
from server.faults import fault
from server.headers import headers_of
from server.logging import REQUEST_ID, log, note, notes, report, tells_requests
from server.multipart import MULTIPART, PREFLIGHT_HEADERS
from server.negotiation import JSON, essence, language

REQUEST_ID_HEADER: Final = "x-request-id"
CORS_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "X-Dry-Run",
    "X-On-Denied",
    "X-Explain",
    "X-Request-Id",
    "X-View-As",
    "X-Workspace",
    "Accept-Language",
    *PREFLIGHT_HEADERS,
)
EXPOSED_HEADERS: Final = (
    "X-Request-Id",
    "Retry-After",
    "ETag",
    "WWW-Authenticate",
    "Content-Disposition",
    "Content-Range",
)
FILES_PATH: Final = "/files/"
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    # a page that needs more, such as the explorer, sets its own
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_SECURITY_PAIRS: Final = [
    (name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()
]
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._\-]{1,128}")
TOO_LARGE: Final = 413
_CLIENT_LEFT: Final = 499
# Below, compressing costs more time than sending; a page of 50 deals (38 kB) becomes 5 kB.
_COMPRESSED_FROM: Final = 16 * 1024
_COMPRESSION: Final = 1
_MAX_PATH: Final = 200


def middleware(limits: Limits, cors_origins: Collection[str]) -> list[Middleware]:
    """Give the stack for `Starlette(middleware=…)`, outermost first."""
    stack = [Middleware(SecurityHeaders)]
    if cors_origins:
        stack.append(
            Middleware(
                CORSMiddleware,
                allow_origins=tuple(cors_origins),
                allow_methods=("GET", "POST"),
                # X-Voronka-CSRF is not among them: only our own pages may use the cookie
                allow_headers=CORS_HEADERS,
                expose_headers=EXPOSED_HEADERS,
            )
        )
    stack.append(Middleware(Compression, minimum_size=_COMPRESSED_FROM, level=_COMPRESSION))
    # inside of CORS, so that a page of another origin can read what went wrong
    stack.append(Middleware(RequestContext))
    stack.append(
        Middleware(
            BodyLimit,
            max_bytes=limits.body_bytes,
            seconds=limits.body_seconds,
            upload_bytes=limits.upload_bytes,
            upload_seconds=limits.upload_seconds,
        )
    )
    return stack


class ApiLane:
    """Lead requests of the API past the router, which has nothing to decide about them."""

    def __init__(self, app: ASGIApp, path: str, api: ASGIApp) -> None:
        self.app = app
        self.path = path
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        is_of_api = scope["type"] == "http" and scope["path"] == self.path
        await (self.api if is_of_api else self.app)(scope, receive, send)


def request_id(scope: Mapping[str, Any]) -> str:
    """Give the id of the request, empty where `RequestContext` is not in use."""
    return str(scope.get("state", {}).get("request_id", ""))


class RequestContext:
    """Give each request an id, one line in the log, and an answer when something breaks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log what came of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = headers_of(scope)
        sent = headers.get(REQUEST_ID_HEADER, "")
        identity = sent if _SANE_ID.fullmatch(sent) else os.urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = identity
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add(message, [(REQUEST_ID_HEADER.encode(), identity.encode())])
            await send(message)

        started = time.perf_counter()
        before = REQUEST_ID.set(identity)
        try:
            await self.app(scope, receive, send_with_id)
        except ClientDisconnect:
            status = status or _CLIENT_LEFT
        except Exception as error:  # noqa: BLE001  # the edge: every bug gets an answer
            shown = masked(error, Viewer(_language(headers), identity, fault))
            report(error)
            if not status:
                answer = _json({"errors": [shown.body]}, 500)
                await answer(scope, receive, send_with_id)
        finally:
            if tells_requests():
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                self._log(scope, status, milliseconds)
            REQUEST_ID.reset(before)

    def _log(self, scope: Scope, status: int, milliseconds: float) -> None:
        log.info(
            "request",
            method=scope["method"],
            path=_told_path(scope["path"]),
            status=status,
            ms=milliseconds,
            **notes(scope),
        )


def _told_path(path: str) -> str:
    """Give a path as logs may have it: the address of a calendar is a secret."""
    if path.startswith(f"{CALENDAR_PATH}/"):
        return f"{CALENDAR_PATH}/…"
    return path[:_MAX_PATH]


class SecurityHeaders:
    """Add the headers that keep browsers from guessing and framing, where none were set."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the head of its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name for name, _ in message.get("headers", ())}
                _add(message, [pair for pair in _SECURITY_PAIRS if pair[0] not in known])
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _add(message: Message, pairs: Iterable[tuple[bytes, bytes]]) -> None:
    """Add headers to the head of a response, as the protocol has them: in lower case."""
    message["headers"] = [*message.get("headers", ()), *pairs]


class Compression:
    """Compress answers from a size on, but no files: those are compressed, or asked for in ranges.

    An answer that says it is small goes out as it is; the library holds each back to look at it.
    """

    def __init__(self, app: ASGIApp, minimum_size: int, level: int) -> None:
        self.app = app
        self.minimum_size = minimum_size
        self.level = level

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its answer to be compressed."""
        if scope["type"] != "http" or scope["path"].startswith(FILES_PATH):
            await self.app(scope, receive, send)
            return
        sending: Send | None = None

        async def send_sized(message: Message) -> None:
            nonlocal sending
            if sending is None:
                sending = send if self._is_small(message) else self._compressing(scope, send)
            await sending(message)

        await self.app(scope, receive, send_sized)

    def _is_small(self, message: Message) -> bool:
        for name, value in message.get("headers", ()):
            if name == b"content-length":
                return int(value) < self.minimum_size
        return False

    def _compressing(self, scope: Scope, send: Send) -> Send:
        if "gzip" not in headers_of(scope).get("accept-encoding", ""):
            return _varying(send)
        responder = GZipResponder(self.app, self.minimum_size, self.level)
        responder.send = send
        return responder.send_with_compression


def _varying(send: Send) -> Send:
    """Tell caches that an answer might have been compressed."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = list(message.get("headers", ()))
            MutableHeaders(raw=message["headers"]).add_vary_header("Accept-Encoding")
        await send(message)

    return send_varying


class BodyError(Exception):
    """A body that is too large or too slow; it passes every handler up to `BodyLimit`."""

    def __init__(self, status: int, key: str, code: Code) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.code = code


class BodyLimit:
    """Refuse bodies over a size with 413, and those that take too long with 408.

    A body with files in it may be larger and take longer, where that is said.

    A client that is still sending would see its connection reset and never read the answer, so
    what it sends is read and thrown away first, up to `drain_bytes` or `drain_seconds`.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        seconds: float,
        upload_bytes: int = 0,
        upload_seconds: float = 0.0,
        drain_bytes: int = 16 * 1024 * 1024,
        drain_seconds: float = 3.0,
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.seconds = seconds
        self.upload_bytes = upload_bytes or max_bytes
        self.upload_seconds = upload_seconds or seconds
        self.drain_bytes = drain_bytes
        self.drain_seconds = drain_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a `receive` that counts."""
        headers = headers_of(scope) if scope["type"] == "http" else Headers()
        if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
            # no body: what is received is the news that the client left, and may take hours
            await self.app(scope, receive, send)
            return
        body = self._body(receive, headers)
        answered = False

        async def watched_send(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            body.check_declared(headers.get("content-length", ""))
            await self.app(scope, body.receive, watched_send)
        except BodyError as refusal:
            if answered:
                raise
            waiting = headers.get("expect", "").lower() == "100-continue"
            if refusal.status == TOO_LARGE and not waiting:
                await self._drain(receive, body)
            note(scope, codes=[refusal.code.value])
            await _refusal(refusal, headers, body.max_bytes)(scope, receive, send)

    def _body(self, receive: Receive, headers: Headers) -> "_CountedBody":
        if essence(headers.get("content-type", ""))[0] == MULTIPART:
            return _CountedBody(receive, self.upload_bytes, self.upload_seconds)
        return _CountedBody(receive, self.max_bytes, self.seconds)

    async def _drain(self, receive: Receive, body: "_CountedBody") -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.drain_seconds):
                while not body.ended and body.count < self.drain_bytes:
                    body.take(await receive())


class _CountedBody:
    """The body as it comes in: how much of it, and whether all."""

    def __init__(self, receive: Receive, max_bytes: int, seconds: float) -> None:
        self._receive = receive
        self.max_bytes = max_bytes
        self._seconds = seconds
        self._deadline: float | None = None  # set when the body is first asked for
        self.count = 0
        self.ended = False

    def check_declared(self, content_length: str) -> None:
        if content_length.isdecimal() and int(content_length[:20]) > self.max_bytes:
            raise BodyError(TOO_LARGE, "bodyBytes", Code.QUERY_TOO_EXPENSIVE)

    async def receive(self) -> Message:
        if self.ended:  # what comes now is only the news that the client left
            return await self._receive()
        self._deadline = self._deadline or time.monotonic() + self._seconds
        try:
            message = await by(self._deadline, _received(self._receive))
        except TimeoutError:
            raise BodyError(408, "bodyTimeout", Code.BAD_USER_INPUT) from None
        self.take(message)
        if self.count > self.max_bytes:
            raise BodyError(TOO_LARGE, "bodyBytes", Code.QUERY_TOO_EXPENSIVE)
        return message

    def take(self, message: Message) -> None:
        self.count += len(message.get("body", b""))
        self.ended = message["type"] != "http.request" or not message.get("more_body", False)


async def _received(receive: Receive) -> Message:
    return await receive()


def _refusal(refusal: BodyError, headers: Headers, allowed: int) -> Response:
    error = problem(refusal.code, refusal.key, _language(headers), allowed=allowed)
    if refusal.code is Code.QUERY_TOO_EXPENSIVE:
        error["extensions"] |= {"limit": refusal.key, "allowed": allowed}
    response = _json({"errors": [error]}, refusal.status)
    response.headers["connection"] = "close"
    return response


def _language(headers: Headers) -> str:
    return language(headers.get("accept-language"))


def _json(body: object, status: int) -> Response:
    return Response(orjson.dumps(body), status, media_type=JSON)
