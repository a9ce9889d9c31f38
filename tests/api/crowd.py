"""The crowd: twenty of everything, each pointing to things of its own, to count statements over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.api.calling import mutate
from tests.api.samples import samples, written
from tests.api.world import (
    COMPANY,
    CONTACT,
    DEAL,
    ELEMENT,
    LEAD,
    PRODUCT,
    Names,
    World,
    build_world,
    make_records,
)
from tests.client import Upload
from tests.people import Cast

SIZE: Final = 20
Ids = dict[str, list[str]]
_ITEMS: Final = {
    "ProductPrice": "prices",
    "ProductRow": "productRows",
    "Requisite": "requisites",
}
"""Items of lists, and the lists."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A world, and the ids of twenty of everything in it by type: `Deal`, `Stage`, `Phone`, …"""

    world: World
    ids: Ids


async def build_crowd(people: Cast) -> Crowd:
    """Fill the cast's workspace."""
    world = await build_world(people)
    ids: Ids = {"Workspace": [world["workspace"]]}
    await _add_people(people, ids)
    await _add_settings(people, ids)
    await _add_roles(people, ids)
    await _add_catalogs(people, ids)
    await _add_goods(people, ids)
    for names in (COMPANY, CONTACT, PRODUCT, LEAD, DEAL, ELEMENT):
        rows = await make_records(
            people.anna, names, inputs(names, world, ids), "id" + _points(names)
        )
        ids[names.type] = [row["id"] for row in rows]
        for kind in ("Phone", "Email", "Website", "Messenger"):
            found = [row[f"{kind.lower()}s"][0]["id"] for row in rows if f"{kind.lower()}s" in row]
            ids.setdefault(kind, found)
        for kind, key in _ITEMS.items():
            if rows and key in rows[0]:
                ids.setdefault(kind, [row[key][0]["id"] for row in rows])
    parents = [
        {"id": child, "parentId": parent}
        for child, parent in zip(ids["Company"], [world["acme"], *ids["Company"]], strict=False)
    ]
    (await mutate(people.anna, "updateCompanies", input=parents)).payload()
    await _add_bookings(people, ids)
    await _add_comments(people, ids)
    await _add_activities(people, ids)
    await _note_timelines(people, ids)
    await _convert_leads(people, ids)
    await _add_merges(people, ids)
    await _add_tunnels(people, ids)
    await _note_the_log(people, ids)
    return Crowd(world, ids)


async def _add_tunnels(people: Cast, ids: Ids) -> None:
    """Lead copies from each pipeline's last stage into the usual pipeline."""
    found = await people.root.data("{ pipelines { id isDefault stages { id } } }")
    (usual,) = [each["stages"][0]["id"] for each in found["pipelines"] if each["isDefault"]]
    last = {each["id"]: each["stages"][-1]["id"] for each in found["pipelines"]}
    tunnels = [
        {"stageId": last[pipeline], "targetStageId": usual, "action": "COPY"}
        for pipeline in ids["Pipeline"]
    ]
    ids["Tunnel"] = await _many(people, "createTunnel", tunnels)


async def _note_the_log(people: Cast, ids: Ids) -> None:
    """Note the newest entries of the audit log, and who is signed in."""
    found = await people.root.data(
        "query ($first: Int!) { auditEvents(first: $first) { nodes { id } } }", first=SIZE
    )
    ids["AuditEvent"] = [entry["id"] for entry in found["auditEvents"]["nodes"]]
    read = "query ($id: ID!) { sessions(userId: $id) { id } }"
    sessions = [await people.root.data(read, id=people.ids[name]) for name in ("anna", "boris")]
    ids["Session"] = [each["id"] for found in sessions for each in found["sessions"]]


async def _add_comments(people: Cast, ids: Ids) -> None:
    """Comment on each deal."""
    ids["Comment"] = []
    for deal in ids["Deal"]:
        given = {"recordId": deal, "text": "Well.", "mentionIds": [ids["User"][0]]}
        added = await people.root.mutate("addComment", given, "comment { id }")
        ids["Comment"].append(added.payload()["comment"]["id"])


