"""The committed build of the explorer: fresh, whole, small, licensed, its examples valid."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "server" / "graphiql"
BUILT = ROOT / "server" / "static" / "graphiql"
SOURCES = (
    "build.mjs",
    "examples/*",
    "fonts.txt",
    "licences.mjs",
    "package.json",
    "src/*",
    "tsconfig.json",
)
EXAMPLES = sorted((RECIPE / "examples").glob("*.graphql"))


def test_the_build_is_of_these_sources() -> None:
    digest = hashlib.sha256()
    files = [path for pattern in SOURCES for path in RECIPE.glob(pattern)]
    for path in sorted(files, key=lambda path: path.relative_to(RECIPE).as_posix()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(RECIPE).as_posix()} {len(data)}\n".encode() + data)

    built_from = (BUILT / "SOURCES.sha256").read_text().strip()
    assert built_from == digest.hexdigest(), "server/graphiql has changed: run `make graphiql`"


def test_the_build_stays_under_six_megabytes() -> None:
    assert sum(path.stat().st_size for path in (BUILT / "assets").iterdir()) < 6_000_000


def test_every_built_file_carries_a_hash_and_names_only_files_that_exist() -> None:
    names = {path.name for path in (BUILT / "assets").iterdir()}
    assert [name for name in names if not re.search(r"-[A-Z0-9]{8}\.\w+$", name)] == []
    named = {
        name
        for path in [BUILT / "index.html", *(BUILT / "assets").glob("*.[jc]s*")]
        for name in re.findall(r"\w+-[A-Z0-9]{8}\.[a-z0-9]+", path.read_text(encoding="utf-8"))
    }
    assert named == names


def test_the_licences_of_what_is_built_in_lie_beside_it() -> None:
    text = (BUILT / "LICENSES.txt").read_text(encoding="utf-8")
    for name in ("graphiql", "monaco-editor", "react-dom", "graphql", "prettier", "Fira Code"):
        assert re.search(rf"^{re.escape(name)} \d", text, re.MULTILINE), name


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_fits_the_schema(path: Path, schema: GraphQLSchema) -> None:
    document = parse(path.read_text(encoding="utf-8"))
    assert validate(schema, document) == []

    operation = get_operation_ast(document)
    assert isinstance(operation, OperationDefinitionNode)
    variables_file = path.with_suffix(".json")
    variables: dict[str, Any] = {}
    if variables_file.exists():
        variables = json.loads(variables_file.read_text(encoding="utf-8"))
    definitions = operation.variable_definitions or ()
    assert {definition.variable.name.value for definition in definitions} == set(variables)
    assert not isinstance(get_variable_values(schema, definitions, variables), list)
