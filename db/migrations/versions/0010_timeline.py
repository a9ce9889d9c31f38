"""Timelines: the events of a record, and of all, by time.

Revision ID: 0010
Revises: 0008
"""

from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.create_index(
        "ix_events_timeline",
        "events",
        ["workspace_id", "record_type", "record_id", "at", "id"],
        unique=False,
    )
    op.create_index("ix_events_at", "events", ["workspace_id", "at", "id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_events_at", table_name="events")
    op.drop_index("ix_events_timeline", table_name="events")
