"""GraphQL over HTTP by the official draft: a thin layer over Strawberry's view.

Strawberry's view answers one media type with one status, and some bodies make it fail. This one
reads the request strictly, lets `run` execute it, and writes the answer: media type and status by
the draft (https://graphql.github.io/graphql-over-http/draft/), errors with codes, bugs masked.
Nothing that a simple cross-site request can send is answered, see `_refuse_cross_site`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from graphql import GraphQLError, GraphQLFormattedError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLRequestData
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from typing_extensions import override

from schema.errors import Code, Say, Shown, Viewer, masked, problem, show
from schema.limits import Limits
from server.deadlines import Clock, Deadline
from server.explorer import CSRF_HEADER
from server.faults import fault
from server.headers import KnownRequest
from server.logging import note, report, tells_requests
from server.middleware import BodyError, request_id
from server.multipart import MULTIPART, close_files, read_operations, require_preflight
from server.negotiation import GRAPHQL, JSON, essence, is_utf8, language, response_type, wants_page
from server.request_error import RequestError

BY_METHOD: Final[Mapping[str, frozenset[OperationType]]] = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}
_HEADS: Final[Mapping[str, list[tuple[bytes, bytes]]]] = {
    media: [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept, Accept-Language, Authorization, Cookie"),
    ]
    for media in (JSON, GRAPHQL)
}
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,99}")
_HEAD: Final = re.compile(rf"\s*(query|mutation|subscription)\b(?:\s+({_NAME.pattern})\b)?")
# A whole request that failed by one of these is no answer, whatever media type was asked for.
STATUS: Final[Mapping[Code, int]] = {
    Code.UNAUTHENTICATED: 401,
    Code.RATE_LIMITED: 429,
    Code.UNAVAILABLE: 503,
    Code.TIMEOUT: 504,
    Code.INTERNAL_SERVER_ERROR: 500,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one operation: `extensions` join the result's, `status` overrules the draft."""

    result: ExecutionResult
    extensions: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None


Run = Callable[[Request, GraphQLRequestData, frozenset[OperationType]], Awaitable[Reply]]
RenderPage = Callable[[Request], Awaitable[Response]]


