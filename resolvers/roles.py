"""Roles: made, changed, deleted; and what has to hold whoever has them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from db.base import new_id
from domain.audit import AuditKind
from domain.errors import Code, refuse
from domain.ids import encode_id
from domain.people import USER
from domain.roles import ADMINISTRATOR, MAX_ROLES, ROLE, ROLE_ASSIGNMENT, Action
from loaders.locking import lock_name
from loaders.people import api_keys
from loaders.rights import load_organisation
from loaders.rows import Row
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Event, Operation
from resolvers.role_audit import tell_holders, tell_role
from resolvers.role_contents import ReadCondition, fill_contents, given_lists

Raw = Mapping[str, Any]
_LOCK: Final = "roles"


async def lock_roles(op: Operation) -> None:
    """Let nobody else write roles, or who has them, until the transaction ends.

    Taken before the rows that roles speak of are locked: two writers never wait crosswise.
    """
    await lock_name(op.session, _LOCK)
    op.loaders.clear()


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


async def create_role(op: Operation, raw: Raw, read: ReadCondition) -> Row:
    """Make a role; what it does not say, it does not grant."""
    require(op.actor, Action.CREATE, ROLE.name)
    await lock_roles(op)
    draft = await entries.draft_new(op, ROLE, raw)
    await _fill_new(op, draft, raw, read)
    row = await entries.save(op, draft)
    await tell_role(op, AuditKind.ROLE_CREATED, None, row)
    return row


async def update_role(op: Operation, raw: Raw, read: ReadCondition) -> Row:
    """Change a role; of the administrator's only the name."""
    require(op.actor, Action.UPDATE, ROLE.name)
    await lock_roles(op)
    draft = await entries.draft_existing(op, ROLE, raw)
    await _fill_changed(op, draft, raw, read)
    row = await entries.save(op, draft)
    await tell_role(op, AuditKind.ROLE_CHANGED, draft.before, row)
    return row


async def delete_role(op: Operation, raw: Raw) -> Row:
    """Delete a role; people lose it, and the API keys that are bound to it end."""
    require(op.actor, Action.DELETE, ROLE.name)
    await lock_roles(op)
    row = await entries.going(op, ROLE, raw)
    if row.code == ADMINISTRATOR:
        raise refuse(Code.SYSTEM, "administrators_role", "id")
    given = await op.loaders.everything(ROLE_ASSIGNMENT.name)
    held = [held for held in given if held.role_id == row.id]
    await tell_holders(op, AuditKind.ROLE_UNASSIGNED, held)
    await tell_role(op, AuditKind.ROLE_DELETED, row, None)
    await entries.drop(op, ROLE_ASSIGNMENT, held)
    for key in await api_keys(op.session, None):
        if key.role_id == row.id:
            op.events.append(Event(new_id(), "DELETED", "api_key", key.id, None, {}))
    await entries.drop(op, ROLE, [row])
    return row


async def find_roles(op: Operation, names: Sequence[str]) -> list[str]:
    """Give the ids of roles by their codes or names; raises RefusedError for one that is none."""
    rows = await op.loaders.everything(ROLE.name)
    found = []
    for name in names:
        row = next((row for row in rows if name in {row.code, row.name}), None)
        if row is None:
            raise refuse(Code.NOT_FOUND, "not_found", name, target=ROLE.name)
        found.append(encode_id(ROLE.name, row.id))
    return found


async def draft_role(op: Operation, raw: Raw, read: ReadCondition) -> Draft:
    """Read the input of a role's change, or of a new role without an id, and note what is wrong.

    For what only looks at it: nothing is locked. Raises ForbiddenError, RefusedError.
    """
    if raw.get("id") is None:
        draft = await entries.draft_new(op, ROLE, raw)
        await _fill_new(op, draft, raw, read)
        return draft
    require(op.actor, Action.UPDATE, ROLE.name)
    key = entries.checked_id(ROLE, raw["id"], "id")
    row = await op.loaders.one(ROLE.name).load(key)
    if row is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=ROLE.name)
    draft = await entries.draft_change(op, ROLE, row, raw)
    await _fill_changed(op, draft, raw, read)
    return draft


async def _fill_new(op: Operation, draft: Draft, raw: Raw, read: ReadCondition) -> None:
    draft.columns.update(
        code=None, **{name: [] for name in ("grants", "field_rules", "field_defaults", "settings")}
    )
    known = await op.loaders.everything(ROLE.name)
    if len(known) >= MAX_ROLES:
        draft.values.wrong(Code.LIMIT, "too_many_elements", limit=MAX_ROLES)
    _check_name(draft, known)
    await fill_contents(op, draft, raw, read)


async def _fill_changed(op: Operation, draft: Draft, raw: Raw, read: ReadCondition) -> None:
    if draft.before is not None and draft.before.code == ADMINISTRATOR:
        for name in given_lists(raw):
            draft.values.wrong(Code.SYSTEM, "administrators_role", name)
    else:
        await fill_contents(op, draft, raw, read)
    _check_name(draft, await op.loaders.everything(ROLE.name))


def _check_name(draft: Draft, known: Sequence[Row]) -> None:
    name = draft.given.get("name")
    if name is not None and any(
        row.id != draft.id and row.name.casefold() == name.casefold() for row in known
    ):
        draft.values.wrong(Code.DUPLICATE, "name_taken", "name", taken=name)
