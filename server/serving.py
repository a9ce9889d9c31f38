"""Serve over HTTP: the socket first, then the database and the first workspace, then uvicorn.

The order makes a start fail early and leaves nothing behind: a port that is taken is said before
the database starts, and the database stops after the last request, however the server ends.
"""

import contextlib
import errno
import gc
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette

from server import launcher, logging
from server.app import build_app
from server.settings import Settings
from server.workers import Workers, shared_port

_BACKLOG: Final = 2048
# On a machine that is busy a process may be silent for longer than the library thinks.
_SILENT_SECONDS: Final = 30
_GRACE_SECONDS: Final = 5
_IDLE_SECONDS: Final = 75
"""Longer than clients and proxies keep a connection that is not in use (60 s are usual there): one
that is closed here at the moment when a request comes in loses that request."""
_YOUNG_OBJECTS: Final = 50_000
_MAX_MESSAGE: Final = 128 * 1024
_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


class ListenError(Exception):
    """The address cannot be listened on; the message says why and what helps."""


def listen(settings: Settings) -> socket.socket:
    """Take the address, answering nobody yet; raise `ListenError` where it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
    except OSError as error:
        taken.close()
        raise ListenError(_why(error, settings.host, settings.port)) from None
    return taken


def address(bound: socket.socket) -> str:
    """Return the URL of a socket that `listen` gave."""
    host, port = bound.getsockname()[:2]
    # A wildcard is where it listens, not where a browser goes.
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(  # noqa: S104 - compared, not listened on
        host, f"[{host}]" if ":" in host else host
    )
    return f"http://{shown}:{port}"


def serve(
    settings: Settings, database_url: str, bound: socket.socket, say_ready: Callable[[], None]
) -> None:
    """Answer requests until SIGINT or SIGTERM; open requests get five seconds to finish.

    `say_ready` is called once connections are accepted: those that come first wait in the queue.
    """
    logging.configure(settings.log_level, exception_text=settings.log_exception_text)
    if settings.workers > 1:
        # The workers are new processes that read the environment, as this one did.
        os.environ["VORONKA_DATABASE_URL"] = database_url
        os.environ.pop("VORONKA_DATABASE_URL_FILE", None)
        config = _config("server.serving:create_app", factory=True, workers=settings.workers)
        sockets = shared_port(bound, settings.workers)
        for beside in sockets[1:]:
            _open(beside)
        _accept(bound, say_ready)
        supervisor = Workers(config, sockets)
        # uvicorn would start the workers anew; a closed terminal ends this server, as with one.
        signal.signal(signal.SIGHUP, lambda *_: supervisor.signal_queue.append(signal.SIGTERM))
        supervisor.run()
    else:
        server = uvicorn.Server(_config(build_app(settings, database_url)))
        settle_collector()
        _accept(bound, say_ready)
        server.run([bound])


def create_app() -> Starlette:
    """Make the application from the environment alone: for workers and other ASGI servers."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None and supervisor.pid is not None:
        # A worker whose supervisor was killed would keep the port.
        launcher.end_with_parent(signal.SIGTERM, supervisor.pid)
    settings = Settings.from_env()
    logging.configure(settings.log_level, exception_text=settings.log_exception_text)
    if settings.database_url is None:
        raise RuntimeError("VORONKA_DATABASE_URL is not set; ./voronka serve brings a database.")
    app = build_app(settings, settings.database_url.get_secret_value())
    settle_collector()
    return app


@contextlib.contextmanager
def ending_by_signal() -> Iterator[None]:
    """Turn SIGTERM and a closed terminal into an exit that unwinds, so that the database stops."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = {number: signal.signal(number, leave) for number in _ENDING}
    try:
        yield
    except KeyboardInterrupt:
        # Ctrl-C is how one ends a server: nothing went wrong.
        raise SystemExit(0) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let no further signal interrupt the stopping of the database."""
    before = {n: signal.signal(n, signal.SIG_IGN) for n in (*_ENDING, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def settle_collector() -> None:
    """Keep the garbage collector from walking the schema and every half-built answer again.

    Both live long or die by reference counts; by default every 700 new objects start a walk.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)


def _config(app: Any, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=_MAX_MESSAGE,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_worker_healthcheck=_SILENT_SECONDS,
        **options,
    )


def _accept(bound: socket.socket, say_ready: Callable[[], None]) -> None:
    _open(bound)
    say_ready()


def _open(bound: socket.socket) -> None:
    try:
        bound.listen(_BACKLOG)
    except OSError as error:  # another server bound it at the same moment and was faster
        raise ListenError(_why(error, *bound.getsockname()[:2])) from None
    bound.set_inheritable(True)


def _why(error: OSError, host: str, port: int) -> str:
    where = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is already in use: stop what listens there, or set VORONKA_PORT."
    if error.errno == errno.EACCES:
        return f"This user may not listen on {where}: set VORONKA_PORT to 1024 or more."
    return f"Cannot listen on {where}: {error.strerror or error}. Check VORONKA_HOST."
