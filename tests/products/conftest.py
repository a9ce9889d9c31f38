"""What the people of these tests have: the look at what is told, of tests/process."""

from tests.process.conftest import told

__all__ = ["told"]
