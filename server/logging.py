"""The log: one JSON line per request and per bug, readable by machines, empty of personal data.

What callers wrote never gets here: no variables, no documents, no tokens, no query strings. The
text of an exception often repeats a value (a driver quotes the whole row), so a bug is logged by
its class, its place in the code and, for the database, the SQLSTATE and the constraint.
"""

import logging
import sys
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRETS: Final = frozenset(
    {"authorization", "cookie", "password", "secret", "token", "query", "document", "variables"}
)
_REMOVED: Final = "[removed]"
_NOTES: Final = "voronka.notes"
_MAX_FRAMES: Final = 30
# They log what callers wrote: query strings here, the text of every error there.
_SILENCED: Final = ("uvicorn.access", "strawberry.execution")
# They log the address of every request that we send.
_QUIETED: Final = ("httpx", "httpcore", "alembic")

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("voronka_request_id", default=None)
"""The id of the request that is at work; structlog's own variables take longer to bind."""
log: structlog.stdlib.BoundLogger = structlog.get_logger("voronka")


def configure(
    level: str = "INFO", stream: TextIO | None = None, exception_text: bool = False
) -> None:
    """Send our lines and the libraries' to `stream` (stderr) as JSON.

    `exception_text` adds the texts of exceptions, for a developer's own machine only.
    """
    shared = _processors(exception_text)
    _configure_ours(level, stream, shared)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer()],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _SILENCED:
        logging.getLogger(name).disabled = True
    for name in _QUIETED:
        logging.getLogger(name).setLevel("WARNING")


def _configure_ours(level: str, stream: TextIO | None, shared: list[Processor]) -> None:
    structlog.configure(
        processors=[*shared, _renderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_names: structlog.PrintLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def _processors(exception_text: bool) -> list[Processor]:
    return [
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _Exceptions(exception_text),
        remove_secrets,
    ]


def _renderer() -> structlog.processors.JSONRenderer:
    return structlog.processors.JSONRenderer(serializer=_dumps)


def tells_requests() -> bool:
    """Tell whether the log has a line for each request, or errors alone."""
    return logging.getLogger().isEnabledFor(logging.INFO)


def note(scope: MutableMapping[str, Any], **fields: object) -> None:
    """Add fields to the line that this request will have in the log."""
    scope.setdefault(_NOTES, {}).update(fields)


def notes(scope: Mapping[str, Any]) -> Mapping[str, object]:
    """Give what was noted about a request."""
    noted: Mapping[str, object] = scope.get(_NOTES, {})
    return noted


def report(error: BaseException, path: Iterable[str | int] | None = None) -> None:
    """Log a bug, with the path of the field it came from; the request's id is added."""
    where = ".".join(str(step) for step in path) if path else None
    log.error("unexpected", field=where, exc_info=error)


def _add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the id of the request that is at work."""
    identity = REQUEST_ID.get()
    if identity is not None:
        event.setdefault("request_id", identity)
    return event


def remove_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank the values that must never be logged, by the names they usually have."""
    for key in event:
        if key.lower() in SECRETS:
            event[key] = _REMOVED
    return event


class _Exceptions:
    """Describe exceptions by class and place; by text only where that was asked for."""

    def __init__(self, text: bool) -> None:
        self.text = text

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        error = event.pop("exc_info", None)
        if isinstance(error, tuple):
            error = error[1]
        elif error is True:
            error = sys.exc_info()[1]
        if isinstance(error, BaseException):
            event["exception"] = [self._described(each) for each in _chain(error)]
        return event

    def _described(self, error: BaseException) -> dict[str, object]:
        kind = type(error)
        frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
        described: dict[str, object] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
        for name in ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name"):
            value = getattr(error, name, None)
            if isinstance(value, str):
                described[name] = value
        if self.text:
            described["text"] = str(error)
        described["frames"] = [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
        return described


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in found:
        found.append(step)
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    return found


def _dumps(value: object, default: Any = str, **_options: object) -> str:
    return orjson.dumps(value, default=default).decode()


# Left alone, structlog prints the local variables of every frame. Nobody has to remember to
# configure it for the log to be safe.
_configure_ours("INFO", None, _processors(False))
