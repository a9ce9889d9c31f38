"""A workspace with one of everything, and a fingerprint that tells of any change."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from db.base import metadata
from db.database import Database
from domain.ids import decode_id
from tests.client import Client, Upload

RECORDS = ("lead", "contact", "company", "deal", "catalogElement", "product")
LABELS = {"contact": "lastName", "catalogElement": "name", "product": "name"}
"""What a record is called by, where that is no title."""
BOOKED_AT = "2026-06-01T09:00:00Z"
"""When the only booking of a world starts."""
_POINTS = {
    "phones": [{"value": "+12025550123"}],
    "emails": [{"value": "sales@example.com"}],
    "websites": [{"value": "https://example.com"}],
    "messengers": [{"value": "acme_sales", "kind": "TELEGRAM"}],
}
_POINT_IDS = "phones { id } emails { id } websites { id } messengers { id }"


@dataclass(slots=True)
class World:
    """One workspace: the ids of what is in it, by what they stand for."""

    ids: dict[str, str] = field(default_factory=dict)
    password: str = ""
    """Of the person whose key `api_key` is."""

    def __getitem__(self, name: str) -> str:
        """Give the id of a thing."""
        return self.ids[name]


async def build_world(admin: Client) -> World:
    """Fill an administrator's workspace with one of everything."""
    world = World()
    ids = world.ids
    viewer = (await admin.data("{ viewer { user { id } workspace { id } } }"))["viewer"]
    ids["workspace"], ids["admin"] = viewer["workspace"]["id"], viewer["user"]["id"]
    await _add_people(admin, ids)
    await _add_settings(admin, ids)
    await _add_catalogs(admin, ids)
    await _add_goods(admin, ids)
    await _add_records(admin, ids)
    told = await admin.data("{ history(first: 1) { nodes { id } } }")
    ids["entry"] = told["history"]["nodes"][0]["id"]
    return world


async def _make(admin: Client, mutation: str, given: dict[str, Any], selection: str = "id") -> Any:
    verb_free = mutation.removeprefix("create")
    thing = verb_free[0].lower() + verb_free[1:]
    answer = await admin.mutate(mutation, given, f"{thing} {{ {selection} }}")
    return answer.payload()[thing]


async def _add_people(admin: Client, ids: dict[str, str]) -> None:
    department = await _make(admin, "createDepartment", {"name": "Sales"})
    ids["department"] = department["id"]
    ids["empty_department"] = (await _make(admin, "createDepartment", {"name": "Empty"}))["id"]
    colleague = {
        "email": f"carl-{ids['workspace'][-12:]}@example.com",
        "password": "carl's password",
        "lastName": "Carlson",
        "departmentIds": [ids["department"]],
    }
    ids["user"] = (await _make(admin, "createUser", colleague))["id"]
    former = {"email": f"dora-{ids['workspace'][-12:]}@example.com", "password": "dora's password"}
    ids["former_user"] = (await _make(admin, "createUser", former))["id"]
    (await admin.mutate("deactivateUser", ids["former_user"], "user { id }", "id")).payload()
    invited = {"email": f"ivan-{ids['workspace'][-12:]}@example.com", "firstName": "Ivan"}
    invitation = await admin.mutate("inviteUser", invited, "user { id } link")
    ids["invited_user"] = invitation.payload()["user"]["id"]
    group = {"name": "Keys", "memberIds": [ids["user"]]}
    ids["group"] = (await _make(admin, "createGroup", group))["id"]
    role = {"name": "Looks at deals", "grants": [{"entity": "DEAL", "action": "READ",
                                                  "scope": ["OWN"]}]}  # fmt: skip
    ids["role"] = (await _make(admin, "createRole", role))["id"]
    given = {"roleId": ids["role"], "userId": ids["user"]}
    assigned = await admin.mutate("assignRole", given, "roleAssignment { id }")
    for made in (await admin.data("{ roles { id code } }"))["roles"]:
        if made["code"] is not None:
            ids[f"role_{made['code']}"] = made["id"]
    ids["role_assignment"] = assigned.payload()["roleAssignment"]["id"]
    key = await admin.mutate("createApiKey", {"name": "For a program"}, "apiKey { id }")
    ids["api_key"] = key.payload()["apiKey"]["id"]
    log = await admin.data("{ auditEvents(first: 1) { nodes { id } } }")
    ids["audit_event"] = log["auditEvents"]["nodes"][0]["id"]


