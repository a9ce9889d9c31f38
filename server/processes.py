"""Who runs PostgreSQL's programs, and what an earlier run may have left behind.

PostgreSQL refuses to run as root. An ordinary user runs it directly. Root runs it in a user
namespace, where it owns root's files and has none of root's powers: nobody else gets in, and no
folder has to be opened for another account. Where the kernel forbids that (most containers), it
runs as the account `voronka` or, without one, `nobody`; then that account must be able to reach the
data and the binaries, and a clear error says which folder stands in the way.
"""

import contextlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, TypeAlias

from server import launcher

Command: TypeAlias = list[str | Path]
_ACCOUNTS: Final = ("voronka", "nobody")
_POLL_SECONDS: Final = 0.01
_LAST_PATIENCE: Final = 5.0
# Nothing of the caller's environment reaches PostgreSQL: PGDATA, PGPORT and the like would.
_ENVIRONMENT: Final = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


class EmbeddedPostgresError(Exception):
    """The embedded database cannot run here; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a program runs as: `text` for the launcher, `uid` and `gid` for the file system."""

    text: str
    uid: int
    gid: int

    def own(self, *paths: Path) -> None:
        """Give the paths, and what lies under a folder, to this identity where another has them."""
        for path in paths:
            if path.stat().st_uid == self.uid:
                continue
            if os.geteuid() != 0:
                raise EmbeddedPostgresError(
                    f"{path} belongs to another user: give it to this one (chown)."
                )
            os.chown(path, self.uid, self.gid)
            for folder, names, files in os.walk(path):
                for name in (*names, *files):
                    os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)


def choose_identity(data_dir: Path, binaries: Path) -> Identity:
    """Return who may run PostgreSQL here and reach both folders, or say why nobody may."""
    if os.geteuid() != 0:
        return Identity("self", os.geteuid(), os.getegid())
    account = _account()
    user, group = account.pw_uid, account.pw_gid
    owner = Identity(f"namespace:{user}", 0, 0)
    if _obstacle(owner, data_dir, binaries) is None:
        return owner
    other = Identity(f"account:{user}.{group}", user, group)
    ours = data_dir.stat().st_uid == 0
    obstacle = _obstacle(other, binaries, data_dir.parent if ours else data_dir)
    if obstacle is not None:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root, and the account {account.pw_name} may not enter "
            f"{obstacle}. Start the server as an ordinary user, move the project or "
            "VORONKA_DATA_DIR to where that account can go, or set VORONKA_DATABASE_URL."
        )
    if ours:
        # The account passes through to its own folder; it cannot list this one or read its files.
        data_dir.chmod(stat.S_IMODE(data_dir.stat().st_mode) | 0o011)
    return other


def spawn(identity: Identity, command: Command, output: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start a program in a session of its own, so that Ctrl-C in the terminal does not reach it.

    On Linux it is asked to shut down when the thread that called this ends, however that comes.
    """
    return subprocess.Popen(
        _launch(identity, command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=_ENVIRONMENT,
        start_new_session=True,
    )


def run(identity: Identity, command: Command, given: str = "") -> None:
    """Run a program to its end with `given` as its input; raise what it said if it failed."""
    done = subprocess.run(
        _launch(identity, command),
        input=given,
        capture_output=True,
        text=True,
        env=_ENVIRONMENT,
        start_new_session=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise EmbeddedPostgresError(f"{Path(command[0]).name} failed ({done.returncode}): {said}")


def stop_leftovers(cluster: Path, patience: float = 30.0) -> None:
    """End what still runs in the cluster's folder and remove the lock file of what does not.

    Called by the holder of the data directory's lock, so whoever is found has lost its server. It
    is stopped rather than adopted: the new server's settings and binaries must hold. PostgreSQL
    itself would refuse to start where the number in a stale lock file belongs to a live process.
    """
    if sys.platform != "linux":
        return  # without /proc PostgreSQL's own check of the lock file decides
    left = _processes_in(cluster)
    if left:
        # The children follow their leader; orphans without one are told themselves.
        leader = int(postmaster_line(cluster, 0) or 0)
        told = [leader] if leader in left else left
        if not (
            _ended(cluster, told, signal.SIGINT, patience)
            or _ended(cluster, told, signal.SIGQUIT, _LAST_PATIENCE)
        ):
            raise EmbeddedPostgresError(f"The database processes {left} do not end: stop them.")
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def postmaster_line(cluster: Path, number: int) -> str | None:
    """Return a line of `postmaster.pid`: 0 the process, 4 the socket's folder, 7 the status."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return lines[number].strip() if len(lines) > number else None


def _account() -> pwd.struct_passwd:
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and there is no account named nobody."
    )


def _obstacle(identity: Identity, *reach: Path) -> str | None:
    command = _launch(identity, ["--reach", *reach])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip() or "a folder" if done.returncode else None


def _launch(identity: Identity, command: Command) -> list[str]:
    # Isolated and without site-packages: 15 ms instead of 60.
    python = [sys.executable, "-I", "-S", launcher.__file__]
    return [*python, identity.text, str(os.getpid()), *map(str, command)]


def _processes_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is the folder, as it is for PostgreSQL's."""
    wanted = str(folder.resolve())
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                where = str((entry / "cwd").readlink())
            except OSError:  # ended meanwhile, or another user's
                continue
            if where == wanted:
                found.append(int(entry.name))
    return found


def _ended(folder: Path, pids: list[int], number: signal.Signals, patience: float) -> bool:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    deadline = time.monotonic() + patience
    while _processes_in(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
