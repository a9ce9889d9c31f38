"""The embedded PostgreSQL: who gets in, what survives, what a kill leaves behind."""

import os
import signal
import stat
import time
from pathlib import Path

import asyncpg
import pytest

from server import processes
from server.data_directory import DataDirectory, DataDirectoryBusyError
from server.embedded import EmbeddedPostgres
from server.processes import EmbeddedPostgresError, postmaster_line
from tests.server.conftest import Hold, as_ordinary_user

KEEP_SEVEN = "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS number"


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def leader(postgres: EmbeddedPostgres) -> int:
    return int(postmaster_line(postgres.cluster, 0) or 0)


def socket_folder(url: str) -> Path:
    return Path(url.partition("?host=")[2])


def renamed(path: Path, name: Path) -> Path:
    return path.rename(name)


def is_there(path: Path) -> bool:
    return path.exists()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A killed process stays listed until its parent looks.
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")


async def test_a_new_database_has_the_servers_role_and_extensions(
    postgres: EmbeddedPostgres,
) -> None:
    connection = await asyncpg.connect(postgres.start())

    role = await connection.fetchrow(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
        " WHERE rolname = current_user"
    )
    owner = await connection.fetchval(
        "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
    )
    extensions = await connection.fetch("SELECT extname FROM pg_extension ORDER BY extname")
    await connection.close()

    assert connection.get_server_version().major == 18
    assert tuple(role or ()) == (False, True, True, False)
    assert owner == "voronka"
    assert [row[0] for row in extensions] == ["btree_gin", "btree_gist", "pg_trgm", "plpgsql"]


async def test_letters_of_both_languages_have_case_on_every_machine(
    postgres: EmbeddedPostgres,
) -> None:
    assert await ask(postgres.start(), "SELECT lower('Ёлка LLC') || upper('щ')") == "ёлка llcЩ"


async def test_a_search_by_trigrams_knows_letters_of_both_languages(
    postgres: EmbeddedPostgres,
) -> None:
    found = await ask(postgres.start(), "SELECT cardinality(show_trgm('слово'))")

    assert found == len({"  с", " сл", "сло", "лов", "ово", "во "})


def test_only_its_owner_gets_in(home: Path) -> None:
    data = home / "data"
    postgres = EmbeddedPostgres(data, durable=False)
    postgres.start()

    assert mode(data) & 0o066 == 0
    assert {path.name: mode(path) for path in data.iterdir()} == {
        "database": 0o700,
        "database.log": 0o600,
        "database.password": 0o600,
        "database.superuser.password": 0o600,
        "socket": 0o700,
    }
    assert mode(data / "socket" / ".s.PGSQL.5432") == 0o700
    postgres.stop()


def test_the_folders_above_keep_their_modes(home: Path) -> None:
    upper, lower = home / "upper", home / "upper" / "lower"
    lower.mkdir(parents=True)
    upper.chmod(0o711)
    lower.chmod(0o751)
    postgres = EmbeddedPostgres(lower / "data", durable=False)

    postgres.start()
    postgres.stop()

    assert (mode(home), mode(upper), mode(lower)) == (0o755, 0o711, 0o751)


async def test_there_is_no_way_in_by_tcp(postgres: EmbeddedPostgres) -> None:
    assert await ask(postgres.start(), "SHOW listen_addresses") == ""


