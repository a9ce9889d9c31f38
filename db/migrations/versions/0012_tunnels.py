"""Tunnels.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from db.policies import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = ("stage_id", "target_stage_id")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "tunnels",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in COLUMNS),
        sa.Column("action", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["workspace_id", name],
                ["stages.workspace_id", "stages.id"],
                name=op.f(f"fk_tunnels_{name}"),
            )
            for name in COLUMNS
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_tunnels_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_tunnels")),
    )
    for name in COLUMNS:
        op.create_index(f"ix_tunnels_{name}", "tunnels", ["workspace_id", name], unique=False)
    for statement in protect("tunnels"):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for name in reversed(COLUMNS):
        op.drop_index(f"ix_tunnels_{name}", table_name="tunnels")
    op.drop_table("tunnels")
