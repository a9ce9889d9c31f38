"""Ranks of cards in a column of the board."""

from uuid import UUID

from sqlalchemy import select, tuple_

from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES

STEP = 2**20
"""Room left between neighbours; halved by each card put between the same two."""


async def position_beside(
    session: Session, stage_id: UUID, neighbour_id: UUID, moving_id: UUID, *, above: bool
) -> int | None:
    """Give a rank right above or below a card of the column; None where there is no room left."""
    deal = TABLES["deal"].alias()
    held = (deal.c.workspace_id == WORKSPACE, deal.c.stage_id == stage_id,
            deal.c.deleted_at.is_(None))  # fmt: skip
    at = await session.scalar(select(deal.c.board_position).where(*held, deal.c.id == neighbour_id))
    place, there = tuple_(deal.c.board_position, deal.c.id), tuple_(at, neighbour_id)
    order = (deal.c.board_position, deal.c.id)
    statement = select(deal.c.board_position).where(*held, deal.c.id != moving_id).limit(1)
    if above:
        statement = statement.where(place < there).order_by(*(key.desc() for key in order))
    else:
        statement = statement.where(place > there).order_by(*order)
    beyond = await session.scalar(statement)
    if beyond is None:
        return int(at) + (-STEP if above else STEP)
    middle = (int(at) + int(beyond)) // 2
    return middle if min(at, beyond) < middle < max(at, beyond) else None
