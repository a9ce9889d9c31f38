"""Folders and processes for the tests of the server as people run it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server import launcher
from server.embedded import EmbeddedPostgres
from server.processes import stop_leftovers
from tests.conftest import open_folder

ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[..., "RunningServer"]
Hold = Callable[..., "tuple[subprocess.Popen[str], str]"]


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty folder of the test's own."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def data() -> Iterator[Path]:
    """A data directory with a database in it, for the tests that leave it able to start again."""
    with open_folder() as folder:
        database = EmbeddedPostgres(folder / "data", durable=False)
        database.start()
        database.stop()
        yield folder / "data"


@pytest.fixture
def own_data(home: Path, data: Path) -> Path:
    """A copy of that directory for tests that spoil it."""
    return shutil.copytree(data, home / "data", symlinks=True)


@pytest.fixture
def postgres(data: Path) -> Iterator[EmbeddedPostgres]:
    """The database in `data`, not started; what is written to it may vanish."""
    database = EmbeddedPostgres(data, durable=False)
    yield database
    database.stop()


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Start `holder.py` on a data directory, in a session of its own as a terminal gives one.

    The test gets the process and the first line it printed: the URL, or nothing if it failed.
    """
    started: list[tuple[subprocess.Popen[str], Path]] = []

    def start(data_dir: Path, *before: str) -> "tuple[subprocess.Popen[str], str]":
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.server.holder", str(data_dir)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append((process, data_dir))
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process, data_dir in started:
        process.kill()
        process.communicate()
        stop_leftovers(data_dir / "database")


class RunningServer:
    """A command of `./voronka` in a session of its own, on a free port unless told otherwise.

    `output` is what it printed until it was ready, or all of it if it ended before.
    """

    def __init__(self, data_dir: Path, arguments: tuple[str, ...], environment: dict[str, str]):
        self.data_dir = data_dir
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("VORONKA_")}
        own = {
            "VORONKA_PYTHON": sys.executable,
            "VORONKA_DATA_DIR": str(data_dir),
            "VORONKA_PORT": "0",
        }
        self.process = subprocess.Popen(
            [ROOT / "voronka", *(arguments or ("serve",))],
            cwd="/",
            env=inherited | own | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.output: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break

    @property
    def address(self) -> str:
        assert self.output, self.process.communicate()[1]
        return self.output[0].split()[3].removesuffix("/graphql")

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Send a signal as a terminal does, to all; return the exit code and standard error."""
        os.killpg(self.process.pid, number)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said

    def end(self) -> None:
        """Leave nothing running, whatever the test did."""
        self.process.kill()
        self.process.communicate()
        stop_leftovers(self.data_dir / "database")


@pytest.fixture
def serve(own_data: Path) -> Iterator[Serve]:
    """Start commands (`serve` if none is named) on `own_data`; keywords are its environment."""
    started: list[RunningServer] = []

    def start(*arguments: str, **environment: str) -> RunningServer:
        started.append(RunningServer(own_data, arguments, environment))
        return started[-1]

    yield start
    for server in started:
        server.end()


def as_ordinary_user() -> tuple[str, ...]:
    """Return what to put before a command so that it does not see itself as root."""
    if os.geteuid() != 0:
        return ()
    return (sys.executable, "-I", "-S", launcher.__file__, "namespace:1000", str(os.getpid()))
