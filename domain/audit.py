"""The audit log: who signed in, who was refused, who changed keys, passwords and rights."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from domain.fields import Entity, Field, Kind, fixed


class AuditKind(Enum):
    """What an entry of the audit log tells of."""

    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_FAILED = "SIGN_IN_FAILED"
    SIGNED_OUT = "SIGNED_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    KEY_CREATED = "KEY_CREATED"
    KEY_ROTATED = "KEY_ROTATED"
    KEY_REVOKED = "KEY_REVOKED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - the name of a kind
    PASSWORD_RESET_REQUESTED = "PASSWORD_RESET_REQUESTED"  # noqa: S105 - the name of a kind
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - the name of a kind
    INVITED = "INVITED"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    USER_ACTIVATED = "USER_ACTIVATED"
    USER_DEACTIVATED = "USER_DEACTIVATED"
    DENIED = "DENIED"
    ROLE_CREATED = "ROLE_CREATED"
    ROLE_CHANGED = "ROLE_CHANGED"
    ROLE_DELETED = "ROLE_DELETED"
    ROLE_ASSIGNED = "ROLE_ASSIGNED"
    ROLE_UNASSIGNED = "ROLE_UNASSIGNED"
    VIEWED_AS = "VIEWED_AS"
    CALENDAR_CREATED = "CALENDAR_CREATED"
    CALENDAR_REVOKED = "CALENDAR_REVOKED"
    IMPORTED = "IMPORTED"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; empty for commands and jobs."""

    address: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Denial:
    """An operation that the access policy refused, as a whole or in a part."""

    reason: str
    """Key of the message that the caller got."""
    fields: tuple[str, ...] = ()
    """What was asked for: root fields, or a field of a type such as Deal.amount."""
    details: tuple[tuple[str, Any], ...] = ()
    """Further names and values as JSON."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry that is written outside of the operation that it tells of."""

    workspace_id: UUID
    kind: AuditKind
    at: datetime
    user_id: UUID | None = None
    about_id: UUID | None = None
    token_id: UUID | None = None
    origin: Origin = Origin()
    details: dict[str, Any] = field(default_factory=dict)
    id: UUID | None = None
    """Given where several processes may tell of the same thing, which is kept once."""


def _person(name: str, doc: str) -> Field:
    return Field(name, Kind.REFERENCE, doc, target="user", writable=False, creatable=False)


AUDIT_EVENT: Final = Entity(
    name="audit_event",
    plural="audit_events",
    doc="An entry of the audit log; nobody can change or delete one.",
    is_growing=True,
    title_field="kind",
    searchable=("address", "user_agent"),
    fields=(
        fixed("at", Kind.DATETIME, "When it happened.", sortable=True),
        fixed("kind", Kind.ENUM, "What happened.", enum=AuditKind),
        _person("user", "Who did it; null where nobody was signed in, or a command did it."),
        _person("about", "The person whom it concerns, where that is not who did it."),
        Field("address", Kind.STRING, "Network address that the request came from.",
              writable=False, creatable=False),
        Field("user_agent", Kind.STRING, "What the program called itself.", writable=False,
              creatable=False),
        Field("details", Kind.JSON, "What else there is to know, by names.", always=True,
              writable=False, creatable=False, filterable=False),
    ),
)  # fmt: skip
