"""Merging records: which may be merged, and what becomes of a field of which several have a value.

What is empty takes what is not, equal values stay, lists are united, long texts are put one after
another; some fields always stay as the survivor has them. Anything else somebody has to choose.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from domain.fields import Entity, Field, Kind
from domain.records import COMPANY, CONTACT, DEAL, LEAD

MERGED: Final[Mapping[str, Entity]] = {
    entity.name: entity for entity in (LEAD, CONTACT, COMPANY, DEAL)
}
"""The types of records that can be merged."""
MOST_SOURCES: Final = 20
UNDOABLE: Final = timedelta(days=30)
"""How long a merge can be undone."""
MERGE: Final = "merge"
"""The prefix of the ids of merges."""

_KEPT: Final = frozenset(
    {"stage", "stage_description", "pipeline", "responsible", "source", "utm", "is_shared",
     "is_exportable"}
)  # fmt: skip
"""Fields that say where a record stands and how it came: the survivor's, unless it has none."""
SALES: Final = frozenset({"amount", "tax", "currency", "is_amount_manual", "product_rows"})
"""Fields that belong together: what is sold, and for how much."""
_BETWEEN: Final = "\n\n"


class ChoiceNeededError(Exception):
    """Several records have different values of a field, and none goes before the others."""


def is_chosen(declared: Field) -> bool:
    """Tell whether a merge looks at a field by itself: what is written, and not worked out."""
    is_worked_out = declared.kind in {Kind.INVERSE, Kind.CUSTOM} or declared.name in SALES
    return declared.writable and not is_worked_out


def is_united(declared: Field) -> bool:
    """Tell whether a field of several records becomes a list of all that they have."""
    return declared.kind in {Kind.POINTS, Kind.LINKS, Kind.EXTERNAL_IDS, Kind.REQUISITES}


def merge_values(declared: Field, values: Sequence[Any]) -> Any:
    """Give the value of a field, the survivor's first; raises ChoiceNeededError."""
    if declared.name in _KEPT:
        return next((value for value in values if value is not None), None)
    if declared.kind is Kind.TEXT:
        return merge_texts(values, declared.max_length)
    return same_value(values)


def merge_texts(values: Sequence[str | None], most: int) -> str | None:
    """Put different texts one after another; raises ChoiceNeededError where that is too long."""
    found: dict[str, str] = {}
    for text in values:
        if text is not None:
            found.setdefault(_loosely(text), text)
    together = _BETWEEN.join(found.values())
    if len(together) > most:
        raise ChoiceNeededError
    return together or None


def same_value(values: Sequence[Any]) -> Any:
    """Give the one value among some, empty ones aside; raises ChoiceNeededError for several."""
    there = [value for value in values if value is not None]
    if not there:
        return None
    if len({comparable(value) for value in there}) > 1:
        raise ChoiceNeededError
    return there[0]


def merge_lists(lists: Sequence[Sequence[Any]], key: Any = None) -> tuple[Any, ...]:
    """Unite lists, each item once, those of the survivor first."""
    found: dict[Any, Any] = {}
    for items in lists:
        for item in items:
            found.setdefault(comparable(item) if key is None else key(item), item)
    return tuple(found.values())


def comparable(value: Any) -> Any:
    """Give what of a value tells it from others: not how it is spelled."""
    if isinstance(value, str):
        return _loosely(value)
    if isinstance(value, Mapping):
        return frozenset((name, comparable(part)) for name, part in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(comparable, value))
    return value


def _loosely(text: str) -> str:
    """Give a text without what only its spelling has: case, spaces, points at the end."""
    return " ".join(text.casefold().split()).rstrip(". ")
