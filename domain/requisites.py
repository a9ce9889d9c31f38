"""Requisites: the details by which the tax and registration authorities of Russia know a client.

Three kinds of owners, each with its own fields; numbers are checked by their check digits, so that
a digit that is typed wrong is told at once.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final
from uuid import UUID

from domain.fields import camel

MOST_REQUISITES: Final = 20
"""Requisites of one record."""


class RequisiteKind(Enum):
    """Whose requisites they are."""

    ORGANIZATION = "ORGANIZATION"
    SOLE_PROPRIETOR = "SOLE_PROPRIETOR"
    PERSON = "PERSON"


_ORGANIZATION: Final = frozenset({RequisiteKind.ORGANIZATION})
_SOLE_PROPRIETOR: Final = frozenset({RequisiteKind.SOLE_PROPRIETOR})
_BUSINESSES: Final = _ORGANIZATION | _SOLE_PROPRIETOR
_PEOPLE: Final = _SOLE_PROPRIETOR | {RequisiteKind.PERSON}
_ALL: Final = frozenset(RequisiteKind)


@dataclass(frozen=True, slots=True)
class Requisite:
    """One set of requisites of a contact or a company."""

    kind: str
    title: str | None = None
    short_name: str | None = None
    full_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    inn: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    ogrnip: str | None = None
    okpo: str | None = None
    oktmo: str | None = None
    okved: str | None = None
    director: str | None = None
    accountant: str | None = None
    registration_date: date | None = None
    id: UUID | None = None
    """None of one that is not stored yet."""
    record_type: str = ""
    record_id: UUID | None = None
    """The record of stored requisites."""

    def content(self) -> "Requisite":
        """Give it without what tells where it stands."""
        return replace(self, id=None, record_type="", record_id=None)


@dataclass(frozen=True, slots=True)
class Part:
    """One field of requisites: what it is, of which kinds, how long."""

    name: str
    doc: str
    kinds: frozenset[RequisiteKind]
    max_length: int = 255
    is_code: bool = False
    """A number or the like, which people write in groups: spaces do not count."""
    is_date: bool = False


PARTS: Final = (
    Part("title", "What people call these requisites among others of the record.", _ALL),
    Part("short_name", "Short name, as in the register: ООО «Волга».", _BUSINESSES),
    Part("full_name", "Full name, as in the register.", _BUSINESSES, 300),
    Part("first_name", "Given name.", _PEOPLE, 50),
    Part("middle_name", "Patronymic.", _PEOPLE, 50),
    Part("last_name", "Family name.", _PEOPLE, 50),
    Part("inn", "Tax number (ИНН): 10 digits of an organisation, 12 of a person.", _ALL, 12,
         is_code=True),
    Part("kpp", "Code of the reason for registration (КПП).", _ORGANIZATION, 9, is_code=True),
    Part("ogrn", "Number in the register of legal entities (ОГРН), 13 digits.", _ORGANIZATION, 13,
         is_code=True),
    Part("ogrnip", "Number in the register of sole proprietors (ОГРНИП), 15 digits.",
         _SOLE_PROPRIETOR, 15, is_code=True),
    Part("okpo", "Code in the register of statistics (ОКПО).", _BUSINESSES, 12, is_code=True),
    Part("oktmo", "Code of the municipality (ОКТМО).", _ORGANIZATION, 11, is_code=True),
    Part("okved", "Code of the main line of business (ОКВЭД).", _SOLE_PROPRIETOR, 8,
         is_code=True),
    Part("director", "Name of the head.", _ORGANIZATION, 150),
    Part("accountant", "Name of the chief accountant.", _ORGANIZATION, 150),
    Part("registration_date", "Day on which it was registered.", _ORGANIZATION, is_date=True),
)  # fmt: skip
"""The fields of requisites in their order, but for the kind."""


def parts_of(kind: RequisiteKind) -> tuple[Part, ...]:
    """Give the fields that requisites of a kind have."""
    return tuple(part for part in PARTS if kind in part.kinds)


def without_spaces(text: str) -> str:
    """Give a number as it is kept: without the spaces that people put between its groups."""
    return "".join(text.split())


_INN_10: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11: Final = (7, *_INN_10)
_INN_12: Final = (3, *_INN_11)
_INN_LENGTHS: Final = {10: (_INN_10,), 12: (_INN_11, _INN_12)}
_OGRN_DIVISORS: Final = {13: 11, 15: 13}
_KPP: Final = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_DIGITS: Final = re.compile(r"[0-9]+")


def is_inn(number: str) -> bool:
    """Tell whether the check digits of an INN fit: the last one of 10, the last two of 12 digits.

    Of the tax number as the Federal Tax Service gives it: each check digit is the weighted sum of
    the digits before it, modulo 11, modulo 10. A number of noughts, which would fit, is nobody's.
    """
    if not _is_number(number, tuple(_INN_LENGTHS)):
        return False
    digits = [int(digit) for digit in number]
    return all(
        digits[len(weights)] == _weighted(digits, weights) for weights in _INN_LENGTHS[len(digits)]
    )


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    total = sum(digit * weight for digit, weight in zip(digits, weights, strict=False))
    return total % 11 % 10


def is_ogrn(number: str) -> bool:
    """Tell whether the check digit of an OGRN (13 digits) or OGRNIP (15 digits) fits.

    Of the numbers in the registers that the Federal Tax Service keeps: the last digit is that of
    the rest of dividing the number before it by 11, or by 13 of a sole proprietor.
    """
    if not _is_number(number, tuple(_OGRN_DIVISORS)):
        return False
    return int(number[:-1]) % _OGRN_DIVISORS[len(number)] % 10 == int(number[-1])


def is_kpp(text: str) -> bool:
    """Tell whether a text is a KPP: the tax office, the reason, a number; it has no check digit.

    As the Federal Tax Service gives it to organisations: four digits, two digits or capital Latin
    letters, three digits.
    """
    return _KPP.fullmatch(text) is not None


def _is_number(text: str, lengths: Sequence[int]) -> bool:
    return _DIGITS.fullmatch(text) is not None and len(text) in lengths and bool(text.strip("0"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of requisites, by a key of the messages."""

    part: str
    message: str
    values: Mapping[str, Any]


