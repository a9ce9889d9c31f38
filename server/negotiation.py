"""Which media type and which language a caller gets, read off the Accept headers."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Final, TypeVar

from schema.limit_messages import DEFAULT_LANGUAGE, MESSAGES

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"
HTML: Final = "text/html"
EVENTS: Final = "text/event-stream"

# wildcards stand for plain JSON: clients that name no type are older than the newer one
_OFFERED: Final = {GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}


_Choice = TypeVar("_Choice")
# What a header says is found out once: clients send the same few. Long ones are not kept.
_KEPT: Final = 256
_LONGEST_KEPT: Final = 200


def _kept(read: Callable[[str], _Choice]) -> Callable[[str], _Choice]:
    known = lru_cache(_KEPT)(read)

    @wraps(read)
    def look(header: str) -> _Choice:
        return known(header) if len(header) <= _LONGEST_KEPT else read(header)

    return look


@_kept
def essence(header: str) -> tuple[str, Mapping[str, str]]:
    """Split one media type from its parameters, both in lower case."""
    kind, *rest = header.split(";")
    parameters: dict[str, str] = {}
    for part in rest:
        name, _, value = part.partition("=")
        parameters[name.strip().lower()] = value.strip().strip('"').lower()
    return kind.strip().lower(), parameters


def is_utf8(parameters: Mapping[str, str]) -> bool:
    """Tell whether a media type's charset, where it has one, is ours."""
    return parameters.get("charset", "utf-8") in ("utf-8", "utf8")


def response_type(accept: str | None) -> str | None:
    """Choose between our two media types by RFC 9110; None where neither will do.

    Without an Accept header it is plain JSON. Of two types wanted alike, the more specific wins.
    """
    return JSON if accept is None or not accept.strip() else _response_type(accept)


@_kept
def _response_type(accept: str) -> str | None:
    best: tuple[float, bool, str] | None = None
    refused: set[str] = set()
    for kind, quality, parameters in _ranges(accept):
        offered = _OFFERED.get(kind)
        if offered is None or not is_utf8(parameters):
            continue
        if quality == 0:
            refused.add(kind)
            continue
        candidate = (quality, not kind.endswith("*"), offered)
        if best is None or candidate[:2] > best[:2]:
            best = candidate
    if best is None or best[2] in refused:
        return None
    return best[2]


def wants_page(accept: str | None) -> bool:
    """Tell whether this is a browser opening the address: it names text/html and means it."""
    return any(kind == HTML and quality > 0 for kind, quality, _ in _ranges(accept or ""))


def language(accept_language: str | None) -> str:
    """Choose the best-liked language that we have texts for, else the default."""
    return _language(accept_language) if accept_language else DEFAULT_LANGUAGE


@_kept
def _language(accept_language: str) -> str:
    liked = sorted(_ranges(accept_language), key=lambda item: -item[1])
    for tag, quality, _ in liked:
        primary = tag.partition("-")[0]
        if quality > 0 and primary in MESSAGES:
            return primary
    return DEFAULT_LANGUAGE


def _ranges(header: str) -> Iterator[tuple[str, float, Mapping[str, str]]]:
    for item in header.split(","):
        kind, parameters = essence(item)
        if kind:
            yield kind, _quality(parameters.get("q", "1")), parameters


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value <= 1.0 else 0.0
