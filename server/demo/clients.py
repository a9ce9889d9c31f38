"""The demonstration's companies, contacts and leads: the rows of each by its number.

Rows are what the write path would have stored: phones in E.164, the main company of a contact among
its companies, a lead that became a deal on the won status since the deal was made.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from domain.duplicates import record_keys
from domain.money import SCALE
from server.demo.dice import Calendar, Dice, Series
from server.demo.staff import Setting
from server.demo.words import FullName, Words, latin

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table, in the order in which the tables can be filled."""

_WEB: Final = frozenset({"WEB", "ADVERTISING", "WEBFORM", "STORE", "CALLBACK"})
_CAMPAIGNS: Final = (
    ("google", "cpc", "brand"), ("yandex", "cpc", "search"), ("yandex", "cpc", "retargeting"),
    ("vk", "social", "autumn"), ("newsletter", "email", "july"), ("google", "organic", "blog"),
    ("telegram", "social", "channel"), ("partner", "referral", "catalogue"),
)  # fmt: skip
_LEADS_PER_CONVERTED: Final = 4
_DEALS_PER_CONVERTED: Final = 20
# Between a lead and its deal lie as many of its kind as about a week brings.
_CONVERSION_SHARE: Final = 100


@dataclass(frozen=True, slots=True)
class World:
    """All that a record is made from: the words, the people, the calendar and the series."""

    workspace_id: UUID
    words: Words
    setting: Setting
    calendar: Calendar
    companies: Series
    contacts: Series
    leads: Series
    deals: Series
    points: Series
    events: Series

    def company_name(self, number: int) -> str:
        """Give the name of a company."""
        return self.words.company(Dice(self.companies.key + b"/name", number))

    def company_of(self, contact: int) -> int | None:
        """Give the number of the company that a contact works for; neighbours share one."""
        if contact % 8 == 7:
            return None
        return contact * self.companies.count // self.contacts.count

    def domain_of(self, company: int) -> str:
        """Give the mail domain of a company."""
        name = self.company_name(company).strip("»").partition("«")
        return f"{latin(name[2] or name[0]).replace('.', '')}.example.com"

    def deal_of(self, lead: int) -> int | None:
        """Give the number of the deal that a lead became."""
        place, rest = divmod(lead, _LEADS_PER_CONVERTED)
        deal = (place + self._conversion_delay) * _DEALS_PER_CONVERTED
        return deal if rest == 0 and deal < self.deals.count else None

    def lead_of(self, deal: int) -> int | None:
        """Give the number of the lead that a deal came from."""
        place, rest = divmod(deal, _DEALS_PER_CONVERTED)
        place -= self._conversion_delay
        return place * _LEADS_PER_CONVERTED if rest == 0 and place >= 0 else None

    def client_of(self, deal: int) -> tuple[int | None, int | None]:
        """Give the numbers of the company and the main contact of a deal."""
        dice = Dice(self.deals.key + b"/client", deal)
        throw = dice.below(100)
        reach = deal / self.deals.count * dice.share() ** 0.6
        if throw < 4 and deal % _DEALS_PER_CONVERTED:
            return None, None
        if throw < 12 and deal % _DEALS_PER_CONVERTED:
            return int(reach * self.companies.count), None
        contact = int(reach * self.contacts.count)
        return self.company_of(contact), contact

    @property
    def _conversion_delay(self) -> int:
        return 1 + self.deals.count // _DEALS_PER_CONVERTED // _CONVERSION_SHARE

    def item(self, dictionary: str, dice: Dice) -> tuple[str, UUID | None]:
        """Choose an item of a dictionary, early ones more often: its code and id."""
        items = list(self.setting.dictionaries.get(dictionary, {}).items())
        return dice.favour(items) if items else ("", None)

    def origin(self, dice: Dice) -> dict[str, Any]:
        """Choose where a record came from: its source, campaign marks and notes."""
        code, source = self.item("SOURCE", dice)
        utm = None
        if code in _WEB and dice.chance(70):
            parts = zip(("source", "medium", "campaign"), dice.pick(_CAMPAIGNS), strict=True)
            utm = orjson.dumps(dict(parts)).decode()
        comments = dice.pick(self.words.phrases.comments) if dice.chance(25) else None
        return {"source_id": source, "comments": comments, "utm": utm}

    def stamps(self, series: Series, number: int, by: UUID) -> dict[str, Any]:
        """Give the columns that tell who made a record when, unchanged since."""
        at = self.calendar.at(series.moment(number))
        return {
            "workspace_id": self.workspace_id,
            "id": series.made_id(number, at),
            "responsible_id": by,
            "created_at": at,
            "created_by_id": by,
            "updated_at": at,
            "updated_by_id": by,
        }

    def person(self, name: FullName, dice: Dice) -> dict[str, Any]:
        """Give the columns of a person's name and position."""
        honorifics = list(self.setting.dictionaries.get("HONORIFIC", {}).values())
        known = len(honorifics) > 1 and dice.chance(60)
        return {
            "honorific_id": honorifics[name.is_female] if known else None,
            "first_name": name.first,
            "middle_name": name.middle,
            "last_name": name.last,
            "birth_date": _birth_date(dice) if dice.chance(35) else None,
            "job_title": dice.favour(self.words.phrases.job_titles) if dice.chance(80) else None,
        }


