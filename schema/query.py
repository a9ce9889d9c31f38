"""The queries of the API: its index."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry

from domain.activities import ACTIVITY
from domain.audit import AUDIT_EVENT
from domain.bookings import BOOKING_SERVICE, RESOURCE
from domain.catalogs import CATALOG, CATALOG_ELEMENT, CATALOG_SECTION
from domain.currencies import CURRENCY
from domain.custom_fields import RecordType
from domain.entities import ENTITIES
from domain.errors import BadInputError
from domain.fields import Entity
from domain.people import USER
from domain.products import MEASURE_UNIT, PRODUCT, PRODUCT_SECTION, TAX_RATE
from domain.records import COMPANY, CONTACT, DEAL, LEAD
from domain.roles import ROLE
from domain.settings import DICTIONARY, PIPELINE, PipelineEntity
from loaders.lists import MAX_PAGE, WHOLE, ListSpec, PageSpec
from loaders.merges import find_rows
from loaders.nodes import load_nodes, read_node_id
from loaders.rights import seen_roles
from resolvers.defined_fields import searched_fields
from schema.access import EXPLAIN_ACCESS
from schema.bookings import BOOKINGS
from schema.classes import OBJECTS, Record
from schema.connection import connection_field
from schema.context import Context, Info, operation, running
from schema.conversion import CONVERT_LEAD_PREVIEW
from schema.currencies import EXCHANGE_RATES
from schema.custom_fields import CUSTOM_FIELDS
from schema.duplicates import DUPLICATES
from schema.execution.reading import batched_field
from schema.filters import read_id, read_search
from schema.history import HISTORY
from schema.people import Viewer, read_viewer
from schema.record_state import RECORD
from schema.role_preview import PREVIEW_ROLE
from schema.sessions import SESSIONS
from schema.signatures import argument, declare_resolver, list_of, returns
from schema.values import Node

_MAX_IDS = 200


def _by_id(entity: Entity) -> Any:
    name = entity.name.replace("_", " ")

    def prepare(given: Mapping[str, Any]) -> Any:
        return read_id(entity.name, given["id"], ("id",))

    async def read(context: Context, roots: Sequence[Any], key: UUID) -> list[Any]:
        found = await find_rows(running(context).loaders, entity.name, [key])
        return found * len(roots)

    return batched_field(
        f"One {name}; null where there is none that the caller may read.",
        OBJECTS[entity.name] | None,
        (),
        read,
        {"id": argument(strawberry.ID, f"Id of the {name}.")},
        prepare=prepare,
    )


def _everything(entity: Entity, text: str) -> Any:
    async def read(context: Context, roots: Sequence[Any]) -> list[Any]:
        return [await running(context).loaders.everything(entity.name)] * len(roots)

    return batched_field(text, list_of(OBJECTS[entity.name]), (), read)


async def _pipelines(root: Any, info: Any, entity: PipelineEntity) -> Any:
    rows = await operation(info).loaders.everything(PIPELINE.name)
    return [row for row in rows if row.entity == entity.value]


async def _dictionary(root: Any, info: Any, code: str) -> Any:
    rows = await operation(info).loaders.everything(DICTIONARY.name)
    return next((row for row in rows if row.code == code), None)


async def _node(root: Any, info: Any, id: str) -> Any:
    (found,) = await load_nodes(operation(info).loaders, [read_node_id(id, ("id",))])
    return found


async def _nodes(root: Any, info: Any, ids: Sequence[str]) -> Any:
    if len(ids) > _MAX_IDS:
        raise BadInputError("too_many_ids", ("ids",), limit=_MAX_IDS)
    keys = [read_node_id(text, ("ids", str(index))) for index, text in enumerate(ids)]
    return await load_nodes(operation(info).loaders, keys)


@strawberry.type(description="What a search found, type after type, newest first.")
class SearchConnection:
    """What a search found."""

    nodes: list[Record] = strawberry.field(description="The records.")


async def _search(
    root: Any, info: Any, text: str, types: Sequence[RecordType] | None, first: int
) -> Any:
    if not 0 <= first <= MAX_PAGE:
        raise BadInputError("page_size", ("first",), limit=MAX_PAGE)
    words = read_search(text, ("text",))
    wanted = [kind.value.lower() for kind in (RecordType if types is None else types)]
    op = operation(info)
    found: list[Any] = []
    for name in dict.fromkeys(wanted):
        room = first - len(found)
        if words and room > 0:
            searched = await searched_fields(op, name)
            spec = PageSpec(ListSpec(name, search=words, searched=searched), room)
            found.extend((await op.loaders.page(spec).load(WHOLE)).rows)
    return SearchConnection(nodes=found)


def _read_role(given: Mapping[str, Any]) -> UUID:
    key: UUID = read_id(ROLE.name, given["id"], ("id",))
    return key


async def _role(context: Context, roots: Sequence[Any], key: UUID) -> list[Any]:
    return await load_nodes(running(context).loaders, [(ROLE.name, key)]) * len(roots)


async def _roles(context: Context, roots: Sequence[Any]) -> list[Any]:
    loaders = running(context).loaders
    seen = await seen_roles(loaders)
    rows = await loaders.everything(ROLE.name)
    return [[row for row in rows if seen is None or row.id in seen]] * len(roots)


def _viewer(root: Any, info: Info) -> Any:
    return read_viewer(info)


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    lead = _by_id(LEAD)
    leads = connection_field(LEAD, "Leads, newest first unless ordered otherwise.")
    convert_lead_preview = CONVERT_LEAD_PREVIEW
    contact = _by_id(CONTACT)
    contacts = connection_field(CONTACT, "Contacts, newest first unless ordered otherwise.")
    company = _by_id(COMPANY)
    companies = connection_field(COMPANY, "Companies, newest first unless ordered otherwise.")
    deal = _by_id(DEAL)
    deals = connection_field(DEAL, "Deals, newest first unless ordered otherwise.")

    activity = _by_id(ACTIVITY)
    activities = connection_field(
        ACTIVITY, "Activities about any records, newest first unless ordered otherwise."
    )

    pipeline = _by_id(PIPELINE)
    pipelines = strawberry.field(
        resolver=declare_resolver(
            _pipelines,
            {"entity": argument(PipelineEntity, "Pipelines of which type of records.")},
            list_of(OBJECTS["pipeline"]),
            {"entity": PipelineEntity.DEAL},
        ),
        description="The pipelines of a type of records in their order.",
    )
    dictionaries = _everything(DICTIONARY, "All dictionaries.")
    dictionary = strawberry.field(
        resolver=declare_resolver(
            _dictionary,
            {"code": argument(str, "Code, such as SOURCE.")},
            OBJECTS["dictionary"] | None,
        ),
        description="One dictionary by its code.",
    )
    custom_fields = CUSTOM_FIELDS
    catalog = _by_id(CATALOG)
    catalogs = _everything(CATALOG, "All catalogues in their order.")
    catalog_section = _by_id(CATALOG_SECTION)
    catalog_element = _by_id(CATALOG_ELEMENT)
    catalog_elements = connection_field(
        CATALOG_ELEMENT, "Elements of all catalogues, newest first unless ordered otherwise."
    )
    product = _by_id(PRODUCT)
    products = connection_field(PRODUCT, "Products, newest first unless ordered otherwise.")
    product_section = _by_id(PRODUCT_SECTION)
    product_sections = _everything(
        PRODUCT_SECTION, "All sections of products, each among its like in its order."
    )
    measure_units = _everything(MEASURE_UNIT, "All units in their order.")
    tax_rates = _everything(TAX_RATE, "All tax rates in their order.")
    resources = _everything(RESOURCE, "All that can be booked, in its order.")
    booking_services = _everything(BOOKING_SERVICE, "All services in their order.")
    bookings = BOOKINGS
    currencies = _everything(CURRENCY, "The currencies of the workspace in their order.")
    exchange_rates = EXCHANGE_RATES

    user = _by_id(USER)
    users = connection_field(USER, "The people of the workspace.")
    departments = _everything(ENTITIES["department"], "All departments by name.")
    groups = _everything(ENTITIES["group"], "All groups by name.")
    role = batched_field(
        "One role; null where there is none that the caller may see.",
        OBJECTS[ROLE.name] | None,
        (),
        _role,
        {"id": argument(strawberry.ID, "Id of the role.")},
        prepare=_read_role,
    )
    roles = batched_field(
        "The roles by name: one's own, or all with the right ROLES.",
        list_of(OBJECTS[ROLE.name]),
        (),
        _roles,
    )
    explain_access = EXPLAIN_ACCESS
    preview_role = PREVIEW_ROLE
    viewer = strawberry.field(resolver=returns(_viewer, Viewer), description="The person who asks.")

    duplicates = DUPLICATES

    history = HISTORY
    record = RECORD

    sessions = SESSIONS
    audit_events = connection_field(
        AUDIT_EVENT, "The audit log, newest first unless ordered otherwise; for administrators."
    )

    node = strawberry.field(
        resolver=declare_resolver(
            _node, {"id": argument(strawberry.ID, "Any global id.")}, Node | None
        ),
        description="Whatever has this id; null where there is nothing that the caller may read.",
    )
    nodes = strawberry.field(
        resolver=declare_resolver(
            _nodes,
            {"ids": argument(list[strawberry.ID], f"Global ids, at most {_MAX_IDS}.")},
            list[Node | None],
        ),
        description="Whatever has these ids, in their order.",
    )
    search = strawberry.field(
        resolver=declare_resolver(
            _search,
            {
                "text": argument(str, "Words that must all occur in one of the main text fields."),
                "types": argument(list[RecordType] | None, "Only records of these types."),
                "first": argument(int, f"At most so many, up to {MAX_PAGE}."),
            },
            SearchConnection,
            {"first": 25, "types": None},
        ),
        description="Records of any type by words.",
    )
