"""What leads have become.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from db.policies import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "lead_conversions",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_lead_conversions_lead_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_lead_conversions_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"],
            ["companies.workspace_id", "companies.id"],
            name=op.f("fk_lead_conversions_company_id"),
            ondelete="SET NULL (company_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_lead_conversions_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_lead_conversions_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "lead_id", name=op.f("pk_lead_conversions")),
    )
    for name in ("contact_id", "company_id"):
        op.create_index(
            f"ix_lead_conversions_{name}", "lead_conversions", ["workspace_id", name], unique=False
        )
    for statement in protect("lead_conversions"):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for name in ("company_id", "contact_id"):
        op.drop_index(f"ix_lead_conversions_{name}", table_name="lead_conversions")
    op.drop_table("lead_conversions")
