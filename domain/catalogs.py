"""Catalogues: lists that a workspace keeps for itself, of elements in a tree of sections."""

from typing import Final

from domain.fields import Entity, Field, Kind, name_field
from domain.records import COMMON_FIELDS

_SORT: Final = Field(
    "sort", Kind.INTEGER, "Position among its like; small comes first.", always=True, sortable=True
)


def _catalog(doc: str) -> Field:
    return Field("catalog", Kind.REFERENCE, doc, target="catalog", required=True, always=True,
                 writable=False, sortable=True)  # fmt: skip


CATALOG: Final = Entity(
    name="catalog",
    plural="catalogs",
    doc="A list that the workspace keeps for itself: models of cars, branches, price zones.",
    title_field="name",
    fields=(
        name_field(255),
        Field("description", Kind.TEXT, "What it lists.", max_length=5_000, filterable=False),
        _SORT,
        Field("sections", Kind.INVERSE, "All of its sections, each in its order.",
              target="catalog_section", via="catalog_id"),
        Field("elements", Kind.INVERSE, "Its elements.", target="catalog_element",
              via="catalog_id"),
    ),
)  # fmt: skip

CATALOG_SECTION: Final = Entity(
    name="catalog_section",
    plural="catalog_sections",
    doc="A section of a catalogue; sections form a tree.",
    title_field="name",
    fields=(
        _catalog("The catalogue that the section belongs to."),
        name_field(255),
        Field("parent", Kind.REFERENCE, "The section above; empty at the top.",
              target="catalog_section"),
        _SORT,
        Field("children", Kind.INVERSE, "The sections right below, in their order.",
              target="catalog_section", via="parent_id"),
        Field("elements", Kind.INVERSE, "The elements right in the section.",
              target="catalog_element", via="section_id"),
    ),
)  # fmt: skip

CATALOG_ELEMENT: Final = Entity(
    name="catalog_element",
    plural="catalog_elements",
    doc="One entry of a catalogue, with custom fields of its own.",
    is_record=True,
    title_field="name",
    searchable=("name", "code"),
    fields=(
        _catalog("The catalogue that the element belongs to."),
        Field("section", Kind.REFERENCE, "The section that it stands in; empty at the top.",
              target="catalog_section", sortable=True),
        Field("name", Kind.STRING, "Name that people see.", required=True, sortable=True),
        Field("code", Kind.STRING, "A code of the workspace's own, such as an article number.",
              max_length=100, sortable=True),
        Field("description", Kind.TEXT, "What it is.", max_length=50_000, filterable=False),
        Field("sort", Kind.INTEGER, "Position in its section; small comes first.", sortable=True),
        *COMMON_FIELDS,
    ),
)  # fmt: skip
