"""What an operation amounts to with its fragments, each of them added up once.

The total of a fragment is the same wherever it is used, so using it is an addition and not another
walk: the work stays linear where the result is exponential.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from graphql import FieldNode

from schema.input_limits import Shape

# Totals stop here: a fan-out of fragments reaches numbers that no JSON integer holds.
CEILING: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Trail:
    """The fields above a selection, innermost first: a list that is shared, not copied."""

    node: FieldNode
    above: "Trail | None"

    def nodes(self) -> tuple[FieldNode, ...]:
        """Give the fields, outermost first."""
        found: list[FieldNode] = []
        step: Trail | None = self
        while step is not None:
            found.append(step.node)
            step = step.above
        return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Spread:
    """A fragment used somewhere: its name, and how deep and below which fields that is."""

    name: str
    depth: int
    introspection: int
    trail: Trail | None


@dataclass(slots=True)
class Total:
    """What a definition amounts to: first on its own, then with its fragments."""

    fields: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    depth: int = 0  # of data
    introspection: int = 0  # below `__schema` and `__type`
    structure: int = 0  # of both, for a fragment that is itself used inside an introspection
    deepest: tuple[FieldNode, ...] = ()
    once: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Definition:
    """An operation or a fragment by itself: its own total, the fragments and the inputs it uses."""

    own: Total = field(default_factory=Total)
    spreads: list[Spread] = field(default_factory=list)
    inputs: list[tuple[str, Shape]] = field(default_factory=list)


class Sums:
    """The addition over one document; `visited` counts the uses of fragments looked at."""

    def __init__(self, definitions: Mapping[str, Definition], path_length: int) -> None:
        self.definitions = definitions
        self.path_length = path_length
        self.reached: list[Definition] = []
        self.visited = 0
        self._totals: dict[str, Total] = {}

    def add_up(self, main: Definition) -> Total:
        """Add up an operation: every fragment that it reaches first, the innermost before all.

        A fragment that leads back to itself is taken as empty there: validation refuses it.
        """
        entered: set[str] = set()
        stack = [(spread.name, False) for spread in main.spreads]
        while stack:
            name, leaving = stack.pop()
            definition = self.definitions.get(name)
            if definition is None:
                continue
            if leaving:
                self._totals[name] = self._with_fragments(definition)
            elif name not in entered:
                entered.add(name)
                self.reached.append(definition)
                stack.append((name, True))
                stack.extend((spread.name, False) for spread in definition.spreads)
        return self._with_fragments(main)

    def _with_fragments(self, definition: Definition) -> Total:
        total = replace(definition.own, once=dict(definition.own.once))
        deepest: tuple[Spread, Total] | None = None
        for spread in definition.spreads:
            self.visited += 1
            used = self._totals.get(spread.name)
            if used is None:
                continue
            depth = total.depth
            _add(total, spread, used)
            if total.depth > depth:
                deepest = (spread, used)
        if deepest is not None:
            spread, used = deepest
            above = spread.trail.nodes() if spread.trail else ()
            total.deepest = (*above, *used.deepest)[: self.path_length]
        return total


def _add(total: Total, spread: Spread, used: Total) -> None:
    """Add a fragment where it is used; depths are those of the deepest place."""
    total.fields = min(CEILING, total.fields + used.fields)
    total.aliases = min(CEILING, total.aliases + used.aliases)
    total.directives = min(CEILING, total.directives + used.directives)
    total.structure = min(CEILING, max(total.structure, spread.depth + used.structure))
    if spread.depth == 0:
        total.root_fields = min(CEILING, total.root_fields + used.root_fields)
        for name, times in used.once.items():
            total.once[name] = min(CEILING, total.once.get(name, 0) + times)
    if spread.introspection:
        inside = min(CEILING, spread.introspection + used.structure)
        total.introspection = max(total.introspection, inside)
    else:
        total.introspection = max(total.introspection, used.introspection)
        total.depth = min(CEILING, max(total.depth, spread.depth + used.depth))
