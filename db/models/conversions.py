"""What leads have become."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Uuid

from db.base import reference, workspace_table
from db.record import moment

lead_conversions = workspace_table(
    "lead_conversions",
    Column("lead_id", Uuid(), primary_key=True),
    *reference("contact_id", "contacts", clears=True),
    *reference("company_id", "companies", clears=True),
    moment("at", required=True),
    *reference("by_id", "users"),
    ForeignKeyConstraint(
        ["workspace_id", "lead_id"], ["leads.workspace_id", "leads.id"], ondelete="CASCADE"
    ),
    # For contacts and companies that are deleted for good.
    Index("ix_lead_conversions_contact_id", "workspace_id", "contact_id"),
    Index("ix_lead_conversions_company_id", "workspace_id", "company_id"),
)
