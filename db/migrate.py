"""Bring a database to the newest migration, or say whether it is there."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_FOLDER = Path(__file__).parent / "migrations"


def config(url: str) -> Config:
    """Make Alembic's configuration for a database URL (`postgresql://…`)."""
    result = Config()
    result.set_main_option("script_location", str(_FOLDER))
    result.set_main_option("sqlalchemy.url", driver_url(url).replace("%", "%%"))
    return result


def driver_url(url: str) -> str:
    """Name the driver in a plain PostgreSQL URL."""
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def upgrade(url: str, revision: str = "head") -> None:
    """Run all migrations up to a revision; not inside a running event loop."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back down to a revision; not inside a running event loop."""
    command.downgrade(config(url), revision)


def is_current(url: str) -> bool:
    """Tell whether the database stands at the newest migration; not inside a running loop."""
    return asyncio.run(at_head(url))


async def at_head(url: str) -> bool:
    """Tell whether the database stands at the newest migration."""
    head = ScriptDirectory.from_config(config(url)).get_current_head()
    engine = create_async_engine(driver_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision) == head
    finally:
        await engine.dispose()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
