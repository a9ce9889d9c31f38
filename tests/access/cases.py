"""One valid document for every root field of the API, and a world to ask it in."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.access.world import BOOKED_AT, LABELS, RECORDS, World
from tests.client import Upload

SDL = build_schema((Path(__file__).parents[2] / "schema" / "schema.graphql").read_text("utf-8"))
Arguments = dict[str, Any]
Build = Callable[[World], Arguments]

PLURALS = {"lead": "Leads", "contact": "Contacts", "company": "Companies", "deal": "Deals",
           "catalogElement": "CatalogElements", "product": "Products"}  # fmt: skip


def fields_of(root: str) -> Mapping[str, GraphQLField]:
    """Give the root fields of Query or Mutation."""
    kind = SDL.type_map[root]
    assert isinstance(kind, GraphQLObjectType)
    fields: Mapping[str, GraphQLField] = kind.fields
    return fields


def _record_cases(name: str) -> dict[str, Build]:
    thing, things = f"{name[0].upper()}{name[1:]}", PLURALS[name]
    label = LABELS.get(name, "title")

    def made(world: World) -> Arguments:
        of_catalog = {"catalogId": world["catalog"]} if name == "catalogElement" else {}
        return {label: "Made", **of_catalog}

    deleted = f"deleted_{name}"
    external = {"system": "erp", "value": "new"}
    return {
        f"create{thing}": lambda w: {"input": made(w)},
        f"update{thing}": lambda w: {"input": {"id": w[name], label: "Changed"}},
        f"delete{thing}": lambda w: {"input": {"id": w[name]}},
        f"restore{thing}": lambda w: {"id": w[deleted]},
        f"purge{thing}": lambda w: {"id": w[deleted]},
        f"create{things}": lambda w: {"input": [made(w)]},
        f"update{things}": lambda w: {"input": [{"id": w[name], label: "Changed"}]},
        f"upsert{things}": lambda w: {"input": [{"externalId": external, **made(w)}]},
        f"delete{things}": lambda w: {"ids": [w[name]]},
    }


def _given(**values: Any) -> Build:
    return lambda w: {
        "input": {
            key: w[value[1:]] if isinstance(value, str) and value.startswith("$") else value
            for key, value in values.items()
        }
    }


RECORD_MUTATIONS: dict[str, Build] = {
    **{key: build for name in RECORDS for key, build in _record_cases(name).items()},
    "moveDeal": _given(id="$deal", stageId="$stage_beside"),
    "importDeals": lambda w: {
        "input": [
            {
                "externalId": {"system": "erp", "value": "imported"},
                "title": "Old",
                "createdById": w["user"],
                "stageHistory": [
                    {"stageId": w["stage"], "at": "2020-01-01T00:00:00Z", "byId": w["user"]}
                ],
            }
        ]
    },
    "convertLead": lambda world: {
        "input": {
            "id": world["lead"],
            **{part: {"linkId": world[part]} for part in ("contact", "company", "deal")},
        }
    },
    "mergeRecords": lambda world: {
        "input": {
            "targetId": world["contact_twin"],
            "sourceIds": [world["contact_beside"]],
            "choices": [{"field": "jobTitle", "recordId": world["contact_twin"]}],
        }
    },
    "unmerge": _given(id="$merge"),
    "addComment": _given(recordId="$deal", text="Hello.", mentionIds=[]),
    "pinComment": _given(id="$comment"),
    "createActivity": lambda world: {
        "input": {"kind": "CALL", "subject": "Call them", "recordIds": [world["deal"]]}
    },
    "createActivities": lambda world: {
        "input": [{"kind": "TASK", "subject": "Write", "recordIds": [world["company"]]}]
    },
    "updateActivity": _given(id="$activity", subject="Call them back"),
    "completeActivity": _given(id="$activity", outcome="Nobody was there."),
    "reopenActivity": lambda world: {"id": world["done_activity"]},
    "deleteActivity": _given(id="$activity"),
    "uploadFile": _given(file=Upload("offer.txt", b"An offer."), name="Offer.txt"),
}
"""What a member may do."""

SETTINGS_MUTATIONS: dict[str, Build] = {
    "createPipeline": _given(name="Second"),
    "updatePipeline": _given(id="$pipeline", name="Renamed"),
    "deletePipeline": _given(id="$pipeline", moveTo="$default_pipeline"),
    "reorderPipelines": lambda w: {"ids": [w["pipeline"], w["default_pipeline"]]},
    "createStage": _given(pipelineId="$pipeline", name="More"),
    "updateStage": _given(id="$stage", name="Renamed"),
    "deleteStage": _given(id="$stage", moveTo="$stage_beside"),
    "reorderStages": lambda w: {
        "ids": [
            w[f"stage_{code}"]
            for code in ("NEW", "EXECUTING", "PREPARATION", "PREPAYMENT_INVOICE", "FINAL_INVOICE",
                         "WON", "APOLOGY", "LOSE")
        ]
    },
    "createTunnel": _given(
        stageId="$stage_FINAL_INVOICE", targetStageId="$stage", action="MOVE"
    ),
    "updateTunnel": _given(id="$tunnel", targetStageId="$stage_beside"),
    "deleteTunnel": _given(id="$tunnel"),
    "createDictionary": _given(code="SIZES", name="Sizes"),
    "updateDictionary": _given(id="$dictionary", name="Renamed"),
    "deleteDictionary": _given(id="$dictionary"),
    "createDictionaryItem": _given(dictionaryId="$dictionary", name="Blue"),
    "updateDictionaryItem": _given(id="$item", name="Renamed"),
    "deleteDictionaryItem": _given(id="$source_EMAIL", replaceWith="$source_WEB"),
    "reorderDictionaryItems": lambda w: {"ids": [w["item_beside"], w["item"]]},
    "createCustomField": _given(entity="DEAL", name="Contract", type="LIST"),
    "updateCustomField": _given(id="$custom_field", name="Renamed"),
    "deleteCustomField": _given(id="$custom_field", confirm=True),
    "reorderCustomFields": lambda w: {"ids": [w["custom_field_beside"], w["custom_field"]]},
    "createCatalog": _given(name="Branches"),
    "updateCatalog": _given(id="$catalog", name="Renamed"),
    "deleteCatalog": _given(id="$empty_catalog"),
    "createCatalogSection": _given(catalogId="$catalog", name="More", parentId="$section"),
    "updateCatalogSection": _given(id="$section", name="Renamed"),
    "deleteCatalogSection": _given(id="$section", moveTo="$section_beside"),
    "createResource": _given(name="Room"),
    "updateResource": _given(id="$resource", isActive=False),
    "deleteResource": _given(id="$free_resource"),
    "createBookingService": _given(name="Trip", duration=60),
    "updateBookingService": _given(id="$service", duration=45),
    "deleteBookingService": _given(id="$free_service"),
    "createProductSection": _given(name="More", parentId="$product_section"),
    "updateProductSection": _given(id="$product_section", name="Renamed"),
    "deleteProductSection": _given(id="$product_section", moveTo="$product_section_beside"),
    "createMeasureUnit": _given(code="M", name="more"),
    "updateMeasureUnit": _given(id="$unit", name="renamed"),
    "deleteMeasureUnit": _given(id="$unit", replaceWith="$unit_beside"),
    "createTaxRate": _given(name="More", rate="7"),
    "updateTaxRate": _given(id="$tax_rate", name="Renamed"),
    "deleteTaxRate": _given(id="$tax_rate", replaceWith="$tax_rate_beside"),
    "createCurrency": _given(code="CHF"),
    "updateCurrency": _given(id="$currency", template="# zł"),
    "deleteCurrency": _given(id="$currency"),
    "deleteExchangeRate": _given(currency="GBP", date="2026-01-01"),
    "recomputeBaseAmounts": lambda _: {},
    "changeBaseCurrency": _given(currency="GBP"),
    "setExchangeRate": _given(currency="EUR", rate="2"),
    "createUser": _given(email="new-person@example.com", password="a good password"),
    "inviteUser": _given(email="new-guest@example.com", firstName="Guest"),
    "renewInvitation": lambda w: {"id": w["invited_user"]},
    "issuePasswordReset": lambda w: {"id": w["user"]},
    "updateUser": _given(id="$user", lastName="Renamed"),
    "activateUser": lambda w: {"id": w["former_user"]},
    "deactivateUser": lambda w: {"id": w["user"]},
    "createDepartment": _given(name="Support"),
    "updateDepartment": _given(id="$department", name="Renamed"),
    "deleteDepartment": _given(id="$empty_department"),
    "createGroup": _given(name="More"),
    "updateGroup": _given(id="$group", name="Renamed"),
    "deleteGroup": _given(id="$group"),
    "createRole": _given(
        name="Second",
        grants=[{"entity": "DEAL", "action": "READ", "scope": ["OWN"]}],
    ),
    "updateRole": _given(
        id="$role",
        grants=[{"entity": "DEAL", "action": "UPDATE", "scope": ["OWN"]}],
    ),
    "deleteRole": _given(id="$role"),
    "assignRole": _given(roleId="$role", departmentId="$empty_department"),
    "unassignRole": _given(roleId="$role", userId="$user"),
    "updateWorkspace": _given(name="Renamed"),
}  # fmt: skip
"""What only an administrator may do."""

WITHOUT_EVENTS = (
    "renewInvitation",
    "issuePasswordReset",
    "createCalendarFeed",
    "revokeCalendarFeed",
)
"""Change no record and no setting."""

OWN_MUTATIONS: dict[str, Build] = {
    "createApiKey": _given(name="One more"),
    "revokeApiKey": lambda w: {"id": w["api_key"]},
    "updateComment": _given(id="$comment", text="Good day."),
    "deleteComment": _given(id="$comment"),
    "createCalendarFeed": lambda _: {},
    "revokeCalendarFeed": lambda _: {},
}
"""What everyone may do with what is their own."""

MUTATIONS = RECORD_MUTATIONS | SETTINGS_MUTATIONS | OWN_MUTATIONS
SESSION_MUTATIONS = (
    "signIn", "signOut", "changePassword", "requestPasswordReset", "resetPassword",
    "acceptInvitation", "rotateApiKey", "revokeSession", "revokeSessions",
)  # fmt: skip
"""Tested by themselves: they are about the token in use, a password or one's own sessions."""


