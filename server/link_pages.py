"""The pages that links in e-mails lead to: whoever has the link sets a password there.

The link's secret stands behind a #, so no browser sends it here with the page: the page's script
takes it from there and sends it with the password, as any program would.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Route

from resolvers.links import Purpose

_FILES: Final = Path(__file__).parent / "static" / "links"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
}
_TYPES: Final = {"page.js": "text/javascript", "page.css": "text/css"}


def link_routes() -> list[BaseRoute]:
    """Build the routes of the pages and of what they load."""
    pages = [Route(f"/{purpose.value}", _page, methods=["GET"]) for purpose in Purpose]
    loaded = [Route(f"/links/{name}", _loaded(name), methods=["GET"]) for name in _TYPES]
    return [*pages, *loaded]


async def _page(_request: Request) -> FileResponse:
    return FileResponse(_FILES / "index.html", headers=_HEADERS)


def _loaded(name: str) -> Callable[[Request], Awaitable[FileResponse]]:
    async def answer(_request: Request) -> FileResponse:
        return FileResponse(_FILES / name, headers=_HEADERS, media_type=_TYPES[name])

    return answer
