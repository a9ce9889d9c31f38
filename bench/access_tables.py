"""The table of what roles cost, printed and in Markdown."""

from typing import Final

from rich.console import Console
from rich.table import Table

from bench.access import MAX_RIGHTS_MS, MIN_RATIO, WORKLOADS, Access
from bench.marks import mark, number

HEADING: Final = "\n## Roles\n\n"
"""Where the section of roles begins."""
_TITLES: Final = (
    "workload", "administrator rps", "manager rps", "ratio", "target", "administrator CPU ms",
    "manager CPU ms", "",
)  # fmt: skip
_PROMISED: Final = frozenset({"page"})


def _rows(found: Access) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for workload in WORKLOADS:
        admin, manager = found.administrator[workload], found.manager[workload]
        ratio = found.ratio(workload)
        is_promised = workload in _PROMISED
        rows.append(
            (
                workload,
                number(admin.rps),
                number(manager.rps),
                number(ratio),
                f"≥ {MIN_RATIO:g}" if is_promised else "",
                "" if admin.cpu_ms is None else number(admin.cpu_ms),
                "" if manager.cpu_ms is None else number(manager.cpu_ms),
                mark(MIN_RATIO, miss=ratio < MIN_RATIO) if is_promised else "",
            )
        )
    return rows


def show_access(console: Console, found: Access) -> int:
    """Print what roles cost; give the number of missed targets."""
    table = Table(title="A sales manager with two roles and three hidden fields, 16 clients")
    for title in _TITLES:
        table.add_column(title, justify="left" if title in {"workload", ""} else "right")
    for row in _rows(found):
        table.add_row(*row)
    console.print(table)
    slow = found.rights_ms > MAX_RIGHTS_MS
    console.print(
        f"Working out the rights of a request: {found.rights_ms:.4f} ms "
        f"(≤ {MAX_RIGHTS_MS:g}) {mark(MAX_RIGHTS_MS, miss=slow)}"
    )
    return int(found.ratio("page") < MIN_RATIO) + int(slow)


def access_as_markdown(found: Access) -> str:
    """Give the same in Markdown."""
    titles = _TITLES[:-1]
    lines = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    lines += [f"| {' | '.join(row[:-1])} |" for row in _rows(found)]
    lines.append("")
    lines.append(f"Working out the rights of a request takes {found.rights_ms:.4f} ms.")
    return HEADING + "\n".join(lines) + "\n"
