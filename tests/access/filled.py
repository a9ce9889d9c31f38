"""A world in which every field of every record has a value that can be told from all others."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import GraphQLInputObjectType, get_named_type

from domain.entities import RECORDS
from domain.fields import snake
from tests.access.cases import SDL
from tests.access.world import BOOKED_AT, World
from tests.client import Client, Upload

CANARY: Final = "zq"
"""What the texts of the world begin with; nothing else has it."""
_SHORT: Final = ("STRING", "INTEGER")
CUSTOM: Final[Mapping[str, Mapping[str, str]]] = {
    "Deal": {
        f"own{kind.capitalize().replace('_', '')}": kind
        for kind in (
            "STRING",
            "TEXT",
            "INTEGER",
            "NUMBER",
            "BOOLEAN",
            "DATE",
            "DATETIME",
            "MONEY",
            "URL",
            "ADDRESS",
            "LIST",
            "FILE",
            "USER",
            "RECORD",
            "DICTIONARY",
            "CATALOG_SECTION",
            "CATALOG_ELEMENT",
            "BOOKING",
        )
    }
    | {"region": "LIST", "note": "STRING"},
    **{
        kind: {f"own{item.capitalize()}": item for item in _SHORT}
        for kind in ("Lead", "Contact", "Company", "Product")
    },
    "CatalogElement": {f"own{item.capitalize()}": item for item in _SHORT} | {"trip": "BOOKING"},
}
"""By type: its custom fields by their codes, with their own types."""
ALREADY: Final = frozenset({"region", "trip", "note"})
"""Made with every world."""
FILLED: Final = frozenset({"region", "trip"})
"""Filled there as well."""


_NAMES: Final = {
    "catalog_section": "section",
    "product_section": "product_section",
    "measure_unit": "unit",
    "tax_rate": "tax_rate",
}
"""What the world calls settings that records point to."""


async def fill_world(root: Client, world: World) -> None:
    """Give values to all fields of the world's records."""
    beside = await root.mutate("createCompany", {"title": "Beside"}, "company { id }")
    world.ids["company_beside"] = beside.payload()["company"]["id"]
    own = await root.data("{ viewer { user { id } } }")
    person = {
        "id": world["user"],
        "firstName": f"{CANARY} first",
        "jobTitle": f"{CANARY} job",
        "locale": "ru",
    }
    (await root.mutate("updateUser", person, "user { id }")).payload()
    world.ids["root"] = own["viewer"]["user"]["id"]
    tree = {
        "id": world["department"],
        "headId": world["user"],
        "parentId": world["empty_department"],
    }
    (await root.mutate("updateDepartment", tree, "department { id }")).payload()
    for holder in ("groupId", "departmentId"):
        held = {"roleId": world["role_HEAD_OF_SALES"], holder: world[holder.removesuffix("Id")]}
        (await root.mutate("assignRole", held, "roleAssignment { id }")).payload()
    said = {"id": world["comment"], "text": "Look at this.", "mentionIds": [world["user"]]}
    (await root.mutate("updateComment", said, "comment { id }")).payload()
    said = {**said, "text": "Look at that."}
    (await root.mutate("updateComment", said, "comment { id }")).payload()
    (await root.mutate("pinComment", {"id": world["comment"]}, "comment { id }")).payload()
    items = await _items(root)
    for entity in RECORDS:
        kind = entity.type_name
        for code, type_ in CUSTOM[kind].items():
            if code not in ALREADY:
                await _add_field(root, world, entity.name.upper(), code, type_)
        made = SDL.type_map[f"Update{kind}Input"]
        assert isinstance(made, GraphQLInputObjectType)
        given: dict[str, Any] = {"id": world[_one(kind)]}
        for name, declared in made.fields.items():
            value = value_of(world, items, kind, name, get_named_type(declared.type).name)
            if value is not None:
                given[name] = value
        given["customValues"] = [
            {"code": code, "value": _custom(world, code, type_)}
            for code, type_ in CUSTOM[kind].items()
            if code not in FILLED
        ]
        (await root.mutate(f"update{kind}", given, f"{_one(kind)} {{ id }}")).payload()
    await _close_a_loss(root, world)
    told = {"id": world["done_activity"], "outcome": f"{CANARY} came of it"}
    (await root.mutate("updateActivity", told, "activity { id }")).payload()


async def _close_a_loss(root: Client, world: World) -> None:
    """Put a company below the company, and the lead and the deal to their ends."""
    third = {"title": "Third", "parentId": world["company"]}
    (await root.mutate("createCompany", third, "company { id }")).payload()
    stages = (await root.data("{ pipelines(entity: LEAD) { stages { id semantics } } }"))[
        "pipelines"
    ]
    won = next(item["id"] for item in stages[0]["stages"] if item["semantics"] == "LOST")
    (
        await root.mutate("updateLead", {"id": world["lead"], "stageId": won}, "lead { id }")
    ).payload()
    lost = {"id": world["deal"], "stageId": await _lost(root, world)}
    (await root.mutate("updateDeal", lost, "deal { id }")).payload()


