"""The thirty custom fields that the measured deals have, and the values that they get.

Five of them are filterable and repeat a field of the deal itself, empty values included: what is
asked of one can be asked of the other, and both must find the same deals in the same order.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from domain.custom_fields import CustomFieldType
from domain.money import scaled_text
from resolvers.custom_values import parse_one
from server.demo.dice import Dice

CURRENCY: Final = "RUB"
_FILLED_PERCENT: Final = 85
_FIRST_DAY: Final = date(2025, 1, 1)
_WORDS: Final = (
    "поставка", "монтаж", "договор", "срочно", "склад", "Екатеринбург", "Казань", "серия",
    "партия", "доставка", "осенью", "по счёту", "юг", "север", "аванс", "рассрочка",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A custom field to be made."""

    code: str
    kind: CustomFieldType
    twin: str = ""
    """The field of a deal that it repeats; such fields are filterable."""


@dataclass(frozen=True, slots=True)
class Made:
    """The custom fields as they are in the workspace."""

    ids: Mapping[str, UUID]
    """By code."""
    options: Mapping[UUID, UUID]
    """By item of the dictionary of sources: the option that stands for it."""


TWINS: Final = (
    Wanted("chance", CustomFieldType.INTEGER, "probability"),
    Wanted("subject", CustomFieldType.STRING, "title"),
    Wanted("deadline", CustomFieldType.DATE, "closeDate"),
    Wanted("budget", CustomFieldType.MONEY, "amount"),
    Wanted("channel", CustomFieldType.LIST, "source"),
)
_OTHERS: Final[Mapping[CustomFieldType, Sequence[str]]] = {
    CustomFieldType.STRING: ("contract", "shipment", "campaign", "region", "model", "serial"),
    CustomFieldType.TEXT: ("terms", "notes"),
    CustomFieldType.INTEGER: ("pieces", "warranty", "visits"),
    CustomFieldType.NUMBER: ("discount", "weight", "volume"),
    CustomFieldType.BOOLEAN: ("isUrgent", "isTender", "needsFitting"),
    CustomFieldType.DATE: ("signedOn", "deliveredOn"),
    CustomFieldType.DATETIME: ("callAt", "demoAt"),
    CustomFieldType.MONEY: ("cost",),
    CustomFieldType.URL: ("tender",),
    CustomFieldType.ADDRESS: ("delivery",),
    CustomFieldType.USER: ("engineer",),
}
WANTED: Final = (
    *TWINS,
    *(Wanted(code, kind) for kind, codes in _OTHERS.items() for code in codes),
)

TWIN_VALUES: Final = """
SELECT id, probability, title, close_date, amount, amount_currency, amount_base, source_id
FROM deals WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""


def stored_twins(made: Made, deal: Mapping[str, Any]) -> dict[str, Any]:
    """Give the stored values of the filterable fields of a deal, out of a row of TWIN_VALUES."""
    day, amount, source = deal["close_date"], deal["amount"], deal["source_id"]
    values = {
        "chance": deal["probability"],
        "subject": deal["title"],
        "deadline": None if day is None else day.isoformat(),
        "budget": None if amount is None else {
            "amount": scaled_text(amount),
            "currency": deal["amount_currency"],
            "base": scaled_text(deal["amount_base"]),
        },
        "channel": None if source is None else str(made.options[source]),
    }  # fmt: skip
    return {code: value for code, value in values.items() if value is not None}


def stored_others(made: Made, users: Sequence[str], number: int) -> dict[str, Any]:
    """Give made-up values of the fields that are not filterable, by the fields' ids.

    `users` are the ids of people as the API has them. The same number gives the same values.
    """
    found: dict[str, Any] = {}
    for wanted in WANTED[len(TWINS) :]:
        dice = Dice(wanted.code.encode(), number)
        if dice.chance(_FILLED_PERCENT):
            raw = dice.pick(users) if wanted.code == "engineer" else _RAW[wanted.kind](dice)
            value = parse_one(wanted.kind, {}, raw)
            if wanted.kind is CustomFieldType.MONEY:
                value["base"] = value["amount"]
            found[str(made.ids[wanted.code])] = value
    return found


def _text(dice: Dice) -> str:
    return " ".join(dice.pick(_WORDS) for _ in range(2 + dice.below(12)))


def _day(dice: Dice) -> str:
    return (_FIRST_DAY + timedelta(days=dice.below(700))).isoformat()


_RAW: Final[Mapping[CustomFieldType, Callable[[Dice], Any]]] = {
    CustomFieldType.STRING: lambda dice: f"{dice.pick(_WORDS)} {1_000 + dice.below(9_000)}",
    CustomFieldType.TEXT: _text,
    CustomFieldType.INTEGER: lambda dice: dice.below(500),
    CustomFieldType.NUMBER: lambda dice: f"{dice.below(90)}.{1 + dice.below(99)}",
    CustomFieldType.BOOLEAN: lambda dice: dice.chance(50),
    CustomFieldType.DATE: _day,
    CustomFieldType.DATETIME: lambda dice: f"{_day(dice)}T{10 + dice.below(9)}:30:00Z",
    CustomFieldType.MONEY: lambda dice: {
        "amount": str(1_000 + dice.below(1_000_000)), "currency": CURRENCY,
    },
    CustomFieldType.URL: lambda dice: f"https://tenders.example/{dice.below(100_000)}",
    CustomFieldType.ADDRESS: lambda dice: {
        "city": dice.pick(_WORDS[5:7]), "line1": f"{dice.pick(_WORDS)}, {1 + dice.below(99)}",
    },
}  # fmt: skip
