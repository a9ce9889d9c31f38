"""Activities, the records that they are about, their reminders, and people's calendar feeds."""

from sqlalchemy import ARRAY, Column, Index, Integer, LargeBinary, UniqueConstraint

from db.base import id_column, link_table, reference, text_column, trigram_index, workspace_table
from db.record import flag, moment

activities = workspace_table(
    "activities",
    id_column(),
    text_column("kind", required=True),
    text_column("subject", required=True),
    text_column("description"),
    text_column("priority", required=True),
    text_column("direction"),
    text_column("location"),
    moment("start_at"),
    moment("end_at"),
    moment("deadline"),
    moment("due_at"),
    # The time that it takes up in a calendar.
    moment("begins_at"),
    moment("ends_at"),
    *reference("responsible_id", "users", required=True),
    flag("is_completed"),
    moment("completed_at"),
    *reference("completed_by_id", "users"),
    text_column("outcome"),
    text_column("recurrence"),
    # Where its rule begins to count, and which of the rule's times this one stands for.
    moment("recurs_from"),
    moment("recurs_at"),
    # Whether the next one was made.
    flag("is_continued"),
    Column("reminders", ARRAY(Integer()), nullable=False, server_default="{}"),
    moment("created_at", required=True),
    *reference("created_by_id", "users"),
    moment("updated_at", required=True),
    *reference("updated_by_id", "users"),
    Column("version", Integer(), nullable=False, server_default="1"),
)
for _name in ("kind", "priority", "is_completed", "start_at", "deadline", "due_at", "completed_at",
              "created_at"):  # fmt: skip
    Index(f"ix_activities_{_name}", activities.c.workspace_id, activities.c[_name], activities.c.id)
Index("ix_activities_responsible_id", activities.c.workspace_id, activities.c.responsible_id,
      activities.c.is_completed, activities.c.due_at, activities.c.id)  # fmt: skip
Index("ix_activities_calendar", activities.c.workspace_id, activities.c.responsible_id,
      activities.c.ends_at)  # fmt: skip
trigram_index("ix_activities_trigrams", activities, activities.c.subject)

activity_participants = link_table(
    "activity_participants", "activity_id", "user_id", "users", owner_table="activities"
)
activity_contacts = link_table(
    "activity_contacts", "activity_id", "contact_id", "contacts", owner_table="activities"
)
activity_links = link_table("activity_links", "record_id", "activity_id", "activities")

activity_reminders = workspace_table(
    "activity_reminders",
    id_column(),
    *reference("activity_id", "activities", required=True, belongs=True),
    Column("minutes", Integer(), nullable=False),
    moment("remind_at", required=True),
    moment("told_at"),
)
Index("ix_activity_reminders_activity_id", activity_reminders.c.workspace_id,
      activity_reminders.c.activity_id)  # fmt: skip
Index("ix_activity_reminders_waiting", activity_reminders.c.workspace_id,
      activity_reminders.c.remind_at,
      postgresql_where=activity_reminders.c.told_at.is_(None))  # fmt: skip
Index("ix_activity_reminders_told_at", activity_reminders.c.workspace_id,
      activity_reminders.c.told_at,
      postgresql_where=activity_reminders.c.told_at.is_not(None))  # fmt: skip

calendar_feeds = workspace_table(
    "calendar_feeds",
    id_column(),
    *reference("user_id", "users", required=True),
    Column("hash", LargeBinary(), nullable=False),
    moment("created_at", required=True),
    UniqueConstraint("hash"),
    UniqueConstraint("workspace_id", "user_id"),
)
