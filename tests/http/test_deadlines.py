"""Deadlines: work that is done at once, that waits, that takes too long or is called off."""

import asyncio
from time import monotonic

import pytest

from server.deadlines import Clock, Deadline, by

SOON = 0.05
seen: list[str] = []


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Forget what the test before has seen."""
    seen.clear()


async def work(seconds: float, *, fails: bool = False) -> str:
    """Wait in two steps, tell of a cancellation, give a word."""
    try:
        if seconds:
            await asyncio.sleep(seconds / 2)
            await asyncio.sleep(seconds / 2)
        if fails:
            raise LookupError("nothing")
    except asyncio.CancelledError:
        seen.append("cancelled")
        raise
    finally:
        seen.append("ended")
    return "done"


async def test_work_that_does_not_wait_is_done_although_the_time_is_over() -> None:
    assert await by(monotonic() - 1, work(0)) == "done"


async def test_work_that_waits_goes_on_where_it_was() -> None:
    assert await by(monotonic() + 5, work(0.01)) == "done"
    assert seen == ["ended"]


@pytest.mark.parametrize("seconds", [0, 0.01])
async def test_what_the_work_raises_is_raised(seconds: float) -> None:
    with pytest.raises(LookupError):
        await by(monotonic() + 5, work(seconds, fails=True))
    assert seen == ["ended"]


async def test_work_that_takes_too_long_is_called_off() -> None:
    with pytest.raises(TimeoutError):
        await by(monotonic() + SOON, work(5))
    assert seen == ["cancelled", "ended"]


async def test_who_waits_for_work_may_be_called_off_by_others() -> None:
    task = asyncio.create_task(by(monotonic() + 5, work(5)))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled", "ended"]


async def test_a_block_within_its_time_notices_nothing() -> None:
    with Deadline(Clock(), 5) as deadline:
        assert await work(0.01) == "done"
    assert not deadline.expired


async def test_a_block_that_takes_too_long_ends_and_the_task_goes_on() -> None:
    deadline = Deadline(Clock(), SOON)
    with pytest.raises(TimeoutError), deadline:
        await work(5)
    assert deadline.expired
    assert seen == ["cancelled", "ended"]
    assert await work(0.01) == "done"


async def test_somebody_elses_cancellation_is_no_timeout() -> None:
    async def block() -> None:
        with Deadline(Clock(), 5):
            await work(5)

    task = asyncio.create_task(block())
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled", "ended"]


async def test_a_failure_within_the_time_is_itself() -> None:
    with pytest.raises(LookupError), Deadline(Clock(), 5):
        await work(0.01, fails=True)


def test_a_clock_follows_to_the_next_loop() -> None:
    clock = Clock()

    async def look() -> bool:
        return clock.loop is asyncio.get_running_loop()

    assert [asyncio.run(look()) for _ in range(2)] == [True, True]
