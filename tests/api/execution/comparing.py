"""What makes two answers equal: the data exactly, the errors by path, code and number.

Where a null goes up, GraphQL lets an executor stop work below the nulled position or go on with it,
and which of several errors is told depends on which comes first. So of errors below a position that
is null anyway only the position counts; all others are compared in full.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Place = tuple[str | int, ...]


def normal(body: Mapping[str, Any]) -> tuple[Any, set[tuple[Place, str]]]:
    """Give the data of an answer, and the places that its errors null with their codes.

    The code is empty where the error came from below the place.
    """
    data = body.get("data")
    found = set()
    for error in body.get("errors", ()):
        path = tuple(error.get("path", ()))
        place = nulled(data, path)
        found.add((place, error["extensions"]["code"] if place == path else ""))
    places = {place for place, _ in found}
    return data, {(place, code) for place, code in found if not _is_inside(place, places)}


def nulled(data: Any, path: Sequence[str | int]) -> Place:
    """Give the place that an error at a path has made null: the path, or something above it."""
    at = data
    place: list[str | int] = []
    for key in path:
        if at is None:
            break
        place.append(key)
        at = at[key]
    return tuple(place)


def _is_inside(place: Place, others: set[Place]) -> bool:
    return any(place[:length] in others for length in range(len(place)))
