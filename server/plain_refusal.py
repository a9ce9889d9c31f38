"""Refusals of endpoints that answer no JSON: one line of text, in the caller's language."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from schema.errors import Code, Viewer, masked
from server.faults import fault
from server.logging import report
from server.middleware import request_id
from server.negotiation import language

_STATUS: Final = {
    Code.BAD_USER_INPUT: 400,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.UNAVAILABLE: 503,
}


def plain_refusal(request: Request, error: Exception) -> Response:
    """Tell why a request failed; what is not for the caller goes to the log only."""
    viewer = Viewer(language(request.headers.get("accept-language")),
                    request_id(request.scope), fault)  # fmt: skip
    shown = masked(error, viewer)
    if shown.unexpected is not None:
        report(shown.unexpected, None)
    return plain_text(shown.body["message"], _STATUS.get(shown.code, 500))


def plain_text(message: str, status: int) -> Response:
    """Answer with a line of text that nobody keeps."""
    headers = {"Cache-Control": "no-store"}
    if status == _STATUS[Code.UNAUTHENTICATED]:
        headers["WWW-Authenticate"] = 'Bearer realm="voronka"'
    return Response(f"{message}\n", status, headers, "text/plain; charset=utf-8")
