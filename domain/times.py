"""Days and times as the API reads them: YYYY-MM-DD, and RFC 3339 with its offset."""

import re
from datetime import UTC, date, datetime
from typing import Final

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.IGNORECASE | re.ASCII,
)


def read_day(text: str) -> date:
    """Read a day; raises ValueError for any other form, those of ISO 8601 included."""
    if _DAY.fullmatch(text) is None:
        raise ValueError(text)
    return date.fromisoformat(text)


def read_time(text: str) -> datetime:
    """Read a time, up to microseconds, and give it in UTC; raises ValueError for any other form."""
    if _TIME.fullmatch(text) is None:
        raise ValueError(text)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:  # before the year 1 or after 9999
        raise ValueError(text) from error