def _by_id(name: str) -> Build:
    return lambda w: {"id": w[name]}


ADMIN_QUERIES: dict[str, Build] = {
    "auditEvents": lambda _: {},
    "previewRole": lambda w: {"input": {"id": w["role"], "settings": ["AUDIT"]}},
    "sessions": lambda w: {"userId": w["admin"]},
}
"""Tested by themselves: what only administrators read, or everyone of themselves."""

QUERIES: dict[str, Build] = {
    **{name: _by_id(name) for name in (*RECORDS, "activity", "pipeline", "user", "catalog")},
    "catalogSection": _by_id("section"),
    "productSection": _by_id("product_section"),
    **{name: lambda _: {} for name in ("leads", "contacts", "companies", "deals", "users",
                                       "activities", "catalogElements", "catalogs", "resources",
                                       "products", "productSections", "measureUnits", "taxRates",
                                       "currencies",
                                       "bookingServices")},
    "bookings": lambda _: {"from": BOOKED_AT, "to": "2026-06-01T10:00:00Z"},
    "duplicates": lambda _: {"of": {"name": "Acme"}},
    "convertLeadPreview": _given(id="$lead", deal={"create": True}),
    "pipelines": lambda _: {"entity": "DEAL"},
    "customFields": lambda _: {"entity": "DEAL"},
    "dictionaries": lambda _: {},
    "dictionary": lambda _: {"code": "COLOURS"},
    "exchangeRates": lambda _: {},
    "departments": lambda _: {},
    "groups": lambda _: {},
    "role": lambda w: {"id": w["role_HEAD_OF_SALES"]},
    "roles": lambda _: {},
    "explainAccess": lambda _: {"input": {"action": "READ", "entity": "DEAL"}},
    "viewer": lambda _: {},
    "node": lambda w: {"id": w["deal"]},
    "nodes": lambda w: {"ids": [w["deal"], w["company"]]},
    "search": lambda _: {"text": "acme"},
    "history": lambda _: {},
    "record": lambda w: {"id": w["deal"], "asOf": "2100-01-01T00:00:00Z"},
}  # fmt: skip


