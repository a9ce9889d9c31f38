"""People with roles of a test's own making."""

from collections.abc import Awaitable, Callable
from typing import Any

from auth.actor import Scope
from db.database import Database
from server import administration
from tests.client import Client
from tests.people import Cast

ROLE = """role { id name code grants { entity action scope pipeline { id } stage { id } where }
  fields { entity field isCustom access } fieldDefaults { entity access } settings
  assignments { user { id } department { id } includeSubdepartments group { id } } }"""
Join = Callable[..., Awaitable[Client]]
"""`join(name, *roles)` adds a person with roles, by their ids, and gives their client."""


def grant(entity: str, action: str, *scope: str, **more: Any) -> dict[str, Any]:
    """Write a grant."""
    return {"entity": entity, "action": action, "scope": list(scope), **more}


async def make_role(root: Client, name: str, *grants: dict[str, Any], **more: Any) -> str:
    """Make a role and give its id."""
    given = {"name": name, "grants": list(grants), **more}
    made = await root.mutate("createRole", given, "role { id }")
    found: str = made.payload()["role"]["id"]
    return found


async def give(root: Client, role: str, **holder: Any) -> str:
    """Give a role to a holder and give the id of the assignment."""
    given = {"roleId": role, **holder}
    done = await root.mutate("assignRole", given, "roleAssignment { id }")
    found: str = done.payload()["roleAssignment"]["id"]
    return found


async def make_deal(person: Client, title: str, **given: Any) -> str:
    """Make a deal and give its id."""
    made = await person.mutate("createDeal", {"title": title, **given}, "deal { id }")
    found: str = made.payload()["deal"]["id"]
    return found


async def titles(person: Client) -> list[str]:
    """Give the titles of the deals that a person sees, in their order."""
    found = await person.data("{ deals { totalCount nodes { title } } }")
    seen = sorted(deal["title"] for deal in found["deals"]["nodes"])
    assert found["deals"]["totalCount"] == len(seen)
    return seen


async def add_person(people: Cast, database: Database, name: str, roles: tuple[str, ...]) -> Client:
    """Add a person, note their id under their name, and give their client."""
    number = people.workspace_name.split()[-1]
    given = {
        "email": f"{name}{number}@example.com",
        "password": f"{name}'s password",
        "firstName": name.capitalize(),
        "roleIds": list(roles),
    }
    made = await people.root.mutate("createUser", given, "user { id }")
    people.ids[name] = made.payload()["user"]["id"]
    workspace = (await people.root.data("{ viewer { workspace { id } } }"))["viewer"]["workspace"]
    _, secret = await administration.create_token(
        database, workspace["id"], name, str(given["email"]), tuple(Scope), 1
    )
    return Client(people.root.http, secret)
