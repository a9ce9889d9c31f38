"""Every writable field of every record type, with two values: as written, and as read back.

The matrix of `test_records.py` and `test_bulk.py` runs over these declarations; a field that is not
here fails `test_samples.py`.
"""

import itertools
from dataclasses import dataclass, replace
from typing import Any, Final

from tests.api.world import COMPANY, CONTACT, DEAL, ELEMENT, LEAD, PRODUCT, Names, World

# External ids are unique in a workspace, and tests share one.
_numbers = itertools.count(1)

REFUSED: Final = object()
"""Stands for what is read after null was given, where null is refused."""


@dataclass(frozen=True, slots=True)
class More:
    """How a list is changed without replacing it: one more item, and the first list with it."""

    written: Any
    shown: Any
    add: str
    remove: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One writable field: its name in inputs, how it is read, two values written and shown."""

    name: str
    reads: str
    written: tuple[Any, Any]
    shown: tuple[Any, Any]
    empty: Any = None
    """What is read after null was given; REFUSED where null is not taken."""
    more: More | None = None
    fixed: bool = False
    """Given when a record is made, and never changed: its two values are the same."""
    apart: bool = False
    """Changes others as well, or follows from them: how events tell of it is tested apart."""

    @property
    def key(self) -> str:
        """Name of the field in answers."""
        return self.reads.split(" ", maxsplit=1)[0]


def _plain(name: str, first: Any, second: Any, empty: Any = None) -> Sample:
    return Sample(name, name, (first, second), (first, second), empty)


def _parts(name: str, first: dict[str, Any], second: dict[str, Any]) -> Sample:
    """Sample a composite field; parts that are left out are read as null."""
    parts = list(dict.fromkeys((*first, *second)))
    shown = tuple({part: value.get(part) for part in parts} for value in (first, second))
    return Sample(name, f"{name} {{ {' '.join(parts)} }}", (first, second), (shown[0], shown[1]))


def _reference(name: str, first: str, second: str, empty: Any = None) -> Sample:
    key = name.removesuffix("Id")
    shown = ({"id": first}, {"id": second})
    return Sample(name, f"{key} {{ id }}", (first, second), shown, empty)


def _value(value: str, kind: str) -> dict[str, str]:
    return {"value": value, "kind": kind}


def _values(name: str, first: list[Any], second: list[Any], more: Any) -> Sample:
    one = name.removesuffix("s").capitalize()
    edit = More(more, [*first, more], f"add{one}s", f"remove{one}Ids")
    both = (first, second)
    return Sample(name, f"{name} {{ value kind }}", both, both, [], edit)


def _client_points() -> list[Sample]:
    return [
        _values(
            "phones",
            [_value("+12025550123", "WORK"), _value("+12025550124", "MOBILE")],
            [_value("+442079460958", "FAX")],
            _value("+12025550199", "HOME"),
        ),
        _values(
            "emails",
            [_value("sales@example.com", "WORK")],
            [_value("info@example.org", "HOME"), _value("news@example.org", "MAILING")],
            _value("more@example.com", "OTHER"),
        ),
        _values(
            "websites",
            [_value("https://example.com", "WORK")],
            [_value("https://vk.com/example", "VK")],
            _value("https://example.org/more", "OTHER"),
        ),
        _values(
            "messengers",
            [_value("acme_sales", "TELEGRAM")],
            [_value("acme", "SKYPE"), _value("acme.support", "VIBER")],
            _value("acme.more", "JABBER"),
        ),
    ]


def _requisites() -> Sample:
    read = ("kind", "title", "inn")
    first = [
        dict(zip(read, ("ORGANIZATION", "Horns and Hooves", "7707083893"), strict=True)),
        dict(zip(read, ("SOLE_PROPRIETOR", "A. Petrova", "500100732259"), strict=True)),
    ]
    second = [dict(zip(read, ("PERSON", "At home", "500100732259"), strict=True))]
    more = dict(zip(read, ("ORGANIZATION", "A branch", "7707083893"), strict=True))
    edit = More(more, [*first, more], "addRequisites", "removeRequisiteIds")
    both = (first, second)
    return Sample("requisites", f"requisites {{ {' '.join(read)} }}", both, both, [], edit)


def _money(name: str) -> Sample:
    first = {"amount": "1200.5", "currency": "USD"}
    return _parts(name, first, {"amount": "0", "currency": "USD"})


def _sold() -> list[Sample]:
    """Sample what is sold; the amount is another one, so it is set by hand."""
    read = ("name", "price", "quantity", "taxRate")
    first = [
        dict(zip(read, ("Assembly", "100", "2", "20"), strict=True)),
        dict(zip(read, ("Oil", "0.5", "1", None), strict=True)),
    ]
    second = [dict(zip(read, ("Hose", "7", "1.25", "10"), strict=True))]
    more = dict(zip(read, ("Filter", "3", "4", None), strict=True))
    edit = More(more, [*first, more], "addProductRows", "removeProductRowIds")
    both = (first, second)
    return [
        replace(_plain("currency", "USD", "USD", REFUSED), apart=True),
        replace(_plain("isAmountManual", True, True, REFUSED), apart=True),
        Sample("productRows", f"productRows {{ {' '.join(read)} }}", both, both, [], edit,
               apart=True),
    ]  # fmt: skip


def _list(world: World, name: str, first: list[str], second: list[str], more: str) -> Sample:
    """Sample a connection of linked records, which is read newest first."""
    singular = name.removesuffix("Ids")
    key = {"contact": "contacts", "company": "companies"}[singular]

    def nodes(members: list[str]) -> dict[str, Any]:
        return {"nodes": [{"id": world[member]} for member in members[::-1]]}

    ids = ([world[member] for member in first], [world[member] for member in second])
    one = singular.capitalize()
    edit = More(world[more], nodes([*first, more]), f"add{one}Ids", f"remove{one}Ids")
    shown = (nodes(first), nodes(second))
    return Sample(name, f"{key} {{ nodes {{ id }} }}", ids, shown, nodes([]), edit)


def _observed(world: World) -> list[Sample]:
    people = {name: {"id": world[name]} for name in ("anna", "boris", "root")}
    observers = [people["anna"], people["boris"]]
    more = More(world["root"], [*observers, people["root"]], "addObserverIds", "removeObserverIds")
    return [
        Sample(
            "observerIds",
            "observers { id }",
            ([world["anna"], world["boris"]], [world["boris"]]),
            (observers, [people["boris"]]),
            [],
            more,
        ),
        *_common(world),
        _plain("comments", *_NOTES),
        _parts(
            "utm",
            {"source": "news", "medium": "cpc", "campaign": "spring", "content": "a", "term": "b"},
            {"source": "search", "campaign": "autumn"},
        ),
    ]


_NOTES: Final = ("Likes tea.\nCalls on Mondays.", "Moved.")


def _common(world: World) -> list[Sample]:
    number = next(_numbers)
    first = {"system": "erp", "value": f"first {number}"}
    second = {"system": "erp", "value": f"second {number}"}
    ids = ([first], [second, {"system": "site", "value": f"/{number}"}])
    return [
        _reference("responsibleId", world["anna"], world["boris"]),
        _plain("isShared", True, False, REFUSED),
        Sample("externalIds", "externalIds { system value }", ids, ids, []),
    ]


def _person(world: World) -> list[Sample]:
    honorifics = sorted(key for key in world.ids if key.startswith("HONORIFIC:"))
    return [
        _reference("honorificId", world[honorifics[0]], world[honorifics[1]]),
        _plain("firstName", "Anna", "Vera"),
        _plain("middleName", "Ivanovna", "Petrovna"),
        _plain("birthDate", "1980-02-29", "1981-12-31"),
        _plain("jobTitle", "Head of purchases", "Director"),
    ]


def _source(world: World) -> list[Sample]:
    return [
        _reference("sourceId", world["SOURCE:WEB"], world["SOURCE:PARTNER"]),
        _plain("sourceDescription", "The banner\non the left", "Globex told them"),
    ]


def lead(world: World) -> list[Sample]:
    """Sample the fields of leads."""
    return [
        _plain("title", "Asks for prices", "Asks for a discount"),
        *_person(world),
        _plain("lastName", "Petrova", "Sidorova"),
        _plain("companyTitle", "Horns and Hooves", "Roga i kopyta"),
        *_client_points(),
        _parts(
            "address",
            {"line1": "1 Main St", "line2": "Suite 2", "city": "Springfield",
             "postalCode": "01101", "region": "MA", "country": "US"},
            {"city": "Москва", "country": "RU"},
        ),
        *_source(world),
        _reference("stageId", world["lead stage:IN_PROCESS"], world["lead stage:PROCESSED"],
                   REFUSED),
        _plain("stageDescription", "Waits for a call", "Called"),
        _money("amount"),
        *_sold(),
        _reference("companyId", world["acme"], world["globex"]),
        _reference("contactId", world["ivan"], world["maria"]),
        _list(world, "contactIds", ["ivan", "maria"], ["maria"], "petr"),
        *_observed(world),
    ]  # fmt: skip


def contact(world: World) -> list[Sample]:
    """Sample the fields of contacts; the last name stays, a contact needs one of its names."""
    return [
        *_person(world),
        _plain("lastName", "Petrova", "Sidorova"),
        _reference("typeId", world["CONTACT_TYPE:CLIENT"], world["CONTACT_TYPE:PARTNER"]),
        *_source(world),
        *_client_points(),
        _requisites(),
        _reference("companyId", world["acme"], world["globex"]),
        _list(world, "companyIds", ["acme", "globex"], ["globex"], "initech"),
        _plain("isExportable", False, True, REFUSED),
        *_observed(world),
    ]


def company(world: World) -> list[Sample]:
    """Sample the fields of companies."""
    return [
        _plain("title", "Horns and Hooves", "Roga i kopyta", REFUSED),
        _reference("typeId", world["COMPANY_TYPE:CUSTOMER"], world["COMPANY_TYPE:PARTNER"]),
        _reference("industryId", world["INDUSTRY:IT"], world["INDUSTRY:BANKING"]),
        _reference("employeesId", world["EMPLOYEES:EMPLOYEES_1"], world["EMPLOYEES:EMPLOYEES_4"]),
        _money("revenue"),
        *_client_points(),
        _requisites(),
        _plain("isMine", True, False, REFUSED),
        _reference("parentId", world["acme"], world["globex"]),
        *_observed(world),
    ]


def deal(world: World) -> list[Sample]:
    """Sample the fields of deals."""
    return [
        _plain("title", "Annual licence", "Two licences"),
        _reference("typeId", world["DEAL_TYPE:SALE"], world["DEAL_TYPE:GOODS"]),
        _reference("pipelineId", world["sales"], world["support"], REFUSED),
        _reference("stageId", world["sales:PREPARATION"], world["support:first OPEN"], REFUSED),
        _plain("probability", 30, 100),
        _money("amount"),
        *_sold(),
        _money("tax"),
        _reference("companyId", world["acme"], world["globex"]),
        _reference("contactId", world["ivan"], world["maria"]),
        _list(world, "contactIds", ["ivan", "maria"], ["maria"], "petr"),
        _reference("leadId", world["call"], world["letter"]),
        _plain("beginDate", "2026-01-15", "2026-02-01"),
        _plain("closeDate", "2026-03-31", "2026-04-30"),
        _plain("lossReason", "Too dear", "No answer"),
        *_source(world),
        *_observed(world),
    ]


def element(world: World) -> list[Sample]:
    """Sample the fields of elements of catalogues; an element stays in its catalogue."""
    cars, shown_cars = world["cars"], {"id": world["cars"]}
    return [
        Sample("catalogId", "catalog { id }", (cars, cars), (shown_cars, shown_cars), fixed=True),
        _reference("sectionId", world["sedans"], world["vans"]),
        _plain("name", "Model T", "Model A", REFUSED),
        _plain("code", "T-1908", "A-1927"),
        _plain("description", *_NOTES),
        _plain("sort", 10, -5),
        *_common(world),
    ]


def product(world: World) -> list[Sample]:
    """Sample the fields of products."""
    shown = "prices { price { amount currency } }"
    first = [
        {"price": {"amount": "10.5", "currency": "USD"}},
        {"price": {"amount": "9", "currency": "EUR"}},
    ]
    second = [{"price": {"amount": "0", "currency": "RUB"}}]
    more = {"price": {"amount": "900", "currency": "RUB"}}
    edit = More(more, [*first, more], "addPrices", "removePriceIds")
    return [
        _reference("sectionId", world["pumps"], world["hoses"]),
        _plain("name", "Pump", "Hose", REFUSED),
        _plain("code", "P-1", "H-1"),
        _reference("unitId", world["unit:KGM"], world["unit:MTR"]),
        _reference("taxRateId", world["VAT 10"], world["VAT 20"]),
        _plain("isTaxIncluded", False, True, REFUSED),
        _plain("description", *_NOTES),
        _plain("isActive", True, False, REFUSED),
        Sample("prices", shown, (first, second), (first, second), [], edit),
        *_common(world),
    ]  # fmt: skip


SAMPLES: Final = {LEAD: lead, CONTACT: contact, COMPANY: company, DEAL: deal, ELEMENT: element,
                  PRODUCT: product}  # fmt: skip


def samples(names: Names, world: World) -> list[Sample]:
    """Give the samples of a type of records."""
    return SAMPLES[names](world)


def written(fields: list[Sample], which: int) -> dict[str, Any]:
    """Give an input with the first (0) or second (1) values of all fields."""
    return {sample.name: sample.written[which] for sample in fields}


def changes(fields: list[Sample], which: int) -> dict[str, Any]:
    """Give the input of a change to the first (0) or second (1) values."""
    return written([sample for sample in fields if not sample.fixed], which)


def shown(fields: list[Sample], which: int) -> dict[str, Any]:
    """Give what is read after `written`."""
    return {sample.key: sample.shown[which] for sample in fields}


def reads(fields: list[Sample]) -> str:
    """Give the selection that reads all fields."""
    return " ".join(sample.reads for sample in fields)
