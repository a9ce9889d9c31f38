"""Kept numbers of lists: the rows of each place are made one, and what went wrong is put right."""

from typing import Any, Final

from sqlalchemy import delete, func, insert, or_, select

from db.base import WORKSPACE
from db.models.kept_numbers import PLACE, SUMS
from db.session import Session
from db.tables import kept_numbers
from loaders.kept_differences import differences

PORTION: Final = 200_000
"""How many rows are looked at in one go, the oldest first."""
_COLUMNS: Final = ("workspace_id", *PLACE, *SUMS)


async def fold(session: Session) -> int:
    """Replace the rows of each place that has several by their sum; gives how many went.

    Others see the rows or the sum, and add rows meanwhile as they like. Whoever folds at the same
    time waits and then leaves alone what is gone: only what one has deleted does one add up.
    """
    oldest = (
        select(kept_numbers)
        .where(kept_numbers.c.workspace_id == WORKSPACE)
        .order_by(kept_numbers.c.id)
        .limit(PORTION)
        .subquery()
    )
    several = (
        select(func.unnest(func.array_agg(oldest.c.id)))
        .group_by(*(oldest.c[name] for name in PLACE))
        .having(func.count() > 1)
    )
    gone = (
        delete(kept_numbers)
        .where(kept_numbers.c.workspace_id == WORKSPACE, kept_numbers.c.id.in_(several))
        .returning(*(kept_numbers.c[name] for name in _COLUMNS))
        .cte("gone")
    )
    sums = {name: func.sum(gone.c[name]) for name in SUMS}
    of_place = [gone.c[name] for name in ("workspace_id", *PLACE)]
    added = (
        insert(kept_numbers)
        .from_select(
            _COLUMNS,
            select(*of_place, *(sums[name] for name in SUMS))
            .group_by(*of_place)
            .having(or_(*(total != 0 for total in sums.values()))),
        )
        .cte("added")
    )
    return int(await session.scalar(select(func.count()).select_from(gone).add_cte(added)))


async def repair(session: Session) -> list[Any]:
    """Add what kept numbers are short of, and give it; whoever writes meanwhile goes on.

    It is one statement, so it compares what was there at one moment. One repairs at a time: two
    would both add the same.
    """
    key = func.hashtextextended(f"{session.workspace_id}/kept numbers", 0)
    await session.rows(select(func.pg_advisory_xact_lock(key)))
    missing = differences().cte("missing")
    values = [missing.c[name] for name in (*PLACE, *SUMS)]
    statement = (
        insert(kept_numbers)
        .from_select(_COLUMNS, select(WORKSPACE, *values))
        .returning(*(kept_numbers.c[name] for name in (*PLACE, *SUMS)))
    )
    return list(await session.rows(statement))
