"""Tunnels between pipelines."""

from sqlalchemy import Index

from db.base import id_column, reference, text_column, workspace_table

tunnels = workspace_table(
    "tunnels",
    id_column(),
    *reference("stage_id", "stages", required=True),
    *reference("target_stage_id", "stages", required=True),
    text_column("action", required=True),
    Index("ix_tunnels_stage_id", "workspace_id", "stage_id"),
    Index("ix_tunnels_target_stage_id", "workspace_id", "target_stage_id"),
)
