"""What holds for the files themselves: their size, their names, and what must not stand in them."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.architecture.sources import LAYERS, ROOT, Module, modules, read, tracked

MODULES = modules()
PRODUCT = modules(*LAYERS)
_NO_NOUN = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?)(_|\.py$)")

_REGISTRIES = re.compile(
    r"\bpypi\.|python-?hosted|\bregistry\.(npm|yarn)|npmjs\.(org|com)|artifactory|devpi"
    r"|index-url\s*[=:]"
)
_MACHINE = re.compile(r"(?<![\w.\-/])/(root|work|home|Users|mnt)/[\w.]")
_LEFT = re.compile(r"\b(TO.?DO|FIX.?ME|XXX|HACK)\b")
_SUPPRESSION = re.compile(
    r"#\s*(?:noqa\b(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type: ignore\b(?:\[[\w,\s-]+\])?"
    r"|pragma: no cover|pyright: ignore\b(?:\[\w+\])?)"
)
_BUILT = "server/static/graphiql/"
"""Built from npm packages by their own tools, with the licences of their own."""


def texts() -> Iterator[tuple[str, str]]:
    """Give the tracked files that somebody wrote, with their texts; not this one."""
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(_BUILT) and path != Path(__file__):
            yield name, path.read_text(encoding="utf-8")


def found(pattern: re.Pattern[str], named: Iterator[tuple[str, str]]) -> list[str]:
    """Give the places of a pattern: file, line and what stands there."""
    return [
        f"{name}:{number}: {match[0]}"
        for name, text in named
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := pattern.search(line))
    ]


def bare_suppressions(module: Module) -> list[int]:
    """Give the lines of suppressions that have no rule or no reason beside them."""
    bare = []
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type != tokenize.COMMENT or not (marks := _SUPPRESSION.findall(token.string)):
            continue
        reason = _SUPPRESSION.sub("", token.string).strip(" #-")
        if not reason or any(mark.endswith(("noqa", "ignore")) for mark in marks):
            bare.append(token.start[0])
    return bare


def test_no_module_is_long_and_most_are_short() -> None:
    lines = {module.path: len(module.text.splitlines()) for module in MODULES}

    assert {
        path: count
        for path, count in lines.items()
        if count > (600 if path.startswith("tests/") else 400)
    } == {}
    assert median(lines[module.path] for module in PRODUCT) <= 120


def test_a_module_is_named_by_what_it_holds_and_lies_near_the_top() -> None:
    names = [module.path for module in MODULES]

    assert [name for name in names if _NO_NOUN.search(Path(name).name)] == []
    assert [name for name in names if not re.fullmatch(r"[a-z0-9_/]+\.py", name)] == []
    assert [module.path for module in PRODUCT if module.path.count("/") > 2] == []


def test_no_file_names_a_registry_of_packages() -> None:
    assert found(_REGISTRIES, texts()) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert found(_MACHINE, texts()) == []


def test_nothing_is_left_for_later() -> None:
    assert found(_LEFT, texts()) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (_REGISTRIES, "--index-url=https://mirror.example.com/simple"),
        (_REGISTRIES, "https://artifactory.example.com/api/packages"),
        (_REGISTRIES, '"resolved": "https://registry.npm.example.com/react"'),
        (_MACHINE, 'open("/home/anna/notes")'),
        (_MACHINE, "cd /mnt/disk"),
        (_LEFT, "# TO-DO: later"),
    ],
)
def test_what_must_not_stand_in_a_file_is_found(pattern: re.Pattern[str], line: str) -> None:
    assert found(pattern, iter([("file", f"\n{line}\n")]))
    assert not found(
        pattern, iter([("file", "see docs/home/index.md, /run/secrets and example.com")])
    )


def test_a_suppression_names_its_rule_and_its_reason() -> None:
    bare = {module.path: bare_suppressions(module) for module in MODULES}

    assert {path: lines for path, lines in bare.items() if lines} == {}


def test_a_suppression_without_rule_or_reason_is_found() -> None:
    assert bare_suppressions(
        read(
            "a = 1  # noqa: S105\n"
            "b = 2  # noqa\n"
            "c = 3  # type: ignore[misc]\n"
            "d = 4  # noqa: S105 - the name of a file\n"
            "e = 5  # type: ignore[misc]  # a mixin\n"
            "f = 6  # noqa - everything\n"
            "g = 'in a text: # noqa'\n"
        )
    ) == [1, 2, 3, 6]  # fmt: skip


def test_the_environment_is_read_by_the_settings_alone() -> None:
    reading = {
        module.path for module in PRODUCT if re.search(r"\bos\.(environ|getenv)\b", module.text)
    }

    # It hands the database's address to the processes that it starts.
    assert reading == {"server/serving.py"}
