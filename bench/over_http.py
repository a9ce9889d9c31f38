"""Measures requests to the real server, started as an operator starts it."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from auth.actor import Scope
from bench.clock import cpu_ms, has_cpu_clock, median
from bench.contenders import DEEP, FILTER, PAGE, POINT
from bench.place import Place
from db.database import Database, RowSecurity
from domain.ids import decode_id, encode_id
from server.administration import create_token

_ROOT: Final = Path(__file__).parent.parent
_ADDRESS: Final = re.compile(r"http://\S+(?=/graphql )")
_RUNS: Final = 15
_WRITES: Final = 5
_BATCH: Final = 500
CREATE_MS: Final = 500.0

_CREATE: Final = """
mutation ($deals: [CreateDealInput!]!) { createDeals(input: $deals) {
    results { deal { id version } } userErrors { code path } } }
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What one kind of request costs, warm, in milliseconds."""

    name: str
    wall: float
    cpu: float | None
    """Processor time of the server, the database left out."""
    size: int
    """Bytes of the answer."""
    target: float | None


async def measure_requests(place: Place) -> list[Request]:
    """Start the server, send each request several times, take the writes back."""
    database = Database(place.url, row_security=RowSecurity.WRITES, pool_size=1)
    workspace = encode_id("workspace", place.workspace_id)
    try:
        _, key = await create_token(database, workspace, "bench", None, tuple(Scope), 1)
    finally:
        await database.dispose()
    with _server(place) as (url, pid):
        async with httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60
        ) as client:
            return await _all(_Sender(client, pid), place)


@dataclass(slots=True)
class _Sender:
    client: httpx.AsyncClient
    pid: int

    async def send(self, document: str, **variables: Any) -> tuple[Any, int]:
        """Send a document that must succeed; give its data and the size of the answer."""
        response = await self.client.post(
            "/graphql", json={"query": document, "variables": variables}
        )
        body = response.json()
        if response.status_code != httpx.codes.OK or body.get("errors"):
            raise RuntimeError(f"{response.status_code}: {response.text[:1000]}")
        return body["data"], len(response.content)

    async def measure(
        self,
        name: str,
        run: Callable[[], Awaitable[tuple[Any, int]]],
        runs: int = _RUNS,
        target: float | None = None,
    ) -> Request:
        """Send a request several times, the first ones for warmth only."""
        for _ in range(2):
            await run()
        walls, size = [], 0
        before = cpu_ms(self.pid) if has_cpu_clock() else 0.0
        for _ in range(runs):
            start = time.perf_counter()
            _, size = await run()
            walls.append((time.perf_counter() - start) * 1000)
        cpu = (cpu_ms(self.pid) - before) / runs if has_cpu_clock() else None
        return Request(name, median(walls), cpu, size, target)


async def _all(sender: _Sender, place: Place) -> list[Request]:
    made: list[str] = []
    found, _ = await sender.send(PAGE)
    clients = [node for node in found["deals"]["nodes"] if node["company"] and node["contact"]]
    inputs = [_deal(number, clients[number % len(clients)]) for number in range(_BATCH)]

    async def create() -> tuple[Any, int]:
        data, size = await sender.send(_CREATE, deals=inputs)
        made.extend(result["deal"]["id"] for result in data["createDeals"]["results"])
        return data, size

    try:
        return [
            await sender.measure("50 newest deals with company, contact, stage, responsible",
                                 lambda: sender.send(PAGE)),
            await sender.measure("20 companies x 5 contacts x 5 deals",
                                 lambda: sender.send(DEEP)),
            await sender.measure("one deal with four relations",
                                 lambda: sender.send(POINT, id=place.sample[0])),
            await sender.measure("20 largest open deals with totalCount",
                                 lambda: sender.send(FILTER)),
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


@contextlib.contextmanager
def _server(place: Place) -> Iterator[tuple[str, int]]:
    """Run `./voronka serve` on the database; give its address and its process."""
    settings = {
        "VORONKA_DATABASE_URL": place.url,
        "VORONKA_DATA_DIR": str(place.folder),
        "VORONKA_PORT": "0",
        "VORONKA_LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(_ROOT),
    }
    inherited = {key: value for key, value in os.environ.items() if "VORONKA_" not in key}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "server", "serve"],
        env=inherited | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = ""
        for line in process.stdout or ():
            said += line
            if address := _ADDRESS.search(line):
                yield address[0], process.pid
                return
        raise RuntimeError(f"The server did not start: {said}")
    finally:
        process.terminate()
        process.wait(20)
