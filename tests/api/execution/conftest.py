"""What the comparisons of executors share."""

import gc
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.app import build_app
from server.settings import Settings


@pytest.fixture(scope="session")
async def stock(settings: Settings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give the same application under graphql-core's own executor."""
    app = build_app(settings, database_url, StrawberryGraphQLCoreExecutionContext)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://stock.test") as client:
        yield client
    await app.state.database.dispose()


@pytest.fixture
def swept() -> Iterator[None]:
    """Collect what a test left behind before the next one begins.

    graphql-core leaves coroutines of fields behind whose sibling has failed; wherever they are
    collected, Python warns that nobody awaited them.
    """
    yield
    gc.collect()
