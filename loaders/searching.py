"""Search as SQL: a word that occurs in one of the main text fields that may be read."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    or_,
    select,
    true,
    union,
)

from auth.rights import Cell, Rights
from db.base import WORKSPACE
from db.operators import pattern_of
from db.tables import TABLES, contact_points, custom_values
from domain.entities import ENTITIES
from domain.fields import Field, Kind, camel
from domain.filters import Blank
from loaders.listing import ActorReader
from loaders.lists import ListSpec


def searched(rights: Rights, entity: str) -> list[Field]:
    """Give the main text fields of an entity that somebody may search: those that one may read."""
    declared = ENTITIES[entity]
    fields = [declared.get(name) for name in declared.searchable]
    return [field for field in fields if rights.cell(entity, camel(field.name)) is not Cell.DENIED]


def word_condition(
    word: str | Blank, spec: ListSpec, source: FromClause, reader: ActorReader
) -> ColumnElement[Any]:
    """Give the condition that a word occurs in one of the fields that are searched."""
    pattern = pattern_of(word)
    fields = searched(reader.rights, spec.entity)
    plain = [field for field in fields if field.kind is not Kind.POINTS]
    points = [field for field in fields if field.kind is Kind.POINTS]
    if not (points or spec.searched):
        return or_(false(), *(_matches(field, spec, source, pattern, reader) for field in plain))
    # Index scans united; an OR with a sub-select would read the whole table.
    own = TABLES[spec.entity].alias()
    found: list[Any] = [
        select(own.c["id"]).where(
            own.c["workspace_id"] == WORKSPACE,
            true() if spec.with_deleted else own.c["deleted_at"].is_(None),
            or_(false(), *(_matches(field, spec, own, pattern, reader) for field in plain)),
        )
    ]
    if points:
        found.append(_by_points(points, spec, pattern, reader))
    if spec.searched:
        found.append(_by_custom(spec, pattern, reader))
    return source.c["id"].in_(union(*found))


def _matches(
    field: Field, spec: ListSpec, source: FromClause, pattern: Any, reader: ActorReader
) -> ColumnElement[Any]:
    matches = source.c[field.name].ilike(pattern)
    readable = reader.cell(spec.entity, camel(field.name), source)
    return matches if readable is None else and_(readable, matches)


def _by_points(fields: list[Field], spec: ListSpec, pattern: Any, reader: ActorReader) -> Any:
    """Give the SELECT of the records with a phone, an e-mail and so on that matches."""
    values, own = contact_points.alias(), TABLES[spec.entity].alias()
    cells = {field.points: reader.cell(spec.entity, camel(field.name), own) for field in fields}
    free = [points for points, readable in cells.items() if readable is None]
    kinds = bindparam(None, free, type_=ARRAY(Text()), unique=True)
    allowed: list[Any] = [values.c.points == any_(kinds)]
    found = select(values.c.record_id).where(
        values.c.workspace_id == WORKSPACE,
        values.c.record_type == spec.entity,
        values.c.value.ilike(pattern),
    )
    masked = {points: readable for points, readable in cells.items() if readable is not None}
    if not masked:
        return found.where(*allowed)
    allowed.extend(and_(values.c.points == points, readable) for points, readable in masked.items())
    return found.join(
        own, and_(own.c["workspace_id"] == WORKSPACE, own.c["id"] == values.c.record_id)
    ).where(or_(*allowed))


def _by_custom(spec: ListSpec, pattern: Any, reader: ActorReader) -> Any:
    """Give the SELECT of the records with a text in a custom field that matches."""
    pivot, own = custom_values.alias(), TABLES[spec.entity].alias()
    cells = {key: reader.custom_cell(spec.entity, key, own) for key in spec.searched}
    free = [key for key, readable in cells.items() if readable is None]
    keys = bindparam(None, free, type_=ARRAY(Uuid()), unique=True)
    allowed: list[Any] = [pivot.c.field_id == any_(keys)]
    found = select(pivot.c.record_id).where(
        pivot.c.workspace_id == WORKSPACE, pivot.c.text.ilike(pattern)
    )
    masked = {key: readable for key, readable in cells.items() if readable is not None}
    if not masked:
        return found.where(*allowed)
    allowed.extend(and_(pivot.c.field_id == key, readable) for key, readable in masked.items())
    return found.join(
        own, and_(own.c["workspace_id"] == WORKSPACE, own.c["id"] == pivot.c.record_id)
    ).where(or_(*allowed))
