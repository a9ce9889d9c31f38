"""The product's application with a profiler that can be turned on and off over HTTP."""

import cProfile
import time
from typing import Any

import asyncpg.protocol
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from server import serving


class _Named(asyncpg.protocol.Protocol):
    """The driver's reading of answers, in a function that the profiler sees.

    The driver is compiled, and the event loop calls it: its work would count as the loop's.
    """

    @override
    def data_received(self, data: Any) -> None:
        """Read what the database has sent."""
        super().data_received(data)


def create_app() -> Starlette:
    """Make the application from the environment."""
    asyncpg.protocol.Protocol = _Named  # type: ignore[misc, assignment]  # see above
    app = serving.create_app()
    # The processor's time, not the clock's: waiting is nobody's work.
    profile = cProfile.Profile(time.thread_time)
    started = 0.0

    async def start(_request: Request) -> Response:
        nonlocal started
        profile.enable()
        started = time.thread_time()
        return Response()

    async def stop(_request: Request) -> Response:
        used = time.thread_time() - started
        profile.disable()
        profile.create_stats()
        return Response(orjson.dumps({"seconds": used, "functions": _functions(profile)}))

    app.add_route("/profile/start", start, methods=["POST"])
    app.add_route("/profile/stop", stop, methods=["POST"])
    return app


def _functions(profile: cProfile.Profile) -> list[Any]:
    """Give each function: where it is, its own seconds, and these by who called it."""
    stats: Any = profile
    return [
        [function, own, [[caller, parts[2]] for caller, parts in callers.items()]]
        for function, (_, _, own, _, callers) in stats.stats.items()
    ]
