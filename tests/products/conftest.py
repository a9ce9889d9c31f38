"""What the people of these tests have: the looks at what is stored and told, of tests/process."""

from tests.process.conftest import join, stored, told

__all__ = ["join", "stored", "told"]
