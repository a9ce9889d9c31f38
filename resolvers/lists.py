"""Write the lists beside a record: phones and the like, links to others, external ids."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete

from db.base import WORKSPACE, metadata, new_id
from db.tables import comments, contact_points, external_ids, product_rows, requisites
from domain.fields import Entity, Field, Kind
from domain.ids import encode_id
from domain.product_rows import ProductRow
from domain.products import ProductPrice
from domain.requisites import Requisite
from loaders.beside import id_array
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.product_lists import row_as_json, write_prices, write_requisites, write_rows
from resolvers.requisites import requisite_as_json
from resolvers.values import ExternalId, Point

_WITH_IDS: Final = {
    Kind.ROWS: write_rows,
    Kind.PRICES: write_prices,
    Kind.REQUISITES: write_requisites,
}
"""How lists are written whose items have ids of their own; those of phones and the like apart."""
_OF_SOME: Final = {Kind.ROWS: product_rows, Kind.REQUISITES: requisites}
"""Tables of lists that only some types of records have."""


async def write_lists(op: Operation, drafts: Sequence[Draft]) -> None:
    """Write the lists of drafts where they differ from what was; a few statements for all."""
    touched: dict[Field, list[Draft]] = {}
    for draft in drafts:
        for name, items in draft.lists.items():
            if items != draft.lists_before.get(name, ()):
                touched.setdefault(draft.entity.get(name), []).append(draft)
    points = [
        (declared, group) for declared, group in touched.items() if declared.kind is Kind.POINTS
    ]
    if points:
        await _write_points(op, points)
    for declared, group in touched.items():
        if declared.kind is Kind.LINKS:
            await _write_links(op, declared, group)
        elif declared.kind is Kind.EXTERNAL_IDS:
            await _write_external_ids(op, group)
        elif declared.kind in _WITH_IDS:
            await _WITH_IDS[declared.kind](op, declared, group)


async def delete_lists(op: Operation, entity: Entity, ids: Sequence[UUID]) -> None:
    """Delete what hangs on records without a foreign key of its own."""
    tables = [contact_points, external_ids, comments] if entity.is_record else []
    kinds = {declared.kind for declared in entity.fields}
    tables += [table for kind, table in _OF_SOME.items() if kind in kinds]
    for table in tables:
        await op.session.run(
            delete(table).where(
                table.c.workspace_id == WORKSPACE,
                table.c.record_type == entity.name,
                table.c.record_id == id_array(ids),
            )
        )
    for declared in entity.fields:
        if declared.kind is Kind.LINKS and declared.link is not None and declared.link.owner_type:
            await _clear_links(op, declared, ids)


async def _write_points(op: Operation, touched: Sequence[tuple[Field, list[Draft]]]) -> None:
    gone: list[UUID] = []
    fresh: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for declared, drafts in touched:
        for draft in drafts:
            before = {point.id: point for point in draft.lists_before.get(declared.name, ())}
            kept = {point.id for point in draft.lists[declared.name] if point.id in before}
            gone.extend(key for key in before if key is not None and key not in kept)
            for sort, point in enumerate(draft.lists[declared.name]):
                if point.id in before:
                    moved.append({"id": point.id, "kind": point.kind, "value": point.value,
                                  "sort": sort})  # fmt: skip
                else:
                    fresh.append(_point_row(draft, declared, point, sort))
    table = contact_points
    if gone:
        await op.session.run(
            delete(table).where(table.c.workspace_id == WORKSPACE, table.c.id == id_array(gone))
        )
    await op.session.update(table, moved)
    await op.session.insert(table, fresh)


def _point_row(draft: Draft, declared: Field, point: Point, sort: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "record_type": draft.entity.name,
        "record_id": draft.id,
        "points": declared.points,
        "kind": point.kind,
        "value": point.value,
        "sort": sort,
    }


async def _write_links(op: Operation, declared: Field, drafts: Sequence[Draft]) -> None:
    link = declared.link
    if link is None:
        raise TypeError(f"{declared.name} is no link")
    if any(draft.lists_before.get(declared.name) for draft in drafts):
        await _clear_links(op, declared, [draft.id for draft in drafts])
    shared = {"record_type": link.owner_type} if link.owner_type else {}
    await op.session.insert(
        metadata.tables[link.table],
        [
            {**shared, link.owner: draft.id, link.target: target, "sort": sort}
            for draft in drafts
            for sort, target in enumerate(draft.lists[declared.name])
        ],
    )


async def _clear_links(op: Operation, declared: Field, owners: Sequence[UUID]) -> None:
    link = declared.link
    if link is None:
        raise TypeError(f"{declared.name} is no link")
    table = metadata.tables[link.table]
    statement = delete(table).where(
        table.c.workspace_id == WORKSPACE, table.c[link.owner] == id_array(owners)
    )
    if link.owner_type is not None:
        statement = statement.where(table.c.record_type == link.owner_type)
    await op.session.run(statement)


async def _write_external_ids(op: Operation, drafts: Sequence[Draft]) -> None:
    entity = drafts[0].entity
    table = external_ids
    if any(draft.lists_before.get("external_ids") for draft in drafts):
        await op.session.run(
            delete(table).where(
                table.c.workspace_id == WORKSPACE,
                table.c.record_type == entity.name,
                table.c.record_id == id_array([draft.id for draft in drafts]),
            )
        )
    await op.session.insert(
        table,
        [
            {"record_type": entity.name, "record_id": draft.id, "system": item.system,
             "value": item.value}
            for draft in drafts
            for item in draft.lists["external_ids"]
        ],
    )  # fmt: skip


def list_as_json(declared: Field, items: Sequence[Any]) -> list[Any]:
    """Give a list in the form in which the event log keeps it."""
    return [_item_as_json(declared, item) for item in items]


def _item_as_json(declared: Field, item: Any) -> Any:
    match item:
        case Point(value=value, kind=kind):
            return {"value": value, "kind": kind}
        case ExternalId(system=system, value=value):
            return {"system": system, "value": value}
        case ProductPrice(amount=amount, currency=currency):
            return {"price": {"amount": str(amount), "currency": currency}}
        case ProductRow():
            return row_as_json(item)
        case Requisite():
            return requisite_as_json(item)
        case _:
            return encode_id(declared.target, item)
