"""People of a workspace: users, departments, groups."""

from collections.abc import Mapping
from typing import Any

from auth.passwords import hash_password
from auth.policy import require
from db.base import new_id
from domain.audit import AuditKind
from domain.errors import Code, refuse
from domain.fields import Entity
from domain.ids import encode_id
from domain.people import DEPARTMENT, GROUP, USER
from domain.roles import ROLE_ASSIGNMENT, Action
from loaders.people import is_here
from loaders.rows import Row
from resolvers import entries
from resolvers.audit import audit
from resolvers.drafts import Draft
from resolvers.links import Purpose, send_or_show
from resolvers.operation import Operation
from resolvers.passwords import password_errors
from resolvers.preparation import prepare
from resolvers.role_holders import give_roles, take_all
from resolvers.roles import keep_an_administrator, lock_roles
from resolvers.rules import apply_rules
from resolvers.sign_in import revoke_tokens
from resolvers.values import read_values

Raw = Mapping[str, Any]


async def create_user(op: Operation, raw: Raw, *, known: bool = False) -> Row:
    """Add a person who signs in with an e-mail address and a password.

    Somebody who is in the installation already keeps the password that they have, and is added only
    where `known` allows it: that is for the operator, who sees all workspaces anyway. Giving roles
    along with it takes the right to do so.
    """
    _require_roles(op, raw)
    draft = await entries.draft_new(op, USER, raw)
    email = draft.given.get("email") or ""
    draft.values.errors.extend(password_errors(raw.get("password"), "password", email=email))
    _check_locale(draft)
    if draft.errors:
        return await entries.save(op, draft)
    return await _add(op, draft, await hash_password(raw["password"]), raw, known=known)


async def invite_user(op: Operation, raw: Raw) -> tuple[Row, str | None]:
    """Add a person who chooses a password by a link; gives the link where no mail can be sent."""
    _require_roles(op, raw)
    draft = await entries.draft_new(op, USER, raw)
    _check_locale(draft)
    if draft.errors:
        await entries.save(op, draft)
    user = await _add(op, draft, None, raw, known=False)
    await audit(op, AuditKind.INVITED, about=user.id)
    return user, await send_or_show(op, user.id, Purpose.INVITATION)


def _require_roles(op: Operation, raw: Raw) -> None:
    """Refuse to give roles along with a person without the right to do so."""
    if raw.get("roleIds"):
        require(op.actor, Action.CREATE, ROLE_ASSIGNMENT.name)


async def _add(op: Operation, draft: Draft, stored: str | None, raw: Raw, *, known: bool) -> Row:
    """Add a person with a password's hash, or without one for now, and the roles that are given."""
    found = await op.session.call(
        "voronka_register_identity", new_id(), draft.given["email"], stored
    )
    if not found[0].is_new and (not known or await is_here(op.session, found[0].identity_id)):
        draft.values.wrong(Code.DUPLICATE, "email_taken", "email")
    draft.columns["identity_id"] = found[0].identity_id
    row = await entries.save(op, draft)
    if raw.get("roleIds"):
        await give_roles(op, row.id, raw["roleIds"], "roleIds")
    return row


async def update_user(op: Operation, raw: Raw) -> Row:
    """Change a person's name, departments or language."""
    draft = await entries.draft_existing(op, USER, raw)
    _check_locale(draft)
    row = await entries.save(op, draft)
    if "departments" in draft.lists:
        await keep_an_administrator(op, "departmentIds")
    return row


async def set_active(op: Operation, user_id: str, *, active: bool) -> Row:
    """Let a person sign in, or no longer: all their tokens end at once."""
    draft = await entries.draft_existing(op, USER, {"id": user_id})
    if not active:
        await revoke_tokens(op, draft.id)
    draft.columns["is_active"] = active
    row = await entries.save(op, draft)
    if draft.before is not None and draft.before.is_active != active:
        kind = AuditKind.USER_ACTIVATED if active else AuditKind.USER_DEACTIVATED
        await audit(op, kind, about=row.id)
    if not active:
        await keep_an_administrator(op, "id")
    return row


async def name_person(op: Operation, raw: Raw) -> Row:
    """Change one's own name, on accepting an invitation; what is not given stays."""
    row = await entries.locked(op, USER, encode_id(USER.name, op.actor.person_id))
    names = {key: raw[key] for key in ("firstName", "lastName") if raw.get(key) is not None}
    values = read_values(USER, names, (), creating=False, locale=op.actor.locale)
    draft = Draft(USER, row.id, values, row)
    await prepare(op, [draft])
    return await entries.save(op, draft)


async def create_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Add a department or a group."""
    return await entries.save(op, await entries.draft_new(op, entity, raw))


async def update_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Change a department or a group."""
    draft = await entries.draft_existing(op, entity, raw)
    await apply_rules(op, [draft])
    row = await entries.save(op, draft)
    if "parent" in draft.given or "members" in draft.lists:
        await keep_an_administrator(op, "id")
    return row


async def delete_department(op: Operation, raw: Raw) -> Row:
    """Delete a department that has neither people nor departments below it."""
    require(op.actor, Action.DELETE, DEPARTMENT.name)
    await lock_roles(op)
    row = await entries.going(op, DEPARTMENT, raw)
    for name in ("children", "members"):
        declared = DEPARTMENT.get(name)
        loader = (
            op.loaders.children(declared) if name == "children" else op.loaders.linked(declared)
        )
        rows = await loader.load(row.id)
        if rows:
            raise refuse(Code.IN_USE, "department_in_use", "id", count=len(rows))
    await take_all(op, DEPARTMENT, row)
    await entries.drop(op, DEPARTMENT, [row])
    return row


async def delete_group(op: Operation, raw: Raw) -> Row:
    """Delete a group; its people stay."""
    require(op.actor, Action.DELETE, GROUP.name)
    await lock_roles(op)
    row = await entries.going(op, GROUP, raw)
    await take_all(op, GROUP, row)
    await entries.drop(op, GROUP, [row])
    await keep_an_administrator(op, "id")
    return row


def _check_locale(draft: Draft) -> None:
    if draft.given.get("locale") not in {None, "ru", "en"}:
        draft.values.wrong(Code.INVALID, "unknown_locale", "locale")
