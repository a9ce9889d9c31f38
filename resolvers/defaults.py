"""What a new workspace starts with: dictionaries, statuses and the ready pipelines, in ru and en.

Codes, order and colours follow Bitrix24's, so that data and habits carry over.
"""

from dataclasses import dataclass
from typing import Final

OPEN, WON, LOST = "OPEN", "WON", "LOST"


@dataclass(frozen=True, slots=True)
class DefaultItem:
    """A value of a dictionary as it comes with a workspace."""

    code: str
    sort: int
    en: str
    ru: str
    is_system: bool = False

    def code_in(self, locale: str) -> str:
        """Give the code in a language: salutations are coded by theirs."""
        return self.code.replace("{LANG}", locale.upper())


@dataclass(frozen=True, slots=True)
class DefaultStage:
    """A stage of a pipeline as it comes with a workspace or a template."""

    code: str
    en: str
    ru: str
    color: str
    semantics: str = OPEN
    is_system: bool = False


@dataclass(frozen=True, slots=True)
class DefaultDictionary:
    """A dictionary as it comes with a workspace."""

    code: str
    en: str
    ru: str
    items: tuple[DefaultItem, ...]


def _items(
    *rows: tuple[str, int, str, str] | tuple[str, int, str, str, bool],
) -> tuple[DefaultItem, ...]:
    return tuple(DefaultItem(*row) for row in rows)


