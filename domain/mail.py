"""The messages that the server sends by e-mail, in the languages of the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to one person, in plain text."""

    to: str
    subject: str
    text: str


LETTERS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "RESET": {
        "en": (
            "A new password for {workspace}",
            "Somebody, probably you, asked for a new password for {workspace}.\n\n"
            "Open this link within an hour to set one:\n\n{link}\n\n"
            "If it was not you, do nothing: your password stays as it is.\n",
        ),
        "ru": (
            "Новый пароль для {workspace}",
            "Кто-то, скорее всего вы, попросил сменить пароль для {workspace}.\n\n"
            "Чтобы задать новый, откройте эту ссылку в течение часа:\n\n{link}\n\n"
            "Если это были не вы, ничего не делайте: пароль останется прежним.\n",
        ),
    },
    "INVITATION": {
        "en": (
            "You are invited to {workspace}",
            "You are invited to work in {workspace}.\n\n"
            "Open this link within seven days to choose a password:\n\n{link}\n",
        ),
        "ru": (
            "Вас пригласили в {workspace}",
            "Вас пригласили работать в {workspace}.\n\n"
            "Чтобы выбрать пароль, откройте эту ссылку в течение семи дней:\n\n{link}\n",
        ),
    },
}


def letter(name: str, language: str, to: str, *, workspace: str, link: str) -> Mail:
    """Write a message in a language (ru, else English)."""
    texts = LETTERS[name]
    subject, text = texts["ru" if language == "ru" else "en"]
    # A subject is one line, whatever the workspace is called.
    named = " ".join(workspace.split())
    return Mail(to, subject.format(workspace=named), text.format(workspace=named, link=link))
