"""Checks of single values of an input: texts that can be stored, ids of the right type, lengths."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from domain.errors import Code
from domain.ids import InvalidIdError, decode_id

MAX_LIST: Final = 200
"""Items of a list, where nothing else is said."""


class InvalidValueError(Exception):
    """A value makes no sense: why, and where below the place of the value."""

    def __init__(self, message: str, *path: str, code: Code = Code.INVALID, **values: Any) -> None:
        """Say why, by a key of `domain/messages.py`."""
        super().__init__(message)
        self.message, self.path, self.code, self.values = message, path, code, values

    def below(self, *path: str) -> "InvalidValueError":
        """Give the error as seen from further up in the input."""
        return InvalidValueError(self.message, *path, *self.path, code=self.code, **self.values)


def checked_text(raw: str, max_length: int) -> str:
    """Check that PostgreSQL can hold a text and that it is not too long."""
    if "\x00" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise InvalidValueError("bad_characters")
    if len(raw) > max_length:
        raise InvalidValueError("too_long", code=Code.LIMIT, limit=max_length)
    return raw


def checked_line(raw: str, max_length: int) -> str | None:
    """Check a line of text; spaces around it are dropped, an empty one is no value."""
    line = checked_text(raw.strip(), max_length)
    if any(char < " " or char == "\x7f" for char in line):
        raise InvalidValueError("bad_characters")
    return line or None


def checked_id(raw: str, target: str) -> UUID:
    """Read an id of an entity or of an item of a list."""
    try:
        prefix, value = decode_id(raw)
    except InvalidIdError as error:
        raise InvalidValueError("invalid_id", target=target) from error
    if prefix != target:
        raise InvalidValueError("id_of_another_type", target=target, found=prefix[:30])
    return value


def checked_ids(raw: Sequence[str], target: str, limit: int = MAX_LIST) -> list[UUID]:
    """Read ids of one type."""
    check_length(raw, limit)
    found = []
    for index, item in enumerate(raw):
        try:
            found.append(checked_id(item, target))
        except InvalidValueError as error:
            raise error.below(str(index)) from error
    return found


def check_length(raw: Sequence[Any], limit: int = MAX_LIST) -> None:
    """Check that a list is not too long."""
    if len(raw) > limit:
        raise InvalidValueError("list_too_long", code=Code.LIMIT, limit=limit)
