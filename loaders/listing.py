"""A list as SQL: its FROM, conditions and the keys of its order; and what of it counts at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, array
from typing_extensions import override

from auth.actor import Actor
from auth.policy import FLAGS, READS, any_of, cell, flag, visible
from auth.rights import Cell, Mask
from db.reader import Reader
from domain.entities import ENTITIES, RECORDS
from domain.fields import Kind, camel
from domain.roles import Action
from loaders.keyset import Key
from loaders.rows import Row, row_type

_FIELDS: Final = {
    entity.name: {
        column: camel(field.name)
        for field in entity.fields
        if field.kind is not Kind.CUSTOM
        for column in field.columns
    }
    for entity in RECORDS
}
"""By entity: the field that each column belongs to, by its name in the API."""


class ActorReader(Reader):
    """Reads what an actor may: rows that are not in the recycle bin, and their readable cells."""

    def __init__(self, actor: Actor) -> None:
        """Read on behalf of an actor."""
        self._actor = actor
        self.rights = actor.rights

    @override
    def rows(self, entity: str, source: FromClause) -> ColumnElement[Any]:
        """Give the condition on rows that the actor may read and that are not in the bin."""
        allowed = visible(self._actor, entity, source)
        if "deleted_at" in source.c:
            return and_(allowed, source.c["deleted_at"].is_(None))
        return allowed

    @override
    def cell(self, entity: str, name: str, source: FromClause) -> ColumnElement[Any] | None:
        """Give the condition under which the actor may read a field; None: always."""
        return cell(self.rights, entity, name, source)

    @override
    def custom_cell(
        self, entity: str, field: UUID, source: FromClause
    ) -> ColumnElement[Any] | None:
        """Give the condition under which the actor may read a custom field; None: always."""
        found = self.rights.custom_cell(field)
        if isinstance(found, Mask):
            return any_of(found.rows, entity, source)
        return None if found is Cell.FREE else false()

    @override
    def target(self, entity: str, source: FromClause) -> ColumnElement[Any] | None:
        """Give the condition under which a row that is referred to may be read; None: always."""
        if not ENTITIES[entity].is_record or self.rights.is_free(entity, Action.READ):
            return None
        return visible(self._actor, entity, source)

    def columns(self, row: type[Row], source: FromClause) -> list[Any]:
        """Give the columns that make up a row, in its order: empty where they may not be read."""
        entity = row.declared.name
        keys = row.custom_keys
        return [
            self._column(entity, name, source)
            if keys is None or name != "custom"
            else self._chosen(entity, keys, source).label(name)
            for name in row.positions
        ]

    def page_columns(self, row: type[Row], source: FromClause) -> list[Any]:
        """Give the columns of the rows of a page that is still to be `shown`."""
        masks = self._masks(row)
        return [
            source.c[name].label(name) if name in masks else column
            for name, column in zip(row.positions, self.columns(row, source), strict=True)
        ]

    def shown(self, row: type[Row], statement: Select[Any]) -> Select[Any]:
        """Give the SELECT of a page as it may be read.

        Which alternatives hold of a row stands in the row: asked once for each row of the page, not
        once for each cell.
        """
        masks = self._masks(row)
        if not masks:
            return statement
        whole = statement.subquery("whole")
        reads = whole.c[READS]
        return select(
            *(
                guarded(column, reads.op("&")(masks[column.name]) != 0).label(column.name)
                if column.name in masks
                else column
                for column in whole.c
            )
        )

    def _masks(self, row: type[Row]) -> dict[str, int]:
        """Give the columns that some alternatives alone show, with those as bits."""
        entity = row.declared.name
        if READS not in row.positions or entity not in _FIELDS:
            return {}
        cells = {
            name: self.rights.cell(entity, field)
            for name, field in _FIELDS[entity].items()
            if name in row.positions
        }
        return {name: cell.bits for name, cell in cells.items() if isinstance(cell, Mask)}

    def _chosen(self, entity: str, keys: Sequence[str], source: FromClause) -> ColumnElement[Any]:
        """Give the values of some custom fields that may be read, as an array in their order."""
        # Large values are stored compressed: unpacked here once, not again for each key.
        concat = func.jsonb_concat(source.c["custom"], cast({}, JSONB()), type_=JSONB())
        whole = concat.alias("whole")
        parts: list[Any] = []
        for key in keys:
            name = bindparam(None, key, type_=Text(), unique=True)
            value = whole.column.op("->", return_type=JSONB())(name)
            readable = self.custom_cell(entity, UUID(key), source)
            parts.append(value if readable is None else guarded(value, readable))
        # JSON, which PostgreSQL writes once and does not take apart again; of an array, of which it
        # looks up only once how that is done.
        chosen = func.array_to_json(array(parts), type_=JSON())
        return select(chosen).select_from(whole).scalar_subquery()

    def _column(self, entity: str, name: str, source: FromClause) -> ColumnElement[Any]:
        if name in FLAGS:
            return flag(self.rights, entity, FLAGS[name], source).label(name)
        column = source.c[name]
        if self.rights.is_everything or entity not in _FIELDS:
            return column
        if name == "custom":
            return self._custom(entity, source).label(name)
        field = _FIELDS[entity].get(name)
        readable = None if field is None else self.cell(entity, field, source)
        return column if readable is None else guarded(column, readable).label(name)

    def _custom(self, entity: str, source: FromClause) -> ColumnElement[Any]:
        """Give the custom values that may be read."""
        left_out: dict[Any, list[str]] = {}
        for key, (owner, _) in sorted(self.rights.custom_fields.items()):
            found = self.rights.custom_cell(key)
            if owner == entity and found is not Cell.FREE:
                left_out.setdefault(found, []).append(str(key))
        values: ColumnElement[Any] = source.c["custom"]
        for found, keys in left_out.items():
            gone = bindparam(None, keys, type_=ARRAY(Text()), unique=True)
            less: ColumnElement[Any] = values.op("-", return_type=JSONB())(gone)
            if isinstance(found, Mask):
                less = case((any_of(found.rows, entity, source), values), else_=less)
            values = less
        return values


def guarded(column: ColumnElement[Any], readable: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a column that is empty in rows where it may not be read."""
    return case((readable, column), else_=null())


def shown_row(actor: Actor, row: type[Row]) -> type[Row]:
    """Give the class of rows of which one knows which of their fields were left out."""
    entity = row.declared.name
    names = tuple(row.positions)
    if actor.rights.is_everything:
        wanted = tuple(name for name in names if name not in FLAGS)
    elif READS not in row.positions and actor.rights.has_masks(entity):
        wanted = (*names, READS)
    else:
        return row
    return row if wanted == names else row_type(entity, wanted, row.custom_keys)


def alive(actor: Actor) -> ActorReader:
    """Give the reader of what the actor may read and what is not in the recycle bin."""
    return ActorReader(actor)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as SQL: its rows, its FROM, its conditions, and the keys of its order."""

    row: type[Row]
    source: FromClause
    joined: FromClause
    conditions: tuple[ColumnElement[Any], ...]
    keys: tuple[Key, ...]
