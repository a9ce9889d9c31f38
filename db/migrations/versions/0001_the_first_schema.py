"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType
from typing_extensions import override

from db.policies import CREATE_ROLE, EXTENSIONS, FUNCTIONS, protect, publish


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's xid8 as it was at this revision."""

    cache_ok = True

    @override
    def get_col_spec(self, **_: object) -> str:
        """Name the type in DDL."""
        return "XID8"


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEARCHED = {
    "contact_points": ("value",),
    "companies": ("title",),
    "contacts": ("first_name", "middle_name", "last_name"),
    "leads": ("title", "first_name", "last_name", "company_title"),
    "deals": ("title",),
}
WORKSPACE_TABLES = (
    "contact_points",
    "dictionaries",
    "events",
    "exchange_rates",
    "external_ids",
    "groups",
    "pipelines",
    "users",
    "departments",
    "dictionary_items",
    "group_members",
    "record_observers",
    "stages",
    "tokens",
    "companies",
    "user_departments",
    "contacts",
    "contact_companies",
    "leads",
    "deals",
    "lead_contacts",
    "deal_contacts",
)


def upgrade() -> None:
    """Apply the change."""
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("email", name=op.f("uq_identities_email")),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("settings_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "contact_points",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_contact_points_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_contact_points")),
    )
    op.create_index(
        "ix_contact_points_record",
        "contact_points",
        ["workspace_id", "record_type", "record_id", "points"],
        unique=False,
    )
    op.create_index(
        "ix_contact_points_trigrams",
        "contact_points",
        ["workspace_id", "value"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"value": "gin_trgm_ops"},
        postgresql_where=None,
    )
    op.create_index(
        "ix_contact_points_value",
        "contact_points",
        ["workspace_id", "points", "value"],
        unique=False,
    )
    op.create_table(
        "dictionaries",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_system", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_dictionaries_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_dictionaries")),
        sa.UniqueConstraint("workspace_id", "code", name=op.f("uq_dictionaries_workspace_id_code")),
    )
    op.create_table(
        "events",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "transaction_id",
            TransactionId(),
            server_default=sa.text("pg_current_xact_id()"),
            nullable=False,
        ),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_events_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_position", "events", ["workspace_id", "transaction_id", "id"], unique=False
    )
    op.create_index(
        "ix_events_record",
        "events",
        ["workspace_id", "record_type", "record_id", "transaction_id", "id"],
        unique=False,
    )
    op.create_table(
        "exchange_rates",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_exchange_rates_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "currency", "date", name=op.f("pk_exchange_rates")),
    )
    op.create_table(
        "external_ids",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_external_ids_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "record_type", "system", "value", name=op.f("pk_external_ids")
        ),
    )
    op.create_index(
        "ix_external_ids_record",
        "external_ids",
        ["workspace_id", "record_type", "record_id"],
        unique=False,
    )
    op.create_table(
        "groups",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_groups_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_groups")),
    )
    op.create_index("ix_groups_name", "groups", ["workspace_id", "name", "id"], unique=False)
    op.create_table(
        "pipelines",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_pipelines_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_pipelines")),
    )
    op.create_index(
        "ix_pipelines_entity", "pipelines", ["workspace_id", "entity", "sort"], unique=False
    )
    op.create_index(
        "uq_pipelines_default",
        "pipelines",
        ["workspace_id", "entity"],
        unique=True,
        postgresql_where="is_default",
    )
    op.create_table(
        "users",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="fk_users_identity_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_users_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint(
            "workspace_id", "identity_id", name=op.f("uq_users_workspace_id_identity_id")
        ),
    )
    op.create_index(
        "ix_users_created_at", "users", ["workspace_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_users_email", "users", ["workspace_id", "email"], unique=False)
    op.create_index(
        "ix_users_first_name", "users", ["workspace_id", "first_name", "id"], unique=False
    )
    op.create_index(
        "ix_users_last_name", "users", ["workspace_id", "last_name", "id"], unique=False
    )
    op.create_index(
        "ix_users_trigrams",
        "users",
        ["workspace_id", "first_name", "last_name", "email", "job_title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={
            "first_name": "gin_trgm_ops",
            "last_name": "gin_trgm_ops",
            "email": "gin_trgm_ops",
            "job_title": "gin_trgm_ops",
        },
        postgresql_where=None,
    )
    op.create_table(
        "departments",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("head_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "head_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_departments_head_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "parent_id"],
            ["departments.workspace_id", "departments.id"],
            name=op.f("fk_departments_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_departments_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_departments")),
    )
    op.create_index(
        "ix_departments_name", "departments", ["workspace_id", "name", "id"], unique=False
    )
    op.create_index(
        "ix_departments_parent_id", "departments", ["workspace_id", "parent_id"], unique=False
    )
    op.create_table(
        "dictionary_items",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dictionary_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("is_system", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "dictionary_id"],
            ["dictionaries.workspace_id", "dictionaries.id"],
            name=op.f("fk_dictionary_items_dictionary_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_dictionary_items_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_dictionary_items")),
        sa.UniqueConstraint(
            "workspace_id",
            "dictionary_id",
            "code",
            name=op.f("uq_dictionary_items_workspace_id_dictionary_id_code"),
        ),
    )
    op.create_index(
        "ix_dictionary_items_sort",
        "dictionary_items",
        ["workspace_id", "dictionary_id", "sort"],
        unique=False,
    )
    op.create_table(
        "group_members",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "group_id"],
            ["groups.workspace_id", "groups.id"],
            name=op.f("fk_group_members_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_group_members_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_group_members_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "group_id", "user_id", name=op.f("pk_group_members")
        ),
    )
    op.create_index(
        "ix_group_members_user_id",
        "group_members",
        ["workspace_id", "user_id", "group_id"],
        unique=False,
    )
    op.create_table(
        "record_observers",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_record_observers_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_record_observers_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "record_type", "record_id", "user_id", name=op.f("pk_record_observers")
        ),
    )
    op.create_index(
        "ix_record_observers_user_id",
        "record_observers",
        ["workspace_id", "user_id", "record_id"],
        unique=False,
    )
    op.create_table(
        "stages",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("semantics", sa.Text(), nullable=False),
        sa.Column("is_system", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "pipeline_id"],
            ["pipelines.workspace_id", "pipelines.id"],
            name=op.f("fk_stages_pipeline_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_stages_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_stages")),
        sa.UniqueConstraint(
            "workspace_id",
            "pipeline_id",
            "code",
            name=op.f("uq_stages_workspace_id_pipeline_id_code"),
        ),
    )
    op.create_index(
        "ix_stages_sort", "stages", ["workspace_id", "pipeline_id", "sort"], unique=False
    )
    op.create_index(
        "uq_stages_won",
        "stages",
        ["workspace_id", "pipeline_id"],
        unique=True,
        postgresql_where=sa.text("semantics = 'WON'"),
    )
    op.create_table(
        "tokens",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_tokens_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_tokens_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_index("ix_tokens_user_id", "tokens", ["workspace_id", "user_id"], unique=False)
    op.create_table(
        "companies",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("type_id", sa.Uuid(), nullable=True),
        sa.Column("industry_id", sa.Uuid(), nullable=True),
        sa.Column("employees_id", sa.Uuid(), nullable=True),
        sa.Column("revenue", sa.BigInteger(), nullable=True),
        sa.Column("revenue_currency", sa.Text(), nullable=True),
        sa.Column("revenue_base", sa.BigInteger(), nullable=True),
        sa.Column("is_mine", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("comments", sa.Text(), nullable=True),
        sa.Column("utm", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_companies_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "employees_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_companies_employees_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "industry_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_companies_industry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "parent_id"],
            ["companies.workspace_id", "companies.id"],
            name=op.f("fk_companies_parent_id"),
            ondelete="SET NULL (parent_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "responsible_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_companies_responsible_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "type_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_companies_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "updated_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_companies_updated_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_companies_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_companies")),
    )
    op.create_index(
        "ix_companies_created_at",
        "companies",
        ["workspace_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_created_by_id",
        "companies",
        ["workspace_id", "created_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_deleted_at",
        "companies",
        ["workspace_id", "deleted_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_companies_employees_id",
        "companies",
        ["workspace_id", "employees_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_industry_id",
        "companies",
        ["workspace_id", "industry_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_is_mine",
        "companies",
        ["workspace_id", "is_mine", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_is_shared",
        "companies",
        ["workspace_id", "is_shared", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_parent_id",
        "companies",
        ["workspace_id", "parent_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_responsible_id",
        "companies",
        ["workspace_id", "responsible_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_revenue_base",
        "companies",
        ["workspace_id", "revenue_base", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_revenue_unrated",
        "companies",
        ["workspace_id", "revenue_currency", "id"],
        unique=False,
        postgresql_where=sa.text(
            "deleted_at IS NULL AND revenue IS NOT NULL AND revenue_base IS NULL"
        ),
    )
    op.create_index(
        "ix_companies_title",
        "companies",
        ["workspace_id", "title", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_trigrams",
        "companies",
        ["workspace_id", "title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_type_id",
        "companies",
        ["workspace_id", "type_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_updated_at",
        "companies",
        ["workspace_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_updated_by_id",
        "companies",
        ["workspace_id", "updated_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_companies_utm_campaign",
        "companies",
        ["workspace_id", sa.literal_column("(utm ->> 'campaign')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_companies_utm_medium",
        "companies",
        ["workspace_id", sa.literal_column("(utm ->> 'medium')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_companies_utm_source",
        "companies",
        ["workspace_id", sa.literal_column("(utm ->> 'source')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_table(
        "user_departments",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "department_id"],
            ["departments.workspace_id", "departments.id"],
            name=op.f("fk_user_departments_department_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "user_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_user_departments_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_user_departments_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "user_id", "department_id", name=op.f("pk_user_departments")
        ),
    )
    op.create_index(
        "ix_user_departments_department_id",
        "user_departments",
        ["workspace_id", "department_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "contacts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("honorific_id", sa.Uuid(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("type_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("source_description", sa.Text(), nullable=True),
        sa.Column("comments", sa.Text(), nullable=True),
        sa.Column("utm", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("is_exportable", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"],
            ["companies.workspace_id", "companies.id"],
            name=op.f("fk_contacts_company_id"),
            ondelete="SET NULL (company_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_contacts_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "honorific_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_contacts_honorific_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "responsible_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_contacts_responsible_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_contacts_source_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "type_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_contacts_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "updated_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_contacts_updated_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_contacts_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_contacts")),
    )
    op.create_index(
        "ix_contacts_birth_date",
        "contacts",
        ["workspace_id", "birth_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_company_id",
        "contacts",
        ["workspace_id", "company_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_created_at",
        "contacts",
        ["workspace_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_created_by_id",
        "contacts",
        ["workspace_id", "created_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_deleted_at",
        "contacts",
        ["workspace_id", "deleted_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_first_name",
        "contacts",
        ["workspace_id", "first_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_honorific_id",
        "contacts",
        ["workspace_id", "honorific_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_is_exportable",
        "contacts",
        ["workspace_id", "is_exportable", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_is_shared",
        "contacts",
        ["workspace_id", "is_shared", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_job_title",
        "contacts",
        ["workspace_id", "job_title", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_last_name",
        "contacts",
        ["workspace_id", "last_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_middle_name",
        "contacts",
        ["workspace_id", "middle_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_responsible_id",
        "contacts",
        ["workspace_id", "responsible_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_source_id",
        "contacts",
        ["workspace_id", "source_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_trigrams",
        "contacts",
        ["workspace_id", "first_name", "middle_name", "last_name", "job_title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={
            "first_name": "gin_trgm_ops",
            "middle_name": "gin_trgm_ops",
            "last_name": "gin_trgm_ops",
            "job_title": "gin_trgm_ops",
        },
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_type_id",
        "contacts",
        ["workspace_id", "type_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_updated_at",
        "contacts",
        ["workspace_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_updated_by_id",
        "contacts",
        ["workspace_id", "updated_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_contacts_utm_campaign",
        "contacts",
        ["workspace_id", sa.literal_column("(utm ->> 'campaign')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_utm_medium",
        "contacts",
        ["workspace_id", sa.literal_column("(utm ->> 'medium')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_utm_source",
        "contacts",
        ["workspace_id", sa.literal_column("(utm ->> 'source')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_table(
        "contact_companies",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"],
            ["companies.workspace_id", "companies.id"],
            name=op.f("fk_contact_companies_company_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_contact_companies_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_contact_companies_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "contact_id", "company_id", name=op.f("pk_contact_companies")
        ),
    )
    op.create_index(
        "ix_contact_companies_company_id",
        "contact_companies",
        ["workspace_id", "company_id", "contact_id"],
        unique=False,
    )
    op.create_table(
        "leads",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("honorific_id", sa.Uuid(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("company_title", sa.Text(), nullable=True),
        sa.Column(
            "address", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("source_description", sa.Text(), nullable=True),
        sa.Column("comments", sa.Text(), nullable=True),
        sa.Column("utm", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("stage_description", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("amount_base", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("is_returning", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"],
            ["companies.workspace_id", "companies.id"],
            name=op.f("fk_leads_company_id"),
            ondelete="SET NULL (company_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_leads_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_leads_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "honorific_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_leads_honorific_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "moved_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_leads_moved_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "responsible_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_leads_responsible_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_leads_source_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "stage_id"],
            ["stages.workspace_id", "stages.id"],
            name=op.f("fk_leads_stage_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "updated_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_leads_updated_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_leads_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_leads")),
    )
    op.create_index(
        "ix_leads_address_city",
        "leads",
        ["workspace_id", sa.literal_column("(address ->> 'city')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND address IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_address_country",
        "leads",
        ["workspace_id", sa.literal_column("(address ->> 'country')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND address IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_amount_base",
        "leads",
        ["workspace_id", "amount_base", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_amount_unrated",
        "leads",
        ["workspace_id", "amount_currency", "id"],
        unique=False,
        postgresql_where=sa.text(
            "deleted_at IS NULL AND amount IS NOT NULL AND amount_base IS NULL"
        ),
    )
    op.create_index(
        "ix_leads_birth_date",
        "leads",
        ["workspace_id", "birth_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_closed_at",
        "leads",
        ["workspace_id", "closed_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_company_id",
        "leads",
        ["workspace_id", "company_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_company_title",
        "leads",
        ["workspace_id", "company_title", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_contact_id",
        "leads",
        ["workspace_id", "contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_created_at",
        "leads",
        ["workspace_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_created_by_id",
        "leads",
        ["workspace_id", "created_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_deleted_at",
        "leads",
        ["workspace_id", "deleted_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_first_name",
        "leads",
        ["workspace_id", "first_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_honorific_id",
        "leads",
        ["workspace_id", "honorific_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_is_returning",
        "leads",
        ["workspace_id", "is_returning", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_is_shared",
        "leads",
        ["workspace_id", "is_shared", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_job_title",
        "leads",
        ["workspace_id", "job_title", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_last_name",
        "leads",
        ["workspace_id", "last_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_middle_name",
        "leads",
        ["workspace_id", "middle_name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_moved_at",
        "leads",
        ["workspace_id", "moved_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_moved_by_id",
        "leads",
        ["workspace_id", "moved_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_responsible_id",
        "leads",
        ["workspace_id", "responsible_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_source_id",
        "leads",
        ["workspace_id", "source_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_stage_id",
        "leads",
        ["workspace_id", "stage_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_title",
        "leads",
        ["workspace_id", "title", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_trigrams",
        "leads",
        [
            "workspace_id",
            "title",
            "first_name",
            "middle_name",
            "last_name",
            "job_title",
            "company_title",
        ],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={
            "title": "gin_trgm_ops",
            "first_name": "gin_trgm_ops",
            "middle_name": "gin_trgm_ops",
            "last_name": "gin_trgm_ops",
            "job_title": "gin_trgm_ops",
            "company_title": "gin_trgm_ops",
        },
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_updated_at",
        "leads",
        ["workspace_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_updated_by_id",
        "leads",
        ["workspace_id", "updated_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_leads_utm_campaign",
        "leads",
        ["workspace_id", sa.literal_column("(utm ->> 'campaign')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_utm_medium",
        "leads",
        ["workspace_id", sa.literal_column("(utm ->> 'medium')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_utm_source",
        "leads",
        ["workspace_id", sa.literal_column("(utm ->> 'source')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_table(
        "deals",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("type_id", sa.Uuid(), nullable=True),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("amount_currency", sa.Text(), nullable=True),
        sa.Column("amount_base", sa.BigInteger(), nullable=True),
        sa.Column("is_amount_manual", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=True),
        sa.Column("tax_currency", sa.Text(), nullable=True),
        sa.Column("tax_base", sa.BigInteger(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("begin_date", sa.Date(), nullable=True),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("is_closed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("loss_reason", sa.Text(), nullable=True),
        sa.Column("is_returning", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("source_description", sa.Text(), nullable=True),
        sa.Column("comments", sa.Text(), nullable=True),
        sa.Column("utm", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("board_position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("updated_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "company_id"],
            ["companies.workspace_id", "companies.id"],
            name=op.f("fk_deals_company_id"),
            ondelete="SET NULL (company_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_deals_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_deals_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_deals_lead_id"),
            ondelete="SET NULL (lead_id)",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "moved_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_deals_moved_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "pipeline_id"],
            ["pipelines.workspace_id", "pipelines.id"],
            name=op.f("fk_deals_pipeline_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "responsible_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_deals_responsible_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "source_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_deals_source_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "stage_id"],
            ["stages.workspace_id", "stages.id"],
            name=op.f("fk_deals_stage_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "type_id"],
            ["dictionary_items.workspace_id", "dictionary_items.id"],
            name=op.f("fk_deals_type_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "updated_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_deals_updated_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_deals_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_deals")),
    )
    op.create_index(
        "ix_deals_amount_base",
        "deals",
        ["workspace_id", "amount_base", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_amount_unrated",
        "deals",
        ["workspace_id", "amount_currency", "id"],
        unique=False,
        postgresql_where=sa.text(
            "deleted_at IS NULL AND amount IS NOT NULL AND amount_base IS NULL"
        ),
    )
    op.create_index(
        "ix_deals_begin_date",
        "deals",
        ["workspace_id", "begin_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_board",
        "deals",
        ["workspace_id", "stage_id", "board_position", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_close_date",
        "deals",
        ["workspace_id", "close_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_closed_at",
        "deals",
        ["workspace_id", "closed_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_company_id",
        "deals",
        ["workspace_id", "company_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_contact_id",
        "deals",
        ["workspace_id", "contact_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_created_at",
        "deals",
        ["workspace_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_created_by_id",
        "deals",
        ["workspace_id", "created_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_deleted_at",
        "deals",
        ["workspace_id", "deleted_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_deals_is_closed",
        "deals",
        ["workspace_id", "is_closed", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_is_returning",
        "deals",
        ["workspace_id", "is_returning", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_is_shared",
        "deals",
        ["workspace_id", "is_shared", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_lead_id",
        "deals",
        ["workspace_id", "lead_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_loss_reason",
        "deals",
        ["workspace_id", "loss_reason", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_moved_at",
        "deals",
        ["workspace_id", "moved_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_moved_by_id",
        "deals",
        ["workspace_id", "moved_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_pipeline_id",
        "deals",
        ["workspace_id", "pipeline_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_probability",
        "deals",
        ["workspace_id", "probability", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_responsible_id",
        "deals",
        ["workspace_id", "responsible_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_source_id",
        "deals",
        ["workspace_id", "source_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_stage_id",
        "deals",
        ["workspace_id", "stage_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_tax_base",
        "deals",
        ["workspace_id", "tax_base", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_tax_unrated",
        "deals",
        ["workspace_id", "tax_currency", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND tax IS NOT NULL AND tax_base IS NULL"),
    )
    op.create_index(
        "ix_deals_title",
        "deals",
        ["workspace_id", "title", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_trigrams",
        "deals",
        ["workspace_id", "title", "loss_reason"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops", "loss_reason": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_type_id",
        "deals",
        ["workspace_id", "type_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_updated_at",
        "deals",
        ["workspace_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_updated_by_id",
        "deals",
        ["workspace_id", "updated_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_deals_utm_campaign",
        "deals",
        ["workspace_id", sa.literal_column("(utm ->> 'campaign')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_deals_utm_medium",
        "deals",
        ["workspace_id", sa.literal_column("(utm ->> 'medium')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_index(
        "ix_deals_utm_source",
        "deals",
        ["workspace_id", sa.literal_column("(utm ->> 'source')"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.create_table(
        "lead_contacts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_lead_contacts_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lead_id"],
            ["leads.workspace_id", "leads.id"],
            name=op.f("fk_lead_contacts_lead_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_lead_contacts_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "lead_id", "contact_id", name=op.f("pk_lead_contacts")
        ),
    )
    op.create_index(
        "ix_lead_contacts_contact_id",
        "lead_contacts",
        ["workspace_id", "contact_id", "lead_id"],
        unique=False,
    )
    op.create_table(
        "deal_contacts",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contacts.workspace_id", "contacts.id"],
            name=op.f("fk_deal_contacts_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"],
            ["deals.workspace_id", "deals.id"],
            name=op.f("fk_deal_contacts_deal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_deal_contacts_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "deal_id", "contact_id", name=op.f("pk_deal_contacts")
        ),
    )
    op.create_index(
        "ix_deal_contacts_contact_id",
        "deal_contacts",
        ["workspace_id", "contact_id", "deal_id"],
        unique=False,
    )
    for table, columns in SEARCHED.items():
        for column in columns:
            # How many rows a word finds is guessed from a sample of texts: the usual one hundred
            # cannot tell one in a hundred from none, and the plans for these are far apart.
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 500")
    op.execute(CREATE_ROLE)
    op.execute("GRANT USAGE ON SCHEMA public TO voronka_app")
    for table in WORKSPACE_TABLES:
        for statement in protect(table):
            op.execute(statement)
    for statement in protect("workspaces", "id"):
        op.execute(statement)
    op.execute("ALTER TABLE identities ENABLE ROW LEVEL SECURITY")
    for signature, body in FUNCTIONS:
        for statement in publish(signature, body):
            op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    for signature, _ in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_index("ix_deal_contacts_contact_id", table_name="deal_contacts")
    op.drop_table("deal_contacts")
    op.drop_index("ix_lead_contacts_contact_id", table_name="lead_contacts")
    op.drop_table("lead_contacts")
    op.drop_index(
        "ix_deals_utm_source",
        table_name="deals",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_deals_utm_medium",
        table_name="deals",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_deals_utm_campaign",
        table_name="deals",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_deals_updated_by_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_updated_at", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_type_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_trigrams",
        table_name="deals",
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops", "loss_reason": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_deals_title", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_tax_unrated",
        table_name="deals",
        postgresql_where=sa.text("deleted_at IS NULL AND tax IS NOT NULL AND tax_base IS NULL"),
    )
    op.drop_index(
        "ix_deals_tax_base", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_stage_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_source_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_responsible_id",
        table_name="deals",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_deals_probability", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_pipeline_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_moved_by_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_moved_at", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_loss_reason", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_lead_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_is_shared", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_is_returning", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_is_closed", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_deleted_at",
        table_name="deals",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_deals_created_by_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_created_at", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_contact_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_company_id", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_closed_at", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_close_date", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_board", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_begin_date", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_deals_amount_unrated",
        table_name="deals",
        postgresql_where=sa.text(
            "deleted_at IS NULL AND amount IS NOT NULL AND amount_base IS NULL"
        ),
    )
    op.drop_index(
        "ix_deals_amount_base", table_name="deals", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_table("deals")
    op.drop_index(
        "ix_leads_utm_source",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_leads_utm_medium",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_leads_utm_campaign",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_leads_updated_by_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_updated_at", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_trigrams",
        table_name="leads",
        postgresql_using="gin",
        postgresql_ops={
            "title": "gin_trgm_ops",
            "first_name": "gin_trgm_ops",
            "middle_name": "gin_trgm_ops",
            "last_name": "gin_trgm_ops",
            "job_title": "gin_trgm_ops",
            "company_title": "gin_trgm_ops",
        },
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_title", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_stage_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_source_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_responsible_id",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_leads_moved_by_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_moved_at", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_middle_name", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_last_name", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_job_title", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_is_shared", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_is_returning", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_honorific_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_first_name", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_deleted_at",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_leads_created_by_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_created_at", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_contact_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_company_title", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_company_id", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_closed_at", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_birth_date", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_amount_unrated",
        table_name="leads",
        postgresql_where=sa.text(
            "deleted_at IS NULL AND amount IS NOT NULL AND amount_base IS NULL"
        ),
    )
    op.drop_index(
        "ix_leads_amount_base", table_name="leads", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_leads_address_country",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL AND address IS NOT NULL"),
    )
    op.drop_index(
        "ix_leads_address_city",
        table_name="leads",
        postgresql_where=sa.text("deleted_at IS NULL AND address IS NOT NULL"),
    )
    op.drop_table("leads")
    op.drop_index("ix_contact_companies_company_id", table_name="contact_companies")
    op.drop_table("contact_companies")
    op.drop_index(
        "ix_contacts_utm_source",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_contacts_utm_medium",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_contacts_utm_campaign",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_contacts_updated_by_id",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_updated_at",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_type_id", table_name="contacts", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_contacts_trigrams",
        table_name="contacts",
        postgresql_using="gin",
        postgresql_ops={
            "first_name": "gin_trgm_ops",
            "middle_name": "gin_trgm_ops",
            "last_name": "gin_trgm_ops",
            "job_title": "gin_trgm_ops",
        },
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_source_id",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_responsible_id",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_middle_name",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_last_name",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_job_title",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_is_shared",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_is_exportable",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_honorific_id",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_first_name",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_deleted_at",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_contacts_created_by_id",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_created_at",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_company_id",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_contacts_birth_date",
        table_name="contacts",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("contacts")
    op.drop_index("ix_user_departments_department_id", table_name="user_departments")
    op.drop_table("user_departments")
    op.drop_index(
        "ix_companies_utm_source",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_companies_utm_medium",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_companies_utm_campaign",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL AND utm IS NOT NULL"),
    )
    op.drop_index(
        "ix_companies_updated_by_id",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_updated_at",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_type_id",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_trigrams",
        table_name="companies",
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_title", table_name="companies", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "ix_companies_revenue_unrated",
        table_name="companies",
        postgresql_where=sa.text(
            "deleted_at IS NULL AND revenue IS NOT NULL AND revenue_base IS NULL"
        ),
    )
    op.drop_index(
        "ix_companies_revenue_base",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_responsible_id",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_parent_id",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_is_shared",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_is_mine",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_industry_id",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_employees_id",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_deleted_at",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_companies_created_by_id",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_companies_created_at",
        table_name="companies",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("companies")
    op.drop_index("ix_tokens_user_id", table_name="tokens")
    op.drop_table("tokens")
    op.drop_index(
        "uq_stages_won", table_name="stages", postgresql_where=sa.text("semantics = 'WON'")
    )
    op.drop_index("ix_stages_sort", table_name="stages")
    op.drop_table("stages")
    op.drop_index("ix_record_observers_user_id", table_name="record_observers")
    op.drop_table("record_observers")
    op.drop_index("ix_group_members_user_id", table_name="group_members")
    op.drop_table("group_members")
    op.drop_index("ix_dictionary_items_sort", table_name="dictionary_items")
    op.drop_table("dictionary_items")
    op.drop_index("ix_departments_parent_id", table_name="departments")
    op.drop_index("ix_departments_name", table_name="departments")
    op.drop_table("departments")
    op.drop_index(
        "ix_users_trigrams",
        table_name="users",
        postgresql_using="gin",
        postgresql_ops={
            "first_name": "gin_trgm_ops",
            "last_name": "gin_trgm_ops",
            "email": "gin_trgm_ops",
            "job_title": "gin_trgm_ops",
        },
        postgresql_where=None,
    )
    op.drop_index("ix_users_last_name", table_name="users")
    op.drop_index("ix_users_first_name", table_name="users")
    op.drop_index("ix_users_email", table_name="users")
    op.drop_index("ix_users_created_at", table_name="users")
    op.drop_table("users")
    op.drop_index("uq_pipelines_default", table_name="pipelines", postgresql_where="is_default")
    op.drop_index("ix_pipelines_entity", table_name="pipelines")
    op.drop_table("pipelines")
    op.drop_index("ix_groups_name", table_name="groups")
    op.drop_table("groups")
    op.drop_index("ix_external_ids_record", table_name="external_ids")
    op.drop_table("external_ids")
    op.drop_table("exchange_rates")
    op.drop_index("ix_events_record", table_name="events")
    op.drop_index("ix_events_position", table_name="events")
    op.drop_table("events")
    op.drop_table("dictionaries")
    op.drop_index("ix_contact_points_value", table_name="contact_points")
    op.drop_index(
        "ix_contact_points_trigrams",
        table_name="contact_points",
        postgresql_using="gin",
        postgresql_ops={"value": "gin_trgm_ops"},
        postgresql_where=None,
    )
    op.drop_index("ix_contact_points_record", table_name="contact_points")
    op.drop_table("contact_points")
    op.drop_table("workspaces")
    op.drop_table("identities")
    op.execute("REVOKE USAGE ON SCHEMA public FROM voronka_app")
