"""The folder of one installation: its lock and its secrets, readable by their owner alone."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600


class DataDirectoryBusyError(Exception):
    """Another process holds the data directory."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(
            f"Another server (process {pid}) already uses the data directory {path}. "
            "Stop it first, or give this one a folder of its own with VORONKA_DATA_DIR."
        )
        self.pid = pid


class DataDirectory:
    """Name what lies in the data directory and make it private; never touch its parents' modes."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.admin_token = self.path / "admin.token"

    def prepare(self) -> None:
        """Make the folder, closed to others; one that exists keeps the mode its owner gave it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)

    def secret(self) -> str:
        """Return what signs cursors and sessions, made on the first call."""
        return self.password("secret")

    def password(self, name: str) -> str:
        """Return the random text kept in the private file `name`, made on the first call."""
        path = self.path / name
        if not path.exists():
            self.prepare()
            # Made beside and linked: of two processes that start together both read the same text.
            fresh = self.path / f"{name}.{os.getpid()}.partial"
            write_private(fresh, secrets.token_urlsafe(32))
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text(encoding="utf-8").strip()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory for this process; raise `DataDirectoryBusyError` if another one does.

        The kernel drops the lock with its holder, however that ends, so nothing stale can block.
        """
        self.prepare()
        path = self.path / "server.lock"
        with os.fdopen(open_private(path, os.O_RDWR | os.O_CREAT), "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise DataDirectoryBusyError(self.path, file.read().strip() or "unknown") from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield


def write_private(path: Path, text: str) -> None:
    """Write `text` and a newline to a file that only its owner may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w") as file:
        file.write(f"{text}\n")


def open_private(path: Path, flags: int) -> int:
    """Open a file descriptor of a file that, when made here, only its owner may read."""
    return os.open(path, flags, PRIVATE_FILE)
