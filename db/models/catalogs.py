"""Catalogues, their trees of sections, and their elements."""

from sqlalchemy import Column, Index, Integer

from db.base import id_column, reference, text_column, workspace_table
from db.record import record_table, scalar
from domain.catalogs import CATALOG_ELEMENT
from domain.fields import Kind

catalogs = workspace_table(
    "catalogs",
    id_column(),
    text_column("name", required=True),
    text_column("description"),
    Column("sort", Integer(), nullable=False),
    Index("ix_catalogs_sort", "workspace_id", "sort", "id"),
)
catalog_sections = workspace_table(
    "catalog_sections",
    id_column(),
    *reference("catalog_id", "catalogs", required=True),
    text_column("name", required=True),
    *reference("parent_id", "catalog_sections"),
    Column("sort", Integer(), nullable=False),
    Index("ix_catalog_sections_catalog_id", "workspace_id", "catalog_id", "sort", "id"),
    Index("ix_catalog_sections_parent_id", "workspace_id", "parent_id", "sort", "id"),
)
catalog_elements = record_table(
    CATALOG_ELEMENT,
    *reference("catalog_id", "catalogs", required=True),
    *reference("section_id", "catalog_sections"),
    scalar("name", Kind.STRING),
    scalar("code", Kind.STRING),
    scalar("description", Kind.TEXT),
    scalar("sort", Kind.INTEGER),
)
