"""The container files without a container engine: their form, and their commands as they are."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from server.cluster import find_binaries
from server.embedded import EmbeddedPostgres
from tests.server.conftest import ROOT, Serve

HERE = Path(__file__).parent
PACKAGES = ("auth", "db", "domain", "loaders", "resolvers", "schema", "server")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the image's last stage, as (name, arguments)."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    instructions = [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]
    last = max(index for index, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[last:]


def command(dockerfile: list[tuple[str, str]], name: str) -> list[str]:
    (arguments,) = [rest for found, rest in dockerfile if found == name]
    words: list[str] = json.loads(arguments[arguments.index("[") :])
    return words


def outside(words: list[str], address: str) -> list[str]:
    """The image's command for this checkout and this interpreter, at another address."""
    here = [word.replace("/app/.venv/bin/python", sys.executable) for word in words]
    here = [word.replace("/app/", f"{ROOT}/") for word in here]
    return [word.replace("http://127.0.0.1:8000", address) for word in here]


def test_the_compose_file_has_the_form_of_the_specification(compose: dict[str, Any]) -> None:
    schema = json.loads((HERE / "compose-spec.json").read_text("utf-8"))

    jsonschema.Draft7Validator(schema).validate(compose)


def test_the_specification_would_notice_a_mistake(compose: dict[str, Any]) -> None:
    schema = json.loads((HERE / "compose-spec.json").read_text("utf-8"))
    wrong = {**compose, "services": {"server": {"image": "x", "depends": ["database"]}}}

    with pytest.raises(jsonschema.ValidationError, match="'depends' does not match"):
        jsonschema.Draft7Validator(schema).validate(wrong)


def test_every_name_in_the_compose_file_is_declared(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        assert set(service.get("depends_on", {})) <= compose["services"].keys(), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).is_file(), volume


def test_every_service_that_stays_is_checked_for_health(compose: dict[str, Any]) -> None:
    checked = {name for name, each in compose["services"].items() if "test" in each["healthcheck"]}

    assert checked == {"database", "server", "pgbouncer"}
    assert compose["services"]["pgbouncer"]["profiles"] == ["pgbouncer"]


def test_our_containers_have_no_root_and_no_secret_in_their_environment(
    compose: dict[str, Any],
) -> None:
    for name in ("server", "migrate", "pgbouncer"):
        service = compose["services"][name]
        assert service["user"].split(":")[0] not in {"", "0", "root"}
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True

    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert re.findall(r"\$\{?VORONKA_(?:SECRET|DATABASE_\w+)", text) == []


def test_the_example_environment_sets_what_the_compose_file_asks_for(
    compose: dict[str, Any],
) -> None:
    lines = (ROOT / "deploy" / "example.env").read_text("utf-8").splitlines()
    given = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    assert {each["environment"] for each in compose["secrets"].values()} <= given


def test_the_image_runs_as_the_user_of_the_compose_file(
    dockerfile: list[tuple[str, str]], compose: dict[str, Any]
) -> None:
    assert ("USER", compose["services"]["server"]["user"]) in dockerfile


def test_the_image_holds_every_package_and_nothing_else_of_ours(
    dockerfile: list[tuple[str, str]],
) -> None:
    copied = {rest.split()[0] for name, rest in dockerfile if name == "COPY" and "--" not in rest}
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert copied == {*PACKAGES, "voronka"}
    assert {f"!{name}/" for name in PACKAGES} | {"!voronka", "!requirements.lock", "*"} <= set(
        allowed
    )


def test_the_images_command_serves_and_its_health_check_sees_it(
    dockerfile: list[tuple[str, str]], compose: dict[str, Any], serve: Serve
) -> None:
    words = command(dockerfile, "CMD")
    assert words == compose["services"]["server"]["command"]
    server = serve(*words[1:])

    check = command(dockerfile, "HEALTHCHECK")
    assert ["CMD", *check] == compose["services"]["server"]["healthcheck"]["test"]
    healthy = subprocess.run(outside(check, server.address), check=False)
    server.stop()
    down = subprocess.run(
        outside(check, server.address), capture_output=True, text=True, check=False
    )

    assert healthy.returncode == 0
    assert down.returncode == 1
    assert down.stderr.startswith(f"{server.address}/readyz: ")


def test_the_script_of_the_database_makes_the_servers_role(own_data: Path, tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(own_data, durable=False)
    environment = {
        "PATH": f"{find_binaries()}:{os.defpath}",
        "PGHOST": postgres.start().partition("?host=")[2],
        "PGPASSWORD": (own_data / "database.superuser.password").read_text("utf-8").strip(),
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD_FILE": str(own_data / "database.superuser.password"),
    }
    psql(environment, "postgres", "DROP DATABASE voronka")
    psql(environment, "postgres", "DROP ROLE voronka")
    password = "it's 'quoted' \\ :here"
    (tmp_path / "database_password").write_text(password, encoding="utf-8")
    script = (ROOT / "deploy" / "postgres" / "10-voronka.sh").read_text("utf-8")

    subprocess.run(
        ["/bin/sh", "-c", script.replace("/run/secrets", str(tmp_path))],
        env=environment,
        check=True,
    )

    mine = environment | {"PGPASSWORD": password}
    role = "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    extensions = "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension"
    assert psql(mine, "voronka", role) == "f|t"
    assert psql(mine, "voronka", extensions) == "btree_gin btree_gist pg_trgm plpgsql"
    assert psql(mine, "voronka", "CREATE TABLE mine (id int)") == ""
    postgres.stop()


def psql(environment: dict[str, str], user: str, statement: str) -> str:
    return subprocess.run(
        [find_binaries() / "psql", "-qXAt", "-U", user, "-d", user, "-c", statement],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.mark.parametrize("script", sorted(ROOT.glob("deploy/**/*.sh")), ids=lambda path: path.name)
def test_the_scripts_of_the_containers_are_sound_shell(script: Path) -> None:
    assert os.access(script, os.X_OK)
    subprocess.run(shlex.split(f"sh -n {script}"), check=True)
