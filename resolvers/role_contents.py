"""What a role says, from its input to the form in which roles keep it: grants, fields, settings."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from auth.rights import PUBLIC, field_names
from domain.conditions import write_condition
from domain.custom_fields import CUSTOM_FIELD
from domain.entities import ENTITIES
from domain.errors import Code, RefusedError
from domain.fields import Entity
from domain.filters import Condition
from domain.ids import encode_id
from domain.roles import (
    MAX_GRANTS,
    MAX_RULES,
    Action,
    FieldAccess,
    GrantEntity,
    RowScope,
    SettingsRight,
)
from domain.settings import PIPELINE, STAGE
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Operation

Raw = Mapping[str, Any]
ReadCondition = Callable[[Entity, Any, tuple[str, ...]], Awaitable[Condition]]
"""Reads the filter on an entity that is given as JSON at a path; raises RefusedError."""
CUSTOM: Final = "custom."
"""What the names of custom fields begin with, before their codes."""
_LISTS: Final = ("grants", "fields", "fieldDefaults", "settings")


def given_lists(raw: Raw) -> list[str]:
    """Give the names of the lists of a role that an input has."""
    return [name for name in _LISTS if raw.get(name) is not None]


async def fill_contents(op: Operation, draft: Draft, raw: Raw, read: ReadCondition) -> None:
    """Put the lists that are given into the draft of a role, noting what is wrong with them."""
    if raw.get("grants") is not None:
        draft.columns["grants"] = await _grants(op, draft, raw["grants"], read)
    if raw.get("fields") is not None:
        draft.columns["field_rules"] = await _rules(op, draft, raw["fields"])
    if raw.get("fieldDefaults") is not None:
        draft.columns["field_defaults"] = _defaults(draft, raw["fieldDefaults"])
    if raw.get("settings") is not None:
        draft.columns["settings"] = _settings(draft, raw["settings"])


async def find_field(op: Operation, entity: str, name: str) -> str | None:
    """Give a field's name as roles keep it, or None where the type has no such field.

    A custom field is meant by its code, or by `custom.<code>` where a field of the type itself has
    that name.
    """
    if name in field_names(entity):
        return name
    code = name.removeprefix(CUSTOM)
    rows = await op.loaders.everything(CUSTOM_FIELD.name)
    known = any(row.code == code and row.entity.lower() == entity for row in rows)
    return CUSTOM + code if known else None


def shown_name(entity: str, name: str) -> str:
    """Give a field's name, as roles keep it, in the form in which it is given."""
    code = name.removeprefix(CUSTOM)
    return name if code in field_names(entity) else code


class _Once:
    """Notes what is given twice in a list."""

    def __init__(self, draft: Draft, name: str) -> None:
        self._draft, self._name = draft, name
        self._seen: set[Hashable] = set()

    def note(self, index: int, key: Hashable) -> None:
        """Take note of the key of an element."""
        if key in self._seen:
            self._draft.values.wrong(Code.DUPLICATE, "given_twice", self._name, str(index))
        self._seen.add(key)


def _is_too_long(draft: Draft, name: str, items: Sequence[Any], limit: int) -> bool:
    if len(items) <= limit:
        return False
    draft.values.wrong(Code.LIMIT, "too_many_elements", name, limit=limit)
    return True


async def _grants(
    op: Operation, draft: Draft, items: Sequence[Raw], read: ReadCondition
) -> list[dict[str, Any]]:
    if _is_too_long(draft, "grants", items, MAX_GRANTS):
        return []
    once, found = _Once(draft, "grants"), []
    for index, item in enumerate(items):
        grant = await _grant(op, draft, item, index, read)
        place = (grant["pipelineId"], grant["stageId"])
        condition = orjson.dumps(grant["where"], option=orjson.OPT_SORT_KEYS)
        once.note(index, (grant["entity"], grant["action"], *place, condition))
        found.append(grant)
    return found


