"""Who has which role: people, the people of departments, groups."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from domain.audit import AuditKind
from domain.entities import ENTITIES
from domain.errors import Code, RefusedError, refuse
from domain.fields import Entity
from domain.ids import encode_id
from domain.people import DEPARTMENT, USER
from domain.roles import ROLE, ROLE_ASSIGNMENT, Action
from loaders.rows import Row
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.role_audit import tell_holders
from resolvers.roles import keep_an_administrator, lock_roles
from resolvers.values import Values

Raw = Mapping[str, Any]
_HOLDERS: Final = {"userId": "user_id", "departmentId": "department_id", "groupId": "group_id"}
"""Names in inputs -> columns."""
_TARGETS: Final = {"userId": "user", "departmentId": "department", "groupId": "group"}
"""Names in inputs -> entities."""


async def assign_role(op: Operation, raw: Raw) -> Row:
    """Give a role to a person, a department or a group; who has it already keeps it.

    Of a department, `includeSubdepartments` becomes what is given last.
    """
    require(op.actor, Action.CREATE, ROLE_ASSIGNMENT.name)
    await lock_roles(op)
    draft = await entries.draft_new(op, ROLE_ASSIGNMENT, raw)
    name = _holder(draft.values, raw)
    draft.columns.setdefault("include_subdepartments", False)
    if name != "departmentId" and draft.columns["include_subdepartments"]:
        draft.values.wrong(Code.INVALID, "only_of_departments", "includeSubdepartments")
    if draft.errors:
        return await entries.save(op, draft)
    column = _HOLDERS[name]
    known = await _find(op, draft.columns["role_id"], column, draft.columns[column])
    if known is None:
        row = await entries.save(op, draft)
        await tell_holders(op, AuditKind.ROLE_ASSIGNED, [row])
        return row
    wide = raw.get("includeSubdepartments")
    if wide is None or wide == known.include_subdepartments:
        return known
    columns = {"include_subdepartments": wide}
    row = await entries.save(
        op, Draft(ROLE_ASSIGNMENT, known.id, Values(()), known, columns=columns)
    )
    changes = {"includeSubdepartments": {"from": not wide, "to": wide}}
    await tell_holders(op, AuditKind.ROLE_ASSIGNED, [row], changes)
    return row


async def unassign_role(op: Operation, raw: Raw) -> Row:
    """Take a role from whom it was given to: by the assignment's id, or as it was given."""
    require(op.actor, Action.DELETE, ROLE_ASSIGNMENT.name)
    await lock_roles(op)
    place = "id" if raw.get("id") is not None else "roleId"
    if place == "id":
        row = await entries.locked(op, ROLE_ASSIGNMENT, raw["id"])
        other = next((name for name in ("roleId", *_HOLDERS) if raw.get(name) is not None), None)
        if other is not None:
            raise refuse(Code.INVALID, "id_alone", other)
    else:
        row = await _named(op, raw)
    await entries.drop(op, ROLE_ASSIGNMENT, [row])
    await tell_holders(op, AuditKind.ROLE_UNASSIGNED, [row])
    await keep_an_administrator(op, place)
    return row


async def give_roles(op: Operation, user_id: UUID, ids: Sequence[str], *path: str) -> None:
    """Give a person some roles by their ids; raises ForbiddenError, RefusedError."""
    require(op.actor, Action.CREATE, ROLE_ASSIGNMENT.name)
    for index, text in enumerate(dict.fromkeys(ids)):
        key = entries.checked_id(ROLE, text, *path, str(index))
        if await op.loaders.one(ROLE.name).load(key) is None:
            raise refuse(Code.NOT_FOUND, "not_found", *path, str(index), target=ROLE.name)
        await assign_role(op, {"roleId": text, "userId": encode_id(USER.name, user_id)})


async def take_all(op: Operation, holder: Entity, row: Row) -> None:
    """Take all roles from a department or a group that goes away; the roles are locked."""
    given = await op.loaders.everything(ROLE_ASSIGNMENT.name)
    column = "department_id" if holder is DEPARTMENT else "group_id"
    held = [item for item in given if getattr(item, column) == row.id]
    await tell_holders(op, AuditKind.ROLE_UNASSIGNED, held)
    await entries.drop(op, ROLE_ASSIGNMENT, held)


def _holder(values: Values, raw: Raw) -> str:
    """Give the name of the one holder that is given, noting where that is not so."""
    given = [name for name in _HOLDERS if raw.get(name) is not None]
    if not given:
        values.wrong(Code.REQUIRED, "one_holder")
        return ""
    for name in given[1:]:
        values.wrong(Code.INVALID, "one_holder", name)
    return given[0]


async def _find(op: Operation, role: UUID, column: str, holder: UUID) -> Row | None:
    given = await op.loaders.everything(ROLE_ASSIGNMENT.name)
    return next(
        (row for row in given if row.role_id == role and getattr(row, column) == holder), None
    )


async def _named(op: Operation, raw: Raw) -> Row:
    if raw.get("roleId") is None:
        raise refuse(Code.REQUIRED, "required", "roleId")
    values = Values(())
    name = _holder(values, raw)
    keys: dict[str, UUID] = {}
    for place, target in (("roleId", ROLE.name), *_TARGETS.items()):
        if raw.get(place) is None:
            continue
        keys[place] = entries.checked_id(ENTITIES[target], raw[place], place)
        if await op.loaders.one(target).load(keys[place]) is None:
            values.wrong(Code.NOT_FOUND, "not_found", place, target=target)
    if values.errors:
        raise RefusedError(values.errors)
    found = await _find(op, keys["roleId"], _HOLDERS[name], keys[name])
    if found is None:
        raise refuse(Code.NOT_FOUND, "not_found", "roleId", target=ROLE_ASSIGNMENT.name)
    return found
