"""The firm whose numbers are tested."""

import pytest

from tests.access.staff import Join
from tests.conftest import Server
from tests.kept_numbers.firm import Firm, open_firm
from tests.people import Cast


@pytest.fixture
async def firm(people: Cast, server: Server, join: Join) -> Firm:
    """Give a firm without any records."""
    return await open_firm(people, server.database, join)
