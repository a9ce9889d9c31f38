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
from loaders.rows import Row
from schema.execution.completions import Leaves, Lists, Objects
from schema.execution.parts import (
    Chosen,
    Constant,
    Given,
    Guarded,
    Held,
    Inside,
    Items,
    Leaf,
    Nested,
    Part,
)
from schema.execution.places import CUSTOM, Column, Place
from schema.execution.reading import Batched, Plain, Stored, as_stored, stored_by
from schema.execution.shapers import Shape, UnplannedError, generate

if TYPE_CHECKING:
    from schema.execution.plans import Level
    from schema.execution.relations import Relation

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
        self,
        kind: type[Row],
        start: int,
        converters: Mapping[int, Any],
        targets: Mapping[Field, Place],
    ) -> None:
        self.at = {name: start + index for name, index in kind.positions.items()}
        self._custom_keys = kind.custom_keys
        self._converters = converters
        self.targets = targets

    @override
    def column(self, name: str) -> Column:
        index = self.at[name]
        keys = self._custom_keys if name == CUSTOM else None
        return Column(f"c{index}", True, self._converters.get(index), keys)


class _Inside(Place):
    """The parts of a stored value, which goes by a name of its own."""

    def __init__(self, source: str, stored: Stored) -> None:
        self.source = source
        self.at = stored.parts
        self.is_made = not stored.parts
        """Whether the name is that of the field's value, not of what is stored."""

    @override
    def column(self, name: str) -> Column:
        convert = self.at[name]
        shown = None if convert is as_stored else convert
        return Column(f"{self.source}.get({name!r})", is_typed=False, convert=shown)


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
    insides: int = 0

    def hold(self, entity: str, level: "Level") -> str:
        """Name the argument that holds the rows of an entity as a level shows them."""
        self.held.append((entity, level))
        return f"h{len(self.held) - 1}"


def fuse(level: "Level", layout: Layout, converters: Converters, *, holds: bool) -> Fused | None:
    """Write a level's function over records of a layout; None where it needs rows.

    `holds`: the process has the workspace's snapshot, so what it holds can be looked up.
    """
    known = dict(converters)
    start = layout.end + layout.keys
    targets: dict[Field, Place] = {}
    for reference, kind in layout.followed:
        targets[reference] = _Columns(kind, start, known, {})
        start += len(kind.positions)
    own = _Columns(layout.kind, layout.skip, known, targets)
    collected = _Collected()
    parts = _parts(level, own, collected, holds=holds, top=True)
    if parts is None:
        return None
    held = [f"h{index}" for index in range(len(collected.held))]
    unpack = _unpacked(layout, start)
    shape = generate(parts, own, held, unpack)
    return Fused(shape, collected.relations, collected.held)


def _unpacked(layout: Layout, width: int) -> str:
    """Write the target that takes a record apart into its columns."""
    names = [f"c{index}" for index in range(width)]
    if layout.slots is not None:
        there = dict(zip(layout.slots.at, names, strict=True))
        names = [there.get(slot, "_") for slot in range(layout.slots.width)]
    return "".join(f"{name}, " for name in names).rstrip()


def _parts(
    level: "Level", place: Place, collected: _Collected, *, holds: bool, top: bool
) -> list[Part] | None:
    """Give the parts of a level at a place; None where something there is not among the columns.

    At the top, a relation that has to be read is completed over rows, and so is one of fields that
    stand together under a name there; below there are none.
    """
    found: list[Part] = []
    for whole, relation in level.parts:
        part = whole.part if isinstance(whole, Guarded) else whole
        fused: Part | None = None
        if isinstance(part, Constant) or (isinstance(part, Leaf) and _is_there(part, place)):
            fused = part
        elif relation is not None:
            fused = _reference(part, relation, place, collected, holds=holds, top=top)
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
    if part.reading.read is not None:
        return isinstance(place, _Inside) and place.is_made
    return all(name in place.at for name in part.reading.columns)


