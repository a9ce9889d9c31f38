"""Numbers of lists that are kept as records change, instead of being counted.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from db.keeping import keep_numbers, stop_keeping_numbers
from db.policies import protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_OF_ALL = ("responsible_id", "is_shared")
_TABLES = {
    "leads": keep_numbers("leads", "lead", "stage_id", *_OF_ALL, amount="amount_base"),
    "contacts": keep_numbers("contacts", "contact", *_OF_ALL),
    "companies": keep_numbers("companies", "company", *_OF_ALL, amount="revenue_base"),
    "deals": keep_numbers(
        "deals", "deal", "pipeline_id", "stage_id", *_OF_ALL, amount="amount_base"
    ),
    "catalog_elements": keep_numbers("catalog_elements", "catalog_element", *_OF_ALL),
    "products": keep_numbers("products", "product", *_OF_ALL),
}


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "kept_numbers",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("valued", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_kept_numbers_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_kept_numbers")),
    )
    op.create_index(
        "ix_kept_numbers_stage", "kept_numbers", ["workspace_id", "record_type", "stage_id"]
    )
    for statement in protect("kept_numbers"):
        op.execute(statement)
    for statements in _TABLES.values():
        for statement in statements:
            op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for table in _TABLES:
        for statement in stop_keeping_numbers(table):
            op.execute(statement)
    op.drop_table("kept_numbers")
