"""Reads about files: who may read one, how much is stored, which nobody holds any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES, files
from loaders.beside import id_array
from loaders.loaders import Loaders
from loaders.rights import shows
from loaders.rows import ROW_TYPES, Row, columns, make_row


async def readable_files(loaders: Loaders, ids: Sequence[UUID]) -> list[Row | None]:
    """Give the files with some ids that the caller may read, in their order; None for others.

    Whoever may read a field of a record, in the recycle bin or not, may read the files in it. A
    file that no record holds is read by its uploader alone.
    """
    found = await loaders.one("file").load_batch(ids)
    owners: dict[str, dict[UUID, None]] = {}
    for row in found:
        if row is not None and is_held(row):
            owners.setdefault(row.record_type, {})[row.record_id] = None
    holders: dict[tuple[str, UUID], Row] = {}
    for entity, keys in owners.items():
        rows = await loaders.one(entity, with_deleted=True).load_batch(list(keys))
        holders.update(((entity, row.id), row) for row in rows if row is not None)

    def may_read(row: Row) -> bool:
        if is_held(row):
            holder = holders.get((row.record_type, row.record_id))
            cell = loaders.actor.rights.custom_cell(row.field_id)
            return holder is not None and shows(loaders.actor, holder, cell)
        return bool(row.created_by_id == loaders.actor.asker_id)

    return [row if row is not None and may_read(row) else None for row in found]


def is_held(row: Row) -> bool:
    """Tell whether a record holds the file."""
    return row.record_id is not None and row.released_at is None


async def stored_bytes(session: Session) -> int:
    """Add up the sizes of all files of the workspace."""
    table = files.alias()
    total = select(func.coalesce(func.sum(table.c.size), 0))
    return int(await session.scalar(total.where(table.c.workspace_id == WORKSPACE)))


async def lock_unheld(session: Session, before: datetime, limit: int) -> list[Row]:
    """Lock the next files that no record has held since a time; those in use are left out."""
    source = TABLES["file"].alias("file")
    statement: Select[Any] = (
        select(*columns(ROW_TYPES["file"], source))
        .where(
            source.c["workspace_id"] == WORKSPACE,
            or_(
                (source.c["record_id"].is_(None)) & (source.c["created_at"] < before),
                source.c["released_at"] < before,
            ),
        )
        .order_by(source.c["id"])
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [make_row("file", row) for row in await session.rows(statement)]


async def known_files(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    """Tell which of some ids are those of files."""
    table = files.alias()
    found = await session.rows(
        select(table.c.id).where(table.c.workspace_id == WORKSPACE, table.c.id == id_array(ids))
    )
    return {row.id for row in found}
