"""By what records of clients are recognised as the same, and the one form in which it is compared.

A key is what is left of a value when everything is gone that people write now so and now so: case,
spaces, punctuation, the order of the parts of a name, the legal form of a company.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from domain.records import COMPANY, CONTACT, LEAD
from domain.requisites import without_spaces


class DuplicateKind(Enum):
    """What two records have in common."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    INN = "INN"
    OGRN = "OGRN"
    NAME = "NAME"
    TITLE = "TITLE"


class DuplicateMode(Enum):
    """What happens to a new record that has the phone, e-mail or tax number of another one."""

    WARN = "WARN"
    REFUSE = "REFUSE"
    OFF = "OFF"


@dataclass(frozen=True, slots=True)
class KeySource:
    """One kind of keys of a type of record."""

    kind: DuplicateKind
    fields: tuple[str, ...]
    """The fields that the keys are made of."""
    shown_as: str
    """The field, by its name in the API, that tells all that the keys tell."""


_PHONE: Final = KeySource(DuplicateKind.PHONE, ("phones",), "phones")
_EMAIL: Final = KeySource(DuplicateKind.EMAIL, ("emails",), "emails")
_NUMBERS: Final = tuple(
    KeySource(kind, ("requisites",), "requisites")
    for kind in (DuplicateKind.INN, DuplicateKind.OGRN)
)
_NAME: Final = KeySource(DuplicateKind.NAME, ("first_name", "middle_name", "last_name"), "fullName")
SOURCES: Final[Mapping[str, tuple[KeySource, ...]]] = {
    LEAD.name: (_PHONE, _EMAIL, _NAME,
                KeySource(DuplicateKind.TITLE, ("company_title",), "companyTitle")),
    CONTACT.name: (_PHONE, _EMAIL, *_NUMBERS, _NAME),
    COMPANY.name: (_PHONE, _EMAIL, *_NUMBERS,
                   KeySource(DuplicateKind.TITLE, ("title",), "title")),
}  # fmt: skip
"""Which types of records are recognised by what."""
SCORES: Final[Mapping[DuplicateKind, int]] = {
    DuplicateKind.PHONE: 50,
    DuplicateKind.EMAIL: 50,
    DuplicateKind.INN: 50,
    DuplicateKind.OGRN: 50,
    DuplicateKind.TITLE: 20,
    DuplicateKind.NAME: 15,
}
"""What each thing in common counts: namesakes are many, phones are few people's."""
_PARTS: Final[Mapping[DuplicateKind, tuple[str, ...]]] = {
    DuplicateKind.PHONE: ("value",),
    DuplicateKind.EMAIL: ("value",),
    DuplicateKind.INN: ("inn",),
    DuplicateKind.OGRN: ("ogrn", "ogrnip"),
}
"""Which parts of the items of a list the keys are made of."""
STRONG: Final = frozenset(_PARTS)
"""What a new record can be refused for: what stands in lists, and is one client's."""

_LONGEST: Final = 200
"""An entry of an index has a limit; who shares so long a beginning shares the rest."""
_FEWEST_WORDS: Final = 2
_WORD: Final = re.compile(r"[^\W_]+")
_INITIALS: Final = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_ANY_MIDDLE: Final = "*"
_FORMS: Final = re.compile(
    r"(?<= )(?:общество с ограниченной ответственностью|(?:непубличное |публичное |открытое "
    r"|закрытое )?акционерное общество|индивидуальный предприниматель|ооо|оао|зао|пао|нао|ао|ип"
    r"|гуп|муп|фгуп|ано|нко|чоп|тоо|чп|llc|ltd|limited|inc|incorporated|corp|corporation|co"
    r"|company|gmbh|ag|plc|sa|srl|bv|oy|llp|lp)(?= )"
)


