"""Several worker processes on one port, each with a listening socket of its own.

Workers that accept from one socket share it badly: connections that come together may all go to the
one that wakes first. With a socket for each (SO_REUSEPORT) the kernel spreads connections by hash.
"""

import socket
from collections.abc import Sequence

import uvicorn
from uvicorn.supervisors import Multiprocess


def shared_port(bound: socket.socket, count: int) -> list[socket.socket]:
    """Give so many sockets on the port of one that is bound and does not listen yet, itself first.

    That it could be bound before says that nobody else holds the port.
    """
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sockets = [bound]
    for _ in range(count - 1):
        beside = socket.socket(bound.family)
        beside.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        beside.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        beside.bind(bound.getsockname()[:2])
        sockets.append(beside)
    return sockets


class Workers(Multiprocess):
    """uvicorn's supervisor, with a socket for each worker and for whoever takes its place."""

    def __init__(self, config: uvicorn.Config, sockets: Sequence[socket.socket]) -> None:
        """Start as many workers as there are sockets, which listen already."""
        self._own = list(sockets)
        super().__init__(config, self._own)

    def _next(self) -> list[socket.socket]:
        """Give the socket of the worker that is started next: the first without a living one."""
        for place, worker in enumerate(self.processes):
            if not worker.process.is_alive():
                return [self._own[place]]
        return [self._own[len(self.processes) % len(self._own)]]

    def _keep(self, _sockets: list[socket.socket]) -> None:
        """Keep those that were given first."""

    # A plain attribute there, which uvicorn hands to each process that it starts.
    sockets = property(_next, _keep)
