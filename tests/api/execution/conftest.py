"""What the comparisons of executors share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def swept() -> Iterator[None]:
    """Collect what a test left behind before the next one begins.

    graphql-core leaves coroutines of fields behind whose sibling has failed; wherever they are
    collected, Python warns that nobody awaited them.
    """
    yield
    gc.collect()
