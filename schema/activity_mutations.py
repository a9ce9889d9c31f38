"""The mutations of activities, and those of the calendar feed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import strawberry

from domain.activities import (
    ACTIVITY,
    LONGEST_REMINDER,
    MOST_RECORDS,
    MOST_REMINDERS,
)
from domain.errors import Code, RefusedError, refuse
from loaders.rows import Row
from resolvers import activities, calendars
from resolvers.operation import Operation
from resolvers.records import MAX_BATCH
from schema.classes import OBJECTS
from schema.inputs import input_type
from schema.record_mutations import ATOMIC, attempt, tell_refused
from schema.signatures import argument, declare_resolver, list_of
from schema.user_errors import shown_errors
from schema.write_types import (
    create_fields,
    id_input,
    payload_type,
    result_type,
    update_fields,
)

_TYPE: Final = OBJECTS[ACTIVITY.name]
_SHOWN: Final = (_TYPE | None, "The activity; null if refused.")
_ABOUT: Final = f"Ids of the records that it is about, 1 to {MOST_RECORDS}."
_REMINDERS: Final = (
    list[int] | None,
    f"How many minutes before the start, or else the deadline, people are reminded: at most "
    f"{MOST_REMINDERS} numbers from 0 to {LONGEST_REMINDER}.",
)
_IDS: Final = list[strawberry.ID]
_VERSION: Final = {"if_version": (int | None, "Only if the activity still has this version.")}
_CREATE: Final = input_type(
    "CreateActivityInput",
    "A new activity.",
    {
        "record_ids": (_IDS, _ABOUT),
        **create_fields(ACTIVITY),
        "reminders": _REMINDERS,
        "is_completed": (bool | None, "Whether it is done already, as a call that came in."),
    },
)
_UPDATE: Final = input_type(
    "UpdateActivityInput",
    "Changes of an activity; omitted fields stay, null clears.",
    {
        **update_fields(ACTIVITY),
        "record_ids": (_IDS | None, f"{_ABOUT} Those that you may not read stay what they are."),
        "add_record_ids": (_IDS | None, "Ids of further records that it is about."),
        "remove_record_ids": (_IDS | None, "Ids of records that it is no longer about."),
        "reminders": _REMINDERS,
    },
)
_COMPLETE: Final = id_input(
    "CompleteActivityInput",
    "Which activity is done.",
    {"outcome": (str | None, "What came of it; what is known so far if left out."), **_VERSION},
)
_DELETE: Final = id_input("DeleteActivityInput", "Which activity goes.", dict(_VERSION))
_RESULT: Final = result_type(ACTIVITY)
_CREATED_MANY: Final = payload_type(
    "CreateActivitiesPayload",
    "What came of a bulk call on activities.",
    {"results": (list_of(_RESULT), "One result for each element, in the order of the input.")},
)
_COMPLETED: Final = payload_type(
    "CompleteActivityPayload",
    "What came of completing an activity.",
    {"activity": _SHOWN, "next": (_TYPE | None, "The next one of an activity that recurs.")},
)
_FEED: Final = payload_type(
    "CreateCalendarFeedPayload",
    "What came of making a calendar feed.",
    {"url": (str | None, "Its address, shown this once: whoever has it reads the calendar.")},
)
_NO_FEED: Final = payload_type(
    "RevokeCalendarFeedPayload", "What came of ending one's calendar feed.", {}
)
Work = Callable[[Operation, Any], Awaitable[Row]]


async def _shown(op: Operation, rows: Sequence[Row | None]) -> list[Any]:
    """Give activities as the caller may see them now that they are written."""
    found = op.loaders.one(ACTIVITY.name)
    there = [row.id for row in rows if row is not None]
    shown = iter(await found.load_batch(there))
    return [None if row is None else next(shown) for row in rows]


async def _created(op: Operation, raw: Any) -> Row:
    (outcome,) = await activities.create(op, [raw], single=True)
    if outcome.row is None:
        raise RefusedError(outcome.errors)
    return outcome.row


async def _reopened(op: Operation, text: Any) -> Row:
    try:
        return await activities.reopen(op, text)
    except RefusedError as refusal:
        # The id is an argument of its own here, not a field of an input.
        errors = [replace(error, path=error.path[1:]) for error in refusal.errors]
        raise RefusedError(errors) from refusal


def _mutation(
    verb: str, doing: str, text: str, given: tuple[str, Any], work: Work, *, stays: bool = True
) -> Any:
    payload = payload_type(
        f"{verb}ActivityPayload", f"What came of {doing} an activity.", {"activity": _SHOWN}
    )
    name, annotation = given

    async def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        async def run(op: Operation) -> Any:
            row = await work(op, arguments[name])
            return (await _shown(op, [row]))[0] if stays else row

        return await attempt(
            info, run, lambda row, errors: payload(activity=row, user_errors=errors), name
        )

    told = "Its id." if name == "id" else "What is asked."
    return strawberry.field(
        resolver=declare_resolver(resolve, {name: argument(annotation, told)}, payload),
        description=text,
    )


CREATE_ACTIVITY: Final = _mutation(
    "Create", "making", "Plans an activity about records that the caller may change.",
    ("input", _CREATE), _created,
)  # fmt: skip
UPDATE_ACTIVITY: Final = _mutation(
    "Update", "changing", "Changes an activity: whoever may change one of its records, or answers "
    "for it.", ("input", _UPDATE), activities.update,
)  # fmt: skip
REOPEN_ACTIVITY: Final = _mutation(
    "Reopen", "opening again", "Opens a completed activity again; what recurs gets no further one "
    "by that.", ("id", strawberry.ID), _reopened,
)  # fmt: skip
DELETE_ACTIVITY: Final = _mutation(
    "Delete", "deleting", "Deletes an activity for good.", ("input", _DELETE), activities.delete,
    stays=False,
)  # fmt: skip


async def _create_many(root: Any, info: Any, input: Sequence[Any], atomic: bool) -> Any:
    async def run(op: Operation) -> Any:
        if len(input) > MAX_BATCH:
            raise refuse(Code.LIMIT, "too_many_items", limit=MAX_BATCH)
        outcomes = await activities.create(op, input, single=False, atomic=atomic)
        tell_refused(op, info.field_name, [e for found in outcomes for e in found.errors])
        rows = await _shown(op, [outcome.row for outcome in outcomes])
        language = info.context.language
        return [
            _RESULT(index=index, activity=row, user_errors=shown_errors(found.errors, language))
            for index, (row, found) in enumerate(zip(rows, outcomes, strict=True))
        ]

    return await attempt(
        info, run, lambda found, errors: _CREATED_MANY(results=found or [], user_errors=errors)
    )


CREATE_ACTIVITIES: Final = strawberry.field(
    resolver=declare_resolver(
        _create_many,
        {
            "input": argument(list_of(_CREATE), f"The new activities, at most {MAX_BATCH}."),
            "atomic": ATOMIC,
        },
        _CREATED_MANY,
        {"atomic": True},
    ),
    description="Plans many activities at once.",
)


async def _complete(root: Any, info: Any, input: Mapping[str, Any]) -> Any:
    async def run(op: Operation) -> Any:
        return await _shown(op, await activities.complete(op, input))

    def make(found: Any, errors: list[Any]) -> Any:
        done, following = found or (None, None)
        return _COMPLETED(activity=done, next=following, user_errors=errors)

    return await attempt(info, run, make)


COMPLETE_ACTIVITY: Final = strawberry.field(
    resolver=declare_resolver(
        _complete, {"input": argument(_COMPLETE, "What is asked.")}, _COMPLETED
    ),
    description="Completes an activity, once; of one that recurs the next is made.",
)


async def _create_feed(root: Any, info: Any) -> Any:
    return await attempt(
        info, calendars.create_feed, lambda url, errors: _FEED(url=url, user_errors=errors)
    )


async def _revoke_feed(root: Any, info: Any) -> Any:
    return await attempt(
        info, calendars.revoke_feed, lambda _done, errors: _NO_FEED(user_errors=errors)
    )


CREATE_CALENDAR_FEED: Final = strawberry.field(
    resolver=declare_resolver(_create_feed, {}, _FEED),
    description="Makes an address where calendar programs read one's own activities (iCalendar); "
    "the one until now ends.",
)
REVOKE_CALENDAR_FEED: Final = strawberry.field(
    resolver=declare_resolver(_revoke_feed, {}, _NO_FEED),
    description="Ends the address of one's calendar feed at once.",
)
