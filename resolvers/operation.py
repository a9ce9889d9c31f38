"""What one operation works with: who asks, the session, the loaders, the time, and what it did."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from auth.actor import Actor
from db.session import Session
from domain.jobs import Job
from loaders.loaders import Loaders


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one record, as the event log keeps it."""

    id: UUID
    kind: str
    record_type: str
    record_id: UUID
    version: int | None
    changes: dict[str, dict[str, Any]]
    """API field name -> {"from": …, "to": …}, values as JSON."""


@dataclass(slots=True)
class Operation:
    """One GraphQL operation (or job, or command) on behalf of an actor."""

    actor: Actor
    session: Session
    loaders: Loaders
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    events: list[Event] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    """What a worker is to do once the operation is committed."""
    failed: bool = False
    """A mutation was refused: nothing of the operation may be committed."""
    settings_changed: bool = False
    """Settings or people were written: what processes hold of them is out of date."""
    warnings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Things that the caller should know besides the answer, by their code."""

    @classmethod
    def begin(cls, session: Session, actor: Actor) -> "Operation":
        """Start an operation in an open session."""
        return cls(actor, session, Loaders(session, actor))

    def later(self, job: Job) -> None:
        """Leave a job to a worker, which gets it when the operation is committed."""
        self.jobs.append(job)

    @property
    def currency(self) -> str:
        """The base currency of the workspace."""
        return self.actor.currency
