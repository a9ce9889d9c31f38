"""The 61 audits of GraphQL over HTTP, run by the reference implementation against a real server."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

from tests.http.small_server import TOKEN

AUDITS = Path(__file__).parent / "audits"
AUDIT_COUNT = 61


@pytest.fixture
def node() -> str:
    """Find node and install the two packages that the audits need, where they are not yet."""
    command = shutil.which("node")
    npm = shutil.which("npm")
    if command is None or npm is None:
        unavailable("they need node and npm: apt-get install nodejs npm")
    if not is_installed():
        options = ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run([npm, "install", *options], cwd=AUDITS, check=False, timeout=100)
        if done.returncode:
            unavailable("npm could not install graphql-http: see its output")
    return command


def unavailable(reason: str) -> NoReturn:
    """Skip the audits, or fail where they are demanded."""
    if os.environ.get("VORONKA_REQUIRE_AUDITS") == "1":
        pytest.fail(f"The HTTP audits did not run: {reason}")
    pytest.skip(f"The HTTP audits did not run: {reason}")


def is_installed() -> bool:
    wanted = json.loads((AUDITS / "package.json").read_text())["dependencies"]
    for name, version in wanted.items():
        package = AUDITS / "node_modules" / name / "package.json"
        if not package.is_file() or json.loads(package.read_text())["version"] != version:
            return False
    return True


def test_every_audit_passes(node: str, address: tuple[str, int]) -> None:
    host, port = address
    finished = subprocess.run(
        [node, "audit.mjs", f"http://{host}:{port}/graphql"],
        cwd=AUDITS,
        env=os.environ | {"VORONKA_AUTHORIZATION": TOKEN},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    results = json.loads(finished.stdout)

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == AUDIT_COUNT
