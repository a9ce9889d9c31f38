"""When what happened to a record elsewhere, before it was brought in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Move:
    """A record came to a stage."""

    stage: UUID
    at: datetime
    by: UUID | None


@dataclass(frozen=True, slots=True)
class Times:
    """When a record was made, by whom, and how it moved; the last move is to where it stands."""

    created_at: datetime
    created_by: UUID | None
    moves: tuple[Move, ...] = ()

    def columns(self, closed: Mapping[UUID, bool]) -> dict[str, Any]:
        """Give the columns that tell of it; `closed` says of stages whether records end there."""
        found: dict[str, Any] = {"created_at": self.created_at, "created_by_id": self.created_by}
        if not self.moves:
            return found
        last = self.moves[-1]
        found.update(moved_at=last.at, moved_by_id=last.by)
        ended: Sequence[Move] = self.moves
        while ended and closed[ended[-1].stage]:
            found["closed_at"] = ended[-1].at
            ended = ended[:-1]
        return found
