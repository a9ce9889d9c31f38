"""Roles of a test's own making, and who has them."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.people import Cast


def grant(entity: str, action: str, *scope: str, **more: Any) -> dict[str, Any]:
    """Give a grant as inputs have it."""
    return {"entity": entity, "action": action, "scope": list(scope), **more}


async def make_role(
    people: Cast,
    name: str,
    grants: Sequence[Mapping[str, Any]],
    fields: Sequence[Mapping[str, Any]] = (),
    defaults: Sequence[Mapping[str, Any]] = (),
    settings: Sequence[str] = (),
) -> str:
    """Let root make a role; gives its id."""
    given = {
        "name": name,
        "grants": list(grants),
        "fields": list(fields),
        "fieldDefaults": list(defaults),
        "settings": list(settings),
    }
    made = (await people.root.mutate("createRole", given, "role { id }")).payload()
    return str(made["role"]["id"])


async def only(people: Cast, name: str, *roles: str) -> None:
    """Let a member of the cast have these roles and no others."""
    found = await people.root.data("{ roles { assignments { id user { id } } } }")
    for role in found["roles"]:
        for given in role["assignments"]:
            if given["user"] is not None and given["user"]["id"] == people.ids[name]:
                (await people.root.mutate("unassignRole", {"id": given["id"]}, "")).payload()
    for role_id in roles:
        given = {"roleId": role_id, "userId": people.ids[name]}
        (await people.root.mutate("assignRole", given, "")).payload()
