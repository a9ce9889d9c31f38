"""Custom fields, the values they offer, and the pivot by which records are filtered."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from db.base import id_column, link_table, reference, text_column, trigram_index, workspace_table
from db.record import flag, moment

custom_fields = workspace_table(
    "custom_fields",
    id_column(),
    text_column("entity", required=True),
    text_column("code", required=True),
    text_column("name", required=True),
    Column("labels", JSONB(none_as_null=True)),
    text_column("type", required=True),
    flag("is_multiple"),
    flag("is_required"),
    flag("is_unique"),
    flag("is_filterable", default=True),
    Column("settings", JSONB(), nullable=False, server_default="{}"),
    text_column("help"),
    Column("sort", Integer(), nullable=False),
    moment("created_at", required=True),
    flag("is_ready", default=True),
    UniqueConstraint("workspace_id", "entity", "code"),
)
custom_field_options = workspace_table(
    "custom_field_options",
    id_column(),
    *reference("custom_field_id", "custom_fields", required=True),
    text_column("code", required=True),
    text_column("value", required=True),
    text_column("color"),
    Column("sort", Integer(), nullable=False),
    flag("is_default"),
    UniqueConstraint("workspace_id", "custom_field_id", "code"),
    Index("ix_custom_field_options_sort", "workspace_id", "custom_field_id", "sort"),
)
link_table("custom_field_pipelines", "custom_field_id", "pipeline_id", "pipelines",
           owner_table="custom_fields")  # fmt: skip
link_table("custom_field_catalogs", "custom_field_id", "catalog_id", "catalogs",
           owner_table="custom_fields")  # fmt: skip
link_table("custom_field_stages", "custom_field_id", "stage_id", "stages",
           owner_table="custom_fields")  # fmt: skip

custom_values = workspace_table(
    "custom_values",
    Column("field_id", Uuid(), primary_key=True),
    Column("record_id", Uuid(), primary_key=True),
    Column("place", Integer(), primary_key=True),
    Column("text", Text()),
    Column("number", BigInteger()),
    Column("day", Date()),
    moment("moment"),
    Column("ref", Uuid()),
    Column("currency", Text()),
    Column("city", Text()),
    Column("country", Text()),
    moment("until"),
    flag("is_empty"),
)
"""One row for each value of a filterable field, and for each record without one that is ordered by.

Numbers stand in ten-thousandths, yes and no as 1 and 0; beside a reference stands what it is
ordered by: the rank of an option, the name of a person. An empty row, or an amount that no rate
turns into the base currency, has nothing to compare.

An amount is compared by its number, in the base currency; without a rate it has none.
The jsonb on the record is the truth; these rows are written with it, in the same transaction.
"""
for _name in ("text", "number", "day", "moment", "ref", "currency", "city", "country"):
    _column = custom_values.c[_name]
    # An entry of an index has a limit; texts are told apart by their beginning and compared whole.
    _held = func.left(_column, 200) if _name == "text" else _column
    Index(
        f"ix_custom_values_{_name}",
        custom_values.c.workspace_id,
        custom_values.c.field_id,
        _held,
        custom_values.c.record_id,
        postgresql_where=_column.is_not(None),
    )
Index(
    "ix_custom_values_empty",
    custom_values.c.workspace_id,
    custom_values.c.field_id,
    custom_values.c.record_id,
    postgresql_where=custom_values.c.is_empty,
)
Index(
    "ix_custom_values_unrated",
    custom_values.c.workspace_id,
    custom_values.c.field_id,
    custom_values.c.currency,
    custom_values.c.record_id,
    postgresql_where=custom_values.c.currency.is_not(None) & custom_values.c.number.is_(None),
)
trigram_index("ix_custom_values_trigrams", custom_values, custom_values.c.text,
              where=custom_values.c.text.is_not(None))  # fmt: skip
Index("ix_custom_values_record", custom_values.c.workspace_id, custom_values.c.record_id)
