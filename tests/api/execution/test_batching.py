"""Loaders whose waiters come and go."""

import asyncio
from collections.abc import Sequence

import pytest

from loaders.batching import BatchLoader
from loaders.pace import Pace


class Source:
    """Numbers and their squares, and a note of what was asked at once."""

    def __init__(self) -> None:
        """Answer nothing before `open` is set."""
        self.asked: list[list[int]] = []
        self.started = asyncio.Event()
        self.open = asyncio.Event()
        self.failure: Exception | None = None

    async def fetch(self, keys: Sequence[int]) -> list[int]:
        """Give squares."""
        self.asked.append(sorted(keys))
        self.started.set()
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        return [key * key for key in keys]


@pytest.fixture
async def source() -> Source:
    """Give a source that answers at once."""
    made = Source()
    made.open.set()
    return made


async def test_what_is_asked_at_the_same_time_is_one_batch(source: Source) -> None:
    loader = BatchLoader(source.fetch, Pace())

    found = await asyncio.gather(
        loader.load_batch([1, 2]), loader.load(3), loader.load_many([2, 4]), loader.load_batch([4])
    )

    assert list(found) == [[1, 4], 9, [4, 16], [16]]
    assert source.asked == [[1, 2, 3, 4]]
    assert await loader.load_batch([4, 1]) == [16, 1]
    assert len(source.asked) == 1


async def test_who_is_cancelled_takes_nothing_from_the_others(source: Source) -> None:
    source.open.clear()
    loader = BatchLoader(source.fetch, Pace())
    patient, hasty = (asyncio.ensure_future(loader.load_batch([5, 6])) for _ in range(2))
    await source.started.wait()
    hasty.cancel()
    source.open.set()

    assert await patient == [25, 36]
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(source: Source) -> None:
    loader = BatchLoader(source.fetch, Pace())
    source.failure = LookupError("away")

    found = await asyncio.gather(
        loader.load_batch([1]), loader.load_batch([1, 2]), return_exceptions=True
    )
    source.failure = None

    assert [type(value) for value in found] == [LookupError, LookupError]
    assert await loader.load_batch([1, 2]) == [1, 4]


async def test_what_is_told_is_not_asked_and_what_is_cleared_is_asked_again(
    source: Source,
) -> None:
    loader = BatchLoader(source.fetch, Pace())
    loader.prime(7, 0)
    assert [await loader.load(7), *await loader.load_batch([7, 8])] == [0, 0, 64]

    loader.clear(7)
    assert await loader.load_batch([7]) == [49]
    loader.clear_all()
    assert await loader.load(8) == 64
    assert source.asked == [[8], [7], [8]]
