"""What the sales process costs: look-ups of duplicates, long timelines, a board."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from bench.meter import Figures, Meter
from bench.place import Place
from bench.process_board import CARDS, COLUMNS, add_columns, measure_board
from bench.process_clients import LOOK_UP_MS, add_clients, measure_look_ups
from bench.process_people import sales_manager
from bench.process_timeline import add_entries, deals_of, measure_timelines
from bench.report import write_plans
from db.database import RowSecurity

CONTACTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """Something that people do while they sell, and what it costs in the database."""

    name: str
    statements: int
    sql_ms: float
    """From the driver's call to its rows, of all statements together: median of warm runs."""
    execute_ms: float | None
    """What of it PostgreSQL says that it worked; None where that was not asked."""
    total_ms: float | None
    """The whole operation in the server; None where there was none."""
    target_ms: float | None

    @property
    def miss(self) -> bool:
        """Tell whether it takes longer than it shall."""
        return self.target_ms is not None and self.sql_ms > self.target_ms


@dataclass(frozen=True, slots=True)
class Process:
    """All that is measured of the sales process."""

    contacts: int
    deals: int
    steps: Sequence[Step]


async def measure_process(place: Place, contacts: int, plans: Path) -> Process:
    """Measure on a place of its own, which gets what it lacks; plans go to a file."""
    connection = await asyncpg.connect(place.url)
    meter = Meter(place.url, place.actor, RowSecurity.WRITES)
    measured: list[tuple[str, list[Figures]]] = []
    steps: list[Step] = []
    try:
        await add_clients(connection, place, contacts)
        await add_entries(connection, place)
        await add_columns(connection, place)
        manager = await sales_manager(connection, place, deals_of(place))
        async for name, figures in measure_look_ups(meter, connection, place, manager, contacts):
            measured.append((name, figures))
            steps.append(_step(name, figures, LOOK_UP_MS))
        async for name, target, figures in measure_timelines(meter, place, manager):
            measured.append((name, figures))
            steps.append(_step(name, figures, target))
        statements, sql, total = await measure_board(connection, place)
        name = f"board: {COLUMNS} columns of {CARDS} cards"
        steps.append(Step(name, statements, sql, None, total, None))
    finally:
        await meter.close()
        await connection.close()
    write_plans(plans, [(name, each) for name, figures in measured for each in figures])
    return Process(contacts, place.deals, steps)


def _step(name: str, figures: Sequence[Figures], target: float | None) -> Step:
    wall = sum(each.wall for each in figures)
    execution = sum(each.execution for each in figures)
    return Step(name, len(figures), wall, execution, None, target)
