"""`GET /files/{id}`: the content of a file, streamed, in a form that no browser will run."""

import re
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from db.file_store import FileStore
from loaders.rows import Row
from resolvers.content_types import PLAIN, UNKNOWN
from schema.limit_messages import text
from server.logging import report
from server.negotiation import language
from server.plain_refusal import plain_refusal, plain_text

# The types that a program can do nothing bad with; all others are only bytes to a browser.
SERVED_TYPES: Final = frozenset(
    {
        PLAIN,
        "text/csv",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "application/pdf",
        "application/zip",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        *(
            f"application/vnd.openxmlformats-officedocument.{kind}"
            for kind in (
                "wordprocessingml.document",
                "spreadsheetml.sheet",
                "presentationml.presentation",
            )
        ),
        *(
            f"application/vnd.oasis.opendocument.{kind}"
            for kind in ("text", "spreadsheet", "presentation")
        ),
    }
)
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_IN_QUOTES: Final = re.compile(r"[A-Za-z0-9 !#$&+.^_`{}~()\[\],;=@'-]")


class StoredFile(NamedTuple):
    """A file that the caller may read, and the key of its content."""

    row: Row
    key: str


Find = Callable[[Request, str], Awaitable[StoredFile | None]]


def file_endpoint(find: Find, store: FileStore) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint; `find` gives a file of an id that whoever asks may read, or None.

    `find` is done with the database before the first byte leaves.
    """

    async def answer(request: Request) -> Response:
        try:
            found = await find(request, request.path_params["id"])
            if found is None:
                return _missing(request)
            return await _answer(request, found, store)
        except FileNotFoundError as error:
            report(error)  # a row without its content: something outside has deleted it
            return _missing(request)
        except Exception as error:  # noqa: BLE001  # the edge: nothing unmasked may pass it
            return plain_refusal(request, error)

    return answer


async def _answer(request: Request, found: StoredFile, store: FileStore) -> Response:
    size = found.row.size
    headers = _headers(found.row)
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    start, stop = _range(request, headers["ETag"], size)
    if start >= stop:
        headers |= {"Content-Range": f"bytes */{size}"}
        return Response(status_code=416, headers=headers)
    status = 200
    if (start, stop) != (0, size):
        status = 206
        headers |= {"Content-Range": f"bytes {start}-{stop - 1}/{size}"}
    headers |= {"Content-Length": str(stop - start)}
    kind = _served_type(found.row)
    if request.method == "HEAD":
        return Response(None, status, headers, kind)
    content = await store.open(found.key, start, stop)
    return StreamingResponse(content, status, headers, kind)


def _headers(row: Row) -> dict[str, str]:
    return {
        "ETag": f'"{row.sha256.hex()}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": _disposition(row.name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Authorization, Cookie",
        "X-Content-Type-Options": "nosniff",
    }


def _served_type(row: Row) -> str:
    kind = str(row.content_type)
    return kind if kind in SERVED_TYPES else UNKNOWN


def _disposition(name: str) -> str:
    """Name the file by RFC 6266: once for old programs, once (RFC 5987) as it is."""
    plain = "".join(char if _IN_QUOTES.fullmatch(char) else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _is_known(request: Request, tag: str) -> bool:
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {tag, f"W/{tag}", "*"})


def _range(request: Request, tag: str, size: int) -> tuple[int, int]:
    """Read which bytes are wanted, as a start and an end: one range, else the whole file.

    What is no single range of bytes counts as none (RFC 9110, 14.2). A range that starts behind the
    end comes out empty.
    """
    whole = 0, size
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if found is None or request.headers.get("if-range", tag) != tag:
        return whole
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if last else whole
    if last and int(last) < int(first):
        return whole
    return int(first), min(int(last) + 1, size) if last else size


def _missing(request: Request) -> Response:
    return plain_text(text("noFile", language(request.headers.get("accept-language"))), 404)
