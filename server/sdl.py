"""`GET /schema.graphql`: the schema of the caller's workspace as SDL, for generators of clients."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from graphql import GraphQLSchema
from starlette.requests import Request
from starlette.responses import Response

from schema.projection import ShownTo
from schema.served import ServedSchema
from schema.workspace_schemas import Lent
from server.plain_refusal import plain_refusal

MEDIA: Final = "application/graphql; charset=utf-8"
_KEPT: Final = 32
Find = Callable[[Request], Awaitable[Lent | ShownTo]]


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
                   "Vary": "Authorization, Cookie, X-View-As"}  # fmt: skip
        if tag in {part.strip() for part in request.headers.get("if-none-match", "").split(",")}:
            return Response(status_code=304, headers=headers)
        return Response(text, headers={**headers, "Content-Type": MEDIA})

    return answer


_texts: OrderedDict[int, tuple[GraphQLSchema, bytes, str]] = OrderedDict()


def _printed(schema: ServedSchema) -> tuple[bytes, str]:
    """Print a schema, once for each: its text and the hash of it."""
    own = schema._schema
    known = _texts.get(id(own))
    if known is None or known[0] is not own:
        text = f"{schema.as_str()}\n".encode()
        known = (own, text, f'"{hashlib.sha256(text).hexdigest()[:32]}"')
        _texts[id(own)] = known
        if len(_texts) > _KEPT:
            _texts.popitem(last=False)
    return known[1], known[2]
