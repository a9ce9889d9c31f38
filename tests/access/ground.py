"""A filled workspace from whose fields a role hides one after another."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
)

from tests.access.cases import QUERIES
from tests.access.cases import SDL as SHARED
from tests.access.filled import CUSTOM, fill_world
from tests.access.paths import (
    MARK,
    PLURALS,
    RECORDS,
    leaf_selection,
    ways_to,
)
from tests.access.world import World, build_world, fingerprint, merge_anew
from tests.client import Answer, Client
from tests.conftest import Server
from tests.people import make_cast

_SIDE_BY_SIDE: Final = 4
DRY: Final = {"X-Dry-Run": "1"}
NEVER_HIDDEN: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        RECORDS,
        frozenset(
            {
                "id",
                "isShared",
                "externalIds",
                "createdAt",
                "updatedAt",
                "version",
                "customFieldValues",
                "custom",
                "access",
                "activities",
                "timeline",
                "pinnedComments",
            }
        ),
    ),
    "User": frozenset({"id", "firstName", "lastName", "fullName"}),
    "Department": frozenset({"id", "name"}),
    "Group": frozenset({"id", "name"}),
}
"""What everyone may read of a row that they see."""
OF_ELEMENTS: Final = frozenset({"catalog"})
"""Of elements of catalogues besides."""
ENTITIES: Final = {
    "Lead": "LEAD",
    "Contact": "CONTACT",
    "Company": "COMPANY",
    "Deal": "DEAL",
    "CatalogElement": "CATALOG_ELEMENT",
    "Product": "PRODUCT",
    "User": "USER",
}
NOT_SHOWN: Final = frozenset({"deletedAt"})
"""Empty of all that is not in the recycle bin."""


def shared_fields(kind: str) -> list[str]:
    """Give the fields of a type that roles can hide, custom ones apart."""
    made = SHARED.type_map[kind]
    assert isinstance(made, GraphQLObjectType)
    never = NEVER_HIDDEN[kind] | (OF_ELEMENTS if kind == "CatalogElement" else frozenset())
    return [name for name in made.fields if name not in never]


FIELDS: Final = [
    *((kind, name) for kind in PLURALS for name in shared_fields(kind)),
    *((kind, f"custom.{code}") for kind in RECORDS for code in CUSTOM[kind]),
]
every_field = pytest.mark.parametrize(
    ("kind", "name"), FIELDS, ids=[f"{kind}.{name}" for kind, name in FIELDS]
)


@dataclass(slots=True)
class Ground:
    """A filled workspace, its schema, and a key whose role is changed by each test."""

    root: Client
    hidden_from: Client
    role: str
    world: World
    schema: GraphQLSchema
    server: Server
    ways: dict[str, dict[str, str]] = field(default_factory=dict)
    """By type, ways to its objects."""

    async def hide(self, *rules: tuple[str, str], scope: str = "ALL") -> None:
        """Let the role do everything but read some fields."""
        grants: list[dict[str, Any]] = [
            {"entity": entity, "action": action, "scope": [scope]}
            for entity in ENTITIES.values()
            if entity != "USER"
            for action in ("READ", "CREATE", "UPDATE", "DELETE")
        ]
        people = {"entity": "USER", "action": "READ", "scope": ["ALL"]}
        hidden = [
            {"entity": ENTITIES[kind], "field": name.removeprefix("custom."), "access": "HIDDEN"}
            for kind, name in rules
            if kind in ENTITIES
        ]
        # Fields of departments and groups go with the right to read of people at all.
        if all(kind in ENTITIES for kind, _ in rules):
            grants.append(people)
        given = {"id": self.role, "grants": grants, "fields": hidden}
        (await self.root.mutate("updateRole", given, "role { id }")).payload()

    async def ask(self, documents: Sequence[str]) -> list[Answer]:
        """Send documents side by side, from whom fields are hidden."""
        found: list[Answer] = []
        for start in range(0, len(documents), _SIDE_BY_SIDE):
            several = documents[start : start + _SIDE_BY_SIDE]
            found += await asyncio.gather(*map(self.hidden_from.run, several))
        return found

    def fields(self, kind: str) -> Any:
        """Give the fields of a type, as the workspace has them."""
        made = self.schema.type_map[kind]
        assert isinstance(made, GraphQLObjectType | GraphQLInputObjectType | GraphQLInterfaceType)
        return made.fields

    def selected(self, kind: str, name: str) -> str:
        """Write the selection of a field under the mark."""
        if name.startswith("custom."):
            inner = name.removeprefix("custom.")
            definition = self.fields(f"{kind}CustomFields")[inner]
            return f"custom {{ {MARK}: {inner} {leaf_selection(self.schema, definition)} }}"
        definition = self.fields(kind)[name]
        return f"id {MARK}: {name} {leaf_selection(self.schema, definition)}"


async def open_ground(server: Server, http: httpx.AsyncClient) -> AsyncIterator[Ground]:
    """Give the workspace; tests leave all of it but the role as it is, whatever they try."""
    people = await make_cast(server.database, http)
    root, world = people.root, await build_world(people.root)
    await fill_world(root, world)
    await merge_anew(root, world)
    role = await root.mutate("createRole", {"name": "Hides some"}, "role { id }")
    role_id = role.payload()["role"]["id"]
    key = await root.mutate("createApiKey", {"name": "hides", "roleId": role_id}, "secret")
    introspected = await root.data(get_introspection_query(input_value_deprecation=False))
    schema = build_client_schema(introspected)
    ground = Ground(root, Client(http, key.payload()["secret"]), role_id, world, schema, server)
    ground.ways = {kind: ways_to(schema, kind, roots(world)) for kind in PLURALS}
    before = await fingerprint(server.database, world)
    yield ground
    after = await fingerprint(server.database, world)
    changed = {name for name, checksum in after.items() if checksum != before[name]}
    assert changed <= {"roles", "events", "workspaces", "identities"}


def roots(world: World) -> dict[str, str]:
    """Give the root fields that one can start from, with arguments."""
    found = {}
    for name, build in QUERIES.items():
        parts = [f"{key}: {_text(value)}" for key, value in build(world).items()]
        found[name] = f"({', '.join(parts)})" if parts else ""
    found["search"] = '(text: "Acme")'
    # Its name is filled with another one; the phones of all are the same.
    found["duplicates"] = f'(of: {{id: "{world["company"]}"}})'
    del found["explainAccess"]
    del found["activity"]  # those of the list are done ones, too
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_text(item)}' for key, item in value.items())}}}"
    if isinstance(value, bool | int):
        return str(value).lower()
    is_name = isinstance(value, str) and value.replace("_", "").isalpha() and value.isupper()
    return str(value) if is_name else f'"{value}"'


def one(kind: str) -> str:
    return f"{kind[0].lower()}{kind[1:]}"


def label(kind: str, name: str) -> str:
    return f"{kind}.{name}"


def refused(answer: Answer, *labels: str) -> bool:
    """Tell whether an operation was refused as a whole, for one of some fields."""
    if answer.codes != ["FORBIDDEN"] or answer.body.get("data") is not None:
        return False
    return answer.errors[0]["extensions"].get("field") in labels


def labels_of(ground: Ground, kind: str, name: str) -> set[str]:
    """Give the labels by which a hidden field is told of: its own, and those of what it carries."""
    inverse = {
        ("Deal", "company"): "Company.deals",
        ("Deal", "contact"): "Contact.deals",
        ("Lead", "company"): "Company.leads",
        ("Lead", "contact"): "Contact.leads",
        ("Contact", "company"): "Company.contacts",
        ("Company", "parent"): "Company.subsidiaries",
    }
    names = {label(kind, name)} | {inverse[kind, name]} if (kind, name) in inverse else set()
    if name in {"firstName", "middleName", "lastName"} and "fullName" in ground.fields(kind):
        names.add(f"{kind}.fullName")
    return names | {label(kind, name)}
