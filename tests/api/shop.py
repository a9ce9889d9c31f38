"""The shop: a workspace whose few records are all known, for tests that filter, search and add up.

Records are called by one word each; in inputs `$acme` stands for the id of acme, `$createdAt of A`
for that time. Deals are A to F; F and the company `gone` lie in the recycle bin.
"""

from collections.abc import Mapping
from typing import Any, Final

from tests.api.calling import mutate
from tests.api.world import (
    COMPANY,
    CONTACT,
    DEAL,
    ELEMENT,
    LEAD,
    PRODUCT,
    Names,
    World,
    build_settings,
    make_record,
)
from tests.people import Cast

RECORDS: Final[Mapping[Names, Mapping[str, dict[str, Any]]]] = {
    COMPANY: {
        "acme": {
            "title": "Acme",
            "typeId": "$COMPANY_TYPE:CUSTOMER",
            "industryId": "$INDUSTRY:IT",
            "revenue": {"amount": "1000"},
            "phones": [{"value": "+12025550123", "kind": "WORK"},
                       {"value": "+12025550124", "kind": "MOBILE"}],
            "emails": [{"value": "sales@acme.example", "kind": "WORK"},
                       {"value": "news@acme.example", "kind": "MAILING"}],
            "websites": [{"value": "https://acme.example", "kind": "WORK"}],
            "messengers": [{"value": "acme_sales", "kind": "TELEGRAM"}],
        },
        "globex": {
            "title": "Globex Corporation",
            "industryId": "$INDUSTRY:BANKING",
            "revenue": {"amount": "500.5"},
            "parentId": "$acme",
            "phones": [{"value": "+442079460958", "kind": "FAX"}],
            "emails": [{"value": "info@globex.example", "kind": "HOME"}],
            "websites": [{"value": "https://vk.com/globex", "kind": "VK"}],
            "messengers": [{"value": "globex", "kind": "SKYPE"}],
        },
        "initech": {"title": "Initech", "parentId": "$globex", "isMine": True},
        "gone": {"title": "Acme of old"},
    },
    CONTACT: {
        "ivan": {
            "firstName": "Иван", "lastName": "Ёлкин", "jobTitle": "Director",
            "birthDate": "1980-02-29", "companyId": "$acme",
            "companyIds": ["$acme", "$globex"],
            "phones": [{"value": "+79161234567", "kind": "MOBILE"}],
        },
        "maria": {"firstName": "Maria", "lastName": "Garcia", "companyId": "$globex",
                  "isExportable": False},
        "petr": {"firstName": "Petr"},
    },
    LEAD: {
        "call": {
            "title": "Asks for prices", "companyTitle": "Horns and Hooves",
            "amount": {"amount": "10"}, "companyId": "$acme", "contactId": "$ivan",
            "address": {"city": "Springfield", "country": "US"},
            "stageId": "$lead stage:IN_PROCESS",
        },
        "letter": {"title": "Пишет письмо", "address": {"city": "Москва", "country": "RU"}},
    },
    PRODUCT: {
        # Of letters that no search looks for.
        "щуп": {"name": "Щуп", "code": "Щ-1", "sectionId": "$hoses", "taxRateId": "$VAT 10",
                "unitId": "$unit:KGM", "prices": [{"price": {"amount": "7"}}]},
        "цеп": {"name": "Цеп", "isActive": False, "isTaxIncluded": False},
    },
    DEAL: {
        "A": {
            "title": "Annual licence", "probability": 0, "amount": {"amount": "100"},
            "productRows": [{"productId": "$щуп"}], "isAmountManual": True,
            "tax": {"amount": "20"}, "beginDate": "2026-01-31", "closeDate": "2026-02-01",
            "lossReason": "50% off", "companyId": "$acme", "contactId": "$ivan",
            "contactIds": ["$ivan", "$maria"], "leadId": "$call", "sourceId": "$SOURCE:WEB",
            "responsibleId": "$anna", "isShared": True,
            "utm": {"source": "news", "medium": "cpc", "campaign": "spring"},
            "externalIds": [{"system": "erp", "value": "1"}], "observerIds": ["$anna"],
        },
        "B": {
            "title": "annual LICENCE 2", "probability": 50, "amount": {"amount": "250.5"},
            "beginDate": "2026-02-28", "lossReason": "50 % off", "companyId": "$globex",
            "contactId": "$maria", "sourceId": "$SOURCE:CALL", "responsibleId": "$boris",
            "stageId": "$sales:WON", "utm": {"source": "search", "medium": "cpc"},
            "externalIds": [{"system": "erp", "value": "2"}, {"system": "site", "value": "1"}],
            "observerIds": ["$anna", "$boris"],
        },
        "C": {
            "title": "Лицензия «Ёлка»", "probability": 100, "amount": {"amount": "-1"},
            "beginDate": "2026-03-31", "lossReason": "a_b", "companyId": "$acme",
            "responsibleId": "$anna", "stageId": "$support:ANALYSIS",
        },
        "D": {
            "title": "a\\b", "probability": 50,
            "amount": {"amount": "250.5"}, "lossReason": "axb", "companyId": "$gone",
            "stageId": "$sales:LOSE",
        },
        "E": {},
        "F": {"title": "Annual licence of old", "probability": 50, "companyId": "$acme"},
    },
    ELEMENT: {
        # Of letters that no search looks for.
        "тент": {"catalogId": "$cars", "name": "Тент", "code": "Т-1", "sectionId": "$vans",
                 "sort": 20, "responsibleId": "$boris"},
        "ковш": {"catalogId": "$cars", "name": "Ковш", "sort": 10},
    },
}  # fmt: skip
BINNED: Final = ((COMPANY, "gone"), (DEAL, "F"))


