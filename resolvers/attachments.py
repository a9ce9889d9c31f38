"""Which record holds a file: claimed when a value is written, let go when the value goes.

The write path calls this; a file itself is made and swept in `resolvers/files.py`.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import update

from db.base import WORKSPACE
from db.tables import files
from domain.files import Place
from loaders.beside import id_array
from loaders.files import is_held
from loaders.locking import lock_rows
from loaders.rows import Row
from resolvers.operation import Operation

Pairs = Sequence[tuple[UUID, Place]]
"""Ids of files, each with the place that it is for."""


async def claimable(op: Operation, pairs: Pairs) -> list[Row | None]:
    """Give the files that the caller may put into their places, in their order; None for others.

    One's own upload that no record holds may go anywhere, a file that a record holds stays where it
    is. In one call a file goes to one place only. The rows are locked until the operation ends, so
    that two operations cannot claim the same file.
    """
    rows = await lock_rows(op.session, op.actor, "file", sorted({key for key, _ in pairs}))
    taken: dict[UUID, Place] = {}
    found: list[Row | None] = []
    for key, place in pairs:
        row = rows.get(key)
        fits = row is not None and _may_go(op, row, place) and taken.setdefault(key, place) == place
        found.append(row if fits else None)
    return found


def _may_go(op: Operation, row: Row, place: Place) -> bool:
    if is_held(row):
        return place == Place(row.record_type, row.record_id, row.field_id)
    return bool(row.created_by_id == op.actor.user_id)


async def attach(op: Operation, pairs: Pairs) -> None:
    """Note which places hold files; one statement for all."""
    if not pairs:
        return
    columns = ("record_type", "record_id", "field_id")
    await op.session.update(
        files,
        [
            {"id": key, "released_at": None, **{name: getattr(place, name) for name in columns}}
            for key, place in pairs
        ],
    )
    _forget(op, [key for key, _ in pairs])


async def release(op: Operation, file_ids: Sequence[UUID]) -> None:
    """Let go of files: they are swept in a day unless a field takes them up again."""
    if file_ids:
        await _release(op, files.c.id == id_array(file_ids))
        _forget(op, file_ids)


async def release_of_records(op: Operation, record_type: str, record_ids: Sequence[UUID]) -> None:
    """Let go of all files of records that are deleted for good."""
    await _release(
        op, (files.c.record_type == record_type) & (files.c.record_id == id_array(record_ids))
    )


async def release_of_field(op: Operation, record_type: str, field_id: UUID) -> None:
    """Let go of all files in a field that is deleted."""
    await _release(op, (files.c.record_type == record_type) & (files.c.field_id == field_id))


async def _release(op: Operation, which: Any) -> None:
    await op.session.run(
        update(files)
        .where(files.c.workspace_id == WORKSPACE, which, files.c.released_at.is_(None))
        .values(released_at=op.now)
    )


def _forget(op: Operation, file_ids: Sequence[UUID]) -> None:
    for key in file_ids:
        op.loaders.one("file").clear(key)
