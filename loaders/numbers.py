"""The SELECTs behind numbers about lists: counts and sums of fields and of custom fields."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    FromClause,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    true,
)

from auth.actor import Actor
from db.base import WORKSPACE
from db.tables import custom_values
from db.where import value_column
from domain.entities import ENTITIES
from domain.fields import Kind, camel
from loaders.kept_numbers import kept_statement
from loaders.listing import ActorReader, Listing, alive, guarded
from loaders.lists import ListSpec
from loaders.rows import ROW_TYPES
from loaders.statements import PARENT, given_parents, linked_to, listing

Bound = tuple[str, tuple[UUID, ...]]
"""A column of records and what it must be one of, for fields that other records do not show; no
ids for fields that all of them do."""
FIELDS_NAME: Final = "fields"
"""Name of the parameter that holds the ids of custom fields."""


def numbers_statement(
    spec: ListSpec, actor: Actor, columns: Sequence[str], *, nested: bool
) -> Select[Any]:
    """Give the SELECT of a list's count and of numbers about fields, such as `amount_sum`.

    Columns: the parent (nested in those that are given as `KEYS_NAME`), `count`, then `columns`:
    names of fields with one of `sum`, `avg`, `min`, `max`.
    """
    kept = kept_statement(spec, actor, columns, nested=nested)
    return counted_statement(spec, actor, columns, nested=nested) if kept is None else kept


def counted_statement(
    spec: ListSpec, actor: Actor, columns: Sequence[str], *, nested: bool
) -> Select[Any]:
    """Give the SELECT of `numbers_statement` that looks at all records of the list."""
    parts = _bare(spec, actor)
    chosen: list[Any] = [func.count().label("count")]
    chosen.extend(_number(name, spec.entity, parts.source, alive(actor)) for name in columns)
    base = select(*chosen).select_from(parts.joined).where(*parts.conditions)
    return _per_parent(base, spec, parts) if spec.relation is not None and nested else base


def custom_numbers_statement(
    spec: ListSpec, actor: Actor, bound: Bound, *, nested: bool
) -> Select[Any]:
    """Give the SELECT of numbers about the custom fields that are given as `FIELDS_NAME`.

    Columns: the parent, where nested; `field_id`; `count` of values; `sum`, `avg`, `min` and `max`
    of numbers, in ten-thousandths; `first_day`, `last_day`, `first_moment`, `last_moment`. A field
    without any value in a list has no row.
    """
    parts = _bare(spec, actor)
    pivot = custom_values.alias()
    beside = and_(
        pivot.c.workspace_id == WORKSPACE,
        pivot.c.record_id == parts.source.c["id"],
        pivot.c.field_id == any_(bindparam(FIELDS_NAME, type_=ARRAY(Uuid()))),
        pivot.c.is_empty.is_(False),
        *_readable_values(spec.entity, pivot, parts.source, alive(actor)),
    )
    number = pivot.c.number
    where = list(parts.conditions)
    if bound[1]:
        shown = bindparam(None, list(bound[1]), type_=ARRAY(Uuid()), unique=True)
        where.append(parts.source.c[bound[0]] == any_(shown))
    base = (
        select(
            pivot.c.field_id,
            func.count().label("count"),
            func.sum(number).label("sum"),
            func.avg(number).label("avg"),
            func.min(number).label("min"),
            func.max(number).label("max"),
            func.min(pivot.c.day).label("first_day"),
            func.max(pivot.c.day).label("last_day"),
            func.min(pivot.c.moment).label("first_moment"),
            func.max(pivot.c.moment).label("last_moment"),
        )
        .select_from(parts.joined.join(pivot, beside))
        .where(*where)
        .group_by(pivot.c.field_id)
    )
    return _per_parent(base, spec, parts) if spec.relation is not None and nested else base


def _bare(spec: ListSpec, actor: Actor) -> Listing:
    """Give a list without its order."""
    bare = ListSpec(
        spec.entity, spec.where, spec.search, (), spec.relation, spec.parent, spec.with_deleted,
        spec.searched,
    )  # fmt: skip
    return listing(bare, actor, ROW_TYPES[spec.entity])


def _per_parent(base: Select[Any], spec: ListSpec, parts: Listing) -> Select[Any]:
    """Give the numbers of each parent that is given as `KEYS_NAME`."""
    given, relation = given_parents(), spec.relation
    if relation is None:
        raise TypeError("a list without a relation has no parents")
    if relation.kind is Kind.INVERSE:
        base = base.where(parts.source.c[relation.via] == given.c[PARENT]).correlate(given)
    else:
        base = linked_to(base, relation, parts.source, given.c[PARENT])
    inner = base.lateral("numbers")
    return select(given.c[PARENT], *inner.c).select_from(given.join(inner, true()))


def _readable_values(
    entity: str, pivot: FromClause, source: FromClause, reader: ActorReader
) -> list[Any]:
    """Give the conditions under which values of custom fields may be read."""
    found = []
    for key, (owner, _) in sorted(reader.rights.custom_fields.items()):
        readable = reader.custom_cell(entity, key, source) if owner == entity else None
        if readable is not None:
            found.append(or_(pivot.c.field_id != key, readable))
    return found


def _number(wanted: str, entity: str, source: FromClause, reader: ActorReader) -> Any:
    name, _, part = wanted.rpartition("_")
    column = value_column(ENTITIES[entity].get(name), source)
    readable = reader.cell(entity, camel(name), source)
    if readable is not None:
        column = guarded(column, readable)
    if part in {"sum", "avg"}:
        return getattr(func, part)(column, type_=column.type).label(wanted)
    return getattr(func, part)(column).label(wanted)
