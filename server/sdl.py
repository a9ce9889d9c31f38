"""`GET /schema.graphql`: the schema of the caller's workspace as SDL, for generators of clients."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from schema.served import ServedSchema
from schema.workspace_schemas import Lent
from server.plain_refusal import plain_refusal

MEDIA: Final = "application/graphql; charset=utf-8"
_KEPT: Final = 32
Find = Callable[[Request], Awaitable[Lent]]


def sdl_endpoint(find: Find) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint; `find` lends the schema of whoever asks, or raises why there is none."""

    async def answer(request: Request) -> Response:
        try:
            lent = await find(request)
        except Exception as error:  # noqa: BLE001  # the edge: nothing unmasked may pass it
            return plain_refusal(request, error)
        with lent as schema:
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
