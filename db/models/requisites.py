"""The requisites of contacts and companies."""

from sqlalchemy import Column, Date, Index, Integer, Text, Uuid

from db.base import id_column, text_column, workspace_table
from domain.requisites import PARTS

requisites = workspace_table(
    "requisites",
    id_column(),
    Column("record_type", Text(), nullable=False),
    Column("record_id", Uuid(), nullable=False),
    text_column("kind", required=True),
    *(Column(part.name, Date()) if part.is_date else text_column(part.name) for part in PARTS),
    Column("sort", Integer(), nullable=False),
)
Index(
    "ix_requisites_record",
    requisites.c.workspace_id,
    requisites.c.record_type,
    requisites.c.record_id,
)
