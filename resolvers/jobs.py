"""Background jobs: who handles which, and on whose behalf.

A handler works like a mutation: in one transaction of one workspace, under the policies, which is
committed when it returns. It may run again after a failure, so what it does outside the database
must stand being done twice. Long work goes in portions: a handler that returns True is queued
again in the same transaction.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from auth.actor import Actor, system_actor
from db.file_store import FileStore
from db.holds import change_settings, use_settings
from db.mailer import Mailer
from db.session import Session
from domain.jobs import Job
from loaders.people import workspace_of_actor
from resolvers import currency_work
from resolvers.changes import flush_events
from resolvers.currency_work import ALONE
from resolvers.custom_work import WORK
from resolvers.duplicate_keys import FILL, fill_keys
from resolvers.files import sweep
from resolvers.kept_numbers import PORTION, fold
from resolvers.links import purge_links, send_link
from resolvers.merges import SETTLE, settle
from resolvers.operation import Operation
from resolvers.reminders import tell_reminders
from resolvers.sign_in import purge_tokens

Handler = Callable[[Operation, Mapping[str, Any]], Awaitable[bool | None]]

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


async def clear_sign_in(op: Operation, arguments: Mapping[str, Any]) -> None:
    """Delete what signing in has left behind for long."""
    await purge_links(op)
    await purge_tokens(op, arguments)


async def sweep_files(op: Operation, arguments: Mapping[str, Any]) -> bool:
    """Delete files that nobody holds; goes on while it finds some."""
    return await sweep(op, arguments) > 0


async def fold_numbers(op: Operation, arguments: Mapping[str, Any]) -> bool:
    """Make one row of the kept numbers of each place; goes on while there are many."""
    del arguments
    return await fold(op.session) >= PORTION // 2


JOBS: Final[Mapping[str, Handler]] = {
    "fold_numbers": fold_numbers,
    "purge_tokens": clear_sign_in,
    "send_link": send_link,
    "sweep_files": sweep_files,
    "tell_reminders": tell_reminders,
    FILL: fill_keys,
    SETTLE: settle,
    **WORK,
    **currency_work.WORK,
}
"""The handlers by the names of their jobs."""

PERIODIC: Final[Mapping[str, float]] = {
    "fold_numbers": 5 * _MINUTE,
    "purge_tokens": _DAY,
    "sweep_files": _HOUR,
    "tell_reminders": _MINUTE,
}
"""Jobs that every workspace gets once in so many seconds, without arguments."""


async def run_job(
    session: Session,
    workspace_id: UUID,
    actor_id: UUID | None,
    job: Job,
    handler: Handler,
    files: FileStore | None = None,
    mailer: Mailer | None = None,
) -> Operation | None:
    """Run a job in a session that was bound to its workspace; the caller commits and concludes.

    A job whose workspace is gone has nothing to do and gives None.
    """
    await (change_settings(session) if job.name in ALONE else use_settings(session))
    actor = await actor_of(session, workspace_id, actor_id)
    if actor is None:
        return None
    op = Operation.begin(session, actor)
    op.files = files
    op.mailer = mailer or Mailer()
    if await handler(op, job.arguments):
        op.later(job)
    await flush_events(op, already=0)
    return op


async def actor_of(session: Session, workspace_id: UUID, actor_id: UUID | None) -> Actor | None:
    """Give a person of the session's workspace or, without one who is active, the system."""
    found = await workspace_of_actor(session, actor_id)
    if found is None:
        return None
    # What somebody may have done was decided when the job was queued; the rest of it is the
    # system's work, in that person's name.
    return system_actor(
        workspace_id, found.locale, found.currency, found.user_id, found.settings_version
    )
