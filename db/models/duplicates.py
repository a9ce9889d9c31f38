"""The keys by which records of clients are recognised as the same."""

from sqlalchemy import Column, Index, Text, Uuid

from db.base import workspace_table

duplicate_keys = workspace_table(
    "duplicate_keys",
    Column("entity", Text(), primary_key=True),
    Column("kind", Text(), primary_key=True),
    Column("key", Text(), primary_key=True),
    Column("record_id", Uuid(), primary_key=True),
)
"""Written with the records, in the same transaction; those in the recycle bin have none."""
Index("ix_duplicate_keys_record", duplicate_keys.c.workspace_id, duplicate_keys.c.record_id)
