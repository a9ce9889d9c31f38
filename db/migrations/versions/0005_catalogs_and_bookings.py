"""Catalogues, bookings, and a pivot that orders, tells amounts apart and finds parts of texts.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORKSPACE_TABLES = (
    "booking_holders",
    "booking_services",
    "catalogs",
    "resources",
    "bookings",
    "catalog_sections",
    "custom_field_catalogs",
    "catalog_elements",
)

_UPDATE_PARTS = """
UPDATE custom_values AS value
SET currency = stored.part ->> 'currency', city = stored.part ->> 'city',
    country = stored.part ->> 'country',
    is_empty = stored.type = 'MONEY' AND value.number IS NULL
FROM (
    SELECT record.workspace_id, record.id, field.id AS field_id, field.type,
           part.place - 1 AS place, part.part
    FROM custom_fields AS field
    JOIN records AS record ON record.workspace_id = field.workspace_id,
    LATERAL jsonb_array_elements(
        CASE WHEN field.is_multiple THEN record.custom -> field.id::text
             ELSE jsonb_build_array(record.custom -> field.id::text) END
    ) WITH ORDINALITY AS part (part, place)
    WHERE field.type IN ('MONEY', 'ADDRESS')
) AS stored
WHERE stored.workspace_id = value.workspace_id AND stored.id = value.record_id
  AND stored.field_id = value.field_id AND stored.place = value.place
"""
_INSERT_EMPTY = """
INSERT INTO custom_values (workspace_id, field_id, record_id, place, is_empty)
SELECT record.workspace_id, field.id, record.id, 0, true
FROM custom_fields AS field JOIN records AS record ON record.workspace_id = field.workspace_id
WHERE field.entity = 'ENTITY' AND field.is_filterable AND NOT field.is_multiple
  AND field.type NOT IN ('ADDRESS', 'RECORD')
ON CONFLICT DO NOTHING
"""
FILL_PIVOT = (
    # What is ordered by a rank or a name gets it; amounts their currency, addresses their parts.
    """
UPDATE custom_values AS value SET number = option.sort
FROM custom_field_options AS option
WHERE option.workspace_id = value.workspace_id AND option.id = value.ref
""",
    """
UPDATE custom_values AS value SET number = item.sort
FROM dictionary_items AS item
WHERE item.workspace_id = value.workspace_id AND item.id = value.ref
""",
    """
