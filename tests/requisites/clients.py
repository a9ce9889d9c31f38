"""Clients with requisites, as the tests make and read them."""

from typing import Any, Final

from tests.client import Answer, Client

ORGANIZATION: Final = {
    "kind": "ORGANIZATION",
    "title": "Main",
    "shortName": "ООО «Волга»",
    "fullName": "Общество с ограниченной ответственностью «Волга»",
    "inn": "7707083893",
    "kpp": "773601001",
    "ogrn": "1027700132195",
    "okpo": "00032537",
    "oktmo": "45397000",
    "director": "Смирнова Ирина Олеговна",
    "accountant": "Орлов Пётр Ильич",
    "registrationDate": "2002-08-16",
}
PROPRIETOR: Final = {
    "kind": "SOLE_PROPRIETOR",
    "shortName": "ИП Орлов П. И.",
    "lastName": "Орлов",
    "firstName": "Пётр",
    "middleName": "Ильич",
    "inn": "500100732259",
    "ogrnip": "304500116000157",
    "okved": "62.01",
}
PERSON: Final = {"kind": "PERSON", "lastName": "Smirnova", "inn": "500100732259"}
FIELDS: Final = (
    "kind", "title", "shortName", "fullName", "firstName", "middleName", "lastName", "inn", "kpp",
    "ogrn", "ogrnip", "okpo", "oktmo", "okved", "director", "accountant", "registrationDate",
)  # fmt: skip
REQUISITES: Final = f"requisites {{ id {' '.join(FIELDS)} }}"


def shown(*requisites: dict[str, Any]) -> list[dict[str, Any]]:
    """Give requisites as they are read: what was not given is empty."""
    return [{name: item.get(name) for name in FIELDS} for item in requisites]


def without_ids(requisites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give requisites that were read without their ids."""
    return [{name: item[name] for name in FIELDS} for item in requisites]


async def make(person: Client, *requisites: dict[str, Any], **given: Any) -> Any:
    """Make a company with requisites and read it."""
    answer = await try_making(person, *requisites, **given)
    return answer.payload()["company"]


async def try_making(person: Client, *requisites: dict[str, Any], **given: Any) -> Answer:
    """Try to make a company with requisites."""
    wanted = {"title": "Volga", "requisites": list(requisites), **given}
    return await person.mutate("createCompany", wanted, f"company {{ id version {REQUISITES} }}")


async def change(person: Client, company: str, **given: Any) -> Answer:
    """Try to change a company."""
    selection = f"company {{ id version {REQUISITES} }}"
    return await person.mutate("updateCompany", {"id": company, **given}, selection)


async def read(person: Client, company: str) -> list[dict[str, Any]]:
    """Read the requisites of a company."""
    document = f"query ($id: ID!) {{ company(id: $id) {{ {REQUISITES} }} }}"
    found: list[dict[str, Any]] = (await person.data(document, id=company))["company"]["requisites"]
    return found
