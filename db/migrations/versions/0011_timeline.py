"""Timelines: the events of a record, and of all, by time; and comments.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes and the tables."""
    op.create_index(
        "ix_events_timeline",
        "events",
        ["workspace_id", "record_type", "record_id", "at", "id"],
        unique=False,
    )
    op.create_index("ix_events_at", "events", ["workspace_id", "at", "id"], unique=False)
    # The new one begins alike; beside it the planner would take the old one, and sort.
    op.drop_index("ix_events_record", table_name="events")
    _create_comments()
    _create_edits()
    for table in ("comments", "comment_edits"):
        for statement in protect(table):
            op.execute(statement)


def _create_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "author_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_comments_workspace_id_author_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_comments_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_comments")),
    )
    op.create_index(
        "ix_comments_record", "comments", ["workspace_id", "record_type", "record_id"], unique=False
    )
    op.create_index(
        "ix_comments_pinned",
        "comments",
        ["workspace_id", "record_type", "record_id", "pinned_at"],
        unique=False,
        postgresql_where=sa.text("pinned_at IS NOT NULL"),
    )


def _create_edits() -> None:
    op.create_table(
        "comment_edits",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_comment_edits_workspace_id_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "comment_id"],
            ["comments.workspace_id", "comments.id"],
            name=op.f("fk_comment_edits_workspace_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_comment_edits_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_comment_edits")),
    )
    op.create_index(
        "ix_comment_edits_comment_id",
        "comment_edits",
        ["workspace_id", "comment_id", "id"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("comment_edits")
    op.drop_table("comments")
    op.create_index(
        "ix_events_record",
        "events",
        ["workspace_id", "record_type", "record_id", "transaction_id", "id"],
        unique=False,
    )
    op.drop_index("ix_events_at", table_name="events")
    op.drop_index("ix_events_timeline", table_name="events")
