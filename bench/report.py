"""What the measurements are shown as: tables for people, files with every plan for later."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console
from rich.table import Table

from bench.cases import Case
from bench.meter import Figures
from bench.over_http import Request
from bench.race import CONNECTIONS, Results, as_json

Measured = tuple[Case, Figures]


def write_plans(path: Path, measured: Iterable[Measured]) -> None:
    """Write the statements and their plans to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for case, figures in measured:
            file.write(
                f"== {case.group}: {case.name}\n"
                f"wall {figures.wall:.2f} ms, rows {figures.rows}\n\n"
                f"{figures.sql}\n\n{figures.plan}\n\n\n"
            )


def show_statements(
    console: Console, writes: Sequence[Measured], strict: Sequence[Measured]
) -> int:
    """Print the table of statements, the default mode first; give the number of missed targets."""
    table = Table(title="SQL, milliseconds: median of warm runs, and the database's own figures")
    for title in ("statement", "rows", "wall", "CPU", "plan", "execute", "target", "", "strict"):
        table.add_column(title, justify="left" if title in {"statement", ""} else "right")
    missed = 0
    group = ""
    for (case, figures), (_, guarded) in zip(writes, strict, strict=True):
        if case.group != group:
            table.add_section()
            group = case.group
        miss = case.target is not None and figures.wall > case.target
        missed += miss
        table.add_row(
            case.name,
            str(figures.rows),
            _number(figures.wall),
            _number(figures.cpu),
            _number(figures.planning),
            _number(figures.execution),
            "" if case.target is None else f"{case.target:g}",
            _mark(case.target, miss=miss),
            _number(guarded.wall),
        )
    console.print(table)
    return missed


def show_requests(console: Console, requests: Sequence[Request]) -> int:
    """Print the table of requests; give the number of missed targets."""
    table = Table(title="HTTP, milliseconds: median of warm requests, one after another")
    for title in ("request", "bytes", "wall", "server CPU", "target", ""):
        table.add_column(title, justify="left" if title in {"request", ""} else "right")
    missed = 0
    for each in requests:
        miss = each.target is not None and each.wall > each.target
        missed += miss
        table.add_row(
            each.name,
            f"{each.size:,}",
            _number(each.wall),
            _number(each.cpu),
            "" if each.target is None else f"{each.target:g}",
            _mark(each.target, miss=miss),
        )
    console.print(table)
    return missed


_COLUMNS: Final = ("rps", "p50_ms", "p99_ms", "cpu_ms", "pg_cpu_ms", "sql", "bytes", "rss_mib")
# Requests per second against those of others, at least.
_PROMISED: Final = {
    ("page", "plain"): 20, ("page", "floor"): 0.5,
    ("deep", "plain"): 80, ("deep", "floor"): 0.35,
    ("point", "plain"): 8, ("point", "floor"): 0.25,
    ("write", "plain"): 2,
}  # fmt: skip


def show_race(console: Console, results: Results) -> int:
    """Print what each server did, and the ratios; give the number of missed ones."""
    table = Table(title=f"{CONNECTIONS} clients in a closed loop, one worker")
    table.add_column("workload")
    table.add_column("server")
    for name in _COLUMNS:
        table.add_column(name, justify="right")
    for workload, found in results.items():
        table.add_section()
        for server, result in found.items():
            values = (_number(getattr(result, name)) for name in _COLUMNS)
            table.add_row(workload, server, *values)
    console.print(table)
    ratios = Table(title="Requests per second against others'")
    for title in ("workload", "against", "ratio", "at least", ""):
        ratios.add_column(
            title, justify="left" if title in {"workload", "against", ""} else "right"
        )
    missed = 0
    for (workload, other), least in _PROMISED.items():
        ratio = results[workload]["voronka"].rps / results[workload][other].rps
        missed += ratio < least
        ratios.add_row(
            workload, other, _number(ratio), f"{least:g}", _mark(least, miss=ratio < least)
        )
    console.print(ratios)
    return missed


def write_race(folder: Path, results: Results) -> None:
    """Write the results for machines (`latest.json`) and as a Markdown table (`latest.md`)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latest.json").write_bytes(orjson.dumps(as_json(results), option=orjson.OPT_INDENT_2))
    lines = [f"| workload | server | {' | '.join(_COLUMNS)} |", "|---" * (len(_COLUMNS) + 2) + "|"]
    for workload, found in results.items():
        for server, result in found.items():
            values = " | ".join(_number(getattr(result, name)) for name in _COLUMNS)
            lines.append(f"| {workload} | {server} | {values} |")
    (folder / "latest.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _mark(target: float | None, *, miss: bool) -> str:
    if target is None:
        return ""
    return "[red]missed[/red]" if miss else "[green]✓[/green]"
