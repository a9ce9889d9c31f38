"""What custom fields cost: a page with them, lists by them, the schemas of many workspaces."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.custom_data import furnish
from bench.custom_lists import Compared, measure_lists
from bench.custom_page import Pages, measure_pages
from bench.custom_schemas import Schemas, measure_schemas
from bench.place import Place
from bench.product import access_key, product


@dataclass(frozen=True, slots=True)
class CustomFields:
    """All that is measured of custom fields."""

    pages: Pages
    lists: Sequence[Compared]
    schemas: Schemas

    def as_json(self) -> Mapping[str, Any]:
        """Give the figures and the ratios."""
        pages, schemas = self.pages, self.schemas
        return {
            "page": asdict(pages)
            | {"times_cpu": pages.times_cpu, "times_rps": pages.times_rps},
            "lists": [
                asdict(each)
                | {"times_request": each.times_request, "times_database": each.times_database}
                for each in self.lists
            ],
            "schemas": asdict(schemas) | {"each_mib": schemas.each_mib, "left": schemas.left},
        }  # fmt: skip


async def measure_custom(place: Place, schemas: int, results: Path) -> CustomFields:
    """Measure on a place of its own; `schemas` are held in one process, plans go to a folder."""
    made = await furnish(place)
    key = await access_key(place, "custom")
    with product(place) as server:
        pages = await measure_pages(place, made, server, key)
        lists = await measure_lists(place, made, server[0], key, results / "custom.txt")
    return CustomFields(pages, lists, await measure_schemas(schemas))
