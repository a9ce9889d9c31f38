"""The shared part of writing settings and people: one entry at a time, by the one write path."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from auth.policy import require
from db.base import new_id
from domain.errors import Code, RefusedError, refuse
from domain.fields import Entity
from domain.ids import InvalidIdError, decode_id
from domain.roles import Action
from loaders.locking import lock_rows
from loaders.rows import Row
from resolvers import changes
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.preparation import prepare
from resolvers.rules import apply_rules
from resolvers.values import Values, read_values

_CODE_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
STEP: Final = 10
"""Distance between neighbours in `sort`."""


async def draft_new(op: Operation, entity: Entity, raw: Mapping[str, Any]) -> Draft:
    """Read the input of a new entry; raises ForbiddenError before any statement."""
    require(op.actor, Action.CREATE, entity.name)
    values = read_values(entity, raw, (), creating=True, locale=op.actor.locale)
    draft = Draft(entity, new_id(), values, None)
    await prepare(op, [draft])
    return draft


async def draft_existing(
    op: Operation, entity: Entity, raw: Mapping[str, Any], action: Action = Action.UPDATE
) -> Draft:
    """Lock an entry and read the input of its change; raises ForbiddenError, RefusedError."""
    require(op.actor, action, entity.name)
    return await draft_change(op, entity, await locked(op, entity, raw["id"]), raw)


async def going(op: Operation, entity: Entity, raw: Mapping[str, Any]) -> Row:
    """Lock an entry that is to be deleted; raises ForbiddenError, RefusedError."""
    require(op.actor, Action.DELETE, entity.name)
    return await locked(op, entity, raw["id"])


async def move_below(
    op: Operation, entity: Entity, children: Sequence[Row], target: Row, place: str
) -> None:
    """Put the children of one entry of a tree below another; raises RefusedError for a circle."""
    drafts = [
        Draft(entity, child.id, Values((), {"parent": target.id}), child,
              columns={"parent_id": target.id})
        for child in children
    ]  # fmt: skip
    if not drafts:
        return
    await apply_rules(op, drafts)
    if any(draft.errors for draft in drafts):
        raise refuse(Code.INVALID, "parent_below_itself", place)
    await save_all(op, drafts)


async def draft_change(op: Operation, entity: Entity, row: Row, raw: Mapping[str, Any]) -> Draft:
    """Read the input of the change of an entry that was found; whoever asks may change it."""
    values = read_values(entity, raw, (), creating=False, locale=op.actor.locale)
    draft = Draft(entity, row.id, values, row)
    await prepare(op, [draft])
    return draft


async def locked(op: Operation, entity: Entity, text: str, name: str = "id") -> Row:
    """Find an entry by its id and lock it; raises RefusedError with the path of `name`."""
    found = checked_id(entity, text, name)
    rows = await lock_rows(op.session, op.actor, entity.name, [found])
    if found not in rows:
        raise refuse(Code.NOT_FOUND, "not_found", name, target=entity.name)
    return rows[found]


def checked_id(entity: Entity, text: str, *path: str) -> UUID:
    """Read the id of an entity; raises RefusedError with the path that it stands at."""
    try:
        prefix, found = decode_id(text)
    except InvalidIdError as error:
        raise refuse(Code.INVALID, "invalid_id", *path, target=entity.name) from error
    if prefix != entity.name:
        raise refuse(
            Code.INVALID, "id_of_another_type", *path, target=entity.name, found=prefix[:30]
        )
    return found


async def save(op: Operation, draft: Draft) -> Row:
    """Write one entry; raises RefusedError where something is wrong with it."""
    return (await save_all(op, [draft]))[0]


async def save_all(op: Operation, drafts: Sequence[Draft]) -> list[Row]:
    """Write entries of one entity; raises RefusedError where something is wrong with one."""
    errors = [error for draft in drafts for error in draft.errors]
    if errors:
        raise RefusedError(errors)
    fresh = [draft for draft in drafts if draft.before is None]
    kept = [draft for draft in drafts if draft.before is not None]
    return [*await changes.create(op, fresh), *await changes.change(op, kept)]


async def drop(op: Operation, entity: Entity, rows: Sequence[Row]) -> None:
    """Delete entries for good."""
    await changes.remove(op, [Draft(entity, row.id, Values(()), row) for row in rows])


async def renumber(op: Operation, entity: Entity, rows: Sequence[Row]) -> list[Row]:
    """Give entries their order: 10, 20, 30, …"""
    drafts = [
        Draft(entity, row.id, Values(()), row, columns={"sort": index * STEP})
        for index, row in enumerate(rows, start=1)
    ]
    return await changes.change(op, drafts)


def in_given_order(rows: Sequence[Row], ids: Sequence[str], entity: Entity) -> list[Row]:
    """Give the rows in the order of ids; raises RefusedError unless the ids name each row once."""
    by_id = {}
    for index, text in enumerate(ids):
        found = checked_id(entity, text, str(index))
        if found in by_id:
            raise refuse(Code.DUPLICATE, "given_twice", str(index))
        by_id[found] = index
    if set(by_id) != {row.id for row in rows}:
        raise refuse(Code.INVALID, "order_must_name_all", count=len(rows))
    return sorted(rows, key=lambda row: by_id[row.id])


def checked_code(draft: Draft, siblings: Sequence[Row]) -> str:
    """Give the code of a new entry: the given one, or a fresh one; notes a duplicate."""
    code = draft.given.get("code")
    taken = {row.code for row in siblings}
    if code is None:
        code = "UC_" + "".join(secrets.choice(_CODE_ALPHABET) for _ in range(6))
    elif code in taken:
        draft.values.wrong(Code.DUPLICATE, "code_taken", "code", taken=code)
    elif not code.replace("_", "a").replace("-", "a").isalnum() or not code.isascii():
        draft.values.wrong(Code.INVALID, "invalid_code", "code")
    return str(code)
