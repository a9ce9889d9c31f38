"""The connections that queries read by: asyncpg's own pool, without SQLAlchemy's layers.

A connection gets the settings of a query when it is made, so that a single statement needs no
transaction to set them in. PgBouncer refuses such settings; then each query sets them itself.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import orjson

_REFUSED: Final = "unsupported startup parameter"
_CLOSING_SECONDS: Final = 5


class NoConnectionError(ConnectionError):
    """All connections stayed in use for as long as one waits for them."""


class ReadPool:
    """The connections of one process for queries; they are made when first needed."""

    def __init__(self, url: str, size: int, timeout: float, settings: Mapping[str, str]) -> None:
        """Make at most `size` connections, and wait `timeout` seconds for a free one."""
        self._url = url
        self._size = size
        self._timeout = timeout
        self._settings = dict(settings)
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()
        self.is_set = True
        """Whether connections come with the settings of a query."""

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        pool = self._pool
        return 0 if pool is None else pool.get_size() - pool.get_idle_size()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection that stands in no transaction; raises NoConnectionError."""
        pool = self._pool or await self._opened()
        try:
            connection: Any = await pool.acquire(timeout=self._timeout)
        except TimeoutError as error:
            raise NoConnectionError("no connection is free") from error
        try:
            yield connection
        finally:
            if not connection.is_closed() and connection.is_in_transaction():
                connection.terminate()
            await pool.release(connection)

    async def close(self) -> None:
        """Close all connections."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(_CLOSING_SECONDS):
                await pool.close()  # which waits for those that are lent
        except TimeoutError:
            pool.terminate()

    async def _opened(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=0,
                    max_size=self._size,
                    connect=self._connect,
                    init=_read_json,
                    reset=_keep,
                )
            return self._pool

    async def _connect(self, *args: Any, **kwargs: Any) -> asyncpg.Connection:
        if self.is_set:
            try:
                return await asyncpg.connect(*args, **kwargs, server_settings=self._settings)
            except asyncpg.PostgresError as error:
                if _REFUSED not in str(error):
                    raise
                self.is_set = False
        return await asyncpg.connect(*args, **kwargs)


async def _keep(_connection: Any) -> None:
    """Leave a connection as it is: a query changes nothing outside of its transaction."""


async def _read_json(connection: Any) -> None:
    """Read JSON as SQLAlchemy's connections do."""
    for name, start in (("json", 0), ("jsonb", 1)):  # jsonb: a number of the format in front

        def decode(value: bytes, start: int = start) -> Any:
            return orjson.loads(value[start:])

        def encode(text: str, start: int = start) -> bytes:
            return b"\x01"[:start] + text.encode()

        await connection.set_type_codec(
            name, schema="pg_catalog", format="binary", encoder=encode, decoder=decode
        )
