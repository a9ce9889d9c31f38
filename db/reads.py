"""The connections that queries read by: those of asyncpg, without SQLAlchemy's layers.

A connection gets the settings of a query when it is made, so that a single statement needs no
transaction to set them in. PgBouncer refuses such settings, or overlooks them; then each query sets
them itself.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final

import asyncpg
import orjson

_REFUSED: Final = "unsupported startup parameter"
_CLOSING_SECONDS: Final = 5
_IDLE_SECONDS: Final = 300.0
"""What was not in use for so long may have been forgotten on the way to the database."""


class NoConnectionError(ConnectionError):
    """All connections stayed in use for as long as one waits for them."""


class Place:
    """Room for one connection."""

    __slots__ = ("connection", "used_at")

    def __init__(self) -> None:
        self.connection: Any = None
        self.used_at = 0.0


class ReadPool:
    """The connections of one process for queries; they are made when first needed.

    asyncpg's own pool wraps each connection and looks after it each time, which takes as long as
    a short statement; here the one that was in use last is simply taken again.
    """

    def __init__(self, url: str, size: int, timeout: float, settings: Mapping[str, str]) -> None:
        """Make at most `size` connections, and wait `timeout` seconds for a free one."""
        self._url = url
        self._size = size
        self._timeout = timeout
        self._settings = dict(settings)
        self._free = [Place() for _ in range(size)]
        self._waiting: deque[tuple[asyncio.Future[Place], float]] = deque()
        """Those who wait for a place, and until when; who came first gives up first."""
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        """That of the newest connection: asking for it takes as long as a row."""
        self.is_set = True
        """Whether connections come with the settings of a query."""

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        return self._size - len(self._free)

    async def take(self) -> Place:
        """Give a place with an open connection; raises NoConnectionError."""
        place = self._free.pop() if self._free else await self._turn()
        known = place.connection
        if known is not None and not known.is_closed():
            if monotonic() - place.used_at < _IDLE_SECONDS:
                return place
            known.terminate()
        place.connection = None
        try:
            place.connection = await self._connect()
        except BaseException:
            self._hand_on(place)
            raise
        return place

    async def _turn(self) -> Place:
        """Wait for the next place that somebody gives back; raises NoConnectionError.

        Whoever waits at a busy server does so for each request: a queue and a timeout of asyncio's
        would take as long as the rest of the way to the database.
        """
        loop = self._loop or asyncio.get_running_loop()
        turn: asyncio.Future[Place] = loop.create_future()
        self._waiting.append((turn, monotonic() + self._timeout))
        if self._timer is None:
            self._timer = loop.call_later(self._timeout, self._give_up)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._hand_on(turn.result())  # it came at the same moment
            raise

    def _give_up(self) -> None:
        """End the waiting of those whose time is over."""
        self._timer = None
        while self._waiting:
            turn, until = self._waiting[0]
            left = until - monotonic()
            if left > 0 and not turn.done():
                self._timer = turn.get_loop().call_later(left, self._give_up)
                return
            self._waiting.popleft()
            if not turn.done():
                turn.set_exception(NoConnectionError("no connection is free"))

    def _hand_on(self, place: Place) -> None:
        """Give a place to who has waited longest, else keep it for the next one."""
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(place)
                return
        self._free.append(place)

    def give_back(self, place: Place, failure: type[BaseException] | None = None) -> None:
        """Take a place back, of somebody who ended with a failure.

        A connection that stands in a transaction is not used again, nor is that of somebody who was
        cancelled: a statement may still run, and nobody knows what comes of it.
        """
        connection = place.connection
        if failure is not None and issubclass(failure, asyncio.CancelledError):
            connection.terminate()
        if connection is not None and not connection.is_closed() and connection.is_in_transaction():
            connection.terminate()
        place.used_at = monotonic()
        self._hand_on(place)

    async def close(self) -> None:
        """Close all connections, those that are lent when they come back, for some seconds."""
        try:
            async with asyncio.timeout(_CLOSING_SECONDS):
                for _ in range(self._size):
                    place = self._free.pop() if self._free else await self._turn()
                    if place.connection is not None:
                        await place.connection.close()
                        place.connection = None
        except (TimeoutError, NoConnectionError):
            pass
        for _ in range(self._size - len(self._free)):
            self._hand_on(Place())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _connect(self) -> asyncpg.Connection:
        self._loop = asyncio.get_running_loop()
        connection = await self._connect_set()
        try:
            if self.is_set and not await self._has_settings(connection):
                self.is_set = False
            await _read_json(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _connect_set(self) -> asyncpg.Connection:
        if self.is_set:
            try:
                return await asyncpg.connect(self._url, server_settings=self._settings)
            except asyncpg.PostgresError as error:
                if _REFUSED not in str(error):
                    raise
                self.is_set = False
        return await asyncpg.connect(self._url)

    async def _has_settings(self, connection: asyncpg.Connection) -> bool:
        """Tell whether a connection has the settings: a pooler may be told to overlook them."""
        names = list(self._settings)
        found = await connection.fetch(
            "SELECT name, setting FROM pg_settings WHERE name = ANY($1)", names
        )
        return {row["name"]: row["setting"] for row in found} == self._settings


async def _read_json(connection: Any) -> None:
    """Read JSON as SQLAlchemy's connections do."""
    for name, encode, decode in (
        ("json", str.encode, orjson.loads),
        ("jsonb", _encode_jsonb, _decode_jsonb),
    ):
        await connection.set_type_codec(
            name, schema="pg_catalog", format="binary", encoder=encode, decoder=decode
        )


def _encode_jsonb(text: str) -> bytes:
    return b"\x01" + text.encode()  # a number of the format in front


def _decode_jsonb(value: bytes) -> Any:
    return orjson.loads(memoryview(value)[1:])
