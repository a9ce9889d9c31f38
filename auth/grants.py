"""Roles as they are stored, read into what the policy works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from domain.conditions import read_condition
from domain.filters import Condition
from domain.ids import decode_id
from domain.roles import ADMINISTRATOR, Action, FieldAccess, RowScope, SettingsRight


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant of a role: an action on the rows of one type that it describes."""

    entity: str
    action: Action
    scopes: frozenset[RowScope]
    pipeline_id: UUID | None
    stage_id: UUID | None
    where: Condition | None
    """A further condition on the rows; None: none."""


@dataclass(frozen=True, eq=False)
class Role:
    """A role, compared by its content: roles that grant the same share their statements."""

    id: UUID
    name: str
    is_administrator: bool
    grants: tuple[Grant, ...]
    rules: Mapping[tuple[str, str], FieldAccess]
    """By entity and field; custom fields are named `custom.<code>`."""
    defaults: Mapping[str, FieldAccess]
    """By entity, for fields that no rule names; WRITE where there is none."""
    settings: frozenset[SettingsRight]
    content: bytes
    """All of the above, as what it is told apart by."""

    def field(self, entity: str, name: str) -> FieldAccess:
        """Tell what the role lets do with a field of the rows that it grants."""
        if self.is_administrator:
            return FieldAccess.WRITE
        found = self.rules.get((entity, name))
        return self.defaults.get(entity, FieldAccess.WRITE) if found is None else found

    def reads(self, entity: str, name: str) -> bool:
        """Tell whether a field may be read."""
        return self.field(entity, name) is not FieldAccess.HIDDEN

    def writes(self, entity: str, name: str) -> bool:
        """Tell whether a field may be written."""
        return self.field(entity, name) is FieldAccess.WRITE


def read_role(row: Any) -> Role:
    """Read a role from its row."""
    is_administrator = row.code == ADMINISTRATOR
    content = (
        b"administrator"
        if is_administrator
        else orjson.dumps(
            [row.grants, row.field_rules, row.field_defaults, row.settings],
            option=orjson.OPT_SORT_KEYS,
        )
    )
    return Role(
        id=row.id,
        name=row.name,
        is_administrator=is_administrator,
        grants=tuple(_grant(item) for item in row.grants),
        rules={
            (item["entity"].lower(), item["field"]): FieldAccess(item["access"])
            for item in row.field_rules
        },
        defaults={
            item["entity"].lower(): FieldAccess(item["access"]) for item in row.field_defaults
        },
        settings=(
            frozenset(SettingsRight)
            if is_administrator
            else frozenset(SettingsRight(name) for name in row.settings)
        ),
        content=content,
    )


def _grant(item: Mapping[str, Any]) -> Grant:
    tree = item.get("condition")
    return Grant(
        entity=item["entity"].lower(),
        action=Action(item["action"]),
        scopes=frozenset(RowScope(name) for name in item["scope"]),
        pipeline_id=_key(item.get("pipelineId")),
        stage_id=_key(item.get("stageId")),
        where=None if tree is None else read_condition(item["entity"].lower(), tree),
    )


def _key(text: str | None) -> UUID | None:
    return None if text is None else decode_id(text)[1]
