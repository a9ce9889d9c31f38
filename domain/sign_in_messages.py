"""What errors say about people, passwords and tokens; see `domain/messages.py`."""

from collections.abc import Mapping
from typing import Final

SIGN_IN_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "email_taken": (
        "Somebody in this installation has the address already.",
        "Этот адрес уже занят.",
    ),
    "unknown_locale": ("The language is ru or en.", "Язык: ru или en."),
    "password_length": (
        "A password has {minimum} to {maximum} characters.",
        "В пароле от {minimum} до {maximum} символов.",
    ),
    "password_common": (
        "This password is among the first that are tried; choose another one.",
        "Такие пароли подбирают первыми; выберите другой.",
    ),
    "password_of_email": (
        "The password is hardly more than the e-mail address; choose another one.",
        "Пароль почти совпадает с адресом почты; выберите другой.",
    ),
    "link_ended": (
        "The link was used already or has ended; ask for a new one.",
        "Ссылка уже использована или устарела; попросите новую.",
    ),
    "never_accepted": (
        "The person has no password yet; renew the invitation.",
        "У сотрудника ещё нет пароля; пригласите его заново.",
    ),
    "accepted_already": (
        "The person has a password already.",
        "У сотрудника уже есть пароль.",
    ),
    "works_elsewhere": (
        "The person works in another workspace, too; the operator sets a new password.",
        "Сотрудник работает и в другом пространстве; пароль меняет оператор.",
    ),
    "not_active": ("The person may not sign in.", "Сотруднику закрыт вход."),
    "overlap_hours": (
        "The former secret works for 0 to {limit} hours more.",
        "Прежний секрет действует ещё от 0 до {limit} часов.",
    ),
    "last_administrator": (
        "The last administrator stays one.",
        "Последний администратор остаётся администратором.",
    ),
    "wrong_credentials": (
        "E-mail or password is wrong.",
        "Неверный адрес или пароль.",
    ),
    "name_workspace": (
        "You belong to several workspaces; name one: {names}.",
        "Вы в нескольких пространствах, назовите одно: {names}.",
    ),
    "too_many_attempts": (
        "Too many attempts; wait a minute.",
        "Слишком много попыток; подождите минуту.",
    ),
    "key_name_length": (
        "A key's name has 1 to {limit} characters.",
        "В названии ключа от 1 до {limit} символов.",
    ),
    "key_expiry": (
        "A key expires within {days} days from now.",
        "Ключ действует не дольше {days} дней.",
    ),
    "sign_in_alone": (
        "Signing in, a new password and an invitation each stand alone in their request.",
        "Вход, смена пароля и приглашение: в запросе не должно быть ничего другого.",
    ),
}
