"""The commands of ./voronka: starting, stopping and sharing a server; workspaces, people, keys."""

import asyncio
import io
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from db import migrate
from domain.ids import encode_id
from server.cli import main
from server.cluster import find_binaries
from server.data_directory import DataDirectory
from server.embedded import EmbeddedPostgres
from tests.conftest import open_folder
from tests.server.conftest import ROOT, RunningServer, Serve

EMAIL = "admin@example.com"


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Voronka = Callable[..., Said]


@pytest.fixture(scope="module")
def database(data: Path) -> Iterator[str]:
    """The URL of a migrated database that the commands here share."""
    with open_folder() as folder:
        own = shutil.copytree(data, folder / "data", symlinks=True)
        postgres = EmbeddedPostgres(own, durable=False)
        url = postgres.start()
        migrate.upgrade(url)
        yield url
        postgres.stop()


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[RunningServer]:
    """A server in its first start, for the tests that leave it as it is."""
    with open_folder() as folder:
        own = shutil.copytree(data, folder / "data", symlinks=True)
        started = RunningServer(own, ("serve",), {})
        yield started
        started.end()


@pytest.fixture
def voronka(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Voronka:
    """Run a command in this process; keywords are variables of its environment."""
    monkeypatch.setenv("VORONKA_DATABASE_URL", database)
    monkeypatch.setenv("VORONKA_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, typed: str = "", **environment: str) -> Said:
        with monkeypatch.context() as once:
            for name, value in environment.items():
                once.setenv(name, value)
            once.setattr(sys, "argv", ["voronka", *arguments])
            once.setattr(sys, "stdin", io.StringIO(typed))
            with pytest.raises(SystemExit) as exit_:
                main()
        out, err = capsys.readouterr()
        return Said(int(exit_.value.code or 0), out, err)

    return run


@pytest.fixture
def office(voronka: Voronka) -> str:
    """The id of a fresh workspace, in a database that has others."""
    made = voronka("workspace", "create", "Office", "--locale", "en", "--currency", "USD")
    found = re.search(r"workspace_\w+", made.out)
    assert found is not None, made.err
    return found.group()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def viewer(address: str, key: str) -> httpx.Response:
    return httpx.post(
        f"{address}/graphql",
        timeout=30,
        json={"query": "{ viewer { user { email } } }"},
        headers={"Authorization": f"Bearer {key}"},
    )


def test_the_first_start_shows_a_key_that_works(server: RunningServer) -> None:
    key = server.output[1].split()[-1]
    kept = server.data_dir / "admin.token"
    assert server.output == [
        f"Voronka serves on {server.address}/graphql (explorer: {server.address}/graphiql)",
        f"Administrator {EMAIL}, API key (shown this once): {key}",
        f"The key is kept in {kept}. To sign in with a password, set one:",
        f"  ./voronka user password {EMAIL}",
        "Ctrl-C stops it.",
    ]
    assert kept.read_text(encoding="utf-8") == f"{key}\n"
    assert mode(kept) == 0o600
    assert viewer(server.address, key).json() == {"data": {"viewer": {"user": {"email": EMAIL}}}}
    assert ready(server) == 200


def test_ctrl_c_ends_it_cleanly_and_the_next_start_finds_its_data(serve: Serve) -> None:
    first = serve()
    key = (first.data_dir / "admin.token").read_text(encoding="utf-8").strip()
    assert first.stop()[0] == 0
    assert "database system is shut down" in last_lines(first.data_dir / "database.log")

    began = time.monotonic()
    second = serve()
    took = time.monotonic() - began

    assert second.output[1:] == [
        f"The administrator's API key is in {second.data_dir / 'admin.token'}.",
        "Ctrl-C stops it.",
    ]
    assert viewer(second.address, key).status_code == 200
    assert took < 6  # 3 on a machine that does nothing else


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_a_killed_server_leaves_does_not_block_the_next(serve: Serve, workers: str) -> None:
    port = str(free_port())
    first = serve(VORONKA_PORT=port, VORONKA_WORKERS=workers)
    assert ready(first) == 200
    first.process.kill()
    first.process.wait()

    second = serve(VORONKA_PORT=port, VORONKA_WORKERS=workers)

    assert ready(second) == 200
    assert second.stop(signal.SIGTERM)[0] == 0


def test_a_second_server_on_the_same_data_says_so(server: RunningServer) -> None:
    second = RunningServer(server.data_dir, ("serve",), {})

    said = second.process.communicate()[1]

    assert (second.process.returncode, second.output) == (1, [])
    assert said == (
        f"voronka: Another server (process {server.process.pid}) already uses the data directory "
        f"{server.data_dir}. Stop it first, or give this one a folder of its own with "
        "VORONKA_DATA_DIR.\n"
    )


def test_a_command_shares_the_database_of_a_running_server(server: RunningServer) -> None:
    command = RunningServer(server.data_dir, ("workspace", "list"), {})

    assert command.process.communicate()[1] == ""
    assert re.fullmatch(r"workspace_\w+  ru  RUB  [\d-]{10}  Воронка", command.output[0])
    assert ready(server) == 200


def test_a_port_that_is_taken_is_said_before_the_database_starts(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = serve(VORONKA_PORT=str(port))
        said = server.process.communicate()[1]

    assert server.process.returncode == 1
    assert said == (
        f"voronka: 127.0.0.1:{port} is already in use: "
        "stop what listens there, or set VORONKA_PORT.\n"
    )


def test_a_database_of_ones_own_is_served_once_it_is_migrated(
    serve: Serve, voronka: Voronka, database: str
) -> None:
    behind = database.replace("/voronka?", "/behind?")
    query("CREATE DATABASE behind", database)

    refused = serve(VORONKA_DATABASE_URL=behind)
    assert refused.process.communicate()[1] == (
        "voronka: The database's schema is not this version's: run ./voronka migrate first.\n"
    )
    assert refused.process.returncode == 1

    migrated = voronka("migrate", VORONKA_DATABASE_URL=behind)
    assert migrated.out == "The database was brought to this version's schema.\n"
    assert voronka("migrate").out == "The database is at this version's schema.\n"

    server = serve(VORONKA_DATABASE_URL=behind)
    assert ready(server) == 200
    with DataDirectory(server.data_dir).lock():
        pass  # replicas may share it
    server.stop()
    query("DROP DATABASE behind", database)


def test_a_database_that_does_not_answer_is_one_line(voronka: Voronka) -> None:
    url = f"postgresql://crm:hidden@127.0.0.1:{free_port()}/crm"

    said = voronka("workspace", "list", VORONKA_DATABASE_URL=url)

    assert said.code == 1
    assert said.err.startswith("voronka: The database does not answer (")
    assert said.err.endswith("). Check VORONKA_DATABASE_URL.\n")
    assert "hidden" not in said.err


def test_the_schema_is_printed(voronka: Voronka) -> None:
    assert voronka("schema") == Said(
        0, (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"), ""
    )


def test_a_wrong_setting_is_named(voronka: Voronka) -> None:
    said = voronka("serve", VORONKA_RLS="never")

    assert said == Said(1, "", "voronka: VORONKA_RLS: Input should be 'strict' or 'writes'\n")


def test_a_workspace_is_made_and_listed(voronka: Voronka) -> None:
    made = voronka("workspace", "create", "Север", "--locale", "ru", "--currency", "RUB",
                   "--admin-email", "sever@example.com")  # fmt: skip
    lines = dict(line.split(maxsplit=1) for line in made.out.replace("API key", "key").splitlines())

    assert lines.keys() == {"workspace", "administrator", "key"}
    assert lines["administrator"] == "sever@example.com"
    assert lines["key"].startswith("vk_")
    listed = [line for line in voronka("workspace", "list").out.splitlines() if "Север" in line]
    assert [line.split()[:3] for line in listed] == [[lines["workspace"], "ru", "RUB"]]


def test_a_workspace_needs_a_currency_that_exists(voronka: Voronka) -> None:
    said = voronka("workspace", "create", "X", "--locale", "en", "--currency", "ZZZ")

    assert said == Said(1, "", "voronka: 'ZZZ' is no currency code\n")


def test_people_are_added_and_listed(voronka: Voronka, office: str) -> None:
    email = f"anna.{office[-8:]}@example.com"

    added = voronka("user", "add", email, "--first-name", "Anna", "--last-name", "Lee",
                    "--role", "SALES_MANAGER", "--workspace", office,
                    typed="a long password\n")  # fmt: skip

    assert added.code == 0, added.err
    listed = voronka("user", "list", "--workspace", office).out.splitlines()
    assert [line.split()[1:] for line in listed] == [
        [EMAIL, "Administrator", "active"],
        [email, "Sales", "manager", "active", "Anna", "Lee"],
    ]
    roles = voronka("role", "list", "--workspace", office).out.splitlines()
    assert [line.split()[1:4] for line in roles] == [
        ["ADMINISTRATOR", "1", "people"],
        ["HEAD_OF_SALES", "0", "people"],
        ["OBSERVER", "0", "people"],
        ["SALES_MANAGER", "1", "people"],
    ]


def test_nobody_is_added_with_a_role_that_is_not_there(voronka: Voronka, office: str) -> None:
    email = f"vera.{office[-8:]}@example.com"
    before = voronka("user", "list", "--workspace", office).out

    said = voronka("user", "add", email, "--role", "CHIEF", "--workspace", office,
                   typed="a long password\n")  # fmt: skip

    assert said == Said(1, "", "voronka: CHIEF: There is no such role.\n")
    assert voronka("user", "list", "--workspace", office).out == before


def test_a_person_is_not_added_twice(voronka: Voronka, office: str) -> None:
    email = f"boris.{office[-8:]}@example.com"
    arguments = ("user", "add", email, "--workspace", office)
    assert voronka(*arguments, typed="a long password\n").code == 0

    said = voronka(*arguments, typed="a long password\n")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("voronka: email: ")


def test_a_new_password_has_to_be_long_enough(voronka: Voronka, office: str) -> None:
    assert voronka("user", "password", EMAIL, typed="a long password\n") == Said(
        0, f"{EMAIL} has a new password.\n", ""
    )
    short = voronka("user", "password", EMAIL, typed="short\n")
    assert (short.code, short.out) == (1, "")
    assert short.err.startswith("voronka: password: ")


def test_nobody_gets_a_password_by_a_slip_of_the_pen(voronka: Voronka) -> None:
    said = voronka("user", "password", "nobody@example.com", typed="a long password\n")

    assert said == Said(1, "", "voronka: Nobody has the e-mail address nobody@example.com.\n")


def test_a_key_is_made_listed_and_revoked(voronka: Voronka, office: str) -> None:
    made = voronka("token", "create", "ERP", "--scope", "READ", "--days", "30",
                   "--workspace", office)  # fmt: skip
    key_id, secret = (line.split()[-1] for line in made.out.splitlines())

    def names() -> list[str]:
        listed = voronka("token", "list", "--workspace", office).out.splitlines()
        assert secret not in "".join(listed)
        return [line.split()[-1] for line in listed]

    assert names() == ["ERP", "administrator"]
    assert voronka("token", "revoke", key_id, "--workspace", office).code == 0
    assert names() == ["administrator"]
    assert voronka("token", "revoke", key_id, "--workspace", office).code == 1


def test_with_several_workspaces_one_has_to_be_named(voronka: Voronka, office: str) -> None:
    voronka("workspace", "create", "Other", "--locale", "ru", "--currency", "RUB")

    unnamed = voronka("user", "list")
    unknown = voronka("user", "list", "--workspace", "Nowhere")

    assert (unnamed.code, unknown.code) == (1, 1)
    assert unnamed.err == (
        "voronka: Which workspace? Give its id with --workspace: ./voronka workspace list.\n"
    )
    assert unknown.err == "voronka: There is no workspace Nowhere: see ./voronka workspace list.\n"


def test_a_demonstration_fills_the_workspace_that_is_named(voronka: Voronka, office: str) -> None:
    said = voronka("demo", "--deals", "20", "--locale", "en", "--workspace", office)

    assert said.code == 0, said.err
    counts = {name: count for count, name in map(str.split, said.out.splitlines())}
    assert counts.keys() == {"departments", "users", "companies", "contacts", "leads", "deals"}
    assert counts["deals"] == "20"
    people = voronka("user", "list", "--workspace", office).out.splitlines()
    assert len(people) == int(counts["users"]) + 1


def test_a_demonstration_in_another_language_makes_its_workspace(
    voronka: Voronka, database: str
) -> None:
    empty = database.replace("/voronka?", "/empty?")
    query("CREATE DATABASE empty", database)
    assert voronka("migrate", VORONKA_DATABASE_URL=empty).code == 0

    first = voronka("demo", "--deals", "1", "--locale", "en", VORONKA_DATABASE_URL=empty)
    second = voronka("demo", "--deals", "1", "--locale", "ru", VORONKA_DATABASE_URL=empty)
    third = voronka("demo", "--deals", "1", "--locale", "ru", VORONKA_DATABASE_URL=empty)

    shown = [said.out.splitlines()[-1] for said in (first, second, third)]
    assert [line.startswith(f"Administrator {EMAIL}, API key: vk_") for line in shown] == [
        True,
        True,
        False,
    ]
    listed = voronka("workspace", "list", VORONKA_DATABASE_URL=empty).out.splitlines()
    assert [line.split()[1:3] + line.split()[4:] for line in listed] == [
        ["en", "USD", "Voronka"],
        ["ru", "RUB", "Демонстрация"],
    ]
    query("DROP DATABASE empty", database)


def test_a_backup_holds_the_data_and_overwrites_nothing(
    voronka: Voronka, office: str, tmp_path: Path
) -> None:
    file = tmp_path / "crm.dump"

    assert voronka("backup", str(file)).code == 0

    assert mode(file) == 0o600
    listing = subprocess.run(
        [find_binaries() / "pg_restore", "--list", file], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"TABLE DATA public workspaces voronka", listing)
    again = voronka("backup", str(file))
    assert again == Said(1, "", f"voronka: {file} exists already: give another name.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["crm.dump"]


def test_a_backup_that_fails_leaves_no_file(
    voronka: Voronka, database: str, tmp_path: Path
) -> None:
    url = database.replace("/voronka?", "/nothing?")

    said = voronka("backup", str(tmp_path / "crm.dump"), VORONKA_DATABASE_URL=url)

    assert said.code == 1
    assert 'database "nothing" does not exist' in said.err
    assert list(tmp_path.iterdir()) == []


def ready(server: RunningServer) -> int:
    # Patient: the socket takes connections before the workers do.
    return httpx.get(f"{server.address}/readyz", timeout=30).status_code


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def last_lines(path: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8").splitlines()[-3:])


def query(statement: str, url: str) -> None:
    socket_folder = url.partition("?host=")[2]
    password = url.split(":")[2].partition("@")[0]
    subprocess.run(
        [find_binaries() / "psql", "-qX", "-h", socket_folder, "-U", "voronka", "-c", statement],
        env={"PATH": os.defpath, "PGPASSWORD": password, "PGDATABASE": "voronka"},
        check=True,
    )


def test_jobs_are_listed_and_failed_ones_tried_again(voronka: Voronka, database: str) -> None:
    async def fail() -> None:
        connection = await asyncpg.connect(database)
        try:
            await connection.execute(
                "INSERT INTO jobs.pgqueuer (priority, status, entrypoint, attempts)"
                " VALUES (0, 'failed', 'greet', 4), (0, 'failed', 'greet', 4),"
                " (0, 'queued', 'part', 0)"
            )
        finally:
            await connection.close()

    assert voronka("jobs", "list").out == "There are no jobs in the queue.\n"
    asyncio.run(fail())

    assert voronka("jobs", "list").out.splitlines() == [
        "     2  failed   greet",
        "     1  waiting  part",
    ]
    assert voronka("jobs", "retry", "part").out == "Queued again: 0.\n"
    assert voronka("jobs", "retry").out == "Queued again: 2.\n"
    assert voronka("jobs", "list").out.splitlines() == [
        "     2  waiting  greet",
        "     1  waiting  part",
    ]


def test_kept_numbers_are_checked_and_put_right(voronka: Voronka, database: str) -> None:
    add_wrong = """INSERT INTO kept_numbers
        (workspace_id, record_type, is_shared, count, valued, amount)
        SELECT id, 'deal', false, 3, 1, 15000 FROM workspaces LIMIT 1 RETURNING workspace_id"""

    async def break_them() -> str:
        connection = await asyncpg.connect(database)
        try:
            return encode_id("workspace", await connection.fetchval(add_wrong))
        finally:
            await connection.close()

    voronka("workspace", "create", "Counted", "--locale", "en", "--currency", "USD")
    assert voronka("check-numbers") == Said(0, "All kept numbers are right.\n", "")
    workspace = asyncio.run(break_them())
    told = f"{workspace}  deal  -3  -1.5\n"

    advice = "voronka: Kept numbers differ from the records: ./voronka check-numbers --repair.\n"
    assert voronka("check-numbers") == Said(1, told, advice)
    assert voronka("check-numbers", "--repair") == Said(0, f"{told}These were put right.\n", "")
    assert voronka("check-numbers") == Said(0, "All kept numbers are right.\n", "")
