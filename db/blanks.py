"""Filters without their values, so that a statement is built once for all of them.

Building a statement and compiling it takes longer than running it. What remains of a filter are the
fields and operators; its values go to the statement when it runs, in parameters.
"""

from dataclasses import replace
from typing import Any, Final

from db.custom_where import beginnings
from db.operators import BY_BEGINNING, like_pattern
from domain.filters import (
    And,
    Blank,
    Compare,
    CompareCustom,
    Condition,
    Not,
    Op,
    Or,
    Related,
    ViewerValue,
)

_MANY: Final = frozenset({Op.IN, Op.NOT_IN, Op.IN_TREE})
_EQUAL: Final = frozenset({Op.EQ, Op.IN})


class Blanks:
    """Puts blanks in the place of values, and keeps these by the names of the parameters."""

    def __init__(self, prefix: str = "") -> None:
        """Start the names of all parameters with a prefix."""
        self.values: dict[str, Any] = {}
        self._prefix = prefix

    def blank(self, value: Any) -> Blank:
        """Keep a value; give what stands in its place."""
        found = Blank(f"{self._prefix}value_{len(self.values)}")
        self.values[found.name] = value
        return found

    def word(self, text: str) -> Blank:
        """Keep a word that is searched for."""
        return self.blank(like_pattern(text))

    def condition(self, tree: Condition) -> Condition:
        """Give a filter without its values."""
        match tree:
            case And(parts):
                return And(tuple(map(self.condition, parts)))
            case Or(parts):
                return Or(tuple(map(self.condition, parts)))
            case Not(part):
                return Not(self.condition(part))
            case Related(where=where):
                return replace(tree, where=self.condition(where))
            case Compare(op=op, value=value):
                return replace(tree, value=self._value(op, value))
            case CompareCustom(tests=tests):
                return replace(tree, tests=tuple(self._test(*test) for test in tests))
        return tree

    def _test(self, name: str, op: Op, value: Any) -> tuple[str, Op, Any]:
        found = self._value(op, value)
        if isinstance(found, Blank) and name in BY_BEGINNING and op in _EQUAL:
            begins = beginnings(op, value)
            kept = list(begins) if op is Op.IN else begins
            self.values[beginnings(op, found).name] = kept
        return name, op, found

    def _value(self, op: Op, value: Any) -> Any:
        # The truth of something is a part of the statement, as it is of an index of some rows.
        if value is None or op is Op.IS_NULL or isinstance(value, bool | ViewerValue):
            return value
        if op in _MANY:
            return self.blank(list(value))
        match op:
            case Op.BETWEEN:
                return tuple(map(self.blank, value))
            case Op.CONTAINS:
                return self.word(value)
            case Op.STARTS_WITH:
                return self.blank(like_pattern(value, before=""))
            case Op.ENDS_WITH:
                return self.blank(like_pattern(value, after=""))
        return self.blank(value)