async def _add_settings(admin: Client, ids: dict[str, str]) -> None:
    found = await admin.data(
        "{ pipelines { id stages { id code } } leads: pipelines(entity: LEAD) { stages { id } }"
        " dictionary(code: SOURCE_CODE) { id items { id code } } }".replace(
            "SOURCE_CODE", '"SOURCE"'
        )
    )
    ids["default_pipeline"] = found["pipelines"][0]["id"]
    for stage in found["pipelines"][0]["stages"]:
        ids[f"stage_{stage['code']}"] = stage["id"]
    ids["lead_stage"] = found["leads"][0]["stages"][1]["id"]
    ids["source_dictionary"] = found["dictionary"]["id"]
    for item in found["dictionary"]["items"]:
        ids[f"source_{item['code']}"] = item["id"]
    pipeline = await _make(
        admin, "createPipeline", {"name": "Partners", "template": "SALES"}, "id stages { id code }"
    )
    ids["pipeline"] = pipeline["id"]
    ids["stage"] = pipeline["stages"][1]["id"]
    ids["stage_beside"] = pipeline["stages"][2]["id"]
    tunnel = {
        "stageId": ids["stage_FINAL_INVOICE"],
        "targetStageId": ids["stage"],
        "action": "COPY",
    }
    ids["tunnel"] = (await _make(admin, "createTunnel", tunnel))["id"]
    dictionary = await _make(admin, "createDictionary", {"code": "COLOURS", "name": "Colours"})
    ids["dictionary"] = dictionary["id"]
    item = {"dictionaryId": ids["dictionary"], "code": "RED", "name": "Red"}
    ids["item"] = (await _make(admin, "createDictionaryItem", item))["id"]
    beside = {"dictionaryId": ids["dictionary"], "code": "BLUE", "name": "Blue"}
    ids["item_beside"] = (await _make(admin, "createDictionaryItem", beside))["id"]
    custom = {
        "entity": "DEAL",
        "name": "Region",
        "type": "LIST",
        "options": [{"value": "North"}],
        "pipelineIds": [ids["pipeline"]],
        "requiredFromIds": [ids["stage_beside"]],
    }
    field = await _make(admin, "createCustomField", custom, "id options { id }")
    ids["custom_field"], ids["custom_field_option"] = field["id"], field["options"][0]["id"]
    note = {"entity": "DEAL", "name": "Note", "type": "STRING"}
    ids["custom_field_beside"] = (await _make(admin, "createCustomField", note))["id"]
    file = {"file": Upload("offer.txt", b"An offer.")}
    uploaded = (await admin.mutate("uploadFile", file, "file { id }")).payload()
    ids["file"] = uploaded["file"]["id"]
    rate = {"currency": "EUR", "rate": "1.1"}
    (await admin.mutate("setExchangeRate", rate, "exchangeRate { rate }")).payload()


