"""Currencies of a workspace, and work on stored base amounts.

Revision ID: 0017
Revises: 0014
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.policies import protect

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("currencies", "currency_work")


def _create(table: str, *items: Any) -> None:
    op.create_table(
        table,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *items,
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=f"fk_{table}_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    """Apply the change; workspaces that are there get their base currency."""
    _create(
        "currencies",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("decimals", sa.Integer(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.UniqueConstraint("workspace_id", "code", name=op.f("uq_currencies_workspace_id_code")),
    )
    moments = [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("started_at", "moved_at")
    ]
    _create(
        "currency_work",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "state", "currency")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("done", "total")),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        *moments,
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_currency_work_by_id"),
        ),
    )
    op.create_index(
        "ix_currency_work_started_at", "currency_work", ["workspace_id", "started_at"], unique=False
    )
    op.execute(
        "INSERT INTO currencies (workspace_id, id, code, sort)"
        " SELECT id, gen_random_uuid(), currency, 10 FROM workspaces"
    )
    for table in TABLES:
        for statement in protect(table):
            op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for table in reversed(TABLES):
        op.drop_table(table)
