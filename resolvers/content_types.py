"""The media type of a file, told by its content: what the caller says of it does not count."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Final

import puremagic

UNKNOWN: Final = "application/octet-stream"
PLAIN: Final = "text/plain"
_CHUNK: Final = 256 * 1024
_EDGE: Final = 64 * 1024
_ZIP: Final = b"PK\x03\x04"
_SHORTEST_MARK: Final = 3
_CONTROLS: Final = bytes({*range(32), 127} - set(b"\t\n\r\f"))
# Names in a zip's table of contents, which stands at its end.
_OFFICE: Final[Mapping[bytes, str]] = {
    b"word/document.xml": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    b"xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/presentation.xml": (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ),
}
# An OpenDocument file begins with an entry that is not compressed and says its type.
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument."
_OPEN_KINDS: Final = ("text", "spreadsheet", "presentation", "graphics")
_WRITTEN_AS_TEXT: Final = frozenset(
    {"application/pdf", "application/rtf", "application/xml", "image/svg+xml", "text/html",
     "text/rtf", "text/xml"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examined:
    """What reading a file once tells of it."""

    content_type: str
    digest: bytes
    """SHA-256."""


def examine(content: IO[bytes], name: str) -> Examined:
    """Read a file from its start: its digest and its media type.

    The name only narrows plain text to text/csv. Blocks: run it in a thread.
    """
    content.seek(0)
    digest = sha256()
    text = _TextTest()
    head, tail = b"", b""
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
        text.take(chunk)
        head = head or chunk[:_EDGE]
        tail = (tail + chunk)[-_EDGE:]
    kind = _text_type(head, tail, name) if text.holds() else _binary_type(head, tail)
    return Examined(kind, digest.digest())


class _TextTest:
    """Whether all bytes so far are text in UTF-8 without control characters."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._is_text = True

    def take(self, chunk: bytes) -> None:
        if self._is_text:
            self._is_text = len(chunk.translate(None, _CONTROLS)) == len(chunk)
            self._decode(chunk, final=False)

    def holds(self) -> bool:
        self._decode(b"", final=True)
        return self._is_text

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._is_text = False


def _text_type(head: bytes, tail: bytes, name: str) -> str:
    marked = _marked_type(head, tail)
    if marked in _WRITTEN_AS_TEXT:
        return marked
    return "text/csv" if name.lower().endswith(".csv") else PLAIN


def _binary_type(head: bytes, tail: bytes) -> str:
    if head.startswith(_ZIP):
        return _zip_type(head, tail)
    marked = _marked_type(head, tail)
    return UNKNOWN if marked.startswith("text/") else marked


def _zip_type(head: bytes, tail: bytes) -> str:
    for entry, kind in _OFFICE.items():
        if entry in tail:
            return kind
    if head[30:].startswith(_OPEN_DOCUMENT):
        rest = head[30 + len(_OPEN_DOCUMENT) :]
        for kind in _OPEN_KINDS:
            if rest.startswith(kind.encode() + b"PK"):
                return f"application/vnd.oasis.opendocument.{kind}"
    return "application/zip"


def _marked_type(head: bytes, tail: bytes) -> str:
    """Give the type of the longest known mark at the edges; short ones are no proof."""
    edges = head if head == tail else head + tail
    try:
        found = puremagic.magic_string(edges)
    except puremagic.PureError:
        return UNKNOWN
    sure = [match for match in found if len(match.byte_match) >= _SHORTEST_MARK and match.mime_type]
    return str(sure[0].mime_type) if sure else UNKNOWN
