"""Activities, their reminders, and calendar feeds.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect, publish

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PEOPLE = ("responsible_id", "completed_by_id", "created_by_id", "updated_by_id")
INDEXED = ("kind", "priority", "is_completed", "start_at", "deadline", "due_at", "completed_at",
           "created_at")  # fmt: skip
LINKS = (
    ("activity_participants", "activity_id", "user_id", "users"),
    ("activity_contacts", "activity_id", "contact_id", "contacts"),
)
TABLES = ("activities", "activity_participants", "activity_contacts", "activity_links",
          "activity_reminders", "calendar_feeds")  # fmt: skip
CALENDAR = """
CREATE FUNCTION voronka_calendar(feed_hash bytea)
RETURNS TABLE (workspace_id uuid, user_id uuid, token_id uuid, kind text, scopes text[],
               role_id uuid, locale text, currency text, settings_version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT feed.workspace_id, feed.user_id, NULL::uuid, 'CALENDAR', ARRAY['READ'],
           NULL::uuid, workspace.locale, workspace.currency, workspace.settings_version
    FROM calendar_feeds AS feed
    JOIN users AS person
      ON person.workspace_id = feed.workspace_id AND person.id = feed.user_id
    JOIN workspaces AS workspace ON workspace.id = feed.workspace_id
    WHERE feed.hash = feed_hash AND person.is_active
$$
"""
REPLACE_HASH_BEFORE = """
CREATE OR REPLACE FUNCTION voronka_replace_password(wanted text, new_hash text, kept uuid)
RETURNS TABLE (identity_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE identities AS identity SET password_hash = new_hash WHERE identity.email = wanted
    RETURNING identity.id INTO identity_id;
    UPDATE tokens AS token SET revoked_at = now()
    FROM users AS person
    WHERE person.identity_id = voronka_replace_password.identity_id
      AND token.workspace_id = person.workspace_id AND token.user_id = person.id
      AND token.revoked_at IS NULL AND token.id IS DISTINCT FROM kept;
    UPDATE sign_in_links AS link SET used_at = now()
    FROM users AS person
    WHERE person.identity_id = voronka_replace_password.identity_id
      AND link.workspace_id = person.workspace_id AND link.user_id = person.id
      AND link.used_at IS NULL;
    IF identity_id IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END $$
"""
# Whoever takes an account back by a new password takes back its calendars as well.
REPLACE_HASH = REPLACE_HASH_BEFORE.replace(
    """    IF identity_id IS NOT NULL THEN
""",
    """    DELETE FROM calendar_feeds AS feed
    USING users AS person
    WHERE person.identity_id = voronka_replace_password.identity_id
      AND feed.workspace_id = person.workspace_id AND feed.user_id = person.id;
    IF identity_id IS NOT NULL THEN
""",
)


def upgrade() -> None:
    """Create the tables."""
    _create_activities()
    for name, owner, target, targets in LINKS:
        _create_links(name, owner, target, targets)
    _create_record_links()
    _create_reminders()
    _create_feeds()
    for table in TABLES:
        for statement in protect(table):
            op.execute(statement)
    for statement in publish("voronka_calendar(bytea)", CALENDAR):
        op.execute(statement)
    op.execute(REPLACE_HASH)


def _moment(name: str, *, required: bool = False) -> "sa.Column[object]":
    default = sa.text("now()") if required else None
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=default, nullable=not required
    )


def _id(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspaces.id"], name=f"fk_{table}_workspace_id", ondelete="CASCADE"
    )


def _to(table: str, column: str, target: str, *, belongs: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        ondelete="CASCADE" if belongs else None,
    )


def _create_activities() -> None:
    op.create_table(
        "activities",
        _id("workspace_id"),
        _id("id"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "subject")),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("direction", "location")),
        *map(_moment, ("start_at", "end_at", "deadline", "due_at", "begins_at", "ends_at")),
        _id("responsible_id"),
        sa.Column("is_completed", sa.Boolean(), server_default="false", nullable=False),
        _moment("completed_at"),
        _id("completed_by_id", nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("outcome", "recurrence")),
        *map(_moment, ("recurs_from", "recurs_at")),
        sa.Column("is_continued", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("reminders", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
        _moment("created_at", required=True),
        _id("created_by_id", nullable=True),
        _moment("updated_at", required=True),
        _id("updated_by_id", nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *(_to("activities", column, "users") for column in PEOPLE),
        _of_workspace("activities"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_activities")),
    )
    for name in INDEXED:
        op.create_index(f"ix_activities_{name}", "activities", ["workspace_id", name, "id"])
    op.create_index(
        "ix_activities_responsible_id",
        "activities",
        ["workspace_id", "responsible_id", "is_completed", "due_at", "id"],
    )
    op.create_index(
        "ix_activities_calendar", "activities", ["workspace_id", "responsible_id", "ends_at"]
    )
    op.create_index(
        "ix_activities_trigrams",
        "activities",
        ["workspace_id", "subject"],
        postgresql_using="gin",
        postgresql_ops={"subject": "gin_trgm_ops"},
    )


def _create_links(name: str, owner: str, target: str, targets: str) -> None:
    op.create_table(
        name,
        _id("workspace_id"),
        _id(owner),
        _id(target),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        _to(name, owner, "activities", belongs=True),
        _to(name, target, targets, belongs=True),
        _of_workspace(name),
        sa.PrimaryKeyConstraint("workspace_id", owner, target, name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_{target}", name, ["workspace_id", target, owner])


def _create_record_links() -> None:
    name = "activity_links"
    op.create_table(
        name,
        _id("workspace_id"),
        sa.Column("record_type", sa.Text(), nullable=False),
        _id("record_id"),
        _id("activity_id"),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        _to(name, "activity_id", "activities", belongs=True),
        _of_workspace(name),
        sa.PrimaryKeyConstraint(
            "workspace_id", "record_type", "record_id", "activity_id", name=op.f(f"pk_{name}")
        ),
    )
    op.create_index(f"ix_{name}_activity_id", name, ["workspace_id", "activity_id", "record_id"])


def _create_reminders() -> None:
    name = "activity_reminders"
    op.create_table(
        name,
        _id("workspace_id"),
        _id("id"),
        _id("activity_id"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        _moment("remind_at", required=True),
        _moment("told_at"),
        _to(name, "activity_id", "activities", belongs=True),
        _of_workspace(name),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_activity_id", name, ["workspace_id", "activity_id"])
    op.create_index(
        f"ix_{name}_waiting",
        name,
        ["workspace_id", "remind_at"],
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.create_index(
        f"ix_{name}_told_at",
        name,
        ["workspace_id", "told_at"],
        postgresql_where=sa.text("told_at IS NOT NULL"),
    )


def _create_feeds() -> None:
    name = "calendar_feeds"
    op.create_table(
        name,
        _id("workspace_id"),
        _id("id"),
        _id("user_id"),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _moment("created_at", required=True),
        _to(name, "user_id", "users"),
        _of_workspace(name),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("hash", name=op.f(f"uq_{name}_hash")),
        sa.UniqueConstraint(
            "workspace_id", "user_id", name=op.f(f"uq_{name}_workspace_id_user_id")
        ),
    )


def downgrade() -> None:
    """Take the change back."""
    op.execute(REPLACE_HASH_BEFORE)
    op.execute("DROP FUNCTION voronka_calendar(bytea)")
    for table in reversed(TABLES):
        op.drop_table(table)
    # What the log tells of them is of kinds that the former version does not know.
    op.execute("DELETE FROM events WHERE kind LIKE 'ACTIVITY\\_%' OR record_type = 'activity'")
