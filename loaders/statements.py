"""The SELECTs behind lists: a `ListSpec` as SQL, for the workspace or for many parents at once."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    true,
    union,
)

from auth.actor import Actor
from auth.policy import visible
from db.base import WORKSPACE
from db.tables import TABLES, contact_points, custom_values, linking
from db.where import BY_BEGINNING, Rows, beginning, condition, like_pattern, value_column
from domain.custom_fields import PivotKey
from domain.entities import ENTITIES
from domain.fields import Field, Kind
from domain.filters import OrderKey
from loaders.by_custom import Way, ways
from loaders.by_target import chain_by_target, first_hop
from loaders.keyset import Key, Ordering, chain, held_at, joined_parts
from loaders.listing import Listing, alive
from loaders.lists import EVERYTHING, ListSpec, PageSpec, id_descends
from loaders.rows import Row, columns
from loaders.target_walk import chain_of_targets

PARENT = "owner_key"
KEYS_NAME = "keys"
"""Name of the parameter that holds the keys of a batch."""


def listing(
    spec: ListSpec,
    actor: Actor,
    row: type[Row],
    *,
    backward: bool = False,
    way: Way | None = None,
) -> Listing:
    """Build the parts of a list's statements, in a way that it is read in by custom values."""
    source = TABLES[spec.entity].alias(spec.entity)
    rows = alive(actor)
    base = visible(actor, spec.entity, source) if spec.with_deleted else rows(spec.entity, source)
    conditions = [base]
    where = spec.where if way is None else way.where
    if where != EVERYTHING:
        conditions.append(condition(where, source, spec.entity, rows))
    conditions.extend(_word(word, spec, source) for word in spec.search)
    joined: FromClause = source
    keys: list[Key] = []
    for order in spec.keys:
        joined, key = _key(order, source, joined, rows)
        keys.append(key)
    descends = id_descends(spec)
    last = keys[0].tie if keys and keys[0].tie is not None else source.c["id"]
    if way is not None:
        joined, last = way.join(joined, source)
    keys.append(Key(last, descends, descends, nullable=False))
    flipped = [key.flipped() for key in keys] if backward else keys
    return Listing(row, source, joined, tuple(conditions), tuple(flipped))


def _key(
    order: OrderKey, source: FromClause, joined: FromClause, rows: Rows
) -> tuple[FromClause, Key]:
    *steps, last = order.path
    at = source
    for step in steps:
        target = TABLES[step.target].alias()
        joined = joined.outerjoin(
            target, and_(rows(step.target, target), target.c["id"] == at.c[step.column])
        )
        at = target
    if isinstance(last, PivotKey):
        return _pivot_key(last, order, at, joined)
    column = value_column(last, at)
    nullable = bool(steps) or bool(at.c[last.columns[-1]].nullable)
    direction = order.direction
    return joined, Key(
        column, direction.descending, direction.nulls_first, nullable, indexed=not steps
    )


def _pivot_key(
    key: PivotKey, order: OrderKey, at: FromClause, joined: FromClause
) -> tuple[FromClause, Key]:
    """Join the value of a custom field; every record has a row, an empty one without a value."""
    pivot = custom_values.alias()
    beside = [
        pivot.c["workspace_id"] == WORKSPACE,
        pivot.c["field_id"] == key.field_id,
        pivot.c["record_id"] == at.c["id"],
        pivot.c["place"] == 0,
    ]
    # What a record has of a field that is not shown on it counts as none, so no index will do.
    own = len(order.path) == 1 and not key.bound
    if key.bound:
        shown = bindparam(None, list(key.bound), type_=ARRAY(Uuid()), unique=True)
        beside.append(at.c[key.bound_by] == any_(shown))
    column: ColumnElement[Any] = pivot.c[key.column]
    if key.column in BY_BEGINNING:
        column = beginning(column)
    joined = joined.join(pivot, and_(*beside)) if own else joined.outerjoin(pivot, and_(*beside))
    direction = order.direction
    return joined, Key(
        column, direction.descending, direction.nulls_first, nullable=True, indexed=False,
        filled=pivot.c[key.column].is_not(None) if own else None,
        empty=pivot.c["is_empty"] if own else None,
        tie=pivot.c["record_id"] if own else None,
    )  # fmt: skip


