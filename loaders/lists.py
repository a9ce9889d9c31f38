"""What a list asks for: which records, in which order, which part of them."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from typing_extensions import override

from domain.custom_fields import PivotKey
from domain.entities import ENTITIES
from domain.fields import Field, Kind
from domain.filters import (
    And,
    Blank,
    Compare,
    CompareCustom,
    Condition,
    Direction,
    Not,
    Or,
    OrderKey,
    Related,
)

DEFAULT_PAGE: Final = 25
MAX_PAGE: Final = 200

WHOLE: Final = UUID(int=0)
"""Stands for the parent of a list that has none: the workspace as a whole."""
EVERYTHING: Final = And(())
"""The filter that lets everything through."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A field of amounts, which are compared in the base currency."""

    entity: str
    name: str
    field_id: UUID | None = None
    """Of a custom field; its name is its code then."""


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A list of records: an entity, how it hangs on its parents, filter, search and order."""

    entity: str
    where: Condition = EVERYTHING
    search: tuple[str | Blank, ...] = ()
    """Words that must all occur in the main text fields."""
    order: tuple[OrderKey, ...] = ()
    """Empty: newest first."""
    relation: Field | None = None
    """The field of the parent that the list is; None for a list of the whole workspace."""
    parent: str = ""
    """Entity of the parent, with `relation`."""
    with_deleted: bool = False
    """The filter speaks of `deletedAt` itself, so the recycle bin is not left out."""
    searched: tuple[UUID, ...] = ()
    """Ids of the custom fields that are searched as well."""
    amounts: tuple[Amount, ...] = field(init=False, repr=False, compare=False, default=())
    """The amounts that the filter or the order compares."""
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        """Work out once what many look-ups need."""
        parts = (self.entity, self.where, self.search, self.searched, self.order, self.relation,
                 self.parent)  # fmt: skip
        object.__setattr__(self, "_hash", hash(parts))
        object.__setattr__(self, "amounts", self._amounts())

    @override
    def __hash__(self) -> int:
        return self._hash

    @property
    def keys(self) -> tuple[OrderKey, ...]:
        """Give the keys of the order, all but the final id.

        Records ordered by one value of what they point to stay together by target where targets
        share the value, so that the list is read target by target.
        """
        if len(self.order) == 1 and len(self.order[0].path) > 1:
            (key,) = self.order
            natural = Direction.DESC if key.direction.descending else Direction.ASC
            return (key, OrderKey(key.path[:1], natural))
        return self.order

    @property
    def signature(self) -> str:
        """What a cursor is bound to: the list's entity, relation and order."""
        keys = ",".join(
            ".".join(field.name for field in key.path) + " " + key.direction.value
            for key in self.order
        )
        relation = f"{self.parent}.{self.relation.name}" if self.relation else ""
        return f"{self.entity}|{relation}|{keys}"

    def _amounts(self) -> tuple[Amount, ...]:
        found: dict[Amount, None] = {}
        _collect(self.where, self.entity, found)
        for key in self.order:
            entity = key.path[-2].target if len(key.path) > 1 else self.entity
            match key.path[-1]:
                case PivotKey(field_id=field_id, amount=code) if code:
                    found[Amount(entity, code, field_id)] = None
                case Field(name=name, kind=Kind.MONEY):
                    found[Amount(entity, name)] = None
        return tuple(found)


def _collect(tree: Condition, entity: str, found: dict[Amount, None]) -> None:
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                _collect(part, entity, found)
        case Not(part):
            _collect(part, entity, found)
        case Compare(field, _, _, part) if field.kind is Kind.MONEY and not part:
            found[Amount(entity, field.name)] = None
        case CompareCustom(field=field_id, amount=code) if code:
            found[Amount(entity, code, field_id)] = None
        case Related(field, where, _):
            _collect(where, field.target, found)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list: the values of its order's keys, and the id, of one record."""

    values: tuple[Any, ...]
    id: UUID | Blank


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A part of a list: `limit` records after (or, backward, before) a position."""

    list: ListSpec
    limit: int
    backward: bool = False
    position: Position | None = None
    peeks: bool = True
    """Whether one row more is read, which tells that the list goes on."""
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    @property
    def read(self) -> int:
        """How many rows are read at most."""
        return self.limit + self.peeks

    def __post_init__(self) -> None:
        """Work the hash out once."""
        parts = (self.list, self.limit, self.backward, self.position, self.peeks)
        object.__setattr__(self, "_hash", hash(parts))

    @override
    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Below:
    """A page of a list, and the lists on its rows that are read along with it."""

    page: PageSpec
    below: "tuple[Below, ...]" = ()


def id_descends(spec: ListSpec) -> bool:
    """Tell the direction of the final id: as the last key goes; newest first without keys."""
    return spec.order[-1].direction.descending if spec.order else True


def entity_order(entity: str, *names: str) -> tuple[OrderKey, ...]:
    """Give an ascending order by fields of an entity."""
    fields = ENTITIES[entity].by_name
    return tuple(OrderKey((fields[name],), Direction.ASC) for name in names)
