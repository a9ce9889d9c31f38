"""The options of custom fields of the type LIST: added, changed, deleted where nobody uses them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from db.base import new_id
from domain.custom_fields import CUSTOM_FIELD_OPTION, MAX_OPTIONS
from domain.errors import Code, refuse
from loaders.custom import count_chosen
from loaders.rows import Row
from resolvers import entries
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.values import Values, read_values

Raw = Mapping[str, Any]


async def write_options(op: Operation, field: Row, raw: Raw, known: Sequence[Row]) -> None:
    """Add, change and delete the options of a field."""
    by_id = {row.id: row for row in known}
    gone = _named(raw, by_id)
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
            code = draft.columns.pop("code", None)
            if code is not None and code != draft.before.code:
                values.wrong(Code.IMMUTABLE, "never_changes", "code")
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
        used = await count_chosen(op.session, [field], option.id)
        if used:
            raise refuse(Code.IN_USE, "option_in_use", "deleteOptionIds", count=used)
    await entries.drop(op, CUSTOM_FIELD_OPTION, options)


def _named(raw: Raw, known: Mapping[UUID, Row]) -> set[UUID]:
    """Read the ids of the options that go; raises RefusedError for one that is not there."""
    gone = set()
    for index, text in enumerate(raw.get("deleteOptionIds") or ()):
        found = entries.checked_id(CUSTOM_FIELD_OPTION, text, "deleteOptionIds", str(index))
        if found not in known:
            raise refuse(Code.NOT_FOUND, "not_found", "deleteOptionIds", str(index),
                         target=CUSTOM_FIELD_OPTION.name)  # fmt: skip
        gone.add(found)
    return gone
