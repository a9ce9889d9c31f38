"""The tables of what is measured beside the race: memory, a second worker, processor time."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from bench.accounts import cores
from bench.marks import mark, number
from bench.memory import MAX_GROWTH, Memory
from bench.processor import GROUPS, Spent
from bench.workers import LEAST_RATIO, Runs, allowed_ratio


def show_memory(console: Console, memory: Memory) -> int:
    """Print how the memory grew; give 1 where that is too much."""
    table = Table(title="Memory of the server, MiB")
    for title in ("requests", "before", "after", "growth", "target", ""):
        table.add_column(title, justify="right")
    miss = memory.growth >= MAX_GROWTH
    table.add_row(
        f"{memory.requests:,}",
        number(memory.before_mib),
        number(memory.after_mib),
        f"{memory.growth:.1%}",
        f"< {MAX_GROWTH:.0%}",
        mark(MAX_GROWTH, miss=miss),
    )
    console.print(table)
    return int(miss)


def show_workers(console: Console, runs: Runs | None) -> int:
    """Print what a second worker brought; give the number of missed targets.

    A target that the machine's cores do not allow is not missed: the table says so.
    """
    if runs is None:
        console.print("This system does not account processor time: workers were not measured.")
        return 0
    table = Table(
        title=f"A second worker, on a machine with {cores()} cores that PostgreSQL and the "
        "sender of the requests use as well"
    )
    titles = ("workload", "workers", "rps", "cores: server", "database", "sender", "others",
              "each worker's part", "ratio", "cores allow", "target", "")  # fmt: skip
    for title in titles:
        table.add_column(title, justify="left" if title in {"workload", ""} else "right")
    missed = 0
    for workload, found in runs.items():
        table.add_section()
        allowed = allowed_ratio(found[1])
        for count, run in found.items():
            ratio = run.rps / found[1].rps
            is_bound = allowed < LEAST_RATIO
            miss = count > 1 and ratio < LEAST_RATIO and not is_bound
            missed += miss
            verdict = "the cores are the bound" if is_bound else mark(LEAST_RATIO, miss=miss)
            compared = (number(ratio), f"≈ {number(allowed)}", f"≥ {LEAST_RATIO:g}", verdict)
            used = (run.server_cores, run.database_cores, run.generator_cores, run.other_cores)
            table.add_row(
                workload,
                str(count),
                number(run.rps),
                *(f"{value:.2f}" for value in used),
                " : ".join(f"{share:.0%}" for share in run.shares),
                *(compared if count > 1 else ()),
            )
    console.print(table)
    return missed


def show_processor(console: Console, spent: Mapping[str, Spent]) -> None:
    """Print where a request's processor time goes."""
    table = Table(title="Processor time of the server by who uses it (under a profiler)")
    table.add_column("group")
    for workload in spent:
        table.add_column(workload, justify="right")
    for group in GROUPS:
        table.add_row(group, *(f"{each.shares[group]:.0%}" for each in spent.values()))
    table.add_section()
    table.add_row("ms of a request, unprofiled", *(number(each.cpu_ms) for each in spent.values()))
    console.print(table)
