"""Find anything by its global id."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from auth.rights import Cell, Mask
from db.base import WORKSPACE
from db.tables import contact_points
from domain.audit import AUDIT_EVENT
from domain.entities import ENTITIES
from domain.errors import BadInputError
from domain.fields import ITEM_PREFIXES, Kind, camel
from domain.files import FILE
from domain.ids import InvalidIdError, decode_id
from domain.merges import MERGE, MERGED
from domain.products import PRODUCT
from domain.roles import ROLE, ROLE_ASSIGNMENT, SettingsRight
from domain.timeline import COMMENT, ENTRY
from loaders.batching import BatchLoader
from loaders.beside import id_array
from loaders.bookings import load_bookings
from loaders.files import readable_files
from loaders.loaders import Loaders
from loaders.merges import find_merges, find_rows
from loaders.people import api_keys, sessions, workspace
from loaders.rights import seen_roles, shows

_POINTS: Final = frozenset({"phone", "email", "website", "messenger"})
_ITEMS: Final[Mapping[str, Kind]] = {prefix: kind for kind, prefix in ITEM_PREFIXES.items()}
"""What ids of items of lists start with, by the kind of the list."""
_OTHERS: Final = frozenset(
    {*_POINTS, *_ITEMS, ENTRY, COMMENT.name, MERGE, "api_key", "booking", "session", "workspace"}
)

NodeKey = tuple[str, UUID]


def read_node_id(text: str, path: Sequence[str]) -> NodeKey:
    """Read any global id into its prefix and key; raises BadInputError for what is none."""
    try:
        prefix, key = decode_id(text)
    except InvalidIdError as error:
        raise BadInputError("invalid_id", path, target="node") from error
    if prefix not in ENTITIES and prefix not in _OTHERS:
        raise BadInputError("invalid_id", path, target="node")
    return prefix, key


async def load_nodes(loaders: Loaders, keys: Sequence[NodeKey]) -> list[Any]:
    """Give the rows behind ids, in their order; None for what is not there or may not be read.

    One statement for all ids of a type.
    """
    by_prefix: dict[str, list[UUID]] = {}
    for prefix, key in dict.fromkeys(keys):
        by_prefix.setdefault(prefix, []).append(key)
    found: dict[NodeKey, Any] = {}
    for prefix, ids in by_prefix.items():
        if prefix in MERGED:
            found.update(zip([(prefix, key) for key in ids],
                             await find_rows(loaders, prefix, ids), strict=True))  # fmt: skip
            continue
        rows = await _load(loaders, prefix, ids)
        found.update(((prefix, row.id), row) for row in rows if row is not None)
    return [found.get(key) for key in keys]


async def _merges(loaders: Loaders, ids: list[UUID]) -> Sequence[Any]:
    return list((await find_merges(loaders, ids)).values())


_FOUND: Final[Mapping[str, Callable[[Loaders, list[UUID]], Awaitable[Sequence[Any]]]]] = {
    "booking": load_bookings,
    FILE.name: readable_files,
    MERGE: _merges,
}
"""How what has no row of its own among records and settings is found, by the prefix of its ids."""


async def _load(loaders: Loaders, prefix: str, ids: list[UUID]) -> Sequence[Any]:
    if prefix in {*_POINTS, *_ITEMS}:
        return await _of_lists(loaders, prefix, ids)
    if prefix in {ENTRY, COMMENT.name}:
        return await _of_timelines(loaders, prefix).load_batch(ids)
    if prefix in _FOUND:
        return await _FOUND[prefix](loaders, ids)
    if prefix == "api_key":
        seen = loaders.actor.rights.has(SettingsRight.ROLES)
        return await api_keys(loaders.session, None if seen else loaders.actor.person_id)
    if prefix == "session":
        seen = loaders.actor.rights.has(SettingsRight.USERS)
        return await sessions(loaders.session, None if seen else loaders.actor.person_id)
    if prefix == "workspace":
        return [await workspace(loaders.session)]
    if prefix == AUDIT_EVENT.name and not loaders.actor.rights.has(SettingsRight.AUDIT):
        return []
    rows: Sequence[Any] = await loaders.one(prefix).load_many(ids)
    if prefix in {ROLE.name, ROLE_ASSIGNMENT.name}:
        return await _seen(loaders, prefix, rows)
    return rows


def _of_timelines(loaders: Loaders, prefix: str) -> BatchLoader[UUID, Any]:
    return loaders.entries() if prefix == ENTRY else loaders.comments()


async def _seen(loaders: Loaders, prefix: str, rows: Sequence[Any]) -> list[Any]:
    """Give the roles, or who has them, that the actor may see."""
    seen = await seen_roles(loaders)
    if seen is None:
        return list(rows)
    shown = set(seen)
    if prefix == ROLE_ASSIGNMENT.name:
        shown = {item.id for items in seen.values() for item in items}
    return [row for row in rows if row is not None and row.id in shown]


async def _points(loaders: Loaders, prefix: str, ids: list[UUID]) -> list[Any]:
    table = contact_points.alias()
    found = await loaders.session.rows(
        select(
            table.c.id,
            table.c.points,
            table.c.kind,
            table.c.value,
            table.c.record_type,
            table.c.record_id,
        ).where(
            table.c.workspace_id == WORKSPACE,
            table.c.id == id_array(ids),
            table.c.points == prefix.upper(),
        )
    )
    owners = await load_nodes(loaders, [(row.record_type, row.record_id) for row in found])
    return [
        row
        for row, owner in zip(found, owners, strict=True)
        if owner is not None and shows(loaders.actor, owner, _cell_of(loaders, row))
    ]


async def _of_lists(loaders: Loaders, prefix: str, ids: list[UUID]) -> list[Any]:
    if prefix in _POINTS:
        return await _points(loaders, prefix, ids)
    return await _items(loaders, _ITEMS[prefix], ids)


async def _items(loaders: Loaders, kind: Kind, ids: list[UUID]) -> list[Any]:
    """Give prices, product rows or requisites of records whose list the actor may read."""
    found: list[Any]
    owners: list[NodeKey]
    if kind is Kind.REQUISITES:
        own = await loaders.requisites_by_id(ids)
        found, owners = list(own), [(item.record_type, _known(item.record_id)) for item in own]
    elif kind is Kind.PRICES:
        prices = await loaders.prices_by_id(ids)
        found, owners = list(prices), [(PRODUCT.name, _known(item.owner_id)) for item in prices]
    else:
        rows = await loaders.rows_by_id(ids)
        found, owners = list(rows), [(item.record_type, _known(item.record_id)) for item in rows]
    records = await load_nodes(loaders, owners)
    shown = []
    for item, (entity, _), record in zip(found, owners, records, strict=True):
        field = next(field for field in ENTITIES[entity].fields if field.kind is kind)
        cell = loaders.actor.rights.cell(entity, camel(field.name))
        if record is not None and shows(loaders.actor, record, cell):
            shown.append(item)
    return shown


def _known(key: UUID | None) -> UUID:
    if key is None:
        raise LookupError("a stored item has an owner")
    return key


def _cell_of(loaders: Loaders, row: Any) -> Cell | Mask:
    """Tell how the field may be read that a phone, an e-mail and so on stands in."""
    fields = ENTITIES[row.record_type].fields
    name = next(field.name for field in fields if field.points == row.points)
    return loaders.actor.rights.cell(row.record_type, camel(name))
