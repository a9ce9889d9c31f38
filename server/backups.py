"""Write a database to one file, by PostgreSQL's own pg_dump, and contents of files to a second."""

import contextlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from server.administration import CommandError
from server.cluster import find_binaries
from server.data_directory import open_private
from server.processes import EmbeddedPostgresError

_FRESH: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def write(url: str, file: Path) -> None:
    """Dump the database in pg_dump's custom format to a new file that only its owner may read.

    The file appears under its name when it is whole. Raise `CommandError` with what pg_dump said.
    """
    if file.exists():
        raise CommandError(f"{file} exists already: give another name.")
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    where = parts.netloc.rpartition("@")[2]
    public = parts._replace(netloc=f"{user}@{where}").geturl()
    # Not on the command line, where every user of the machine can read it.
    environment = {"PATH": os.defpath, "PGPASSWORD": unquote(parts.password or "")}
    try:
        with os.fdopen(open_private(partial, _FRESH), "wb") as output:
            done = subprocess.run(
                [_pg_dump(), "--format=custom", "--no-password", f"--dbname={public}"],
                stdout=output,
                stderr=subprocess.PIPE,
                env=environment,
                check=False,
            )
        if done.returncode != 0:
            raise CommandError(f"pg_dump failed: {done.stderr.decode(errors='replace').strip()}")
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)


def write_contents(folder: Path, file: Path) -> bool:
    """Write the contents of files, as `files/…`, to a new tar that only its owner may read.

    Call it after the database was written: what is deleted meanwhile is missed by nobody, and what
    comes in meanwhile does no harm. Give False, and write nothing, where nothing is kept.
    """
    if file.exists():
        raise CommandError(f"{file} exists already: give another name.")
    if not folder.is_dir():
        return False
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with (
            os.fdopen(open_private(partial, _FRESH), "wb") as output,
            tarfile.open(fileobj=output, mode="w") as tar,
        ):
            for path in sorted(folder.rglob("*")):
                # What is being written has a # and a number behind its name.
                if path.is_file() and "#" not in path.name:
                    with contextlib.suppress(FileNotFoundError):
                        tar.add(path, f"files/{path.relative_to(folder)}", recursive=False)
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _pg_dump() -> str | Path:
    try:
        return find_binaries() / "pg_dump"
    except EmbeddedPostgresError:
        found = shutil.which("pg_dump")
        if found is None:
            raise CommandError("pg_dump is not installed: install PostgreSQL's client.") from None
        return found
