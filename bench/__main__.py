"""The command: `python -m bench [--deals 100000] [--large] [--fresh]`."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.cases import all_cases
from bench.meter import Meter
from bench.over_http import measure_requests
from bench.place import Place, WrongPlaceError, open_place
from bench.race import race
from bench.report import (
    Measured,
    show_race,
    show_requests,
    show_statements,
    write_plans,
    write_race,
)
from db.database import RowSecurity

_ROOT: Final = Path(__file__).parent.parent
_LARGE: Final = 1_000_000
_WIDTH: Final = 140


def main() -> int:
    """Measure and print; exit code 1 where a target is missed."""
    given = _arguments()
    deals = _LARGE if given.large else given.deals
    folder = given.data or _ROOT / ".data-bench" / str(deals)
    # A file or a pipe has no width of its own.
    console = Console(record=True, width=None if sys.stdout.isatty() else _WIDTH)
    results = _ROOT / "bench" / "results" / str(deals)
    try:
        with open_place(folder, deals, fresh=given.fresh) as place:
            missed = asyncio.run(_measure(console, place, results))
    except WrongPlaceError as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(f"{missed} targets missed. The plans of all statements: {results}")
    console.save_text(str(results / "report.txt"))
    return 1 if missed else 0


async def _measure(console: Console, place: Place, results: Path) -> int:
    console.print(f"{place.deals:,} deals")
    measured = {}
    for mode in (RowSecurity.WRITES, RowSecurity.STRICT):
        measured[mode] = await _statements(console, place, mode)
        write_plans(results / f"{mode.value}.txt", measured[mode])
    missed = show_statements(console, measured[RowSecurity.WRITES], measured[RowSecurity.STRICT])
    missed += show_requests(console, await measure_requests(place))
    raced = await race(place)
    write_race(results.parent, raced)
    return missed + show_race(console, raced)


async def _statements(console: Console, place: Place, mode: RowSecurity) -> list[Measured]:
    meter = Meter(place.url, place.actor, mode)
    measured: list[Measured] = []
    try:
        with console.status("") as status:
            async for case in all_cases(meter, place):
                status.update(f"VORONKA_RLS={mode.value}: {case.name}")
                measured.append((case, await meter.measure(case.statement, case.values)))
    finally:
        await meter.close()
    return measured


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--deals", type=int, default=100_000, help="size of the workspace")
    parser.add_argument("--large", action="store_true", help=f"{_LARGE:,} deals; takes minutes")
    parser.add_argument("--fresh", action="store_true", help="make the data anew")
    parser.add_argument("--data", type=Path, help="folder of the database; .data-bench by default")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
