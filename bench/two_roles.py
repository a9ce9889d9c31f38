"""A sales manager with two roles, who shows what roles cost.

One role shows the deals of the department without three of the page's fields, the other one's own
deals whole, so that each row's cells have to be told apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from auth.actor import Scope
from bench.check import post
from bench.closed_loop import Call
from bench.place import Place
from db.database import Database, RowSecurity
from domain.ids import encode_id
from server.administration import create_token

_EMAIL: Final = "manager@bench.example"
_HIDDEN: Final = ("probability", "beginDate", "isClosed")
_SAMPLE: Final = 200
_SALES: Final = ("LEAD", "CONTACT", "COMPANY", "DEAL")
_ROLES: Final[Mapping[str, tuple[list[str], list[str]]]] = {
    "Bench: of the department": (["OWN", "DEPARTMENT"], list(_HIDDEN)),
    "Bench: of one's own": (["OWN"], []),
}
"""By name: the scope of a role on deals, and what it hides of them."""


@dataclass(frozen=True, slots=True)
class Manager:
    """The manager's id, key, and deals that the manager may change."""

    id: str
    key: str
    sample: tuple[str, ...]


async def furnish(place: Place, url: str, admin: str) -> Manager:
    """Make the manager and the roles where they are missing, through the server at an address."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        person = await _make(client, admin)
        key = await _key_of(place)
        found = await _ask(client, key, f"{{ deals(first: {_SAMPLE}) {{ nodes {{ id }} }} }}")
    return Manager(person, key, tuple(each["id"] for each in found["deals"]["nodes"]))


def quiet(call: Call) -> Call:
    """Let cells that are left out be told in the extensions alone, as a frontend would."""
    return Call(call.path, call.body, (*call.headers, ("X-On-Denied", "null")))


async def _ask(client: httpx.AsyncClient, key: str, document: str, **variables: Any) -> Any:
    body = orjson.dumps({"query": document, "variables": variables})
    call = Call("/graphql", body, (("Authorization", f"Bearer {key}"),))
    return (await post(client, call))["data"]


async def _make(client: httpx.AsyncClient, key: str) -> str:
    """Make the manager and the roles where they are missing; give the manager's id."""
    known = await _ask(
        client,
        key,
        "query ($email: String) { users(where: { email: { eq: $email } }) { nodes { id } } "
        "departments { id members { id } } roles { id name } }",
        email=_EMAIL,
    )
    departments = sorted(known["departments"], key=lambda each: -len(each["members"]))
    people = [each["id"] for each in known["users"]["nodes"]]
    if not people:
        made = await _ask(
            client, key,
            "mutation ($given: CreateUserInput!) { createUser(input: $given) "
            "{ user { id } userErrors { message } } }",
            given={"email": _EMAIL, "password": "a long password of the bench",
                   "departmentIds": [departments[0]["id"]]},
        )  # fmt: skip
        people = [made["createUser"]["user"]["id"]]
    names = {each["name"] for each in known["roles"]}
    for name, (scope, hidden) in _ROLES.items():
        if name in names:
            continue
        made = await _ask(
            client,
            key,
            "mutation ($given: CreateRoleInput!) { createRole(input: $given) "
            "{ role { id } userErrors { message path } } }",
            given=_role(name, scope, hidden),
        )
        await _ask(
            client,
            key,
            "mutation ($given: AssignRoleInput!) { assignRole(input: $given) "
            "{ userErrors { message } } }",
            given={"roleId": made["createRole"]["role"]["id"], "userId": people[0]},
        )
    return str(people[0])


def _role(name: str, scope: list[str], hidden: list[str]) -> dict[str, Any]:
    grants = [
        {"entity": entity, "action": "READ", "scope": scope if entity == "DEAL" else ["ALL"]}
        for entity in (*_SALES, "USER")
    ]
    grants.append({"entity": "DEAL", "action": "UPDATE", "scope": scope})
    rules = [{"entity": "DEAL", "field": field, "access": "HIDDEN"} for field in hidden]
    return {"name": name, "grants": grants, "fields": rules}


async def _key_of(place: Place) -> str:
    database = Database(place.url, row_security=RowSecurity.WRITES, pool_size=1)
    workspace = encode_id("workspace", place.workspace_id)
    try:
        scopes = tuple(Scope)
        _, key = await create_token(database, workspace, "bench", _EMAIL, scopes, 1)
    finally:
        await database.dispose()
    return key
