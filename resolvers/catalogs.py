"""Catalogues and their sections: added, renamed, ordered, deleted where nobody uses them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.catalogs import CATALOG, CATALOG_ELEMENT, CATALOG_SECTION
from domain.errors import Code, refuse
from domain.fields import Entity
from domain.ids import encode_id
from loaders.custom import count_chosen
from loaders.locking import lock_name
from loaders.references import count_references
from loaders.rows import Row
from resolvers import entries
from resolvers.defined_fields import fields_about
from resolvers.drafts import Draft
from resolvers.moves import move_all
from resolvers.operation import Operation
from resolvers.rules import apply_rules

Raw = Mapping[str, Any]


async def create_catalog(op: Operation, raw: Raw) -> Row:
    """Add a catalogue, after the others where no position is given."""
    draft = await entries.draft_new(op, CATALOG, raw)
    await lock_name(op.session, CATALOG.plural)
    _place(draft, await op.loaders.everything(CATALOG.name))
    return await entries.save(op, draft)


async def update_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Change a catalogue or a section; a section may move below another one of its catalogue."""
    if entity is CATALOG_SECTION:
        await _lock_tree(op)
    draft = await entries.draft_existing(op, entity, raw)
    await apply_rules(op, [draft])
    return await entries.save(op, draft)


async def create_section(op: Operation, raw: Raw) -> Row:
    """Add a section to a catalogue, after its neighbours where no position is given."""
    await _lock_tree(op)
    draft = await entries.draft_new(op, CATALOG_SECTION, raw)
    if not draft.errors:
        await apply_rules(op, [draft])
        sections = await _sections(op, draft.given["catalog"])
        parent = draft.given.get("parent")
        _place(draft, [row for row in sections if row.parent_id == parent])
    return await entries.save(op, draft)


async def delete_catalog(op: Operation, raw: Raw) -> Row:
    """Delete a catalogue with its sections; it may neither have elements nor be used by fields."""
    row = await entries.going(op, CATALOG, raw)
    elements = await count_references(op.session, [(CATALOG_ELEMENT.name, "catalog_id")], row.id)
    if elements:
        raise refuse(Code.IN_USE, "catalog_has_elements", "id", count=elements)
    fields = await fields_about(op, row)
    if fields:
        raise refuse(Code.IN_USE, "used_by_fields", "id",
                     fields=", ".join(field.code for field in fields))  # fmt: skip
    sections = await _sections(op, row.id)
    await entries.drop(op, CATALOG_SECTION, sections)
    await entries.drop(op, CATALOG, [row])
    return row


async def delete_section(op: Operation, raw: Raw) -> Row:
    """Delete a section; what stands in it goes to the section `moveTo` of the same catalogue."""
    await _lock_tree(op)
    row = await entries.going(op, CATALOG_SECTION, raw)
    await _refuse_chosen(op, row)
    children: list[Row] = await op.loaders.children(CATALOG_SECTION.get("children")).load(row.id)
    column = [(CATALOG_ELEMENT.name, "section_id")]
    inside = len(children) + await count_references(op.session, column, row.id)
    if inside and raw.get("moveTo") is None:
        raise refuse(Code.IN_USE, "in_use", "id", count=inside)
    if raw.get("moveTo") is not None:
        target = await entries.locked(op, CATALOG_SECTION, raw["moveTo"], "moveTo")
        if target.id == row.id or target.catalog_id != row.catalog_id:
            raise refuse(Code.INVALID, "no_target", "moveTo")
        await entries.move_below(op, CATALOG_SECTION, children, target, "moveTo")
        await move_all(op, CATALOG_ELEMENT.name, CATALOG_SECTION, row.id, target.id, "section")
    await entries.drop(op, CATALOG_SECTION, [row])
    return row


async def _refuse_chosen(op: Operation, row: Row) -> None:
    fields = await fields_about(op, row)
    chosen = await count_chosen(op.session, fields, row.id)
    if chosen:
        raise refuse(Code.IN_USE, "in_use", "id", count=chosen)


async def _lock_tree(op: Operation) -> None:
    """Take the turn of whoever changes sections: two moves at once could close a circle."""
    await lock_name(op.session, "catalog sections")


async def _sections(op: Operation, catalog: UUID) -> list[Row]:
    await lock_name(op.session, encode_id(CATALOG.name, catalog))
    rows: list[Row] = await op.loaders.children(CATALOG.get("sections")).load(catalog)
    return rows


def _place(draft: Draft, siblings: Sequence[Row]) -> None:
    draft.columns.setdefault("sort", max((row.sort for row in siblings), default=0) + entries.STEP)