async def _lost(root: Client, world: World) -> str:
    """Give the lost stage of the pipeline that the deal is in."""
    document = "query ($id: ID!) { pipeline(id: $id) { stages { id semantics } } }"
    stages = (await root.data(document, id=world["pipeline"]))["pipeline"]["stages"]
    return next(str(stage["id"]) for stage in stages if stage["semantics"] == "LOST")


def _one(kind: str) -> str:
    return f"{kind[0].lower()}{kind[1:]}"


async def _items(root: Client) -> dict[str, str]:
    found = await root.data("{ dictionaries { code items { id } } }")
    return {item["code"]: item["items"][0]["id"] for item in found["dictionaries"] if item["items"]}


def value_of(world: World, items: Mapping[str, str], kind: str, name: str, type_: str) -> Any:
    """Give a value for a field of an input that changes a record; None: it is left alone.

    An input type that is not known here fails: say how to fill it.
    """
    if (kind, name) == ("Company", "parentId"):
        return world["company_beside"]
    if name in {"id", "ifVersion", "customValues", "custom", "pipelineId", "isShared"} or (
        name.startswith(("add", "remove")) and name != "address"
    ):
        return None
    text = f"{CANARY}{kind}{name}"
    if type_ == "ID":
        return _reference(world, items, kind, name)
    return {
        "String": text,
        "Int": 37,
        "CurrencyCode": "USD",
        "String!": text,
        "ProductPriceInput": [{"price": {"amount": "7332.25", "currency": "USD"}}],
        "RequisiteInput": [{"kind": "ORGANIZATION", "shortName": text, "inn": "7734250021"}],
        "ProductRowInput": [{"name": text, "price": "7333.25", "productId": world["product"]}],
        "Boolean": True,
        "Date": "2031-03-07",
        "MoneyInput": {"amount": "7331.25", "currency": "USD"},
        "UtmInput": {"source": text},
        "AddressInput": {"city": text},
        "PhoneInput": [{"value": "+12025550137"}],
        "EmailInput": [{"value": f"{CANARY}-{kind.lower()}@example.com"}],
        "WebsiteInput": [{"value": f"https://{CANARY}-{kind.lower()}.example.com"}],
        "MessengerInput": [{"value": f"{CANARY}_{kind.lower()}", "kind": "TELEGRAM"}],
        "ExternalIdInput": [{"system": "erp", "value": f"of {kind}"}],
    }[type_]


def _reference(world: World, items: Mapping[str, str], kind: str, name: str) -> Any:
    entity = next(item for item in RECORDS if item.type_name == kind)
    field = next(item for item in entity.fields if item.input_name == snake(name))
    if field.dictionary:
        return items[field.dictionary]
    if field.target == "stage":
        return world["stage_beside"] if kind == "Deal" else world["lead_stage"]
    if field.target not in {"company", "contact", "lead", "user", *_NAMES}:
        raise LookupError(f"nobody has said what {kind}.{name} is to point to")
    target = _NAMES.get(field.target, field.target)
    found = world[target]
    return [found] if name.endswith("Ids") else found


async def _add_field(root: Client, world: World, entity: str, code: str, type_: str) -> None:
    settings = {
        "RECORD": {"types": ["COMPANY", "CONTACT"]},
        "DICTIONARY": {"dictionary": "SOURCE"},
        "CATALOG_SECTION": {"catalog": world["catalog"]},
        "CATALOG_ELEMENT": {"catalog": world["catalog"]},
    }
    given = {
        "entity": entity,
        "name": code,
        "code": code,
        "type": type_,
        "settings": settings.get(type_, {}),
    }
    if type_ == "LIST":
        given["options"] = [{"value": f"{CANARY} option"}]
    made = await root.mutate("createCustomField", given, "customField { id options { id } }")
    for option in made.payload()["customField"]["options"]:
        world.ids[f"option_{code}"] = option["id"]
    if type_ == "FILE":
        upload = {"file": Upload(f"{CANARY}.txt", b"What is hidden.")}
        uploaded = await root.mutate("uploadFile", upload, "file { id }")
        world.ids["hidden_file"] = uploaded.payload()["file"]["id"]


def _custom(world: World, code: str, type_: str) -> Any:
    return {
        "STRING": f"{CANARY}custom{code}",
        "TEXT": f"{CANARY}custom{code}",
        "INTEGER": 3741,
        "NUMBER": "3742.5",
        "BOOLEAN": True,
        "DATE": "2033-03-09",
        "DATETIME": "2033-03-10T11:12:13Z",
        "MONEY": {"amount": "8118.5", "currency": "USD"},
        "URL": f"https://{CANARY}.example.org",
        "ADDRESS": {"city": f"{CANARY} city"},
        "LIST": world.ids.get("option_ownList"),
        "FILE": world.ids.get("hidden_file"),
        "USER": world["user"],
        "RECORD": world["company"],
        "DICTIONARY": world["source_WEB"],
        "CATALOG_SECTION": world["section"],
        "CATALOG_ELEMENT": world["catalogElement"],
        "BOOKING": {
            "from": BOOKED_AT,
            "to": "2026-06-01T09:30:00Z",
            "resourceIds": [world["free_resource"]],
        },
    }[type_]
