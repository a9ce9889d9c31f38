"""People of a workspace: users, departments, groups."""

from collections.abc import Mapping
from typing import Any

from auth.actor import Scope
from auth.passwords import MAX_LENGTH, MIN_LENGTH, hash_password, verify_password
from auth.policy import require
from db.base import new_id
from domain.errors import Code, ForbiddenError, RefusedError, UserError, refuse
from domain.fields import Entity
from domain.people import DEPARTMENT, GROUP, USER
from domain.roles import ROLE_ASSIGNMENT, Action
from loaders.people import is_here
from loaders.rows import Row
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.role_holders import give_roles, take_all
from resolvers.roles import keep_an_administrator, lock_roles
from resolvers.rules import apply_rules
from resolvers.sign_in import revoke_tokens

Raw = Mapping[str, Any]


async def create_user(op: Operation, raw: Raw, *, known: bool = False) -> Row:
    """Add a person who signs in with an e-mail address and a password.

    Somebody who is in the installation already keeps the password that they have, and is added only
    where `known` allows it: that is for the operator, who sees all workspaces anyway. Giving roles
    along with it takes the right to do so.
    """
    if raw.get("roleIds"):
        require(op.actor, Action.CREATE, ROLE_ASSIGNMENT.name)
    draft = await entries.draft_new(op, USER, raw)
    draft.values.errors.extend(password_errors(raw.get("password"), "password"))
    _check_locale(draft)
    if draft.errors:
        return await entries.save(op, draft)
    found = await op.session.call(
        "voronka_register_identity",
        new_id(),
        draft.given["email"],
        await hash_password(raw["password"]),
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
    if not active:
        await keep_an_administrator(op, "id")
    return row


async def change_password(op: Operation, raw: Raw) -> None:
    """Change one's own password; all other tokens of the person end."""
    if Scope.WRITE not in op.actor.scopes:
        raise ForbiddenError("token_scope")
    errors = password_errors(raw["newPassword"], "newPassword")
    if errors:
        raise RefusedError(errors)
    user = await op.loaders.one("user").load(op.actor.person_id)
    email = user.email if user is not None else ""
    found = await op.session.call("voronka_identity", email)
    stored = found[0].password_hash if found else None
    if not await verify_password(raw["currentPassword"], stored):
        raise refuse(Code.INVALID, "wrong_credentials", "currentPassword")
    await op.session.call("voronka_set_password", email, await hash_password(raw["newPassword"]))
    await revoke_tokens(op, op.actor.person_id, keep=op.actor.token_id)


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
    draft = await entries.draft_existing(op, DEPARTMENT, {"id": raw["id"]}, Action.DELETE)
    if draft.before is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=DEPARTMENT.name)
    for name in ("children", "members"):
        declared = DEPARTMENT.get(name)
        loader = (
            op.loaders.children(declared) if name == "children" else op.loaders.linked(declared)
        )
        rows = await loader.load(draft.id)
        if rows:
            raise refuse(Code.IN_USE, "department_in_use", "id", count=len(rows))
    await take_all(op, DEPARTMENT, draft.before)
    await entries.drop(op, DEPARTMENT, [draft.before])
    return draft.before


async def delete_group(op: Operation, raw: Raw) -> Row:
    """Delete a group; its people stay."""
    require(op.actor, Action.DELETE, GROUP.name)
    await lock_roles(op)
    draft = await entries.draft_existing(op, GROUP, {"id": raw["id"]}, Action.DELETE)
    if draft.before is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=GROUP.name)
    await take_all(op, GROUP, draft.before)
    await entries.drop(op, GROUP, [draft.before])
    await keep_an_administrator(op, "id")
    return draft.before


def password_errors(password: str | None, *path: str) -> list[UserError]:
    """Say what is wrong with a new password: its length alone counts (NIST SP 800-63B)."""
    if password is None or not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return [
            UserError(Code.INVALID, "password_length", path,
                      {"minimum": MIN_LENGTH, "maximum": MAX_LENGTH})
        ]  # fmt: skip
    return []


def _check_locale(draft: Draft) -> None:
    if draft.given.get("locale") not in {None, "ru", "en"}:
        draft.values.wrong(Code.INVALID, "unknown_locale", "locale")
