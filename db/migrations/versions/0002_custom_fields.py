"""Custom fields."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORKSPACE_TABLES = (
    "custom_fields",
    "custom_field_options",
    "custom_field_pipelines",
    "custom_field_stages",
    "custom_values",
)


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "custom_fields",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "labels", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("is_multiple", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_required", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_unique", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_filterable", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "settings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("help", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_custom_fields_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_custom_fields")),
        sa.UniqueConstraint(
            "workspace_id", "entity", "code", name=op.f("uq_custom_fields_workspace_id_entity_code")
        ),
    )
    op.create_table(
        "custom_values",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_custom_values_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "field_id", "record_id", "place", name=op.f("pk_custom_values")
        ),
    )
    op.create_index(
        "ix_custom_values_day",
        "custom_values",
        ["workspace_id", "field_id", "day", "record_id"],
        unique=False,
        postgresql_where=sa.text("day IS NOT NULL"),
    )
    op.create_index(
        "ix_custom_values_moment",
        "custom_values",
        ["workspace_id", "field_id", "moment", "record_id"],
        unique=False,
        postgresql_where=sa.text("moment IS NOT NULL"),
    )
    op.create_index(
        "ix_custom_values_number",
        "custom_values",
        ["workspace_id", "field_id", "number", "record_id"],
        unique=False,
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "ix_custom_values_record", "custom_values", ["workspace_id", "record_id"], unique=False
    )
    op.create_index(
        "ix_custom_values_ref",
        "custom_values",
        ["workspace_id", "field_id", "ref", "record_id"],
        unique=False,
        postgresql_where=sa.text("ref IS NOT NULL"),
    )
    op.create_index(
        "ix_custom_values_text",
        "custom_values",
        ["workspace_id", "field_id", sa.literal_column("left(text, 200)"), "record_id"],
        unique=False,
        postgresql_where=sa.text("text IS NOT NULL"),
    )
    op.create_table(
        "custom_field_options",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("custom_field_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "custom_field_id"],
            ["custom_fields.workspace_id", "custom_fields.id"],
            name=op.f("fk_custom_field_options_custom_field_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_custom_field_options_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_custom_field_options")),
        sa.UniqueConstraint(
            "workspace_id",
            "custom_field_id",
            "code",
            name=op.f("uq_custom_field_options_workspace_id_custom_field_id_code"),
        ),
    )
    op.create_index(
        "ix_custom_field_options_sort",
        "custom_field_options",
        ["workspace_id", "custom_field_id", "sort"],
        unique=False,
    )
    op.create_table(
        "custom_field_pipelines",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("custom_field_id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "custom_field_id"],
            ["custom_fields.workspace_id", "custom_fields.id"],
            name=op.f("fk_custom_field_pipelines_custom_field_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "pipeline_id"],
            ["pipelines.workspace_id", "pipelines.id"],
            name=op.f("fk_custom_field_pipelines_pipeline_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_custom_field_pipelines_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "custom_field_id", "pipeline_id", name=op.f("pk_custom_field_pipelines")
        ),
    )
    op.create_index(
        "ix_custom_field_pipelines_pipeline_id",
        "custom_field_pipelines",
        ["workspace_id", "pipeline_id", "custom_field_id"],
        unique=False,
    )
    op.create_table(
        "custom_field_stages",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("custom_field_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "custom_field_id"],
            ["custom_fields.workspace_id", "custom_fields.id"],
            name=op.f("fk_custom_field_stages_custom_field_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "stage_id"],
            ["stages.workspace_id", "stages.id"],
            name=op.f("fk_custom_field_stages_stage_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_custom_field_stages_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "custom_field_id", "stage_id", name=op.f("pk_custom_field_stages")
        ),
    )
    op.create_index(
        "ix_custom_field_stages_stage_id",
        "custom_field_stages",
        ["workspace_id", "stage_id", "custom_field_id"],
        unique=False,
    )
    for table in WORKSPACE_TABLES:
        for statement in protect(table):
            op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_custom_field_stages_stage_id", table_name="custom_field_stages")
    op.drop_table("custom_field_stages")
    op.drop_index("ix_custom_field_pipelines_pipeline_id", table_name="custom_field_pipelines")
    op.drop_table("custom_field_pipelines")
    op.drop_index("ix_custom_field_options_sort", table_name="custom_field_options")
    op.drop_table("custom_field_options")
    op.drop_index(
        "ix_custom_values_text",
        table_name="custom_values",
        postgresql_where=sa.text("text IS NOT NULL"),
    )
    op.drop_index(
        "ix_custom_values_ref",
        table_name="custom_values",
        postgresql_where=sa.text("ref IS NOT NULL"),
    )
    op.drop_index("ix_custom_values_record", table_name="custom_values")
    op.drop_index(
        "ix_custom_values_number",
        table_name="custom_values",
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.drop_index(
        "ix_custom_values_moment",
        table_name="custom_values",
        postgresql_where=sa.text("moment IS NOT NULL"),
    )
    op.drop_index(
        "ix_custom_values_day",
        table_name="custom_values",
        postgresql_where=sa.text("day IS NOT NULL"),
    )
    op.drop_table("custom_values")
    op.drop_table("custom_fields")