def _reference(
    part: Part, relation: "Relation", place: Any, collected: _Collected, *, holds: bool, top: bool
) -> Part | None:
    """Give a relation as a part that is written from columns; None where it cannot be."""
    reading = relation.reading
    if not isinstance(part, Given):
        return None
    stored = stored_by(reading)
    if stored is not None:
        is_there = all(name in place.at for name in stored.columns)
        return _from_stored(part, relation, stored, collected, holds=holds) if is_there else None
    if not isinstance(relation.completion, Objects):
        return None
    level = relation.completion.level
    if isinstance(reading, Plain):
        return _combined(part, level, reading, place, collected, holds=holds, top=top)
    follows = reading.follows if isinstance(reading, Batched) else None
    if follows is None:
        return None
    if follows in getattr(place, "targets", ()):
        return _nested(part, level, place.targets[follows], "id", collected, holds=holds)
    column = follows.column
    if holds and follows.target in HELD_NAMES and column in place.at and not level.waits:
        return Held(part.key, part.required, column, collected.hold(follows.target, level))
    return None


def _combined(
    part: Given,
    level: "Level",
    reading: Plain,
    place: Any,
    collected: _Collected,
    *,
    holds: bool,
    top: bool,
) -> Part | None:
    """Give an object whose fields are columns of its owner as a part; None where they are not."""
    if reading.is_object:
        # What is resolved object by object has a path of its own, which is not that of the row.
        at_top = top and not level.is_foreign
        return _nested(part, level, place, "id", collected, holds=holds, top=at_top)
    if not reading.parts or reading.columns[0] not in place.at:
        return None
    inner: Any = _Names(place, dict(zip(reading.parts, reading.columns, strict=True)))
    return _nested(part, level, inner, reading.parts[0])


def _from_stored(
    part: Given, relation: "Relation", stored: Stored, collected: _Collected, *, holds: bool
) -> Part | None:
    """Give the field of a value in a JSON column as a part; None where it takes rows."""
    completion = relation.completion
    if stored.is_many and isinstance(completion, Lists):
        completion = completion.item
        if isinstance(completion, Leaves):
            return Items(part.key, stored, completion.kind)
    if not isinstance(completion, Objects):
        return None
    level = completion.level
    if stored.target:
        if not (holds and stored.target in HELD_NAMES and not level.waits):
            return None
        return Chosen(part.key, part.required, stored, collected.hold(stored.target, level))
    inner = _Inside(f"i{collected.insides}", stored)
    collected.insides += 1
    parts = _parts(level, inner, collected, holds=holds, top=False)
    return None if parts is None else Inside(part.key, part.required, stored, parts, inner)


def _nested(
    part: Given,
    level: "Level",
    inner: Any,
    test: str,
    collected: _Collected | None = None,
    *,
    holds: bool = False,
    top: bool = False,
) -> Part | None:
    found = _Collected() if collected is None else collected
    before = len(found.relations)
    parts = _parts(level, inner, found, holds=holds, top=top)
    if parts is None:
        del found.relations[before:]
        return None
    return Nested(part.key, part.required, parts, inner, test)


class _Shaped(dict[bytes | str, Any]):
    """The rows of an entity of one snapshot as one level shows them, shaped when first met.

    By the bytes of their ids, of which the hash is had in a fourth of the time; and by their ids
    as the texts that stand in JSON.
    """

    def __init__(self, rows: Mapping[UUID, Any], level: "Level") -> None:
        super().__init__()
        self._rows = rows
        self._level = level

    def __missing__(self, key: bytes | str) -> Any:
        row = self._rows.get(UUID(key) if isinstance(key, str) else UUID(bytes=key))
        if row is None:
            raise UnplannedError  # made a moment ago, or gone: the database knows
        (shaped,) = self._level.shape_now([row])
        self[key] = shaped
        return shaped


def shaped_rows(snapshot: Snapshot, entity: str, level: "Level") -> Mapping[bytes | str, Any]:
    """Give the rows of a snapshot as a level shows them; kept with the snapshot."""
    known: dict[Any, Any] = snapshot.derived.setdefault(shaped_rows, {})
    found = known.get(level)
    if found is None:
        if len(known) == _MAX_SHAPED:
            known.clear()
        found = known[level] = _Shaped(snapshot.rows[entity], level)
    shaped: Mapping[bytes | str, Any] = found
    return shaped
