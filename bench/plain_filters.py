"""The filter and the order of the yardstick's list of deals, and how they become SQL."""

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import select

from bench.plain_data import WORKSPACE, Deal, Stage


@strawberry.enum
class StageSemantics(Enum):
    """The meaning of a stage."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


@strawberry.enum
class Direction(Enum):
    """The direction of an order."""

    ASC = "ASC"
    DESC = "DESC"


@strawberry.input
class SemanticsFilter:
    """A condition on the meaning of a stage."""

    eq: StageSemantics | None = None


@strawberry.input
class StageFilter:
    """A condition on a stage."""

    semantics: SemanticsFilter | None = None


@strawberry.input
class DecimalFilter:
    """A condition on a number."""

    gte: Decimal | None = None
    lte: Decimal | None = None


@strawberry.input
class DealFilter:
    """A condition on deals."""

    stage: StageFilter | None = None
    amount: DecimalFilter | None = None


@strawberry.input
class DealOrder:
    """A key of an order of deals."""

    amount: Direction | None = None


def conditions_of(where: DealFilter | None) -> list[Any]:
    """Put a filter into SQL."""
    found: list[Any] = []
    if where and where.stage and where.stage.semantics and where.stage.semantics.eq:
        found.append(
            Deal.stage_id.in_(
                select(Stage.id).where(
                    Stage.workspace_id == WORKSPACE,
                    Stage.semantics == where.stage.semantics.eq.value,
                )
            )
        )
    if where and where.amount and where.amount.gte is not None:
        found.append(Deal.amount_base >= where.amount.gte)
    if where and where.amount and where.amount.lte is not None:
        found.append(Deal.amount_base <= where.amount.lte)
    return found


def order_of(keys: list[DealOrder]) -> list[Any]:
    """Put an order into SQL; the newest come first without one, and among equals."""
    found: list[Any] = []
    for key in keys:
        if key.amount is Direction.ASC:
            found.append(Deal.amount_base)
        elif key.amount is Direction.DESC:
            found.append(Deal.amount_base.desc())
    return [*found, Deal.id.desc()]
