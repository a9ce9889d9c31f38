"""Requisites of contacts and companies.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from db.policies import protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TEXTS = (
    "title", "short_name", "full_name", "first_name", "middle_name", "last_name", "inn", "kpp",
    "ogrn", "ogrnip", "okpo", "oktmo", "okved", "director", "accountant",
)  # fmt: skip


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "requisites",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in TEXTS),
        sa.Column("registration_date", sa.Date(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_requisites_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_requisites")),
    )
    op.create_index(
        "ix_requisites_record",
        "requisites",
        ["workspace_id", "record_type", "record_id"],
        unique=False,
    )
    for statement in protect("requisites"):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("requisites")
