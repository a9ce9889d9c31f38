"""What errors say of duplicates and merges, in the languages of the API, by their keys."""

from collections.abc import Mapping
from typing import Final

DUPLICATE_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "known_already": (
        "Another record has this already.",
        "Это уже есть у другой записи.",
    ),
    "no_duplicates_of": (
        "Duplicates are known of leads, contacts and companies, not of {type}.",
        "Дубликаты бывают у лидов, контактов и компаний, но не у {type}.",
    ),
    "id_or_values": (
        "Give an id, or values to look for.",
        "Укажите либо id, либо значения для поиска.",
    ),
}
