"""Reads about activities: what they are about, what waits and what is due, calendars, reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
    union,
)

from auth.actor import Actor
from auth.policy import fingerprint, flag, is_mine, visible, within
from db.base import WORKSPACE
from db.operators import VIEWER
from db.session import Session
from db.tables import TABLES, activity_links, activity_participants, activity_reminders
from domain.activities import ACTIVITY, AGENDA_MOST
from domain.roles import Action
from loaders.batching import BatchLoader
from loaders.beside import KEYS, id_array
from loaders.comments import CommentLoaders
from loaders.keyset import at_most
from loaders.rows import ROW_TYPES, Row, columns, make_row
from loaders.statements import KEYS_NAME

About = tuple[str, UUID]
"""A record that an activity is about: its type and its id."""
_FROM: Final = bindparam("range_from", type_=DateTime(timezone=True))
_TO: Final = bindparam("range_to", type_=DateTime(timezone=True))
_NOW: Final = bindparam("moment_now", type_=DateTime(timezone=True))
_DAY_END: Final = bindparam("day_end", type_=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder that has been given."""

    id: UUID
    told_at: datetime
    minutes: int
    activity_id: UUID


class ActivityLoaders(CommentLoaders):
    """The loaders of activities."""

    def activity_links(self) -> BatchLoader[UUID, list[About]]:
        """Load what activities are about by their ids, whoever may read those records."""

        async def batch(ids: Sequence[UUID]) -> Sequence[list[About]]:
            def build() -> Select[Any]:
                link = activity_links.alias()
                return (
                    select(link.c["activity_id"], link.c["record_type"], link.c["record_id"])
                    .where(link.c["workspace_id"] == WORKSPACE, link.c["activity_id"] == KEYS)
                    .order_by(link.c["sort"], link.c["record_id"])
                )

            found = await self._fetch(("activity_links",), build, ids)
            grouped: dict[UUID, list[About]] = {}
            for row in found:
                grouped.setdefault(row.activity_id, []).append((row.record_type, row.record_id))
            return [grouped.get(key, []) for key in ids]

        return self._loader(("activity_links",), batch)

    async def agenda(self, start: datetime, end: datetime) -> list[Row]:
        """Give the activities of whoever asks that fall into a range, one more than may be."""

        def build() -> Select[Any]:
            return calendar_rows(self.actor).limit(at_most(AGENDA_MOST + 1))

        key = ("agenda", fingerprint(self.actor))
        found = await self.session.rows_by(key, build, range_values(start, end))
        return [make_row(ACTIVITY.name, row) for row in found]

    async def activity_counts(self, responsible: UUID, now: datetime, day_end: datetime) -> Any:
        """Count the open activities of a person that whoever asks may see, by when they are due."""

        def build() -> Select[Any]:
            activity = TABLES[ACTIVITY.name].alias("activity")
            return select(*due_counts(activity.c["due_at"])).where(
                visible(self.actor, ACTIVITY.name, activity),
                activity.c["responsible_id"] == bindparam("responsible", type_=Uuid()),
                activity.c["is_completed"].is_(False),
            )

        key = ("activity counts", fingerprint(self.actor))
        values = {"responsible": responsible, **due_values(now, day_end)}
        return (await self.session.rows_by(key, build, values))[0]

    async def told_reminders(self, since: datetime, most: int) -> list[Told]:
        """Give the reminders of whoever asks after a moment, all of the last one's moment too."""

        def build() -> Select[Any]:
            activity = TABLES[ACTIVITY.name].alias("activity")
            reminder = activity_reminders.alias("reminder")
            told = reminder.c["told_at"]
            shown = (reminder.c[name] for name in ("id", "told_at", "minutes", "activity_id"))
            ranked = (
                select(*shown, func.rank().over(order_by=told).label("rank"))
                .join_from(reminder, activity, activity.c["id"] == reminder.c["activity_id"])
                .where(
                    reminder.c["workspace_id"] == WORKSPACE,
                    told > _FROM,
                    visible(self.actor, ACTIVITY.name, activity),
                    is_mine(activity),
                )
                .subquery()
            )
            return (
                select(*(ranked.c[name] for name in ("id", "told_at", "minutes", "activity_id")))
                .where(ranked.c["rank"] <= most)
                .order_by(ranked.c["told_at"], ranked.c["id"])
            )

        key = ("reminders", most, fingerprint(self.actor))
        found = await self.session.rows_by(key, build, {_FROM.key: since})
        return [Told(*row) for row in found]


def calendar_rows(actor: Actor, *, latest: bool = False) -> Select[Any]:
    """Give the SELECT of the activities of whoever asks in a range, by their beginning.

    The `latest` come first where one wants those.
    """
    activity = TABLES[ACTIVITY.name].alias("activity")
    own = TABLES[ACTIVITY.name].alias()
    mine = select(own.c["id"]).where(within(own), own.c["responsible_id"] == VIEWER, _overlaps(own))
    part, other = activity_participants.alias(), TABLES[ACTIVITY.name].alias()
    taking_part = (
        select(other.c["id"])
        .join_from(part, other, other.c["id"] == part.c["activity_id"])
        .where(
            part.c["workspace_id"] == WORKSPACE,
            part.c["user_id"] == VIEWER,
            within(other),
            _overlaps(other),
        )
    )
    order = (activity.c["begins_at"], activity.c["id"])
    return (
        select(*columns(ROW_TYPES[ACTIVITY.name], activity))
        .where(
            visible(actor, ACTIVITY.name, activity), activity.c["id"].in_(union(mine, taking_part))
        )
        .order_by(*(column.desc() if latest else column for column in order))
    )


