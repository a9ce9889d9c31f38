"""A sales manager whose two roles hide fields, for statements that are measured by themselves."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import asyncpg

from auth.actor import Actor
from auth.grants import Grant, Role
from auth.rights import Rights, Viewer
from bench.place import Place
from domain.roles import Action, FieldAccess, RowScope

HIDDEN: Final = ("amount", "probability", "closeDate")
"""The fields of deals that the manager reads on their own deals alone."""
_SALES: Final = ("lead", "contact", "company", "deal")
_FIELDS: Final = "SELECT id, entity, code FROM custom_fields WHERE workspace_id = $1"
_USERS: Final = "SELECT id FROM users WHERE workspace_id = $1 ORDER BY id"
_OWNERS: Final = """
SELECT responsible_id FROM deals WHERE workspace_id = $1 AND id = ANY($2::uuid[])
"""


async def sales_manager(
    connection: asyncpg.Connection, place: Place, others: Sequence[UUID]
) -> Actor:
    """Give a manager who sees the records of everybody in the department; some deals are others'.

    One role shows them without some fields of deals, another one the manager's own whole: what may
    be read has to be told apart by the record.
    """
    rows = await connection.fetch(_FIELDS, place.workspace_id)
    fields = {row["id"]: (row["entity"].lower(), row["code"]) for row in rows}
    people = [row["id"] for row in await connection.fetch(_USERS, place.workspace_id)]
    owners = await connection.fetch(_OWNERS, place.workspace_id, list(others))
    manager = next(key for key in people if key not in {row["responsible_id"] for row in owners})
    near = frozenset({RowScope.OWN, RowScope.DEPARTMENT})
    roles = (_role("department", near, HIDDEN), _role("own", frozenset({RowScope.OWN}), ()))
    viewer = Viewer(manager, tuple(people), tuple(people))
    rights = Rights([(role,) for role in roles], fields)
    return replace(place.actor, user_id=manager, rights=rights, viewer=viewer)


def _role(name: str, scopes: frozenset[RowScope], hidden: tuple[str, ...]) -> Role:
    rules: dict[tuple[str, str], FieldAccess] = {
        ("deal", field): FieldAccess.HIDDEN for field in hidden
    }
    grants = [Grant(entity, Action.READ, scopes, None, None, None) for entity in _SALES]
    settings: Any = frozenset()
    return Role(UUID(int=0), name, is_administrator=False, grants=tuple(grants), rules=rules,
                defaults={}, settings=settings, content=name.encode())  # fmt: skip
