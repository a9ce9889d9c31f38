"""The race: every workload on every server that knows it, by turns, in one run."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from auth.actor import Scope
from bench.clock import cpu_ms, has_cpu_clock
from bench.closed_loop import Call, Loop, run
from bench.contenders import WORKLOADS, Contender, all_contenders
from bench.place import Place
from db.database import Database, RowSecurity
from domain.ids import encode_id
from server.administration import create_token

CONNECTIONS: Final = 16
_SECONDS: Final = 3.0
_WARM_SECONDS: Final = 0.7
_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Result:
    """What one server did with one workload."""

    rps: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None
    """Processor time of the server for a request."""
    pg_cpu_ms: float | None
    """Processor time of PostgreSQL for a request."""
    sql: float | None
    """Statements for a request, where the server tells."""
    bytes: int
    rss_mib: float
    """Memory of the server afterwards."""


Results = dict[str, dict[str, Result]]


async def race(place: Place) -> Results:
    """Start the servers, check their answers, measure them by turns; the best round counts."""
    database = Database(place.url, row_security=RowSecurity.WRITES, pool_size=1)
    workspace = encode_id("workspace", place.workspace_id)
    try:
        _, key = await create_token(database, workspace, "race", None, tuple(Scope), 1)
    finally:
        await database.dispose()
    with all_contenders(place, key) as contenders:
        await _check(contenders)
        results: Results = {workload: {} for workload in WORKLOADS}
        for _ in range(_ROUNDS):
            for workload in WORKLOADS:
                for contender in contenders:
                    if workload in contender.calls:
                        found = await _measure(place, contender, workload)
                        known = results[workload].get(contender.name)
                        if known is None or found.rps > known.rps:
                            results[workload][contender.name] = found
        return results


async def _measure(place: Place, contender: Contender, workload: str) -> Result:
    calls = contender.calls[workload]
    await run(contender.url, calls, CONNECTIONS, _WARM_SECONDS)
    sql = await _statements(contender, calls[0])
    clocked = has_cpu_clock()
    before = cpu_ms(contender.pid) if clocked else 0.0
    database_before = database_cpu_ms(place) if clocked else 0.0
    loop: Loop = await run(contender.url, calls, CONNECTIONS, _SECONDS)
    server = (cpu_ms(contender.pid) - before) / loop.requests if clocked else None
    database = (database_cpu_ms(place) - database_before) / loop.requests if clocked else None
    return Result(
        rps=loop.rps,
        p50_ms=loop.median_ms,
        p99_ms=loop.percentile(0.99),
        cpu_ms=server,
        pg_cpu_ms=database,
        sql=sql,
        bytes=loop.size,
        rss_mib=_memory(contender.pid),
    )


async def _statements(contender: Contender, call: Call) -> float | None:
    """Ask how many statements a call costs."""
    if contender.name.startswith("floor"):
        return 1
    async with httpx.AsyncClient(base_url=contender.url, timeout=60) as client:

        async def sent() -> int:
            return int((await client.get("/statements")).text)

        if contender.name == "plain":
            before = await sent()
            await _post(client, call)
            return await sent() - before
        body = await _post(client, call, {"X-Explain": "1"})
        return float(body["extensions"]["execution"]["sql"])


async def _post(
    client: httpx.AsyncClient, call: Call, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    response = await client.post(
        call.path,
        content=call.body,
        headers={"Content-Type": "application/json", **dict(call.headers), **(headers or {})},
    )
    body: dict[str, Any] = response.json()
    if response.status_code != httpx.codes.OK or body.get("errors"):
        raise RuntimeError(f"{response.status_code} {response.url}: {response.text[:500]}")
    return body


async def _check(contenders: Sequence[Contender]) -> None:
    """Compare the answers: exactly where ids are written alike, else without ids and forms."""
    for workload in ("page", "deep", "point"):
        answers: dict[str, Any] = {}
        for contender in contenders:
            if workload in contender.calls:
                async with httpx.AsyncClient(base_url=contender.url, timeout=60) as client:
                    body = await _post(client, contender.calls[workload][0])
                answers[contender.name] = body["data"]
        ours = answers.pop("voronka")
        for name, answer in answers.items():
            same = names(answer) == names(ours) if name.startswith("floor") else answer == ours
            if not same:
                raise RuntimeError(f"{name} answers {workload} in another way")


def names(data: Any) -> Any:
    """Keep the names and titles of an answer, in their order."""
    if isinstance(data, list):
        return [names(item) for item in data]
    if isinstance(data, dict):
        kept = {key: names(value) for key, value in data.items() if isinstance(value, dict | list)}
        shown = {"title", "lastName", "name", "email"}
        return kept | {key: data[key] for key in data if key in shown}
    return data


def database_cpu_ms(place: Place) -> float:
    """Give the processor time of all processes of the database, those that have ended included."""
    ticks = os.sysconf("SC_CLK_TCK")
    ended = sum(map(int, _stat(place.postmaster)[13:15])) * 1000 / ticks
    running = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            # Processes come and go while this looks.
            with contextlib.suppress(OSError):
                if int(_stat(int(entry.name))[1]) == place.postmaster:
                    running += cpu_ms(int(entry.name))
    return ended + running


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat after the name: 1 the parent, 13 and 14 ended children."""
    return (Path(f"/proc/{pid}/stat")).read_text().rpartition(")")[2].split()


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def as_json(results: Results) -> dict[str, Any]:
    """Give the results as they are kept."""
    return {
        "workloads": {
            workload: {name: asdict(result) for name, result in found.items()}
            for workload, found in results.items()
        }
    }