async def _add_activities(people: Cast, ids: Ids) -> None:
    """Plan something about each deal and others, with people and customers of its own."""
    about = ("Deal", "Company", "Contact", "Lead", "CatalogElement", "Product")
    plans = [
        {
            "kind": "MEETING",
            "subject": f"Meeting {n}",
            "startAt": f"2036-03-{n + 1:02}T09:00:00Z",
            "recordIds": [ids[kind][n] for kind in about],
            "responsibleId": ids["User"][n],
            "participantIds": [ids["User"][n - 1]],
            "contactIds": [ids["Contact"][n]],
            "reminders": [15],
        }
        for n in range(SIZE)
    ]
    ids["Activity"] = await _many(people, "createActivity", plans)


async def _note_timelines(people: Cast, ids: Ids) -> None:
    """Note the newest entries of the timelines of the deals."""
    read = "timeline(first: 3) { nodes { id } }"
    found = await people.root.data(
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Deal {{ {read} }} }} }}",
        ids=ids["Deal"],
    )
    for place, kind in enumerate(("ActivityEntry", "CommentEntry", "ChangeEntry")):
        ids[kind] = [deal["timeline"]["nodes"][place]["id"] for deal in found["nodes"]]


async def _convert_leads(people: Cast, ids: Ids) -> None:
    """Let each lead have become its deal, and note the entries that tell of it."""
    given = [
        {"id": lead, "deal": {"linkId": deal}, "activities": "CARRY_OVER"}
        for lead, deal in zip(ids["Lead"], ids["Deal"], strict=True)
    ]
    for item in given:
        (await people.anna.mutate("convertLead", item, "lead { id }")).payload()
    read = "timeline(types: [CONVERTED]) { nodes { id } }"
    found = await people.root.data(
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Lead {{ {read} }} }} }}",
        ids=ids["Lead"],
    )
    ids["LinkEntry"] = [lead["timeline"]["nodes"][0]["id"] for lead in found["nodes"]]


async def _add_merges(people: Cast, ids: Ids) -> None:
    """Merge a twin into each lead, and note what its timeline tells of it."""
    ids["Merge"] = []
    for lead in ids["Lead"]:
        twin = await _make(people, "createLead", {"title": "Twin"})
        choice = [{"field": "title", "recordId": lead}]
        given = {"targetId": lead, "sourceIds": [twin["id"]], "choices": choice}
        done = await people.root.mutate("mergeRecords", given, "merge { id }")
        ids["Merge"].append(done.payload()["merge"]["id"])
    found = await people.root.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) {"
        " ... on Lead { timeline(first: 1, types: [MERGED]) { nodes { id } } } } }",
        ids=ids["Lead"],
    )
    ids["MergeEntry"] = [lead["timeline"]["nodes"][0]["id"] for lead in found["nodes"]]


def _points(names: Names) -> str:
    if names is PRODUCT:
        return " prices { id }"
    if names is DEAL:
        return " productRows { id }"
    if names is ELEMENT:
        return ""
    beside = "" if names is LEAD else " requisites { id }"
    return f" phones {{ id }} emails {{ id }} websites {{ id }} messengers {{ id }}{beside}"


