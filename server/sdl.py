"""`GET /schema.graphql`: the schema of the caller's workspace as SDL, for generators of clients."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from schema.errors import Code, Viewer, masked
from schema.served import ServedSchema
from server.faults import fault
from server.logging import report
from server.middleware import request_id
from server.negotiation import language

MEDIA: Final = "application/graphql; charset=utf-8"
_KEPT: Final = 32
Find = Callable[[Request], Awaitable[ServedSchema]]
_STATUS: Final = {Code.UNAUTHENTICATED: 401, Code.FORBIDDEN: 403, Code.UNAVAILABLE: 503}


def sdl_endpoint(find: Find) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint; `find` gives the schema of whoever asks, or raises why there is none."""

    async def answer(request: Request) -> Response:
        try:
            schema = await find(request)
        except Exception as error:  # noqa: BLE001  # the edge: nothing unmasked may pass it
            return _refusal(request, error)
        text, tag = _printed(schema)
        headers = {"ETag": tag, "Cache-Control": "private, no-cache",
                   "Vary": "Authorization, Cookie"}  # fmt: skip
        if tag in {part.strip() for part in request.headers.get("if-none-match", "").split(",")}:
            return Response(status_code=304, headers=headers)
        return Response(text, headers={**headers, "Content-Type": MEDIA})

    return answer


@lru_cache(maxsize=_KEPT)
def _printed(schema: ServedSchema) -> tuple[bytes, str]:
    """Print a schema, once for each: its text and the hash of it."""
    text = f"{schema.as_str()}\n".encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'


def _refusal(request: Request, error: Exception) -> Response:
    viewer = Viewer(language(request.headers.get("accept-language")),
                    request_id(request.scope), fault)  # fmt: skip
    shown = masked(error, viewer)
    if shown.unexpected is not None:
        report(shown.unexpected, None)
    return Response(
        f"{shown.body['message']}\n",
        _STATUS.get(shown.code, 500),
        {"Cache-Control": "no-store"},
        "text/plain; charset=utf-8",
    )
