"""Operations with files: the GraphQL multipart request specification, read strictly.

`operations` is what a JSON body would be, with null where a file goes; `map` says which part fills
which of these places (https://github.com/jaydenseric/graphql-multipart-request-spec). Parts are
spooled to the disk by Starlette, until `close_files`.
"""

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence
from contextlib import ExitStack
from typing import Any, Final

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from domain.files import IncomingFile
from schema.errors import Code
from server.explorer import CSRF_HEADER
from server.request_error import RequestError

MULTIPART: Final = "multipart/form-data"
PREFLIGHT_HEADERS: Final = ("GraphQL-Require-Preflight", "Apollo-Require-Preflight")
MAX_FILES: Final = 10
MAX_FIELDS: Final = 20
_SHOWN: Final = 100
_OPENED: Final = "voronka.uploads"
Parse = Callable[[str, str], Any]
"""Reads JSON; takes the name of the place, for the error."""


def require_preflight(headers: Headers) -> None:
    """Refuse an upload that a form on another site could have made a browser send.

    Forms send multipart bodies without asking, but no header of ours.
    """
    if not any(headers.get(name) for name in (*PREFLIGHT_HEADERS, CSRF_HEADER)):
        raise RequestError(403, "multipartPreflight", Code.FORBIDDEN)


async def read_operations(request: Request, max_text: int, parse: Parse) -> Any:
    """Read `operations` with the files put into their places; raises RequestError.

    `max_text` bounds the texts of the body, in bytes.
    """
    form = await _read_form(request, max_text)
    operations = parse(_text(form, "operations"), "operations")
    places = parse(_text(form, "map"), "map")
    if isinstance(operations, list):
        raise RequestError(400, "batch")
    if not isinstance(operations, dict):
        raise RequestError(400, "notAnObject")
    if not _is_map(places):
        raise RequestError(400, "multipartMap")
    for name in form:
        if name not in places and name not in ("operations", "map"):
            raise RequestError(400, "multipartUnused", where=name[:_SHOWN])
    for name, paths in places.items():
        file = _file(form, name)
        for path in paths:
            _put(operations, path, file)
    return operations


async def _read_form(request: Request, max_text: int) -> FormData:
    parser = MultiPartParser(
        request.headers,
        request.stream(),
        max_files=MAX_FILES,
        max_fields=MAX_FIELDS,
        max_part_size=max_text,
    )
    try:
        return await parser.parse()
    except MultiPartException:
        raise RequestError(
            400, "multipart", files=MAX_FILES, fields=MAX_FIELDS, allowed=max_text
        ) from None
    finally:
        # All that were begun: what is cut off is not in the form, and would stay open.
        for file in parser._files_to_close_on_error:
            _opened(request).callback(file.close)


def close_files(request: Request) -> None:
    """Let go of the files that came with a request; call it when the request is answered."""
    _opened(request).close()


def _opened(request: Request) -> ExitStack:
    opened: ExitStack = request.scope.setdefault(_OPENED, ExitStack())
    return opened


def _text(form: FormData, name: str) -> str:
    found = form.getlist(name)
    if len(found) != 1 or not isinstance(found[0], str):
        raise RequestError(400, "multipartText", where=name)
    return found[0]


def _is_map(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(paths, list) and paths and all(isinstance(path, str) for path in paths)
        for paths in value.values()
    )


def _file(form: FormData, name: str) -> IncomingFile:
    found = form.getlist(name)
    part = found[0] if len(found) == 1 else None
    if not isinstance(part, UploadFile):
        raise RequestError(400, "multipartFile", where=name[:_SHOWN])
    return IncomingFile(part.filename or "", part.size or 0, part.file)


def _put(operations: Mapping[str, Any], path: str, file: IncomingFile) -> None:
    """Put a file where a path leads, which has to be a null among the variables."""
    wrong = RequestError(400, "multipartPath", where=path[:_SHOWN])
    first, *steps = path.split(".")
    if first != "variables" or not steps:
        raise wrong
    holder: Any = operations.get("variables")
    for step in steps[:-1]:
        holder = holder[_key(holder, step, wrong)]
    key = _key(holder, steps[-1], wrong)
    if holder[key] is not None:
        raise wrong
    holder[key] = file


def _key(holder: object, step: str, wrong: RequestError) -> Any:
    if isinstance(holder, MutableMapping) and step in holder:
        return step
    if isinstance(holder, MutableSequence) and step.isascii() and step.isdigit():
        index = int(step[:10])
        if index < len(holder):
            return index
    raise wrong
