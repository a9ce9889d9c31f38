"""Custom amounts without a rate: found by field and currency."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0002"
branch_labels = None
depends_on = None

_FILL = """
UPDATE custom_values AS value
SET currency = stored.part ->> 'currency'
FROM (
    SELECT record.workspace_id, record.id, field.id AS field_id, part.place - 1 AS place, part.part
    FROM custom_fields AS field
    JOIN records AS record ON record.workspace_id = field.workspace_id,
    LATERAL jsonb_array_elements(
        CASE WHEN field.is_multiple THEN record.custom -> field.id::text
             ELSE jsonb_build_array(record.custom -> field.id::text) END
    ) WITH ORDINALITY AS part (part, place)
    WHERE field.type = 'MONEY'
) AS stored
WHERE stored.workspace_id = value.workspace_id AND stored.id = value.record_id
  AND stored.field_id = value.field_id AND stored.place = value.place
"""


def upgrade() -> None:
    """Apply the change."""
    op.add_column("custom_values", sa.Column("currency", sa.Text(), nullable=True))
    for table in ("leads", "contacts", "companies", "deals"):
        op.execute(_FILL.replace("records", table))
    op.create_index(
        "ix_custom_values_unrated",
        "custom_values",
        ["workspace_id", "field_id", "currency", "record_id"],
        unique=False,
        postgresql_where=sa.text("currency IS NOT NULL AND number IS NULL"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "ix_custom_values_unrated",
        table_name="custom_values",
        postgresql_where=sa.text("currency IS NOT NULL AND number IS NULL"),
    )
    op.drop_column("custom_values", "currency")