async def _add_records(admin: Client, ids: dict[str, str]) -> None:
    known = {"kind": "ORGANIZATION", "inn": "7707083893"}
    given = {"title": "Acme", **_POINTS, "requisites": [known]}
    company = await _make(admin, "createCompany", given, f"id {_POINT_IDS} requisites {{ id }}")
    ids["company"], ids["requisite"] = company["id"], company["requisites"][0]["id"]
    for points in _POINTS:
        ids[points.removesuffix("s")] = company[points][0]["id"]
    person = {"lastName": "Acme-Smith", "companyId": ids["company"]}
    ids["contact"] = (await _make(admin, "createContact", person))["id"]
    client = {"companyId": ids["company"], "contactId": ids["contact"]}
    given = {"title": "Acme asks", "stageId": ids["lead_stage"], **client}
    ids["lead"] = (await _make(admin, "createLead", given))["id"]
    deal = {
        "title": "Acme buys",
        "stageId": ids["stage"],
        "sourceId": ids["source_EMAIL"],
        "responsibleId": ids["user"],
        "observerIds": [ids["user"]],
        "leadId": ids["lead"],
        "externalIds": [{"system": "erp", "value": "1"}],
        "customValues": [{"code": "region", "value": ids["custom_field_option"]}],
        "productRows": [{"productId": ids["product"], "unitId": ids["unit"], "price": "9"}],
        **client,
    }
    made = await _make(admin, "createDeal", deal, "id productRows { id }")
    ids["deal"], ids["product_row"] = made["id"], made["productRows"][0]["id"]
    beside = {"title": "Acme buys more", "stageId": ids["stage"]}
    ids["deal_beside"] = (await _make(admin, "createDeal", beside))["id"]
    await _add_elements(admin, ids)
    note = {"recordId": ids["deal"], "text": "They call back."}
    added = await admin.mutate("addComment", note, "comment { id }")
    ids["comment"] = added.payload()["comment"]["id"]
    said = {"id": ids["comment"], "text": "They call back tomorrow."}
    (await admin.mutate("updateComment", said, "comment { id }")).payload()
    await _add_activities(admin, ids)
    await _add_merge(admin, ids)
    known = {"title": "Acme asked before", "stageId": ids["lead_stage"], **client}
    converted = {
        "id": (await _make(admin, "createLead", known))["id"],
        "contact": {"linkId": ids["contact"]},
        "company": {"linkId": ids["company"]},
        "deal": {"create": True},
    }
    (await admin.mutate("convertLead", converted, "lead { id }")).payload()
    for name in RECORDS:
        thing = f"{name[0].upper()}{name[1:]}"
        given = {LABELS.get(name, "title"): "Gone"}
        if name == "catalogElement":
            given["catalogId"] = ids["catalog"]
        gone = (await _make(admin, f"create{thing}", given))["id"]
        ids[f"deleted_{name}"] = gone
        (await admin.mutate(f"delete{thing}", {"id": gone}, f"{name} {{ id }}")).payload()


async def _add_merge(admin: Client, ids: dict[str, str]) -> None:
    """Merge a deal that is talked about into the first one, and add two contacts who are one."""
    for name in ("contact_twin", "contact_beside"):
        person = {"lastName": "Acme-Jones", "companyId": ids["company"]}
        ids[name] = (await _make(admin, "createContact", person))["id"]
    twin = {"title": "Acme buys", "stageId": ids["stage"]}
    ids["merged_deal"] = (await _make(admin, "createDeal", twin))["id"]
    note = {"recordId": ids["merged_deal"], "text": "They buy twice?"}
    (await admin.mutate("addComment", note, "comment { id }")).payload()
    ids["merge"] = await _merge(admin, ids)


async def merge_anew(admin: Client, world: World) -> None:
    """Undo the merge and do it again: the history tells of both before all else."""
    ids = world.ids
    (await admin.mutate("unmerge", {"id": ids["merge"]}, "record { id }")).payload()
    ids["merge"] = await _merge(admin, ids)


async def _merge(admin: Client, ids: dict[str, str]) -> str:
    choice = {"field": "title", "recordId": ids["deal"]}
    given = {"targetId": ids["deal"], "sourceIds": [ids["merged_deal"]], "choices": [choice]}
    done = await admin.mutate("mergeRecords", given, "merge { id }")
    found: str = done.payload()["merge"]["id"]
    return found


async def _add_activities(admin: Client, ids: dict[str, str]) -> None:
    """Plan a meeting and log a call, and give the administrator a calendar feed."""
    meeting = {
        "kind": "MEETING",
        "subject": "Acme comes by",
        "startAt": "2036-03-03T09:00:00Z",
        "recordIds": [ids[name] for name in ("deal", "company", "lead")],
        "responsibleId": ids["user"],
        "participantIds": [ids["admin"]],
        "contactIds": [ids["contact"]],
        "recurrence": "FREQ=WEEKLY",
        "reminders": [15],
    }
    ids["activity"] = (await _make(admin, "createActivity", meeting))["id"]
    call = {
        "kind": "CALL",
        "subject": "Acme called",
        "recordIds": [ids["deal"]],
        "isCompleted": True,
        "outcome": "They want to come by.",
    }
    ids["done_activity"] = (await _make(admin, "createActivity", call))["id"]
    made = await admin.run("mutation { createCalendarFeed { url userErrors { code } } }")
    assert made.data["createCalendarFeed"]["userErrors"] == []


