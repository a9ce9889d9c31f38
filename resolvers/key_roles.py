"""The role that an API key is bound to: it narrows what the key's owner may do."""

from uuid import UUID

from domain.errors import Code, refuse
from domain.roles import ROLE
from loaders.rights import seen_roles
from resolvers.entries import checked_id
from resolvers.operation import Operation


async def role_of_key(op: Operation, text: str | None) -> UUID | None:
    """Read the role of a new key: one that its owner has or, with the right ROLES, any.

    What is made with a key that is bound is bound to the same role. Raises RefusedError.
    """
    bound = op.actor.role_id
    if text is None:
        return bound
    key = checked_id(ROLE, text, "roleId")
    seen = await seen_roles(op.loaders)
    if await op.loaders.one(ROLE.name).load(key) is None or (seen is not None and key not in seen):
        raise refuse(Code.NOT_FOUND, "not_found", "roleId", target=ROLE.name)
    if bound is not None and key != bound:
        raise refuse(Code.FORBIDDEN, "key_is_bound", "roleId")
    return key