class Points:
    """The phones, addresses and the like of one record."""

    def __init__(self, world: World, record_type: str, row: dict[str, Any], number: int) -> None:
        """Collect for a record of a type, the one with this number."""
        self.rows: list[dict[str, Any]] = []
        self._world, self._type, self._id = world, record_type, row["id"]
        self._at: datetime = row["created_at"]
        # Numbers of points: room for a few types and a few points of each record.
        place = ("company", "contact", "lead").index(record_type)
        self._number = (number * 3 + place) * 8

    def add(self, points: str, kind: str, value: str) -> None:
        """Add one at the end of its list."""
        self.rows.append(
            {
                "workspace_id": self._world.workspace_id,
                "id": self._world.points.made_id(self._number + len(self.rows), self._at),
                "record_type": self._type,
                "record_id": self._id,
                "points": points,
                "kind": kind,
                "value": value,
                "sort": sum(row["points"] == points for row in self.rows),
            }
        )

    def keys(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the keys by which the record is recognised; `row` is its own."""
        values: dict[str, list[str]] = {}
        for point in self.rows:
            values.setdefault(point["points"], []).append(point["value"])
        return [
            {
                "workspace_id": self._world.workspace_id,
                "entity": self._type,
                "kind": kind.value,
                "key": key,
                "record_id": self._id,
            }
            for kind, key in record_keys(self._type, row, values)
        ]


def company_rows(world: World, number: int) -> Rows:
    """Give the rows of a company."""
    dice, setting = world.companies.dice(number), world.setting
    domain = world.domain_of(number)
    revenue = int(2_000_000 * setting.dollar * 10_000) if dice.chance(60) else None
    if revenue is not None:
        revenue = rounded(revenue * 2.718 ** (1.4 * dice.normal()), 2)
    row = {
        **world.stamps(world.companies, number, dice.pick(setting.sellers)),
        "title": world.company_name(number),
        "type_id": world.item("COMPANY_TYPE", dice)[1],
        "industry_id": world.item("INDUSTRY", dice)[1],
        "employees_id": world.item("EMPLOYEES", dice)[1],
        "revenue": revenue,
        "revenue_currency": None if revenue is None else setting.currency,
        "revenue_base": revenue,
        "is_mine": number == 0,
        "parent_id": world.companies.id(dice.below(number)) if number and dice.chance(4) else None,
        "comments": dice.pick(world.words.phrases.comments) if dice.chance(10) else None,
    }
    points = Points(world, "company", row, number)
    points.add("PHONE", "WORK", world.words.phone(dice))
    points.add("EMAIL", "WORK", f"info@{domain}")
    if dice.chance(60):
        points.add("WEBSITE", "WORK", f"https://www.{domain}")
    return {
        "companies": [row],
        "contact_points": points.rows,
        "duplicate_keys": points.keys(row),
    }


def contact_rows(world: World, number: int) -> Rows:
    """Give the rows of a contact."""
    dice, words = world.contacts.dice(number), world.words
    name = words.person(dice)
    company = world.company_of(number)
    company_id = None if company is None else world.companies.id(company)
    row = {
        **world.stamps(world.contacts, number, dice.pick(world.setting.sellers)),
        **world.person(name, dice),
        **world.origin(dice),
        "type_id": world.item("CONTACT_TYPE", dice)[1],
        "company_id": company_id,
        "is_exportable": dice.below(20) != 0,
    }
    points = Points(world, "contact", row, number)
    points.add("PHONE", "MOBILE", words.phone(dice))
    if dice.chance(40):
        points.add("PHONE", "WORK", words.phone(dice))
    domain = "mail.example.com" if company is None else world.domain_of(company)
    points.add("EMAIL", "WORK" if company is not None else "HOME", f"{name.latin}@{domain}")
    if dice.chance(15):
        points.add("MESSENGER", "TELEGRAM", f"@{latin(name.last)}{number % 1000}")
    link = {
        "workspace_id": world.workspace_id, "contact_id": row["id"], "company_id": company_id,
        "sort": 0,
    }  # fmt: skip
    return {
        "contacts": [row],
        "contact_companies": [] if company is None else [link],
        "contact_points": points.rows,
        "duplicate_keys": points.keys(row),
    }


def lead_rows(world: World, number: int) -> Rows:
    """Give the rows of a lead; one that became a deal names the deal's client."""
    dice, words, setting = world.leads.dice(number), world.words, world.setting
    name = words.person(dice)
    start = world.leads.moment(number)
    deal = world.deal_of(number)
    company, contact = (None, None) if deal is None else world.client_of(deal)
    contact_id = None if contact is None else world.contacts.id(contact)
    amount = _amount(setting, dice) if dice.chance(30) else None
    title = dice.pick(words.phrases.enquiries)
    row = {
        **world.stamps(world.leads, number, dice.pick((*setting.marketers, *setting.sellers))),
        **world.person(name, dice),
        **world.origin(dice),
        "title": f"{title}: {dice.pick(words.phrases.sales)}",
        "company_title": words.company(dice) if dice.chance(60) else None,
        "address": _address(words, dice) if dice.chance(20) else None,
        "amount": amount,
        "amount_currency": None if amount is None else setting.currency,
        "amount_base": amount,
        "company_id": None if company is None else world.companies.id(company),
        "contact_id": contact_id,
    }
    row |= _status(world, dice, row, start, None if deal is None else world.deals.moment(deal))
    points = Points(world, "lead", row, number)
    points.add("PHONE", "MOBILE", words.phone(dice))
    if dice.chance(70):
        points.add("EMAIL", "WORK", f"{name.latin}@mail.example.com")
    link = {
        "workspace_id": world.workspace_id, "lead_id": row["id"], "contact_id": contact_id,
        "sort": 0,
    }  # fmt: skip
    return {
        "leads": [row],
        "lead_contacts": [] if contact is None else [link],
        "contact_points": points.rows,
        "duplicate_keys": points.keys(row),
    }


def _status(
    world: World, dice: Dice, row: dict[str, Any], start: float, became_deal: float | None
) -> dict[str, Any]:
    """Give the columns of a lead's status: a deal by now, or given up after a while, or at work."""
    _, stages = world.setting.pipelines["LEAD"]
    open_stages = [stage for stage in stages if stage.semantics == "OPEN"]
    lost = [stage for stage in stages if stage.semantics == "LOST"] or open_stages
    patience = 2 + 60 * dice.share() ** 2
    if became_deal is not None:
        stage = next(stage for stage in stages if stage.semantics == "WON")
        moved = became_deal
    elif start + patience < world.calendar.length:
        stage, moved = dice.favour(lost), start + patience
    else:
        place = int((world.calendar.length - start) / patience * len(open_stages))
        stage = open_stages[min(place, len(open_stages) - 1)]
        moved = start + (world.calendar.length - start) * (place > 0) * dice.share()
    at = world.calendar.at(moved)
    closed = stage.semantics != "OPEN"
    changed = moved != start
    return {
        "stage_id": stage.id,
        "moved_at": at,
        "moved_by_id": row["responsible_id"],
        "closed_at": at if closed else None,
        "updated_at": at if changed else row["created_at"],
        "version": 2 if changed else 1,
    }


def _amount(setting: Setting, dice: Dice) -> int:
    return rounded(2_500 * float(setting.dollar) * SCALE * 2.718 ** (1.1 * dice.normal()), 2)


def rounded(value: float, digits: int) -> int:
    """Round a scaled amount to its first digits, at least to whole hundredths."""
    places = max(len(str(int(value))) - digits, 2)
    return int(round(value, -places))


def _birth_date(dice: Dice) -> date:
    return date(1955, 1, 1) + timedelta(days=dice.below(365 * 48))


def _address(words: Words, dice: Dice) -> str:
    parts = {
        "line1": f"{dice.pick(words.streets)}, {1 + dice.below(180)}",
        "city": dice.pick(words.cities),
        "postal_code": str(100_000 + dice.below(540_000)) if words.locale == "ru"
        else f"{1_001 + dice.below(98_000):05d}",
        "country": words.phrases.country,
    }  # fmt: skip
    return orjson.dumps(parts).decode()
