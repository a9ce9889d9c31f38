"""What one operation works with: who asks, the session, the loaders, the time, and what it did."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from auth.actor import Actor
from db.file_store import FileStore
from db.mailer import Mailer
from db.session import Session
from domain.audit import Denial, Origin
from domain.errors import RefusedError
from domain.files import UploadLimits
from domain.jobs import Job
from loaders.loaders import Loaders
from loaders.rights import View, admit

_LIMITS: Final = UploadLimits()
_NO_MAILER: Final = Mailer()
_NOWHERE: Final = Origin()
Afterwards = Callable[[], Awaitable[None]]
"""Work outside of the database that has to wait for the end of the transaction."""


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
    at: datetime | None = None
    """When it happened, of what is brought in from elsewhere; else it happens now."""
    by_id: UUID | None = None
    """Who did it there, with `at`; else the actor did it."""


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
    files: FileStore | None = None
    """Where the contents of files are, for operations that may need them."""
    upload_limits: UploadLimits = _LIMITS
    mailer: Mailer = _NO_MAILER
    """Sends e-mail, where the installation can."""
    origin: Origin = _NOWHERE
    """Where the request came from."""
    denials: list[Denial] = field(default_factory=list)
    """What was refused: written to the audit log although nothing of the operation is."""
    failed_tries: list[bytes] = field(default_factory=list)
    """Keys of wrong passwords, counted although nothing of the operation is kept."""
    after_commit: list[Afterwards] = field(default_factory=list)
    """Done once the transaction is committed, such as deleting contents of files that are gone."""
    after_rollback: list[Afterwards] = field(default_factory=list)
    """Done where nothing was committed, such as deleting contents that no file stands for."""

    @classmethod
    def begin(cls, session: Session, actor: Actor) -> "Operation":
        """Start an operation in an open session."""
        return cls(actor, session, Loaders(session, actor))

    async def admit(self, view: View | None = None) -> None:
        """Learn what the actor's roles allow; nothing is allowed before.

        With a view, the operation is from here on that of somebody else; raises ForbiddenError,
        BadInputError.
        """
        self.actor = await admit(self.loaders, view)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Take back what is written and noted in a block where that is refused."""
        events, jobs, works = len(self.events), len(self.jobs), len(self.after_commit)
        try:
            async with self.session.savepoint():
                yield
        except RefusedError:
            del self.events[events:], self.jobs[jobs:], self.after_commit[works:]
            self.loaders.clear()
            raise

    def later(self, job: Job) -> None:
        """Leave a job to a worker, which gets it when the operation is committed."""
        self.jobs.append(job)

    @property
    def file_store(self) -> FileStore:
        """The store of contents; raises LookupError for an operation that has none."""
        if self.files is None:
            raise LookupError("this operation has no file store")
        return self.files

    async def conclude(self, *, committed: bool) -> list[Exception]:
        """Do what had to wait for the end of the transaction; give what went wrong with it.

        The transaction is over either way, so one failure stops neither the answer nor the rest.
        Called by whoever committed or rolled back, after that.
        """
        failures: list[Exception] = []
        for work in self.after_commit if committed else self.after_rollback:
            try:
                await work()
            except Exception as error:  # noqa: BLE001  # told to the caller, who reports it
                failures.append(error)
        self.after_commit, self.after_rollback = [], []
        return failures

    @property
    def currency(self) -> str:
        """The base currency of the workspace."""
        return self.actor.currency
