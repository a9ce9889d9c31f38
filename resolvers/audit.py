"""The audit log: what is written in an operation's own transaction, and what waits beside it.

`audit` is for what has happened: the entry is kept if and only if the operation is committed.
`note_denial` is for what was refused: the entry is handed to the server's journal, which writes it
although the operation leaves nothing behind.
"""

from typing import Any, Final
from uuid import UUID

from db.base import new_id
from db.tables import audit_events
from domain.audit import AuditKind, Denial
from resolvers.operation import Operation

_MOST_DENIALS: Final = 20
"""Of one operation; a bulk call may be refused for hundreds of records."""


async def audit(
    op: Operation,
    kind: AuditKind,
    *,
    about: UUID | None = None,
    subject: tuple[str, UUID] | None = None,
    **details: Any,
) -> None:
    """Write an entry in the transaction of the operation.

    `about` is the person whom it concerns, `subject` the prefix and id of the thing, `details` are
    values as JSON. Nothing in them may be a secret.
    """
    subject_type, subject_id = subject or (None, None)
    await op.session.insert(
        audit_events,
        [
            {
                "id": new_id(),
                "at": op.now,
                "kind": kind.value,
                "user_id": op.actor.user_id,
                "about_id": about,
                "token_id": op.actor.token_id,
                "subject_type": subject_type,
                "subject_id": subject_id,
                "address": op.origin.address,
                "user_agent": op.origin.user_agent,
                "details": details,
            }
        ],
    )


def note_denial(op: Operation, reason: str, *fields: str, **details: Any) -> None:
    """Note that a part of the operation was refused.

    `reason` is the key of the message that the caller gets, `fields` what was asked for. Whoever
    raises `ForbiddenError` need not: the server notes those by itself.
    """
    if len(op.denials) < _MOST_DENIALS:
        op.denials.append(Denial(reason, fields, tuple(sorted(details.items()))))
