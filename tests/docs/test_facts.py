"""Figures and names in the pages are those of the code."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main
from packaging.requirements import Requirement
from pydantic import SecretStr

from domain.errors import Code as UserCode
from schema.errors import Code
from schema.limits import Limits
from server.cli import app
from server.settings import Settings
from tests.docs.pages import PAGES, ROOT, tables

DOCS = ROOT / "docs"
KINDS = {"feature", "change", "fix", "removal", "security"}
_VARIABLE = re.compile(r"\bVORONKA_[A-Z_]+[A-Z]\b")
_QUOTED = re.compile(r"`([^`]+)`")
_SNAKE = re.compile(r"(?<=[a-z])([A-Z])")
# Read elsewhere than in server/settings.py.
_OTHERS = {
    "VORONKA_EXAMPLES": "tests/api/execution/test_real_schema.py",
    "VORONKA_PYTHON": "voronka",
    "VORONKA_UPDATE_COUNTS": "tests/api/test_query_counts.py",
    "VORONKA_UPDATE_DOCS": "tests/docs/test_tutorial.py",
}


def test_the_table_of_variables_is_that_of_the_settings() -> None:
    rows = tables(DOCS / "guide-operator.md", "## Environment variables")
    told = {_name(row[0]): row[1].strip("`") for row in rows}
    settings = Settings(data_dir=Path(".data"))

    assert told == {
        f"VORONKA_{name.upper()}": _default(name, settings) for name in Settings.model_fields
    }


def _default(name: str, settings: Settings) -> str:
    value: Any = getattr(settings, name)
    match value:
        case None | ():
            return "–"
        case bool():
            return str(value).lower()
        case Path():
            return value.name
        case float() if value.is_integer():
            return str(int(value))
        case SecretStr():
            raise AssertionError(f"{name} has a secret default")
        case _:
            return str(value)


def test_variables_that_pages_speak_of_are_there() -> None:
    known = {f"VORONKA_{name.upper()}" for name in Settings.model_fields}
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        for name in set(_VARIABLE.findall(page.read_text(encoding="utf-8"))) - known:
            place = _OTHERS.get(name, "docker-compose.yml")
            assert name in (ROOT / place).read_text(encoding="utf-8"), f"{page.name}: {name}"


def test_the_codes_of_user_errors_are_all_there() -> None:
    rows = tables(DOCS / "reference-errors.md", "## User errors")

    assert [_name(row[0]) for row in rows] == [code.value for code in UserCode]


def test_the_codes_of_top_level_errors_are_all_there() -> None:
    rows = tables(DOCS / "reference-errors.md", "## Top-level errors")

    assert [_name(row[0]) for row in rows] == [code.value for code in Code]


def test_limits_are_those_of_the_limiter() -> None:
    rows = tables(DOCS / "guide-partner.md", "## Limits")
    told = {_name(row[0]): int(row[1]) for row in rows}

    assert told == {name: getattr(Limits(), _SNAKE.sub(r"_\1", name).lower()) for name in told}


def test_the_commands_are_those_of_the_command_line() -> None:
    rows = tables(DOCS / "guide-operator.md", "## Run it")
    told = [" ".join(_name(row[0]).split()[1:]) for row in rows]
    commands = list(_commands(typer.main.get_command(app), ""))

    assert len(told) == len(commands)
    for command in commands:
        assert any(f"{line} ".startswith(f"{command} ") for line in told), command


def _commands(command: Any, name: str) -> list[str]:
    inner_commands: Mapping[str, Any] | None = getattr(command, "commands", None)
    if inner_commands is None:
        return [name]
    return [
        found
        for word, inner in inner_commands.items()
        for found in _commands(inner, f"{name} {word}".strip())
    ]


def test_targets_of_make_that_pages_speak_of_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        spoken = re.findall(r"(?:^|`|[A-Z] |en )make ([a-z-]+)", page.read_text(encoding="utf-8"))
        assert set(spoken) <= targets, page.name


@pytest.mark.parametrize("heading", ["## Runtime", "## Optional", "## Development"])
def test_each_dependency_has_its_row(heading: str) -> None:
    declared: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = declared["project"]
    groups = {
        "## Runtime": [project["dependencies"]],
        "## Optional": project["optional-dependencies"].values(),
        "## Development": [declared["dependency-groups"]["dev"]],
    }
    names = {Requirement(line).name for group in groups[heading] for line in group}
    rows = list(tables(DOCS / "dependencies.md", heading))

    assert {_name(row[0]) for row in rows} == names
    assert len(rows) == len(names)
    assert all(cell for row in rows for cell in row.values())


def test_the_map_of_the_readme_names_files_that_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    map_ = text.partition("## Where things are")[2].partition("## Licence")[0]
    named = {name for name in _QUOTED.findall(map_) if re.fullmatch(r"[\w./-]+(/|\.\w+)", name)}
    files = {name for name in named if "/" in name}

    assert len(files) > 20
    for name in files - {"api/", "http/", "db/", "browser/", "docs/"}:
        assert (ROOT / name).exists(), name
    for folder in ("api", "http", "db", "browser", "docs"):
        assert (ROOT / "tests" / folder).is_dir()


def test_fragments_of_the_changelog_are_named_by_their_kind_and_say_something() -> None:
    fragments = sorted((ROOT / "changelog.d").iterdir())
    told = {_name(row[0]) for row in tables(ROOT / "CONTRIBUTING.md", "## Changelog")}

    assert told == KINDS
    for fragment in fragments:
        assert re.fullmatch(rf"(\+[a-z0-9-]+|\d+)\.({'|'.join(KINDS)})\.md", fragment.name)
        assert fragment.read_text(encoding="utf-8").strip().endswith(".")


def _name(cell: str) -> str:
    found = _QUOTED.search(cell)
    assert found is not None, cell
    return found[1]