def _word(word: str, spec: ListSpec, source: FromClause) -> ColumnElement[Any]:
    """Give the condition that a word occurs in one of the entity's main text fields."""
    pattern = like_pattern(word)
    entity = spec.entity
    declared = ENTITIES[entity]
    fields = [declared.get(name) for name in declared.searchable]
    plain = [field for field in fields if field.kind is not Kind.POINTS]
    points = [field.points for field in fields if field.kind is Kind.POINTS]
    texts = or_(*(source.c[field.name].ilike(pattern) for field in plain))
    if not (points or spec.searched):
        return texts
    # Index scans united; an OR with a sub-select would read the whole table.
    own = TABLES[entity].alias()
    by_text = select(own.c["id"]).where(
        own.c["workspace_id"] == WORKSPACE,
        true() if spec.with_deleted else own.c["deleted_at"].is_(None),
        or_(*(own.c[field.name].ilike(pattern) for field in plain)),
    )
    found = [by_text]
    if points:
        values = contact_points.alias()
        kinds = bindparam(None, points, type_=ARRAY(Text()), unique=True)
        found.append(
            select(values.c.record_id).where(
                values.c.workspace_id == WORKSPACE,
                values.c.record_type == entity,
                values.c.points == any_(kinds),
                values.c.value.ilike(pattern),
            )
        )
    if spec.searched:
        pivot = custom_values.alias()
        keys = bindparam(None, list(spec.searched), type_=ARRAY(Uuid()), unique=True)
        found.append(
            select(pivot.c.record_id).where(
                pivot.c.workspace_id == WORKSPACE,
                pivot.c.field_id == any_(keys),
                pivot.c.text.ilike(pattern),
            )
        )
    return source.c["id"].in_(union(*found))


def page_statement(page: PageSpec, actor: Actor, row: type[Row], *, nested: bool) -> Select[Any]:
    """Give the SELECT of a page of rows of a class, and one row more, to tell whether it goes on.

    Nested in parents, the first column is the parent's id, and each of those that are given as
    `KEYS_NAME` has a page of its own.
    """
    if page.list.relation is None or not nested:
        found = [
            _whole_page(page, actor, row, way)
            for way in ways(page.list, backward=page.backward) or (None,)
        ]
        return joined_parts(found, page.limit + 1)
    parts = listing(page.list, actor, row, backward=page.backward)
    base = _read(parts)
    given = given_parents()
    prefix: Ordering = ()
    if page.list.relation.kind is Kind.INVERSE:
        held, prefix = held_at(parts.source.c[page.list.relation.via], given.c[PARENT], parts.keys)
        base = base.where(held).correlate(given)
    else:
        base = linked_to(base, page.list.relation, parts.source, given.c[PARENT])
    lateral = chain(base, parts.keys, page.position, page.limit + 1, prefix).lateral("page")
    return select(given.c[PARENT], *lateral.c).select_from(given.join(lateral, true()))


def _whole_page(page: PageSpec, actor: Actor, row: type[Row], way: Way | None) -> Select[Any]:
    parts = listing(page.list, actor, row, backward=page.backward, way=way)
    hop = first_hop(page.list, parts)
    if hop is not None:
        walk = chain_of_targets if len(page.list.order) == 1 else chain_by_target
        return walk(hop, page, actor, parts)
    return chain(_read(parts), parts.keys, page.position, page.limit + 1)


def _read(parts: Listing) -> Select[Any]:
    """Give the SELECT of a list's rows and of the keys of its order."""
    labels = (key.column.label(f"key_{index}") for index, key in enumerate(parts.keys[:-1]))
    base = select(*columns(parts.row, parts.source), *labels)
    return base.select_from(parts.joined).where(*parts.conditions)


def given_parents() -> Any:
    """Give the parents of a batch as a table of their ids."""
    ids = bindparam(KEYS_NAME, type_=ARRAY(Uuid()))
    return func.unnest(ids).table_valued(PARENT, name="given").render_derived()


def linked_to(
    base: Select[Any], field: Field, source: FromClause, parent: ColumnElement[Any]
) -> Select[Any]:
    """Narrow a SELECT to what a link table links to a parent."""
    if field.link is None:
        raise TypeError(f"{field.name} is no relation")
    link = linking(field.link)
    base = base.join(
        link,
        and_(
            link.c["workspace_id"] == WORKSPACE,
            link.c[field.link.target] == source.c["id"],
        ),
    ).where(link.c[field.link.owner] == parent)
    if field.link.owner_type is not None:
        base = base.where(link.c["record_type"] == field.link.owner_type)
    return base.correlate(parent.table)
