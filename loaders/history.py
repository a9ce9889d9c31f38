"""The history of a workspace: the events about all records, newest first, as one may read them.

Where somebody may read little of much, what is left out is read past in steps of a bounded size, so
that a page is full wherever it can be. A page that is not full after the last step says where to go
on, and nothing besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Subquery,
    Text,
    Uuid,
    any_,
    bindparam,
    select,
)

from auth.policy import fingerprint
from db.base import WORKSPACE
from db.tables import events
from domain.filters import OrderKey
from domain.timeline import NEWEST_FIRST, TimelineKind
from loaders.keyset import at_most
from loaders.lists import Position
from loaders.loaders import Loaders
from loaders.timeline import (
    Entry,
    EntryPage,
    after_place,
    entry_of,
    newest_first,
    place_values,
    readable_entries,
)

STEP: Final = 2_000
"""So many events are looked at in one statement."""
MOST_STEPS: Final = 5


@dataclass(frozen=True, slots=True)
class HistorySpec:
    """A part of the history: `limit` entries after a position, of some only."""

    entities: tuple[str, ...]
    kinds: tuple[TimelineKind, ...]
    limit: int
    records: tuple[UUID, ...] | None = None
    people: tuple[UUID, ...] | None = None
    since: datetime | None = None
    before: datetime | None = None
    """The moment after the last one."""
    after: Position | None = None

    @property
    def signature(self) -> str:
        """What a cursor is bound to."""
        return "history"

    @property
    def keys(self) -> tuple[OrderKey, ...]:
        """Give the keys of the order, all but the final id."""
        return NEWEST_FIRST


async def load_history(loaders: Loaders, spec: HistorySpec) -> EntryPage:
    """Give a part of the history, by at most two statements in each of `MOST_STEPS` steps."""
    found: list[Entry] = []
    after = spec.after
    for _ in range(MOST_STEPS):
        part = replace(spec, after=after, limit=spec.limit - len(found))
        entries = await _step(loaders, part)
        shown = entries[: part.limit]
        # Who did something may be hidden, and then it is not to be found by that either.
        found.extend(entry for entry in shown if spec.people is None or entry.by is not None)
        if len(entries) > part.limit:
            end = shown[-1].position if shown else part.after
            return EntryPage(found, has_more=True, end=end)
        after = await _end_of_step(loaders, part)
        if after is None:
            return EntryPage(found, has_more=False)
    return EntryPage(found, has_more=True, end=after)


async def _step(loaders: Loaders, spec: HistorySpec) -> list[Entry]:
    """Give the entries among the next events that the actor may read, one more than wanted."""
    actor = loaders.actor

    def build() -> Select[Any]:
        window = _window(spec)
        return (
            readable_entries(actor, window, spec.kinds, spec.entities)
            .order_by(*newest_first(window))
            .limit(at_most(spec.limit + 1))
        )

    key = ("history", spec.limit, *_shape(spec), fingerprint(actor))
    rows = await loaders.session.rows_by(key, build, _values(spec))
    return [entry_of(actor, row) for row in rows]


async def _end_of_step(loaders: Loaders, spec: HistorySpec) -> Position | None:
    """Give the place of the last event of a whole step; None where fewer follow."""

    def build() -> Select[Any]:
        window = _window(spec)
        return (
            select(window.c["at"], window.c["id"])
            .where(window.c["workspace_id"] == WORKSPACE)
            .order_by(*newest_first(window))
            .offset(at_most(STEP - 1))
            .limit(at_most(1))
        )

    rows = await loaders.session.rows_by(("end of history", *_shape(spec)), build, _values(spec))
    return Position((rows[0].at,), rows[0].id) if rows else None


def _shape(spec: HistorySpec) -> tuple[Any, ...]:
    """Give what the statements depend on besides their values."""
    narrowed = tuple(part is not None for part in (spec.records, spec.people, spec.since,
                                                   spec.before, spec.after))  # fmt: skip
    return (spec.entities, spec.kinds, *narrowed)


def _values(spec: HistorySpec) -> dict[str, Any]:
    given = {"records": spec.records, "people": spec.people, "since": spec.since,
             "until": spec.before}  # fmt: skip
    named = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value is not None
    }
    return {**named, **place_values(spec.after)}


def _window(spec: HistorySpec) -> Subquery:
    """Give the next events that are looked at, whoever may read them."""
    entry = events.alias()
    return (
        select(*entry.c)
        .where(
            entry.c["workspace_id"] == WORKSPACE,
            entry.c["record_type"] == any_(_texts(spec.entities)),
            entry.c["kind"] == any_(_texts(_stored(spec.kinds))),
            *_narrowing(spec, entry),
            after_place(entry, is_bounded=spec.after is not None),
        )
        .order_by(*newest_first(entry))
        .limit(at_most(STEP))
        .subquery("entry")
    )


def _stored(kinds: Sequence[TimelineKind]) -> list[str]:
    """Give the kinds as the log has them, where a move is an update."""
    moved = TimelineKind.STAGE_MOVED
    return [(TimelineKind.UPDATED if kind is moved else kind).value for kind in kinds]


def _texts(values: Sequence[str]) -> Any:
    return bindparam(None, list(values), type_=ARRAY(Text()), unique=True)


def _narrowing(spec: HistorySpec, entry: FromClause) -> list[ColumnElement[Any]]:
    found: list[ColumnElement[Any]] = []
    if spec.records is not None:
        found.append(entry.c["record_id"] == any_(bindparam("records", type_=ARRAY(Uuid()))))
    if spec.people is not None:
        found.append(entry.c["actor_id"] == any_(bindparam("people", type_=ARRAY(Uuid()))))
    if spec.since is not None:
        found.append(entry.c["at"] >= bindparam("since", type_=DateTime(timezone=True)))
    if spec.before is not None:
        found.append(entry.c["at"] < bindparam("until", type_=DateTime(timezone=True)))
    return found
