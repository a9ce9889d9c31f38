"""A DataLoader that a whole level may ask at once, without a future for every key."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Generic, TypeVar

from aiodataloader import DataLoader
from typing_extensions import override

from loaders.pace import Pace

K = TypeVar("K")
V = TypeVar("V")


class BatchLoader(DataLoader[K, V], Generic[K, V]):
    """Loads by key, or by many keys in one go; what both ask at the same time is one batch.

    Values are kept for the operation, failures are not.
    """

    def __init__(
        self, fetch: Callable[[Sequence[K]], Coroutine[Any, Any, Sequence[V]]], pace: Pace
    ) -> None:
        """Load with `fetch`: values for keys, in their order."""
        # What the library keeps for single keys is made for those who ask for single keys.
        self._is_whole = False
        self._pace = pace
        self._fetch = fetch
        self._known: dict[K, V] = {}
        self._bringing: dict[K, asyncio.Task[None]] = {}
        self._wanted: dict[K, None] = {}
        self._collecting: asyncio.Task[None] | None = None

    @override
    def load(self, key: K) -> "asyncio.Future[V]":
        """Load the value of a key, together with others that are asked for meanwhile."""
        if not self._is_whole:
            super().__init__()
            self._is_whole = True
        return super().load(key)

    @override
    async def batch_load_fn(self, keys: Sequence[K]) -> list[V]:
        """Give the library the values for the keys that it has collected."""
        # A method, not something kept: a loader that held itself would be the collector's work.
        return await self.load_batch(keys)

    async def load_batch(self, keys: Sequence[K]) -> list[V]:
        """Give the values for keys, in their order; raises what `fetch` raises."""
        known = self._known
        while missing := [key for key in keys if key not in known]:
            if self._pace.turns == Pace.ALONE and not self._bringing:
                wanted = list(dict.fromkeys(missing))
                known.update(zip(wanted, await self._fetch(wanted), strict=True))
                break
            tasks = {self._bring(key) for key in missing}
            # Not gather: who is cancelled while waiting must not cancel what others wait for.
            await asyncio.wait(tasks)
            for task in tasks:
                task.result()
        return [known[key] for key in keys]

    def known(self, keys: Sequence[K]) -> list[V] | None:
        """Give the values for keys where all are known already, else None."""
        try:
            return [self._known[key] for key in keys]
        except KeyError:
            return None

    def _bring(self, key: K) -> "asyncio.Task[None]":
        """Give the task that brings a key, which others may wait for already."""
        task = self._bringing.get(key)
        if task is None:
            if self._collecting is None:
                self._collecting = asyncio.get_running_loop().create_task(self._run())
                self._collecting.add_done_callback(_retrieve)
            task = self._bringing[key] = self._collecting
            self._wanted[key] = None
        return task

    async def _run(self) -> None:
        for _ in range(self._pace.turns):
            await asyncio.sleep(0)
        keys, self._wanted, self._collecting = list(self._wanted), {}, None
        try:
            values = await self._fetch(keys)
            self._known.update(zip(keys, values, strict=True))
        finally:
            for key in keys:
                self._bringing.pop(key, None)

    def learn(self, values: Mapping[K, V]) -> None:
        """Take values that came along with others; what is known already stays."""
        for key, value in values.items():
            self._known.setdefault(key, value)

    @override
    def clear(self, key: K) -> "BatchLoader[K, V]":
        """Forget one value."""
        self._known.pop(key, None)
        if self._is_whole:
            super().clear(key)
        return self

    @override
    def clear_all(self) -> "BatchLoader[K, V]":
        """Forget everything."""
        self._known.clear()
        if self._is_whole:
            super().clear_all()
        return self

    @override
    def prime(self, key: K, value: V) -> "BatchLoader[K, V]":
        """Tell a value that is known already."""
        self._known.setdefault(key, value)
        if self._is_whole:
            super().prime(key, value)
        return self


def _retrieve(task: "asyncio.Task[None]") -> None:
    """Take note of a failure: where all who waited were cancelled, nobody else does."""
    if not task.cancelled():
        task.exception()
