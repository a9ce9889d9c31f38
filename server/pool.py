"""The pools of connections as the settings say."""

from typing import Any

from db.database import Database, RowSecurity
from server.settings import Settings


def open_pool(settings: Settings, database_url: str) -> Database:
    """Prepare the pool of a process that answers requests."""
    return Database(database_url, pool_size=settings.pool_size, **_common(settings))


def open_worker_pool(settings: Settings, database_url: str) -> Database:
    """Prepare the pool of a worker: a connection for each of its jobs, all of which write."""
    return Database(
        database_url,
        # A pool has one for reading, too, which nobody asks for and so is never made.
        pool_size=settings.worker_jobs + 1,
        reading_share=0.0,
        **_common(settings),
    )


def _common(settings: Settings) -> dict[str, Any]:
    return {
        "row_security": RowSecurity(settings.rls),
        "pool_timeout": settings.pool_timeout,
        "statement_timeout": settings.statement_timeout,
        "lock_timeout": settings.lock_timeout,
        "idle_timeout": settings.idle_in_transaction_timeout,
    }
