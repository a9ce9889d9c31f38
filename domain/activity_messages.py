"""What errors say of activities and calendars, in the languages of the API, by their keys."""

from collections.abc import Mapping
from typing import Final

ACTIVITY_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "about_nothing": (
        "An activity is about at least one record.",
        "Дело связано хотя бы с одной записью.",
    ),
    "too_many_records": (
        "An activity is about {limit} records at most.",
        "Дело связано не больше чем с {limit} записями.",
    ),
    "not_about_it": (
        "The activity is not about that record.",
        "Дело не связано с этой записью.",
    ),
    "direction_of_another_kind": (
        "Only calls and e-mails have a direction.",
        "Направление есть только у звонков и писем.",
    ),
    "end_without_start": (
        "What ends begins, too: give startAt.",
        "Если есть конец, нужно и начало: укажите startAt.",
    ),
    "ends_before_it_starts": (
        "It would end before it begins.",
        "Конец раньше начала.",
    ),
    "deadline_before_start": (
        "It would be due before it begins.",
        "Крайний срок раньше начала.",
    ),
    "lasts_too_long": (
        "It may last {limit} days at most.",
        "Дело длится не больше {limit} дней.",
    ),
    "reminder_without_time": (
        "A reminder needs a start or a deadline.",
        "Для напоминания нужно начало или крайний срок.",
    ),
    "too_many_reminders": (
        "At most {limit} reminders.",
        "Напоминаний не больше {limit}.",
    ),
    "recurrence_without_time": (
        "What recurs needs a start or a deadline.",
        "Повторяющемуся делу нужно начало или крайний срок.",
    ),
    "recurrence_of_completed": (
        "A completed activity does not recur.",
        "Завершённое дело не повторяется.",
    ),
    "recurrence_part": (
        "The rule knows FREQ, INTERVAL, BYDAY, COUNT and UNTIL, not «{part}».",
        "Правило знает FREQ, INTERVAL, BYDAY, COUNT и UNTIL, а не «{part}».",
    ),
    "recurrence_twice": (
        "{part} is given twice.",
        "{part} указано дважды.",
    ),
    "recurrence_frequency": (
        "FREQ is one of DAILY, WEEKLY, MONTHLY, YEARLY.",
        "FREQ — одно из DAILY, WEEKLY, MONTHLY, YEARLY.",
    ),
    "recurrence_two_ends": (
        "Give COUNT or UNTIL, not both.",
        "Укажите COUNT или UNTIL, но не оба.",
    ),
    "recurrence_number": (
        "{part} is a number from 1 to {limit}.",
        "{part} — число от 1 до {limit}.",
    ),
    "recurrence_day": (
        "«{part}» is no day of the week that goes with FREQ.",
        "«{part}» — не день недели, подходящий к FREQ.",
    ),
    "recurrence_until": (
        "UNTIL is a day or a moment in UTC: 20301231 or 20301231T180000Z.",
        "UNTIL — день или момент по UTC: 20301231 или 20301231T180000Z.",
    ),
    "recurrence_ends_early": (
        "The rule ends before the activity takes place.",
        "Правило заканчивается раньше самого дела.",
    ),
    "recurrence_long_ago": (
        "What recurs begins {days} days ago at most.",
        "Повторяющееся дело начинается не раньше чем {days} дней назад.",
    ),
    "recurrence_another_time": (
        "The activity's own time is none of those of the rule.",
        "Время самого дела не подходит под правило.",
    ),
    "activity_completed": (
        "The activity is completed already.",
        "Дело уже завершено.",
    ),
    "activity_open": (
        "The activity is not completed.",
        "Дело не завершено.",
    ),
    "range_backwards": (
        "The range ends before it begins.",
        "Конец промежутка раньше начала.",
    ),
    "range_too_long": (
        "A range of {limit} days at most.",
        "Промежуток не больше {limit} дней.",
    ),
    "no_end_of_day": (
        "The end of today is less than two days away.",
        "Конец сегодняшнего дня не дальше чем через два дня.",
    ),
    "agenda_too_long": (
        "More than {limit} activities fall into the range; ask for a shorter one.",
        "В промежуток попадает больше {limit} дел; укажите промежуток короче.",
    ),
    "calendar_of_narrowed": (
        "A key that is bound to a role has no calendar feed.",
        "У ключа, привязанного к роли, нет ленты календаря.",
    ),
    "no_calendar_feed": (
        "You have no calendar feed.",
        "У вас нет ленты календаря.",
    ),
}
