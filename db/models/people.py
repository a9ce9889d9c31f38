"""Workspaces, people and the tokens they sign in with."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.base import (
    id_column,
    link_table,
    metadata,
    reference,
    text_column,
    trigram_index,
    workspace_table,
)
from db.record import flag, moment

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Uuid(), primary_key=True),
    text_column("name", required=True),
    text_column("locale", required=True),
    text_column("currency", required=True),
    # Raised by every change of settings or people: what processes hold of them is older or true.
    Column("settings_version", BigInteger(), nullable=False, server_default=text("0")),
    # By type of record: what happens to a new one that is known already; a missing one is WARN.
    Column("duplicate_control", JSONB(), nullable=False, server_default="{}"),
    moment("created_at", required=True),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Uuid(), primary_key=True),
    text_column("email", required=True),
    text_column("password_hash"),
    UniqueConstraint("email"),
)

users = workspace_table(
    "users",
    id_column(),
    Column(
        "identity_id",
        Uuid(),
        ForeignKey("identities.id", name="fk_users_identity_id"),
        nullable=False,
    ),
    text_column("email", required=True),
    text_column("first_name"),
    text_column("last_name"),
    text_column("job_title"),
    text_column("locale"),
    flag("is_active", default=True),
    moment("created_at", required=True),
    UniqueConstraint("workspace_id", "identity_id"),
    Index("ix_users_email", "workspace_id", "email"),
    Index("ix_users_first_name", "workspace_id", "first_name", "id"),
    Index("ix_users_last_name", "workspace_id", "last_name", "id"),
    Index("ix_users_created_at", "workspace_id", "created_at", "id"),
)
trigram_index("ix_users_trigrams", users, users.c.first_name, users.c.last_name, users.c.email,
              users.c.job_title)  # fmt: skip

departments = workspace_table(
    "departments",
    id_column(),
    text_column("name", required=True),
    *reference("parent_id", "departments"),
    *reference("head_id", "users"),
    Index("ix_departments_parent_id", "workspace_id", "parent_id"),
    Index("ix_departments_name", "workspace_id", "name", "id"),
)

user_departments = link_table(
    "user_departments", "user_id", "department_id", "departments", owner_table="users"
)

groups = workspace_table(
    "groups",
    id_column(),
    text_column("name", required=True),
    Index("ix_groups_name", "workspace_id", "name", "id"),
)

group_members = link_table("group_members", "group_id", "user_id", "users", owner_table="groups")

tokens = workspace_table(
    "tokens",
    id_column(),
    *reference("user_id", "users", required=True),
    text_column("kind", required=True),
    text_column("name"),
    text_column("prefix", required=True),
    Column("hash", LargeBinary(), nullable=False),
    Column("scopes", ARRAY(Text()), nullable=False),
    *reference("role_id", "roles", belongs=True),
    moment("created_at", required=True),
    moment("expires_at"),
    moment("revoked_at"),
    moment("last_used_at"),
    text_column("address"),
    text_column("user_agent"),
    # The key whose former secret this is, which goes on working for a while.
    *reference("superseded_by_id", "tokens"),
    UniqueConstraint("hash"),
    Index("ix_tokens_user_id", "workspace_id", "user_id"),
    Index(
        "ix_tokens_superseded_by_id",
        "workspace_id",
        "superseded_by_id",
        postgresql_where=text("superseded_by_id IS NOT NULL"),
    ),
)
