"""The system's accounts of processes: their processor time, their memory, their children."""

import contextlib
import os
from collections.abc import Iterator
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


def tree_cpu_ms(leader: int) -> float:
    """Give the processor time of a process and its children, those that have ended included."""
    ticks = os.sysconf("SC_CLK_TCK")
    ended = sum(map(int, _stat(leader)[13:15])) * 1000 / ticks
    running = 0.0
    for pid in children(leader):
        # Processes come and go while this looks.
        with contextlib.suppress(OSError):
            running += cpu_ms(pid)
    return cpu_ms(leader) + ended + running


def children(parent: int) -> Iterator[int]:
    """Give the processes that a process has started and that run."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if int(_stat(int(entry.name))[1]) == parent:
                    yield int(entry.name)


def rss_mib(pid: int) -> float:
    """Give the memory that a process holds, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"/proc/{pid}/status does not tell the memory")


def busy_ms() -> float:
    """Give the processor time that the whole machine has used so far, by whomever."""
    fields = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]
    user, nice, system, _idle, _waiting, hard, soft, stolen = map(int, fields)
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + hard + soft + stolen) * 1000 / ticks


def cores() -> int:
    """Give how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat after the name: 1 the parent, 13 and 14 ended children."""
    return (Path(f"/proc/{pid}/stat")).read_text(encoding="utf-8").rpartition(")")[2].split()
