"""What the loaders of one operation share: its session, its rights, its snapshot, their pace."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select

from auth.actor import Actor
from auth.policy import FLAGS, fingerprint
from db.session import Session
from db.snapshot import Snapshot, Snapshots
from domain.entities import RECORDS
from loaders.batching import BatchLoader
from loaders.following import Followed
from loaders.held import HeldLoader, load_snapshot
from loaders.listing import alive, shown_row
from loaders.pace import Pace
from loaders.rows import ROW_TYPES, Row, Selection, row_type
from loaders.statements import KEYS_NAME

_RECORDS: Final = frozenset(entity.name for entity in RECORDS)
Batch = Callable[[Any], Coroutine[Any, Any, Any]]


class LoaderScope:
    """The state that the loaders of one operation share."""

    def __init__(self, session: Session, actor: Actor) -> None:
        """Bind to the operation's session and actor."""
        self.session = session
        self.actor = actor
        self.reader = alive(actor)
        """What of rows and fields may be looked at."""
        self._rights = fingerprint(actor)
        self._held: asyncio.Future[Snapshot] | None = None
        self.snapshots: Snapshots | None = None
        """Where settings and people are held between requests; None: they are read."""
        self.selection = Selection()
        """What the operation reads of records; everything, where it is not told."""
        self.pace = Pace()
        self._made: dict[Hashable, BatchLoader[Any, Any]] = {}
        session.at_end.append(self.let_go)

    def shared(self, key: Hashable, batch: Batch) -> BatchLoader[Any, Any]:
        """Give the loader of a key, made of `batch` where the operation has none yet."""
        return self._loader(key, batch)

    def _loader(self, key: Hashable, batch: Batch) -> BatchLoader[Any, Any]:
        loader = self._made.get(key)
        if loader is None:
            loader = self._made[key] = BatchLoader(batch, self.pace)
        return loader

    async def _fetch(
        self,
        key: tuple[Hashable, ...],
        build: Callable[[], Select[Any]],
        keys: Sequence[UUID],
        **values: Any,
    ) -> Sequence[Any]:
        """Run the statement of a key with `keys` (and further values) in its places."""
        return await self.session.rows_by(
            (*key, self._rights), build, {KEYS_NAME: list(keys), **values}
        )

    def _settings(
        self, key: Hashable, find: Callable[[Snapshot, Any], Any], batch: Batch
    ) -> BatchLoader[Any, Any]:
        """Give the loader of settings or people: of the snapshot, where there are snapshots."""
        if self.snapshots is None:
            return self._loader(key, batch)
        loader = self._made.get(key)
        if loader is None:
            loader = self._made[key] = HeldLoader(
                self.snapshot, self.snapshot_now, find, batch, self.pace
            )
        return loader

    async def snapshot(self) -> Snapshot:
        """Give the snapshot of the workspace, reading it where the process holds none of now."""
        snapshots, actor = self.snapshots, self.actor
        if snapshots is None:
            raise LookupError("this operation reads from the database alone")
        known = snapshots.get(actor.workspace_id, actor.settings_version)
        if known is not None:
            return known
        if self._held is None:
            self._held = asyncio.ensure_future(load_snapshot(self.session))
        found = await asyncio.shield(self._held)  # others may wait for it as well
        snapshots.put(actor.workspace_id, found)
        return found

    @property
    def has_read_snapshot(self) -> bool:
        """Whether the operation had to read the workspace's snapshot."""
        return self._held is not None

    def snapshot_now(self) -> Snapshot | None:
        """Give the snapshot where the process holds it, whole and of now; else None."""
        if self.snapshots is None:
            return None
        actor = self.actor
        known = self.snapshots.get(actor.workspace_id, actor.settings_version)
        return known if known is not None and known.is_whole else None

    def _row(self, entity: str) -> type[Row]:
        """Give the class of the rows that are read of an entity."""
        names = self.selection.columns.get(entity)
        if entity not in _RECORDS:
            return ROW_TYPES[entity]
        if names is None:
            return shown_row(self.actor, row_type(entity, (*ROW_TYPES[entity].positions, *FLAGS)))
        keys = self.selection.custom_keys.get(entity)
        return shown_row(self.actor, row_type(entity, names, keys))

    def _followed(self, entity: str) -> Followed:
        """Give the references that come along with the rows of an entity."""
        fields = self.selection.followed.get(entity, ())
        return tuple((field, self._row(field.target)) for field in fields)

    def take_rights(self, actor: Actor) -> None:
        """Read on behalf of the actor as it is now that the rights are known."""
        self.actor = actor
        self.reader = alive(actor)
        self._rights = fingerprint(actor)

    def let_go(self) -> None:
        """Let go of the loaders; called when the session ends.

        They hold this scope, and it holds them: all that was read would stay until the garbage
        collector comes by, and be most of what it has to walk.
        """
        self._made = {}

    def clear(self) -> None:
        """Forget everything read so far; called after writes."""
        for loader in self._made.values():
            loader.clear_all()
