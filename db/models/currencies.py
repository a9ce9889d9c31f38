"""Currencies of a workspace, and the work on stored base amounts."""

from sqlalchemy import Column, Index, Integer, Text, UniqueConstraint

from db.base import id_column, reference, text_column, workspace_table
from db.record import moment

currencies = workspace_table(
    "currencies",
    id_column(),
    text_column("code", required=True),
    text_column("template"),
    Column("decimals", Integer()),
    Column("sort", Integer(), nullable=False),
    UniqueConstraint("workspace_id", "code"),
)
currency_work = workspace_table(
    "currency_work",
    id_column(),
    Column("kind", Text(), nullable=False),
    Column("state", Text(), nullable=False),
    Column("currency", Text(), nullable=False),
    Column("done", Integer(), nullable=False),
    Column("total", Integer(), nullable=False),
    *reference("by_id", "users"),
    moment("started_at", required=True),
    moment("moved_at", required=True),
    moment("finished_at"),
    Index("ix_currency_work_started_at", "workspace_id", "started_at"),
)
