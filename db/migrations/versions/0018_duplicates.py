"""Duplicates: the keys by which records are recognised, and what happens to those that are.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# The keys of the records that are there are made in the background: how is known to the program.
FILL = """
DO $$
DECLARE
    known uuid;
BEGIN
    FOR known IN SELECT id FROM workspaces ORDER BY created_at, id LOOP
        PERFORM set_config('voronka.workspace_id', known::text, true);
        PERFORM voronka_enqueue(ARRAY['duplicates.fill'], ARRAY['{}'], NULL);
    END LOOP;
    PERFORM set_config('voronka.workspace_id', '', true);
END $$
"""


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "duplicate_keys",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_duplicate_keys_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "entity", "kind", "key", "record_id", name=op.f("pk_duplicate_keys")
        ),
    )
    op.create_index(
        "ix_duplicate_keys_record", "duplicate_keys", ["workspace_id", "record_id"], unique=False
    )
    for statement in protect("duplicate_keys"):
        op.execute(statement)
    op.add_column(
        "workspaces",
        sa.Column("duplicate_control", postgresql.JSONB(), server_default="{}", nullable=False),
    )
    op.execute(FILL)


def downgrade() -> None:
    """Take the change back."""
    op.execute("DELETE FROM jobs.pgqueuer WHERE entrypoint = 'duplicates.fill'")
    op.drop_column("workspaces", "duplicate_control")
    op.drop_index("ix_duplicate_keys_record", table_name="duplicate_keys")
    op.drop_table("duplicate_keys")
