"""Dictionaries and their values: added, renamed, ordered, deleted or replaced."""

from collections.abc import Mapping, Sequence
from typing import Any

from auth.policy import require
from domain.errors import Code, refuse
from domain.ids import encode_id
from domain.roles import Action
from domain.settings import DICTIONARY, DICTIONARY_ITEM
from loaders.custom import count_chosen
from loaders.locking import lock_name
from loaders.rows import Row
from resolvers import entries
from resolvers.defined_fields import fields_about
from resolvers.moves import move_all
from resolvers.operation import Operation
from resolvers.usage import count_uses, referring_fields

Raw = Mapping[str, Any]


async def create_dictionary(op: Operation, raw: Raw) -> Row:
    """Add a dictionary of the workspace's own."""
    draft = await entries.draft_new(op, DICTIONARY, raw)
    if "code" in draft.given:
        entries.checked_code(draft, await op.loaders.everything("dictionary"))
    draft.columns["is_system"] = False
    return await entries.save(op, draft)


async def update_dictionary(op: Operation, raw: Raw) -> Row:
    """Rename a dictionary."""
    return await entries.save(op, await entries.draft_existing(op, DICTIONARY, raw))


async def delete_dictionary(op: Operation, raw: Raw) -> Row:
    """Delete a dictionary of the workspace's own with its values."""
    row = await entries.going(op, DICTIONARY, raw)
    if row.is_system:
        raise refuse(Code.SYSTEM, "system_dictionary", "id")
    fields = await fields_about(op, row)
    if fields:
        raise refuse(Code.IN_USE, "used_by_fields", "id",
                     fields=", ".join(field.code for field in fields))  # fmt: skip
    await entries.drop(op, DICTIONARY_ITEM, await _items(op, row.id))
    await entries.drop(op, DICTIONARY, [row])
    return row


async def create_item(op: Operation, raw: Raw) -> Row:
    """Add a value at the end of a dictionary."""
    draft = await entries.draft_new(op, DICTIONARY_ITEM, raw)
    siblings = await _items(op, draft.given.get("dictionary"))
    last = siblings[-1].sort if siblings else 0
    draft.columns.update(
        code=entries.checked_code(draft, siblings), sort=last + entries.STEP, is_system=False
    )
    return await entries.save(op, draft)


async def update_item(op: Operation, raw: Raw) -> Row:
    """Rename or recolour a value."""
    return await entries.save(op, await entries.draft_existing(op, DICTIONARY_ITEM, raw))


async def delete_item(op: Operation, raw: Raw) -> Row:
    """Delete a value; records that use it get `replaceWith`, a value of the same dictionary."""
    row = await entries.going(op, DICTIONARY_ITEM, raw)
    if row.is_system:
        raise refuse(Code.SYSTEM, "system_item", "id")
    dictionary = await op.loaders.one("dictionary").load(row.dictionary_id)
    code = dictionary.code if dictionary is not None else ""
    uses = await count_uses(op, DICTIONARY_ITEM, row.id, code)
    if uses and raw.get("replaceWith") is None:
        raise refuse(Code.IN_USE, "in_use", "id", count=uses)
    if raw.get("replaceWith") is not None:
        target = await entries.locked(op, DICTIONARY_ITEM, raw["replaceWith"], "replaceWith")
        if target.id == row.id or target.dictionary_id != row.dictionary_id:
            raise refuse(Code.INVALID, "no_target", "replaceWith")
        for record, declared in referring_fields(DICTIONARY_ITEM, code):
            await move_all(op, record.name, DICTIONARY_ITEM, row.id, target.id, declared.name)
    chosen = await count_chosen(op.session, await fields_about(op, row), row.id)
    if chosen:
        raise refuse(Code.IN_USE, "in_use", "id", count=chosen)
    await entries.drop(op, DICTIONARY_ITEM, [row])
    return row


async def reorder_items(op: Operation, ids: Sequence[str]) -> list[Row]:
    """Put all values of one dictionary into an order."""
    require(op.actor, Action.UPDATE, DICTIONARY_ITEM.name)
    if not ids:
        raise refuse(Code.REQUIRED, "required")
    first = await entries.locked(op, DICTIONARY_ITEM, ids[0], "0")
    rows = entries.in_given_order(await _items(op, first.dictionary_id), ids, DICTIONARY_ITEM)
    return await entries.renumber(op, DICTIONARY_ITEM, rows)


async def _items(op: Operation, dictionary_id: Any) -> list[Row]:
    if dictionary_id is None:
        return []
    await lock_name(op.session, encode_id(DICTIONARY.name, dictionary_id))
    items: list[Row] = await op.loaders.children(DICTIONARY.get("items")).load(dictionary_id)
    return items
