"""The TypeScript example as a partner has it: a copy with its packages, and its npm scripts."""

import asyncio
import fcntl
import os
import re
import shutil
import subprocess
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NoReturn

import pytest

from tests.client import Client

SOURCE: Final = Path(__file__).parents[2] / "examples" / "typescript"
_COMPLAINT: Final = re.compile(r"^(\S+)\((\d+),\d+\): error (TS\d+):", re.MULTILINE)
_OBJECTION: Final = re.compile(r"^ *Error \d+: (.*)", re.MULTILINE)
_MADE: Final = shutil.ignore_patterns("node_modules", "gql", "dist", "schema.graphql")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended: its exit code and all that it printed."""

    code: int
    said: str

    @property
    def complaints(self) -> list[tuple[str, int, str]]:
        """The compiler's errors: file, line and number of the error."""
        found = _COMPLAINT.findall(self.said)
        return [(file, int(line), number) for file, line, number in found]

    @property
    def objections(self) -> list[str]:
        """What the generator finds wrong in the documents; it prints them twice."""
        return list(dict.fromkeys(_OBJECTION.findall(self.said)))


@dataclass(frozen=True, slots=True)
class Example:
    """A copy of the example in a folder of its own."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        """Put a module into the program."""
        (self.folder / "src" / name).write_text(text, encoding="utf-8")

    async def take_schema(self, client: Client) -> None:
        """Fetch the schema of the client's workspace to where the generator reads it."""
        sent = {"Authorization": f"Bearer {client.token}"}
        fetched = await client.http.get("/schema.graphql", headers=sent)
        assert fetched.status_code == 200
        (self.folder / "schema.graphql").write_text(fetched.text, encoding="utf-8")

    async def run(self, script: str, environment: Mapping[str, str] | None = None) -> Ended:
        """Run one of the npm scripts to its end."""
        clean = {name: value for name, value in os.environ.items() if "VORONKA" not in name}
        process = await asyncio.create_subprocess_exec(
            "npm", "run", "--silent", script,
            cwd=self.folder, env=clean | {"NO_COLOR": "1"} | dict(environment or {}),
            stdout=PIPE, stderr=STDOUT,
        )  # fmt: skip
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
        code = process.returncode
        assert code is not None
        return Ended(code, said.decode())

    async def generate(self) -> Ended:
        """Generate the types from the schema that was taken."""
        return await self.run("codegen")

    async def check(self) -> Ended:
        """Compile the program without writing it."""
        return await self.run("check")


def copy_example(folder: Path) -> Example:
    """Copy what is in the repository; the installed packages are shared, not copied."""
    shutil.copytree(SOURCE, folder, ignore=_MADE)
    (folder / "node_modules").symlink_to(SOURCE / "node_modules")
    return Example(folder)


def install_packages() -> None:
    """Install the packages of the lock file where that has not been done; skips without node."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        unavailable("it needs node and npm: apt-get install nodejs npm")
    with (SOURCE / "package-lock.json").open() as lock, _alone(lock):
        wanted = lock.read()
        # npm clears the folder first, so the copy tells of an installation that came to its end.
        installed = SOURCE / "node_modules" / "installed.lock"
        if installed.is_file() and installed.read_text() == wanted:
            return
        command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=SOURCE, check=False, timeout=100).returncode:
            unavailable("npm could not install the packages: see its output")
        installed.write_text(wanted)


def unavailable(reason: str) -> NoReturn:
    """Skip the test, or fail where it is demanded."""
    if os.environ.get("VORONKA_REQUIRE_CODEGEN") == "1":
        pytest.fail(f"The TypeScript example did not run: {reason}")
    pytest.skip(f"The TypeScript example did not run: {reason}")


@contextmanager
def _alone(file: IO[str]) -> Iterator[None]:
    """Keep the other processes of the test run out."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
