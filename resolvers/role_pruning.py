"""What roles say about pipelines, stages and custom fields, when one of these goes away."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from domain.audit import AuditKind
from domain.ids import encode_id
from domain.roles import ROLE
from domain.settings import PIPELINE, STAGE
from loaders.rows import Row
from resolvers import changes
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.role_audit import tell_role
from resolvers.role_contents import CUSTOM
from resolvers.roles import lock_roles
from resolvers.values import Values

Item = Mapping[str, Any]
Test = Callable[[Item], bool]


async def leave_places(
    op: Operation, pipelines: Collection[UUID], stages: Collection[UUID]
) -> None:
    """Drop the grants on pipelines and stages that go away."""
    gone = {
        *(encode_id(PIPELINE.name, key) for key in pipelines),
        *(encode_id(STAGE.name, key) for key in stages),
    }
    await _prune(op, lambda item: item["pipelineId"] in gone or item["stageId"] in gone)


async def leave_field(op: Operation, field: Row) -> None:
    """Drop the rules on a custom field that goes away, and grants whose condition asks for it.

    Without the condition such a grant would be about more rows than it was meant for.
    """
    await _prune(op, _asks_for(field), _is_about(field))


async def count_roles(op: Operation, field: Row) -> int:
    """Count the roles that speak of a custom field."""
    asks, about = _asks_for(field), _is_about(field)
    return sum(
        any(map(asks, row.grants)) or any(map(about, row.field_rules))
        for row in await op.loaders.everything(ROLE.name)
    )


async def _prune(op: Operation, drop: Test, drop_rule: Test = lambda _item: False) -> None:
    await lock_roles(op)
    drafts = []
    for row in await op.loaders.everything(ROLE.name):
        columns = {
            "grants": [item for item in row.grants if not drop(item)],
            "field_rules": [item for item in row.field_rules if not drop_rule(item)],
        }
        drafts.append(Draft(ROLE, row.id, Values(()), row, columns=columns))
    for draft, row in zip(drafts, await changes.change(op, drafts), strict=True):
        await tell_role(op, AuditKind.ROLE_CHANGED, draft.before, row)


def _is_about(field: Row) -> Test:
    return lambda item: item["entity"] == field.entity and item["field"] == CUSTOM + field.code


def _asks_for(field: Row) -> Test:
    key = str(field.id)
    return lambda item: _names(item.get("condition"), key)


def _names(tree: Any, key: str) -> bool:
    """Tell whether a stored condition speaks of a custom field."""
    match tree:
        case {"custom": found}:
            return bool(found == key)
        case {"and": parts} | {"or": parts}:
            return any(_names(part, key) for part in parts)
        case {"not": part} | {"where": part}:
            return _names(part, key)
    return False
