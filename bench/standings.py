"""What the race is shown as: what each server did, and whether we are as fast as we promise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.marks import mark, number
from bench.outcome import OURS, WITH_ROLES, Result, Results
from bench.race import CONNECTIONS, LOW_RATE

COLUMNS: Final = (
    "rps", "p50_ms", "p99_ms", "cpu_ms", "pg_cpu_ms", "sql", "bytes", "rss_mib",
    "low_rate_p50_ms", "low_rate_p99_ms",
)  # fmt: skip
_TITLES: Final = {"low_rate_p50_ms": "low p50", "low_rate_p99_ms": "low p99"}
_PAGE_CPU: Final = 2.0
"""What a page may cost the server, against what it costs where joined rows are shaped by hand."""
# Requests per second against those of others, at least.
_PROMISED: Final[Mapping[str, Mapping[str, float]]] = {
    "page": {"plain": 20, "floor": 0.5, "mercurius": 1},
    "deep": {"plain": 80, "floor": 0.35, "mercurius": 1},
    "point": {"plain": 8, "floor": 0.25, "mercurius": 0.6},
    "board": {"plain": 20, "floor": 0.35},
    "write": {"plain": 2},
}


@dataclass(frozen=True, slots=True)
class _Promise:
    text: str
    value: float
    target: float
    is_most: bool = False

    @property
    def miss(self) -> bool:
        """Tell whether it was not kept."""
        return self.value > self.target if self.is_most else self.value < self.target


def show_race(console: Console, results: Results) -> int:
    """Print what each server did, and the promises; give the number of missed ones."""
    table = Table(
        title=f"{CONNECTIONS} clients in a closed loop, one worker; "
        f"low: {LOW_RATE} requests a second, answered or not"
    )
    table.add_column("workload")
    table.add_column("server")
    for name in COLUMNS:
        table.add_column(_TITLES.get(name, name), justify="right")
    for workload, found in results.items():
        table.add_section()
        for server, result in found.items():
            table.add_row(workload, server, *_figures(result))
    console.print(table)
    promises = list(_promises(results))
    _show(console, promises)
    return sum(promise.miss for promise in promises)


def as_markdown(results: Results) -> str:
    """Give the table of the race in Markdown."""
    lines = [f"| workload | server | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 2) + "|"]
    for workload, found in results.items():
        for server, result in found.items():
            lines.append(f"| {workload} | {server} | {' | '.join(_figures(result))} |")
    return "\n".join(lines) + "\n"


def _figures(result: Result) -> Iterator[str]:
    return (number(getattr(result, name)) for name in COLUMNS)


def _promises(results: Results) -> Iterator[_Promise]:
    """Give those whose contenders took part."""
    for workload, others in _PROMISED.items():
        found = results[workload]
        for other, least in others.items():
            for ours, whose in ((OURS, ""), (WITH_ROLES, " with roles")):
                if other in found and ours in found:
                    ratio = found[ours].rps / found[other].rps
                    text = f"{workload}{whose}: requests per second, times {other}'s"
                    yield _Promise(text, ratio, least)
    page = results["page"]
    cpu, by_hand = page[OURS].cpu_ms, page["floor_rows"].cpu_ms
    if cpu is not None and by_hand:
        text = "page: processor time of the server, times floor_rows'"
        yield _Promise(text, cpu / by_hand, _PAGE_CPU, is_most=True)


def _show(console: Console, promises: list[_Promise]) -> None:
    table = Table(title="What is promised")
    for title in ("promise", "measured", "target", ""):
        table.add_column(title, justify="left" if title in {"promise", ""} else "right")
    for promise in promises:
        sign = "≤" if promise.is_most else "≥"
        table.add_row(
            promise.text,
            number(promise.value),
            f"{sign} {promise.target:g}",
            mark(promise.target, miss=promise.miss),
        )
    console.print(table)
