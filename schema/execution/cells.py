"""Fields that the caller may not read: left out of the answer, and counted for what is told of it.

A field that may be read on no row is null wherever it is selected. One that may be read on some
rows only is empty in the others as they come from the database; here those cells are told from
empty ones. Either way the caller gets one error for each selection, and not one for each row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLObjectType
from graphql.pyutils import Path

from auth.rights import Cell, Mask, Rights
from domain.entities import ENTITIES, RECORDS
from resolvers.hidden import field_label
from schema.denials import Denials, Keys, without_places

if TYPE_CHECKING:
    from schema.execution.plans import Level

_ENTITIES: Final[Mapping[str, str]] = {
    **{entity.type_name: entity.name for entity in RECORDS},
    **{ENTITIES[name].type_name: name for name in ("user", "department", "group")},
}
_CUSTOM: Final[Mapping[str, str]] = {
    f"{entity.type_name}CustomFields": entity.name for entity in RECORDS
}


class _Masked:
    """Stands in a part of the answer for a cell that may not be read, until those are counted."""

    __slots__ = ()


MASKED: Final = _Masked()


def cell_of(rights: Rights, kind: GraphQLObjectType, name: str) -> Cell | Mask:
    """Tell how a field of an object type may be read."""
    entity = _ENTITIES.get(kind.name)
    if entity is not None:
        return rights.cell(entity, name)
    entity = _CUSTOM.get(kind.name)
    return Cell.FREE if entity is None else rights.cell(entity, f"custom.{name}")


def is_name_by_address(rights: Rights, kind: GraphQLObjectType, name: str) -> bool:
    """Tell whether a field calls people without a name by an address that may not be read."""
    is_name = (kind.name, name) == ("User", "fullName")
    return is_name and rights.cell("user", "email") is not Cell.FREE


def label_of(kind: GraphQLObjectType, name: str) -> str:
    """Name a field as the caller is told of it: `Deal.amount`, `Deal.custom.score`."""
    entity = _CUSTOM.get(kind.name)
    if entity is None:
        return f"{kind.name}.{name}"
    return field_label(entity, f"custom.{name}")


Blanks = list[tuple[list[dict[str, Any]], str]]
"""Objects, and the key in them that is to be emptied."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """A part of a level that the caller may not read, on all rows or on some."""

    key: str
    label: str
    bits: int | None = None
    """The alternatives of roles that show it; None: no row does."""

    @property
    def is_masked(self) -> bool:
        """Whether some rows show it."""
        return self.bits is not None


def settle(
    denials: Denials, level: "Level", shaped: Sequence[Any], paths: Sequence[Path | None]
) -> None:
    """Count what was left out of shaped objects and below, and empty the cells that stand for it.

    `paths` are those of the objects; the whole answer has None.
    """
    blanks: Blanks = []
    starts = [[] if path is None else path.as_list() for path in paths]
    if shaped:
        _count(denials, _Entry(level, shaped, starts), level, list(shaped), (), blanks)
    for holders, key in blanks:
        for holder in holders:
            holder[key] = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where counting began."""

    level: "Level"
    shaped: Sequence[Any]
    starts: Sequence[list[str | int]]

    def first(self, keys: Keys, restriction: Restriction) -> list[str | int]:
        """Give the path of the first cell of a selection that was left out."""
        for start, value in zip(self.starts, self.shaped, strict=True):
            for path in _cells(value, keys, restriction, start):
                return path
        raise LookupError(restriction.label)


def _count(
    denials: Denials,
    entry: _Entry,
    level: "Level",
    holders: list[dict[str, Any]],
    keys: Keys,
    blanks: Blanks,
) -> None:
    start = entry.starts[0]
    above = (*without_places(start), *keys)
    # What the same alternatives show is left out of the same rows.
    known: dict[int | None, tuple[list[dict[str, Any]], list[str | int]]] = {}
    for restriction in level.restrictions:
        if restriction.bits not in known:
            affected = holders
            if restriction.is_masked:
                affected = [holder for holder in holders if holder[restriction.key] is MASKED]
            first = entry.first(keys, restriction)[:-1] if affected else []
            known[restriction.bits] = affected, first
        affected, first = known[restriction.bits]
        if restriction.is_masked:
            blanks.append((affected, restriction.key))
        if affected:
            place = [*first, restriction.key]
            denials.note(start, (*above, restriction.key), restriction.label, len(affected), place)
    for key, below in level.restricted_below:
        found = _objects([holder[key] for holder in holders])
        if found:
            _count(denials, entry, below, found, (*keys, key), blanks)


def _objects(values: Sequence[Any]) -> list[dict[str, Any]]:
    """Give the objects among values and in lists of them; what is shaped is of these very types."""
    found: list[dict[str, Any]] = []
    for value in values:
        kind = type(value)
        if kind is dict:
            found.append(value)
        elif kind is list:
            found += _objects(value)
    return found


def _cells(
    value: Any, keys: Keys, restriction: Restriction, path: list[str | int]
) -> Iterator[list[str | int]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _cells(item, keys, restriction, [*path, index])
    elif isinstance(value, dict):
        if keys:
            yield from _cells(value[keys[0]], keys[1:], restriction, [*path, keys[0]])
        elif not restriction.is_masked or value[restriction.key] is MASKED:
            yield [*path, restriction.key]
