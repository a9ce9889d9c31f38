"""The index behind the history of stages.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_index(
        "ix_events_stage",
        "events",
        ["workspace_id", "record_type", "record_id", "transaction_id", "id"],
        unique=False,
        postgresql_where=sa.text("changes ? 'stage'"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_events_stage", table_name="events")
