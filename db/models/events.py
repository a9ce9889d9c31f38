"""The event log: what changed, when and by whom; history, timeline and webhooks read it."""

from sqlalchemy import Column, FetchedValue, Index, Integer, Text, Uuid, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType
from typing_extensions import override

from db.base import id_column, workspace_table
from db.record import moment


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, the first half of an event's position."""

    cache_ok = True

    @override
    def get_col_spec(self, **_: object) -> str:
        """Name the type in DDL."""
        return "XID8"


events = workspace_table(
    "events",
    id_column(),
    Column(
        "transaction_id",
        TransactionId(),
        FetchedValue(),
        nullable=False,
        server_default=text("pg_current_xact_id()"),
    ),
    moment("at", required=True),
    Column("actor_id", Uuid(), nullable=True),
    Column("kind", Text(), nullable=False),
    Column("record_type", Text(), nullable=False),
    Column("record_id", Uuid(), nullable=False),
    Column("version", Integer(), nullable=True),
    Column("changes", JSONB(), nullable=False),
)
Index("ix_events_position", events.c.workspace_id, events.c.transaction_id, events.c.id)
Index(
    "ix_events_stage",
    events.c.workspace_id,
    events.c.record_type,
    events.c.record_id,
    events.c.transaction_id,
    events.c.id,
    postgresql_where=events.c.changes.has_key(literal_column("'stage'")),
)
# Timelines and the history go by time, each newest first.
Index("ix_events_timeline", events.c.workspace_id, events.c.record_type, events.c.record_id,
      events.c.at, events.c.id)  # fmt: skip
Index("ix_events_at", events.c.workspace_id, events.c.at, events.c.id)
