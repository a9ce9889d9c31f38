"""The timelines of records: the events of the log about each, newest first, as one may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Select,
    SelectBase,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    false,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from auth.actor import Actor
from auth.entries import entry_condition, gone_fields, readable_changes, reads_change
from auth.policy import READS, flag, visible, within
from db.base import WORKSPACE
from db.tables import TABLES, events, merged_records
from domain.activities import ACTIVITY
from domain.entities import RECORDS
from domain.filters import OrderKey
from domain.ids import decode_id
from domain.merges import MERGED
from domain.roles import Action
from domain.timeline import (
    BINNED,
    COMMENT,
    LINKS,
    MERGED_RECORDS,
    NEWEST_FIRST,
    OF_ACTIVITIES,
    OF_COMMENTS,
    OF_LINKS,
    OF_MERGES,
    STAGE,
    TUNNEL,
    LinkKind,
    TimelineKind,
)
from loaders.activities import ActivityLoaders
from loaders.batching import BatchLoader
from loaders.beside import KEYS
from loaders.keyset import at_most
from loaders.lists import Position
from loaders.statements import PARENT, given_parents

_AT: Final = bindparam("after_at", type_=DateTime(timezone=True))
_ID: Final = bindparam("after_id", type_=Uuid())
_COLUMNS: Final = ("id", "at", "actor_id", "kind", "record_type", "record_id", "version", "changes")
_OF_RECORDS: Final = tuple(entity.name for entity in RECORDS)


@dataclass(frozen=True, slots=True)
class TimelineSpec:
    """A part of the timelines of records of one type: `limit` entries after a position."""

    entity: str
    kinds: tuple[TimelineKind, ...]
    limit: int
    after: Position | None = None

    @property
    def signature(self) -> str:
        """What a cursor is bound to."""
        return f"timeline|{self.entity}"

    @property
    def keys(self) -> tuple[OrderKey, ...]:
        """Give the keys of the order, all but the final id."""
        return NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class Link:
    """Another record that an entry tells of, whether the reader may see it or not."""

    kind: LinkKind
    entity: str
    record: UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a timeline: what the reader may know of one event."""

    id: UUID
    at: datetime
    by: UUID | None
    """Who did it; None where that may not be read, or where nobody did."""
    kind: TimelineKind
    record_type: str
    record_id: UUID
    version: int | None
    changes: Mapping[str, Any]
    gone: frozenset[str] = frozenset()
    """The names among those of the changes that stood for fields that are gone."""
    comment: UUID | None = None
    """Of an entry about a comment."""
    activity: UUID | None = None
    """Of an entry about an activity."""
    merge: UUID | None = None
    """Of an entry about a merge."""
    merged: tuple[UUID, ...] = ()
    """The records that became part of this one by it, or parted from it."""
    links: tuple[Link, ...] = ()
    """Of an entry about what came of the record, or what it came of."""
    is_by_tunnel: bool = False
    """Whether a tunnel did it, as far as the reader may know of stages."""

    @property
    def position(self) -> Position:
        """Give its place in a timeline."""
        return Position((self.at,), self.id)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A part of a timeline."""

    entries: Sequence[Entry]
    has_more: bool
    end: Position | None = None
    """Where to go on, where that is not after the last entry."""


class EventLoaders(ActivityLoaders):
    """The loaders of what has happened to records."""

    def timeline(self, spec: TimelineSpec) -> BatchLoader[UUID, EntryPage]:
        """Load a part of the timelines of records by their ids, for all of them in one statement.

        Records that the actor may not read have no entries; those in the recycle bin have.
        """

        async def batch(records: Sequence[UUID]) -> Sequence[EntryPage]:
            key = ("timeline", spec.entity, spec.kinds, spec.limit, spec.after is not None)
            found = await self._fetch(
                key, lambda: _timelines(self.actor, spec), records, **place_values(spec.after)
            )
            grouped: dict[UUID, list[Entry]] = {}
            for row in found:
                grouped.setdefault(row[0], []).append(entry_of(self.actor, row))
            pages = [grouped.get(record, []) for record in records]
            return [EntryPage(page[: spec.limit], len(page) > spec.limit) for page in pages]

        return self._loader(("timeline", spec), batch)

    def entries(self) -> BatchLoader[UUID, Entry | None]:
        """Load entries by their ids; those that the actor may not read are None."""

        async def batch(ids: Sequence[UUID]) -> Sequence[Entry | None]:
            def build() -> Select[Any]:
                entry = events.alias("entry")
                return readable_entries(self.actor, entry, tuple(TimelineKind)).where(
                    entry.c["id"] == KEYS
                )

            found = await self._fetch(("entries",), build, ids)
            by_id = {row.id: entry_of(self.actor, row) for row in found}
            return [by_id.get(key) for key in ids]

        return self._loader(("entries",), batch)


def place_values(after: Position | None) -> dict[str, Any]:
    """Give the values of the parameters of a position."""
    return {} if after is None else {_AT.key: after.values[0], _ID.key: after.id}


def _timelines(actor: Actor, spec: TimelineSpec) -> Select[Any]:
    given = given_parents()
    record = TABLES[spec.entity].alias(spec.entity)
    page = _page(actor, spec, record).lateral("page")
    readable = and_(visible(actor, spec.entity, record), record.c["id"] == given.c[PARENT])
    return select(given.c[PARENT], *page.c).select_from(
        given.join(record, readable).join(page, true())
    )


def _page(actor: Actor, spec: TimelineSpec, record: FromClause) -> SelectBase:
    """Give the next entries about a row of `record`, and about what has become part of it."""
    own = _part(actor, spec, record, record.c["id"], spec.kinds)
    if spec.entity not in MERGED:
        return own
    merged = merged_records.alias("merged")
    # That the others went to the recycle bin is what the merge itself tells of.
    kinds = tuple(kind for kind in spec.kinds if kind not in BINNED)
    entries = _part(actor, spec, record, merged.c["record_id"], kinds, merged).lateral("entries")
    others = (
        select(*entries.c)
        .select_from(merged.join(entries, true()))
        .where(merged.c["workspace_id"] == WORKSPACE, merged.c["survivor_id"] == record.c["id"])
        .correlate(record)
    )
    both = union_all(own, others)
    found = both.selected_columns
    return both.order_by(found["at"].desc(), found["id"].desc()).limit(at_most(spec.limit + 1))


def _part(
    actor: Actor,
    spec: TimelineSpec,
    record: FromClause,
    about: ColumnElement[Any],
    kinds: Sequence[TimelineKind],
    *further: FromClause,
) -> Select[Any]:
    """Give the next entries about one id, as far as they may be read on a row of `record`."""
    entry = events.alias()
    return (
        select(
            *(entry.c[name] for name in _COLUMNS),
            flag(actor.rights, spec.entity, Action.READ, record).label(READS),
        )
        .where(
            entry.c["workspace_id"] == WORKSPACE,
            entry.c["record_type"] == spec.entity,
            # As a range with the column in the order: see `loaders.keyset.held_at`.
            entry.c["record_id"] >= about,
            entry.c["record_id"] <= about,
            entry_condition(actor, spec.entity, entry, record, kinds),
            after_place(entry, is_bounded=spec.after is not None),
        )
        .order_by(entry.c["record_id"].desc(), *newest_first(entry))
        .limit(at_most(spec.limit + 1))
        .correlate(record, *further)
    )


def readable_entries(
    actor: Actor,
    entry: FromClause,
    kinds: Sequence[TimelineKind],
    entities: Sequence[str] = _OF_RECORDS,
) -> Select[Any]:
    """Give the SELECT of entries about any records of some types that the actor may read."""
    rights = actor.rights
    allowed: list[ColumnElement[Any]] = []
    flags: list[tuple[ColumnElement[Any], Any]] = []
    for entity in entities:
        is_of = entry.c["record_type"] == entity
        record = TABLES[entity].alias(entity)
        same = record.c["id"] == entry.c["record_id"]
        told = entry_condition(actor, entity, entry, record, kinds)
        if rights.is_everything:
            allowed.append(and_(is_of, told))  # of records that are gone as well
            continue
        readable: Select[Any] = select(literal_column("1")).where(
            visible(actor, entity, record), same, told
        )
        allowed.append(and_(is_of, exists(readable.correlate(entry))))
        if rights.has_masks(entity):
            bits = select(flag(rights, entity, Action.READ, record)).where(within(record), same)
            flags.append((is_of, bits.correlate(entry).scalar_subquery()))
    none = literal(0, Integer())
    reads = case(*flags, else_=none) if flags else none
    return select(*(entry.c[name] for name in _COLUMNS), reads.label(READS)).where(
        entry.c["workspace_id"] == WORKSPACE, or_(false(), *allowed)
    )


def newest_first(entry: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Give the order of entries."""
    return (entry.c["at"].desc(), entry.c["id"].desc())


