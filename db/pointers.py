"""What points to records of a type: found by walking the tables, so that nothing is forgotten.

A record that is merged into another one takes along all that points to it. What it holds itself
(its phones, its product rows, its own links) stays with it, and is united by who merges.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import ForeignKeyConstraint, Table

from db.base import metadata
from db.tables import TABLES, merged_records
from domain.entities import ENTITIES

ABOUT: Final = frozenset({"activity_links", "comments"})
"""Tables about records of any type, whose rows go where the record goes."""
OWN: Final = frozenset(
    {"bookings", "contact_points", "duplicate_keys", "external_ids", "files", "product_rows",
     "record_observers", "requisites", "custom_values", "events", "merged_records"}
)  # fmt: skip
"""Tables of what a record itself holds, or what has happened to it: rows that stay with it."""
_TYPE: Final = "record_type"
_ID: Final = "record_id"
_WORKSPACE: Final = "workspace_id"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A column that holds ids of records of a type."""

    table: Table
    column: str
    record_type: str | None = None
    """What `record_type` says in its rows, where the table is about records of any type."""

    @property
    def place(self) -> str:
        """Its name."""
        return f"{self.table.name}.{self.column}"

    @property
    def key(self) -> tuple[str, ...]:
        """Give the columns that tell its rows apart, the workspace and the pointer itself aside."""
        names = tuple(column.name for column in self.table.primary_key)
        return tuple(name for name in names if name not in {_WORKSPACE, self.column})

    @property
    def is_link(self) -> bool:
        """Whether the pointer is part of the key: two rows may become one."""
        return self.column in self.table.primary_key.columns

    @property
    def foreign(self) -> Iterator[tuple[str, Table]]:
        """Give the other columns that have to lead to a row, each with that row's table."""
        for constraint in self.table.foreign_key_constraints:
            column = _column(constraint)
            if column not in {None, self.column}:
                yield str(column), constraint.referred_table


@cache
def pointers(entity: str) -> tuple[Pointer, ...]:
    """Give all that points to records of a type, in a fixed order."""
    return tuple(sorted(_pointers(entity), key=lambda pointer: pointer.place))


def _pointers(entity: str) -> Iterator[Pointer]:
    own = {(field.link.table, field.link.owner) for field in ENTITIES[entity].fields if field.link}
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            column = _column(constraint)
            is_here = constraint.referred_table is TABLES[entity]
            if is_here and column is not None and (table.name, column) not in own:
                yield Pointer(table, column)
        if table.name in ABOUT:
            yield Pointer(table, _ID, entity)
    yield Pointer(merged_records, "survivor_id", entity)


def _column(constraint: ForeignKeyConstraint) -> str | None:
    """Give the column of a foreign key besides the workspace; None of the key to the workspace."""
    return next((name for name in constraint.column_keys if name != _WORKSPACE), None)


def about_records() -> frozenset[str]:
    """Give the tables whose rows are about records of any type."""
    return frozenset(
        table.name for table in metadata.tables.values() if {_TYPE, _ID} <= set(table.c.keys())
    )
