"""Rules by which activities recur: a part of the RRULE of RFC 5545, with nothing below a day.

A rule is kept in one form. Its times are in UTC, as all times of activities are.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

_FREQUENCIES: Final[Mapping[str, Literal[0, 1, 2, 3]]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
    "YEARLY": YEARLY,
}
_PARTS: Final = ("FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL")
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY: Final = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_UNTIL: Final = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z)?", re.ASCII)
_PLACES: Final = {"MONTHLY": 5, "YEARLY": 53}
"""By frequency: the highest place that a day may have, as the second Monday of a month."""
MOST: Final = 366
"""The largest COUNT and INTERVAL."""
OLDEST: Final = timedelta(days=366)
"""A rule begins to count no longer ago than this."""


class InvalidRuleError(ValueError):
    """A rule that makes no sense here; says why by a key of `domain/messages.py`."""

    def __init__(self, message: str, **values: object) -> None:
        """Keep the reason."""
        super().__init__(message)
        self.message = message
        self.values = values


@dataclass(frozen=True, slots=True)
class Rule:
    """How an activity recurs."""

    frequency: str
    interval: int = 1
    days: tuple[tuple[int, str], ...] = ()
    """Places (0: each) and days of the week."""
    count: int | None = None
    until: datetime | None = None

    @property
    def text(self) -> str:
        """Write the rule in the form in which it is kept."""
        days = ",".join(f"{place or ''}{day}" for place, day in self.days)
        until = None if self.until is None else self.until.strftime("%Y%m%dT%H%M%SZ")
        interval = None if self.interval == 1 else self.interval
        values = (self.frequency, interval, days or None, self.count, until)
        parts = zip(_PARTS, values, strict=True)
        return ";".join(f"{name}={value}" for name, value in parts if value is not None)

    def times(self, start: datetime) -> rrule:
        """Give the times of the rule, the first at or after `start`."""
        days = [weekday(_DAYS.index(day), place or None) for place, day in self.days]
        return rrule(
            _FREQUENCIES[self.frequency],
            dtstart=whole_second(start),
            interval=self.interval,
            count=self.count,
            until=self.until,
            byweekday=days or None,
        )


def whole_second(moment: datetime) -> datetime:
    """Give a moment as rules know it, in UTC and without parts of a second."""
    return moment.astimezone(UTC).replace(microsecond=0)


def read_rule(text: str) -> Rule:
    """Read a rule; raises InvalidRuleError."""
    given: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name not in _PARTS:
            raise InvalidRuleError("recurrence_part", part=part[:30])
        if name in given:
            raise InvalidRuleError("recurrence_twice", part=name)
        given[name] = value
    if given.get("FREQ") not in _FREQUENCIES:
        raise InvalidRuleError("recurrence_frequency")
    if "COUNT" in given and "UNTIL" in given:
        raise InvalidRuleError("recurrence_two_ends")
    return Rule(
        given["FREQ"],
        _number(given, "INTERVAL") or 1,
        _days(given),
        _number(given, "COUNT"),
        _until(given.get("UNTIL")),
    )


def check_rule(rule: Rule, start: datetime, now: datetime) -> None:
    """Check that a rule fits what recurs by it from `start` on; raises InvalidRuleError."""
    first = whole_second(start)
    if rule.until is not None and rule.until < first:
        raise InvalidRuleError("recurrence_ends_early")
    if first < now - OLDEST:
        raise InvalidRuleError("recurrence_long_ago", days=OLDEST.days)
    # By hand: a rule that never falls on a day would be followed to the year 9999.
    if rule.days and not any(_falls(first, rule.frequency, *day) for day in rule.days):
        raise InvalidRuleError("recurrence_another_time")


def _falls(moment: datetime, frequency: str, place: int, day: str) -> bool:
    """Tell whether a moment is on a day of the week, at its place in the month or the year."""
    if moment.weekday() != _DAYS.index(day):
        return False
    if frequency == "MONTHLY":
        number, length = moment.day, monthrange(moment.year, moment.month)[1]
    else:
        number, length = moment.timetuple().tm_yday, 366 if isleap(moment.year) else 365
    return place in {0, (number - 1) // 7 + 1, -((length - number) // 7 + 1)}


def next_time(text: str, start: datetime, after: datetime) -> datetime | None:
    """Give the rule's next time after a moment; None where it has come to its end."""
    found: datetime | None = read_rule(text).times(start).after(after)
    return found


def _number(given: Mapping[str, str], name: str) -> int | None:
    if name not in given:
        return None
    if _NUMBER.fullmatch(given[name]) is None or int(given[name]) > MOST:
        raise InvalidRuleError("recurrence_number", part=name, limit=MOST)
    return int(given[name])


def _days(given: Mapping[str, str]) -> tuple[tuple[int, str], ...]:
    if "BYDAY" not in given:
        return ()
    highest = _PLACES.get(given["FREQ"], 0)
    found: dict[tuple[int, str], None] = {}
    for part in given["BYDAY"].split(","):
        matched = _DAY.fullmatch(part)
        place = 0 if matched is None else int(matched[1] or 0)
        if matched is None or abs(place) > highest:
            raise InvalidRuleError("recurrence_day", part=part[:10])
        found[place, matched[2]] = None
    return tuple(found)


def _until(text: str | None) -> datetime | None:
    """Read the last moment of a rule; a day counts whole."""
    if text is None:
        return None
    try:
        if _UNTIL.fullmatch(text) is None:
            raise InvalidRuleError("recurrence_until")
        if "T" in text:
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        day = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
        return day + timedelta(days=1, seconds=-1)
    except (ValueError, OverflowError) as error:
        raise InvalidRuleError("recurrence_until") from error