class GraphQLView(GraphQL[None, None]):
    """The GraphQL endpoint as an ASGI application; websockets are refused."""

    def __init__(
        self,
        schema: BaseSchema,
        run: Run,
        render_page: RenderPage,
        limits: Limits,
        say: Say | None = None,
    ) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self.run_operation = run
        self.render_page = render_page
        self.limits = limits
        self._clock = Clock()
        self.viewer = Viewer(fault=fault) if say is None else Viewer(fault=fault, say=say)

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "websocket":
            await self.reject_websocket(WebSocket(scope, receive, send))
            return
        request = KnownRequest(scope, receive)
        try:
            response = await self.answer(request)
        finally:
            close_files(request)
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Answer one HTTP request; what is wrong with it becomes a response, too."""
        media = response_type(request.headers.get("accept"))
        viewer = Viewer(
            language(request.headers.get("accept-language")),
            request_id(request.scope),
            self.viewer.fault,
            self.viewer.say,
        )
        try:
            if request.method not in BY_METHOD:
                raise RequestError(405, "method", headers={"Allow": "GET, POST"})
            if self._asks_for_page(request):
                return await self.render_page(request)
            if media is None:
                raise RequestError(406, "accept")
            _refuse_cross_site(request)
            data = await self.read(request)
            if tells_requests():
                note(request.scope, **_named(data))
            reply = await self._run(request, data)
        except RequestError as refusal:
            error = problem(refusal.code, refusal.key, viewer.language, **refusal.values)
            note(request.scope, codes=[refusal.code.value])
            return self._response([error], media, refusal.status, refusal.headers)
        except (BodyError, ClientDisconnect):
            raise
        except Exception as error:  # noqa: BLE001  # the edge: nothing unmasked may pass it
            return self._failure(request, masked(error, viewer), media)
        return self._success(request, reply, viewer, media)

    @override
    def encode_json(self, data: object) -> bytes:
        """Write JSON; NaN and infinities become null, as JSON has no word for them."""
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)

    @override
    def decode_json(self, data: str | bytes) -> object:
        """Read strict JSON: UTF-8 only, nesting and numbers bounded."""
        return orjson.loads(data)

    async def read(self, request: Request) -> GraphQLRequestData:
        """Read the parameters of a request and check their kinds."""
        if request.method == "GET":
            parameters: dict[str, Any] = dict(request.query_params)
            parameters["operationName"] = parameters.get("operationName") or None
            for name in ("variables", "extensions"):
                if parameters.get(name):
                    parameters[name] = self._parsed(parameters[name], name)
                else:
                    parameters.pop(name, None)
        elif _check_content(request.headers) == MULTIPART:
            parameters = await read_operations(request, self.limits.body_bytes, self._parsed)
        else:
            body = self._parsed(await request.body(), "body")
            if isinstance(body, list):
                raise RequestError(400, "batch")
            if not isinstance(body, dict):
                raise RequestError(400, "notAnObject")
            parameters = body
        return _request_data(parameters)

    def _parsed(self, text: str | bytes, where: str) -> Any:
        try:
            return self.decode_json(text)
        except ValueError:
            raise RequestError(400, "invalidJson", where=where) from None

    def _asks_for_page(self, request: Request) -> bool:
        return (
            request.method == "GET"
            and "query" not in request.query_params
            and wants_page(request.headers.get("accept"))
        )

    async def _run(self, request: Request, data: GraphQLRequestData) -> Reply:
        """Execute within the deadline and put Strawberry's refusals into ours."""
        deadline = Deadline(self._clock, self.limits.deadline_seconds)
        try:
            with deadline:
                return await self.run_operation(request, data, BY_METHOD[request.method])
        except TimeoutError:
            if not deadline.expired:
                raise
            raise RequestError(504, "TIMEOUT", Code.TIMEOUT) from None
        except InvalidOperationTypeError as error:
            if request.method == "GET" and error.operation_type is OperationType.MUTATION:
                raise RequestError(
                    405, "operationType", headers={"Allow": "POST"}, where="GET"
                ) from None
            raise RequestError(400, "operationType", where=request.method) from None
        except CannotGetOperationTypeError:
            raise RequestError(400, "unknownOperation") from None
        except MissingQueryError:
            raise RequestError(400, "missingQuery") from None

    def _success(
        self, request: Request, reply: Reply, viewer: Viewer, media: str | None
    ) -> Response:
        result = reply.result
        shown = [show(error, viewer) for error in result.errors or ()]
        if tells_requests():
            note(request.scope, codes=sorted({error.code.value for error in shown}))
        for error in shown:
            if error.unexpected is not None:
                report(error.unexpected, error.body.get("path"))
        body: dict[str, Any] = {}
        if shown:
            body["errors"] = [error.body for error in shown]
        answered = not _is_request_error(result)
        if answered:
            body["data"] = result.data
        if extensions := {**(result.extensions or {}), **reply.extensions}:
            body["extensions"] = extensions
        status = reply.status or _status([error.code for error in shown], answered, media)
        headers = {**_advice(status, request.headers), **reply.headers}
        return self._write(body, media, status, headers)

    def _failure(self, request: Request, shown: Shown, media: str | None) -> Response:
        if shown.unexpected is not None:
            report(shown.unexpected, None)
        note(request.scope, codes=[shown.code.value])
        status = _status([shown.code], False, media)
        headers = _advice(status, request.headers)
        return self._response([shown.body], media, status, headers)

    def _response(
        self,
        errors: list[GraphQLFormattedError],
        media: str | None,
        status: int,
        headers: Mapping[str, str] | None,
    ) -> Response:
        return self._write({"errors": errors}, media, status, headers)

    def _write(
        self, body: object, media: str | None, status: int, headers: Mapping[str, str] | None
    ) -> Response:
        return Answer(self.encode_json(body), status, media or JSON, headers or {})


