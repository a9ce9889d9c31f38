"""Merges of records, where merged ids lead, and what it takes to part the records again.

Revision ID: 0019
Revises: 0018
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLES = ("merges", "merged_records", "merge_moves")


def _workspace_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"],
        ["workspaces.id"],
        name=f"fk_{table}_workspace_id",
        ondelete="CASCADE",
    )


def _key(table: str, column: str, target: str, ondelete: str | None = None) -> Any:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
        ondelete=ondelete,
    )


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "merges",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("source_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        _key("merges", "by_id", "users"),
        _key("merges", "undone_by_id", "users"),
        _workspace_key("merges"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_merges")),
    )
    op.create_index("ix_merges_target_id", "merges", ["workspace_id", "target_id", "id"])
    op.create_table(
        "merged_records",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        _key("merged_records", "merge_id", "merges", "CASCADE"),
        _workspace_key("merged_records"),
        sa.PrimaryKeyConstraint("workspace_id", "record_id", name=op.f("pk_merged_records")),
    )
    op.create_index(
        "ix_merged_records_survivor_id", "merged_records", ["workspace_id", "survivor_id"]
    )
    op.create_index("ix_merged_records_merge_id", "merged_records", ["workspace_id", "merge_id"])
    op.create_table(
        "merge_moves",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("row", postgresql.JSONB(), nullable=False),
        _key("merge_moves", "merge_id", "merges", "CASCADE"),
        _workspace_key("merge_moves"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_merge_moves")),
    )
    op.create_index("ix_merge_moves_merge_id", "merge_moves", ["workspace_id", "merge_id", "id"])
    for table in _TABLES:
        for statement in protect(table):
            op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for table in reversed(_TABLES):
        op.drop_table(table)
