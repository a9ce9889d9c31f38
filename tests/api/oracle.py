"""What a filter means, in plain Python: the oracle of the property test.

Records are dictionaries as they were read back, all in memory. An operator on an empty value is
false, `isNull` apart; `ne` and `notIn` are the complements of `eq` and `in`; `not` is the exact
complement of what it encloses. Records in the recycle bin are in no relation.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

Record = Mapping[str, Any]


class Unrated:
    """The base amount of an amount that has no rate: no operator ever holds for it."""


UNRATED: Final = Unrated()


class Memory:
    """All records by type and id, and which relation leads where."""

    def __init__(
        self, records: Mapping[str, Mapping[str, Record]], targets: Mapping[str, str]
    ) -> None:
        """Keep both; a relation of one name has the same target on all types."""
        self.records = records
        self.targets = targets
        self.deleted: set[str] = set()

    def found(self, kind: str, where: Record) -> set[str]:
        """Give the ids of the records that a list with this filter has."""
        with_deleted = mentions(where, "deletedAt")
        return {
            key
            for key, record in self.records[kind].items()
            if (with_deleted or key not in self.deleted) and self.matches(kind, record, where)
        }

    def matches(self, kind: str, record: Record, where: Record) -> bool:
        """Tell whether all conditions of a filter hold for a record."""
        return all(self._holds(kind, record, name, given) for name, given in where.items())

    def _holds(self, kind: str, record: Record, name: str, given: Any) -> bool:
        if name == "and":
            return all(self.matches(kind, record, part) for part in given)
        if name == "or":
            return any(self.matches(kind, record, part) for part in given)
        if name == "not":
            return not self.matches(kind, record, given)
        if name == "deletedAt":
            return operators_hold(record["id"] if record["id"] in self.deleted else None, given)
        if name in self.targets:
            return self._related(self.targets[name], record[name], given)
        value = record[name]
        if isinstance(value, list):
            return quantified(value, given, parts_hold)
        if isinstance(value, dict) or name in {"utm", "address"}:
            return parts_hold(value or {}, given)
        return operators_hold(value, given)

    def _related(self, target: str, value: Any, given: Any) -> bool:
        def holds(key: str, where: Record) -> bool:
            return self.matches(target, self.records[target][key], where)

        if isinstance(value, list):
            return quantified([key for key in value if key not in self.deleted], given, holds)
        return value is not None and value not in self.deleted and holds(value, given)


def mentions(where: Record, name: str) -> bool:
    """Tell whether a filter speaks of a field at its top, or within and, or, not."""
    inner = [*where.get("and", ()), *where.get("or", ())]
    if "not" in where:
        inner.append(where["not"])
    return name in where or any(mentions(part, name) for part in inner)


def quantified(values: list[Any], given: Record, holds: Callable[[Any, Any], bool]) -> bool:
    """Tell whether as many of the values match as some, none and every ask."""
    checks: dict[str, Callable[[Any], bool]] = {
        "some": lambda where: any(holds(value, where) for value in values),
        "none": lambda where: not any(holds(value, where) for value in values),
        "every": lambda where: all(holds(value, where) for value in values),
    }
    return all(checks[name](where) for name, where in given.items())


def parts_hold(value: Record, given: Record) -> bool:
    """Tell whether the conditions on the parts of a composite value hold."""
    return all(operators_hold(value.get(part), operators) for part, operators in given.items())


def operators_hold(value: Any, operators: Record) -> bool:
    """Tell whether all operators hold for a value."""
    return all(_operator(value, name, operand) for name, operand in operators.items())


def _operator(value: Any, name: str, operand: Any) -> bool:
    if value is UNRATED:
        return False
    if name == "isNull":
        return (value is None) is operand
    if name in {"ne", "notIn"}:
        return not _operator(value, {"ne": "eq", "notIn": "in"}[name], operand)
    return value is not None and _COMPARISONS[name](value, operand)


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda value, operand: bool(value == operand),
    "in": lambda value, operand: value in operand,
    "gt": lambda value, operand: bool(value > operand),
    "gte": lambda value, operand: bool(value >= operand),
    "lt": lambda value, operand: bool(value < operand),
    "lte": lambda value, operand: bool(value <= operand),
    "between": lambda value, operand: bool(operand[0] <= value <= operand[1]),
    "contains": lambda value, operand: operand.lower() in value.lower(),
    "startsWith": lambda value, operand: value.lower().startswith(operand.lower()),
    "endsWith": lambda value, operand: value.lower().endswith(operand.lower()),
}
