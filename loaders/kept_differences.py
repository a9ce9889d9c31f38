"""Whether kept numbers are what counting gives: see `db/models/kept_numbers`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    FromClause,
    Numeric,
    Select,
    Text,
    Uuid,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from auth.policy import UNRESTRICTED
from db.base import WORKSPACE
from db.models.kept_numbers import KEPT, PLACE, SUMS
from db.session import Session
from db.tables import TABLES, kept_numbers


async def find_differences(session: Session) -> Sequence[Any]:
    """Give the places of a workspace whose numbers differ, and what those lack.

    There are none, unless somebody has written past the triggers.
    """
    return await session.rows(differences())


def differences() -> Select[Any]:
    """Give the SELECT of `find_differences`, which compares all at one moment."""
    kept = select(
        *(kept_numbers.c[name] for name in PLACE), *(-kept_numbers.c[name] for name in SUMS)
    ).where(kept_numbers.c["workspace_id"] == WORKSPACE)
    counted = (_counted(entity, amount) for entity, amount in KEPT.items())
    found = union_all(*counted, kept).subquery("found")
    places = [found.c[name] for name in PLACE]
    sums = {name: func.sum(found.c[name]) for name in SUMS}
    return (
        select(*places, *(total.label(name) for name, total in sums.items()))
        .group_by(*places)
        .having(or_(*(total != 0 for total in sums.values())))
        .order_by(*places)
    )


def _counted(entity: str, amount: str | None) -> Select[Any]:
    source = TABLES[entity].alias(entity)
    held = [_held(name, source) for name in PLACE[1:]]
    worth = null() if amount is None else source.c[f"{amount}_base"]
    return (
        select(
            cast(literal(entity), Text()).label(PLACE[0]),
            *held,
            func.count().label("count"),
            func.count(worth).label("valued"),
            func.coalesce(func.sum(cast(worth, Numeric())), 0).label("amount"),
        )
        .where(UNRESTRICTED.rows(entity, source))
        .group_by(*(source.c[name] for name in PLACE[1:] if name in source.c))
    )


def _held(name: str, source: FromClause) -> Any:
    column = source.c[name] if name in source.c else cast(null(), Uuid())
    return column.label(name)
