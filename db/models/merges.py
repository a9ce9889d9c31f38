"""Records that were merged: which became part of which, and what it takes to part them again."""

from sqlalchemy import ARRAY, Column, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from db.base import id_column, reference, workspace_table
from db.record import moment

merges = workspace_table(
    "merges",
    id_column(),
    Column("record_type", Text(), nullable=False),
    # Records of several types are merged, so there are no foreign keys to them.
    Column("target_id", Uuid(), nullable=False),
    Column("source_ids", ARRAY(Uuid()), nullable=False),
    Column("changes", JSONB(), nullable=False),
    moment("at", required=True),
    *reference("by_id", "users"),
    moment("undone_at"),
    *reference("undone_by_id", "users"),
    Index("ix_merges_target_id", "workspace_id", "target_id", "id"),
)

merged_records = workspace_table(
    "merged_records",
    Column("record_id", Uuid(), primary_key=True),
    Column("record_type", Text(), nullable=False),
    Column("survivor_id", Uuid(), nullable=False),
    *reference("merge_id", "merges", required=True, belongs=True),
    Index("ix_merged_records_survivor_id", "workspace_id", "survivor_id"),
    Index("ix_merged_records_merge_id", "workspace_id", "merge_id"),
)
"""Where the ids of merged records lead: to the last one of a chain of merges."""

merge_moves = workspace_table(
    "merge_moves",
    id_column(),
    *reference("merge_id", "merges", required=True, belongs=True),
    Column("place", Text(), nullable=False),
    Column("row", JSONB(), nullable=False),
    Index("ix_merge_moves_merge_id", "workspace_id", "merge_id", "id"),
)
"""What pointed to a merged record, as it did: one row for each row of `place`."""
