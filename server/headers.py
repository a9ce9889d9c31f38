"""The headers of a request, read once and looked up by name from then on."""

from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.requests import Request
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
    """A request whose headers are looked up by name."""

    @property
    @override
    def headers(self) -> Headers:
        """Give the headers."""
        return headers_of(self.scope)
