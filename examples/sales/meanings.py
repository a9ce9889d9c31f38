"""What the words of the files mean: their known flaws, and what each becomes in the CRM.

A value that is not here, and not in one of the other files, stops the load with its row named.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Item:
    """A dictionary item: found by its code, made with the name where the workspace has none."""

    code: str
    name: str


# file and column: what the file says, what is meant
KNOWN_FLAWS: Final = {
    ("sales_pipeline.csv", "product"): {"GTXPro": "GTX Pro"},  # 1,480 rows
    ("accounts.csv", "sector"): {"technolgy": "technology"},
    ("accounts.csv", "office_location"): {"Philipines": "Philippines"},
}

# Sectors become items of the dictionary INDUSTRY. Four mean what a workspace comes with.
INDUSTRIES: Final = {
    "technology": Item("IT", "Information technology"),
    "telecommunications": Item("TELECOM", "Telecommunication"),
    "finance": Item("FINANCE", "Finance"),
    "entertainment": Item("ENTERTAINMENT", "Entertainment"),
    "employment": Item("EMPLOYMENT", "Employment"),
    "marketing": Item("MARKETING", "Marketing"),
    "medical": Item("MEDICAL", "Medical"),
    "retail": Item("RETAIL", "Retail"),
    "services": Item("SERVICES", "Services"),
    "software": Item("SOFTWARE", "Software"),
}

# The most employees of each range, and its item of the dictionary EMPLOYEES.
EMPLOYEES: Final = (
    (49, Item("EMPLOYEES_1", "fewer than 50")),
    (250, Item("EMPLOYEES_2", "50-250")),
    (500, Item("EMPLOYEES_3", "250-500")),
)
MORE_EMPLOYEES: Final = Item("EMPLOYEES_4", "more than 500")

COUNTRIES: Final = frozenset(
    {"Belgium", "Brazil", "China", "Germany", "Italy", "Japan", "Jordan", "Kenya", "Korea",
     "Norway", "Panama", "Philippines", "Poland", "Romania", "United States"}
)  # fmt: skip


# The stages of the pipeline in their order, and what each means to the CRM.
STAGES: Final = {"Prospecting": "OPEN", "Engaging": "OPEN", "Won": "WON", "Lost": "LOST"}


def employees_item(count: int) -> Item:
    """Give the range that a number of employees falls into."""
    return next((item for most, item in EMPLOYEES if count <= most), MORE_EMPLOYEES)
