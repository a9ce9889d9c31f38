"""The tables of statements and of single requests, and the files with every plan."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cases import Case
from bench.marks import mark, number
from bench.meter import Figures
from bench.over_http import Request

Measured = tuple[Case, Figures]


def write_plans(path: Path, measured: Iterable[tuple[str, Figures]]) -> None:
    """Write statements and their plans to a file, each under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for name, figures in measured:
            file.write(
                f"== {name}\n"
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
            number(figures.wall),
            number(figures.cpu),
            number(figures.planning),
            number(figures.execution),
            "" if case.target is None else f"{case.target:g}",
            mark(case.target, miss=miss),
            number(guarded.wall),
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
        result = each.result
        miss = each.target is not None and result.p50_ms > each.target
        missed += miss
        table.add_row(
            each.name,
            f"{result.bytes:,}",
            number(result.p50_ms),
            number(result.cpu_ms),
            "" if each.target is None else f"{each.target:g}",
            mark(each.target, miss=miss),
        )
    console.print(table)
    return missed
