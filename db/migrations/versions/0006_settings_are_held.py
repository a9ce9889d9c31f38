"""Mutations hold the settings of their workspace until they are committed.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

from db.policies import ADMIT, publish

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the function that admits a mutation."""
    for statement in publish("voronka_admit(bytea, boolean, integer)", ADMIT):
        op.execute(statement)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP FUNCTION voronka_admit(bytea, boolean, integer)")