_LENGTHS: Final[Mapping[tuple[str, RequisiteKind], int]] = {
    ("inn", RequisiteKind.ORGANIZATION): 10,
    ("inn", RequisiteKind.SOLE_PROPRIETOR): 12,
    ("inn", RequisiteKind.PERSON): 12,
    ("ogrn", RequisiteKind.ORGANIZATION): 13,
    ("ogrnip", RequisiteKind.SOLE_PROPRIETOR): 15,
}
"""How many digits a number has, by whose it is."""
_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "inn": is_inn,
    "ogrn": is_ogrn,
    "ogrnip": is_ogrn,
}


def faults(requisite: Requisite) -> Iterator[Fault]:
    """Give what is wrong: fields of another kind, and numbers that are none."""
    kind = RequisiteKind(requisite.kind)
    known = ", ".join(camel(part.name) for part in parts_of(kind))
    for part in PARTS:
        value = getattr(requisite, part.name)
        if value is None:
            continue
        if kind not in part.kinds:
            yield Fault(part.name, "not_of_requisite_kind", {"kind": kind.value, "known": known})
            continue
        length = _LENGTHS.get((part.name, kind))
        if length is not None and (_DIGITS.fullmatch(value) is None or len(value) != length):
            yield Fault(part.name, "digits_expected", {"count": length})
        elif part.name in _CHECKS and not _CHECKS[part.name](value):
            yield Fault(part.name, "check_digits", {})
        elif part.name == "kpp" and not is_kpp(value):
            yield Fault(part.name, "invalid_kpp", {})


def restricted(requisite: Requisite, kind: RequisiteKind) -> Requisite:
    """Give requisites as those of a kind, without the fields that it does not have."""
    foreign = {part.name: None for part in PARTS if kind not in part.kinds}
    fields: dict[str, Any] = {**foreign, "kind": kind.value}
    return replace(requisite, **fields)
