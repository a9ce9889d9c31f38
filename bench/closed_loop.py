"""A closed loop of clients: each sends its next request when it has the answer to the last one.

How fast a server is when there is always something to do.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent: a path, a body and headers."""

    path: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Loop:
    """What a loop has measured."""

    requests: int
    seconds: float
    latencies: Sequence[float]
    """Seconds, sorted."""
    size: int
    """Bytes of the last answer's body."""

    @property
    def rps(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Give the latency that a share of requests stay under, in milliseconds."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)] * 1000

    @property
    def median_ms(self) -> float:
        """Half of the requests take less, in milliseconds."""
        return statistics.median(self.latencies) * 1000


class WrongAnswerError(Exception):
    """A server answered something else than 200 without errors."""


async def run(
    url: str, calls: Sequence[Call], connections: int, seconds: float, requests: int | None = None
) -> Loop:
    """Send calls, one after another on each connection, for some seconds or up to some requests."""
    place = urlsplit(url)
    turns: Iterator[bytes] = itertools.cycle([as_sent(place.netloc, call) for call in calls])
    if requests is not None:
        turns = itertools.islice(turns, requests)
    start = time.perf_counter()
    until = start + seconds
    found = await asyncio.gather(
        *(_client(place.hostname or "", place.port or 80, turns, until) for _ in range(connections))
    )
    took = time.perf_counter() - start
    latencies = sorted(latency for client, _ in found for latency in client)
    return Loop(len(latencies), took, latencies, max(size for _, size in found))


def as_sent(host: str, call: Call) -> bytes:
    """Give a call as it goes over the wire."""
    lines = [
        f"POST {call.path} HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(call.body)}",
        *(f"{name}: {value}" for name, value in call.headers),
    ]
    return "\r\n".join(lines).encode() + _END + call.body


async def read_answer(reader: asyncio.StreamReader) -> int:
    """Read an answer that must be a good one; give the size of its body."""
    head = await reader.readuntil(_END)
    lower = head.lower()
    at = lower.index(_LENGTH) + len(_LENGTH)
    size = int(lower[at : lower.index(b"\r", at)])
    body = await reader.readexactly(size)
    if not head.startswith(b"HTTP/1.1 200") or b'"errors":' in body[:200]:
        raise WrongAnswerError(head[:40] + body[:500])
    return size


async def _client(
    host: str, port: int, turns: Iterator[bytes], until: float
) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection(host, port)
    latencies: list[float] = []
    size = 0
    try:
        while (start := time.perf_counter()) < until and (sent := next(turns, None)) is not None:
            writer.write(sent)
            size = await read_answer(reader)
            latencies.append(time.perf_counter() - start)
    finally:
        writer.close()
    return latencies, size
