"""How many records there are by where they stand and who answers for them, and their amounts."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Numeric, Text, Uuid

from db.base import workspace_table

PLACE: Final = ("record_type", "pipeline_id", "stage_id", "responsible_id", "is_shared")
"""The columns that tell a place: what lists, and the rights on their records, look at."""
SUMS: Final = ("count", "valued", "amount")
"""The columns that are added up: records, those with a base amount, and their base amounts."""

kept_numbers = workspace_table(
    "kept_numbers",
    Column("id", BigInteger(), Identity(always=False), primary_key=True),
    Column("record_type", Text(), nullable=False),
    Column("pipeline_id", Uuid()),
    Column("stage_id", Uuid()),
    Column("responsible_id", Uuid()),
    Column("is_shared", Boolean(), nullable=False),
    Column("count", BigInteger(), nullable=False),
    Column("valued", BigInteger(), nullable=False),
    Column("amount", Numeric(), nullable=False),
    # Triggers write it: who copies records has copied it.
    info={"derived": True},
)
"""Rows are added by triggers on the tables of records, and never changed: the number of a place is
the sum of its rows, of which a job makes one. Records in the recycle bin do not count."""
Index(
    "ix_kept_numbers_stage",
    kept_numbers.c.workspace_id,
    kept_numbers.c.record_type,
    kept_numbers.c.stage_id,
)

KEPT: Final[Mapping[str, str | None]] = {
    "lead": "amount",
    "contact": None,
    "company": "revenue",
    "deal": "amount",
    "catalog_element": None,
    "product": None,
}
"""By entity whose records are counted so: the field of amounts that are added up, if any."""
