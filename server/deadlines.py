"""Deadlines of requests, most of which end long before.

`asyncio.timeout` asks several times which loop is running, and Python 3.11 asks the system each
time in which process that is: together as long as reading a row. Here the loop is remembered, and
work that is done at once has no timer.
"""

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Any, Generic, TypeVar

_Found = TypeVar("_Found")


class Clock:
    """The loop that a part of the server runs in."""

    def __init__(self) -> None:
        """Find the loop when it is first asked for."""
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Give the running loop."""
        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.get_running_loop()
        return self._loop


class Deadline:
    """For `with`: the block is given so many seconds; raises TimeoutError where it takes longer.

    As in `asyncio.timeout`, somebody else's cancellation remains one.
    """

    __slots__ = ("_before", "_loop", "_seconds", "_task", "_timer", "expired")

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Start with the block."""
        self._loop = clock.loop
        self._seconds = seconds
        self.expired = False

    def __enter__(self) -> "Deadline":
        """Set the timer."""
        task = asyncio.current_task(self._loop)
        if task is None:
            raise RuntimeError("a deadline is for a task")
        self._task = task
        self._before = task.cancelling()
        self._timer = self._loop.call_later(self._seconds, self._expire)
        return self

    def _expire(self) -> None:
        self.expired = True
        self._task.cancel()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Stop the timer."""
        self._timer.cancel()
        if not self.expired:
            return
        ours_alone = self._task.uncancel() <= self._before
        if ours_alone and kind is not None and issubclass(kind, asyncio.CancelledError):
            raise TimeoutError from error


async def by(until: float, work: Coroutine[Any, Any, _Found]) -> _Found:
    """Do some work by a moment of `monotonic`; raises TimeoutError.

    Work that does not wait is done before anybody looks at the clock.
    """
    try:
        waits_for = work.send(None)
    except StopIteration as done:
        found: _Found = done.value
        return found
    async with asyncio.timeout(until - monotonic()):
        return await _Resumed(work, waits_for)


class _Resumed(Generic[_Found]):
    """Work that was begun, and what it waits for first, to be awaited."""

    __slots__ = ("_waits_for", "_work")

    def __init__(self, work: Coroutine[Any, Any, _Found], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, _Found]:
        waits_for = self._waits_for
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 - the work's to handle, as if it waited here
                go_on = partial(self._work.throw, error)
            else:
                go_on = partial(self._work.send, sent)
            try:
                waits_for = go_on()
            except StopIteration as done:
                found: _Found = done.value
                return found
