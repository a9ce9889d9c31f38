"""The database that is measured: an embedded PostgreSQL of its own, filled once and kept."""

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from rich.progress import Progress

from auth.actor import Actor, system_actor
from db.database import Database
from db.migrate import upgrade
from domain.ids import encode_id
from resolvers.workspaces import create_workspace, list_workspaces
from server.data_directory import DataDirectory
from server.demo import generate
from server.embedded import EmbeddedPostgres
from server.processes import postmaster_line

SEED: Final = 1
_LOCALE, _CURRENCY = "ru", "RUB"
_ADMIN: Final = "admin@example.com"
_SAMPLE: Final = 2_000
# The demonstration's newest companies are small: three levels of lists would have nothing to show.
_CONTACTS_OF_THE_NEWEST: Final = """
UPDATE contacts SET company_id = company.id
FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS place FROM companies
      WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY id DESC LIMIT 20) AS company,
     (SELECT id, row_number() OVER (ORDER BY id) AS place FROM contacts
      WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 100) AS contact
WHERE contacts.workspace_id = $1 AND contacts.id = contact.id
  AND company.place = (contact.place + 4) / 5
"""
_DEALS_OF_THEIRS: Final = """
UPDATE deals SET company_id = contact.company_id, contact_id = contact.id
FROM (SELECT id, company_id, row_number() OVER (ORDER BY id) AS place FROM contacts
      WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 100) AS contact,
     (SELECT id, row_number() OVER (ORDER BY id) AS place FROM deals
      WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY id LIMIT 500) AS deal
WHERE deals.workspace_id = $1 AND deals.id = deal.id AND contact.place = (deal.place + 4) / 5
"""
_ROOM: Final = "ALTER TABLE deals SET (fillfactor = 15)"


class WrongPlaceError(Exception):
    """The folder holds something else than what shall be measured."""


@dataclass(frozen=True, slots=True)
class Place:
    """A running database with one workspace of a known size."""

    folder: Path
    url: str
    actor: Actor
    deals: int
    sample: tuple[str, ...]
    """Ids of some deals, out of all parts of any list."""
    pipeline: str
    """Id of the default pipeline of deals."""
    postmaster: int
    """The leading process of the database."""

    @property
    def workspace_id(self) -> UUID:
        """The workspace that is measured."""
        return self.actor.workspace_id


@contextlib.contextmanager
def open_place(folder: Path, deals: int, *, fresh: bool, roomy: bool = False) -> Iterator[Place]:
    """Start the database in a folder, filled before if it is there; raises WrongPlaceError.

    A roomy one has deals that can grow where they stand, without new index entries.
    """
    if fresh and folder.exists():
        shutil.rmtree(folder)
    with DataDirectory(folder).lock():
        postgres = EmbeddedPostgres(folder)
        url = postgres.start()
        try:
            upgrade(url)
            actor, sample, pipeline = asyncio.run(_prepare(url, deals, roomy=roomy))
            leader = int(postmaster_line(postgres.cluster, 0) or 0)
            yield Place(folder, url, actor, deals, sample, pipeline, leader)
        finally:
            postgres.stop()


async def _prepare(url: str, deals: int, *, roomy: bool) -> tuple[Actor, tuple[str, ...], str]:
    name = f"bench {deals}"
    database = Database(url, pool_size=1)
    try:
        if not await list_workspaces(database):
            await create_workspace(database, name, _LOCALE, _CURRENCY, _ADMIN)
        (workspace,) = await list_workspaces(database)
    finally:
        await database.dispose()
    connection = await asyncpg.connect(url)
    try:
        there = await connection.fetchval(
            "SELECT count(*) FROM deals WHERE workspace_id = $1", workspace.id
        )
        if there == 0:
            if roomy:
                await connection.execute(_ROOM)
            await _fill(url, workspace.id, deals)
            for statement in (_CONTACTS_OF_THE_NEWEST, _DEALS_OF_THEIRS):
                await connection.execute(statement, workspace.id)
        elif there != deals or workspace.name != name:
            raise WrongPlaceError(f"There are {there} deals, not {deals}: --fresh starts again.")
        admin = await connection.fetchval(
            "SELECT user_id FROM role_assignments AS given JOIN roles AS role "
            "ON role.workspace_id = given.workspace_id AND role.id = given.role_id "
            "WHERE given.workspace_id = $1 AND role.code = 'ADMINISTRATOR'",
            workspace.id,
        )
        sample = await connection.fetch(
            "SELECT id FROM deals WHERE workspace_id = $1 ORDER BY md5(id::text) LIMIT $2",
            workspace.id,
            _SAMPLE,
        )
        pipeline = await connection.fetchval(
            "SELECT id FROM pipelines WHERE workspace_id = $1 AND entity = 'DEAL' AND is_default",
            workspace.id,
        )
    finally:
        await connection.close()
    actor = system_actor(workspace.id, _LOCALE, _CURRENCY, admin)
    deals_of_all = tuple(encode_id("deal", row["id"]) for row in sample)
    return actor, deals_of_all, encode_id("pipeline", pipeline)


async def _fill(url: str, workspace_id: UUID, deals: int) -> None:
    with Progress() as shown:
        task = shown.add_task(f"Making {deals:,} deals and what belongs to them")

        def tell(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        await generate(url, workspace_id, deals=deals, locale=_LOCALE, seed=SEED, progress=tell)
