"""Clocks: the processor time of other processes, and medians."""

import os
import statistics
from collections.abc import Sequence
from pathlib import Path


def cpu_ms(pid: int) -> float:
    """Give the processor time that a process and its threads have used so far, in milliseconds.

    From the scheduler's own accounts, in nanoseconds; `times` counts in hundredths of a second.
    """
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e6


def has_cpu_clock() -> bool:
    """Tell whether this system keeps such accounts."""
    return Path(f"/proc/{os.getpid()}/schedstat").exists()


def median(values: Sequence[float]) -> float:
    """Give the middle value."""
    return statistics.median(values)