def _plain(text: str) -> str:
    """Give a text without what only its spelling has."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.replace("ё", "е")


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def phone_key(stored: str) -> str:
    """Give the key of a phone in its stored form: its digits without an extension."""
    return re.sub(r"\D", "", stored.partition(";")[0])[:_LONGEST]


def email_key(text: str) -> str:
    """Give the key of an e-mail address."""
    return text.strip().lower()[:_LONGEST]


def number_key(text: str) -> str:
    """Give the key of a number of requisites."""
    return without_spaces(text)[:_LONGEST]


def values_in(kind: DuplicateKind, item: Any) -> Iterator[tuple[str, str]]:
    """Give what an item of a list (a phone, requisites) has of a kind: the part, and its value."""
    for part in _PARTS[kind]:
        value = getattr(item, part)
        if value is not None:
            yield part, value


def title_key(title: str) -> str:
    """Give the key of a company's title; empty where there is nothing to compare."""
    plain = _INITIALS.sub("", _plain(title).replace("&", " and "))
    found = " ".join(_WORD.findall(plain))
    while True:
        # Words before others: what stood around a legal form may make up another one.
        rest = " ".join(_FORMS.sub("", f" {found} ").split())
        if rest in ("", found):  # a company may be called by what is a legal form elsewhere
            return found[:_LONGEST]
        found = rest


def name_keys(first: str | None, middle: str | None, last: str | None) -> tuple[str, ...]:
    """Give the keys under which a person is kept; none of who has a single word for a name.

    The first and last name in whichever order, and with a middle name besides: see `name_probes`.
    """
    both = _sorted_words(first, last)
    if both is None:
        return ()
    between = " ".join(_words(middle or ""))
    return (_cut(f"{both}|{between}"), _cut(f"{both}|{_ANY_MIDDLE}")) if between else (_cut(both),)


def name_probes(first: str | None, middle: str | None, last: str | None) -> tuple[str, ...]:
    """Give the keys under which others of the same name are kept.

    Who has a middle name is the same as who has the same one or none; who has none is the same as
    who has any.
    """
    both = _sorted_words(first, last)
    if both is None:
        return ()
    between = " ".join(_words(middle or "")) or _ANY_MIDDLE
    return (_cut(both), _cut(f"{both}|{between}"))


def full_name_probes(text: str) -> tuple[str, ...]:
    """Give the keys under which people of a name are kept that is written in one line."""
    words = _words(text)
    if len(words) < _FEWEST_WORDS:
        return ()
    if len(words) != _FEWEST_WORDS + 1:
        return name_probes(" ".join(words), None, None)
    # A middle name follows the first one, wherever that stands.
    one, two, three = words
    choices = ((one, three, two), (one, two, three))
    return tuple(
        dict.fromkeys(
            probe for first, last, middle in choices for probe in name_probes(first, middle, last)
        )
    )


def _sorted_words(first: str | None, last: str | None) -> str | None:
    words = [*_words(first or ""), *_words(last or "")]
    return None if len(words) < _FEWEST_WORDS else " ".join(sorted(words))


def _cut(key: str) -> str:
    return key[:_LONGEST]


def keys_of(kind: DuplicateKind, values: Iterable[str | None]) -> tuple[str, ...]:
    """Give the keys of the values of a source's fields: of lists, each value; of texts, all."""
    given = list(values)
    if kind is DuplicateKind.NAME:
        return name_keys(*given)
    found = (_SINGLE[kind](value) for value in given if value)
    return tuple(dict.fromkeys(key for key in found if key))


_SINGLE: Final[Mapping[DuplicateKind, Callable[[str], str]]] = {
    DuplicateKind.PHONE: phone_key,
    DuplicateKind.EMAIL: email_key,
    DuplicateKind.INN: number_key,
    DuplicateKind.OGRN: number_key,
    DuplicateKind.TITLE: title_key,
}


def record_keys(
    entity: str, texts: Mapping[str, str | None], strong: Mapping[str, Sequence[str]]
) -> Iterator[tuple[DuplicateKind, str]]:
    """Give all keys of a record: of its texts by field, and of its phones and the like by kind."""
    for source in SOURCES[entity]:
        if source.kind in STRONG:
            values: Sequence[str | None] = strong.get(source.kind.value, ())
        else:
            values = [texts[name] for name in source.fields]
        for key in keys_of(source.kind, values):
            yield source.kind, key
