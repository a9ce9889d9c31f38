"""What was refused for want of rights is kept in the audit log, although the operation is not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request

from auth.actor import Actor
from domain.audit import AuditEntry, AuditKind, Denial, Origin
from domain.errors import ForbiddenError
from resolvers.operation import Operation
from schema.context import Context
from schema.documents import Outline
from server.journal import Journal
from server.telling import shown_denials

_MOST_NAMED: Final = 10


class Denials:
    """Notes what was refused; what an administrator sees somebody else refused, nobody was."""

    def __init__(self, journal: Journal) -> None:
        """Note it in a journal."""
        self._journal = journal

    def note(self, actor: Actor, origin: Origin, denial: Denial) -> None:
        """Note one thing."""
        details = {**dict(denial.details), "reason": denial.reason, "fields": list(denial.fields)}
        self._journal.add(
            AuditEntry(actor.workspace_id, AuditKind.DENIED, datetime.now(UTC), actor.user_id,
                       token_id=actor.token_id, origin=origin, details=details)
        )  # fmt: skip

    def note_refused(
        self, op: Operation | None, shape: Outline, errors: Sequence[BaseException | None]
    ) -> None:
        """Note what an operation was refused, by its errors and besides them."""
        if op is None or op.actor.viewed_by is not None:
            return
        denials = [
            *op.denials,
            *(
                Denial(error.message, named(shape), _refused(error))
                for error in errors
                if isinstance(error, ForbiddenError)
            ),
        ]
        for denial in denials:
            self.note(op.actor, op.origin, denial)

    def note_hidden(self, context: Context, shape: Outline, request: Request) -> None:
        """Note what fields were left out, unless the caller has said that they may be missing."""
        op, hidden = context.operation, shown_denials(request, context)
        if op is not None and op.actor.viewed_by is None and hidden:
            names = list(dict.fromkeys(denial.field for denial in hidden))[:_MOST_NAMED]
            denial = Denial("field_hidden", named(shape), (("refused", names),))
            self.note(op.actor, op.origin, denial)


def named(shape: Outline) -> tuple[str, ...]:
    """Name the root fields of an operation."""
    return tuple(sorted(shape.roots)[:_MOST_NAMED])


def _refused(error: ForbiddenError) -> tuple[tuple[str, Any], ...]:
    """Give the name of the field that was refused, and other names; never a value."""
    names = {"refused" if key == "name" else key: value for key, value in error.values.items()}
    if "refused" in names:
        names["refused"] = [names["refused"]]
    return tuple(sorted(names.items()))
