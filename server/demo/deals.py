"""The demonstration's deals with their links and history: the rows of each by its number."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import exp, inf
from typing import Any, Final
from uuid import UUID

import orjson

from domain.fields import camel
from domain.ids import encode_id
from domain.money import SCALE, Money, from_scaled, to_scaled
from loaders.board import STEP
from server.demo.clients import Rows, World, rounded
from server.demo.dice import Dice
from server.demo.staff import Stage

_SERVICE_PERCENT: Final = 22
_WON_PERCENT: Final = {"SALES": 42, "SERVICE": 85}
_WORKDAYS: Final = {"SALES": 28.0, "SERVICE": 4.0}
_FOREIGN_PERCENT: Final = 12
_TARGETS: Final = {
    "type_id": "dictionary_item", "pipeline_id": "pipeline", "stage_id": "stage",
    "company_id": "company", "contact_id": "contact", "lead_id": "lead",
    "source_id": "dictionary_item", "responsible_id": "user",
}  # fmt: skip
_PLAIN: Final = ("title", "probability", "loss_reason", "comments", "is_closed", "is_returning")
_DATES: Final = ("begin_date", "close_date", "closed_at")


@dataclass(frozen=True, slots=True)
class Course:
    """How a deal went: since which moment it stands on which stage."""

    pipeline: str
    first: Stage
    stage: Stage
    moved: float
    end: float
    """When it was, or is to be, closed."""
    progress: float
    """From 0, just begun, to 1, closed."""

    @property
    def closed(self) -> bool:
        """Whether it stands on a won or lost stage."""
        return self.stage.semantics != "OPEN"


class Winners:
    """Since when each company and contact counts as a customer: its first deal won.

    The one thing that does not follow from a deal's own number, so deals are made in their order.
    """

    def __init__(self, world: World) -> None:
        """Start without customers."""
        self._companies = array("d", [inf]) * world.companies.count
        self._contacts = array("d", [inf]) * world.contacts.count

    def know(self, company: int | None, contact: int | None, moment: float) -> bool:
        """Tell whether the client had won deals before a moment."""
        if company is not None:
            return self._companies[company] < moment
        return contact is not None and self._contacts[contact] < moment

    def note(self, company: int | None, contact: int | None, moment: float) -> None:
        """Note a deal that was won."""
        for winners, number in ((self._companies, company), (self._contacts, contact)):
            if number is not None and moment < winners[number]:
                winners[number] = moment


def deal_rows(world: World, winners: Winners, number: int) -> Rows:
    """Give the rows of a deal, its contacts, observers and events."""
    dice = world.deals.dice(number)
    start = world.deals.moment(number)
    pipeline = "SERVICE" if dice.chance(_SERVICE_PERCENT) else "SALES"
    course = _course(world, dice, pipeline, start)
    company, contact = world.client_of(number)
    staff = world.setting.service if pipeline == "SERVICE" else world.setting.sellers
    stamps = world.stamps(world.deals, number, dice.pick(staff))
    lead = world.lead_of(number)
    row = {
        **stamps,
        "title": _title(world, dice, pipeline, company),
        "type_id": world.item("DEAL_TYPE", dice)[1],
        "pipeline_id": world.setting.pipelines[pipeline][0],
        **_money(world, dice, pipeline),
        "company_id": None if company is None else world.companies.id(company),
        "contact_id": None if contact is None else world.contacts.id(contact),
        "lead_id": None if lead is None else world.leads.id(lead),
        "begin_date": stamps["created_at"].date(),
        "is_returning": winners.know(company, contact, start),
        **world.origin(dice),
    }
    planned = world.calendar.at(min(course.end, world.calendar.length - 1e-6)).date()
    before = row | {
        "stage_id": course.first.id, "probability": None, "close_date": planned,
        "is_closed": False, "closed_at": None, "loss_reason": None,
    }  # fmt: skip
    row = _arrived(world, dice, before, course, start)
    if course.stage.semantics == "WON":
        winners.note(company, contact, course.moved)
    contacts = _contacts(world, dice, contact)
    links = {"contacts": contacts, "observers": _observers(world, dice, row["responsible_id"])}
    return {
        "deals": [row],
        "deal_contacts": _links(world, row, "deal_id", "contact_id", contacts),
        "record_observers": [
            {**link, "record_type": "deal"}
            for link in _links(world, row, "record_id", "user_id", links["observers"])
        ],
        "events": _events(world, number, before, row, links),
    }


def _course(world: World, dice: Dice, pipeline: str, start: float) -> Course:
    _, stages = world.setting.pipelines[pipeline]
    open_stages = [stage for stage in stages if stage.semantics == "OPEN"]
    duration = max(0.1, _WORKDAYS[pipeline] * exp(0.8 * dice.normal()))
    age = world.calendar.length - start
    if duration < age and dice.chance(95):
        won = dice.chance(_WON_PERCENT[pipeline])
        ends = [stage for stage in stages if stage.semantics == ("WON" if won else "LOST")]
        stage, end = dice.favour(ends or open_stages), start + duration
        return Course(pipeline, open_stages[0], stage, end, end, 1.0)
    # At work still; some have been for much longer than anyone thought.
    duration = max(duration, age * (1.0 + dice.share()))
    place = int(age / duration * len(open_stages))
    moved = start + duration * place / len(open_stages)
    stage = open_stages[place]
    return Course(pipeline, open_stages[0], stage, moved, start + duration, age / duration)


def _arrived(
    world: World, dice: Dice, before: Mapping[str, Any], course: Course, start: float
) -> dict[str, Any]:
    """Give the row of a deal as it stands now; one that has moved was changed once."""
    moved = world.calendar.at(course.moved)
    row = {
        **before,
        "board_position": -int(moved.timestamp() * 1000) * STEP,
        "moved_at": moved,
        "moved_by_id": before["responsible_id"],
        "version": 1,
    }
    if course.stage.id == course.first.id:
        return row
    chance = int(100 * course.progress) // 5 * 5 if dice.chance(70) else None
    row |= {"stage_id": course.stage.id, "probability": chance, "updated_at": moved, "version": 2}
    if course.closed:
        won = course.stage.semantics == "WON"
        row |= {
            "probability": 100 if won else 0,
            "is_closed": True,
            "closed_at": moved,
            "close_date": moved.date(),
            "loss_reason": None if won else dice.pick(world.words.phrases.loss_reasons),
        }
    return row


def _title(world: World, dice: Dice, pipeline: str, company: int | None) -> str:
    phrases = world.words.phrases
    title = dice.pick(phrases.requests if pipeline == "SERVICE" else phrases.sales)
    if company is not None and dice.chance(65):
        return f"{title} — {world.company_name(company)}"
    if dice.chance(60):
        return f"{title}, {phrases.order.format(10_000 + dice.below(990_000))}"
    return title


def _money(world: World, dice: Dice, pipeline: str) -> dict[str, Any]:
    """Give the columns of an amount and its tax; small jobs of the service are free."""
    setting = world.setting
    empty = dict.fromkeys(
        ("amount", "amount_currency", "amount_base", "tax", "tax_currency", "tax_base")
    )
    if dice.chance(50 if pipeline == "SERVICE" else 3):
        return empty
    foreign = setting.foreign and dice.chance(_FOREIGN_PERCENT)
    currency = dice.favour(setting.foreign) if foreign else setting.currency
    rate = setting.rates.by_currency.get(currency, Decimal(1))
    dollars = 400 if pipeline == "SERVICE" else 3_500
    median = dollars * float(setting.dollar / rate) * SCALE
    amount = rounded(median * exp(1.2 * dice.normal()), 2 if dice.chance(70) else 7)
    tax = int(rounded(amount / 6, 18)) if dice.chance(40) else None
    return empty | _in_base(world, "amount", amount, currency) | _in_base(
        world, "tax", tax, currency
    )  # fmt: skip


def _in_base(world: World, name: str, scaled: int | None, currency: str) -> dict[str, Any]:
    if scaled is None:
        return {}
    base: int | None = scaled
    if currency != world.setting.currency:
        value = world.setting.rates.to_base(Money(from_scaled(scaled), currency))
        base = None if value is None else to_scaled(value)
    return {name: scaled, f"{name}_currency": currency, f"{name}_base": base}


def _contacts(world: World, dice: Dice, main: int | None) -> list[UUID]:
    if main is None:
        return []
    found = [world.contacts.id(main)]
    beside = main + 1
    if dice.chance(20) and beside < world.contacts.count:
        found.append(world.contacts.id(beside))
    return found


def _observers(world: World, dice: Dice, responsible: UUID) -> list[UUID]:
    if not dice.chance(15):
        return []
    people = [each for each in world.setting.sellers if each != responsible]
    first = dice.pick(people)
    second = dice.pick(people)
    return [first, second] if second != first and dice.chance(30) else [first]


def _links(
    world: World, row: Mapping[str, Any], owner: str, target: str, ids: list[UUID]
) -> list[dict[str, Any]]:
    return [
        {"workspace_id": world.workspace_id, owner: row["id"], target: each, "sort": sort}
        for sort, each in enumerate(ids)
    ]


def _events(
    world: World,
    number: int,
    before: Mapping[str, Any],
    row: Mapping[str, Any],
    links: Mapping[str, list[UUID]],
) -> list[dict[str, Any]]:
    """Give the events that the write path would have left: made, and moved where it was."""
    was = _as_json(before)
    made = {name: value for name, value in was.items() if value not in (None, False)}
    for name, target in (("contacts", "contact"), ("observers", "user")):
        if links[name]:
            made[name] = [encode_id(target, each) for each in links[name]]
    event = {
        "workspace_id": world.workspace_id,
        "id": world.events.made_id(2 * number, row["created_at"]),
        "at": row["created_at"],
        "actor_id": row["created_by_id"],
        "kind": "CREATED",
        "record_type": "deal",
        "record_id": row["id"],
        "version": 1,
        "changes": _changes({}, made),
    }
    if row["version"] == 1:
        return [event]
    now = _as_json(row)
    moved = event | {
        "id": world.events.made_id(2 * number + 1, row["moved_at"]),
        "at": row["moved_at"],
        "actor_id": row["moved_by_id"],
        "kind": "UPDATED",
        "version": 2,
        "changes": _changes(was, now),
    }
    return [event, moved]


def _changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    found = {
        camel(name): {"from": was.get(name), "to": value}
        for name, value in now.items()
        if was.get(name) != value
    }
    return orjson.dumps(found).decode()


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a deal's fields in the form in which the event log keeps them."""
    found = {name: row[name] for name in _PLAIN}
    for column, target in _TARGETS.items():
        value = row[column]
        found[column.removesuffix("_id")] = None if value is None else encode_id(target, value)
    for name in _DATES:
        found[name] = None if row[name] is None else row[name].isoformat()
    for name in ("amount", "tax"):
        amount = row[name]
        found[name] = None if amount is None else {
            "amount": str(from_scaled(amount)), "currency": row[f"{name}_currency"],
        }  # fmt: skip
    found["utm"] = None if row["utm"] is None else orjson.loads(row["utm"])
    return found
