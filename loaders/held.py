"""Reads of settings and people, from the workspace's snapshot where it is held.

Rows that a snapshot does not have (made a moment ago, or gone) are looked up in the database, so a
snapshot is never the last word on what does not exist.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from typing_extensions import override

from auth.policy import within
from db.base import WORKSPACE
from db.session import Session
from db.snapshot import MAX_ROWS, Snapshot
from db.tables import TABLES, linking, workspaces
from domain.entities import ENTITIES
from domain.fields import Entity, Field, Kind
from loaders.batching import BatchLoader
from loaders.pace import Pace
from loaders.rows import ROW_TYPES, Row, columns

HELD: Final = tuple(entity for entity in ENTITIES.values() if entity.is_setting)
HELD_NAMES: Final = frozenset(entity.name for entity in HELD)
HELD_LINKS: Final = tuple(
    field
    for entity in HELD
    for field in entity.fields
    if field.kind is Kind.LINKS and field.target in HELD_NAMES
)


async def load_snapshot(session: Session) -> Snapshot:
    """Read a workspace's settings and people, with the version that they have.

    The version comes first: what a mutation, which sees others' commits, reads after it may be
    newer, never older.
    """
    (found,) = await session.rows_by(
        ("settings version",),
        lambda: select(workspaces.c.settings_version, workspaces.c.duplicate_control).where(
            workspaces.c.id == WORKSPACE
        ),
        {},
    )
    version, control = found
    rows = {entity.name: await _rows(session, entity) for entity in HELD}
    if sum(map(len, rows.values())) > MAX_ROWS:
        return Snapshot(version, {}, {}, is_whole=False, duplicate_control=control)
    links = {link_key(field): await _links(session, field) for field in HELD_LINKS}
    return Snapshot(version, rows, links, duplicate_control=control)


async def _rows(session: Session, entity: Entity) -> dict[UUID, Row]:
    kind = ROW_TYPES[entity.name]

    def build() -> Any:
        source = TABLES[entity.name].alias(entity.name)
        ranks = [source.c[name] for name in ("sort", "name") if name in source.c][:1]
        return (
            select(*columns(kind, source))
            .where(within(source))
            .order_by(*ranks, source.c["id"])
            .limit(MAX_ROWS + 1)
        )

    found = await session.rows_by(("held", entity.name), build, {})
    return {row.id: row for row in map(kind, found)}


async def _links(session: Session, field: Field) -> dict[UUID, tuple[UUID, ...]]:
    declared = field.link
    if declared is None:
        raise TypeError(f"{field.name} is no link")

    def build() -> Any:
        link = linking(declared)
        owner, target = link.c[declared.owner], link.c[declared.target]
        return (
            select(owner, target)
            .where(link.c["workspace_id"] == WORKSPACE)
            .order_by(owner, link.c["sort"], target)
        )

    found: dict[UUID, list[UUID]] = {}
    for owner, target in await session.rows_by(("held links", field), build, {}):
        found.setdefault(owner, []).append(target)
    return {owner: tuple(targets) for owner, targets in found.items()}


def link_key(field: Field) -> str:
    """Name a link table as seen from one of its sides."""
    return "" if field.link is None else f"{field.link.table}.{field.link.owner}"


class HeldLoader(BatchLoader[Any, Any]):
    """Answers from the snapshot at once; what it does not know is loaded as usual."""

    def __init__(
        self,
        snapshot: Callable[[], Awaitable[Snapshot]],
        snapshot_now: Callable[[], Snapshot | None],
        find: Callable[[Snapshot, Any], Any],
        fetch: Any,
        pace: Pace,
    ) -> None:
        """Look for keys with `find`, which gives None for those that `fetch` has to bring."""
        super().__init__(fetch, pace)
        self._snapshot = snapshot
        self._snapshot_now = snapshot_now
        self._find = find

    @override
    async def load_batch(self, keys: Sequence[Any]) -> list[Any]:
        """Give the values for keys, in their order."""
        snapshot = await self._snapshot()
        if not snapshot.is_whole:
            return await super().load_batch(keys)
        find = self._find
        found = [find(snapshot, key) for key in keys]
        if None not in found:
            return found
        missing = [key for key, value in zip(keys, found, strict=True) if value is None]
        brought = iter(await super().load_batch(missing))
        return [next(brought) if value is None else value for value in found]

    @override
    def known(self, keys: Sequence[Any]) -> list[Any] | None:
        """Give the values for keys where the snapshot is there and has them all, else None."""
        snapshot = self._snapshot_now()
        if snapshot is None:
            return None
        found = [self._find(snapshot, key) for key in keys]
        return None if None in found else found


def find_row(entity: str) -> Callable[[Snapshot, UUID], Row | None]:
    """Give a search for a row by id."""
    return lambda snapshot, key: snapshot.rows[entity].get(key)


def find_children(field: Field) -> Callable[[Snapshot, UUID], list[Row] | None]:
    """Give a search for the rows that refer to an owner, in their order."""

    def find(snapshot: Snapshot, owner: UUID) -> list[Row] | None:
        grouped = snapshot.derived.get(field)
        if grouped is None:
            grouped = snapshot.derived[field] = {}
            for row in snapshot.rows[field.target].values():
                grouped.setdefault(getattr(row, field.via), []).append(row)
        children: list[Row] = grouped.get(owner, [])
        return children

    return find


def find_linked(field: Field) -> Callable[[Snapshot, UUID], list[Row] | None]:
    """Give a search for the rows that an owner among the settings is linked to."""
    key = link_key(field)

    def find(snapshot: Snapshot, owner: UUID) -> list[Row] | None:
        rows = snapshot.rows[field.target]
        return [rows[target] for target in snapshot.links[key].get(owner, ()) if target in rows]

    return find
