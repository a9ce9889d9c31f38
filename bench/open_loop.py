"""An open loop: requests go out at a fixed rate, whether the last one was answered or not.

How long somebody waits for a server that has time; a closed loop tells how long they queue.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from bench.closed_loop import Call, Loop, as_sent, read_answer

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_PATIENCE: Final = 60.0


async def run_at_rate(url: str, calls: Sequence[Call], rate: float, seconds: float) -> Loop:
    """Send calls in turn, so many a second, for some seconds; wait for the last answer."""
    place = urlsplit(url)
    requests = [as_sent(place.netloc, call) for call in calls]
    idle: list[_Connection] = []
    latencies: list[float] = []
    sizes: list[int] = []

    async def send(request: bytes) -> None:
        # From here, not from the planned moment: a timer that is late is this program's fault.
        start = time.perf_counter()
        reader, writer = (
            idle.pop() if idle else await asyncio.open_connection(place.hostname, place.port)
        )
        writer.write(request)
        sizes.append(await read_answer(reader))
        latencies.append(time.perf_counter() - start)
        idle.append((reader, writer))

    begin = time.perf_counter()
    async with asyncio.timeout(seconds + _PATIENCE), asyncio.TaskGroup() as group:
        for number in range(round(rate * seconds)):
            await asyncio.sleep(begin + number / rate - time.perf_counter())
            group.create_task(send(requests[number % len(requests)]))
    took = time.perf_counter() - begin
    for _, writer in idle:
        writer.close()
    return Loop(len(latencies), took, sorted(latencies), sizes[-1])
