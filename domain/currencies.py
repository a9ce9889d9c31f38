"""Currencies of a workspace, and the work of bringing stored amounts into its base currency."""

from enum import Enum
from typing import Final

from domain.fields import Entity, Field, Kind


class CurrencyWorkKind(Enum):
    """Why stored base amounts are worked out anew."""

    RECOMPUTE = "RECOMPUTE"
    CHANGE_BASE = "CHANGE_BASE"


class CurrencyWorkState(Enum):
    """How far the work is."""

    CLEARING = "CLEARING"
    RECOMPUTING = "RECOMPUTING"
    DONE = "DONE"


CURRENCY: Final = Entity(
    name="currency",
    plural="currencies",
    doc="A currency that the workspace works with.",
    title_field="code",
    fields=(
        Field("code", Kind.CURRENCY, "Its ISO 4217 code; unique in the workspace.", required=True,
              always=True, writable=False),
        Field("template", Kind.STRING, "How amounts are written, with # in the place of the "
              "number, such as `# руб.`; as the reader's language writes them if empty.",
              max_length=50),
        Field("decimals", Kind.INTEGER, "Places after the point that are shown; the currency's "
              "own if left out.", minimum=0, maximum=4),
        Field("sort", Kind.INTEGER, "Position among the currencies; small comes first.",
              always=True),
    ),
)  # fmt: skip
