"""What an operation has left out of its answer, because the caller may not read it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError
from graphql.pyutils import Path

from domain.messages import say
from schema.errors import Code

Keys = tuple[str, ...]


@dataclass(slots=True)
class Denial:
    """A field that was selected and may not be read: on how many rows, and where first."""

    field: str
    rows: int
    path: list[str | int] | None


@dataclass(slots=True)
class Denials:
    """What an operation has left out of its answer."""

    _found: dict[tuple[tuple[str | int, ...], Keys, str], Denial] = field(default_factory=dict)

    def note(
        self, entry: Sequence[str | int], keys: Keys, label: str, rows: int, path: list[str | int]
    ) -> None:
        """Take note of a selection that was left out; `entry` is where one came to it from.

        Coming to it again, as where a plan is given up, counts once.
        """
        self._found[tuple(entry), keys, label] = Denial(label, rows, path)

    def note_silently(self, label: str, rows: int) -> None:
        """Take note of what was left out of a list of values: the caller is told, without error."""
        self._found[(), (), label] = Denial(label, rows, None)

    def selections(self) -> list[Denial]:
        """Give what was left out, selection by selection, in the order of the answer."""
        merged: dict[tuple[Keys, str], Denial] = {}
        for (_, keys, label), found in self._found.items():
            known = merged.get((keys, label))
            if known is None:
                merged[keys, label] = Denial(label, found.rows, found.path)
                continue
            known.rows += found.rows
            if known.path is not None and found.path is not None:
                known.path = min(known.path, found.path, key=_place)
        return list(merged.values())


def _place(path: Sequence[str | int]) -> list[int]:
    return [step for step in path if isinstance(step, int)]


def note_one(denials: Denials, path: Path, label: str) -> None:
    """Take note of one cell that was left out."""
    steps = path.as_list()
    denials.note(steps, without_places(steps), label, 1, steps)


def without_places(path: Sequence[str | int]) -> Keys:
    """Give a path without the places in lists: the selection that it is about."""
    return tuple(step for step in path if isinstance(step, str))


def access_errors(denials: Sequence[Denial], language: str) -> list[GraphQLError]:
    """Give an error for each selection that was left out."""
    found = []
    for denial in denials:
        if denial.path is None:
            continue
        error = GraphQLError(
            say("field_hidden", language, {"name": denial.field}), path=denial.path
        )
        error.extensions = {
            "code": Code.FORBIDDEN.value, "field": denial.field, "rows": denial.rows,
        }  # fmt: skip
        found.append(error)
    return found


def access_report(denials: Sequence[Denial]) -> dict[str, Any]:
    """Give what replies tell of selections that were left out."""
    return {
        "denied": [
            {"field": denial.field, "rows": denial.rows}
            | ({} if denial.path is None else {"path": denial.path})
            for denial in denials
        ]
    }
