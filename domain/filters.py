"""The filter tree that `where` arguments become; `db/where.py` turns it into SQL.

An operator on an empty value is false, `isNull` apart; `ne` and `notIn` are the complements of `eq`
and `in`, so they hold for empty values; `not` is the exact complement of what it encloses.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from domain.fields import Field


class Op(Enum):
    """Operators of the filter language, by their names in the API."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "notIn"
    IS_NULL = "isNull"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    IN_TREE = "inTree"
    CURRENCY = "currency"
    CITY = "city"
    COUNTRY = "country"
    OVERLAPS = "overlaps"


class Quantifier(Enum):
    """How many of the related records must match."""

    SOME = "some"
    NONE = "none"
    EVERY = "every"


class ViewerValue(Enum):
    """Stands in a condition for something about whoever asks."""

    ID = "viewer"


@dataclass(frozen=True, slots=True)
class Blank:
    """Stands in a condition for a value that a statement is given when it runs."""

    name: str


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts hold; an empty one always holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts holds; an empty one never does."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Compare:
    """A field (or one part of a composite one) compared with a value."""

    field: Field
    op: Op
    value: Any
    part: str = ""
    """Sub-field: of an address or UTM; `currency` of money; `id` of an entity itself."""


@dataclass(frozen=True, slots=True)
class Related:
    """A to-one relation whose target matches, or a quantified to-many one."""

    field: Field
    where: "Condition"
    quantifier: Quantifier | None = None


@dataclass(frozen=True, slots=True)
class CompareCustom:
    """A custom field compared with a value: some value of it matches, or none does."""

    field: UUID
    tests: tuple[tuple[str, Op, Any], ...]
    """What one value has to pass, all of it: columns of the pivot, operators and values; without
    any, that there is a value."""
    is_none: bool
    """Whether no value may match."""
    tree: str = ""
    """What IN_TREE asks for: a section, or what stands in it."""
    bound: tuple[UUID, ...] = ()
    """The pipelines or catalogues whose records show the field; what others have counts as none."""
    bound_by: str = ""
    """The column of the records that says where they belong."""
    amount: str = ""
    """Code of the field where amounts are compared, which takes a rate."""
    is_single: bool = False
    """Whether a record has one value of the field at most."""
    targets: tuple[str, ...] = ()
    """The records that values may point to; what points to one that is not there counts as none."""


@dataclass(frozen=True, slots=True)
class NamedCustom:
    """A condition on a custom field by its code, before the workspace's fields are known."""

    entity: str
    code: str
    tests: tuple[tuple[str, Any], ...]
    """Operators and values as given; lists as tuples."""
    quantifier: Quantifier | None
    """Of a multiple field, in the typed form."""
    path: tuple[str, ...]
    """Where it stands in the arguments."""
    is_typed: bool = True
    """Whether the path is that of the condition itself, and not of an object with code and op."""


Condition = And | Or | Not | Compare | CompareCustom | NamedCustom | Related


class Direction(Enum):
    """Order of one key; ASC puts empty values last, DESC first, as PostgreSQL does."""

    ASC = "ASC"
    DESC = "DESC"
    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    ASC_NULLS_LAST = "ASC_NULLS_LAST"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"
    DESC_NULLS_LAST = "DESC_NULLS_LAST"

    @property
    def descending(self) -> bool:
        """Whether large values come first."""
        return str(self.value).startswith("DESC")

    @property
    def nulls_first(self) -> bool:
        """Whether empty values come first."""
        if self in {Direction.ASC, Direction.DESC}:
            return self is Direction.DESC
        return str(self.value).endswith("NULLS_FIRST")


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order: a field of the record or, by `path`, of a record it points to."""

    path: tuple[Field, ...]
    """To-one fields that lead to the last one, which holds the value."""
    direction: Direction
