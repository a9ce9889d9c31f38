"""Ranks of cards in a column of the board."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, select, tuple_

from db.base import WORKSPACE
from db.session import Session
from db.tables import TABLES

STEP = 2**20
"""Room left between neighbours; halved by each card put between the same two."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card that stands in a column of the board."""

    stage_id: UUID
    id: UUID
    rank: int


async def find_card(session: Session, stage_id: UUID, card_id: UUID) -> Card | None:
    """Give a card as it stands in a column now; None where it stands there no longer."""
    deal = TABLES["deal"].alias()
    rank = await session.scalar(
        select(deal.c.board_position).where(*_held(deal, stage_id), deal.c.id == card_id)
    )
    return None if rank is None else Card(stage_id, card_id, int(rank))


async def position_beside(
    session: Session, card: Card, moving_id: UUID, *, above: bool
) -> int | None:
    """Give a rank right above or below a card; None where there is no room left."""
    deal = TABLES["deal"].alias()
    at = card.rank
    place, there = tuple_(deal.c.board_position, deal.c.id), tuple_(at, card.id)
    order = (deal.c.board_position, deal.c.id)
    held = _held(deal, card.stage_id)
    statement = select(deal.c.board_position).where(*held, deal.c.id != moving_id).limit(1)
    if above:
        statement = statement.where(place < there).order_by(*(key.desc() for key in order))
    else:
        statement = statement.where(place > there).order_by(*order)
    beyond = await session.scalar(statement)
    if beyond is None:
        return at + (-STEP if above else STEP)
    middle = (at + int(beyond)) // 2
    return middle if min(at, beyond) < middle < max(at, beyond) else None


def _held(deal: FromClause, stage_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        deal.c["workspace_id"] == WORKSPACE,
        deal.c["stage_id"] == stage_id,
        deal.c["deleted_at"].is_(None),
    )
