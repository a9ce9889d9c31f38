"""Records as they were: what the event log tells of a moment that has passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    all_,
    any_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from auth.entries import gone_fields
from auth.policy import READS, flag, visible
from db.base import WORKSPACE
from db.tables import TABLES, events
from domain.roles import Action
from domain.timeline import BINNED, OF_LINKS, OF_MERGES, TimelineKind
from loaders.loaders import Loaders
from loaders.rows import ROW_TYPES, Row, columns, make_row

_VERSIONS: Final = (
    TimelineKind.CREATED, TimelineKind.UPDATED, TimelineKind.IMPORTED, *BINNED, *OF_MERGES
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """The last event of a record up to a moment."""

    at: datetime
    by: UUID | None
    kind: TimelineKind
    version: int | None


@dataclass(frozen=True, slots=True)
class State:
    """A record as it is, and what was different at a moment."""

    row: Row
    """All of it, whatever the actor may read of it."""
    bits: int
    """What the actor may read of it, see `auth.rights`."""
    differing: Mapping[str, Any]
    """The values of then of the fields that have changed since, by their names in the log."""
    gone: frozenset[str]
    """The names among them that stood for custom fields that are gone."""
    changed: Change | None
    """The last change up to then; None where the log does not tell of it."""
    binned: Change | None
    """When it last went to the recycle bin or came out of it, up to then."""


async def load_state(loaders: Loaders, entity: str, record: UUID, moment: datetime) -> State | None:
    """Give a record as the log tells of a moment; None where it was not there or is not to be read.

    Three statements, whatever the length of its history.
    """
    actor = loaders.actor
    source = TABLES[entity].alias(entity)
    found = await loaders.session.rows(
        select(
            *columns(ROW_TYPES[entity], source),
            flag(actor.rights, entity, Action.READ, source).label(READS),
        ).where(visible(actor, entity, source), source.c["id"] == record)
    )
    if not found or found[0].created_at > moment:
        return None
    row = make_row(entity, tuple(found[0])[: len(ROW_TYPES[entity].positions)])
    differing = await loaders.session.rows(_first_changes(entity, record, moment))
    last = {
        part.of: Change(part.at, part.actor_id, TimelineKind(part.kind), part.version)
        for part in await loaders.session.rows(_last_changes(entity, record, moment))
    }
    gone = (gone_fields(actor.rights, entity, [each.name], each.event) for each in differing)
    return State(
        row,
        found[0].reads,
        {change.name: change.before for change in differing},
        frozenset().union(*gone),
        last.get("version"),
        last.get("bin"),
    )


def _texts(kinds: Sequence[TimelineKind]) -> Any:
    return bindparam(None, [kind.value for kind in kinds], type_=ARRAY(Text()), unique=True)


def _about(entity: str, record: UUID) -> list[ColumnElement[bool]]:
    return [
        events.c["workspace_id"] == WORKSPACE,
        events.c["record_type"] == entity,
        events.c["record_id"] == record,
    ]


def _first_changes(entity: str, record: UUID, moment: datetime) -> Select[Any]:
    """Give the SELECT of each field's first change after a moment: from what it had then."""
    each = func.jsonb_each(events.c["changes"]).table_valued("key", "value", name="field")
    value = each.c["value"]
    return (
        select(
            each.c["key"].label("name"),
            value.cast(JSONB())
            .op("->", return_type=JSONB())(literal("from", Text()))
            .label("before"),
            events.c["id"].label("event"),
        )
        .select_from(events)
        .join(each, literal(value=True))
        .ext(distinct_on(each.c["key"]))
        # Events of a version are about fields, but for those that link to other records.
        .where(
            *_about(entity, record),
            events.c["at"] > moment,
            events.c["version"].is_not(None),
            events.c["kind"] != all_(_texts(OF_LINKS)),
        )
        .order_by(each.c["key"], events.c["at"], events.c["id"])
    )


def _last_changes(entity: str, record: UUID, moment: datetime) -> Any:
    """Give the SELECT of the last events up to a moment: of any version, and of the bin."""
    parts = [
        select(
            literal(name, Text()).label("of"),
            *(events.c[column] for column in ("at", "actor_id", "kind", "version")),
        )
        .where(
            *_about(entity, record),
            events.c["at"] <= moment,
            events.c["version"].is_not(None),
            events.c["kind"] == any_(_texts(kinds)),
        )
        .order_by(events.c["at"].desc(), events.c["id"].desc())
        .limit(1)
        .subquery(name)
        for name, kinds in (("version", _VERSIONS), ("bin", BINNED))
    ]
    first, second = (select(*part.c) for part in parts)
    return first.union_all(second)