def document(root: str, name: str) -> str:
    """Write the operation that calls a root field with all its arguments as variables."""
    field = fields_of(root)[name]
    wanted = {
        key: argument
        for key, argument in field.args.items()
        if is_required_argument(argument) or key in {"ids", "id", "input", "text", "entity", "code"}
    }
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in wanted.items())
    passed = ", ".join(f"{key}: ${key}" for key in wanted)
    head = f"{root.lower()} ({declared})" if declared else root.lower()
    call = f"{name}({passed})" if passed else name
    return f"{head} {{ {call} {_selection(field.type, 3)} }}"


def _selection(kind: GraphQLType, depth: int) -> str:
    """Select everything that needs no argument, down to a depth; below it the ids."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if not isinstance(named, GraphQLObjectType):
        return "{ __typename id }"
    parts = []
    for name, field in named.fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif depth > 0 and name in _WORTH:
            parts.append(f"{name} {_selection(inner, depth - 1)}")
    return "{ " + " ".join(parts or ["__typename"]) + " }"


_WORTH = frozenset(
    {"userErrors", "results", "nodes", "user", "workspace", "apiKeys", "apiKey", "items", "stages",
     "members", "pipeline", "dictionary", "dictionaryItem", "stage", "department", "group",
     "exchangeRate", "lead", "contact", "company", "deal", "pipelines", "dictionaryItems",
     "catalogElement", "catalog", "catalogSection", "sections", "resource", "resources",
     "product", "productSection", "productSections", "measureUnit", "measureUnits", "taxRate",
     "taxRates", "prices", "productRows", "requisites", "currency", "currencies", "currencyWork",
     "bookingService", "service", "role", "roles", "reasons", "assignments", "record"}
)  # fmt: skip


def id_places(name: str) -> Iterator[tuple[str, ...]]:
    """Give the paths of all ids in the arguments of a mutation."""
    for key, argument in fields_of("Mutation")[name].args.items():
        yield from _places(argument.type, (key,))


def _places(kind: GraphQLType, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    while isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        yield from _places(kind.of_type, (*path, "0"))
    elif isinstance(kind, GraphQLInputObjectType):
        for key, field in kind.fields.items():
            yield from _places(field.type, (*path, key))
    elif str(kind) == "ID":
        yield path


def put(arguments: Any, path: tuple[str, ...], value: str) -> Any:
    """Give the arguments with a value put in at a path; lists on the way get one element."""
    key, *rest = path
    if key == "0":
        first = arguments[0] if isinstance(arguments, list) and arguments else None
        return [put(first, tuple(rest), value) if rest else value]
    arguments = dict(arguments or {})
    inner = arguments.get(key, [dict(_POINTS[key])] if key in _POINTS else None)
    arguments[key] = put(inner, tuple(rest), value) if rest else value
    return arguments


_VALUES = {
    "phones": "+12025550177",
    "emails": "someone@example.com",
    "websites": "https://example.org",
    "messengers": "someone",
}
_POINTS: dict[str, dict[str, Any]] = {
    **{
        name: {"value": value}
        for key, value in _VALUES.items()
        for name in (key, f"add{key.capitalize()}")
    },
    **{name: {"price": {"amount": "1"}} for name in ("prices", "addPrices")},
    **{name: {"name": "Oil", "price": "1"} for name in ("productRows", "addProductRows")},
    **{name: {"kind": "PERSON"} for name in ("requisites", "addRequisites")},
}
"""What an item of a list that is made up on the way has besides its id."""
