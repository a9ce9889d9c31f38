"""Products with their sections, units, tax rates and prices; and the product rows of records."""

from sqlalchemy import Boolean, Column, Index, Integer, Text, UniqueConstraint, Uuid

from db.base import Scaled, id_column, reference, text_column, workspace_table
from db.record import flag, record_table, scalar
from domain.fields import Kind
from domain.products import PRODUCT

product_sections = workspace_table(
    "product_sections",
    id_column(),
    text_column("name", required=True),
    *reference("parent_id", "product_sections"),
    Column("sort", Integer(), nullable=False),
    Index("ix_product_sections_parent_id", "workspace_id", "parent_id", "sort", "id"),
)
measure_units = workspace_table(
    "measure_units",
    id_column(),
    text_column("code", required=True),
    text_column("name", required=True),
    flag("is_default"),
    Column("sort", Integer(), nullable=False),
    UniqueConstraint("workspace_id", "code"),
)
tax_rates = workspace_table(
    "tax_rates",
    id_column(),
    text_column("name", required=True),
    Column("rate", Scaled(), nullable=False),
    flag("is_default"),
    Column("sort", Integer(), nullable=False),
)
products = record_table(
    PRODUCT,
    *reference("section_id", "product_sections"),
    scalar("name", Kind.STRING),
    scalar("code", Kind.STRING),
    *reference("unit_id", "measure_units"),
    *reference("tax_rate_id", "tax_rates"),
    flag("is_tax_included", default=True),
    scalar("description", Kind.TEXT),
    flag("is_active", default=True),
)
product_prices = workspace_table(
    "product_prices",
    id_column(),
    *reference("product_id", "products", required=True, belongs=True),
    Column("currency", Text(), nullable=False),
    Column("amount", Scaled(), nullable=False),
    Column("sort", Integer(), nullable=False),
    Index("ix_product_prices_product_id", "workspace_id", "product_id"),
)
product_rows = workspace_table(
    "product_rows",
    id_column(),
    Column("record_type", Text(), nullable=False),
    Column("record_id", Uuid(), nullable=False),
    *reference("product_id", "products", clears=True),
    text_column("name", required=True),
    Column("price", Scaled(), nullable=False),
    Column("quantity", Scaled(), nullable=False),
    text_column("discount_type"),
    Column("discount_rate", Scaled()),
    Column("discount_amount", Scaled()),
    Column("tax_rate", Scaled()),
    Column("is_tax_included", Boolean(), nullable=False),
    *reference("unit_id", "measure_units"),
    Column("total", Scaled(), nullable=False),
    Column("tax", Scaled(), nullable=False),
    Column("origin_id", Uuid()),
    Column("sort", Integer(), nullable=False),
)
Index(
    "ix_product_rows_record",
    product_rows.c.workspace_id,
    product_rows.c.record_type,
    product_rows.c.record_id,
)
Index(
    "ix_product_rows_product_id",
    product_rows.c.workspace_id,
    product_rows.c.product_id,
    product_rows.c.record_type,
    product_rows.c.record_id,
)
Index("ix_product_rows_unit_id", product_rows.c.workspace_id, product_rows.c.unit_id)
Index(
    "ix_product_rows_origin_id",
    product_rows.c.workspace_id,
    product_rows.c.origin_id,
    postgresql_where=product_rows.c.origin_id.is_not(None),
)
