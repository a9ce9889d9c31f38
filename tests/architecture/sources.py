"""The project's own files as the tests of its architecture read them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
LAYERS: Final = ("server", "schema", "resolvers", "loaders", "auth", "db", "domain")
"""The packages that make up the server, top to bottom."""


@dataclass(frozen=True)
class Module:
    """A Python file: its path from the root, its text and its syntax tree."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; many tests look at the text alone."""
        return ast.parse(self.text)

    def calls(self) -> Iterator[ast.Call]:
        """Give all calls in it."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def texts(self) -> set[str]:
        """Give the texts that it has as constants."""
        constants = (node for node in ast.walk(self.tree) if isinstance(node, ast.Constant))
        return {node.value for node in constants if isinstance(node.value, str)}

    def imported(self, package: str) -> set[str]:
        """Give the names imported from a package or its modules."""
        return {
            alias.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module is not None
            if node.module == package or node.module.startswith(f"{package}.")
            for alias in node.names
        }


@cache
def read(text: str, path: str = "example.py") -> Module:
    """Read a text as a module."""
    return Module(path, text)


@cache
def tracked() -> tuple[Path, ...]:
    """Give the files that are in the repository."""
    # Whoever owns the folder: a checkout in a container belongs to another account than the tests.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Give the modules in some folders, or all of the repository; migrations are left out."""
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        inside = not folders or name.startswith(tuple(f"{folder}/" for folder in folders))
        if path.suffix == ".py" and inside and "/migrations/versions/" not in name:
            found.append(read(path.read_text(encoding="utf-8"), name))
    return tuple(found)


def callee(call: ast.Call) -> str:
    """Give the last name of what is called: `insert` for `op.session.insert(…)`."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
