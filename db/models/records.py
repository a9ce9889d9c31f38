"""The tables of leads, contacts, companies and deals: each type's own columns, and the lists."""

from sqlalchemy import Column, Index, Integer, Text, Uuid

from db.base import id_column, link_table, reference, trigram_index, workspace_table
from db.record import flag, moment, money_columns, position_column, record_table, scalar
from domain.fields import Kind
from domain.records import COMPANY, CONTACT, DEAL, LEAD


def _person() -> tuple[object, ...]:
    return (
        *reference("honorific_id", "dictionary_items"),
        scalar("first_name", Kind.STRING),
        scalar("middle_name", Kind.STRING),
        scalar("last_name", Kind.STRING),
        scalar("birth_date", Kind.DATE),
        scalar("job_title", Kind.STRING),
    )


def _origin() -> tuple[object, ...]:
    return (
        *reference("source_id", "dictionary_items"),
        scalar("source_description", Kind.TEXT),
        scalar("comments", Kind.TEXT),
        scalar("utm", Kind.UTM),
    )


def _moves() -> tuple[object, ...]:
    return (moment("moved_at"), *reference("moved_by_id", "users"), moment("closed_at"))


companies = record_table(
    COMPANY,
    scalar("title", Kind.STRING),
    *reference("type_id", "dictionary_items"),
    *reference("industry_id", "dictionary_items"),
    *reference("employees_id", "dictionary_items"),
    *money_columns("revenue"),
    flag("is_mine"),
    *reference("parent_id", "companies", clears=True),
    scalar("comments", Kind.TEXT),
    scalar("utm", Kind.UTM),
)

contacts = record_table(
    CONTACT,
    *_person(),
    *reference("type_id", "dictionary_items"),
    *_origin(),
    *reference("company_id", "companies", clears=True),
    flag("is_exportable", default=True),
)

leads = record_table(
    LEAD,
    scalar("title", Kind.STRING),
    *_person(),
    scalar("company_title", Kind.STRING),
    scalar("address", Kind.ADDRESS),
    *_origin(),
    *reference("stage_id", "stages", required=True),
    scalar("stage_description", Kind.TEXT),
    *money_columns("amount"),
    flag("is_amount_manual", default=True),
    *reference("company_id", "companies", clears=True),
    *reference("contact_id", "contacts", clears=True),
    flag("is_returning"),
    *_moves(),
)

deals = record_table(
    DEAL,
    scalar("title", Kind.STRING),
    *reference("type_id", "dictionary_items"),
    *reference("pipeline_id", "pipelines", required=True),
    *reference("stage_id", "stages", required=True),
    scalar("probability", Kind.INTEGER),
    *money_columns("amount"),
    flag("is_amount_manual", default=True),
    *money_columns("tax"),
    *reference("company_id", "companies", clears=True),
    *reference("contact_id", "contacts", clears=True),
    *reference("lead_id", "leads", clears=True),
    scalar("begin_date", Kind.DATE),
    scalar("close_date", Kind.DATE),
    flag("is_closed"),
    scalar("loss_reason", Kind.STRING),
    flag("is_returning"),
    *_origin(),
    position_column("board_position"),
    *_moves(),
)
Index(
    "ix_deals_board",
    deals.c.workspace_id,
    deals.c.stage_id,
    deals.c.board_position,
    deals.c.id,
    postgresql_where=deals.c.deleted_at.is_(None),
)

lead_contacts = link_table(
    "lead_contacts", "lead_id", "contact_id", "contacts", owner_table="leads"
)
deal_contacts = link_table(
    "deal_contacts", "deal_id", "contact_id", "contacts", owner_table="deals"
)
contact_companies = link_table(
    "contact_companies", "contact_id", "company_id", "companies", owner_table="contacts"
)
record_observers = link_table("record_observers", "record_id", "user_id", "users")

contact_points = workspace_table(
    "contact_points",
    id_column(),
    Column("record_type", Text(), nullable=False),
    Column("record_id", Uuid(), nullable=False),
    Column("points", Text(), nullable=False),
    Column("kind", Text(), nullable=False),
    Column("value", Text(), nullable=False),
    Column("sort", Integer(), nullable=False),
)
Index(
    "ix_contact_points_record",
    contact_points.c.workspace_id,
    contact_points.c.record_type,
    contact_points.c.record_id,
    contact_points.c.points,
)
Index(
    "ix_contact_points_value",
    contact_points.c.workspace_id,
    contact_points.c.points,
    contact_points.c.value,
)
trigram_index("ix_contact_points_trigrams", contact_points, contact_points.c.value)

external_ids = workspace_table(
    "external_ids",
    Column("record_type", Text(), primary_key=True),
    Column("system", Text(), primary_key=True),
    Column("value", Text(), primary_key=True),
    Column("record_id", Uuid(), nullable=False),
)
Index(
    "ix_external_ids_record",
    external_ids.c.workspace_id,
    external_ids.c.record_type,
    external_ids.c.record_id,
)
