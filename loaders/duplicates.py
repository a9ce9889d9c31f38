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
from db.tables import TABLES, contact_points, duplicate_keys, workspaces
from domain.duplicates import SOURCES, DuplicateKind, DuplicateMode, KeySource
from loaders.loaders import Loaders
from loaders.rows import ROW_TYPES, Row, columns, make_row

MOST_SHARED: Final = 100
"""So many records with a key are looked at, the newest: what more have in common tells nothing."""
_KINDS: Final = "wanted_kinds"
_KEYS: Final = "wanted_keys"

Wanted = tuple[DuplicateKind, str]
"""A kind of key, and one of these."""


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


async def next_records(
    loaders: Loaders, entity: str, after: UUID | None, limit: int
) -> tuple[list[Row], dict[tuple[UUID, str], list[str]]]:
    """Give and lock the next records by id, and the values of their phones and the like."""
    table, beside = TABLES[entity].alias(), contact_points.alias()
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
    points: dict[tuple[UUID, str], list[str]] = {}
    found = await loaders.session.rows(
        select(beside.c.record_id, beside.c.points, beside.c.value).where(
            beside.c.workspace_id == WORKSPACE,
            beside.c.record_type == entity,
            beside.c.record_id >= rows[0].id,
            beside.c.record_id <= rows[-1].id,
        )
    )
    for row in found:
        points.setdefault((row.record_id, row.points), []).append(row.value)
    return rows, points
