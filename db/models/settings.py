"""Dictionaries, pipelines, stages and exchange rates of a workspace."""

from sqlalchemy import Column, Date, Index, Integer, Numeric, Text, UniqueConstraint

from db.base import id_column, reference, text_column, workspace_table
from db.record import flag

dictionaries = workspace_table(
    "dictionaries",
    id_column(),
    text_column("code", required=True),
    text_column("name", required=True),
    flag("is_system"),
    UniqueConstraint("workspace_id", "code"),
)

dictionary_items = workspace_table(
    "dictionary_items",
    id_column(),
    *reference("dictionary_id", "dictionaries", required=True),
    text_column("code", required=True),
    text_column("name", required=True),
    text_column("color"),
    Column("sort", Integer(), nullable=False),
    flag("is_system"),
    UniqueConstraint("workspace_id", "dictionary_id", "code"),
    Index("ix_dictionary_items_sort", "workspace_id", "dictionary_id", "sort"),
)

pipelines = workspace_table(
    "pipelines",
    id_column(),
    text_column("name", required=True),
    text_column("entity", required=True),
    Column("sort", Integer(), nullable=False),
    flag("is_default"),
    Index("ix_pipelines_entity", "workspace_id", "entity", "sort"),
)
Index(
    "uq_pipelines_default",
    pipelines.c.workspace_id,
    pipelines.c.entity,
    unique=True,
    postgresql_where=pipelines.c.is_default,
)

stages = workspace_table(
    "stages",
    id_column(),
    *reference("pipeline_id", "pipelines", required=True),
    text_column("code", required=True),
    text_column("name", required=True),
    text_column("color"),
    Column("sort", Integer(), nullable=False),
    text_column("semantics", required=True),
    flag("is_system"),
    UniqueConstraint("workspace_id", "pipeline_id", "code"),
    Index("ix_stages_sort", "workspace_id", "pipeline_id", "sort"),
)
Index(
    "uq_stages_won",
    stages.c.workspace_id,
    stages.c.pipeline_id,
    unique=True,
    postgresql_where=stages.c.semantics == "WON",
)

exchange_rates = workspace_table(
    "exchange_rates",
    Column("currency", Text(), primary_key=True),
    Column("date", Date(), primary_key=True),
    Column("rate", Numeric(20, 10), nullable=False),
)
