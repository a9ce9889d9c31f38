"""Roles: made, changed, given to people and taken from them."""

from uuid import UUID

from db.base import new_id
from domain.errors import Code, refuse
from domain.people import USER
from domain.roles import ROLE, ROLE_ASSIGNMENT
from loaders.locking import lock_name
from loaders.rights import load_organisation
from resolvers import changes
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values


async def administrators(op: Operation) -> list[UUID]:
    """Give the active people who have the administrator's role, the first one first."""
    organisation = await load_organisation(op.loaders)
    return sorted(
        row.id
        for row in await op.loaders.everything(USER.name)
        if row.is_active and any(r.is_administrator for r in organisation.roles_of(row.id))
    )


async def keep_an_administrator(op: Operation, *path: str) -> None:
    """Refuse what was just written if nobody is left who may do everything."""
    await lock_name(op.session, "administrators")
    op.loaders.clear()
    if not await administrators(op):
        raise refuse(Code.CONFLICT, "last_administrator", *path)


async def give_role(op: Operation, user_id: UUID, code: str) -> None:
    """Give a person one of the roles that come with a workspace; raises RefusedError."""
    roles = await op.loaders.everything(ROLE.name)
    role = next((row for row in roles if row.code == code), None)
    if role is None:
        raise refuse(Code.NOT_FOUND, "not_found", "role", target=ROLE.name)
    columns = {"role_id": role.id, "user_id": user_id}
    draft = Draft(ROLE_ASSIGNMENT, new_id(), Values(()), None, columns=columns)
    await changes.create(op, [draft])
