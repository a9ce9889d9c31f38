"""The list of everything that has a type of its own; look an entity up by its name here."""

from collections.abc import Mapping
from typing import Final

from domain.activities import ACTIVITY
from domain.audit import AUDIT_EVENT
from domain.bookings import BOOKING_SERVICE, RESOURCE
from domain.catalogs import CATALOG, CATALOG_ELEMENT, CATALOG_SECTION
from domain.currencies import CURRENCY
from domain.custom_fields import CUSTOM_FIELD, CUSTOM_FIELD_OPTION
from domain.fields import Entity
from domain.files import FILE
from domain.people import DEPARTMENT, GROUP, USER
from domain.products import MEASURE_UNIT, PRODUCT, PRODUCT_SECTION, TAX_RATE
from domain.records import COMPANY, CONTACT, DEAL, LEAD
from domain.roles import ROLE, ROLE_ASSIGNMENT
from domain.settings import DICTIONARY, DICTIONARY_ITEM, PIPELINE, STAGE
from domain.tunnels import TUNNEL

RECORDS: Final = (LEAD, CONTACT, COMPANY, DEAL, CATALOG_ELEMENT, PRODUCT)
ENTITIES: Final[Mapping[str, Entity]] = {
    entity.name: entity
    for entity in (
        *RECORDS,
        ACTIVITY,
        USER,
        DEPARTMENT,
        GROUP,
        ROLE,
        ROLE_ASSIGNMENT,
        DICTIONARY,
        DICTIONARY_ITEM,
        PIPELINE,
        STAGE,
        TUNNEL,
        CUSTOM_FIELD,
        CUSTOM_FIELD_OPTION,
        FILE,
        CATALOG,
        CATALOG_SECTION,
        RESOURCE,
        BOOKING_SERVICE,
        PRODUCT_SECTION,
        MEASURE_UNIT,
        TAX_RATE,
        CURRENCY,
        AUDIT_EVENT,
    )
}
