"""What errors say of requisites, in the languages of the API, by their keys."""

from collections.abc import Mapping
from typing import Final

REQUISITE_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "not_of_requisite_kind": (
        "Requisites of the kind {kind} have no such field; known: {known}.",
        "У реквизитов вида {kind} нет такого поля; есть: {known}.",
    ),
    "digits_expected": (
        "Digits are expected, {count} of them.",
        "Ожидаются цифры, всего {count}.",
    ),
    "check_digits": (
        "The check digits do not fit; a digit may be wrong.",
        "Контрольные цифры не сходятся; проверьте, нет ли опечатки.",
    ),
    "invalid_inn": (
        "This is no INN; a digit may be wrong.",
        "Это не ИНН; проверьте, нет ли опечатки.",
    ),
    "invalid_ogrn": (
        "This is neither an OGRN nor an OGRNIP; a digit may be wrong.",
        "Это не ОГРН и не ОГРНИП; проверьте, нет ли опечатки.",
    ),
    "invalid_kpp": (
        "A KPP is four digits, two digits or capital Latin letters, and three digits.",
        "КПП — четыре цифры, две цифры или заглавные латинские буквы и три цифры.",
    ),
}
