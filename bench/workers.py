"""What a second worker brings, and how far the machine lets it: cores in use are counted beside."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.accounts import busy_ms, children, cores, cpu_ms, has_cpu_clock, tree_cpu_ms
from bench.closed_loop import Call, run
from bench.contenders import calls_for
from bench.place import Place
from bench.product import access_key, product

LEAST_RATIO: Final = 1.7
WORKLOADS: Final = ("page", "point")
_COUNTS: Final = (1, 2)
_CONNECTIONS: Final = 16
_SECONDS: Final = 4.0
_WARM_SECONDS: Final = 1.0
_WARM_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Run:
    """What so many workers did with a workload, and how many cores that took."""

    rps: float
    server_cores: float
    database_cores: float
    generator_cores: float
    """Of this program, which sends the requests."""
    machine_cores: float
    """Of everything that runs on the machine, these three included."""
    shares: list[float]
    """Each worker's part of the workers' processor time, the largest first."""

    @property
    def other_cores(self) -> float:
        """Cores that something else used meanwhile."""
        ours = self.server_cores + self.database_cores + self.generator_cores
        return max(self.machine_cores - ours, 0.0)


Runs = dict[str, dict[int, Run]]
"""By workload, then by number of workers."""


async def measure_workers(place: Place) -> Runs | None:
    """Run the server with one worker and with two; None where processor time is not accounted."""
    if not has_cpu_clock():
        return None
    key = await access_key(place, "workers")
    found: Runs = {workload: {} for workload in WORKLOADS}
    for count in _COUNTS:
        with product(place, count) as (url, leader):
            for workload in WORKLOADS:
                calls = calls_for(workload, place, key)
                # The supervisor takes connections before all of its workers are there.
                for _ in range(_WARM_ROUNDS):
                    await run(url, calls, _CONNECTIONS, _WARM_SECONDS)
                found[workload][count] = await _run(place, url, leader, calls)
    return found


def allowed_ratio(one: Run) -> float:
    """Give what more workers could bring at most: until all cores are in use that are free."""
    return (cores() - one.other_cores) / (one.machine_cores - one.other_cores)


async def _run(place: Place, url: str, leader: int, calls: list[Call]) -> Run:
    workers = _workers(leader)
    clocks: list[Callable[[], float]] = [
        lambda: tree_cpu_ms(place.postmaster),
        lambda: time.process_time() * 1000,
        busy_ms,
        *(lambda pid=pid: cpu_ms(pid) for pid in workers),
    ]
    before = [clock() for clock in clocks]
    loop = await run(url, calls, _CONNECTIONS, _SECONDS)
    used = [
        (clock() - was) / 1000 / loop.seconds for clock, was in zip(clocks, before, strict=True)
    ]
    database, generator, machine, *each = used
    shares = sorted((worker / sum(each) for worker in each), reverse=True)
    return Run(loop.rps, sum(each), database, generator, machine, shares)


def _workers(leader: int) -> list[int]:
    """Give the processes that answer: the leader alone, or what it has spawned for that."""
    spawned = [
        pid
        for pid in children(leader)
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return spawned or [leader]