UPDATE custom_values AS value
SET text = coalesce(nullif(concat_ws(' ', person.first_name, person.last_name), ''), person.email)
FROM users AS person
WHERE person.workspace_id = value.workspace_id AND person.id = value.ref
""",
    *(
        _UPDATE_PARTS.replace("records", table)
        for table in ("leads", "contacts", "companies", "deals")
    ),
    # Records without a value of a field that orders get a row that says so.
    *(
        _INSERT_EMPTY.replace("records", table).replace("ENTITY", entity)
        for entity, table in (("LEAD", "leads"), ("CONTACT", "contacts"),
                              ("COMPANY", "companies"), ("DEAL", "deals"))
    ),
)  # fmt: skip


def upgrade() -> None:
    """Apply the change."""
    # Trusted, as those of the first migration are: the owner of a database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "booking_services",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_booking_services_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_booking_services")),
    )
    op.create_table(
        "catalogs",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_catalogs_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_catalogs")),
    )
    op.create_index("ix_catalogs_sort", "catalogs", ["workspace_id", "sort", "id"], unique=False)
    op.create_table(
        "resources",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_resources_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_resources")),
    )
    op.create_table(
        "bookings",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column(
            "starts_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "ends_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "service_id"],
            ["booking_services.workspace_id", "booking_services.id"],
            name=op.f("fk_bookings_service_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_bookings_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_bookings")),
    )
    op.create_index(
        "ix_bookings_record", "bookings", ["workspace_id", "record_id", "field_id"], unique=False
    )
    op.create_index(
        "ix_bookings_service_id", "bookings", ["workspace_id", "service_id"], unique=False
    )
    op.create_table(
        "booking_holders",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_type", sa.Text(), nullable=False),
        sa.Column(
            "starts_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "ends_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("is_exclusive", sa.Boolean(), server_default="true", nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("workspace_id"), "="),
            (sa.column("holder_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where="is_exclusive",
            using="gist",
            name="ex_booking_holders_overlap",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_booking_holders_workspace_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "booking_id"],
            ["bookings.workspace_id", "bookings.id"],
            name=op.f("fk_booking_holders_booking_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "booking_id", "holder_id", name=op.f("pk_booking_holders")
        ),
    )
    op.create_index(
        "ix_booking_holders_time",
        "booking_holders",
        ["workspace_id", "holder_id", sa.literal_column("tstzrange(starts_at, ends_at)")],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "catalog_sections",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("catalog_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "catalog_id"],
            ["catalogs.workspace_id", "catalogs.id"],
            name=op.f("fk_catalog_sections_catalog_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "parent_id"],
            ["catalog_sections.workspace_id", "catalog_sections.id"],
            name=op.f("fk_catalog_sections_parent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_catalog_sections_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_catalog_sections")),
    )
    op.create_index(
        "ix_catalog_sections_catalog_id",
        "catalog_sections",
        ["workspace_id", "catalog_id", "sort", "id"],
        unique=False,
    )
    op.create_index(
        "ix_catalog_sections_parent_id",
        "catalog_sections",
        ["workspace_id", "parent_id", "sort", "id"],
        unique=False,
    )
    op.create_table(
        "custom_field_catalogs",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("custom_field_id", sa.Uuid(), nullable=False),
        sa.Column("catalog_id", sa.Uuid(), nullable=False),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "catalog_id"],
            ["catalogs.workspace_id", "catalogs.id"],
            name=op.f("fk_custom_field_catalogs_catalog_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "custom_field_id"],
            ["custom_fields.workspace_id", "custom_fields.id"],
            name=op.f("fk_custom_field_catalogs_custom_field_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_custom_field_catalogs_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "custom_field_id", "catalog_id", name=op.f("pk_custom_field_catalogs")
        ),
    )
    op.create_index(
        "ix_custom_field_catalogs_catalog_id",
        "custom_field_catalogs",
        ["workspace_id", "catalog_id", "custom_field_id"],
        unique=False,
    )
    op.create_table(
        "catalog_elements",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("catalog_id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("sort", sa.Integer(), nullable=True),
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
            ["workspace_id", "catalog_id"],
            ["catalogs.workspace_id", "catalogs.id"],
            name=op.f("fk_catalog_elements_catalog_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_catalog_elements_created_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "responsible_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_catalog_elements_responsible_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "section_id"],
            ["catalog_sections.workspace_id", "catalog_sections.id"],
            name=op.f("fk_catalog_elements_section_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "updated_by_id"],
            ["users.workspace_id", "users.id"],
            name=op.f("fk_catalog_elements_updated_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name="fk_catalog_elements_workspace_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_catalog_elements")),
    )
    op.create_index(
        "ix_catalog_elements_catalog_id",
        "catalog_elements",
        ["workspace_id", "catalog_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_code",
        "catalog_elements",
        ["workspace_id", "code", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_created_at",
        "catalog_elements",
        ["workspace_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_created_by_id",
        "catalog_elements",
        ["workspace_id", "created_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_deleted_at",
        "catalog_elements",
        ["workspace_id", "deleted_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_catalog_elements_is_shared",
        "catalog_elements",
        ["workspace_id", "is_shared", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_name",
        "catalog_elements",
        ["workspace_id", "name", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_responsible_id",
        "catalog_elements",
        ["workspace_id", "responsible_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_section_id",
        "catalog_elements",
        ["workspace_id", "section_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_sort",
        "catalog_elements",
        ["workspace_id", "sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_trigrams",
        "catalog_elements",
        ["workspace_id", "name", "code"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops", "code": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_updated_at",
        "catalog_elements",
        ["workspace_id", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_catalog_elements_updated_by_id",
        "catalog_elements",
        ["workspace_id", "updated_by_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column(
        "custom_fields", sa.Column("is_ready", sa.Boolean(), server_default="true", nullable=False)
    )
    op.add_column("custom_values", sa.Column("currency", sa.Text(), nullable=True))
    op.add_column("custom_values", sa.Column("city", sa.Text(), nullable=True))
    op.add_column("custom_values", sa.Column("country", sa.Text(), nullable=True))
    op.add_column("custom_values", sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "custom_values", sa.Column("is_empty", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_index(
        "ix_custom_values_city",
        "custom_values",
        ["workspace_id", "field_id", "city", "record_id"],
        unique=False,
        postgresql_where=sa.text("city IS NOT NULL"),
    )
    op.create_index(
        "ix_custom_values_country",
        "custom_values",
        ["workspace_id", "field_id", "country", "record_id"],
        unique=False,
        postgresql_where=sa.text("country IS NOT NULL"),
    )
    op.create_index(
        "ix_custom_values_currency",
        "custom_values",
        ["workspace_id", "field_id", "currency", "record_id"],
        unique=False,
        postgresql_where=sa.text("currency IS NOT NULL"),
    )
    op.create_index(
        "ix_custom_values_empty",
        "custom_values",
        ["workspace_id", "field_id", "record_id"],
        unique=False,
        postgresql_where="is_empty",
    )
    op.create_index(
        "ix_custom_values_unrated",
        "custom_values",
        ["workspace_id", "field_id", "currency", "record_id"],
        unique=False,
        postgresql_where=sa.text("currency IS NOT NULL AND number IS NULL"),
    )
    op.create_index(
        "ix_custom_values_trigrams",
        "custom_values",
        ["workspace_id", "text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"text": "gin_trgm_ops"},
        postgresql_where=sa.text("text IS NOT NULL"),
    )
    for statement in FILL_PIVOT:
        op.execute(statement)
    for table in WORKSPACE_TABLES:
        for statement in protect(table):
            op.execute(statement)


def downgrade() -> None:
    """Take the change back."""
    op.execute("DELETE FROM custom_values WHERE is_empty")
    op.drop_index(
        "ix_custom_values_unrated",
        table_name="custom_values",
        postgresql_where=sa.text("currency IS NOT NULL AND number IS NULL"),
    )
    op.drop_index(
        "ix_custom_values_trigrams",
        table_name="custom_values",
        postgresql_using="gin",
        postgresql_ops={"text": "gin_trgm_ops"},
        postgresql_where=sa.text("text IS NOT NULL"),
    )
    op.drop_index("ix_custom_values_empty", table_name="custom_values", postgresql_where="is_empty")
    op.drop_index(
        "ix_custom_values_currency",
        table_name="custom_values",
        postgresql_where=sa.text("currency IS NOT NULL"),
    )
    op.drop_index(
        "ix_custom_values_country",
        table_name="custom_values",
        postgresql_where=sa.text("country IS NOT NULL"),
    )
    op.drop_index(
        "ix_custom_values_city",
        table_name="custom_values",
        postgresql_where=sa.text("city IS NOT NULL"),
    )
    op.drop_column("custom_values", "is_empty")
    op.drop_column("custom_values", "until")
    op.drop_column("custom_values", "country")
    op.drop_column("custom_values", "city")
    op.drop_column("custom_values", "currency")
    op.drop_column("custom_fields", "is_ready")
    op.drop_index(
        "ix_catalog_elements_updated_by_id",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_updated_at",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_trigrams",
        table_name="catalog_elements",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops", "code": "gin_trgm_ops"},
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_sort",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_section_id",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_responsible_id",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_name",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_is_shared",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_deleted_at",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_created_by_id",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_created_at",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_code",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(
        "ix_catalog_elements_catalog_id",
        table_name="catalog_elements",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("catalog_elements")
    op.drop_index("ix_custom_field_catalogs_catalog_id", table_name="custom_field_catalogs")
    op.drop_table("custom_field_catalogs")
    op.drop_index("ix_catalog_sections_parent_id", table_name="catalog_sections")
    op.drop_index("ix_catalog_sections_catalog_id", table_name="catalog_sections")
    op.drop_table("catalog_sections")
    op.drop_index("ix_booking_holders_time", table_name="booking_holders", postgresql_using="gist")
    op.drop_table("booking_holders")
    op.drop_index("ix_bookings_service_id", table_name="bookings")
    op.drop_index("ix_bookings_record", table_name="bookings")
    op.drop_table("bookings")
    op.drop_table("resources")
    op.drop_index("ix_catalogs_sort", table_name="catalogs")
    op.drop_table("catalogs")
    op.drop_table("booking_services")
