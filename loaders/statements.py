"""The SELECTs behind lists: a `ListSpec` as SQL, for the workspace or for many parents at once."""

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Join,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    true,
)

from auth.actor import Actor
from auth.policy import visible
from db.base import WORKSPACE
from db.operators import BY_BEGINNING, beginning
from db.tables import TABLES, custom_values, linking
from db.where import condition, pointer_name, value_column
from domain.custom_fields import PivotKey
from domain.entities import ENTITIES
from domain.fields import Field, Kind, camel
from domain.filters import OrderKey
from domain.roles import Action
from loaders.by_custom import Way, ways
from loaders.by_target import chain_by_target, first_hop
from loaders.keyset import Key, Ordering, chain, held_at, joined_parts
from loaders.listing import ActorReader, Listing, alive, guarded
from loaders.lists import EVERYTHING, ListSpec, PageSpec, id_descends
from loaders.rows import Row
from loaders.searching import word_condition
from loaders.target_walk import chain_of_targets

PARENT = "owner_key"
PLACE = "owner_place"
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
    reader = alive(actor)
    if spec.with_deleted:
        conditions = [visible(actor, spec.entity, source)]
    else:
        conditions = [reader.rows(spec.entity, source)]
    where = spec.where if way is None else way.where
    if where != EVERYTHING:
        conditions.append(condition(where, source, spec.entity, reader))
    conditions.extend(word_condition(word, spec, source, reader) for word in spec.search)
    if spec.relation is not None and spec.relation.kind is Kind.INVERSE:
        pointer = reader.cell(spec.entity, pointer_name(spec.relation), source)
        if pointer is not None:
            conditions.append(pointer)
    joined: FromClause = source
    keys: list[Key] = []
    for order in spec.keys:
        joined, key = _key(order, spec, source, joined, reader)
        keys.append(key)
    if len(spec.keys) > len(spec.order):
        keys[-1] = _tie(spec.order[0].path[0], joined, keys[-1], reader)
    descends = id_descends(spec)
    last = keys[0].tie if keys and keys[0].tie is not None else source.c["id"]
    if way is not None:
        joined, last = way.join(joined, source)
    keys.append(Key(last, descends, descends, nullable=False))
    flipped = [key.flipped() for key in keys] if backward else keys
    return Listing(row, source, joined, tuple(conditions), tuple(flipped))


def _key(
    order: OrderKey, spec: ListSpec, source: FromClause, joined: FromClause, reader: ActorReader
) -> tuple[FromClause, Key]:
    *steps, last = order.path
    at: FromClause = source
    entity = spec.entity
    for step in steps:
        target = TABLES[step.target].alias()
        beside = [reader.rows(step.target, target), target.c["id"] == at.c[step.column]]
        pointer = reader.cell(entity, camel(step.name), at)
        if pointer is not None:
            beside.append(pointer)
        joined = joined.outerjoin(target, and_(*beside))
        at, entity = target, step.target
    if isinstance(last, PivotKey):
        return _pivot_key(last, order, (entity, at), joined, reader)
    column = value_column(last, at)
    nullable = bool(steps) or bool(at.c[last.columns[-1]].nullable)
    readable = reader.cell(entity, camel(last.name), at)
    if readable is not None:
        column, nullable = guarded(column, readable), True
    direction = order.direction
    return joined, Key(
        column,
        direction.descending,
        direction.nulls_first,
        nullable,
        indexed=not steps and readable is None,
    )


def _tie(reference: Field, joined: FromClause, key: Key, reader: ActorReader) -> Key:
    """Give the key that keeps records of one target together.

    A target that may not be read is none: then the target's own id is it, which is empty there.
    """
    entity = ENTITIES[reference.target]
    if not entity.is_record or reader.rights.is_free(entity.name, Action.READ):
        return key
    target = joined.right if isinstance(joined, Join) else joined
    return replace(key, column=target.c["id"], nullable=True, indexed=False)


