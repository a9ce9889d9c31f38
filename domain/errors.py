"""Errors that callers are meant to see.

CrmError
├── UnauthenticatedError   no valid token
├── ForbiddenError         the operation as a whole is not allowed
├── RaceLostError          another transaction was faster; the edge runs the operation again
├── BadInputError          an argument makes no sense (top-level error with its path)
└── RefusedError           a mutation is refused with user errors; nothing is written

A `UserError` carries a message key and its parameters; the edge says it in the caller's language
(`domain/messages.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Code(Enum):
    """Codes of user errors, as the API shows them."""

    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    IN_USE = "IN_USE"
    IMMUTABLE = "IMMUTABLE"
    CONFLICT = "CONFLICT"
    DUPLICATE = "DUPLICATE"
    SYSTEM = "SYSTEM"
    LIMIT = "LIMIT"


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that somebody else changed since the version that the caller knows."""

    field: str
    by: Any
    at: Any


@dataclass(frozen=True, slots=True)
class UserError:
    """One reason why a mutation was refused."""

    code: Code
    message: str
    """Key into `domain/messages.py`."""
    path: tuple[str, ...]
    """Where in the input, without the leading `input`."""
    values: Mapping[str, Any] = field(default_factory=dict)
    conflicts: tuple[FieldConflict, ...] = ()


class CrmError(Exception):
    """Base of all errors that callers are meant to see."""


class UnauthenticatedError(CrmError):
    """No valid token was shown."""


class ForbiddenError(CrmError):
    """The caller may not do this at all."""

    def __init__(self, message: str = "forbidden", **values: Any) -> None:
        """Say why, by a key of `domain/messages.py`."""
        super().__init__(message)
        self.message = message
        self.values = values
        self.extensions: dict[str, Any] = {}


class RaceLostError(CrmError):
    """Another transaction was faster; the operation has to look again from its beginning."""

    sqlstate = "40001"
    """As PostgreSQL calls it where it notices by itself: a serialization failure."""


class BadInputError(CrmError):
    """An argument makes no sense; `path` leads to it."""

    def __init__(self, message: str, path: Sequence[str], **values: Any) -> None:
        """Say what is wrong, by a key of `domain/messages.py`, and where."""
        super().__init__(message)
        self.message = message
        self.path = tuple(path)
        self.values = values


class RefusedError(CrmError):
    """A mutation is refused; nothing of it may be written."""

    def __init__(self, errors: Sequence[UserError]) -> None:
        """Carry the reasons."""
        super().__init__(", ".join(error.message for error in errors))
        self.errors = tuple(errors)


def refuse(code: Code, message: str, *path: str, **values: Any) -> RefusedError:
    """Make a refusal with one reason."""
    return RefusedError([UserError(code, message, path, values)])
