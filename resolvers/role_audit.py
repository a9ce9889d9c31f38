"""What the audit log tells of roles: what a change took away and added, and who has which one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from domain.audit import AuditKind
from domain.fields import Entity
from domain.ids import encode_id
from domain.people import DEPARTMENT, GROUP
from domain.roles import ROLE
from loaders.rows import Row
from resolvers.audit import audit
from resolvers.operation import Operation

_LISTS: Final[Mapping[str, str]] = {
    "grants": "grants",
    "fields": "field_rules",
    "fieldDefaults": "field_defaults",
    "settings": "settings",
}
"""Names in the API -> columns."""
_HOLDERS: Final[tuple[Entity, ...]] = (DEPARTMENT, GROUP)
Changes = dict[str, dict[str, Any]]


async def tell_role(op: Operation, kind: AuditKind, before: Row | None, after: Row | None) -> None:
    """Tell that a role was made, changed or deleted; of a change that changes nothing, nothing."""
    row = after or before
    changes = _changes(before, after)
    if row is None or (kind is AuditKind.ROLE_CHANGED and not changes):
        return
    await audit(op, kind, subject=(ROLE.name, row.id), role=row.name, changes=changes)


async def tell_holders(
    op: Operation, kind: AuditKind, rows: Sequence[Row], changes: Changes | None = None
) -> None:
    """Tell who was given a role, or from whom it was taken; the roles are still there."""
    roles = {row.id: row.name for row in await op.loaders.everything(ROLE.name)} if rows else {}
    for row in rows:
        details = {"role": roles[row.role_id], **await _holder(op, row)}
        if changes:
            details["changes"] = changes
        await audit(op, kind, about=row.user_id, subject=(ROLE.name, row.role_id), **details)


async def _holder(op: Operation, row: Row) -> dict[str, Any]:
    """Name the department or the group of an assignment; a person is told of by the entry."""
    found: dict[str, Any] = {}
    for entity in _HOLDERS:
        key = getattr(row, f"{entity.name}_id")
        if key is not None:
            holder = await op.loaders.one(entity.name).load(key)
            found[f"{entity.name}Id"] = encode_id(entity.name, key)
            found[entity.name] = None if holder is None else holder.name
    if row.department_id is not None:
        found["includeSubdepartments"] = row.include_subdepartments
    return found


def _changes(before: Row | None, after: Row | None) -> Changes:
    """Give what differs: the name as it was and is, of lists what went and what came."""
    found: Changes = {}
    names = [None if row is None else row.name for row in (before, after)]
    if names[0] != names[1]:
        found["name"] = {"from": names[0], "to": names[1]}
    for name, column in _LISTS.items():
        was, becomes = (
            {} if row is None else {_key(item): item for item in map(_shown, getattr(row, column))}
            for row in (before, after)
        )
        went = [item for key, item in was.items() if key not in becomes]
        came = [item for key, item in becomes.items() if key not in was]
        if went or came:
            found[name] = {"from": went, "to": came}
    return found


def _shown(item: Any) -> Any:
    """Give an element of a list as the API shows it: without what only the server reads."""
    if isinstance(item, Mapping):
        return {key: value for key, value in item.items() if key != "condition"}
    return item


def _key(item: Any) -> bytes:
    return orjson.dumps(item, option=orjson.OPT_SORT_KEYS)
