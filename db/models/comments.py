"""Comments in the timelines of records, and what they said before they were changed."""

from sqlalchemy import ARRAY, Column, Index, Text, Uuid

from db.base import id_column, reference, text_column, workspace_table
from db.record import moment

comments = workspace_table(
    "comments",
    id_column(),
    Column("record_type", Text(), nullable=False),
    Column("record_id", Uuid(), nullable=False),
    text_column("text", required=True),
    # Of people, who are never deleted.
    Column("mentions", ARRAY(Uuid()), nullable=False, server_default="{}"),
    *reference("author_id", "users"),
    moment("created_at", required=True),
    moment("edited_at"),
    moment("pinned_at"),
)
Index("ix_comments_record", comments.c.workspace_id, comments.c.record_type, comments.c.record_id)
Index("ix_comments_pinned", comments.c.workspace_id, comments.c.record_type, comments.c.record_id,
      comments.c.pinned_at, postgresql_where=comments.c.pinned_at.is_not(None))  # fmt: skip

comment_edits = workspace_table(
    "comment_edits",
    id_column(),
    *reference("comment_id", "comments", required=True, belongs=True),
    moment("at", required=True),
    *reference("by_id", "users"),
    text_column("text", required=True),
    Column("mentions", ARRAY(Uuid()), nullable=False, server_default="{}"),
)
Index("ix_comment_edits_comment_id", comment_edits.c.workspace_id, comment_edits.c.comment_id,
      comment_edits.c.id)  # fmt: skip
