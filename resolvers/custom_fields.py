"""Definitions of custom fields: made, changed, ordered and deleted with their values."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from anyascii import anyascii

from auth.policy import Action, require
from db.base import new_id
from domain.custom_fields import (
    CUSTOM_FIELD,
    CUSTOM_FIELD_OPTION,
    MAX_FIELDS,
    MAX_OPTIONS,
    CustomFieldType,
)
from domain.errors import Code, refuse
from domain.fields import camel
from loaders.custom import count_chosen, count_filled
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import changes, entries
from resolvers.custom_settings import check_settings
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values, read_values

Raw = Mapping[str, Any]
_NAME: Final = re.compile(r"[a-z][A-Za-z0-9]{0,49}")
_RESERVED: Final = frozenset({"and", "or", "not", "id"})
_IMMUTABLE: Final = ("entity", "code", "type", "is_multiple")
_PORTION: Final = 1_000
_NEVER_MULTIPLE: Final = CustomFieldType.BOOLEAN


async def create_field(op: Operation, raw: Raw) -> Row:
    """Add a custom field to a type of record, with its options."""
    draft = await entries.draft_new(op, CUSTOM_FIELD, raw)
    for name, usual in (("is_multiple", False), ("is_required", False), ("is_unique", False),
                        ("is_filterable", True), ("settings", {})):  # fmt: skip
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
    await _write_options(op, row, raw, ())
    return row


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
    has_options = bool(raw.get("options") or raw.get("deleteOptionIds"))
    await _check(op, draft, given_options=has_options)
    row = await entries.save(op, draft)
    options = await op.loaders.children(CUSTOM_FIELD.get("options")).load(row.id)
    await _write_options(op, row, raw, options)
    return row


async def delete_field(op: Operation, raw: Raw) -> tuple[Row, dict[str, int], bool]:
    """Tell what deleting a field affects and, if that is confirmed, delete it with its values."""
    draft = await entries.draft_existing(op, CUSTOM_FIELD, {"id": raw["id"]}, Action.DELETE)
    row = draft.before
    if row is None:
        raise refuse(Code.NOT_FOUND, "not_found", "id", target=CUSTOM_FIELD.name)
    entity = row.entity.lower()
    affected = {
        "records": await count_filled(op.session, entity, row.id),
        "stages": len(await op.loaders.linked(CUSTOM_FIELD.get("required_from")).load(row.id)),
    }
    if not raw.get("confirm"):
        return row, affected, False
    await changes.forget_values(op, entity, row.id)
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
    if given_options and kind is not CustomFieldType.LIST:
        draft.values.wrong(Code.INVALID, "no_options", "options")
    if "settings" in draft.columns:
        await check_settings(op, draft, kind)
    entity = draft.current("entity")
    for name, place in (("pipelines", "pipelineIds"), ("required_from", "requiredFromIds")):
        for index, key in enumerate(draft.lists.get(name, ())):
            stage = await op.loaders.one("stage").load(key) if name == "required_from" else None
            pipeline_id = key if stage is None else stage.pipeline_id
            pipeline = await op.loaders.one("pipeline").load(pipeline_id)
            if pipeline is not None and pipeline.entity != entity:
                draft.values.wrong(Code.INVALID, "pipeline_of_other_records", place, str(index))


async def _write_options(op: Operation, field: Row, raw: Raw, known: Sequence[Row]) -> None:
    """Add, change and delete the options of a field."""
    by_id = {row.id: row for row in known}
    gone = set()
    for index, text in enumerate(raw.get("deleteOptionIds") or ()):
        found = entries.checked_id(CUSTOM_FIELD_OPTION, text, "deleteOptionIds", str(index))
        if found not in by_id:
            raise refuse(Code.NOT_FOUND, "not_found", "deleteOptionIds", str(index),
                         target=CUSTOM_FIELD_OPTION.name)  # fmt: skip
        gone.add(found)
    taken = {row.code for row in known}
    sort = max((row.sort for row in known), default=0)
    drafts: list[Draft] = []
    for index, item in enumerate(raw.get("options") or ()):
        path = ("options", str(index))
        given = item.get("id")
        values = read_values(CUSTOM_FIELD_OPTION, item, path, creating=given is None,
                             locale=op.actor.locale)  # fmt: skip
        values.errors[:] = [error for error in values.errors if error.path[-1] != "customFieldId"]
        draft = Draft(CUSTOM_FIELD_OPTION, new_id(), values, None)
        if given is not None:
            draft.id = entries.checked_id(CUSTOM_FIELD_OPTION, given, *path, "id")
            draft.before = by_id.get(draft.id)
            if draft.before is None:
                values.wrong(Code.NOT_FOUND, "not_found", "id", target=CUSTOM_FIELD_OPTION.name)
        draft.columns.update(values.given)
        if draft.before is None:
            sort += entries.STEP
            draft.columns.setdefault("sort", sort)
            draft.columns.setdefault("is_default", False)
            draft.columns["custom_field_id"] = field.id
            draft.columns["code"] = _option_code(values, draft, taken)
        else:
            draft.columns.pop("code", None)
        drafts.append(draft)
    if len(known) + sum(draft.before is None for draft in drafts) > MAX_OPTIONS:
        raise refuse(Code.LIMIT, "too_many_options", "options", limit=MAX_OPTIONS)
    if drafts:
        await entries.save_all(op, drafts)
    if gone:
        await _delete_options(op, field, [row for row in known if row.id in gone])


def _option_code(values: Values, draft: Draft, taken: set[str]) -> str:
    code = draft.columns.get("code") or f"o{draft.id.hex[-12:]}"
    if code in taken:
        values.wrong(Code.DUPLICATE, "code_taken", "code", taken=code)
    taken.add(code)
    return str(code)


async def _delete_options(op: Operation, field: Row, options: Sequence[Row]) -> None:
    for option in options:
        used = await count_chosen(op.session, field.entity.lower(), field.id, option.id)
        if used:
            raise refuse(Code.IN_USE, "in_use", "deleteOptionIds", count=used)
    await entries.drop(op, CUSTOM_FIELD_OPTION, options)