async def test_there_is_no_way_in_without_the_password(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    _, _, host = url.partition("?host=")

    for user in ("voronka", "postgres"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(user=user, password="guess", database="voronka", host=host)


async def test_data_survives_a_restart_that_takes_under_a_second(data: Path) -> None:
    postgres = EmbeddedPostgres(data)
    await ask(postgres.start(), KEEP_SEVEN)
    postgres.stop()
    assert not postgres.is_running()

    began = time.monotonic()
    url = postgres.start()
    took = time.monotonic() - began

    assert await ask(url, "SELECT number FROM kept") == 7
    assert await ask(url, "SHOW fsync") == "on"
    assert took < 1.0
    postgres.stop()


async def test_a_killed_database_starts_again(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    os.kill(leader(postgres), signal.SIGKILL)

    postgres.stop()

    assert await ask(postgres.start(), "SELECT 1") == 1


async def test_a_killed_server_leaves_nothing_that_blocks_the_next(data: Path, hold: Hold) -> None:
    server, url = hold(data)
    await ask(url, KEEP_SEVEN)
    orphan = leader(EmbeddedPostgres(data))
    server.kill()

    _, url = hold(data)

    assert await ask(url, "SELECT number FROM kept") == 7
    assert not is_alive(orphan)


async def test_a_database_left_running_is_stopped_by_the_next_start(
    postgres: EmbeddedPostgres, data: Path
) -> None:
    postgres.start()
    successor = EmbeddedPostgres(data, durable=False)

    url = successor.start()

    assert not postgres.is_running()
    assert await ask(url, "SELECT 1") == 1
    successor.stop()


async def test_the_number_of_a_stranger_in_the_lock_file_does_not_block(
    postgres: EmbeddedPostgres,
) -> None:
    postgres.start()
    postgres.stop()
    (postgres.cluster / "postmaster.pid").write_text(
        f"{os.getpid()}\n{postgres.cluster}\n1\n5432\n/nowhere\n\n1 1\nready\n", encoding="utf-8"
    )

    assert await ask(postgres.start(), "SELECT 1") == 1


async def test_a_start_that_was_killed_halfway_begins_anew(home: Path) -> None:
    half = home / "data" / "database.partial"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n", encoding="utf-8")
    postgres = EmbeddedPostgres(home / "data", durable=False)

    assert await ask(postgres.start(), "SELECT 1") == 1
    assert not half.exists()
    postgres.stop()


async def test_the_socket_of_a_deep_data_directory_lies_elsewhere(
    home: Path, own_data: Path, hold: Hold
) -> None:
    deep = renamed(own_data, home / ("d" * 100))
    server, url = hold(deep)
    first = socket_folder(url)
    assert await ask(url, "SELECT 1") == 1
    assert mode(first) == 0o700
    assert home not in first.parents
    server.kill()
    server.wait()

    postgres = EmbeddedPostgres(deep, durable=False)
    second = socket_folder(postgres.start())
    postgres.stop()

    assert second != first
    assert [path for path in (first, second, deep / "socket") if is_there(path)] == []


def test_a_second_server_is_told_who_holds_the_data_directory(data: Path, hold: Hold) -> None:
    first, _ = hold(data)

    second, _ = hold(data)
    _, said = second.communicate(timeout=20)

    assert second.returncode == 1
    assert said.strip() == (
        f"Another server (process {first.pid}) already uses the data directory {data}. "
        "Stop it first, or give this one a folder of its own with VORONKA_DATA_DIR."
    )


def test_the_lock_ends_with_its_holder(data: Path, hold: Hold) -> None:
    holder, _ = hold(data)
    directory = DataDirectory(data)
    with pytest.raises(DataDirectoryBusyError), directory.lock():
        pass

    holder.kill()
    holder.wait()

    with directory.lock():
        assert (data / "server.lock").read_text(encoding="utf-8") == f"{os.getpid()}\n"


def test_ctrl_c_reaches_the_server_and_not_its_database(data: Path, hold: Hold) -> None:
    server, _ = hold(data)
    database = leader(EmbeddedPostgres(data))
    assert os.getsid(database) not in (os.getsid(server.pid), os.getsid(0))

    os.killpg(server.pid, signal.SIGINT)
    said, _ = server.communicate(timeout=20)

    assert said == "stopped\n"
    assert server.returncode == 0
    assert not is_alive(database)


async def test_an_ordinary_user_runs_it(home: Path, hold: Hold) -> None:
    data = home / "data"
    data.mkdir()

    server, url = hold(data, *as_ordinary_user())
    if not url and "user namespace" in (said := server.communicate()[1]):
        pytest.skip(f"the kernel lends root no other identity here: {said}")

    assert await ask(url, "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
async def test_root_without_namespaces_lends_an_account_its_folder_only(
    postgres: EmbeddedPostgres, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_namespaces(monkeypatch)
    try:
        url = postgres.start()
    except EmbeddedPostgresError as error:
        pytest.skip(f"the account cannot reach the binaries: {error}")

    assert await ask(url, "SELECT 1") == 1
    assert (data / "database").stat().st_uid != 0
    assert (data / "database.password").stat().st_uid == 0
    assert mode(data) == 0o711
    postgres.stop()

    monkeypatch.undo()
    assert await ask(postgres.start(), "SELECT 1") == 1
    assert (data / "database").stat().st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_is_told_which_folder_stands_in_the_way(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_namespaces(monkeypatch)
    closed = home / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(
        EmbeddedPostgresError, match=r"PostgreSQL does not run as root, and the"
    ) as e:
        EmbeddedPostgres(closed / "data").start()

    assert f"may not enter {closed}." in str(e.value) or "may not enter /root" in str(e.value)
    assert mode(closed) == 0o700


def test_a_lost_password_file_is_said_before_anything_starts(own_data: Path) -> None:
    (own_data / "database.password").unlink()
    postgres = EmbeddedPostgres(own_data, durable=False)

    with pytest.raises(EmbeddedPostgresError, match=r"database\.password is missing"):
        postgres.start()

    assert not postgres.is_running()


def test_what_postgresql_said_is_in_the_error(own_data: Path) -> None:
    with (own_data / "database" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("shared_buffers = 'plenty'\n")

    with pytest.raises(EmbeddedPostgresError, match='invalid value for parameter "shared_buffers"'):
        EmbeddedPostgres(own_data, durable=False).start()


def test_a_command_beside_a_server_finds_its_database(data: Path, hold: Hold) -> None:
    beside = EmbeddedPostgres(data)
    assert beside.url_if_running() is None

    server, url = hold(data)
    assert beside.url_if_running() == url

    server.send_signal(signal.SIGINT)
    server.communicate(timeout=20)
    assert beside.url_if_running() is None


def test_the_database_takes_no_more_memory_than_there_is(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.cluster.available_memory", lambda: 1024 * 1024 * 1024)

    postgres.start()

    settings = (postgres.cluster / "voronka.conf").read_text(encoding="utf-8").splitlines()
    assert "effective_cache_size = 512MB" in settings
    assert "work_mem = 8MB" in settings


def refuse_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    real = processes._obstacle

    def obstacle(identity: processes.Identity, *reach: Path) -> str | None:
        return "refused" if identity.text.startswith("namespace") else real(identity, *reach)

    monkeypatch.setattr(processes, "_obstacle", obstacle)