DICTIONARIES: Final = (
    DefaultDictionary("SOURCE", "Sources", "Источники", _items(
        ("CALL", 10, "Call", "Звонок", True),
        ("EMAIL", 20, "E-mail", "Электронная почта"),
        ("WEB", 30, "Web site", "Веб-сайт"),
        ("ADVERTISING", 40, "Advertising", "Реклама"),
        ("PARTNER", 50, "Existing client", "Существующий клиент"),
        ("RECOMMENDATION", 60, "Recommendation", "По рекомендации"),
        ("TRADE_SHOW", 70, "Trade show", "Выставка"),
        ("WEBFORM", 75, "CRM form", "CRM-форма", True),
        ("REPEAT_SALE", 76, "Repeat sale", "Повторные продажи", True),
        ("CALLBACK", 77, "Callback", "Обратный звонок", True),
        ("RC_GENERATOR", 78, "Sales generator", "Генератор продаж", True),
        ("STORE", 79, "Online store", "Интернет-магазин", True),
        ("OTHER", 80, "Other", "Другое"),
        ("BOOKING", 81, "Online booking", "Онлайн-запись", True),
    )),
    DefaultDictionary("CONTACT_TYPE", "Contact types", "Типы контактов", _items(
        ("CLIENT", 10, "Clients", "Клиенты"),
        ("SUPPLIER", 20, "Suppliers", "Поставщики"),
        ("PARTNER", 30, "Partners", "Партнеры"),
        ("OTHER", 40, "Other", "Другое"),
    )),
    DefaultDictionary("COMPANY_TYPE", "Company types", "Типы компаний", _items(
        ("CUSTOMER", 10, "Client", "Клиент"),
        ("SUPPLIER", 20, "Supplier", "Поставщик"),
        ("COMPETITOR", 30, "Competitor", "Конкурент"),
        ("PARTNER", 40, "Partner", "Партнер"),
        ("OTHER", 50, "Other", "Другое"),
    )),
    DefaultDictionary("EMPLOYEES", "Number of employees", "Количество сотрудников", _items(
        ("EMPLOYEES_1", 10, "fewer than 50", "менее 50", True),
        ("EMPLOYEES_2", 20, "50-250", "50-250"),
        ("EMPLOYEES_3", 30, "250-500", "250-500"),
        ("EMPLOYEES_4", 40, "more than 500", "более 500"),
    )),
    DefaultDictionary("INDUSTRY", "Industries", "Сферы деятельности", _items(
        ("IT", 10, "Information technology", "Информационные технологии"),
        ("TELECOM", 20, "Telecommunication", "Телекоммуникации и связь"),
        ("MANUFACTURING", 30, "Manufacturing", "Производство"),
        ("BANKING", 40, "Banking services", "Банковские услуги"),
        ("CONSULTING", 50, "Consulting", "Консалтинг"),
        ("FINANCE", 60, "Finance", "Финансы"),
        ("GOVERNMENT", 70, "Government", "Правительство"),
        ("DELIVERY", 80, "Delivery", "Доставка"),
        ("ENTERTAINMENT", 90, "Entertainment", "Развлечения"),
        ("NOTPROFIT", 100, "Non-profit", "Не для получения прибыли"),
        ("OTHER", 110, "Other", "Другое", True),
    )),
    DefaultDictionary("DEAL_TYPE", "Deal types", "Типы сделок", _items(
        ("SALE", 10, "Sale", "Продажа", True),
        ("COMPLEX", 20, "Integrated sale", "Комплексная продажа"),
        ("GOODS", 30, "Sale of goods", "Продажа товара"),
        ("SERVICES", 40, "Services", "Услуги"),
        ("SERVICE", 50, "Maintenance service", "Сервисное обслуживание"),
    )),
    DefaultDictionary("HONORIFIC", "Salutations", "Обращения", _items(
        ("HNR_{LANG}_1", 10, "Mr.", "г-н"),
        ("HNR_{LANG}_2", 20, "Ms.", "г-жа"),
    )),
    DefaultDictionary("EVENT_TYPE", "Event types", "Типы событий", _items(
        ("INFO", 10, "Information", "Информация", True),
        ("PHONE", 20, "Phone call", "Телефонный звонок", True),
        ("MESSAGE", 30, "E-mail message", "Письмо", True),
    )),
    DefaultDictionary("CALL_LIST", "Call list statuses", "Статусы обзвона", _items(
        ("IN_WORK", 10, "In progress", "В работе", True),
        ("SUCCESS", 20, "Success", "Успешно", True),
        ("WRONG_NUMBER", 30, "Wrong number", "Неверный номер", True),
        ("STOP_CALLING", 40, "Do not call again", "Больше не звонить", True),
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DefaultUnit:
    """A unit as it comes with a workspace: its codes in OKEI and in UN/ECE Recommendation 20."""

    okei: str
    un_ece: str
    en: str
    ru: str

    def code_in(self, locale: str) -> str:
        """Give the code of the classifier that is used with a language."""
        return self.okei if locale == "ru" else self.un_ece


UNITS: Final = (
    DefaultUnit("796", "C62", "pcs", "шт"),
    DefaultUnit("166", "KGM", "kg", "кг"),
    DefaultUnit("163", "GRM", "g", "г"),
    DefaultUnit("006", "MTR", "m", "м"),
    DefaultUnit("055", "MTK", "m²", "м²"),
    DefaultUnit("113", "MTQ", "m³", "м³"),
    DefaultUnit("112", "LTR", "l", "л"),
    DefaultUnit("356", "HUR", "h", "ч"),
    DefaultUnit("359", "DAY", "day", "сут"),
    DefaultUnit("362", "MON", "month", "мес"),
    DefaultUnit("778", "PK", "pack", "упак"),
)
"""The first one is the usual one."""
TAX_RATES: Final = {
    "ru": (("Без НДС", 0), ("НДС 10 %", 10), ("НДС 20 %", 20), ("НДС 22 %", 22)),
    "en": (("No tax", 0),),
}
"""By language: names and rates in percent; the first one is the usual one."""

USUAL_CURRENCIES: Final = {"ru": ("RUB", "USD", "EUR"), "en": ("USD", "EUR")}
"""By language: currencies that a workspace has besides its base currency."""

_GREEN, _RED = "#7BD500", "#FF5752"

COLORS: Final = {OPEN: "#ACE9FB", LOST: "#FFBEBD"}
"""Of a new stage for which none is given, by its meaning."""

LEAD_STAGES: Final = (
    DefaultStage("NEW", "Unassigned", "Не обработан", "#39A8EF", is_system=True),
    DefaultStage("IN_PROCESS", "In progress", "В работе", "#2FC6F6"),
    DefaultStage("PROCESSED", "Processed", "Обработан", "#55D0E0"),
    DefaultStage("CONVERTED", "Good lead", "Качественный лид", _GREEN, WON, True),
    DefaultStage("JUNK", "Junk lead", "Некачественный лид", _RED, LOST, True),
)
DEAL_STAGES: Final = (
    DefaultStage("NEW", "New", "Новая", "#39A8EF", is_system=True),
    DefaultStage("PREPARATION", "Document preparation", "Подготовка документов", "#2FC6F6"),
    DefaultStage("PREPAYMENT_INVOICE", "Prepayment invoice", "Счет на предоплату", "#55D0E0"),
    DefaultStage("EXECUTING", "In progress", "В работе", "#47E4C2"),
    DefaultStage("FINAL_INVOICE", "Final invoice", "Финальный счет", "#FFA900"),
    DefaultStage("WON", "Deal won", "Сделка успешна", _GREEN, WON, True),
    DefaultStage("LOSE", "Deal lost", "Сделка провалена", _RED, LOST, True),
    DefaultStage("APOLOGY", "Analysis of the failure", "Анализ причины провала", _RED, LOST),
)
QUOTE_STAGES: Final = (
    DefaultStage("DRAFT", "Draft", "Новое", "#39A8EF", is_system=True),
    DefaultStage("SENT", "Sent to client", "Отправлено клиенту", "#2FC6F6"),
    DefaultStage("APPROVED", "Approved", "Принято", _GREEN, WON, True),
    DefaultStage("DECLAINED", "Declined", "Отклонено", _RED, LOST, True),
    DefaultStage("APOLOGY", "Analysis of the failure", "Анализ причины провала", _RED, LOST),
)
INVOICE_STAGES: Final = (
    DefaultStage("N", "New", "Новый", "#39A8EF", is_system=True),
    DefaultStage("S", "Sent to client", "Отправлен клиенту", "#2FC6F6"),
    DefaultStage("P", "Paid", "Оплачен", _GREEN, WON, True),
    DefaultStage("D", "Not paid", "Не оплачен", _RED, LOST, True),
)
SALES_TEMPLATE: Final = (
    DefaultStage("FIRST_CONTACT", "First contact", "Первый контакт", "#39A8EF", is_system=True),
    DefaultStage("TERMS", "Terms agreed", "Согласование условий", "#2FC6F6"),
    DefaultStage("CONTRACT", "Contract", "Заключение договора", "#55D0E0"),
    DefaultStage("PAYMENT", "Payment awaited", "Ожидание оплаты", "#47E4C2"),
    DefaultStage("CLOSED", "Deal closed", "Сделка закрыта", _GREEN, WON, True),
    DefaultStage("LOSE", "Deal lost", "Сделка проиграна", _RED, LOST, True),
)
SUPPORT_TEMPLATE: Final = (
    DefaultStage("RECEIVED", "Request received", "Заявка получена", "#39A8EF", is_system=True),
    DefaultStage("ANALYSIS", "Analysis", "Анализ", "#2FC6F6"),
    DefaultStage("SOLUTION", "Solution developed", "Разработка решения", "#55D0E0"),
    DefaultStage("APPLIED", "Solution applied", "Решение применено", "#47E4C2"),
    DefaultStage("SATISFIED", "Customer's satisfaction confirmed",
                 "Удовлетворенность клиента подтверждена", _GREEN, WON, True),
    DefaultStage("LOSE", "Not resolved", "Не решено", _RED, LOST, True),
)  # fmt: skip

PIPELINES: Final = {
    "DEAL": ("Sales", "Продажи", DEAL_STAGES),
    "LEAD": ("Leads", "Лиды", LEAD_STAGES),
    "QUOTE": ("Quotes", "Предложения", QUOTE_STAGES),
    "INVOICE": ("Invoices", "Счета", INVOICE_STAGES),
}
TEMPLATES: Final = {"SALES": SALES_TEMPLATE, "SUPPORT": SUPPORT_TEMPLATE}


def in_language(thing: DefaultItem | DefaultStage | DefaultDictionary, locale: str) -> str:
    """Give the name of a default in a language (ru or en)."""
    return thing.ru if locale == "ru" else thing.en
