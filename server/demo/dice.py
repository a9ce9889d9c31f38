"""Chance that repeats itself: numbers, times and ids that follow from a seed and a position.

A sequential generator would have to be replayed up to a record to know what it looks like; these
are asked for the hundred thousandth company at once.
"""

import math
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from hashlib import blake2b
from statistics import NormalDist
from typing import Final, TypeVar
from uuid import UUID

Thing = TypeVar("Thing")

_NORMAL: Final = NormalDist()
_FINE: Final = 1 << 20
_WORKDAY_SECONDS: Final = 34_200.0
_SATURDAY: Final = 5
# The business grows: of two equal parts of the time the later one brings more records.
_GROWTH: Final = 0.7
_RANDOM_BITS: Final = 74


class Dice:
    """The throws for one thing: each call is the next of up to 512 bits."""

    __slots__ = ("_left",)

    def __init__(self, key: bytes, number: int) -> None:
        """Start the throws of the thing with a number in the series that the key names."""
        digest = blake2b(number.to_bytes(8, "little"), key=key).digest()
        self._left = int.from_bytes(digest, "little")

    def below(self, limit: int) -> int:
        """Throw a number from 0 up to the limit, the limit left out."""
        self._left, thrown = divmod(self._left, limit)
        return thrown

    def chance(self, percent: int) -> bool:
        """Be true that often."""
        return self.below(100) < percent

    def share(self) -> float:
        """Throw a number between 0 and 1, both left out."""
        return (self.below(_FINE) + 0.5) / _FINE

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Choose one of the things, each as likely as the others."""
        return things[self.below(len(things))]

    def favour(self, things: Sequence[Thing]) -> Thing:
        """Choose one of the things, early ones more often."""
        return things[int(self.share() ** 2 * len(things))]

    def normal(self) -> float:
        """Throw a number of the standard normal distribution."""
        return _NORMAL.inv_cdf(self.share())


class Calendar:
    """The working hours of some past years; a moment is a number of working days since then."""

    def __init__(self, now: datetime, years: int, opening_hour: int) -> None:
        """Count the working days before `now` (UTC); work starts at the opening hour."""
        first = now.date() - timedelta(days=365 * years)
        opening = time(opening_hour, tzinfo=now.tzinfo)
        days = (first + timedelta(days=offset) for offset in range(365 * years))
        self._days = [datetime.combine(day, opening) for day in days if day.weekday() < _SATURDAY]
        # An evening of yesterday's hours may be later than now, where the zones lie far apart.
        while self.at(len(self._days) - 1e-9) > now:
            self._days.pop()
        self.length = float(len(self._days))

    def at(self, moment: float) -> datetime:
        """Give the time of a moment."""
        day = int(moment)
        return self._days[day] + timedelta(seconds=(moment - day) * _WORKDAY_SECONDS)


class Series:
    """Records of one type, numbered in the order of their making: the time and id of each."""

    def __init__(self, name: str, seed: int, count: int, calendar: Calendar, run: bytes) -> None:
        """Spread `count` records over the calendar; `run` tells the ids of two runs apart."""
        self.count = count
        self.key = f"{name}/{seed}".encode()
        self._calendar = calendar
        self._jitter_key = f"{name}/{seed}/when".encode()
        self._id_key = run + name.encode()

    def dice(self, number: int) -> Dice:
        """Start the throws of a record."""
        return Dice(self.key, number)

    def moment(self, number: int) -> float:
        """Give the moment at which a record was made; it grows with the number."""
        early = int.from_bytes(
            blake2b(number.to_bytes(8, "little"), key=self._jitter_key, digest_size=4).digest(),
            "little",
        )
        share = (number + early / (1 << 32)) / self.count
        return self._calendar.length * math.pow(share, _GROWTH)

    def id(self, number: int) -> UUID:
        """Give the id of a record: a UUIDv7 of the time when it was made."""
        return self.made_id(number, self._calendar.at(self.moment(number)))

    def made_id(self, number: int, at: datetime) -> UUID:
        """Give a UUIDv7 of a time, the only one of this series and run with the number."""
        digest = blake2b(number.to_bytes(8, "little"), key=self._id_key, digest_size=10).digest()
        chance = int.from_bytes(digest, "little") & ((1 << _RANDOM_BITS) - 1)
        high, low = divmod(chance, 1 << 62)
        milliseconds = int(at.timestamp() * 1000)
        return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low)