def range_values(start: datetime, end: datetime) -> dict[str, Any]:
    """Give the values of the parameters of `calendar_rows`."""
    return {_FROM.key: start, _TO.key: end}


def _overlaps(activity: FromClause) -> ColumnElement[Any]:
    """Give the condition on activities that fall into the range, if only for a moment."""
    begins, ends = activity.c["begins_at"], activity.c["ends_at"]
    return and_(begins < _TO, ends >= _FROM, or_(ends > _FROM, begins == ends))


def due_counts(due: ColumnElement[Any], *, undated: bool = True) -> list[ColumnElement[Any]]:
    """Give the counts of rows by when they are due: before now, later today, or after that.

    Whether rows without a moment count as `undated` ones that are ahead, is up to the caller.
    """
    later = due >= _DAY_END
    return [
        func.count().filter(due < _NOW).label("overdue"),
        func.count().filter(due >= _NOW, due < _DAY_END).label("today"),
        func.count().filter(or_(due.is_(None), later) if undated else later).label("ahead"),
    ]


def due_values(now: datetime, day_end: datetime) -> dict[str, Any]:
    """Give the values of the parameters of `due_counts`; a day that is over has nothing ahead."""
    return {_NOW.key: now, _DAY_END.key: max(now, day_end)}


async def changeable_records(session: Session, actor: Actor, links: Sequence[About]) -> set[About]:
    """Tell which of some records, of those not in the bin, the actor may change."""
    by_entity: dict[str, list[UUID]] = {}
    for entity, key in links:
        by_entity.setdefault(entity, []).append(key)
    found: set[About] = set()
    for entity, ids in by_entity.items():

        def build(entity: str = entity) -> Select[Any]:
            source = TABLES[entity].alias(entity)
            return select(source.c["id"]).where(
                visible(actor, entity, source),
                source.c["deleted_at"].is_(None),
                source.c["id"] == KEYS,
                flag(actor.rights, entity, Action.UPDATE, source) != 0,
            )

        of_type = ("changeable", entity, fingerprint(actor))
        rows = await session.rows_by(of_type, build, {KEYS_NAME: ids})
        found.update((entity, row.id) for row in rows)
    return found


async def lock_activities(session: Session, ids: Sequence[UUID]) -> list[Row]:
    """Lock activities by their ids, whoever may see them, and give them as they are now."""
    activity = TABLES[ACTIVITY.name].alias("activity")
    found = await session.rows(
        select(*columns(ROW_TYPES[ACTIVITY.name], activity))
        .where(within(activity), activity.c["id"] == id_array(ids))
        .order_by(activity.c["id"])
        .with_for_update()
    )
    return [make_row(ACTIVITY.name, row) for row in found]


async def activities_about(
    session: Session, entity: str, records: Sequence[UUID], *, is_open: bool = False
) -> list[UUID]:
    """Give the ids of the activities about some records, or of the open ones."""
    link, activity = activity_links.alias(), TABLES[ACTIVITY.name].alias()
    statement = (
        select(activity.c["id"])
        .distinct()
        .join_from(link, activity, activity.c["id"] == link.c["activity_id"])
        .where(
            link.c["workspace_id"] == WORKSPACE,
            link.c["record_type"] == entity,
            link.c["record_id"] == id_array(records),
            within(activity),
        )
    )
    if is_open:
        statement = statement.where(activity.c["is_completed"].is_(False))
    return [row.id for row in await session.rows(statement)]


async def told_moments(session: Session, ids: Sequence[UUID]) -> set[tuple[UUID, datetime]]:
    """Give the moments for which people have been reminded of activities, with their ids."""
    reminder = activity_reminders.alias()
    found = await session.rows(
        select(reminder.c["activity_id"], reminder.c["remind_at"]).where(
            reminder.c["workspace_id"] == WORKSPACE,
            reminder.c["activity_id"] == id_array(ids),
            reminder.c["told_at"].is_not(None),
        )
    )
    return {(row.activity_id, row.remind_at) for row in found}


async def waiting_reminders(session: Session, now: datetime, most: int) -> Sequence[Any]:
    """Take reminders whose time has come and that nobody else tells at the moment."""
    reminder = activity_reminders.alias("reminder")
    return await session.rows(
        select(*(reminder.c[name] for name in ("id", "activity_id", "minutes", "remind_at")))
        .where(
            reminder.c["workspace_id"] == WORKSPACE,
            reminder.c["told_at"].is_(None),
            reminder.c["remind_at"] <= now,
        )
        .order_by(reminder.c["remind_at"])
        .limit(at_most(most))
        .with_for_update(skip_locked=True)
    )
