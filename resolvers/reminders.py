"""Reminders: a job that tells people, each time once, of what is about to begin or to be due."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from db.base import new_id
from domain.activities import ACTIVITY, REMINDER
from loaders.activities import waiting_reminders
from loaders.locking import lock_name
from resolvers.activity_rows import forget_told, mark_told
from resolvers.operation import Event, Operation

PORTION: Final = 500
_KEPT: Final = timedelta(days=30)


async def tell_reminders(op: Operation, arguments: Mapping[str, Any]) -> bool:
    """Tell the reminders whose time has come; goes on where there are more.

    One worker at a time, and by the clock of then: whoever asks for what was told after a moment
    that they know misses none. What is told and the note of it are one transaction.
    """
    del arguments
    await lock_name(op.session, "reminders")
    moment = datetime.now(UTC)
    found = await waiting_reminders(op.session, moment, PORTION)
    if not found:
        await forget_told(op, moment - _KEPT)
        return False
    await mark_told(op, [row.id for row in found], moment)
    for row in found:
        told = {"minutes": row.minutes, "remindAt": row.remind_at.isoformat()}
        op.events.append(
            Event(new_id(), REMINDER, ACTIVITY.name, row.activity_id, None,
                  {"reminder": {"from": None, "to": told}})
        )  # fmt: skip
    return len(found) == PORTION
