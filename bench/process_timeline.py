"""The first page of a timeline of ten thousand entries."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from auth.actor import Actor
from auth.policy import viewer_values
from bench.meter import Figures, Meter
from bench.place import SEED, Place
from bench.process_people import HIDDEN
from db.base import new_id
from db.session import Session
from domain.ids import decode_id
from domain.timeline import TimelineKind
from loaders.lists import DEFAULT_PAGE
from loaders.loaders import Loaders
from loaders.timeline import Entry, EntryPage, TimelineSpec
from server.demo.dice import Dice

PAGE_MS: Final = 5.0
ENTRIES: Final = 10_000
_BEHIND: Final = 1_000
_FIELDS: Final = 30
"""Custom fields of deals, each of which an entry may be about."""
_OWN: Final = ("title", "comments", "stage", "probability", "amount", "closeDate", "contacts")
_SPEC: Final = TimelineSpec("deal", tuple(TimelineKind), DEFAULT_PAGE)
_ADD_FIELD: Final = """
INSERT INTO custom_fields (workspace_id, id, entity, code, name, type, sort)
VALUES ($1, $2, 'DEAL', $3, $3, 'STRING', $4) ON CONFLICT DO NOTHING
"""
_ADD_EVENT: Final = """
INSERT INTO events (workspace_id, id, at, kind, actor_id, record_type, record_id, version, changes)
VALUES ($1, $2, $3, 'UPDATED', $4, 'deal', $5, $6, $7::jsonb)
"""
_COUNT: Final = """
SELECT count(*) FROM events WHERE workspace_id = $1 AND record_type = 'deal' AND record_id = $2
"""


async def add_entries(connection: asyncpg.Connection, place: Place) -> None:
    """Give two deals their entries, unless they have them; the last ones of one are of one field.

    That one is hidden from the manager.
    """
    for number in range(_FIELDS):
        key = new_id()
        await connection.execute(_ADD_FIELD, place.workspace_id, key, _code(number), number)
    for deal, behind in zip(deals_of(place), (0, _BEHIND), strict=True):
        if await connection.fetchval(_COUNT, place.workspace_id, deal) >= ENTRIES:
            continue
        now, person = datetime.now(UTC), place.actor.user_id
        await connection.executemany(
            _ADD_EVENT,
            [
                (place.workspace_id, new_id(), now - timedelta(minutes=ENTRIES - number), person,
                 deal, number + 2, _changes(number, is_hidden=number >= ENTRIES - behind))
                for number in range(ENTRIES)
            ],
        )  # fmt: skip
    await connection.execute("VACUUM (ANALYZE) events")


def _code(number: int) -> str:
    return f"bench{number}"


def deals_of(place: Place) -> list[UUID]:
    """Give the deals whose timelines are measured."""
    return [decode_id(text)[1] for text in place.sample[:2]]


def _changes(number: int, *, is_hidden: bool) -> str:
    """Write what an entry tells of: one field of the deal's own, or a custom one."""
    dice = Dice(f"bench entry {SEED}".encode(), number)
    own = HIDDEN[0] if is_hidden else dice.pick(_OWN)
    is_custom = dice.chance(30) and not is_hidden
    name = f"custom.{_code(dice.below(_FIELDS))}" if is_custom else own
    return orjson.dumps({name: {"from": str(number), "to": str(number + 1)}}).decode()


async def measure_timelines(
    meter: Meter, place: Place, manager: Actor
) -> AsyncIterator[tuple[str, float | None, list[Figures]]]:
    """Measure the first page for an administrator and for a manager; with a target where it has."""
    mixed, behind = deals_of(place)
    for name, actor, deal, target in (
        ("administrator", place.actor, mixed, PAGE_MS),
        ("sales manager with hidden fields", manager, mixed, PAGE_MS),
        (f"the same behind {_BEHIND:,} hidden entries", manager, behind, None),
    ):
        read = partial(_read, actor=actor, deal=deal)
        page, figures = await meter.measure_sent(read)
        _check(name, page.entries, actor)
        yield f"timeline: {name}", target, figures


async def _read(session: Session, actor: Actor, deal: UUID) -> EntryPage:
    session.viewer = viewer_values(actor)
    return await Loaders(session, actor).timeline(_SPEC).load(deal)


def _check(name: str, found: Sequence[Entry], actor: Actor) -> None:
    told: set[Any] = {field for entry in found for field in entry.changes}
    hidden = set() if actor.rights.is_everything else set(HIDDEN)
    if len(found) != DEFAULT_PAGE or told & hidden:
        raise LookupError(f"{name}: {len(found)} entries with {sorted(told)}")
