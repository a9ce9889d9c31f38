"""One installation's database, for as long as one command needs it.

With `VORONKA_DATABASE_URL` it is there already. Otherwise it is the embedded one: the command that
takes the data directory's lock starts and stops it, and a command beside a running server uses the
server's.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from db import migrate
from db.database import Database
from resolvers.workspaces import NewWorkspace, create_workspace, list_workspaces
from server.administration import choose_workspace
from server.data_directory import DataDirectory, DataDirectoryBusyError, write_private
from server.embedded import EmbeddedPostgres
from server.serving import undisturbed
from server.settings import CURRENCY_OF_LOCALE, Settings

# Any number that nothing else in the database locks: replicas that start together make one
# first workspace.
_FIRST_START: Final = 7_240_115
_NAMES: Final = {"ru": "Воронка", "en": "Voronka"}
_DEMO_NAMES: Final = {"ru": "Демонстрация", "en": "Demonstration"}


class DatabaseUnreachableError(Exception):
    """The database does not answer; the message says which setting names it."""


class DatabaseBehindError(Exception):
    """The database's schema is older than the code (or newer: somebody else's version ran)."""

    def __init__(self) -> None:
        super().__init__(
            "The database's schema is not this version's: run ./voronka migrate first."
        )


@contextlib.contextmanager
def reserve(settings: Settings) -> Iterator[None]:
    """Hold the data directory of an embedded database; raise `DataDirectoryBusyError`."""
    if settings.database_url is not None:
        yield  # replicas on one machine may share the folder: nothing in it changes
        return
    with DataDirectory(settings.data_dir).lock():
        yield


@contextlib.contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """Give the URL of the database, started and stopped here if it is the embedded one.

    The caller has reserved the data directory. The schema may be an older one: see
    `bring_up_to_date`.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    postgres = EmbeddedPostgres(settings.data_dir)
    try:
        yield postgres.start()
    finally:
        with undisturbed():
            postgres.stop()


@contextlib.contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """Give the URL of the database for one command, also beside a running server."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(reserve(settings))
        except DataDirectoryBusyError:
            url = EmbeddedPostgres(settings.data_dir).url_if_running()
            if url is None:
                raise
        else:
            url = stack.enter_context(running_database(settings))
        yield url


def bring_up_to_date(settings: Settings, url: str) -> None:
    """Migrate an embedded database; refuse another that is behind (`DatabaseBehindError`)."""
    with reaching_database():
        if migrate.is_current(url):
            return
    if settings.database_url is not None:
        raise DatabaseBehindError
    migrate.upgrade(url)


@contextlib.contextmanager
def reaching_database() -> Iterator[None]:
    """Say in one line that the database does not answer, instead of a driver's traceback."""
    try:
        yield
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseUnreachableError(
            f"The database does not answer ({cause}). Check VORONKA_DATABASE_URL."
        ) from error


async def first_workspace(settings: Settings, url: str, database: Database) -> NewWorkspace | None:
    """Make a workspace and its administrator if there is none; keep the key beside the data."""
    async with _alone(url):
        if await list_workspaces(database):
            return None
        return await _make_first(settings, database, settings.locale, settings.currency)


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """The workspace that a demonstration goes to; `made` if it is a new one."""

    id: UUID
    name: str
    locale: str
    made: NewWorkspace | None = None


async def demo_workspace(
    settings: Settings, url: str, database: Database, wanted: str | None, locale: str | None
) -> DemoPlace:
    """Choose the workspace `wanted`, or the first (of a language), made if there is none."""
    async with _alone(url):
        known = await list_workspaces(database)
        fitting = [row for row in known if locale in {None, row.locale}]
        if wanted is not None:
            fitting = [choose_workspace(known, wanted)]
        if fitting:
            return DemoPlace(fitting[0].id, fitting[0].name, fitting[0].locale)
        locale = locale or settings.locale
        currency = CURRENCY_OF_LOCALE[locale]
        if known:
            name = _DEMO_NAMES[locale]
            made = await create_workspace(database, name, locale, currency, settings.admin_email)
        else:
            name = _NAMES[locale]
            made = await _make_first(settings, database, locale, currency)
        return DemoPlace(made.workspace_id, name, locale, made)


async def _make_first(
    settings: Settings, database: Database, locale: str, currency: str
) -> NewWorkspace:
    made = await create_workspace(database, _NAMES[locale], locale, currency, settings.admin_email)
    directory = DataDirectory(settings.data_dir)
    directory.prepare()
    write_private(directory.admin_token, made.api_key)
    return made


@contextlib.asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Hold, across all replicas, the right to look for a first workspace and make it."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            # Ends with the transaction: PgBouncer may lend the connection on after it.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _FIRST_START)
            yield
    finally:
        await connection.close()