def inputs(names: Names, world: World, ids: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Give inputs with all fields of a type; the n-th points to the n-th of everything."""
    # Values of dictionaries and the statuses of leads are too few to go round.
    shared = {"DictionaryItem", "Stage"} if names is LEAD else {"DictionaryItem"}
    targets = {kind: keys for kind, keys in ids.items() if kind not in shared}
    return [
        {
            name: _with_product(_own(value, targets, n), targets, n)
            for name, value in written(samples(names, world), 0).items()
            if name != "parentId"
        }
        for n in range(SIZE)
    ]


def _own(value: Any, targets: Mapping[str, list[str]], n: int) -> Any:
    """Give the n-th target in place of a reference or of a list of links; else the value."""
    sample = value[0] if isinstance(value, list) else value
    prefix = sample.rpartition("_")[0] if isinstance(sample, str) else ""
    kind = "".join(part.capitalize() for part in prefix.split("_"))
    if kind not in targets:
        return value
    return [targets[kind][n]] if isinstance(value, list) else targets[kind][n]


def _with_product(value: Any, targets: Mapping[str, list[str]], n: int) -> Any:
    """Give product rows with the n-th product and unit; else the value."""
    if not (isinstance(value, list) and value and "quantity" in value[0]):
        return value
    own = {"productId": targets["Product"][n], "unitId": targets["MeasureUnit"][n]}
    return [{**row, **own} for row in value]


async def _make(people: Cast, mutation: str, given: Mapping[str, Any], read: str = "id") -> Any:
    thing = mutation.removeprefix("create")
    thing = thing[0].lower() + thing[1:]
    answer = await mutate(people.root, mutation, f"{thing} {{ {read} }}", input=given)
    return answer.payload()[thing]


async def _many(people: Cast, mutation: str, items: list[dict[str, Any]]) -> list[str]:
    # One by one: a change of settings has the workspace's settings alone, so many wait in a queue.
    return [(await _make(people, mutation, item))["id"] for item in items]


async def _add_people(people: Cast, ids: Ids) -> None:
    top = [{"name": f"Office {n}"} for n in range(SIZE)]
    offices = await _many(people, "createDepartment", top)
    address = people.workspace_name.lower().replace(" ", "-")
    persons = [
        {
            "email": f"{address}-{n}@example.com",
            "password": "a password of the crowd",
            "lastName": f"Person {n}",
            "departmentIds": [office],
        }
        for n, office in enumerate(offices)
    ]
    ids["User"] = await _many(people, "createUser", persons)
    below = [
        {"name": f"Team {n}", "parentId": office, "headId": ids["User"][n]}
        for n, office in enumerate(offices)
    ]
    ids["Department"] = await _many(people, "createDepartment", below)
    for n, team in enumerate(ids["Department"]):
        member = {"id": ids["User"][n], "addDepartmentIds": [team]}
        (await mutate(people.root, "updateUser", input=member)).payload()
    groups = [{"name": f"Group {n}", "memberIds": [person]} for n, person in enumerate(ids["User"])]
    ids["Group"] = await _many(people, "createGroup", groups)


async def _add_roles(people: Cast, ids: Ids) -> None:
    """Add roles that each speak of a pipeline and a stage, given to people, with a key of each."""
    roles = [
        {
            "name": f"Role {n}",
            "grants": [
                {"entity": "DEAL", "action": "READ", "scope": ["OWN"], "pipelineId": pipeline,
                 "stageId": stage}
            ],
            "fields": [{"entity": "DEAL", "field": "tax", "access": "READ"}],
            "fieldDefaults": [{"entity": "LEAD", "access": "READ"}],
        }
        for n, (pipeline, stage) in enumerate(zip(ids["Pipeline"], ids["Stage"], strict=True))
    ]  # fmt: skip
    ids["Role"] = [(await _make(people, "createRole", role))["id"] for role in roles]
    given = [
        await mutate(
            people.root, "assignRole", "roleAssignment { id }",
            input={"roleId": role, "userId": person},
        )
        for role, person in zip(ids["Role"], ids["User"], strict=True)
    ]  # fmt: skip
    ids["RoleAssignment"] = [item.payload()["roleAssignment"]["id"] for item in given]
    keys = [
        await mutate(
            people.root, "createApiKey", "apiKey { id }", input={"name": "Key", "roleId": role}
        )
        for role in ids["Role"]
    ]
    ids["ApiKey"] = [key.payload()["apiKey"]["id"] for key in keys]


async def _add_settings(people: Cast, ids: Ids) -> None:
    pipelines = [
        await _make(
            people, "createPipeline", {"name": f"Pipeline {n}"}, "id stages { id pipeline { id } }"
        )
        for n in range(SIZE)
    ]
    ids["Pipeline"] = [pipeline["id"] for pipeline in pipelines]
    ids["Stage"] = [pipeline["stages"][0]["id"] for pipeline in pipelines]
    dictionaries = [{"code": f"D{n}", "name": f"Dictionary {n}"} for n in range(SIZE)]
    ids["Dictionary"] = await _many(people, "createDictionary", dictionaries)
    items = [{"dictionaryId": key, "name": "Item"} for key in ids["Dictionary"]]
    ids["DictionaryItem"] = await _many(people, "createDictionaryItem", items)
    fields = [
        await _make(
            people,
            "createCustomField",
            # Bound to a pipeline that the records here do not stand in.
            {"entity": "DEAL", "name": f"Field {n}", "type": "LIST", "options": [{"value": "One"}],
             "pipelineIds": [ids["Pipeline"][n]]},
            "id options { id }",
        )
        for n in range(SIZE)
    ]  # fmt: skip
    uploads = [{"file": Upload(f"File {n}.txt", b"A text.")} for n in range(SIZE)]
    ids["File"] = [
        (await people.root.mutate("uploadFile", item, "file { id }")).payload()["file"]["id"]
        for item in uploads
    ]
    ids["CustomField"] = [field["id"] for field in fields]
    ids["CustomFieldOption"] = [field["options"][0]["id"] for field in fields]


async def _add_catalogs(people: Cast, ids: Ids) -> None:
    """Add catalogues with a section at the top, and one below it that the elements stand in."""
    names = [{"name": f"Catalogue {n}"} for n in range(SIZE)]
    ids["Catalog"] = await _many(people, "createCatalog", names)
    top = [{"catalogId": key, "name": "Top"} for key in ids["Catalog"]]
    ids["TopSection"] = await _many(people, "createCatalogSection", top)
    below = [
        {"catalogId": key, "name": "Below", "parentId": parent}
        for key, parent in zip(ids["Catalog"], ids["TopSection"], strict=True)
    ]
    ids["CatalogSection"] = await _many(people, "createCatalogSection", below)


async def _add_goods(people: Cast, ids: Ids) -> None:
    """Add sections of products in a tree, units and tax rates."""
    top = await _many(people, "createProductSection", [{"name": f"Top {n}"} for n in range(SIZE)])
    below = [{"name": "Below", "parentId": parent} for parent in top]
    ids["ProductSection"] = await _many(people, "createProductSection", below)
    units = [{"code": f"U{n}", "name": f"unit {n}"} for n in range(SIZE)]
    ids["MeasureUnit"] = await _many(people, "createMeasureUnit", units)
    codes = "AUD BGN BRL CAD CHF CLP CNY COP CZK DKK GBP HKD HUF IDR ILS INR ISK JPY KRW MXN"
    currencies = [{"code": code} for code in codes.split()]
    ids["Currency"] = await _many(people, "createCurrency", currencies)
    rates = [{"name": f"Tax {n}", "rate": str(n)} for n in range(SIZE)]
    ids["TaxRate"] = await _many(people, "createTaxRate", rates)


async def _add_bookings(people: Cast, ids: Ids) -> None:
    """Book a room and a person with each element, for a service."""
    rooms = [{"name": f"Room {n}"} for n in range(SIZE)]
    ids["Resource"] = await _many(people, "createResource", rooms)
    services = [{"name": f"Service {n}", "duration": 30} for n in range(SIZE)]
    ids["BookingService"] = await _many(people, "createBookingService", services)
    field = {"entity": "CATALOG_ELEMENT", "name": "Booked", "code": "booked", "type": "BOOKING"}
    await _make(people, "createCustomField", field)
    booked = [
        {
            "id": element,
            "customValues": [
                {
                    "code": "booked",
                    "value": {
                        "from": f"2026-06-{n + 1:02}T09:00:00Z",
                        "serviceId": ids["BookingService"][n],
                        "resourceIds": [ids["Resource"][n]],
                        "userIds": [ids["User"][n]],
                    },
                }
            ],
        }
        for n, element in enumerate(ids["CatalogElement"])
    ]
    read = "customFieldValues { ... on BookingFieldValue { bookings { id } } }"
    answer = await mutate(
        people.anna,
        "updateCatalogElements",
        f"results {{ catalogElement {{ {read} }} userErrors {{ code path }} }}",
        input=booked,
    )
    ids["Booking"] = [
        result["catalogElement"]["customFieldValues"][0]["bookings"][0]["id"]
        for result in answer.payload()["results"]
    ]
