"""Definitions of custom fields: made, changed, ordered and deleted with their values."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from anyascii import anyascii

from auth.policy import require
from domain.custom_fields import (
    CUSTOM_FIELD,
    CUSTOM_FIELD_OPTION,
    MAX_FIELDS,
    CustomFieldType,
    RecordType,
)
from domain.errors import Code, refuse
from domain.fields import camel
from domain.roles import Action
from loaders.custom import count_filled, has_repeated
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import entries
from resolvers.custom_holdings import release_field
from resolvers.custom_options import write_options
from resolvers.custom_pivot import is_ordering, pivot_column
from resolvers.custom_settings import check_settings, check_source
from resolvers.custom_work import clear, fill, fill_whole, forget
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.role_pruning import count_roles, leave_field

Raw = Mapping[str, Any]
_NAME: Final = re.compile(r"[a-z][A-Za-z0-9]{0,49}")
_RESERVED: Final = frozenset({"and", "or", "not", "id"})
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LABEL_LENGTH: Final = 255
_IMMUTABLE: Final = ("entity", "code", "type", "is_multiple")
_NEVER_MULTIPLE: Final = CustomFieldType.BOOLEAN
# Amounts are told apart by what they are worth, which changes with the rates.
_NEVER_UNIQUE: Final = frozenset(
    {CustomFieldType.BOOLEAN, CustomFieldType.MONEY, CustomFieldType.BOOKING, CustomFieldType.FILE}
)


async def create_field(op: Operation, raw: Raw) -> Row:
    """Add a custom field to a type of record, with its options."""
    draft = await entries.draft_new(op, CUSTOM_FIELD, raw)
    for name, usual in (("is_multiple", False), ("is_required", False), ("is_unique", False),
                        ("is_filterable", True), ("settings", {}), ("is_ready", True)):  # fmt: skip
        draft.columns.setdefault(name, usual)
    if draft.errors:
        return await entries.save(op, draft)
    await lock_name(op.session, "custom fields")
    siblings = await _siblings(op, draft.given["entity"])
    if len(siblings) >= MAX_FIELDS:
        draft.values.wrong(Code.LIMIT, "too_many_fields", limit=MAX_FIELDS)
    draft.columns["code"] = _checked_code(draft, siblings)
    last = max((row.sort for row in siblings), default=0)
    draft.columns.setdefault("sort", last + entries.STEP)
    await _check(op, draft, given_options=bool(raw.get("options")))
    row = await entries.save(op, draft)
    await write_options(op, row, raw, ())
    return await fill(op, row) if is_ordering(row) else row


async def update_field(op: Operation, raw: Raw) -> Row:
    """Change what may change of a custom field; options are added, changed or deleted by id."""
    draft = await entries.draft_existing(op, CUSTOM_FIELD, raw)
    before = draft.before
    if before is None:
        return await entries.save(op, draft)
    for name in _IMMUTABLE:
        given = raw.get(camel(name))
        given = getattr(given, "value", given)
        if given is not None and given != getattr(before, name):
            draft.values.wrong(Code.IMMUTABLE, "never_changes", camel(name))
    if "settings" in draft.given and not draft.errors:
        # Settings that are not named stay.
        draft.columns["settings"] = {**before.settings, **draft.given["settings"]}
    if not before.is_ready:
        for name in ("is_filterable", "is_unique"):
            if draft.given.get(name, getattr(before, name)) != getattr(before, name):
                draft.values.wrong(Code.CONFLICT, "not_ready", camel(name), name=before.code)
    has_options = bool(raw.get("options") or raw.get("deleteOptionIds"))
    await _check(op, draft, given_options=has_options)
    if "settings" in draft.columns:
        await check_source(op, draft, before)
    row = await entries.save(op, draft)
    row = await _follow_with_pivot(op, before, row)
    options = await op.loaders.children(CUSTOM_FIELD.get("options")).load(row.id)
    await write_options(op, row, raw, options)
    return row


async def delete_field(op: Operation, raw: Raw) -> tuple[Row, dict[str, int], bool]:
    """Tell what deleting a field affects and, if that is confirmed, delete it with its values."""
    row = await entries.going(op, CUSTOM_FIELD, raw)
    entity = row.entity.lower()
    affected = {
        "records": await count_filled(op.session, entity, row.id),
        "stages": len(await op.loaders.linked(CUSTOM_FIELD.get("required_from")).load(row.id)),
        "roles": await count_roles(op, row),
    }
    if not raw.get("confirm"):
        return row, affected, False
    await forget(op, entity, row.id)
    await clear(op, row.id)
    await release_field(op, row)
    await leave_field(op, row)
    options = await op.loaders.children(CUSTOM_FIELD.get("options")).load(row.id)
    await entries.drop(op, CUSTOM_FIELD_OPTION, options)
    await entries.drop(op, CUSTOM_FIELD, [row])
    return row, affected, True


async def reorder_fields(op: Operation, ids: Sequence[str]) -> list[Row]:
    """Put all custom fields of one type of record into an order."""
    require(op.actor, Action.UPDATE, CUSTOM_FIELD.name)
    if not ids:
        raise refuse(Code.REQUIRED, "required")
    await lock_name(op.session, "custom fields")
    first = await entries.locked(op, CUSTOM_FIELD, ids[0], "0")
    rows = entries.in_given_order(await _siblings(op, first.entity), ids, CUSTOM_FIELD)
    return await entries.renumber(op, CUSTOM_FIELD, rows)


async def _follow_with_pivot(op: Operation, before: Row, after: Row) -> Row:
    """Fill or empty the pivot where a field becomes, or stops being, filterable or unique."""
    was, is_now = (row.is_filterable or row.is_unique for row in (before, after))
    if was and not is_now:
        await clear(op, after.id)
    elif after.is_unique and not before.is_unique:
        if not was:
            await fill_whole(op, after)
        column = pivot_column(CustomFieldType(after.type))
        if await has_repeated(op.session, after.id, column):
            raise refuse(Code.CONFLICT, "values_repeat", "isUnique")
    elif after.is_filterable and not before.is_filterable:
        return await fill(op, after)
    return after


async def _siblings(op: Operation, entity: str) -> list[Row]:
    return [row for row in await op.loaders.everything("custom_field") if row.entity == entity]


def _checked_code(draft: Draft, siblings: Sequence[Row]) -> str:
    """Give the code of a new field: as given, or made of its name; notes what is wrong with it."""
    taken = {row.code for row in siblings}
    given = draft.given.get("code")
    if given is not None:
        if not _NAME.fullmatch(given) or given in _RESERVED:
            draft.values.wrong(Code.INVALID, "no_api_name", "code")
        elif given in taken:
            draft.values.wrong(Code.DUPLICATE, "code_taken", "code", taken=given)
        return str(given)
    words = re.findall(r"[A-Za-z0-9]+", anyascii(draft.given["name"]))
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    made = (joined[:1].lower() + joined[1:])[:40]
    if not _NAME.fullmatch(made) or made in _RESERVED:
        made = f"field{made[:1].upper()}{made[1:]}"
    number = 1
    code = made
    while code in taken:
        number += 1
        code = f"{made}{number}"
    return code


async def _check(op: Operation, draft: Draft, *, given_options: bool) -> None:
    """Note what does not fit the type of the field."""
    kind = CustomFieldType(draft.current("type"))
    if kind is _NEVER_MULTIPLE and draft.current("is_multiple"):
        draft.values.wrong(Code.INVALID, "never_multiple", "isMultiple")
    if kind in _NEVER_UNIQUE and draft.current("is_unique"):
        draft.values.wrong(Code.INVALID, "never_unique", "isUnique")
    if draft.columns.get("labels") is not None and not _are_labels(draft.columns["labels"]):
        draft.values.wrong(Code.INVALID, "no_labels", "labels")
    if given_options and kind is not CustomFieldType.LIST:
        draft.values.wrong(Code.INVALID, "no_options", "options")
    if "settings" in draft.columns:
        await check_settings(op, draft, kind)
    entity = draft.current("entity")
    if draft.lists.get("catalogs") and entity != RecordType.CATALOG_ELEMENT.value:
        draft.values.wrong(Code.INVALID, "only_of_elements", "catalogIds")
    for name, place in (("pipelines", "pipelineIds"), ("required_from", "requiredFromIds")):
        for index, key in enumerate(draft.lists.get(name, ())):
            stage = await op.loaders.one("stage").load(key) if name == "required_from" else None
            pipeline_id = key if stage is None else stage.pipeline_id
            pipeline = await op.loaders.one("pipeline").load(pipeline_id)
            if pipeline is not None and pipeline.entity != entity:
                draft.values.wrong(Code.INVALID, "pipeline_of_other_records", place, str(index))


def _are_labels(labels: Any) -> bool:
    """Tell whether labels are texts by languages."""
    return isinstance(labels, dict) and all(
        _LANGUAGE.fullmatch(language)
        and isinstance(label, str)
        and 0 < len(label) <= _LABEL_LENGTH
        and "\x00" not in label
        and not any("\ud800" <= char <= "\udfff" for char in label)
        for language, label in labels.items()
    )