async def build_shop(people: Cast) -> World:
    """Fill the cast's workspace with the records above; ids by their names."""
    shop = await build_settings(people)
    await _add_departments(shop)
    for names, records in RECORDS.items():
        for name, given in records.items():
            # One by one: their times and so their order are known.
            made = await make_record(people.anna, names, filled(given, shop), "id createdAt")
            shop.ids[name] = made["id"]
            shop.ids[f"createdAt of {name}"] = made["createdAt"]
    await _add_activities(shop)
    for names, name in BINNED:
        answer = await mutate(people.anna, f"delete{names.type}", input={"id": shop[name]})
        answer.payload()
    return shop


async def _add_activities(shop: World) -> None:
    """Plan a call about records of all types, and a task about some."""
    about = ("A", "B", "call", "ivan", "maria", "acme", "globex", "щуп", "тент")
    for kind, records, day in (("CALL", about, 3), ("TASK", about[::2], 4)):
        given = {
            "kind": kind,
            "subject": f"{kind} them",
            "recordIds": [shop[name] for name in records],
            "startAt": f"2036-03-0{day}T09:00:00Z",
            "deadline": f"2036-03-1{day}T09:00:00Z",
        }
        made = await mutate(shop.people.anna, "createActivity", "activity { id }", input=given)
        made.payload()


async def _add_departments(shop: World) -> None:
    """Add Sales with North below it, led by anna who works in North; boris works in Sales."""
    root = shop.people.root
    for name, given in (
        ("sales department", {"name": "Sales"}),
        ("north", {"name": "North", "parentId": "$sales department", "headId": "$anna"}),
    ):
        made = await mutate(
            root, "createDepartment", "department { id }", input=filled(given, shop)
        )
        shop.ids[name] = made.payload()["department"]["id"]
    for person, department in (("anna", "north"), ("boris", "sales department")):
        works_in = {"id": shop[person], "departmentIds": [shop[department]]}
        (await mutate(root, "updateUser", input=works_in)).payload()


def filled(given: Any, shop: World) -> Any:
    """Give an input with ids in place of the names that start with `$`."""
    if isinstance(given, dict):
        return {key: filled(value, shop) for key, value in given.items()}
    if isinstance(given, list):
        return [filled(value, shop) for value in given]
    if isinstance(given, str) and given.startswith("$"):
        return shop[given[1:]]
    return given


def named(ids: list[str], shop: World) -> list[str]:
    """Give the names of records by their ids."""
    by_id = {key: name for name, key in shop.ids.items()}
    return [by_id[key] for key in ids]
