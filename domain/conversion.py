"""What a lead becomes: which of its fields go where when it is converted."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from domain.fields import Field, Kind

CREATED: Final = ("company", "contact", "deal")
"""What may be made of a lead, in the order in which it is made: the later refer to the earlier."""

_POINTS: Final = ("phones", "emails", "websites", "messengers")
_SOURCE: Final = ("source", "source_description")
_ALL: Final = ("comments", "utm", "responsible", "is_shared", "observers")


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


MAPPING: Final[Mapping[str, Mapping[str, str]]] = {
    "contact": _same("honorific", "first_name", "middle_name", "last_name", "birth_date",
                     "job_title", *_SOURCE, *_POINTS, *_ALL),
    "company": {"company_title": "title", **_same(*_POINTS, *_ALL)},
    "deal": _same("title", *_SOURCE, *_ALL),
}  # fmt: skip
"""By what is made: the fields of the lead that go there, and the names that they have there."""
UNNAMED_COMPANY: Final = "title"
"""The field of the lead that names the company where the lead gives no name of one."""
ITS_OWN: Final = frozenset({"stage", "company", "contact", "contacts", "external_ids"})
"""Fields of a lead that say where it stands and what it is linked to: they stay what they are."""
OF_SALES: Final = frozenset({"amount", "currency", "is_amount_manual", "product_rows"})
"""Fields of a lead that go into a deal together: what is sold, and for how much."""
LEAD_DEALS: Final = Field(
    "deals", Kind.INVERSE, "The deals that came from the lead.", target="deal", via="lead_id"
)


class LossReason(Enum):
    """Why something of a lead gets into nothing that is made of it."""

    NO_FIELD = "NO_FIELD"
    NOT_WRITABLE = "NOT_WRITABLE"
    NOT_AVAILABLE = "NOT_AVAILABLE"
