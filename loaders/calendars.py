"""Reads about calendar feeds: whether a person has one, and what stands in it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select

from auth.policy import fingerprint
from db.base import WORKSPACE
from db.session import Session
from db.tables import calendar_feeds
from domain.activities import ACTIVITY
from loaders.activities import calendar_rows, range_values
from loaders.keyset import at_most
from loaders.loaders import Loaders
from loaders.rows import Row, make_row

MOST: Final = 1_000
"""So many activities a feed holds; the last ones, of more."""


async def feed_rows(loaders: Loaders, start: datetime, end: datetime) -> list[Row]:
    """Give the activities of whoever asks that fall into a range."""

    def build() -> Select[Any]:
        return calendar_rows(loaders.actor, latest=True).limit(at_most(MOST))

    key = ("feed", fingerprint(loaders.actor))
    found = await loaders.session.rows_by(key, build, range_values(start, end))
    return [make_row(ACTIVITY.name, row) for row in reversed(found)]


async def has_feed(session: Session, user_id: UUID) -> bool:
    """Tell whether a person has a calendar feed."""
    feed = calendar_feeds.alias()
    found = await session.scalar(
        select(func.count()).where(
            feed.c["workspace_id"] == WORKSPACE, feed.c["user_id"] == user_id
        )
    )
    return bool(found)
