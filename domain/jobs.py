"""Background jobs: work that is done after the answer, by a worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of background work of a workspace, by the name of its handler."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Values as JSON."""
