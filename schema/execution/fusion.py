"""Fused levels: a page's records become dicts in one loop, with what they point to.

Where a level reads only columns, the driver's records need not become rows first. Of references,
those whose targets came along with the page are written from their columns; those to settings and
people are looked up among objects that were shaped once for the workspace's snapshot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from typing_extensions import override

from db.found import Converters
from db.snapshot import Snapshot
from domain.fields import Field
from loaders.held import HELD_NAMES
from loaders.pages import Layout
from schema.execution.completions import Objects
from schema.execution.reading import Batched, Plain
from schema.execution.shapers import (
    Column,
    Constant,
    Given,
    Guarded,
    Held,
    Leaf,
    Nested,
    Part,
    Place,
    Shape,
    UnplannedError,
    generate,
)

if TYPE_CHECKING:
    from schema.execution.plans import Level, Relation

_MAX_SHAPED: Final = 200
"""Levels whose shaped objects a snapshot keeps."""


@dataclass(frozen=True, slots=True)
class Fused:
    """A level's function over records, and what it is given besides them."""

    shape: Shape
    relations: "Sequence[Relation]"
    """Completed over rows before: one column each."""
    held: "Sequence[tuple[str, Level]]"
    """Entities, and the levels by which their rows are shaped: one mapping each."""


class _Columns(Place):
    """Columns at absolute places of a record, unpacked into c0, c1, …"""

    def __init__(
        self, at: Mapping[str, int], converters: Mapping[int, Any], targets: Mapping[Field, Place]
    ) -> None:
        self.at = at
        self._converters = converters
        self.targets = targets

    @override
    def column(self, name: str) -> Column:
        index = self.at[name]
        return Column(f"c{index}", is_typed=True, convert=self._converters.get(index))


class _Names(Place):
    """Fields of a combined value that are columns of another place."""

    def __init__(self, outer: Place, columns: Mapping[str, str]) -> None:
        self._outer = outer
        self.at = columns

    @override
    def column(self, name: str) -> Column:
        return self._outer.column(self.at[name])


@dataclass(slots=True)
class _Collected:
    relations: "list[Relation]" = field(default_factory=list)
    held: "list[tuple[str, Level]]" = field(default_factory=list)


def fuse(level: "Level", layout: Layout, converters: Converters, *, holds: bool) -> Fused | None:
    """Write a level's function over records of a layout; None where it needs rows.

    `holds`: the process has the workspace's snapshot, so what it holds can be looked up.
    """
    known = dict(converters)
    start = layout.end + layout.keys
    targets: dict[Field, Place] = {}
    for reference, kind in layout.followed:
        at = {name: start + index for name, index in kind.positions.items()}
        targets[reference] = _Columns(at, known, {})
        start += len(kind.positions)
    own = {name: layout.skip + index for name, index in layout.kind.positions.items()}
    collected = _Collected()
    parts = _parts(level, _Columns(own, known, targets), collected, holds=holds, top=True)
    if parts is None:
        return None
    held = [f"h{index}" for index in range(len(collected.held))]
    unpack = "".join(f"c{index}, " for index in range(start)).rstrip()
    shape = generate(parts, _Columns(own, known, targets), held, unpack)
    return Fused(shape, collected.relations, collected.held)


def _parts(
    level: "Level", place: Place, collected: _Collected, *, holds: bool, top: bool
) -> list[Part] | None:
    """Give the parts of a level at a place; None where something there is not among the columns.

    At the top, a relation that has to be read is completed over rows; below there are none.
    """
    found: list[Part] = []
    for whole, relation in level.parts:
        part = whole.part if isinstance(whole, Guarded) else whole
        fused: Part | None = None
        if isinstance(part, Constant) or (isinstance(part, Leaf) and _is_there(part, place)):
            fused = part
        elif relation is not None:
            fused = _reference(part, relation, place, collected, holds=holds)
            if fused is None and top:
                collected.relations.append(relation)
                fused = part
        if fused is None:
            return None
        if isinstance(whole, Guarded) and not isinstance(fused, Guarded):
            fused = Guarded(fused, whole.bits)
        found.append(fused)
    return found


def _is_there(part: Leaf, place: Any) -> bool:
    return part.reading.read is None and all(name in place.at for name in part.reading.columns)


def _reference(
    part: Part, relation: "Relation", place: Any, collected: _Collected, *, holds: bool
) -> Part | None:
    """Give a relation as a part that is written from columns; None where it cannot be."""
    reading = relation.reading
    if not isinstance(part, Given) or not isinstance(relation.completion, Objects):
        return None
    level = relation.completion.level
    if isinstance(reading, Plain) and reading.is_object:
        return _nested(part, level, place, "id", collected, holds=holds)
    if isinstance(reading, Plain):
        if not reading.parts or reading.columns[0] not in place.at:
            return None
        inner: Any = _Names(place, dict(zip(reading.parts, reading.columns, strict=True)))
        return _nested(part, level, inner, reading.parts[0])
    follows = reading.follows if isinstance(reading, Batched) else None
    if follows is None:
        return None
    if follows in getattr(place, "targets", ()):
        return _nested(part, level, place.targets[follows], "id", collected, holds=holds)
    column = follows.column
    if holds and follows.target in HELD_NAMES and column in place.at and not level.waits:
        name = f"h{len(collected.held)}"
        collected.held.append((follows.target, level))
        return Held(part.key, part.required, column, name)
    return None


def _nested(
    part: Given,
    level: "Level",
    inner: Any,
    test: str,
    collected: _Collected | None = None,
    *,
    holds: bool = False,
) -> Part | None:
    found = _Collected() if collected is None else collected
    parts = _parts(level, inner, found, holds=holds, top=False)
    return None if parts is None else Nested(part.key, part.required, parts, inner, test)


class _Shaped(dict[UUID, Any]):
    """The rows of an entity of one snapshot as one level shows them, shaped when first met."""

    def __init__(self, rows: Mapping[UUID, Any], level: "Level") -> None:
        super().__init__()
        self._rows = rows
        self._level = level

    def __missing__(self, key: UUID) -> Any:
        row = self._rows.get(key)
        if row is None:
            raise UnplannedError  # made a moment ago, or gone: the database knows
        (shaped,) = self._level.shape_now([row])
        self[key] = shaped
        return shaped


def shaped_rows(snapshot: Snapshot, entity: str, level: "Level") -> Mapping[UUID, Any]:
    """Give the rows of a snapshot as a level shows them; kept with the snapshot."""
    known: dict[Any, Any] = snapshot.derived.setdefault(shaped_rows, {})
    found = known.get(level)
    if found is None:
        if len(known) == _MAX_SHAPED:
            known.clear()
        found = known[level] = _Shaped(snapshot.rows[entity], level)
    shaped: Mapping[UUID, Any] = found
    return shaped
