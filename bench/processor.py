"""Where a request's processor time goes: the server under a profiler, its functions by groups.

A function of ours or of a library belongs to its file's group. What is written in C, and what the
standard library does, counts for whoever called it. The profiler makes small functions dearer than
they are, so the shares are a direction to look in, not a measure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from bench.accounts import cpu_ms, has_cpu_clock
from bench.closed_loop import run
from bench.contenders import calls_for, uvicorn
from bench.place import Place
from bench.product import access_key

WORKLOADS: Final = ("page", "point")
OTHER: Final = "other"
LOOP: Final = "event loop"
_ROOT: Final = str(Path(__file__).parent.parent) + "/"
_CONNECTIONS: Final = 4
_WARM_REQUESTS: Final = 200
_REQUESTS: Final = 300
_SECONDS: Final = 20.0
# The first that a path has in it.
_GROUPS: Final = (
    ("logging", ("server/logging.py", "/structlog/", "/logging/")),
    ("HTTP and middleware", ("/uvicorn/", "/httptools/", "/starlette/", "server/")),
    ("executor and shapers", ("schema/execution/", "<shaper>")),
    ("rest of the schema", ("schema/",)),
    ("GraphQL library", ("/graphql/", "/strawberry/", "/cross_web/")),
    ("loaders, rights", ("loaders/", "auth/", "resolvers/", "domain/", "/aiodataloader/")),
    ("driver and session", ("db/", "/asyncpg/", "/sqlalchemy/", "bench/profiled.py")),
    (LOOP, ("/asyncio/", "/uvloop/")),
)  # fmt: skip
GROUPS: Final = (*(name for name, _ in _GROUPS), "JSON", OTHER)

_Function = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Spent:
    """What a request costs without the profiler, and how the profiler divides it."""

    cpu_ms: float | None
    shares: Mapping[str, float]


async def measure_processor(place: Place) -> dict[str, Spent]:
    """Send each workload some hundreds of times without the profiler, and as often with it."""
    key = await access_key(place, "profile")
    found: dict[str, Spent] = {}
    for workload in WORKLOADS:
        calls = calls_for(workload, place, key)
        with uvicorn(place, "bench.profiled:create_app", "--factory") as (url, pid):
            await run(url, calls, _CONNECTIONS, _SECONDS, _WARM_REQUESTS)
            before = cpu_ms(pid) if has_cpu_clock() else 0.0
            plain = await run(url, calls, _CONNECTIONS, _SECONDS, _REQUESTS)
            cost = (cpu_ms(pid) - before) / plain.requests if has_cpu_clock() else None
            async with httpx.AsyncClient(base_url=url, timeout=60) as client:
                (await client.post("/profile/start")).raise_for_status()
                await run(url, calls, _CONNECTIONS, _SECONDS, _REQUESTS)
                profiled = (await client.post("/profile/stop")).raise_for_status().json()
        found[workload] = Spent(cost, _shares(profiled))
    return found


def _shares(profiled: Any) -> dict[str, float]:
    """Add up the functions' own seconds by group; what is left over was the event loop's."""
    grouping = _Grouping(profiled["functions"])
    seconds = dict.fromkeys(GROUPS, 0.0)
    for function, own in grouping.own.items():
        for group, part in grouping.of(function).items():
            seconds[group] += own * part
    # It runs below everything: the profiler, which was turned on inside it, does not see it.
    seconds[LOOP] += max(profiled["seconds"] - sum(seconds.values()), 0.0)
    total = sum(seconds.values())
    return {group: spent / total for group, spent in seconds.items()}


class _Grouping:
    """Finds the groups of functions, by their place or by their callers."""

    def __init__(self, functions: Any) -> None:
        self.own: dict[_Function, float] = {tuple(each): own for each, own, _ in functions}
        self._callers: dict[_Function, list[tuple[_Function, float]]] = {
            tuple(each): [(tuple(caller), own) for caller, own in callers]
            for each, _, callers in functions
        }
        self._known: dict[_Function, dict[str, float]] = {}

    def of(self, function: _Function) -> dict[str, float]:
        """Give the parts of a function's time that belong to groups."""
        if function not in self._known:
            self._known[function] = {OTHER: 1.0}  # where callers go round in a circle
            group = _group(function)
            self._known[function] = {group: 1.0} if group else self._of_callers(function)
        return self._known[function]

    def _of_callers(self, function: _Function) -> dict[str, float]:
        callers = self._callers.get(function, ())
        total = sum(own for _, own in callers)
        if not total:
            return {OTHER: 1.0}
        found: dict[str, float] = {}
        for caller, own in callers:
            for group, part in self.of(caller).items():
                found[group] = found.get(group, 0.0) + part * own / total
        return found


def _group(function: _Function) -> str | None:
    path, _, name = function
    if "orjson" in name or "/orjson/" in path:
        return "JSON"
    # The names of our own packages count at the root alone: libraries have such folders, too.
    inside = path.removeprefix(_ROOT)
    for group, parts in _GROUPS:
        for part in parts:
            if part in path if part.startswith("/") else inside.startswith(part):
                return group
    return None