def after_place(entry: FromClause, *, is_bounded: bool) -> ColumnElement[Any]:
    """Give the condition on entries after a position, or on all.

    One range of an index: entries of one moment are few, and told apart among those read.
    """
    if not is_bounded:
        return true()
    return and_(entry.c["at"] <= _AT, or_(entry.c["at"] < _AT, entry.c["id"] < _ID))


def entry_of(actor: Actor, row: Any) -> Entry:
    """Give what the actor may know of an event."""
    rights, entity = actor.rights, row.record_type
    kind = TimelineKind(row.kind)
    if kind in OF_COMMENTS:
        comment = _subject(row, COMMENT.name)
        return Entry(
            row.id, row.at, row.actor_id, kind, entity, row.record_id, None, {}, comment=comment
        )  # fmt: skip
    if kind in OF_ACTIVITIES:
        activity = _subject(row, ACTIVITY.name)
        changes = row.changes[ACTIVITY.name].get("changes", {})
        return Entry(row.id, row.at, row.actor_id, kind, entity, row.record_id, None, changes,
                     activity=activity)  # fmt: skip
    is_link = kind in OF_LINKS
    gone = gone_fields(rights, entity, row.changes, row.id)
    changes = {} if is_link else readable_changes(rights, entity, row.changes, row.reads, gone)
    for name in (TUNNEL, MERGED_RECORDS):
        changes.pop(name, None)
    if kind is TimelineKind.UPDATED and STAGE in changes:
        kind = TimelineKind.STAGE_MOVED
    is_told = all(
        reads_change(rights, entity, name, row.reads) for name in _WHO.get(kind, ("updatedBy",))
    )
    entry = Entry(
        row.id, row.at, row.actor_id if is_told else None, kind, entity, row.record_id,
        row.version, changes, gone, links=_links(row) if is_link else (),
        is_by_tunnel=TUNNEL in row.changes and STAGE in changes,
    )  # fmt: skip
    return _of_merge(entry, row.changes[MERGED_RECORDS]) if kind in OF_MERGES else entry


def _of_merge(entry: Entry, told: Mapping[str, Any]) -> Entry:
    """Give an entry with what it tells of a merge."""
    merged = tuple(decode_id(text)[1] for text in told["to"] or told["from"])
    return replace(entry, merge=decode_id(told["merge"])[1], merged=merged)


def _subject(row: Any, name: str) -> UUID:
    """Give the id of the comment or the activity that an event is about."""
    change = row.changes[name]
    return decode_id(change["to"] or change["from"])[1]


def _links(row: Any) -> tuple[Link, ...]:
    """Give what an event says that came of the record, or that it came of."""
    return tuple(
        Link(LINKS[name], *decode_id(row.changes[name]["to"]))
        for name in LINKS
        if name in row.changes
    )


_WHO: Final[Mapping[TimelineKind, tuple[str, ...]]] = {
    TimelineKind.CREATED: ("createdBy",),
    TimelineKind.STAGE_MOVED: ("updatedBy", "movedBy"),
    TimelineKind.COPIED: ("updatedBy", "movedBy"),
}
"""The fields of a record that tell who did it, where that is not who changed it last."""
