"""Products with sections, units, tax rates and prices; product rows of leads and deals.

Revision ID: 0013
Revises: 0012
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from db.policies import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "product_sections", "measure_units", "tax_rates", "products", "product_prices", "product_rows",
)  # fmt: skip
INDEXED = (
    "code", "created_at", "created_by_id", "is_active", "is_shared", "is_tax_included", "name",
    "responsible_id", "section_id", "tax_rate_id", "unit_id", "updated_at", "updated_by_id",
)  # fmt: skip
"""Columns of products that are filtered and sorted."""
ALIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Apply the change."""
    _create_settings()
    _create_products()
    _create_prices()
    _create_rows()
    op.add_column(
        "leads",
        sa.Column("is_amount_manual", sa.Boolean(), server_default="true", nullable=False),
    )
    for table in TABLES:
        for statement in protect(table):
            op.execute(statement)


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


def _key(
    table: str, column: str, target: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        ondelete=ondelete,
    )


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _flag(name: str, default: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """Declare a decimal, stored as ten-thousandths."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _sort() -> sa.Column[int]:
    return sa.Column("sort", sa.Integer(), nullable=False)


def _create_settings() -> None:
    _create(
        "product_sections",
        _text("name", nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        _sort(),
        _key("product_sections", "parent_id", "product_sections"),
    )
    op.create_index(
        "ix_product_sections_parent_id",
        "product_sections",
        ["workspace_id", "parent_id", "sort", "id"],
        unique=False,
    )
    _create(
        "measure_units",
        _text("code", nullable=False),
        _text("name", nullable=False),
        _flag("is_default", "false"),
        _sort(),
        sa.UniqueConstraint(
            "workspace_id", "code", name=op.f("uq_measure_units_workspace_id_code")
        ),
    )
    _create(
        "tax_rates",
        _text("name", nullable=False),
        _number("rate"),
        _flag("is_default", "false"),
        _sort(),
    )


def _create_products() -> None:
    keys = {
        "section_id": "product_sections",
        "unit_id": "measure_units",
        "tax_rate_id": "tax_rates",
        "responsible_id": "users",
        "created_by_id": "users",
        "updated_by_id": "users",
    }
    moments = (
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    )
    _create(
        "products",
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in keys),
        *(_text(name) for name in ("name", "code", "description")),
        _flag("is_tax_included", "true"),
        _flag("is_active", "true"),
        _flag("is_shared", "false"),
        *moments,
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        *(_key("products", name, target) for name, target in keys.items()),
    )
    for name in INDEXED:
        op.create_index(
            f"ix_products_{name}",
            "products",
            ["workspace_id", name, "id"],
            unique=False,
            postgresql_where=ALIVE,
        )
    op.create_index(
        "ix_products_deleted_at",
        "products",
        ["workspace_id", "deleted_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_products_trigrams",
        "products",
        ["workspace_id", "name", "code"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops", "code": "gin_trgm_ops"},
        postgresql_where=ALIVE,
    )


def _create_prices() -> None:
    _create(
        "product_prices",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        _text("currency", nullable=False),
        _number("amount"),
        _sort(),
        _key("product_prices", "product_id", "products", "CASCADE"),
    )
    op.create_index(
        "ix_product_prices_product_id",
        "product_prices",
        ["workspace_id", "product_id"],
        unique=False,
    )


def _create_rows() -> None:
    _create(
        "product_rows",
        _text("record_type", nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        _text("name", nullable=False),
        _number("price"),
        _number("quantity"),
        _text("discount_type"),
        *(
            _number(name, nullable=True)
            for name in ("discount_rate", "discount_amount", "tax_rate")
        ),
        sa.Column("is_tax_included", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        _number("total"),
        _number("tax"),
        sa.Column("origin_id", sa.Uuid(), nullable=True),
        _sort(),
        _key("product_rows", "product_id", "products", "SET NULL (product_id)"),
        _key("product_rows", "unit_id", "measure_units"),
    )
    for name, columns in (
        ("record", ["workspace_id", "record_type", "record_id"]),
        ("product_id", ["workspace_id", "product_id", "record_type", "record_id"]),
        ("unit_id", ["workspace_id", "unit_id"]),
    ):
        op.create_index(f"ix_product_rows_{name}", "product_rows", columns, unique=False)
    op.create_index(
        "ix_product_rows_origin_id",
        "product_rows",
        ["workspace_id", "origin_id"],
        unique=False,
        postgresql_where=sa.text("origin_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("leads", "is_amount_manual")
    for table in reversed(TABLES):
        op.drop_table(table)
