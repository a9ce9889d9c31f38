"""Fill a workspace: people and settings first, then the records in one transaction of `COPY`s."""

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import asyncpg

from db.database import Database
from resolvers.kept_numbers import fold
from server.demo.clients import Rows, World, company_rows, contact_rows, lead_rows
from server.demo.deals import Winners, deal_rows
from server.demo.dice import Calendar, Series
from server.demo.staff import Setting, prepare_staff
from server.demo.words import Words

MAX_DEALS: Final = 1_000_000
_YEARS: Final = 2
_OPENING_HOURS: Final = {"ru": 6, "en": 14}  # in UTC: nine in Moscow, nine or ten in New York
_BATCH: Final = 2_000
# The trigram indexes take in many rows at once far cheaper than few.
_BULK: Final = {"gin_pending_list_limit": "64MB", "work_mem": "128MB"}
_DEALS_PER_COMPANY, _DEALS_PER_CONTACT, _DEALS_PER_LEAD = 8, 4, 5

Progress = Callable[[int, int], None]
Maker = Callable[[int], Rows]


@dataclass(frozen=True, slots=True)
class DemoCounts:
    """How much a demonstration holds, what was there before left out but for people."""

    departments: int
    users: int
    companies: int
    contacts: int
    leads: int
    deals: int


async def generate(
    database_url: str,
    workspace_id: UUID,
    *,
    deals: int,
    locale: str,
    seed: int,
    progress: Progress | None = None,
) -> DemoCounts:
    """Fill a workspace with `deals` deals and what belongs to them, in the words of a locale.

    The same seed gives the same data, but for ids and for times, which count back from now. Calls
    `progress` with the records made and to be made. All records or none come in. Raises ValueError
    for a number of deals out of 1 to 1,000,000, NoSuchWorkspaceError for an unknown workspace.
    """
    if not 1 <= deals <= MAX_DEALS:
        raise ValueError(f"deals must be from 1 to {MAX_DEALS}, not {deals}")
    words = Words(locale, seed)
    database = Database(database_url, pool_size=1)
    try:
        setting = await prepare_staff(database, workspace_id, words, seed)
    finally:
        await database.dispose()
    world = _world(workspace_id, words, setting, deals, seed)
    connection = await asyncpg.connect(database_url, server_settings=_BULK)
    try:
        tables = await _fill(connection, world, progress)
        await _fold(database_url, workspace_id)
        # Not ANALYZE alone: counting and reading by index rely on the map of visible pages as well.
        for table in (*tables, "kept_numbers"):
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await connection.close()
    return DemoCounts(
        departments=setting.departments,
        users=setting.users,
        companies=world.companies.count,
        contacts=world.contacts.count,
        leads=world.leads.count,
        deals=world.deals.count,
    )


def _world(workspace_id: UUID, words: Words, setting: Setting, deals: int, seed: int) -> World:
    calendar = Calendar(datetime.now(UTC), _YEARS, _OPENING_HOURS[words.locale])
    run = os.urandom(16)

    def series(name: str, count: int) -> Series:
        return Series(name, seed, count, calendar, run)

    return World(
        workspace_id=workspace_id,
        words=words,
        setting=setting,
        calendar=calendar,
        companies=series("company", max(1, deals // _DEALS_PER_COMPANY)),
        contacts=series("contact", max(1, deals // _DEALS_PER_CONTACT)),
        leads=series("lead", deals // _DEALS_PER_LEAD),
        deals=series("deal", deals),
        points=series("point", 0),
        events=series("event", 0),
    )


async def _fold(database_url: str, workspace_id: UUID) -> None:
    """Make one row of what the batches have added to each of the kept numbers."""
    database = Database(database_url, pool_size=1)
    try:
        async with database.session(write=True) as session:
            await database.enter(session, workspace_id, write=True)
            await fold(session)
    finally:
        await database.dispose()


async def _fill(
    connection: asyncpg.Connection, world: World, progress: Progress | None
) -> list[str]:
    """Write all records; gives the tables that they are in."""
    winners = Winners(world)
    parts: tuple[tuple[Series, Maker], ...] = (
        (world.companies, lambda number: company_rows(world, number)),
        (world.contacts, lambda number: contact_rows(world, number)),
        (world.leads, lambda number: lead_rows(world, number)),
        (world.deals, lambda number: deal_rows(world, winners, number)),
    )
    total = sum(series.count for series, _ in parts)
    done = 0
    tables: dict[str, None] = {}
    async with connection.transaction():
        for series, make in parts:
            async for size, rows in _ahead(_batches(series.count, make)):
                for table, found in rows.items():
                    await _copy(connection, table, found)
                    tables[table] = None
                done += size
                if progress is not None:
                    progress(done, total)
    return list(tables)


def _batches(count: int, make: Maker) -> Iterator[tuple[int, Rows]]:
    for start in range(0, count, _BATCH):
        numbers = range(start, min(start + _BATCH, count))
        together: Rows = {}
        for number in numbers:
            for table, rows in make(number).items():
                together.setdefault(table, []).extend(rows)
        yield len(numbers), together


async def _ahead(batches: Iterator[tuple[int, Rows]]) -> Any:
    """Give the batches, each made while the database takes in the one before."""
    upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
    try:
        while (batch := await upcoming) is not None:
            upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
            yield batch
    finally:
        # When the database refuses a batch the next one is under way: nothing may outlive the call.
        await asyncio.gather(upcoming, return_exceptions=True)


async def _copy(connection: asyncpg.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = tuple(rows[0])
    values = itemgetter(*columns)
    await connection.copy_records_to_table(
        table, columns=columns, records=map(values, rows), timeout=None
    )
