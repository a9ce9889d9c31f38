"""Rows as they leave the database: named tuples that know their entity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import FromClause

from db.found import Found
from db.tables import TABLES
from domain.entities import ENTITIES
from domain.fields import Entity, Field

# Columns that no reader of records needs: they stay in the database.
_KEPT_BACK: Final = frozenset({"workspace_id", "identity_id"})


class Row(Found):
    """One row of an entity's table; columns are attributes."""

    __slots__ = ()
    declared: Entity
    custom_keys: tuple[str, ...] | None = None
    """The custom fields whose values the rows hold, in the order in which they stand in the column
    `custom`, which is an array then; None: all, by their keys."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(self.positions)

    def as_dict(self) -> dict[str, Any]:
        """Give all columns by name."""
        return dict(zip(self.positions, self, strict=True))


def _all_names(entity: str) -> tuple[str, ...]:
    return tuple(column.name for column in TABLES[entity].c if column.name not in _KEPT_BACK)


def _custom_by_key(row: Row) -> dict[str, Any] | None:
    """Give the custom values of a row that holds some of them in the form of all of them."""
    values = row[row.positions["custom"]]
    return None if values is None else dict(zip(row.custom_keys or (), values, strict=True))


@lru_cache(maxsize=2_000)
def row_type(
    entity: str, names: tuple[str, ...], custom_keys: tuple[str, ...] | None = None
) -> type[Row]:
    """Give the class of an entity's rows that hold some of its columns; `id` is among them.

    `custom_keys` are the custom fields whose values they hold; None: of all.
    """
    declared = ENTITIES[entity]
    chosen = {} if custom_keys is None else {"custom": property(_custom_by_key)}
    return type(
        f"{declared.type_name}Row",
        (Row,),
        {
            **chosen,
            "__slots__": (),
            "declared": declared,
            "custom_keys": custom_keys,
            "positions": {name: index for index, name in enumerate(names)},
        },
    )


ROW_TYPES: Final[Mapping[str, type[Row]]] = {
    name: row_type(name, _all_names(name)) for name in ENTITIES
}
"""The classes of whole rows."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What an operation reads of records; a type that is missing is read whole."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By entity: the columns that its rows hold."""
    followed: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    """By entity: the references to records that are followed."""
    custom_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By entity: the custom fields whose values are read, where not all are."""
    peeks: bool = True
    """Whether anything wants to know if lists go on."""


def values_of(rows: Sequence[Any], column: str) -> list[Any]:
    """Give a column of rows of one kind."""
    if rows and isinstance(rows[0], Row):
        kind, at = type(rows[0]), rows[0].positions[column]
        return [row[at] if type(row) is kind else getattr(row, column) for row in rows]
    return [getattr(row, column) for row in rows]


def columns(row: type[Row], source: FromClause) -> list[Any]:
    """Give the columns that make up a row, in its order."""
    return [source.c[name] for name in row.positions]


def column_names(entity: str) -> tuple[str, ...]:
    """Give the names of the columns of the entity's whole rows, in their order."""
    return tuple(ROW_TYPES[entity].positions)


def make_row(entity: str, values: Any) -> Row:
    """Wrap the values of all columns as a row."""
    return ROW_TYPES[entity](values)


def with_values(row: Row, values: Mapping[str, Any]) -> Row:
    """Give the row with some columns replaced."""
    return type(row)({**row.as_dict(), **values}.values())
