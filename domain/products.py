"""Products: what the workspace sells, in a tree of sections, with units and tax rates."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.fields import Entity, Field, Kind, name_field
from domain.records import COMMON_FIELDS

MOST_PRICES: Final = 100
"""Currencies in which one product has a price."""

_SORT: Final = Field(
    "sort", Kind.INTEGER, "Position among its like; small comes first.", always=True, sortable=True
)


def _is_default(doc: str) -> Field:
    return Field("is_default", Kind.BOOLEAN, doc, always=True)


PRODUCT_SECTION: Final = Entity(
    name="product_section",
    plural="product_sections",
    doc="A section of the catalogue of products; sections form a tree.",
    title_field="name",
    fields=(
        name_field(255),
        Field("parent", Kind.REFERENCE, "The section above; empty at the top.",
              target="product_section"),
        _SORT,
        Field("children", Kind.INVERSE, "The sections right below, in their order.",
              target="product_section", via="parent_id"),
        Field("products", Kind.INVERSE, "The products right in the section.", target="product",
              via="section_id"),
    ),
)  # fmt: skip

MEASURE_UNIT: Final = Entity(
    name="measure_unit",
    plural="measure_units",
    doc="What a quantity is counted in: pieces, kilograms, hours.",
    title_field="name",
    fields=(
        Field("code", Kind.STRING, "Code of the unit in the classifier that is used, such as 796 "
              "(OKEI) or C62 (UN/ECE); unique in the workspace.", max_length=20, required=True,
              always=True),
        name_field(50),
        _is_default("What new products and rows are counted in where nothing is said."),
        _SORT,
    ),
)  # fmt: skip

TAX_RATE: Final = Entity(
    name="tax_rate",
    plural="tax_rates",
    doc="A rate of tax on what is sold.",
    title_field="name",
    fields=(
        name_field(100),
        Field("rate", Kind.DECIMAL, "The rate in percent, 0 to 100.", required=True, always=True,
              minimum=0, maximum=100),
        _is_default("What new products are taxed with where nothing is said."),
        _SORT,
    ),
)  # fmt: skip

PRODUCT: Final = Entity(
    name="product",
    plural="products",
    doc="Something that the workspace sells: goods or a service.",
    is_record=True,
    title_field="name",
    searchable=("name", "code"),
    fields=(
        Field("section", Kind.REFERENCE, "The section that it stands in; empty at the top.",
              target="product_section", sortable=True),
        Field("name", Kind.STRING, "Name that people see.", required=True, sortable=True),
        Field("code", Kind.STRING, "A code of the workspace's own, such as an article number.",
              max_length=100, sortable=True),
        Field("unit", Kind.REFERENCE, "What it is counted in.", target="measure_unit",
              sortable=True),
        Field("tax_rate", Kind.REFERENCE, "The tax on it.", target="tax_rate", sortable=True),
        Field("is_tax_included", Kind.BOOLEAN, "Its prices include the tax.", always=True,
              hides=True),
        Field("description", Kind.TEXT, "What it is.", max_length=50_000, filterable=False),
        Field("is_active", Kind.BOOLEAN, "May be sold; rows with inactive products stay.",
              always=True, hides=True),
        Field("prices", Kind.PRICES, "What one unit costs, one price for each currency.",
              filterable=False),
        *COMMON_FIELDS,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProductPrice:
    """What one unit of a product costs in a currency."""

    amount: Decimal
    currency: str
    id: UUID | None = None
    """None of a price that is not stored yet."""
    owner_id: UUID | None = None
    """The product, of a stored price."""
