"""`GET /calendar/{secret}.ics`: a person's own activities for calendar programs (iCalendar).

Nobody signs in here: the address is the secret. An unknown one, one that was revoked and that of a
person who is no longer active are answered alike. Guesses are counted by network address, readings
of a feed by feed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from auth.actor import Actor
from auth.attempts import WINDOW_SECONDS, Limited, address, calendar, check_attempts, count_attempt
from auth.tokens import authenticate_calendar
from db.database import Database
from domain.errors import RefusedError
from domain.messages import say
from resolvers.calendars import calendar_of, read_calendar, tag_of
from resolvers.operation import Operation
from schema.limit_messages import text
from server.admission import origin_of
from server.negotiation import language
from server.plain_refusal import plain_refusal, plain_text

_PURPOSE: Final = "calendar"
_HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "Content-Disposition": 'attachment; filename="voronka.ics"',
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def calendar_endpoint(database: Database) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint over a database."""

    async def answer(request: Request) -> Response:
        try:
            return await _answer(request, database)
        except RefusedError:
            return _too_often(request)
        except Exception as error:  # noqa: BLE001  # the edge: nothing unmasked may pass it
            return plain_refusal(request, error)

    return answer


async def _answer(request: Request, database: Database) -> Response:
    secret = request.path_params["secret"]
    guesses = address(origin_of(request).address, _PURPOSE)
    actor = await _owner(database, secret, guesses)
    if actor is None:
        await _count(database, guesses)
        message = text("noCalendar", language(request.headers.get("accept-language")))
        return plain_text(message, 404)
    if not await _count(database, calendar(secret)):
        return _too_often(request)
    async with database.session(write=False) as session:
        await database.enter(session, actor.workspace_id, write=False)
        op = Operation.begin(session, actor)
        await op.admit()
        rows = await read_calendar(op)
    headers = {**_HEADERS, "ETag": f'"{tag_of(rows)}"'}
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    content = await asyncio.to_thread(calendar_of, rows)
    return Response(content, 200, headers, "text/calendar; charset=utf-8")


async def _owner(database: Database, secret: str, guesses: Limited) -> Actor | None:
    """Find whose feed it is; raises RefusedError for an address that guesses too often."""
    async with database.session(write=False) as session:
        await check_attempts(session, guesses)
        return await authenticate_calendar(session, secret)


async def _count(database: Database, counted: Limited) -> bool:
    async with database.session(write=True) as session:
        return await count_attempt(session, [counted])


def _is_known(request: Request, tag: str) -> bool:
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    return bool(known & {tag, f"W/{tag}", "*"})


def _too_often(request: Request) -> Response:
    shown = language(request.headers.get("accept-language"))
    answer = plain_text(say("too_many_attempts", shown, {}), 429)
    answer.headers["Retry-After"] = str(WINDOW_SECONDS)
    return answer