def _pivot_key(
    key: PivotKey,
    order: OrderKey,
    holder: tuple[str, FromClause],
    joined: FromClause,
    reader: ActorReader,
) -> tuple[FromClause, Key]:
    """Join the value of a custom field; every record has a row, an empty one without a value."""
    pivot = custom_values.alias()
    entity, at = holder
    beside = [
        pivot.c["workspace_id"] == WORKSPACE,
        pivot.c["field_id"] == key.field_id,
        pivot.c["record_id"] == at.c["id"],
        pivot.c["place"] == 0,
    ]
    readable = None if key.field_id is None else reader.custom_cell(entity, key.field_id, at)
    if readable is not None:
        beside.append(readable)
    there = _named_target(key, pivot, reader)
    if there is not None:
        readable = there
        beside.append(there)
    # What a record has of a field that is not shown on it counts as none, so no index will do.
    own = len(order.path) == 1 and not key.bound and readable is None
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


def _named_target(
    key: PivotKey, pivot: FromClause, reader: ActorReader
) -> ColumnElement[Any] | None:
    """Give the condition under which the name of what a value points to may be read."""
    if not key.target:
        return None
    target = TABLES[key.target].alias()
    entity = ENTITIES[key.target]
    conditions = [reader.target(entity.name, target),
                  reader.cell(entity.name, entity.title_field, target)]  # fmt: skip
    limits = [found for found in conditions if found is not None]
    if not limits:
        return None
    return exists(
        select(literal_column("1")).where(
            target.c["workspace_id"] == WORKSPACE, target.c["id"] == pivot.c["ref"], *limits
        )
    )


def page_statement(
    page: PageSpec,
    actor: Actor,
    row: type[Row],
    *,
    nested: bool,
    given: FromClause | None = None,
) -> Select[Any]:
    """Give the SELECT of a page of rows of a class, and of one row more where it peeks.

    Nested in parents, the first column is the parent's place among those that are `given`, as
    `PARENT` and `PLACE`, else as the array `KEYS_NAME`, from 1; each has a page of its own.
    """
    if page.list.relation is None or not nested:
        found = [
            _whole_page(page, actor, row, way)
            for way in ways(page.list, actor, backward=page.backward) or (None,)
        ]
        return alive(actor).shown(row, joined_parts(found, page.read))
    parts = listing(page.list, actor, row, backward=page.backward)
    base = _read(parts, actor)
    given = given_parents() if given is None else given
    prefix: Ordering = ()
    if page.list.relation.kind is Kind.INVERSE:
        held, prefix = held_at(parts.source.c[page.list.relation.via], given.c[PARENT], parts.keys)
        base = base.where(held).correlate(given)
    else:
        base = linked_to(base, page.list.relation, parts.source, given.c[PARENT])
    lateral = chain(base, parts.keys, page.position, page.read, prefix).lateral("page")
    pages = select(given.c[PLACE], *lateral.c).select_from(given.join(lateral, true()))
    return alive(actor).shown(row, pages)


def _whole_page(page: PageSpec, actor: Actor, row: type[Row], way: Way | None) -> Select[Any]:
    parts = listing(page.list, actor, row, backward=page.backward, way=way)
    hop = first_hop(page.list, parts, actor)
    if hop is not None:
        walk = chain_of_targets if len(page.list.order) == 1 else chain_by_target
        return walk(hop, page, actor, parts)
    return chain(_read(parts, actor), parts.keys, page.position, page.read)


def _read(parts: Listing, actor: Actor) -> Select[Any]:
    """Give the SELECT of a list's rows and of the keys of its order."""
    labels = (key.column.label(f"key_{index}") for index, key in enumerate(parts.keys[:-1]))
    base = select(*alive(actor).page_columns(parts.row, parts.source), *labels)
    return base.select_from(parts.joined).where(*parts.conditions)


def given_parents() -> Any:
    """Give the parents of a batch as a table of their ids and places."""
    ids = bindparam(KEYS_NAME, type_=ARRAY(Uuid()))
    given = func.unnest(ids).table_valued(PARENT, with_ordinality=PLACE, name="given")
    return given.render_derived()


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
