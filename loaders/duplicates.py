"""Finds records by the keys that they have in common with others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from auth.actor import Actor
from auth.policy import cell, fingerprint, visible
from auth.rights import Cell, Rights
from db.base import WORKSPACE
from db.tables import TABLES, contact_points, duplicate_keys, requisites, workspaces
from domain.duplicates import SOURCES, DuplicateKind, DuplicateMode, KeySource, values_in
from domain.entities import ENTITIES
from domain.fields import Kind
from loaders.loaders import Loaders
from loaders.rows import ROW_TYPES, Row, columns, make_row

MOST_SHARED: Final = 100
"""So many records with a key are looked at, the newest: what more have in common tells nothing."""
_KINDS: Final = "wanted_kinds"
_KEYS: Final = "wanted_keys"

Wanted = tuple[DuplicateKind, str]
"""A kind of key, and one of these."""
StrongValues = Mapping[tuple[UUID, str], Sequence[str]]
"""What records have in lists that they are recognised by, by record and kind."""


@dataclass(frozen=True, slots=True)
class Match:
    """A record that has a key."""

    entity: str
    record_id: UUID
    kind: DuplicateKind
    key: str


def matched_sources(rights: Rights, entity: str) -> tuple[KeySource, ...]:
    """Give by what somebody may recognise records of a type, on some rows at least."""
    return tuple(
        source
        for source in SOURCES[entity]
        if rights.cell(entity, source.shown_as) is not Cell.DENIED
    )


async def find_matches(
    loaders: Loaders, entities: Sequence[str], wanted: Iterable[Wanted]
) -> list[Match]:
    """Give the records that have keys, as far as the actor may read them and what they tell.

    One statement for all; those in the recycle bin have no keys.
    """
    keys = sorted({(kind.value, key) for kind, key in wanted})
    actor = loaders.actor
    asked = tuple(entity for entity in entities if matched_sources(actor.rights, entity))
    if not keys or not asked:
        return []

    def build() -> Select[Any]:
        parts = [_matches(actor, entity) for entity in asked]
        found = union_all(*parts).subquery("found")
        return select(*found.c)

    rows = await loaders.session.rows_by(
        ("duplicates", asked, fingerprint(actor)),
        build,
        {_KINDS: [kind for kind, _ in keys], _KEYS: [key for _, key in keys]},
    )
    return [Match(row.entity, row.record_id, DuplicateKind(row.kind), row.key) for row in rows]


def _matches(actor: Actor, entity: str) -> Select[Any]:
    places = (bindparam(name, type_=ARRAY(Text())) for name in (_KINDS, _KEYS))
    wanted = func.unnest(*places).table_valued("kind", "key", name="wanted").render_derived()
    beside, record = duplicate_keys.alias("beside"), TABLES[entity].alias(entity)
    same = (
        select(beside.c.record_id)
        .where(
            beside.c.workspace_id == WORKSPACE,
            beside.c.entity == entity,
            beside.c.kind == wanted.c.kind,
            beside.c.key == wanted.c.key,
        )
        .order_by(beside.c.record_id.desc())
        .limit(literal(MOST_SHARED + 1))
        .correlate(wanted)
        .lateral("same")
    )
    readable = and_(
        visible(actor, entity, record),
        record.c["id"] == same.c.record_id,
        record.c["deleted_at"].is_(None),
    )
    return (
        select(
            literal(entity, Text()).label("entity"), wanted.c.kind, wanted.c.key, same.c.record_id
        )
        .select_from(wanted.join(same, true()).join(record, readable))
        .where(or_(*_told(actor, entity, wanted.c.kind, record)))
    )


def _told(
    actor: Actor, entity: str, kind: ColumnElement[Any], record: FromClause
) -> list[ColumnElement[Any]]:
    """Give the conditions under which the actor may know of a record by a kind of key."""
    found = []
    for source in matched_sources(actor.rights, entity):
        own = cell(actor.rights, entity, source.shown_as, record)
        found.append(and_(kind == source.kind.value, true() if own is None else own))
    return found


async def duplicate_control(loaders: Loaders) -> Mapping[str, str]:
    """Tell what happens to new records that are known already, by their type."""
    if loaders.snapshots is not None:
        return (await loaders.snapshot()).duplicate_control
    found = await loaders.session.scalar(
        select(workspaces.c.duplicate_control).where(workspaces.c.id == WORKSPACE)
    )
    return found or {}


def mode_of(control: Mapping[str, str], entity: str) -> DuplicateMode:
    """Tell what happens to new records of a type that are known already."""
    return DuplicateMode(control.get(entity, DuplicateMode.WARN.value))


async def lock_keys(loaders: Loaders, entity: str, wanted: Iterable[Wanted]) -> None:
    """Let nobody else come in between with records that have one of the keys."""
    names = sorted(f"{entity} {kind.value} {key}" for kind, key in wanted)
    given = func.unnest(bindparam(None, names, type_=ARRAY(Text()), unique=True)).table_valued(
        "name", name="given"
    ).render_derived()  # fmt: skip
    workspace = f"{loaders.session.workspace_id}:duplicate "
    key = func.hashtextextended(literal(workspace, Text()).concat(given.c.name), 0)
    await loaders.session.rows(select(func.pg_advisory_xact_lock(key)).select_from(given))


async def strong_values(loaders: Loaders, entity: str, records: Sequence[UUID]) -> StrongValues:
    """Give what records have in lists that they are recognised by: one statement a table."""
    found: dict[tuple[UUID, str], list[str]] = {}
    of_points, of_requisites = _listed(entity, Kind.POINTS), _listed(entity, Kind.REQUISITES)
    pairs = [(record, kind.value) for record in records for kind in of_points]
    points = await loaders.points(entity).load_batch(pairs) if pairs else []
    for (record, kind), own in zip(pairs, points, strict=True):
        found[record, kind] = [point.value for point in own]
    if of_requisites and records:
        lists = await loaders.requisites(entity).load_batch(records)
        for record, own in zip(records, lists, strict=True):
            _collect(found, record, of_requisites, own)
    return found


def _listed(entity: str, of: Kind) -> list[DuplicateKind]:
    """Give the kinds of keys that are made of lists of a kind."""
    declared = ENTITIES[entity]
    return [
        source.kind
        for source in SOURCES[entity]
        if any(declared.get(name).kind is of for name in source.fields)
    ]


def _collect(
    found: dict[tuple[UUID, str], list[str]],
    record: UUID,
    kinds: Sequence[DuplicateKind],
    items: Iterable[Any],
) -> None:
    for item in items:
        for kind in kinds:
            values = [value for _, value in values_in(kind, item)]
            found.setdefault((record, kind.value), []).extend(values)


async def next_records(
    loaders: Loaders, entity: str, after: UUID | None, limit: int
) -> tuple[list[Row], StrongValues]:
    """Give and lock the next records by id, and the values of their phones and the like."""
    table = TABLES[entity].alias()
    statement = (
        select(*columns(ROW_TYPES[entity], table))
        .where(table.c["workspace_id"] == WORKSPACE)
        .order_by(table.c["id"])
        .limit(limit)
        .with_for_update()
    )
    if after is not None:
        statement = statement.where(table.c["id"] > after)
    rows = [make_row(entity, row) for row in await loaders.session.rows(statement)]
    if not rows:
        return [], {}
    values: dict[tuple[UUID, str], list[str]] = {}
    first, last = rows[0].id, rows[-1].id
    points = await loaders.session.rows(_between(contact_points, entity, first, last))
    for point in points:
        values.setdefault((point.record_id, point.points), []).append(point.value)
    if kinds := _listed(entity, Kind.REQUISITES):
        for own in await loaders.session.rows(_between(requisites, entity, first, last)):
            _collect(values, own.record_id, kinds, [own])
    return rows, values


def _between(of: Table, entity: str, first: UUID, last: UUID) -> Select[Any]:
    beside = of.alias()
    return select(beside).where(
        beside.c.workspace_id == WORKSPACE,
        beside.c.record_type == entity,
        beside.c.record_id >= first,
        beside.c.record_id <= last,
    )
