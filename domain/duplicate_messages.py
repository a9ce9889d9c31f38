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
    "choices_needed": (
        "The records differ; choose a record for each of: {fields}.",
        "Записи различаются; выберите запись для каждого из полей: {fields}.",
    ),
    "merges_nothing": (
        "Name the records to merge.",
        "Укажите, какие записи объединить.",
    ),
    "merged_into_itself": (
        "A record is not merged into itself.",
        "Запись нельзя объединить с самой собой.",
    ),
    "merged_already": (
        "The record has become part of another one.",
        "Запись уже стала частью другой.",
    ),
    "none_of_merged": (
        "The record is none of those that are merged.",
        "Такой записи нет среди объединяемых.",
    ),
    "no_such_choice": (
        "There is no field {name} to choose.",
        "Нет поля {name}, которое можно выбрать.",
    ),
    "merging_needs_sight": (
        "To merge records one has to see all of their fields.",
        "Чтобы объединять записи, нужно видеть все их поля.",
    ),
    "converted_survives": (
        "A lead that has been converted can only be the one that survives.",
        "Преобразованный лид может быть только основным.",
    ),
    "unmerged_already": (
        "The merge has been undone already.",
        "Объединение уже отменено.",
    ),
    "merge_too_old": (
        "A merge can be undone for {days} days.",
        "Отменить объединение можно в течение {days} дней.",
    ),
    "later_merges_first": (
        "Undo the later merges of the record first.",
        "Сначала отмените более поздние объединения записи.",
    ),
    "merged_record_gone": (
        "One of the records was deleted for good.",
        "Одна из записей удалена окончательно.",
    ),
    "survivor_in_bin": (
        "The record is in the recycle bin.",
        "Запись в корзине.",
    ),
    "id_or_values": (
        "Give an id, or values to look for.",
        "Укажите либо id, либо значения для поиска.",
    ),
}
