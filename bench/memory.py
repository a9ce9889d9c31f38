"""Whether the server's memory stays where it is: before and after thousands of mixed requests."""

from dataclasses import dataclass
from typing import Final

from bench.accounts import rss_mib
from bench.closed_loop import Call, run
from bench.contenders import calls_for
from bench.place import Place
from bench.product import access_key, product

MAX_GROWTH: Final = 0.10
_MIX: Final = ("page", "deep", "point", "filter")
_CONNECTIONS: Final = 8
_WARM_REQUESTS: Final = 1_000
_REQUESTS: Final = 10_000
_SECONDS: Final = 40.0


@dataclass(frozen=True, slots=True)
class Memory:
    """What the server held before and after so many requests."""

    before_mib: float
    after_mib: float
    requests: int

    @property
    def growth(self) -> float:
        """The share by which it grew."""
        return self.after_mib / self.before_mib - 1


async def measure_memory(place: Place) -> Memory:
    """Start the server, warm it, send the mix; fewer requests where they would take too long."""
    key = await access_key(place, "memory")
    kinds = [calls_for(workload, place, key) for workload in _MIX]
    with product(place) as (url, pid):
        mixed = _in_turns(kinds)
        await run(url, mixed, _CONNECTIONS, _SECONDS, _WARM_REQUESTS)
        before = rss_mib(pid)
        loop = await run(url, mixed, _CONNECTIONS, _SECONDS, _REQUESTS)
        return Memory(before, rss_mib(pid), loop.requests)


def _in_turns(kinds: list[list[Call]]) -> list[Call]:
    """Take one call of each kind after the other, as often as the longest kind has any."""
    longest = max(map(len, kinds))
    return [calls[turn % len(calls)] for turn in range(longest) for calls in kinds]
