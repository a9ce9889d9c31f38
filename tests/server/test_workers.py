"""Worker processes share a port: each takes its part of the connections, and nobody else any."""

import socket

import pytest

from server.workers import shared_port


def bound() -> socket.socket:
    """Give a socket that is bound to a port of its own."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", 0))
    return taken


def accepted(listening: socket.socket) -> int:
    """Count the connections that wait at a socket."""
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_connections_that_come_together_are_spread_over_the_workers() -> None:
    sockets = shared_port(bound(), 3)
    for listening in sockets:
        listening.listen(100)
        listening.setblocking(False)

    callers = [socket.create_connection(sockets[0].getsockname()) for _ in range(60)]

    counts = [accepted(listening) for listening in sockets]
    assert sum(counts) == len(callers)
    assert min(counts) > 0
    for each in (*callers, *sockets):
        each.close()


def test_another_server_does_not_slip_in() -> None:
    sockets = shared_port(bound(), 2)

    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(sockets[0].getsockname())

    for each in sockets:
        each.close()
