"""The audit log, and the links by which people set a password."""

from sqlalchemy import ARRAY, Column, DateTime, ForeignKey, Index, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from db.base import id_column, metadata, reference, text_column, trigram_index, workspace_table
from db.record import moment

audit_events = workspace_table(
    "audit_events",
    id_column(),
    moment("at", required=True),
    text_column("kind", required=True),
    *reference("user_id", "users"),
    *reference("about_id", "users"),
    # Tokens and what else it may be about go sooner than the log.
    Column("token_id", Uuid()),
    Column("subject_type", Text()),
    Column("subject_id", Uuid()),
    text_column("address"),
    text_column("user_agent"),
    Column("details", JSONB(), nullable=False, server_default="{}"),
)
for _column in ("at", "kind", "user_id", "about_id"):
    Index(f"ix_audit_events_{_column}", audit_events.c.workspace_id, audit_events.c[_column],
          audit_events.c.id)  # fmt: skip
trigram_index("ix_audit_events_trigrams", audit_events, audit_events.c.address,
              audit_events.c.user_agent)  # fmt: skip

sign_in_links = workspace_table(
    "sign_in_links",
    id_column(),
    *reference("user_id", "users", required=True),
    text_column("purpose", required=True),
    Column("hash", LargeBinary(), nullable=False, unique=True),
    moment("created_at", required=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    moment("used_at"),
    Index("ix_sign_in_links_user_id", "workspace_id", "user_id"),
)

oidc_identities = Table(
    "oidc_identities",
    metadata,
    Column("issuer", Text(), primary_key=True),
    Column("subject", Text(), primary_key=True),
    Column(
        "identity_id",
        Uuid(),
        ForeignKey("identities.id", name="fk_oidc_identities_identity_id", ondelete="CASCADE"),
        nullable=False,
    ),
    moment("created_at", required=True),
    Index("ix_oidc_identities_identity_id", "identity_id"),
)

# A crash may empty it: that costs nothing but a few tries more.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("key", LargeBinary(), primary_key=True),
    Column("times", ARRAY(DateTime(timezone=True)), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    prefixes=["UNLOGGED"],
)
