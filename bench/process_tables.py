"""The table of what the sales process costs, printed and in Markdown."""

from typing import Final

from rich.console import Console
from rich.table import Table

from bench.marks import mark, number
from bench.process import Process, Step

HEADING: Final = "## The sales process\n\n"
_TITLES: Final = ("", "statements", "SQL ms", "PostgreSQL ms", "operation ms", "target")


def _row(step: Step) -> tuple[str, ...]:
    return (
        step.name,
        str(step.statements),
        number(step.sql_ms),
        number(step.execute_ms),
        number(step.total_ms),
        "" if step.target_ms is None else f"≤ {step.target_ms:g}",
    )


def _title(found: Process) -> str:
    return f"{found.contacts:,} contacts made for it, {found.deals:,} deals; medians of warm runs"


def show_process(console: Console, found: Process) -> int:
    """Print what the sales process costs; give the number of missed targets."""
    table = Table(title=f"The sales process: {_title(found)}")
    for index, title in enumerate((*_TITLES, "")):
        table.add_column(title, justify="right" if 0 < index < len(_TITLES) else "left")
    for step in found.steps:
        table.add_row(*_row(step), mark(step.target_ms, miss=step.miss))
    console.print(table)
    return sum(step.miss for step in found.steps)


def process_as_markdown(found: Process) -> str:
    """Give the same in Markdown."""
    lines = [f"| {' | '.join(_TITLES)} |", f"|{'---|' * len(_TITLES)}"]
    lines += [f"| {' | '.join(_row(step))} |" for step in found.steps]
    return f"{HEADING}{_title(found)}.\n\n" + "\n".join(lines) + "\n"