async def _grant(
    op: Operation, draft: Draft, item: Raw, index: int, read: ReadCondition
) -> dict[str, Any]:
    entity, action = item["entity"], item["action"]
    scopes = list(dict.fromkeys(item["scope"]))
    path = ("grants", str(index))
    declared = ENTITIES[entity.value.lower()]
    _check_scopes(draft, item, declared, scopes, path)
    pipeline, stage = await _place(op, draft, item, declared, path)
    grant: dict[str, Any] = {
        "entity": entity.value,
        "action": action.value,
        "scope": [scope.value for scope in scopes],
        "pipelineId": None if pipeline is None else encode_id(PIPELINE.name, pipeline),
        "stageId": None if stage is None else encode_id(STAGE.name, stage),
        "where": item.get("where"),
    }
    if grant["where"] is not None and entity is GrantEntity.USER:
        draft.values.wrong(Code.INVALID, "no_such_grant", *path, "where")
    elif grant["where"] is not None:
        try:
            tree = await read(declared, grant["where"], (*path, "where"))
        except RefusedError as refusal:
            draft.values.errors.extend(refusal.errors)
        else:
            grant["condition"] = write_condition(tree)
    return grant


def _check_scopes(
    draft: Draft, item: Raw, declared: Entity, scopes: Sequence[RowScope], path: tuple[str, ...]
) -> None:
    if item["entity"] is GrantEntity.USER:
        # People are added and changed by the right USERS; of their fields all rows are shown.
        if item["action"] is not Action.READ:
            draft.values.wrong(Code.INVALID, "no_such_grant", *path, "action")
        elif scopes != [RowScope.ALL]:
            draft.values.wrong(Code.INVALID, "no_such_grant", *path, "scope")
        return
    if RowScope.OBSERVED in scopes and "observers" not in declared.by_name:
        draft.values.wrong(Code.INVALID, "no_such_grant", *path, "scope",
                           str(item["scope"].index(RowScope.OBSERVED)))  # fmt: skip
    if not scopes and item.get("pipelineId") is None and item.get("stageId") is None:
        draft.values.wrong(Code.REQUIRED, "required", *path, "scope")


async def _place(
    op: Operation, draft: Draft, item: Raw, declared: Entity, path: tuple[str, ...]
) -> tuple[UUID | None, UUID | None]:
    """Read the pipeline and the stage of a grant."""
    found: dict[str, Any] = {}
    for entity, name in ((PIPELINE, "pipelineId"), (STAGE, "stageId")):
        if item.get(name) is None:
            continue
        if entity.name not in declared.by_name:
            draft.values.wrong(Code.INVALID, "no_pipelines", *path, name)
            continue
        try:
            key = entries.checked_id(entity, item[name], *path, name)
        except RefusedError as refusal:
            draft.values.errors.extend(refusal.errors)
            continue
        row = await op.loaders.one(entity.name).load(key)
        if row is None:
            draft.values.wrong(Code.NOT_FOUND, "not_found", *path, name, target=entity.name)
        else:
            found[entity.name] = row
    pipeline, stage = found.get(PIPELINE.name), found.get(STAGE.name)
    if stage is not None:
        around = await op.loaders.one(PIPELINE.name).load(stage.pipeline_id)
        is_apart = pipeline is not None and pipeline.id != stage.pipeline_id
        if around is None or around.entity.lower() != declared.name or is_apart:
            draft.values.wrong(Code.INVALID, "stage_of_another_pipeline", *path, "stageId")
    if pipeline is not None and pipeline.entity.lower() != declared.name:
        draft.values.wrong(Code.INVALID, "pipeline_of_other_records", *path, "pipelineId")
    return pipeline and pipeline.id, stage and stage.id


async def _rules(op: Operation, draft: Draft, items: Sequence[Raw]) -> list[dict[str, Any]]:
    if _is_too_long(draft, "fields", items, MAX_RULES):
        return []
    once, found = _Once(draft, "fields"), []
    for index, item in enumerate(items):
        entity, access = item["entity"].value, item["access"]
        path = ("fields", str(index), "field")
        name = await find_field(op, entity.lower(), item["field"])
        if name is None:
            draft.values.wrong(Code.INVALID, "no_field", *path, name=item["field"][:50])
            continue
        if access is FieldAccess.HIDDEN and name in PUBLIC[entity.lower()]:
            draft.values.wrong(Code.INVALID, "never_hidden", *path, name=name)
        once.note(index, (entity, name))
        found.append({"entity": entity, "field": name, "access": access.value})
    return found


def _defaults(draft: Draft, items: Sequence[Raw]) -> list[dict[str, Any]]:
    once = _Once(draft, "fieldDefaults")
    for index, item in enumerate(items):
        once.note(index, item["entity"])
    return [{"entity": item["entity"].value, "access": item["access"].value} for item in items]


def _settings(draft: Draft, items: Sequence[SettingsRight]) -> list[str]:
    once = _Once(draft, "settings")
    for index, item in enumerate(items):
        once.note(index, item)
    return [item.value for item in items]
