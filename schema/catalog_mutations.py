"""The mutations of what custom fields choose from: catalogues, resources, services of bookings."""

from domain.bookings import BOOKING_SERVICE, RESOURCE
from domain.catalogs import CATALOG, CATALOG_SECTION
from resolvers import bookable, catalogs
from schema.settings_mutations import creating, deleting, of_entity, updating

CREATE_CATALOG = creating(CATALOG, "Adds a catalogue.", catalogs.create_catalog)
UPDATE_CATALOG = updating(
    CATALOG, "Changes a catalogue.", of_entity(CATALOG, catalogs.update_entry)
)
DELETE_CATALOG = deleting(
    CATALOG, "Deletes a catalogue without elements that no custom field is about.",
    catalogs.delete_catalog,
)  # fmt: skip
CREATE_SECTION = creating(
    CATALOG_SECTION, "Adds a section to a catalogue.", catalogs.create_section
)
UPDATE_SECTION = updating(
    CATALOG_SECTION, "Changes a section, or moves it with all below it.",
    of_entity(CATALOG_SECTION, catalogs.update_entry),
)  # fmt: skip
DELETE_SECTION = deleting(
    CATALOG_SECTION,
    "Deletes a section that is no value of a record.",
    catalogs.delete_section,
    ("move_to", "Id of the section of the same catalogue that takes its elements and sections."),
)

CREATE_RESOURCE = creating(
    RESOURCE, "Adds something that can be booked.", of_entity(RESOURCE, bookable.create_entry)
)
UPDATE_RESOURCE = updating(
    RESOURCE, "Changes something that can be booked.", of_entity(RESOURCE, bookable.update_entry)
)
DELETE_RESOURCE = deleting(
    RESOURCE, "Deletes what has no bookings; what has some can be made inactive.",
    bookable.delete_resource,
)  # fmt: skip
CREATE_SERVICE = creating(
    BOOKING_SERVICE, "Adds a service.", of_entity(BOOKING_SERVICE, bookable.create_entry)
)
UPDATE_SERVICE = updating(
    BOOKING_SERVICE, "Changes a service; bookings that are there keep their times.",
    of_entity(BOOKING_SERVICE, bookable.update_entry),
)  # fmt: skip
DELETE_SERVICE = deleting(
    BOOKING_SERVICE, "Deletes a service that no booking is made for.", bookable.delete_service
)
