"""How many deals of a board's columns wait for something: by their nearest open activity."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, and_, func, literal_column, select

from auth.policy import fingerprint, within
from db.base import WORKSPACE
from db.tables import TABLES, activity_links
from domain.activities import ACTIVITY
from domain.records import DEAL
from loaders.activities import due_counts, due_values
from loaders.batching import BatchLoader
from loaders.beside import KEYS
from loaders.lists import ListSpec
from loaders.loaders import Loaders
from loaders.rows import ROW_TYPES
from loaders.statements import KEYS_NAME, listing

_NEVER = literal_column("'infinity'", DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class DealCounts:
    """Deals of a column by their nearest open activity."""

    overdue: int = 0
    today: int = 0
    ahead: int = 0
    none_planned: int = 0


def board_counts(
    loaders: Loaders, spec: ListSpec, now: datetime, day_end: datetime
) -> BatchLoader[UUID, DealCounts]:
    """Give the loader of the counts of a board's columns by stage, all in one statement.

    Whoever may read a deal may see its activities, so nothing more is asked of those.
    """
    bare = replace(spec, order=())
    key = ("board counts", bare, fingerprint(loaders.actor))

    async def batch(stages: Sequence[UUID]) -> Sequence[DealCounts]:
        values = {KEYS_NAME: list(stages), **due_values(now, day_end)}
        found = await loaders.session.rows_by(key, lambda: _statement(loaders, bare), values)
        by_stage = {row[0]: DealCounts(*row[1:]) for row in found}
        return [by_stage.get(stage, DealCounts()) for stage in stages]

    return loaders.shared((*key, day_end), batch)


def _statement(loaders: Loaders, spec: ListSpec) -> Select[Any]:
    parts = listing(spec, loaders.actor, ROW_TYPES[DEAL.name])
    deal = parts.source
    link, activity = activity_links.alias(), TABLES[ACTIVITY.name].alias()
    planned = link.join(
        activity,
        and_(
            within(activity),
            activity.c["id"] == link.c["activity_id"],
            activity.c["is_completed"].is_(False),
        ),
    )
    beside = and_(
        link.c["workspace_id"] == WORKSPACE,
        link.c["record_type"] == DEAL.name,
        link.c["record_id"] == deal.c["id"],
    )
    # One that is never due is an open one all the same.
    nearest = func.min(func.coalesce(activity.c["due_at"], _NEVER))
    # A plain join, so that many deals are matched in one go and few one by one.
    cards = (
        select(
            deal.c["stage_id"],
            deal.c["is_closed"],
            nearest.filter(activity.c["id"].is_not(None)).label("due"),
        )
        .select_from(parts.joined.outerjoin(planned, beside))
        .where(*parts.conditions, deal.c["stage_id"] == KEYS)
        .group_by(deal.c["id"], deal.c["stage_id"], deal.c["is_closed"])
        .subquery("cards")
    )
    due = cards.c["due"]
    unplanned = func.count().filter(due.is_(None), cards.c["is_closed"].is_(False))
    return select(
        cards.c["stage_id"], *due_counts(due, undated=False), unplanned.label("none_planned")
    ).group_by(cards.c["stage_id"])
