"""Files."""

import sqlalchemy as sa
from alembic import op

from db.policies import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "files",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("field_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_files_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_files_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_files")),
    )
    op.create_index(
        "ix_files_record", "files", ["workspace_id", "record_type", "record_id"], unique=False
    )
    op.create_index(
        "ix_files_never_attached",
        "files",
        ["workspace_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("record_id IS NULL"),
    )
    op.create_index(
        "ix_files_released",
        "files",
        ["workspace_id", "released_at"],
        unique=False,
        postgresql_where=sa.text("released_at IS NOT NULL"),
    )
    for statement in protect("files"):
        op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "ix_files_released",
        table_name="files",
        postgresql_where=sa.text("released_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_files_never_attached",
        table_name="files",
        postgresql_where=sa.text("record_id IS NULL"),
    )
    op.drop_index("ix_files_record", table_name="files")
    op.drop_table("files")
