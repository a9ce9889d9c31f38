"""Find anything by its global id."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from db.base import WORKSPACE
from db.tables import contact_points
from domain.entities import ENTITIES
from domain.errors import BadInputError
from domain.ids import InvalidIdError, decode_id
from loaders.loaders import Loaders, id_array
from loaders.people import api_keys, workspace

_POINTS = frozenset({"phone", "email", "website", "messenger"})


async def load_node(loaders: Loaders, text: str, path: Sequence[str]) -> Any:
    """Give the row behind an id, or None; raises BadInputError for what is no id of this API."""
    try:
        prefix, key = decode_id(text)
    except InvalidIdError as error:
        raise BadInputError("invalid_id", path, target="node") from error
    if prefix in ENTITIES:
        return await loaders.one(prefix).load(key)
    if prefix in _POINTS:
        return await _point(loaders, prefix, key)
    if prefix == "api_key":
        owner = None if loaders.actor.is_admin else loaders.actor.user_id
        keys = await api_keys(loaders.session, owner)
        return next((row for row in keys if row.id == key), None)
    if prefix == "workspace":
        own = await workspace(loaders.session)
        return own if own.id == key else None
    raise BadInputError("invalid_id", path, target="node")


async def _point(loaders: Loaders, prefix: str, key: Any) -> Any:
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
            table.c.id == id_array([key]),
            table.c.points == prefix.upper(),
        )
    )
    if not found:
        return None
    owner = await loaders.one(found[0].record_type).load(found[0].record_id)
    return found[0] if owner is not None else None
