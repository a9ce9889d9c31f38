"""Where each entity is stored: the one place that joins the declarations with their tables."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import FromClause, Table

import db.models.catalogs
import db.models.roles
import db.models.tunnels  # noqa: F401 - all declare their tables
from db.base import metadata
from db.models import activities as activity_models
from db.models import audit as audit_models
from db.models import bookings as booking_models
from db.models import comments as comment_models
from db.models import conversions as conversion_models
from db.models import currencies as currency_models
from db.models import custom, people, products, records, settings
from db.models import duplicates as duplicate_models
from db.models import events as event_models
from db.models import files as file_models
from db.models import kept_numbers as kept_models
from db.models import merges as merge_models
from db.models import requisites as requisite_models
from domain.entities import ENTITIES
from domain.fields import Link

TABLES: Final[Mapping[str, Table]] = {
    name: metadata.tables[entity.plural] for name, entity in ENTITIES.items()
}
"""Tables by entity name."""

workspaces = people.workspaces
identities = people.identities
tokens = people.tokens
contact_points = records.contact_points
external_ids = records.external_ids
record_observers = records.record_observers
product_prices = products.product_prices
product_rows = products.product_rows
requisites = requisite_models.requisites
currency_work = currency_models.currency_work
exchange_rates = settings.exchange_rates
events = event_models.events
custom_values = custom.custom_values
files = file_models.files
comments = comment_models.comments
comment_edits = comment_models.comment_edits
bookings = booking_models.bookings
booking_holders = booking_models.booking_holders
activity_links = activity_models.activity_links
activity_participants = activity_models.activity_participants
activity_reminders = activity_models.activity_reminders
calendar_feeds = activity_models.calendar_feeds
duplicate_keys = duplicate_models.duplicate_keys
merges = merge_models.merges
merged_records = merge_models.merged_records
merge_moves = merge_models.merge_moves
lead_conversions = conversion_models.lead_conversions
audit_events = audit_models.audit_events
sign_in_links = audit_models.sign_in_links
kept_numbers = kept_models.kept_numbers


def linking(link: Link) -> FromClause:
    """Give the table behind a LINKS field, ready to join."""
    return metadata.tables[link.table].alias()
