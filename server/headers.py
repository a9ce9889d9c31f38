"""The headers of a request, read once and looked up by name from then on."""

from collections.abc import MutableMapping
from functools import cached_property
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from typing_extensions import override

_HEADERS: Final = "voronka.headers"


class KnownHeaders(Headers):
    """Headers by name; Starlette's own are searched, and encoded, at each look.

    Of several of one name the first counts, as it does there.
    """

    def __init__(self, scope: MutableMapping[str, Any]) -> None:
        """Read the headers of a scope."""
        super().__init__(scope=scope)
        self._by_name = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(self._list)
        }

    @override
    def __getitem__(self, key: str) -> str:
        return self._by_name[key.lower()]

    @override
    def get(self, key: str, default: Any = None) -> Any:
        """Give the value of a header, or the default."""
        return self._by_name.get(key.lower(), default)

    @override
    def __contains__(self, key: Any) -> bool:
        return key.lower() in self._by_name


def headers_of(scope: MutableMapping[str, Any]) -> Headers:
    """Give the headers of a request, the same object to whoever asks."""
    known: Headers | None = scope.get(_HEADERS)
    if known is None:
        known = scope[_HEADERS] = KnownHeaders(scope)
    return known


class KnownRequest(Request):
    """A request whose headers are looked up by name, and whose body mostly comes at once."""

    @cached_property
    @override
    def headers(self) -> Headers:
        """Give the headers."""
        return headers_of(self.scope)

    @override
    async def body(self) -> bytes:
        """Give the whole body; raises ClientDisconnect."""
        if not hasattr(self, "_body"):
            parts: list[bytes] = []
            more = True
            while more:
                message = await self.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
            self._body = parts[0] if len(parts) == 1 else b"".join(parts)
        return self._body
