"""Snapshots: what changes rarely in a workspace, held by the process between requests.

Each change of a workspace's settings or people raises its version in the same transaction. The
statement that finds who shows a token brings the version along, so a request knows whether what is
held is still true, on any replica, without asking once more.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

MAX_ROWS: Final = 10_000
"""A workspace with more rows reads from the database; only that it is so is held."""
MAX_ROWS_OF_ALL: Final = 200_000
"""Of all workspaces together; a row takes about a kilobyte."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The settings and people of a workspace as of a version; rows are in their lists' order."""

    version: int
    rows: Mapping[str, Mapping[UUID, Any]]
    """By entity: the rows that may be seen, by id."""
    links: Mapping[str, Mapping[UUID, tuple[UUID, ...]]]
    """By link table and owner's column: the ids that owners hold, in their order."""
    is_whole: bool = True
    """False for a workspace with too many rows: the snapshot is empty and answers nothing."""
    duplicate_control: Mapping[str, str] = field(default_factory=dict)
    """By type of record: what happens to a new one that is known already."""
    derived: dict[Any, Any] = field(default_factory=dict)
    """What readers worked out of it, kept for the next ones."""

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return sum(len(rows) for rows in self.rows.values())


class Snapshots:
    """The snapshots of a process, the least recently used going first."""

    def __init__(self, most_rows: int = MAX_ROWS_OF_ALL) -> None:
        """Hold so many rows at most, of all workspaces together."""
        self._most_rows = most_rows
        self._rows = 0
        self._held: OrderedDict[UUID, Snapshot] = OrderedDict()

    def get(self, workspace_id: UUID, version: int) -> Snapshot | None:
        """Give the snapshot of a workspace; None where there is none or a change is missing."""
        held = self._held.get(workspace_id)
        if held is None or held.version < version:
            return None
        self._held.move_to_end(workspace_id)
        return held

    def put(self, workspace_id: UUID, snapshot: Snapshot) -> None:
        """Hold a snapshot, unless a newer one is there."""
        held = self._held.get(workspace_id)
        if held is not None and held.version > snapshot.version:
            return
        self._rows += snapshot.size - (0 if held is None else held.size)
        self._held[workspace_id] = snapshot
        self._held.move_to_end(workspace_id)
        while self._rows > self._most_rows:
            _, dropped = self._held.popitem(last=False)
            self._rows -= dropped.size
