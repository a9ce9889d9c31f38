"""What leaves the server as a top-level error: a code that clients can rely on, and no secrets.

expected    the error says its code itself (limits, validation, a refusal of the business rules)
the caller  an input that could not be coerced                             BAD_USER_INPUT
a fault     the database is away or too slow                         UNAVAILABLE, TIMEOUT
the rest    a bug: its text goes to the log only             INTERNAL_SERVER_ERROR + requestId
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from graphql import GraphQLError, GraphQLFormattedError, GraphQLSyntaxError
from strawberry.exceptions import StrawberryInputCoercionError

from domain.errors import BadInputError, ForbiddenError, UnauthenticatedError
from schema.limit_messages import MESSAGES, text


class Code(StrEnum):
    """The values of `extensions.code`; clients switch on them, so none is ever renamed."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    RATE_LIMITED = "RATE_LIMITED"
    QUERY_TOO_EXPENSIVE = "QUERY_TOO_EXPENSIVE"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


_CODES: Final = frozenset(Code)
# texts that stand without figures, by what they say in English
_PLAIN: Final = {words: key for key, words in MESSAGES["en"].items() if "{" not in words}
# Strawberry ends some messages with advice on Python annotations, no use to a caller
_PYTHON_ADVICE: Final = re.compile(r" (Field|Argument)( '\w+')? of type 'Maybe\[.*", re.DOTALL)
Fault = Callable[[BaseException], Code | None]
# key, language, values
Say = Callable[[str, str, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """An error as the caller sees it, and the exception that only the log may see."""

    body: GraphQLFormattedError
    code: Code
    unexpected: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom errors are written, and who judges faults and says the keys of messages."""

    language: str = "en"
    request_id: str = ""
    fault: Fault = field(default=lambda _error: None)
    say: Say = field(default=lambda key, _language, _values: key)


def problem(code: Code, key: str, language: str = "en", **values: object) -> GraphQLFormattedError:
    """Make the error of a request that never reached GraphQL; `key` names its text."""
    return {"message": text(key, language, **values), "extensions": {"code": code.value}}


def show(error: GraphQLError, viewer: Viewer) -> Shown:
    """Turn an error into what may be told: expected ones as they are, the rest masked."""
    body = error.formatted
    extensions = dict(body.get("extensions") or {})
    code = _known_code(extensions.get("code"))
    if code is not None and code is not Code.INTERNAL_SERVER_ERROR:
        body["message"] = _localised(body["message"], extensions, viewer.language)
        return Shown(body, code)
    cause = _innermost(error)
    if (told := _told_by(cause, viewer)) is not None:
        code, message, extra = told
        body["message"] = message
        body["extensions"] = {**extra, "code": code.value}
        return Shown(body, code)
    if isinstance(cause, GraphQLError) and _is_callers(error, cause):
        code = Code.BAD_USER_INPUT
        if isinstance(cause, GraphQLSyntaxError):
            code = Code.GRAPHQL_PARSE_FAILED
        body["message"] = _PYTHON_ADVICE.sub("", body["message"])
        body["extensions"] = {**extensions, "code": code.value}
        return Shown(body, code)
    return _masked(body, cause, viewer)


def masked(cause: BaseException, viewer: Viewer) -> Shown:
    """Turn an exception that was raised outside of any field into what may be told."""
    if (told := _told_by(cause, viewer)) is not None:
        code, message, extra = told
        return Shown({"message": message, "extensions": {**extra, "code": code.value}}, code)
    return _masked({"message": ""}, cause, viewer)


def _masked(body: GraphQLFormattedError, cause: BaseException, viewer: Viewer) -> Shown:
    code = viewer.fault(cause) or Code.INTERNAL_SERVER_ERROR
    key = "BAD_VALUE" if code is Code.BAD_USER_INPUT else code.value
    body["message"] = text(key, viewer.language)
    body["extensions"] = {"code": code.value, "requestId": viewer.request_id}
    return Shown(body, code, cause)


def _known_code(code: object) -> Code | None:
    return Code(code) if isinstance(code, str) and code in _CODES else None


def _localised(message: str, extensions: Mapping[str, Any], language: str) -> str:
    """Say it again in the caller's language: documents and their errors are cached in one."""
    if message in _PLAIN:
        return text(_PLAIN[message], language)
    limit = extensions.get("limit")
    if not isinstance(limit, str) or limit not in MESSAGES["en"]:
        return message
    values = {key: extensions.get(key, "") for key in ("allowed", "found", "where")}
    return text(limit, language, **values)


def _innermost(error: GraphQLError) -> BaseException:
    """Give what was raised in the first place: graphql-core wraps it to add path and nodes."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _told_by(cause: BaseException, viewer: Viewer) -> tuple[Code, str, Mapping[str, Any]] | None:
    """Tell a refusal of the business rules; None for what is not one, or should not come here."""
    extensions: Mapping[str, Any] = getattr(cause, "extensions", None) or {}
    if isinstance(cause, UnauthenticatedError):
        return Code.UNAUTHENTICATED, text("unauthenticated", viewer.language), extensions
    if isinstance(cause, ForbiddenError):
        return Code.FORBIDDEN, viewer.say(cause.message, viewer.language, cause.values), extensions
    if isinstance(cause, BadInputError):
        message = viewer.say(cause.message, viewer.language, cause.values)
        return Code.BAD_USER_INPUT, message, {**extensions, "path": list(cause.path)}
    return None


def _is_callers(error: GraphQLError, cause: GraphQLError) -> bool:
    """Tell the caller's mistake from ours by what graphql-core leaves in the error.

    Without a path it never came to a field: variables, a missing operation. With one, only the
    coercion of arguments points at nodes of the document; a value of ours that does not fit its
    type has none, and its text would show the value.
    """
    if error.path is None or isinstance(cause, StrawberryInputCoercionError):
        return True
    return cause is not error and bool(cause.nodes)
