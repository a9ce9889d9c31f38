"""Read requisites as inputs give them; what follows from all fields of one is settled later."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, Final
from uuid import UUID

from domain.fields import ITEM_PREFIXES, Kind, camel
from domain.requisites import MOST_REQUISITES, PARTS, Part, without_spaces
from resolvers.checks import InvalidValueError, check_length, checked_id, checked_line

_PREFIX: Final = ITEM_PREFIXES[Kind.REQUISITES]


@dataclass(frozen=True, slots=True)
class RequisiteInput:
    """Requisites as given: only what the input says; None clears."""

    id: UUID | None
    given: Mapping[str, Any] = field(default_factory=dict)
    """By fields of `Requisite`."""


def read_requisites(raw: Sequence[Mapping[str, Any]]) -> tuple[RequisiteInput, ...]:
    """Read the requisites of a record, what is said of each."""
    check_length(raw, MOST_REQUISITES)
    return tuple(_one(index, item) for index, item in enumerate(raw))


def _one(index: int, raw: Mapping[str, Any]) -> RequisiteInput:
    given: dict[str, Any] = {}
    for name, read in _READERS.items():
        text = raw.get(camel(name))
        try:
            if camel(name) in raw:
                given[name] = None if text is None else read(text)
        except InvalidValueError as error:
            raise error.below(str(index), camel(name)) from error
    return RequisiteInput(given.pop("id", None), given)


def _id(raw: str) -> UUID:
    return checked_id(raw, _PREFIX)


def _kind(raw: Any) -> Any:
    return raw.value if isinstance(raw, Enum) else raw


def _part(part: Part, raw: Any) -> Any:
    if part.is_date:
        return raw
    return checked_line(without_spaces(raw) if part.is_code else raw, part.max_length)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "id": _id,
    "kind": _kind,
    **{part.name: partial(_part, part) for part in PARTS},
}
