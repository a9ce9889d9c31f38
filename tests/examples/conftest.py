"""The loader as a process against the server under test, and the folders that it reads."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.ids import decode_id
from tests.conftest import Server
from tests.people import Cast

_COMPLETE = (
    "sales_agent,manager,regional_office\nMoses Frase,Dustin Brinkmann,Central\n",
    "product,series,sales_price\nGTX Pro,GTX,4821\n",
    "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n"
    "Cancity,retail,2001,718.62,2448,United States,\n"
    "Isdom,medical,2002,3178.24,4540,United States,Cancity\n",
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
    "ONE,Moses Frase,GTXPro,Cancity,Won,2016-10-20,2017-03-01,1054\n"
    "TWO,Moses Frase,GTX Pro,,Prospecting,,,\n",
)
_NAMES = ("sales_teams.csv", "products.csv", "accounts.csv", "sales_pipeline.csv")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the loader ended."""

    code: int
    said: str
    complained: str


@dataclass(frozen=True, slots=True)
class Loader:
    """Runs the loader against one server; each workspace gets e-mail addresses of its own."""

    program: Path
    url: str
    domain: str

    @asynccontextmanager
    async def started(
        self, data: Path, token: str | None, *more: str, url: str | None = None
    ) -> AsyncIterator[Process]:
        """Start the loader from a foreign folder and end it on the way out."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(self.program), "--data", str(data), "--url", url or self.url,
            "--domain", self.domain, *more,
            cwd=data, env=self._environment(token), stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    async def run(self, data: Path, token: str | None, *more: str, url: str | None = None) -> Ended:
        """Run the loader to its end; `more` are further arguments."""
        async with self.started(data, token, *more, url=url) as process:
            said, complained = await process.communicate()
        code = process.returncode
        assert code is not None
        return Ended(code, said.decode(), complained.decode())

    async def report(self, token: str | None, *more: str) -> Ended:
        """Run the report on what is loaded."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(self.program.parent / "sales_report.py"), "--url", self.url, *more,
            env=self._environment(token), stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        said, complained = await process.communicate()
        assert process.returncode is not None
        return Ended(process.returncode, said.decode(), complained.decode())

    def _environment(self, token: str | None) -> Mapping[str, str]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("VORONKA_")
        }
        return environment if token is None else {**environment, "VORONKA_TOKEN": token}


@pytest.fixture
def loader(server: Server, people: Cast, root_folder: Path) -> Loader:
    """Give the loader, bound to the server under test."""
    domain = people.workspace_name.replace(" ", "-").lower() + ".example.com"
    return Loader(root_folder / "examples" / "sales_opportunities.py", server.url, domain)


CountEvents = Callable[[], Awaitable[int]]


@pytest.fixture
def count_events(server: Server, people: Cast) -> CountEvents:
    """Give a function that counts all events of the workspace that is loaded into."""

    async def count() -> int:
        asked = "{ viewer { workspace { id } } }"
        workspace = (await people.root.data(asked))["viewer"]["workspace"]["id"]
        statement = text("SELECT count(*) FROM events WHERE workspace_id = :id")
        async with server.database.engine.connect() as connection:
            found = await connection.execute(statement, {"id": decode_id(workspace)[1]})
            return int(found.scalar_one())

    return count


@pytest.fixture(scope="session")
def sales_data() -> Path:
    """Give the folder of the real data set; skips where it is absent."""
    beside = Path(__file__).parents[3] / "shared" / "data" / "sales-opportunities"
    folder = Path(os.environ.get("VORONKA_SALES_DATA") or beside)
    if not (folder / "sales_pipeline.csv").is_file():
        pytest.skip(f"no data set in {folder}: VORONKA_SALES_DATA may name another folder")
    return folder


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """Give a folder with two deals, two companies and two people, free to be spoiled."""
    for name, rows in zip(_NAMES, _COMPLETE, strict=True):
        (tmp_path / name).write_text(rows, encoding="utf-8")
    return tmp_path
