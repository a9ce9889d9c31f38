"""A worker that begins a job, says so, and never ends it: to be killed by a test."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from db.database import Database
from resolvers.operation import Operation
from server.worker import Worker
from tests.jobs.conftest import make_deal


async def sleep(op: Operation, _arguments: Mapping[str, Any]) -> None:
    """Write something and sleep over it."""
    await make_deal(op)
    print("asleep", flush=True)  # noqa: T201 - how the test knows
    await asyncio.sleep(600)


async def main(url: str, name: str) -> None:
    """Work until killed."""
    database = Database(url, pool_size=3, reading_share=0.0)
    async with Worker(database, url, jobs={name: sleep}, periodic={}).beside():
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
