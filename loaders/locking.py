"""Reads for the write path: rows locked against other writers, and look-ups by key."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, and_, bindparam, func, or_, select, true, union

from auth.actor import Actor
from auth.policy import FLAGS, cell, fingerprint, flag, visible, within
from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, contact_points, events, external_ids, merged_records
from domain.roles import Action
from loaders.beside import KEYS, id_array
from loaders.rows import ROW_TYPES, Row, columns, row_type
from loaders.statements import KEYS_NAME


async def lock_rows(
    session: Session, actor: Actor, entity: str, ids: Sequence[UUID], *, flagged: bool = False
) -> dict[UUID, Row]:
    """Read rows by id, those in the recycle bin too, and lock them until the transaction ends.

    They are the rows that the actor may read, with all that they hold. Those of records are
    `flagged` with what the actor may do with them, on request.
    """
    if not ids:
        return {}
    kind = ROW_TYPES[entity]
    if flagged and not actor.rights.is_everything:
        kind = row_type(entity, (*kind.positions, *FLAGS))

    def build() -> Select[Any]:
        source = TABLES[entity].alias(entity)
        flags = [
            flag(actor.rights, entity, action, source).label(name)
            for name, action in FLAGS.items()
            if name in kind.positions
        ]
        return (
            select(*columns(ROW_TYPES[entity], source), *flags)
            .where(visible(actor, entity, source), source.c["id"] == KEYS)
            # One order for everyone who locks several rows: two writers never wait crosswise.
            .order_by(source.c["id"])
            .with_for_update()
        )

    key = ("lock", kind, fingerprint(actor))
    found = await session.rows_by(key, build, {KEYS_NAME: list(ids)})
    return {row.id: kind(row) for row in found}


async def allowed_rows(
    session: Session, actor: Actor, entity: str, action: Action, ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Tell which alternatives of the actor's rights allow an action on rows, as bits by id."""

    def build() -> Select[Any]:
        source = TABLES[entity].alias(entity)
        allowed = flag(actor.rights, entity, action, source)
        return select(source.c["id"], allowed.label("allowed")).where(
            within(source), source.c["id"] == KEYS
        )

    key = ("allowed", entity, action, fingerprint(actor))
    found = await session.rows_by(key, build, {KEYS_NAME: list(ids)})
    return {row.id: row.allowed for row in found}


async def find_by_external_ids(
    session: Session, entity: str, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], UUID]:
    """Find records by their ids in other systems: (system, value) to record id.

    An id of a merged record leads to who survived.
    """
    if not pairs:
        return {}
    table = external_ids.alias()
    wanted = func.unnest(
        _texts([system for system, _ in pairs]), _texts([value for _, value in pairs])
    ).table_valued("system", "value", name="wanted").render_derived()  # fmt: skip
    merged = merged_records.alias()
    survivor = (
        select(merged.c.survivor_id)
        .where(merged.c.workspace_id == WORKSPACE, merged.c.record_id == table.c.record_id)
        .scalar_subquery()
    )
    found = await session.rows(
        select(
            table.c.system,
            table.c.value,
            func.coalesce(survivor, table.c.record_id).label("record_id"),
        ).join_from(
            table,
            wanted,
            (table.c.system == wanted.c.system) & (table.c.value == wanted.c.value),
        ).where(table.c.workspace_id == WORKSPACE, table.c.record_type == entity)
    )  # fmt: skip
    return {(row.system, row.value): row.record_id for row in found}


def _texts(values: Sequence[str]) -> Any:
    return bindparam(None, list(values), type_=ARRAY(Text()), unique=True)


async def changes_since(session: Session, entity: str, record_id: UUID, version: int) -> list[Any]:
    """Give the events of a record after a version, oldest first: who changed which fields when."""
    table = events.alias()
    found = await session.rows(
        select(table.c.actor_id, table.c.at, table.c.changes)
        .where(
            table.c.workspace_id == WORKSPACE,
            table.c.record_type == entity,
            table.c.record_id == record_id,
            table.c.version > version,
        )
        .order_by(table.c.version)
    )
    return [row._mapping for row in found]


async def won_clients(
    session: Session, companies: Sequence[UUID], contacts: Sequence[UUID]
) -> tuple[set[UUID], set[UUID]]:
    """Tell which of the companies and contacts have won deals."""
    if not companies and not contacts:
        return set(), set()
    deal, stage = TABLES["deal"].alias(), TABLES["stage"].alias()
    found = await session.rows(
        select(deal.c.company_id, deal.c.contact_id)
        .distinct()
        .join_from(
            deal, stage, (stage.c.id == deal.c.stage_id) & (stage.c.workspace_id == WORKSPACE)
        )
        .where(
            within(deal),
            deal.c.deleted_at.is_(None),
            stage.c.semantics == "WON",
            or_(
                deal.c.company_id == id_array(companies),
                deal.c.contact_id == id_array(contacts),
            ),
        )
    )
    return {row.company_id for row in found}, {row.contact_id for row in found}


async def known_points(
    session: Session, actor: Actor, points: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Tell which phones and e-mails contacts or companies have, as far as the actor may read them.

    Points are pairs of PHONE or EMAIL and a value in the form in which it is kept.
    """
    if not points:
        return set()
    wanted = func.unnest(
        _texts([kind for kind, _ in points]), _texts([value for _, value in points])
    ).table_valued("points", "value", name="wanted").render_derived()  # fmt: skip
    known = []
    for entity in ("contact", "company"):
        beside, table = contact_points.alias(), TABLES[entity].alias()
        same = (beside.c.points == wanted.c.points) & (beside.c.value == wanted.c.value)
        readable = [
            and_(beside.c.points == kind, true() if own is None else own)
            for kind, name in (("PHONE", "phones"), ("EMAIL", "emails"))
            for own in (cell(actor.rights, entity, name, table),)
        ]
        known.append(
            select(beside.c.points, beside.c.value)
            .join_from(beside, wanted, same)
            .join(table, table.c.id == beside.c.record_id)
            .where(
                beside.c.workspace_id == WORKSPACE,
                beside.c.record_type == entity,
                table.c.deleted_at.is_(None),
                visible(actor, entity, table),
                or_(*readable),
            )
        )
    found = await session.rows(union(*known))
    return {(row.points, row.value) for row in found}


async def lock_name(session: Session, name: str) -> None:
    """Serialise writers of one small thing (a pipeline's order) until the transaction ends."""
    key = func.hashtextextended(f"{session.workspace_id}:{name}", 0)
    await session.rows(select(func.pg_advisory_xact_lock(key)))
