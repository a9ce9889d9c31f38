"""Become someone who is not root, ask to end with the parent, and turn into the given program.

Run as a script, in a process of its own: what it does to itself cannot be undone. It imports
little, because every start of the database waits for it.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final, NoReturn

REFUSED: Final = 97
UNREACHABLE: Final = 98
_CLONE_NEWUSER: Final = 0x10000000
_PR_SET_PDEATHSIG: Final = 1


def main(identity: str, command: list[str], parent: int) -> NoReturn:
    """Take on `identity`, then run `command`, or only look whether it may enter the paths given."""
    try:
        _become(identity)
    except OSError as error:
        print(error, file=sys.stderr)  # noqa: T201 - standard error is this script's only voice
        sys.exit(REFUSED)
    if command[0] == "--reach":
        _check_reach(command[1:])
        sys.exit(0)
    # SIGINT asks PostgreSQL to shut down cleanly at once.
    end_with_parent(signal.SIGINT, parent)
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606 - a list from embedded.py, no shell


def end_with_parent(number: signal.Signals, parent: int) -> None:
    """Ask the kernel for this signal when the parent ends, even killed; only Linux can do that."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it has ended before it was asked for
        sys.exit(REFUSED)


def _become(identity: str) -> None:
    kind, _, uid = identity.partition(":")
    if kind == "namespace":
        # A user namespace of one person: outside still the owner of the files, with none of root's
        # powers; inside an ordinary number, which is what PostgreSQL looks at.
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), "user namespace")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} 0 1")
        Path("/proc/self/gid_map").write_text("0 0 1")
    elif kind == "account":
        user, group = map(int, uid.split("."))
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)


def _check_reach(paths: list[str]) -> None:
    for path in map(Path, paths):
        for folder in (*reversed(path.parents), path):
            if not os.access(folder, os.X_OK):
                print(folder, file=sys.stderr)  # noqa: T201 - read by processes.py
                sys.exit(UNREACHABLE)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[3:], int(sys.argv[2]))
