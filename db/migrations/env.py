"""Alembic's entry: runs the migrations on the database that `db/migrate.py` names."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import db.tables
from db.base import metadata
from db.models.events import TransactionId

ischema_names["xid8"] = TransactionId


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _connect() -> None:
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url") or "",
                                 poolclass=NullPool)  # fmt: skip
    async with engine.connect() as connection:
        await connection.run_sync(_run)
        await connection.commit()
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    asyncio.run(_connect())

__all__ = ["db"]
