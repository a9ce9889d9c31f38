"""Write lists of items with ids of their own: prices, product rows, requisites.

And how the event log has product rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, delete

from db.base import WORKSPACE, new_id
from db.tables import product_prices, product_rows, requisites
from domain.fields import Field
from domain.ids import encode_id
from domain.product_rows import ProductRow
from domain.requisites import PARTS
from loaders.beside import id_array
from resolvers.drafts import Draft
from resolvers.operation import Operation

_ROW_COLUMNS: Final = (
    "product_id", "name", "price", "quantity", "discount_type", "discount_rate", "discount_amount",
    "tax_rate", "is_tax_included", "unit_id", "total", "tax", "origin_id",
)  # fmt: skip
Owner = Callable[[Draft], Mapping[str, Any]]


async def write_rows(op: Operation, declared: Field, drafts: Sequence[Draft]) -> None:
    """Write the product rows of records where they differ from what was."""
    await _write(op, product_rows, declared, drafts, _ROW_COLUMNS, _record)


async def write_prices(op: Operation, declared: Field, drafts: Sequence[Draft]) -> None:
    """Write the prices of products where they differ from what was."""
    await _write(
        op, product_prices, declared, drafts, ("amount", "currency"),
        lambda draft: {"product_id": draft.id},
    )  # fmt: skip


async def write_requisites(op: Operation, declared: Field, drafts: Sequence[Draft]) -> None:
    """Write the requisites of records where they differ from what was."""
    await _write(
        op, requisites, declared, drafts, ("kind", *(part.name for part in PARTS)), _record
    )


def _record(draft: Draft) -> Mapping[str, Any]:
    return {"record_type": draft.entity.name, "record_id": draft.id}


async def _write(
    op: Operation,
    table: Table,
    declared: Field,
    drafts: Sequence[Draft],
    names: Sequence[str],
    owner: Owner,
) -> None:
    """Write lists of items with ids of their own; their order is `sort`."""
    gone: list[UUID] = []
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for draft in drafts:
        before = draft.lists_before.get(declared.name, ())
        places = {item.id: place for place, item in enumerate(before)}
        known = {item.id: item for item in before}
        after = draft.lists[declared.name]
        gone.extend(known.keys() - {item.id for item in after})
        for sort, item in enumerate(after):
            values = {name: getattr(item, name) for name in names}
            if item.id is None:
                fresh.append({"id": new_id(), **owner(draft), **values, "sort": sort})
            elif item != known[item.id] or places[item.id] != sort:
                changed.append({"id": item.id, **values, "sort": sort})
    if gone:
        await op.session.run(
            delete(table).where(table.c.workspace_id == WORKSPACE, table.c.id == id_array(gone))
        )
    await op.session.update(table, changed)
    await op.session.insert(table, fresh)


def row_as_json(row: ProductRow) -> dict[str, Any]:
    """Give a product row in the form in which the event log keeps it: what is not empty of it."""
    found: dict[str, Any] = {
        "product": None if row.product_id is None else encode_id("product", row.product_id),
        "name": row.name,
        "quantity": str(row.quantity),
        "unit": None if row.unit_id is None else encode_id("measure_unit", row.unit_id),
        "price": str(row.price),
        "discountType": row.discount_type,
        "discountRate": _text(row.discount_rate),
        "discountAmount": _text(row.discount_amount),
        "taxRate": _text(row.tax_rate),
        "isTaxIncluded": None if row.is_tax_included else False,
        "total": str(row.total),
    }
    return {name: value for name, value in found.items() if value is not None}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
