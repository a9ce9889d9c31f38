"""Sections of products, units and tax rates: added, changed, deleted where nobody uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.entities import RECORDS
from domain.errors import Code, refuse
from domain.fields import Entity
from domain.products import MEASURE_UNIT, PRODUCT, PRODUCT_SECTION, TAX_RATE
from loaders.goods import count_rows_in, lock_counted_in
from loaders.locking import lock_name
from loaders.references import count_references
from loaders.rows import Row
from resolvers import changes, entries
from resolvers.drafts import Draft
from resolvers.moves import move_all
from resolvers.operation import Operation
from resolvers.product_rows import ROWS
from resolvers.rules import apply_rules
from resolvers.values import Values

Raw = Mapping[str, Any]
_PORTION: Final = 500
_TREE: Final = "product sections"
_COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    MEASURE_UNIT.name: (PRODUCT.name, "unit_id"),
    TAX_RATE.name: (PRODUCT.name, "tax_rate_id"),
}
"""Where products point to a unit or a tax rate."""


async def create_section(op: Operation, raw: Raw) -> Row:
    """Add a section, after its neighbours where no position is given."""
    draft = await entries.draft_new(op, PRODUCT_SECTION, raw)
    await lock_name(op.session, _TREE)
    rows = await op.loaders.everything(PRODUCT_SECTION.name)
    parent = draft.given.get("parent")
    _place(draft, [row for row in rows if row.parent_id == parent])
    return await entries.save(op, draft)


async def update_section(op: Operation, raw: Raw) -> Row:
    """Change a section; it may move below another one with all that is in it."""
    # Two moves at once could close a circle.
    await lock_name(op.session, _TREE)
    draft = await entries.draft_existing(op, PRODUCT_SECTION, raw)
    await apply_rules(op, [draft])
    return await entries.save(op, draft)


async def delete_section(op: Operation, raw: Raw) -> Row:
    """Delete a section; its products and sections go to the section `moveTo`."""
    await lock_name(op.session, _TREE)
    row = await entries.going(op, PRODUCT_SECTION, raw)
    children: list[Row] = await op.loaders.children(PRODUCT_SECTION.get("children")).load(row.id)
    inside = len(children) + await count_references(
        op.session, [(PRODUCT.name, "section_id")], row.id
    )
    if inside and raw.get("moveTo") is None:
        raise refuse(Code.IN_USE, "in_use", "id", count=inside)
    if raw.get("moveTo") is not None:
        target = await entries.locked(op, PRODUCT_SECTION, raw["moveTo"], "moveTo")
        if target.id == row.id:
            raise refuse(Code.INVALID, "no_target", "moveTo")
        await entries.move_below(op, PRODUCT_SECTION, children, target, "moveTo")
        await move_all(op, PRODUCT.name, PRODUCT_SECTION, row.id, target.id, "section")
    await entries.drop(op, PRODUCT_SECTION, [row])
    return row


async def create_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Add a unit or a tax rate, after the others where no position is given."""
    draft = await entries.draft_new(op, entity, raw)
    await lock_name(op.session, entity.plural)
    rows = await op.loaders.everything(entity.name)
    _place(draft, rows)
    _check_code(draft, rows)
    return await _save(op, entity, draft, rows)


async def update_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Change a unit or a tax rate."""
    await lock_name(op.session, entity.plural)
    draft = await entries.draft_existing(op, entity, raw)
    rows = [row for row in await op.loaders.everything(entity.name) if row.id != draft.id]
    _check_code(draft, rows)
    return await _save(op, entity, draft, rows)


def _check_code(draft: Draft, others: Sequence[Row]) -> None:
    code = draft.given.get("code")
    if code is not None and any(row.code == code for row in others):
        draft.values.wrong(Code.DUPLICATE, "code_taken", "code", taken=code)


async def _save(op: Operation, entity: Entity, draft: Draft, others: Sequence[Row]) -> Row:
    """Write an entry; where it becomes the usual one, the former is that no longer."""
    row = await entries.save(op, draft)
    if draft.given.get("is_default"):
        former = [
            Draft(entity, other.id, Values(()), other, columns={"is_default": False})
            for other in others
            if other.is_default
        ]
        await changes.change(op, former)
    return row


async def delete_entry(op: Operation, entity: Entity, raw: Raw) -> Row:
    """Delete a unit or a tax rate; what uses it gets `replaceWith`."""
    row = await entries.going(op, entity, raw)
    record, column = _COLUMNS[entity.name]
    in_rows = await count_rows_in(op.session, row.id) if entity is MEASURE_UNIT else 0
    uses = in_rows + await count_references(op.session, [(record, column)], row.id)
    if uses and raw.get("replaceWith") is None:
        raise refuse(Code.IN_USE, "in_use", "id", count=uses)
    if raw.get("replaceWith") is not None:
        target = await entries.locked(op, entity, raw["replaceWith"], "replaceWith")
        if target.id == row.id:
            raise refuse(Code.INVALID, "no_target", "replaceWith")
        await move_all(op, record, entity, row.id, target.id, column.removesuffix("_id"))
        if in_rows:
            await _recount(op, row.id, target.id)
    await entries.drop(op, entity, [row])
    return row


async def _recount(op: Operation, unit: UUID, target: UUID) -> None:
    """Let the product rows of all records that are counted in a unit be counted in another one."""
    for entity in RECORDS:
        while ROWS in entity.by_name:
            records = await lock_counted_in(op.session, entity.name, unit, limit=_PORTION)
            if not records:
                break
            loader = op.loaders.product_rows(entity.name)
            before = await loader.load_many([row.id for row in records])
            drafts = [
                Draft(
                    entity, row.id, Values(()), row, lists_before={ROWS: tuple(lines)},
                    lists={ROWS: tuple(replace(line, unit_id=target) if line.unit_id == unit
                                       else line for line in lines)},
                )
                for row, lines in zip(records, before, strict=True)
            ]  # fmt: skip
            await changes.change(op, drafts)


def _place(draft: Draft, siblings: Sequence[Row]) -> None:
    draft.columns.setdefault("sort", max((row.sort for row in siblings), default=0) + entries.STEP)
