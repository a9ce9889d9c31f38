"""What records point to in these tests, and the names of a record type in the API."""

from dataclasses import dataclass, field
from typing import Any

from domain.entities import RECORDS
from domain.fields import Entity
from tests.api.calling import mutate
from tests.client import Client
from tests.people import Cast


@dataclass(frozen=True, slots=True)
class Names:
    """What a type of records is called: in fields, in mutations, one and many."""

    one: str
    many: str
    label: str = "title"
    """The field that people call a record by."""
    note: str = "comments"
    """A long text that every record may have."""

    @property
    def type(self) -> str:
        """Name of the GraphQL type, as in createDeal."""
        return f"{self.one[0].upper()}{self.one[1:]}"

    @property
    def types(self) -> str:
        """The plural in mutations, as in createDeals."""
        return f"{self.many[0].upper()}{self.many[1:]}"

    @property
    def entity(self) -> Entity:
        """The declaration."""
        return next(entity for entity in RECORDS if entity.type_name == self.type)


LEAD = Names("lead", "leads")
CONTACT = Names("contact", "contacts", label="lastName")
COMPANY = Names("company", "companies")
DEAL = Names("deal", "deals")
ELEMENT = Names("catalogElement", "catalogElements", label="name", note="description")
PRODUCT = Names("product", "products", label="name", note="description")
SALES = (LEAD, CONTACT, COMPANY, DEAL)
TYPES = (*SALES, ELEMENT, PRODUCT)


@dataclass(slots=True)
class World:
    """A workspace with a few settings and records to point to."""

    people: Cast
    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """Give the id of what is called so: a record, a stage, a dictionary item, a person."""
        return self.ids[name]

    def named(self, names: Names, title: str = "Only a name", owner: str = "") -> dict[str, Any]:
        """Give the input of a record with a name, and with what it cannot do without.

        `owner` is `olga` for a record of her workspace.
        """
        needed = {"catalogId": self[f"{owner} cars".strip()]} if names is ELEMENT else {}
        return {names.label: title, **needed}


async def make_record(client: Client, names: Names, given: dict[str, Any], read: str = "id") -> Any:
    """Create one record and give what is read of it."""
    selection = f"{names.one} {{ {read} }}"
    answer = await mutate(client, f"create{names.type}", selection, input=given)
    return answer.payload()[names.one]


async def make_records(
    client: Client, names: Names, items: list[dict[str, Any]], read: str = "id"
) -> list[Any]:
    """Create many records and give what is read of each."""
    made = []
    for start in range(0, len(items), 500):
        selection = f"results {{ {names.one} {{ {read} }} userErrors {{ code path }} }}"
        answer = await mutate(
            client, f"create{names.types}", selection, input=items[start : start + 500]
        )
        for result in answer.payload()["results"]:
            assert result["userErrors"] == []
            made.append(result[names.one])
    return made


async def build_world(people: Cast) -> World:
    """Fill the cast's workspace; ids by name: ivan, acme, sales:NEW, SOURCE:WEB, …"""
    world = await build_settings(people)
    anna, ids = people.anna, world.ids
    for names, label, titles in (
        (COMPANY, "title", ("Acme", "Globex", "Initech")),
        (CONTACT, "firstName", ("Ivan", "Maria", "Petr")),
        (LEAD, "title", ("Call", "Letter")),
    ):
        made = await make_records(anna, names, [{label: title} for title in titles])
        ids.update({title.lower(): item["id"] for title, item in zip(titles, made, strict=True)})
    return world


async def build_settings(people: Cast) -> World:
    """Add settings to the cast's workspace, and no records."""
    world = World(people, dict(people.ids))
    await _add_settings(people.root, world.ids)
    await _add_catalogs(world)
    await _add_goods(world)
    return world


async def _add_goods(world: World) -> None:
    """Add sections of products and tax rates, in olga's workspace a section as well."""
    ids = world.ids
    for client, owner in ((world.people.root, ""), (world.people.olga, "olga ")):
        for name in ("Pumps", "Hoses"):
            made = await mutate(
                client, "createProductSection", "productSection { id }", input={"name": name}
            )
            ids[f"{owner}{name.lower()}"] = made.payload()["productSection"]["id"]
    for rate in ("10", "20"):
        given = {"name": f"VAT {rate}", "rate": rate}
        made = await mutate(world.people.root, "createTaxRate", "taxRate { id }", input=given)
        ids[f"VAT {rate}"] = made.payload()["taxRate"]["id"]
    found = await world.people.root.data("{ measureUnits { id code } taxRates { id isDefault } }")
    ids.update({f"unit:{unit['code']}": unit["id"] for unit in found["measureUnits"]})
    ids["no tax"] = next(rate["id"] for rate in found["taxRates"] if rate["isDefault"])


async def _add_catalogs(world: World) -> None:
    """Add the catalogue of cars with two sections, and one of olga's in her workspace."""
    for client, owner in ((world.people.root, ""), (world.people.olga, "olga ")):
        made = await mutate(client, "createCatalog", "catalog { id }", input={"name": "Cars"})
        cars = world.ids[f"{owner}cars"] = made.payload()["catalog"]["id"]
        for name in ("Sedans", "Vans"):
            section = {"catalogId": cars, "name": name}
            made = await mutate(
                client, "createCatalogSection", "catalogSection { id }", input=section
            )
            found = made.payload()["catalogSection"]["id"]
            world.ids[f"{owner}{name.lower()}"] = found


async def _add_settings(root: Client, ids: dict[str, str]) -> None:
    made = await mutate(
        root, "createPipeline", "pipeline { id }", input={"name": "Support", "template": "SUPPORT"}
    )
    support = made.payload()["pipeline"]["id"]
    found = await root.data(
        "{ viewer { workspace { id } } dictionaries { code items { id code } }"
        " pipelines { id isDefault stages { id code semantics } }"
        " leads: pipelines(entity: LEAD) { stages { id code } } }"
    )
    ids["workspace"] = found["viewer"]["workspace"]["id"]
    for dictionary in found["dictionaries"]:
        for item in dictionary["items"]:
            ids[f"{dictionary['code']}:{item['code']}"] = item["id"]
    for stage in found["leads"][0]["stages"]:
        ids[f"lead stage:{stage['code']}"] = stage["id"]
    for pipeline in found["pipelines"]:
        name = "support" if pipeline["id"] == support else "sales"
        ids[name] = pipeline["id"]
        for stage in pipeline["stages"]:
            ids[f"{name}:{stage['code']}"] = stage["id"]
        for meaning in ("OPEN", "WON", "LOST"):
            ids[f"{name}:first {meaning}"] = next(
                stage["id"] for stage in pipeline["stages"] if stage["semantics"] == meaning
            )
