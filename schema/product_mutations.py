"""The mutations of what products need: sections, units, tax rates."""

from domain.products import MEASURE_UNIT, PRODUCT_SECTION, TAX_RATE
from resolvers import product_settings
from schema.settings_mutations import creating, deleting, of_entity, updating

CREATE_SECTION = creating(
    PRODUCT_SECTION, "Adds a section of products.", product_settings.create_section
)
UPDATE_SECTION = updating(
    PRODUCT_SECTION, "Changes a section, or moves it with all below it.",
    product_settings.update_section,
)  # fmt: skip
DELETE_SECTION = deleting(
    PRODUCT_SECTION,
    "Deletes a section; one with products or sections in it only with `moveTo`.",
    product_settings.delete_section,
    ("move_to", "Id of the section that takes its products and sections."),
)

CREATE_UNIT = creating(
    MEASURE_UNIT, "Adds a unit.", of_entity(MEASURE_UNIT, product_settings.create_entry)
)
UPDATE_UNIT = updating(
    MEASURE_UNIT, "Changes a unit.", of_entity(MEASURE_UNIT, product_settings.update_entry)
)
DELETE_UNIT = deleting(
    MEASURE_UNIT,
    "Deletes a unit; one that products or rows use only with `replaceWith`.",
    of_entity(MEASURE_UNIT, product_settings.delete_entry),
    ("replace_with", "Id of the unit that what is counted in it is counted in instead."),
)
CREATE_TAX_RATE = creating(
    TAX_RATE, "Adds a tax rate.", of_entity(TAX_RATE, product_settings.create_entry)
)
UPDATE_TAX_RATE = updating(
    TAX_RATE, "Changes a tax rate; rows that are there keep theirs.",
    of_entity(TAX_RATE, product_settings.update_entry),
)  # fmt: skip
DELETE_TAX_RATE = deleting(
    TAX_RATE,
    "Deletes a tax rate; one that products have only with `replaceWith`. Rows keep theirs.",
    of_entity(TAX_RATE, product_settings.delete_entry),
    ("replace_with", "Id of the tax rate that products get instead."),
)
