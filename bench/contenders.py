"""The servers that are compared: how each is started, and what it is asked for a workload."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

import orjson

from bench.closed_loop import Call
from bench.outcome import OURS
from bench.place import Place
from domain.ids import decode_id

_ROOT: Final = Path(__file__).parent.parent
_PATIENCE: Final = 30.0
# Connections of each server: the database has 57 for all of them, Node's two included.
_POOL_SIZE: Final = 8

PAGE: Final = """
{ deals(first: 50) { nodes {
    id title amount { amount currency } probability beginDate closeDate isClosed createdAt version
    company { id title } contact { id firstName lastName } stage { id name semantics color }
    responsible { id firstName lastName email } } } }
"""
DEEP: Final = """
{ companies(first: 20) { nodes { id title contacts(first: 5) { nodes { id lastName
    deals(first: 5) { nodes { id title stage { name } } } } } } } }
"""
POINT: Final = """
query ($id: ID!) { deal(id: $id) {
    id title company { title } contact { lastName } stage { name } responsible { lastName } } }
"""
BOARD: Final = """
query ($id: ID!) { pipeline(id: $id) { board(first: 20) { stage { id name color } count
    sum { amount currency } deals { nodes { id title amount { amount currency }
    company { id title } responsible { id fullName } } } } } }
"""
FILTER: Final = """
{ deals(first: 20, where: { stage: { semantics: { eq: OPEN } }, amount: { gte: 1000000 } },
        orderBy: [{ amount: DESC }]) { totalCount nodes { id title amount { amount } } } }
"""
WRITE: Final = """
mutation ($input: UpdateDealInput!) { updateDeal(input: $input) { deal { id title version } } }
"""

_GRAPHQL: Final[Mapping[str, str]] = {
    "page": PAGE, "deep": DEEP, "point": POINT, "board": BOARD, "filter": FILTER, "write": WRITE,
}  # fmt: skip
WORKLOADS: Final = tuple(_GRAPHQL)


class Tells(Enum):
    """How a server lets know how many statements it sends."""

    EXPLAINS = "explains"
    """Each answer says it, asked by a header."""
    COUNTS = "counts"
    """It has a page with the number of all so far."""
    ONE = "one"
    """It sends one for each request."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Contender:
    """A running server."""

    name: str
    url: str
    pid: int
    calls: Mapping[str, list[Call]]
    """What it is asked, by workload; a workload that it does not know is missing."""
    tells: Tells = Tells.NOTHING


@contextlib.contextmanager
def all_contenders(place: Place, key: str) -> Iterator[list[Contender]]:
    """Start all servers on one database, one worker each."""
    graphql = {name: calls_for(name, place, key) for name in WORKLOADS}
    plain = {name: calls_for(name, place, "") for name in WORKLOADS}
    point = [Call(f"/json/point/{decode_id(text)[1]}", b"") for text in place.sample[:100]]
    floor = {
        "page": [Call("/json/page", b"")],
        "deep": [Call("/json/deep", b"")],
        "point": point,
        "board": [Call(f"/json/board/{decode_id(place.pipeline)[1]}", b"")],
        "filter": [Call("/json/filter", b"")],
    }
    rows = {"page": [Call("/rows/page", b"")]}
    with contextlib.ExitStack() as stack:

        def start(application: str, *options: str) -> tuple[str, int]:
            return stack.enter_context(uvicorn(place, application, *options))

        ours = start("server.serving:create_app", "--factory")
        stock = start("bench.stock:create_app", "--factory")
        documented = start("bench.plain:app")
        least = start("bench.floor:app")
        yield [
            Contender(OURS, *ours, graphql, Tells.EXPLAINS),
            Contender("stock", *stock, graphql, Tells.EXPLAINS),
            Contender("plain", *documented, plain, Tells.COUNTS),
            Contender("floor", *least, floor, Tells.ONE),
            Contender("floor_rows", *least, rows, Tells.ONE),
        ]


def calls_for(name: str, place: Place, key: str, sample: Sequence[str] | None = None) -> list[Call]:
    """Give what a GraphQL server is asked for a workload; without a key nobody is named.

    `sample` are the deals that single requests are about.
    """
    sample = sample or place.sample
    headers = (("Authorization", f"Bearer {key}"),) if key else ()

    def call(**variables: Any) -> Call:
        body = orjson.dumps({"query": _GRAPHQL[name], "variables": variables})
        return Call("/graphql", body, headers)

    match name:
        case "point":
            return [call(id=each) for each in sample[:100]]
        case "board":
            return [call(id=place.pipeline)]
        case "write":
            return [
                call(input={"id": each, "title": f"{turn} {each[-6:]}"})
                for turn in ("Measured", "Measured again")
                for each in sample[:200]
            ]
        case _:
            return [call()]


@contextlib.contextmanager
def uvicorn(place: Place, application: str, *options: str) -> Iterator[tuple[str, int]]:
    """Serve an application with one worker; give its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "VORONKA_DATABASE_URL": place.url,
        "VORONKA_DATA_DIR": str(place.folder),
        "VORONKA_LOG_LEVEL": "ERROR",
        "VORONKA_POOL_SIZE": str(_POOL_SIZE),
        "VORONKA_POOL_TIMEOUT": "30",  # more clients than connections, some of them slow
        "BENCH_WORKSPACE": str(place.workspace_id),
        "PYTHONPATH": str(_ROOT),
    }
    inherited = {name: value for name, value in os.environ.items() if "VORONKA_" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", application, *options, "--port", str(port),
         "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"],
        env=inherited | settings,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process.poll)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str, ended: Callable[[], int | None]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and ended() is None:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=1)  # noqa: S310 - our own address
        except urllib.error.HTTPError:
            return  # it answers, if only that there is no such page
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{url} does not answer")