async def _add_catalogs(admin: Client, ids: dict[str, str]) -> None:
    """Add a catalogue of cars with sections, an empty one, and what can be booked."""
    ids["catalog"] = (await _make(admin, "createCatalog", {"name": "Cars"}))["id"]
    ids["empty_catalog"] = (await _make(admin, "createCatalog", {"name": "Empty"}))["id"]
    for name in ("section", "section_beside"):
        given = {"catalogId": ids["catalog"], "name": name}
        ids[name] = (await _make(admin, "createCatalogSection", given))["id"]
    for name, thing, more in (
        ("resource", "Resource", {}), ("free_resource", "Resource", {}),
        ("service", "BookingService", {"duration": 30}),
        ("free_service", "BookingService", {"duration": 30}),
    ):  # fmt: skip
        ids[name] = (await _make(admin, f"create{thing}", {"name": name, **more}))["id"]
    booked = {"entity": "CATALOG_ELEMENT", "name": "Trip", "type": "BOOKING",
              "catalogIds": [ids["catalog"]]}  # fmt: skip
    ids["field_of_catalog"] = (await _make(admin, "createCustomField", booked))["id"]


async def _add_goods(admin: Client, ids: dict[str, str]) -> None:
    """Add a product with a section, a unit and a tax rate, and others beside those."""
    for name, thing, more in (
        ("product_section", "ProductSection", {}),
        ("product_section_beside", "ProductSection", {}),
        ("unit", "MeasureUnit", {"code": "U"}),
        ("unit_beside", "MeasureUnit", {"code": "UB"}),
        ("tax_rate", "TaxRate", {"rate": "5"}),
        ("tax_rate_beside", "TaxRate", {"rate": "6"}),
    ):
        ids[name] = (await _make(admin, f"create{thing}", {"name": name, **more}))["id"]
    ids["currency"] = (await _make(admin, "createCurrency", {"code": "PLN"}))["id"]
    rate = {"currency": "GBP", "rate": "1.5", "date": "2026-01-01"}
    (await admin.mutate("setExchangeRate", rate, "exchangeRate { rate }")).payload()
    product = {
        "name": "Acme pump",
        "sectionId": ids["product_section"],
        "unitId": ids["unit"],
        "taxRateId": ids["tax_rate"],
        "prices": [{"price": {"amount": "9", "currency": "EUR"}}],
    }
    made = await _make(admin, "createProduct", product, "id prices { id }")
    ids["product"], ids["product_price"] = made["id"], made["prices"][0]["id"]


async def _add_elements(admin: Client, ids: dict[str, str]) -> None:
    trip = {"from": BOOKED_AT, "serviceId": ids["service"], "resourceIds": [ids["resource"]],
            "userIds": [ids["user"]]}  # fmt: skip
    given = {
        "catalogId": ids["catalog"],
        "sectionId": ids["section"],
        "name": "Acme T",
        "customValues": [{"code": "trip", "value": trip}],
    }
    read = "id customFieldValues { ... on BookingFieldValue { bookings { id } } }"
    element = await _make(admin, "createCatalogElement", given, read)
    ids["catalogElement"] = element["id"]
    (value,) = element["customFieldValues"]
    ids["booking"] = value["bookings"][0]["id"]


async def fingerprint(database: Database, *worlds: World) -> dict[str, str]:
    """Give a checksum of all rows of the worlds' workspaces by table, and of all identities."""
    workspaces = [decode_id(world["workspace"])[1] for world in worlds]
    parts = [
        _checksum(table.name, "workspace_id = ANY(:workspaces)")
        for table in metadata.sorted_tables
        # A refusal leaves an entry in the audit log, and nothing else.
        if "workspace_id" in table.c and table.name != "audit_events"
    ]
    parts.append(_checksum("workspaces", "id = ANY(:workspaces)"))
    parts.append(_checksum("identities", "true"))
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(" UNION ALL ".join(parts)), {"workspaces": workspaces})
        return {row[0]: row[1] for row in rows}


def _checksum(table: str, condition: str) -> str:
    # When a token was last used is noted beside every operation, whatever it does.
    return (
        f"SELECT '{table}', md5(coalesce(string_agg(t.row, '|' ORDER BY t.row), ''))"  # noqa: S608 - our own tables' names
        f" FROM (SELECT (to_jsonb(t) - 'last_used_at')::text AS row FROM {table} AS t"
        f" WHERE {condition}) AS t"
    )


def another_id(text_id: str) -> str:
    """Give an id of the same type that nobody has."""
    prefix, _, suffix = text_id.rpartition("_")
    # The first ten characters are the time of a UUIDv7; nothing was made in the year 1970.
    return f"{prefix}_{'0' * 10}{suffix[10:]}"
