"""Files that were uploaded; their contents are in the file store, see `db/file_store.py`."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, Uuid

from db.base import id_column, reference, text_column, workspace_table
from db.record import moment

files = workspace_table(
    "files",
    id_column(),
    text_column("name", required=True),
    Column("size", BigInteger(), nullable=False),
    text_column("content_type", required=True),
    Column("sha256", LargeBinary(), nullable=False),
    moment("created_at", required=True),
    *reference("created_by_id", "users", required=True),
    # Records of any type hold files, so there is no foreign key to them.
    Column("record_type", Text()),
    Column("record_id", Uuid()),
    Column("field_id", Uuid()),
    moment("released_at"),
)
"""Held by no record: `record_id` is empty, or `released_at` is not."""
Index("ix_files_record", files.c.workspace_id, files.c.record_type, files.c.record_id)
Index(
    "ix_files_never_attached",
    files.c.workspace_id,
    files.c.created_at,
    postgresql_where=files.c.record_id.is_(None),
)
Index(
    "ix_files_released",
    files.c.workspace_id,
    files.c.released_at,
    postgresql_where=files.c.released_at.is_not(None),
)
