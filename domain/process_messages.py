"""What errors say of conversions and tunnels, in the languages of the API, by their keys."""

from collections.abc import Mapping
from typing import Final

PROCESS_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "tunnels_are_of_deals": (
        "Tunnels lead from deals to deals.",
        "Туннели ведут от сделок к сделкам.",
    ),
    "tunnel_stays": (
        "A tunnel leads to another pipeline.",
        "Туннель ведёт в другую воронку.",
    ),
    "tunnel_is_there": (
        "There is such a tunnel already.",
        "Такой туннель уже есть.",
    ),
    "one_moving_tunnel": (
        "The stage has a tunnel that moves deals already.",
        "У стадии уже есть туннель, который переносит сделки.",
    ),
    "tunnel_circle": (
        "Tunnels lead in a circle: one would be entered {count} times.",
        "Туннели ведут по кругу: один из них пришлось бы пройти {count} раза.",
    ),
    "too_many_tunnels": (
        "One move sets off more than {limit} tunnels.",
        "Одно перемещение запускает больше {limit} туннелей.",
    ),
    "create_or_link": (
        "Give one of create and linkId.",
        "Укажите что-то одно: create или linkId.",
    ),
    "nothing_to_convert_to": (
        "Say what the lead becomes: a contact, a company, a deal.",
        "Укажите, чем становится лид: контактом, компанией, сделкой.",
    ),
    "only_of_new_deals": (
        "Only a new deal goes into a pipeline here.",
        "Воронка указывается только для новой сделки.",
    ),
    "converted_already": (
        "The lead has been converted; only deals can be added.",
        "Лид уже преобразован; добавить можно только сделки.",
    ),
    "has_its_client": (
        "The lead has another client already.",
        "У лида уже есть другой клиент.",
    ),
    "deal_of_another_lead": (
        "The deal came from another lead.",
        "Сделка пришла из другого лида.",
    ),
    "not_converted_to": (
        "A lead becomes no such record.",
        "Лид не превращается в такую запись.",
    ),
    "field_of_another_type": (
        "The field holds values of another type.",
        "Поле хранит значения другого типа.",
    ),
}
