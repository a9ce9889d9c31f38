"""The command: `python -m bench [--deals 100000] [--large] [--fresh] [--peers]`.

With `--custom`, `--access` or `--process` it measures custom fields, roles or the sales process
alone; the latter only so.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.access import measure_access
from bench.access_tables import show_access
from bench.beside import show_memory, show_processor, show_workers
from bench.cases import all_cases
from bench.custom import measure_custom
from bench.custom_schemas import FEW, MANY
from bench.custom_tables import show_custom
from bench.kept import keep, keep_access, keep_custom, keep_process
from bench.memory import measure_memory
from bench.meter import Meter
from bench.outcome import OURS
from bench.over_http import measure_requests
from bench.place import Place, WrongPlaceError, open_place
from bench.process import CONTACTS, measure_process
from bench.process_tables import show_process
from bench.processor import measure_processor
from bench.race import Peers, race
from bench.report import Measured, show_requests, show_statements, write_plans
from bench.standings import show_race
from bench.workers import measure_workers
from db.database import RowSecurity

_ROOT: Final = Path(__file__).parent.parent
_LARGE: Final = 1_000_000
_WIDTH: Final = 140


class NoNodeError(Exception):
    """Node's servers shall take part, and there is no Node."""


def main() -> int:
    """Measure and print; exit code 1 where a target is missed."""
    given = _arguments()
    deals = _LARGE if given.large else given.deals
    folder = given.data or _ROOT / ".data-bench" / str(deals)
    # A file or a pipe has no width of its own.
    console = Console(record=True, width=None if sys.stdout.isatty() else _WIDTH)
    results = _ROOT / "bench" / "results" / str(deals)
    try:
        missed = 0
        if given.access:
            with open_place(folder, deals, fresh=given.fresh) as place:
                return min(asyncio.run(_measure_access(console, place, results)), 1)
        if given.process:
            beside = folder.with_name(f"{folder.name}-process")
            with open_place(beside, deals, fresh=given.fresh) as place:
                return min(
                    asyncio.run(_measure_process(console, place, given.contacts, results)), 1
                )
        if not given.custom:
            peers = _peers() if given.peers else None
            with open_place(folder, deals, fresh=given.fresh) as place:
                missed += asyncio.run(_measure(console, place, results, peers))
        # Records with many custom values are larger: the others' figures stay what they were.
        beside = folder.with_name(f"{folder.name}-custom")
        with open_place(beside, deals, fresh=given.fresh, roomy=True) as place:
            missed += asyncio.run(_measure_custom(console, place, results, large=given.large))
    except (WrongPlaceError, NoNodeError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(f"{missed} targets missed. The plans of all statements: {results}")
    console.print(f"Figures and a picture: latest.json, latest.md, latest.png in {results.parent}")
    console.save_text(str(results / "report.txt"))
    return 1 if missed else 0


async def _measure(console: Console, place: Place, results: Path, peers: Peers | None) -> int:
    console.print(f"{place.deals:,} deals")
    measured = {}
    for mode in (RowSecurity.WRITES, RowSecurity.STRICT):
        measured[mode] = await _statements(console, place, mode)
        titled = [(case.title, figures) for case, figures in measured[mode]]
        write_plans(results / f"{mode.value}.txt", titled)
    missed = show_statements(console, measured[RowSecurity.WRITES], measured[RowSecurity.STRICT])
    requests = await measure_requests(place)
    missed += show_requests(console, requests)
    raced = await race(place, peers)
    raced["bulk"] = {OURS: requests[-1].result}
    missed += show_race(console, raced)
    memory = await measure_memory(place)
    missed += show_memory(console, memory)
    workers = await measure_workers(place)
    missed += show_workers(console, workers)
    missed += await _measure_access(console, place, results)
    spent = await measure_processor(place)
    show_processor(console, spent)
    keep(results.parent, place.deals, raced, memory, workers, spent)
    return missed


async def _measure_access(console: Console, place: Place, results: Path) -> int:
    found = await measure_access(place)
    keep_access(results.parent, found)
    return show_access(console, found)


async def _measure_process(console: Console, place: Place, contacts: int, results: Path) -> int:
    found = await measure_process(place, contacts, results / "process.txt")
    keep_process(results.parent, found)
    return show_process(console, found)


async def _measure_custom(console: Console, place: Place, results: Path, *, large: bool) -> int:
    console.print(f"{place.deals:,} deals with custom fields")
    found = await measure_custom(place, MANY if large else FEW, results)
    keep_custom(results.parent, place.deals, found)
    return show_custom(console, found)


def _peers() -> Peers:
    """Prepare Node's servers; raises NoNodeError."""
    from bench import node  # noqa: PLC0415 - who does not ask for it needs no part of it

    if not node.is_there():
        raise NoNodeError("Node was not found: --peers races against servers that run on it.")
    node.prepare()
    return node


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
    parser.add_argument("--peers", action="store_true", help="race Node's servers, too")
    parser.add_argument("--access", action="store_true", help="measure what roles cost alone")
    parser.add_argument("--custom", action="store_true", help="measure custom fields alone")
    parser.add_argument("--process", action="store_true", help="measure the sales process alone")
    parser.add_argument("--contacts", type=int, default=CONTACTS, help="contacts of --process")
    parser.add_argument("--data", type=Path, help="folder of the database; .data-bench by default")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
