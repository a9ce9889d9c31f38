"""Check that what inputs refer to is there: the ids of all items, one statement a type."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.errors import Code
from domain.fields import Entity, Field, Kind, camel
from loaders.merges import find_rows
from loaders.rows import Row
from resolvers.operation import Operation
from resolvers.values import Values, edit_names

Reference = tuple[Field, tuple[str, ...], UUID]
"""A field that refers to something, the place in the input, and the id there."""


async def check_references(op: Operation, entity: Entity, items: Sequence[Values]) -> None:
    """Note an error for each reference to something that is not there or does not fit."""
    wanted: dict[str, set[UUID]] = {}
    for values in items:
        for declared, _, found in _references(entity, values):
            wanted.setdefault(declared.target, set()).add(found)
    known: dict[tuple[str, UUID], Row | None] = {}
    for target, ids in wanted.items():
        ordered = sorted(ids)
        rows = await find_rows(op.loaders, target, ordered)
        known.update({(target, key): row for key, row in zip(ordered, rows, strict=True)})
    led = {key: row.id for (_, key), row in known.items() if row is not None and row.id != key}
    dictionaries = await _dictionary_codes(op, known)
    for values in items:
        for declared, path, found in _references(entity, values):
            row = known[declared.target, found]
            if row is None:
                values.wrong(Code.NOT_FOUND, "not_found", *path, target=declared.target)
            elif declared.dictionary and dictionaries[row.dictionary_id] != declared.dictionary:
                values.wrong(
                    Code.INVALID, "item_of_another_dictionary", *path,
                    dictionary=declared.dictionary,
                )  # fmt: skip
            elif declared.target == "user" and not row.is_active:
                values.wrong(Code.INVALID, "user_inactive", *path)
        _follow(entity, values, led)


def _follow(entity: Entity, values: Values, led: Mapping[UUID, UUID]) -> None:
    """Let references to merged records lead to who survived."""
    if not led:
        return
    for name, value in values.given.items():
        declared = entity.get(name)
        if declared.kind is Kind.REFERENCE:
            values.given[name] = led.get(value, value)
        elif declared.kind is Kind.LINKS:
            values.given[name] = tuple(dict.fromkeys(led.get(item, item) for item in value))
    for name, edit in values.edits.items():
        if entity.get(name).kind is Kind.LINKS:
            added = tuple(dict.fromkeys(led.get(item, item) for item in edit.add))
            values.edits[name] = replace(edit, add=added)


def _references(entity: Entity, values: Values) -> Iterator[Reference]:
    """Give the references that an input gives anew, each with its place."""
    for declared, path, found in _all_references(entity, values):
        if found not in values.taken:
            yield declared, path, found


def _all_references(entity: Entity, values: Values) -> Iterator[Reference]:
    for name, value in values.given.items():
        declared = entity.get(name)
        place = camel(declared.input_name)
        if declared.kind is Kind.REFERENCE and value is not None:
            yield declared, (place,), value
        elif declared.kind is Kind.LINKS:
            for index, item in enumerate(value):
                yield declared, (place, str(index)), item
    for name, edit in values.edits.items():
        declared = entity.get(name)
        if declared.kind is Kind.LINKS:
            for index, item in enumerate(edit.add):
                yield declared, (edit_names(declared)[0], str(index)), item


async def _dictionary_codes(
    op: Operation, known: dict[tuple[str, UUID], Row | None]
) -> dict[UUID, Any]:
    ids = sorted(
        {
            row.dictionary_id
            for (target, _), row in known.items()
            if row and target == "dictionary_item"
        }
    )
    rows = await op.loaders.one("dictionary").load_many(ids)
    return {row.id: row.code for row in rows if row is not None}
