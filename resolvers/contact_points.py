"""Phones, e-mails, websites and messengers: their kinds, and the one form in which each is kept."""

import re
from enum import Enum
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

_REGIONS: Final = {"ru": "RU", "en": "US"}
_PORT_LIMIT: Final = 65_535
_HOST: Final = re.compile(r"^[^\s/@]+\.[^\s/@.]{2,}$|^localhost$")


class PhoneKind(Enum):
    """What a phone is for."""

    WORK = "WORK"
    MOBILE = "MOBILE"
    FAX = "FAX"
    HOME = "HOME"
    PAGER = "PAGER"
    MAILING = "MAILING"
    OTHER = "OTHER"


class EmailKind(Enum):
    """What an e-mail address is for."""

    WORK = "WORK"
    HOME = "HOME"
    MAILING = "MAILING"
    OTHER = "OTHER"


class WebsiteKind(Enum):
    """What a web address shows."""

    WORK = "WORK"
    HOME = "HOME"
    VK = "VK"
    LIVEJOURNAL = "LIVEJOURNAL"
    TWITTER = "TWITTER"
    FACEBOOK = "FACEBOOK"
    OTHER = "OTHER"


class MessengerKind(Enum):
    """The service of a messenger account."""

    TELEGRAM = "TELEGRAM"
    VK = "VK"
    SKYPE = "SKYPE"
    VIBER = "VIBER"
    WHATSAPP = "WHATSAPP"
    FACEBOOK = "FACEBOOK"
    INSTAGRAM = "INSTAGRAM"
    JABBER = "JABBER"
    OTHER = "OTHER"


POINT_KINDS: Final[dict[str, type[Enum]]] = {
    "PHONE": PhoneKind,
    "EMAIL": EmailKind,
    "WEBSITE": WebsiteKind,
    "MESSENGER": MessengerKind,
}
DEFAULT_KINDS: Final = {"PHONE": "WORK", "EMAIL": "WORK", "WEBSITE": "WORK", "MESSENGER": "OTHER"}


class InvalidPointError(ValueError):
    """The text is no phone, e-mail or web address."""


def normalize_point(points: str, value: str, locale: str) -> str:
    """Give the form in which a value is kept and compared; raises InvalidPointError."""
    match points:
        case "PHONE":
            return normalize_phone(value, locale)
        case "EMAIL":
            return normalize_email(value)
        case "WEBSITE":
            return _normalize_website(value)
        case _:
            return value


def normalize_phone(value: str, locale: str) -> str:
    """Give a phone in E.164, with `;ext=` for an extension (RFC 3966).

    A number without a country code is read as one of the locale's country.
    """
    try:
        number = phonenumbers.parse(value, _REGIONS[locale])
    except phonenumbers.NumberParseException as error:
        raise InvalidPointError(value) from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidPointError(value)
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


def normalize_email(value: str) -> str:
    """Give an e-mail address in lower case."""
    try:
        found = validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidPointError(value) from error
    return found.normalized.lower()


def _normalize_website(value: str) -> str:
    text = value if "://" in value else f"https://{value}"
    try:
        parts = urlsplit(text)
        if parts.port is not None and parts.port > _PORT_LIMIT:
            raise InvalidPointError(value)
    except ValueError as error:
        raise InvalidPointError(value) from error
    host = parts.hostname or ""
    if parts.scheme.lower() not in {"http", "https"} or not _HOST.match(host):
        raise InvalidPointError(value)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, parts.query,
                       parts.fragment))  # fmt: skip
