"""How deep, how long and how many: the shape of input values, literal or given as variables.

A filter may be written in the document, come as one variable, or be put together from several, so
the literal part is measured once with the document and the variables once per request, and both
are added up here. Every walk uses its own stack: a value nested a thousand times is just refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode

# whether it is an object, and its items with their keys; None for a scalar
Children = tuple[bool, list[tuple[str | None, Any]]] | None


@dataclass(frozen=True, slots=True)
class Hole:
    """A variable inside a literal: its name and how deep in the literal it sits."""

    variable: str
    nesting: int
    objects: int


@dataclass(slots=True)
class Shape:
    """The size of one input value: nesting and objects are depths, nodes and longest counts."""

    nesting: int = 0
    objects: int = 0
    nodes: int = 0
    longest: int = 0
    holes: list[Hole] = field(default_factory=list)
    filters: list[tuple[str, "Shape"]] = field(default_factory=list)
    visited: int = 0

    def filled(self, variables: Mapping[str, "Shape"]) -> "Shape":
        """Give the shape with the variables' shapes put where they are used."""
        if not self.holes:
            return self
        whole = Shape(self.nesting, self.objects, self.nodes, self.longest)
        for hole in self.holes:
            value = variables.get(hole.variable)
            if value is not None:
                whole.nesting = max(whole.nesting, hole.nesting + value.nesting)
                whole.objects = max(whole.objects, hole.objects + value.objects)
                whole.nodes += value.nodes
                whole.longest = max(whole.longest, value.longest)
        return whole


def literal_shape(name: str, value: ValueNode, filters: frozenset[str]) -> Shape:
    """Measure a literal given for the argument or input field `name`."""
    return _shape(name, value, filters, _literal_children)


def value_shape(name: str, value: object, filters: frozenset[str]) -> Shape:
    """Measure a JSON value given for the variable `name`."""
    return _shape(name, value, filters, _json_children)


def _literal_children(value: Any) -> Children:
    if isinstance(value, ObjectValueNode):
        return True, [(item.name.value, item.value) for item in value.fields]
    if isinstance(value, ListValueNode):
        return False, [(None, item) for item in value.values]
    return None


def _json_children(value: Any) -> Children:
    if isinstance(value, dict):
        return True, list(value.items())
    if isinstance(value, list):
        return False, [(None, item) for item in value]
    return None


def _shape(
    name: str, value: Any, filters: frozenset[str], children: Callable[[Any], Children]
) -> Shape:
    """Walk one value; a filter that starts inside it gets a shape of its own besides.

    An object counts one node per field, and one more where it is the item of a list, so that a
    list of empty conditions is not free.
    """
    whole = Shape()
    is_filter = name in filters
    if is_filter:
        whole.filters.append((name, whole))
    # value, nesting and objects so far, the filter it sits in and the objects above that filter
    stack: list[tuple[Any, int, int, Shape | None, int]] = [
        (value, 0, 0, whole if is_filter else None, 0)
    ]
    while stack:
        value, nesting, objects, inside, base = stack.pop()
        whole.visited += 1
        shapes = (whole,) if inside is None or inside is whole else (whole, inside)
        if isinstance(value, VariableNode):
            for shape in shapes:
                above = 0 if shape is whole else base
                shape.holes.append(Hole(value.name.value, nesting, objects - above))
            continue
        found = children(value)
        if found is None:
            continue
        is_object, items = found
        nesting += 1
        objects += is_object
        for shape in shapes:
            shape.nesting = max(shape.nesting, nesting)
            shape.objects = max(shape.objects, objects - (0 if shape is whole else base))
            shape.nodes += len(items) if is_object else sum(map(_is_object, items))
            shape.longest = max(shape.longest, 0 if is_object else len(items))
        for key, item in items:
            if inside is None and key in filters:
                started = Shape()
                whole.filters.append((key, started))
                stack.append((item, nesting, objects, started, objects))
            else:
                stack.append((item, nesting, objects, inside, base))
    return whole


def _is_object(item: tuple[str | None, Any]) -> bool:
    return isinstance(item[1], (dict, ObjectValueNode))
