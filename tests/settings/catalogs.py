"""Catalogues to test with, and looks at their trees."""

import itertools
from typing import Any

from tests.settings.office import Office, change

_numbers = itertools.count(1)


async def make_catalog(office: Office, name: str = "Cars", **given: Any) -> str:
    """Make a catalogue and give its id."""
    catalog = {"name": name, **given}
    made = await change(office.keeper, "createCatalog", "catalog { id }", input=catalog)
    return str(made["id"])


async def make_section(office: Office, catalog: str, name: str = "More", **given: Any) -> str:
    """Make a section of a catalogue and give its id."""
    section = {"catalogId": catalog, "name": name, **given}
    read = "catalogSection { id }"
    made = await change(office.keeper, "createCatalogSection", read, input=section)
    return str(made["id"])


async def make_element(office: Office, catalog: str, name: str = "Model T", **given: Any) -> str:
    """Let the seller make an element of a catalogue, and give its id."""
    element = {"catalogId": catalog, "name": name, **given}
    read = "catalogElement { id }"
    made = await change(office.seller, "createCatalogElement", read, input=element)
    return str(made["id"])


async def make_field(
    office: Office, kind: str, settings: dict[str, Any], **given: Any
) -> dict[str, Any]:
    """Make a custom field, of deals unless said otherwise, and give its id and its code."""
    field = {"entity": "DEAL", "name": f"Field {next(_numbers)}", "type": kind,
             "settings": settings, **given}  # fmt: skip
    read = "customField { id code }"
    made: dict[str, Any] = await change(office.keeper, "createCustomField", read, input=field)
    return made


async def section_of(office: Office, section: str, read: str) -> Any:
    """Give what is read of a section."""
    found = await office.seller.data(
        f"query ($id: ID!) {{ catalogSection(id: $id) {{ {read} }} }}", id=section
    )
    return found["catalogSection"]


async def tree(office: Office, catalog: str) -> dict[str, tuple[str | None, int]]:
    """Give the sections of a catalogue: id -> the section above and the place."""
    found = await office.seller.data(
        "query ($id: ID!) { catalog(id: $id) { sections { id sort parent { id } } } }", id=catalog
    )
    return {
        section["id"]: (section["parent"] and section["parent"]["id"], section["sort"])
        for section in found["catalog"]["sections"]
    }
