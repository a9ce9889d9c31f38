"""The race: every workload on every server that knows it, by turns, in one run."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

import httpx

from bench.accounts import has_cpu_clock, rss_mib, tree_cpu_ms
from bench.check import check, post
from bench.closed_loop import Call, WrongAnswerError, run
from bench.contenders import WORKLOADS, Contender, Tells, all_contenders, calls_for
from bench.open_loop import run_at_rate
from bench.outcome import WITH_ROLES, Result, Results
from bench.place import Place
from bench.product import access_key
from bench.two_roles import furnish, quiet

CONNECTIONS: Final = 16
LOW_RATE: Final = 20
"""Requests a second at which the wait is measured beside."""
_LOW_RATED: Final = ("page", "point")
_SECONDS: Final = 3.0
_WARM_SECONDS: Final = 0.7
_ROUNDS: Final = 2
_ONCE: Final = frozenset({"stock"})
"""Of whom nothing is promised: one round shows where they stand."""


class Peers(Protocol):
    """Servers of others that can be asked to take part: the module bench.node."""

    def node_contenders(self, place: Place, stack: contextlib.ExitStack) -> list[Contender]:
        """Start them; they end with the stack."""
        ...

    def compare(self, workload: str, ours: Any, theirs: Any) -> bool:
        """Tell whether an answer of theirs says the same as ours."""
        ...


async def race(place: Place, peers: Peers | None = None) -> Results:
    """Start the servers, check their answers, measure them by turns; the best round counts."""
    key = await access_key(place, "race")
    with contextlib.ExitStack() as stack:
        contenders = stack.enter_context(all_contenders(place, key))
        others = peers.node_contenders(place, stack) if peers else []
        await check(place, contenders, others, peers.compare if peers else _nobody)
        everyone = [*contenders, *others, await _manager(place, contenders[0], key)]
        results: Results = {workload: {} for workload in WORKLOADS}
        for turn in range(_ROUNDS):
            for workload, contender in _starts(WORKLOADS, everyone):
                if turn and contender.name in _ONCE:
                    continue
                found = await _measure(place, contender, workload)
                known = results[workload].get(contender.name)
                if known is None or found.rps > known.rps:
                    results[workload][contender.name] = found
        for workload, contender in _starts(_LOW_RATED, everyone):
            found = results[workload][contender.name]
            results[workload][contender.name] = await _at_low_rate(contender, workload, found)
        return results


async def _manager(place: Place, ours: Contender, admin: str) -> Contender:
    """Give our server as a sales manager with two roles asks it."""
    manager = await furnish(place, ours.url, admin)
    calls = {
        name: [quiet(call) for call in calls_for(name, place, manager.key, manager.sample)]
        for name in WORKLOADS
    }
    # What the statements are counted by is for administrators.
    return Contender(WITH_ROLES, ours.url, ours.pid, calls, Tells.NOTHING)


def _nobody(_workload: str, _ours: Any, _theirs: Any) -> bool:
    raise LookupError("There are no peers whose answers could be compared")


def _starts(
    workloads: Sequence[str], contenders: Sequence[Contender]
) -> Iterator[tuple[str, Contender]]:
    for workload in workloads:
        for contender in contenders:
            if workload in contender.calls:
                yield workload, contender


async def _measure(place: Place, contender: Contender, workload: str) -> Result:
    calls = contender.calls[workload]
    try:
        await run(contender.url, calls, CONNECTIONS, _WARM_SECONDS)
    except WrongAnswerError as error:
        raise RuntimeError(f"{contender.name} fails at {workload} under load: {error}") from None
    sql = await _statements(contender, calls[0])
    clocked = has_cpu_clock()
    before = tree_cpu_ms(contender.pid) if clocked else 0.0
    database_before = tree_cpu_ms(place.postmaster) if clocked else 0.0
    loop = await run(contender.url, calls, CONNECTIONS, _SECONDS)
    server = (tree_cpu_ms(contender.pid) - before) / loop.requests if clocked else None
    database = tree_cpu_ms(place.postmaster) - database_before if clocked else None
    return Result(
        rps=loop.rps,
        p50_ms=loop.median_ms,
        p99_ms=loop.percentile(0.99),
        cpu_ms=server,
        pg_cpu_ms=None if database is None else database / loop.requests,
        sql=sql,
        bytes=loop.size,
        rss_mib=rss_mib(contender.pid),
    )


async def _at_low_rate(contender: Contender, workload: str, found: Result) -> Result:
    loop = await run_at_rate(contender.url, contender.calls[workload], LOW_RATE, _SECONDS)
    return replace(found, low_rate_p50_ms=loop.median_ms, low_rate_p99_ms=loop.percentile(0.99))


async def _statements(contender: Contender, call: Call) -> float | None:
    """Ask how many statements a call costs."""
    async with httpx.AsyncClient(base_url=contender.url, timeout=60) as client:

        async def sent() -> int:
            return int((await client.get("/statements")).text)

        match contender.tells:
            case Tells.ONE:
                return 1
            case Tells.COUNTS:
                before = await sent()
                await post(client, call)
                return await sent() - before
            case Tells.EXPLAINS:
                body = await post(client, call, {"X-Explain": "1"})
                return float(body["extensions"]["execution"]["sql"])
            case Tells.NOTHING:
                return None
