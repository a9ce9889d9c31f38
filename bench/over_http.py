"""Measures requests to the real server, started as an operator starts it."""

import itertools
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx

from bench.accounts import cpu_ms, has_cpu_clock, rss_mib, tree_cpu_ms
from bench.contenders import DEEP, FILTER, PAGE, POINT
from bench.outcome import Result
from bench.place import Place
from bench.product import access_key, product
from domain.ids import decode_id

_RUNS: Final = 15
_WRITES: Final = 5
_BATCH: Final = 500
CREATE_MS: Final = 300.0

_CREATE: Final = """
mutation ($deals: [CreateDealInput!]!) { createDeals(input: $deals) {
    results { deal { id version } } userErrors { code path } } }
"""
_NEXT: Final = PAGE.replace(
    "{ deals(first: 50) {",
    "query ($after: String) { deals(first: 50, after: $after) { pageInfo { endCursor }",
)
_FROM: Final = FILTER.replace("{ deals", "query ($amount: Decimal!) { deals", 1).replace(
    "1000000", "$amount"
)


@dataclass(frozen=True, slots=True)
class Request:
    """What one kind of request costs, warm."""

    name: str
    result: Result
    target: float | None
    """Milliseconds; None where nothing is promised."""


async def measure_requests(place: Place) -> list[Request]:
    """Start the server, send each request several times, take the writes back; bulk comes last."""
    key = await access_key(place, "bench")
    with product(place) as (url, pid):
        async with httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60
        ) as client:
            return await _all(_Sender(client, pid, place.postmaster), place)


@dataclass(slots=True)
class _Sender:
    client: httpx.AsyncClient
    pid: int
    postmaster: int

    async def send(self, document: str, **variables: Any) -> tuple[Any, int]:
        """Send a document that must succeed; give its answer and the answer's size."""
        response = await self.client.post(
            "/graphql", json={"query": document, "variables": variables}
        )
        body = response.json()
        if response.status_code != httpx.codes.OK or body.get("errors"):
            raise RuntimeError(f"{response.status_code}: {response.text[:1000]}")
        return body, len(response.content)

    async def measure(
        self,
        name: str,
        run: Callable[[], Awaitable[tuple[Any, int]]],
        runs: int = _RUNS,
        target: float | None = None,
    ) -> Request:
        """Send a request several times, the first ones for warmth and the number of statements."""
        await run()
        self.client.headers["X-Explain"] = "1"
        explained, _ = await run()
        del self.client.headers["X-Explain"]
        walls, size = [], 0
        before = self._cpu()
        for _ in range(runs):
            start = time.perf_counter()
            _, size = await run()
            walls.append((time.perf_counter() - start) * 1000)
        server, database = (
            None if was is None or now is None else (now - was) / runs
            for was, now in zip(before, self._cpu(), strict=True)
        )
        result = Result(
            rps=1000 / statistics.mean(walls),
            p50_ms=statistics.median(walls),
            p99_ms=max(walls),
            cpu_ms=server,
            pg_cpu_ms=database,
            sql=explained["extensions"]["execution"]["sql"],
            bytes=size,
            rss_mib=rss_mib(self.pid),
        )
        return Request(name, result, target)

    def _cpu(self) -> tuple[float | None, float | None]:
        """Give the processor time so far, of the server and of the database."""
        if not has_cpu_clock():
            return None, None
        return cpu_ms(self.pid), tree_cpu_ms(self.postmaster)


async def _all(sender: _Sender, place: Place) -> list[Request]:
    made: list[str] = []
    found, _ = await sender.send(PAGE)
    newest = found["data"]["deals"]["nodes"]
    clients = [node for node in newest if node["company"] and node["contact"]]
    inputs = [_deal(number, clients[number % len(clients)]) for number in range(_BATCH)]

    async def create() -> tuple[Any, int]:
        body, size = await sender.send(_CREATE, deals=inputs)
        made.extend(result["deal"]["id"] for result in body["data"]["createDeals"]["results"])
        return body, size

    places: list[str] = []
    amounts = itertools.count(1_000_000)

    async def turn_over() -> tuple[Any, int]:
        body, size = await sender.send(_NEXT, after=places[-1] if places else None)
        places.append(body["data"]["deals"]["pageInfo"]["endCursor"])
        return body, size

    try:
        return [
            await sender.measure("50 newest deals with company, contact, stage, responsible",
                                 lambda: sender.send(PAGE)),
            await sender.measure("the next 50 of them, other ones each time", turn_over),
            await sender.measure("20 companies x 5 contacts x 5 deals",
                                 lambda: sender.send(DEEP)),
            await sender.measure("one deal with four relations",
                                 lambda: sender.send(POINT, id=place.sample[0])),
            await sender.measure("20 largest open deals with totalCount",
                                 lambda: sender.send(FILTER)),
            await sender.measure("the same with another amount each time",
                                 lambda: sender.send(_FROM, amount=str(next(amounts)))),
            await sender.measure(f"createDeals of {_BATCH}", create, _WRITES, CREATE_MS),
        ]  # fmt: skip
    finally:
        await _take_back(place, made)


def _deal(number: int, client: Any) -> dict[str, Any]:
    return {
        "title": f"Измерение {number}",
        "amount": {"amount": str(1000 + number)},
        "companyId": client["company"]["id"],
        "contactId": client["contact"]["id"],
        "stageId": client["stage"]["id"],
        "responsibleId": client["responsible"]["id"],
        "closeDate": "2030-01-01",
    }


async def _take_back(place: Place, ids: list[str]) -> None:
    """Delete what the measurement made, so that the next one finds the same data."""
    made = [decode_id(each)[1] for each in ids]
    connection = await asyncpg.connect(place.url)
    try:
        for table, column in (("events", "record_id"), ("deals", "id")):
            await connection.execute(
                f"DELETE FROM {table} WHERE workspace_id = $1 AND {column} = ANY($2)",  # noqa: S608 - names out of the list above
                place.workspace_id,
                made,
            )
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await connection.close()
