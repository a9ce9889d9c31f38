"""Tunnels: what happens to a deal that comes to a stage, in another pipeline."""

from enum import Enum
from typing import Final

from domain.fields import Entity, Field, Kind


class TunnelAction(Enum):
    """What a tunnel does with a deal."""

    COPY = "COPY"
    MOVE = "MOVE"


TUNNEL: Final = Entity(
    name="tunnel",
    plural="tunnels",
    doc="What happens to every deal that comes to a stage: a copy of it, or the deal itself, goes "
    "to a stage of another pipeline.",
    title_field="action",
    fields=(
        Field("stage", Kind.REFERENCE, "The stage that it starts from.", target="stage",
              required=True, always=True, writable=False),
        Field("target_stage", Kind.REFERENCE, "The stage of another pipeline that it leads to.",
              target="stage", required=True, always=True),
        Field("action", Kind.ENUM, "Whether a copy goes there or the deal itself; it never "
              "changes.", enum=TunnelAction, always=True, required=True, writable=False,
              filterable=False),
    ),
)  # fmt: skip
MOST_REPEATS: Final = 3
"""A tunnel that one deal, or what came of it, would enter so often is part of a circle."""
MOST_RUNS: Final = 50
"""Tunnels that one move of one deal may set off."""
