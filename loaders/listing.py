"""A list as SQL: its FROM, conditions and the keys of its order; and which rows count at all."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_

from auth.actor import Actor
from auth.policy import visible
from db.where import Rows
from loaders.keyset import Key
from loaders.rows import Row


def alive(actor: Actor) -> Rows:
    """Give the condition on rows that the actor may read and that are not in the recycle bin."""

    def rows(entity: str, source: FromClause) -> ColumnElement[Any]:
        allowed = visible(actor, entity, source)
        if "deleted_at" in source.c:
            return and_(allowed, source.c["deleted_at"].is_(None))
        return allowed

    return rows


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as SQL: its rows, its FROM, its conditions, and the keys of its order."""

    row: type[Row]
    source: FromClause
    joined: FromClause
    conditions: tuple[ColumnElement[Any], ...]
    keys: tuple[Key, ...]