class Answer(Response):
    """An answer of the API; what its head always says was encoded once."""

    def __init__(self, body: bytes, status: int, media: str, headers: Mapping[str, str]) -> None:
        """Answer with a body of one of our media types."""
        self.status_code = status
        self.background = None
        self.body = body
        further = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self.raw_headers = [
            *further, (b"content-length", b"%d" % len(body)), *_HEADS[media],
        ]  # fmt: skip


def _refuse_cross_site(request: Request) -> None:
    """Refuse a GET that another site could have made a browser send.

    A POST needs a JSON content type, which no simple request has, or a header of ours beside its
    files, see `require_preflight`. A GET passes with an Authorization or the CSRF header, which a
    browser sends across sites only after a preflight, or when nothing tells of a browser at all:
    no cookie and no Sec-Fetch-Site of another site.
    """
    headers = request.headers
    if request.method != "GET" or "authorization" in headers or CSRF_HEADER in headers:
        return
    site = headers.get("sec-fetch-site", "none")
    if "cookie" in headers or site not in ("none", "same-origin"):
        raise RequestError(403, "crossSite", Code.FORBIDDEN)


def _check_content(headers: Headers) -> str:
    """Give the kind of the body, JSON or multipart; raises RequestError for others."""
    kind, parameters = essence(headers.get("content-type", ""))
    if kind == MULTIPART:
        require_preflight(headers)
    elif kind != JSON or not is_utf8(parameters):
        raise RequestError(415, "contentType", headers={"Accept-Post": f"{JSON}, {MULTIPART}"})
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RequestError(415, "contentEncoding", headers={"Accept-Encoding": "identity"})
    return kind


def _request_data(parameters: dict[str, Any]) -> GraphQLRequestData:
    query = parameters.get("query")
    operation_name = parameters.get("operationName")
    if query is None:
        raise RequestError(400, "missingQuery")
    for name, value in (("query", query), ("operationName", operation_name)):
        if value is not None and not isinstance(value, str):
            raise RequestError(400, "notText", where=name)
    for name in ("variables", "extensions"):
        value = parameters.get(name)
        if value is not None and not isinstance(value, dict):
            raise RequestError(400, "notMap", where=name)
    return GraphQLRequestData(
        query=query,
        variables=parameters.get("variables"),
        operation_name=operation_name,
        extensions=parameters.get("extensions"),
    )


def _named(data: GraphQLRequestData) -> dict[str, object]:
    """Give what the log may know of an operation: its kind and its name, no more."""
    found = _HEAD.match(data.query or "")
    kind, name = found.groups() if found else (None, None)
    if (data.query or "").lstrip().startswith("{"):
        kind = "query"
    sent = data.operation_name
    if sent is not None:
        name = sent if _NAME.fullmatch(sent) else None
    return {"kind": kind, "operation": name}


def _is_request_error(result: ExecutionResult) -> bool:
    """Tell a request that was never executed: no data, and no error belongs to a field."""
    errors: list[GraphQLError] = result.errors or []
    return result.data is None and bool(errors) and all(error.path is None for error in errors)


def _status(codes: list[Code], answered: bool, media: str | None) -> int:
    """Choose the status by the draft: plain JSON says 200 to every well-formed request."""
    if Code.UNAUTHENTICATED in codes:
        return STATUS[Code.UNAUTHENTICATED]
    if answered:
        return 200
    for code, status in STATUS.items():
        if code in codes:
            return status
    if media == JSON:
        return 200
    return 403 if Code.FORBIDDEN in codes else 400


def _advice(status: int, headers: Headers) -> Mapping[str, str]:
    """Give the headers that say what the client can do about a status."""
    if status == STATUS[Code.UNAVAILABLE]:
        return {"Retry-After": "1"}
    if status == STATUS[Code.UNAUTHENTICATED]:
        reason = ', error="invalid_token"' if "authorization" in headers else ""
        return {"WWW-Authenticate": f'Bearer realm="voronka"{reason}'}
    return {}
