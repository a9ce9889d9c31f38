"""What an activity has to be: its times in order, reminders and recurrence that fit them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from domain.activities import (
    HAVE_DIRECTION,
    LONGEST_DAYS,
    LONGEST_REMINDER,
    MOST_REMINDERS,
    ActivityPriority,
    due_of,
)
from domain.errors import Code
from domain.fields import camel
from resolvers.drafts import Draft
from resolvers.operation import Operation
from resolvers.recurrence import InvalidRuleError, check_rule, read_rule, whole_second

Raw = Mapping[str, Any]
_TIMES: Final = ("start_at", "end_at", "deadline")


def settle(op: Operation, draft: Draft, raw: Raw) -> None:
    """Fill what follows from an input, and note what is wrong with the whole."""
    if draft.errors:
        return
    if draft.before is None:
        _fill_new(op, draft, raw)
    _settle_direction(draft)
    _check_times(draft)
    if "reminders" in raw:
        _read_reminders(draft, raw["reminders"] or ())
    if draft.current("reminders") and _anchor(draft) is None:
        place = "reminders" if "reminders" in raw else _blamed(draft, "start_at", "deadline")
        draft.values.wrong(Code.INVALID, "reminder_without_time", place)
    _settle_recurrence(op, draft)
    if not draft.errors:
        draft.columns.update(_spans(draft))


def _fill_new(op: Operation, draft: Draft, raw: Raw) -> None:
    columns = draft.columns
    columns.setdefault("priority", ActivityPriority.NORMAL.value)
    columns.setdefault("responsible_id", op.actor.person_id)
    columns.setdefault("reminders", [])
    if raw.get("isCompleted"):
        columns |= {
            "is_completed": True,
            "completed_at": op.now,
            "completed_by_id": op.actor.user_id,
        }


def _settle_direction(draft: Draft) -> None:
    """Let a direction go that the kind has not, unless it is asked for."""
    if draft.current("direction") is None or draft.current("kind") in HAVE_DIRECTION:
        return
    if draft.given.get("direction") is not None:
        draft.values.wrong(Code.INVALID, "direction_of_another_kind", "direction")
    else:
        draft.columns["direction"] = None


def _blamed(draft: Draft, *names: str) -> str:
    """Name the field of the input that an error is about: the first that is given."""
    return camel(next((name for name in names if name in draft.given), names[0]))


def _check_times(draft: Draft) -> None:
    start, end, deadline = (draft.current(name) for name in _TIMES)
    if end is not None and start is None:
        place = _blamed(draft, "end_at", "start_at")
        draft.values.wrong(Code.INVALID, "end_without_start", place)
    elif end is not None and end < start:
        place = _blamed(draft, "end_at", "start_at")
        draft.values.wrong(Code.INVALID, "ends_before_it_starts", place)
    elif end is not None and end - start > timedelta(days=LONGEST_DAYS):
        place = _blamed(draft, "end_at", "start_at")
        draft.values.wrong(Code.LIMIT, "lasts_too_long", place, limit=LONGEST_DAYS)
    if deadline is not None and start is not None and deadline < start:
        place = _blamed(draft, "deadline", "start_at")
        draft.values.wrong(Code.INVALID, "deadline_before_start", place)


def _read_reminders(draft: Draft, given: Sequence[int]) -> None:
    if len(given) > MOST_REMINDERS:
        draft.values.wrong(Code.LIMIT, "too_many_reminders", "reminders", limit=MOST_REMINDERS)
        return
    for index, minutes in enumerate(given):
        if not 0 <= minutes <= LONGEST_REMINDER:
            draft.values.wrong(Code.INVALID, "out_of_range", "reminders", str(index), minimum=0,
                               maximum=LONGEST_REMINDER)  # fmt: skip
    draft.columns["reminders"] = sorted(set(given))


def _anchor(draft: Draft) -> datetime | None:
    """Give the moment that reminders and recurrence go by."""
    start: datetime | None = draft.current("start_at")
    deadline: datetime | None = draft.current("deadline")
    return start or deadline


def _settle_recurrence(op: Operation, draft: Draft) -> None:
    text, is_given = draft.current("recurrence"), "recurrence" in draft.given
    if text is None:
        if is_given or draft.before is None:
            draft.columns |= {"recurs_from": None, "recurs_at": None}
        return
    anchor = _anchor(draft)
    if anchor is None:
        place = _blamed(draft, "recurrence", "start_at", "deadline")
        draft.values.wrong(Code.INVALID, "recurrence_without_time", place)
        return
    if not is_given:
        return
    if draft.current("is_completed"):
        draft.values.wrong(Code.INVALID, "recurrence_of_completed", "recurrence")
        return
    try:
        rule = read_rule(text)
        check_rule(rule, anchor, op.now)
    except InvalidRuleError as error:
        draft.values.wrong(Code.INVALID, error.message, "recurrence", **error.values)
        return
    moment = whole_second(anchor)
    draft.columns["recurrence"] = rule.text
    # The same rule again counts on from where it is; another one begins with this activity.
    before = draft.before
    if before is None or before.recurrence != rule.text or before.recurs_at is None:
        draft.columns |= {"recurs_from": moment, "recurs_at": moment}


def _spans(draft: Draft) -> dict[str, Any]:
    """Give the moments that lists, counters and calendars go by."""
    values = {name: draft.current(name) for name in ("kind", *_TIMES)}
    start, end, deadline = (values[name] for name in _TIMES)
    return {
        "due_at": due_of(values),
        "begins_at": start if start is not None else deadline,
        "ends_at": end if end is not None else (start if start is not None else deadline),
    }
