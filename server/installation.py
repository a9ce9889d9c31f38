"""One installation's database, for as long as one command needs it.

With `VORONKA_DATABASE_URL` it is there already. Otherwise it is the embedded one: the command that
takes the data directory's lock starts and stops it, and a command beside a running server uses the
server's.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from db import migrate
from server.data_directory import DataDirectory, DataDirectoryBusyError
from server.embedded import EmbeddedPostgres
from server.serving import undisturbed
from server.settings import Settings

# Any number that nothing else in the database locks: replicas that start together make one
# first workspace.
_FIRST_START: Final = 7_240_115


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


@contextlib.asynccontextmanager
async def alone(url: str) -> AsyncIterator[None]:
    """Hold, across all replicas, the right to look for a first workspace and make it."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            # Ends with the transaction: PgBouncer may lend the connection on after it.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _FIRST_START)
            yield
    finally:
        await connection.close()
